"""Cover: what the workbook of measurements is for, its versions, its legend, what computes it."""

from typing import Final

from xl_tco import __version__
from xl_tco.workbook.description import Sheet
from xl_tco.workbook.measured.study import Study
from xl_tco.workbook.sheets.cover import (
    COLUMNS,
    TITLE,
    computing_rows,
    contents_rows,
    legend_rows,
    text_row,
)
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    gap,
    head,
    section,
    status_alarm,
)

_PURPOSE: Final = (
    "What one million tokens cost and how many tokens a megawatt yields, as measured, at the same "
    "interactivity. Choose target, workload, tier and date on sheet Inputs; everything follows."
)
_CONTENTS: Final = {
    "Summary": "Each platform at the target, its curves, and what the data cannot tell.",
    "Inputs": "Target, workload, cost and power, p99 limits.",
    "Levers": "What precision, speculation and disaggregation did, at equal interactivity.",
    "Configurations": "Each frontier at the target: where it lies and what it gives.",
    "Frontier": "The runs that no other of their configuration beats.",
    "Measurements": "Every run as imported, with its cost and power.",
    "Curves": "What the charts draw.",
    "Catalog": "Cost and power in force, and the dated figures behind.",
    "Checks": "What must hold; the master check stands on every sheet.",
    "Sources": "Files of the measurements, and where cost and power come from.",
}
_MARKS: Final = (
    ("Published", "Measured: as the file of a benchmark says it, or per GPU of it."),
    ("[A] assumed", "Chosen by whoever built this workbook."),
)


def cover_sheet(study: Study, others: tuple[str, ...]) -> Sheet:
    """Describe the sheet; the other sheets' titles become links."""
    rows = [
        *head(study.subject, study.subject.title, TITLE),
        text_row("Purpose", _PURPOSE),
        *computing_rows(study.subject.flavour),
        gap(),
        section("Contents", COLUMNS),
        *contents_rows(_CONTENTS, others),
        gap(),
        section("What the data cannot tell", COLUMNS),
        *(text_row("", line) for line in study.limits),
        gap(),
        section("What a cell is", COLUMNS),
        *legend_rows(),
        *(text_row(mark, words) for mark, words in _MARKS),
        gap(),
        section("Versions", COLUMNS),
        text_row("Package", f"xl_tco {__version__}"),
        text_row("Measurements", f"{len(study.measurements):,}, taken {study.dates}"),
        text_row("Data", f"Catalog of {study.subject.date}"),
        text_row("Licence", "MIT. Figures belong to the sources named on sheet Sources."),
    ]
    return Sheet(
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
        gridlines=False,
        one_page=True,
    )
