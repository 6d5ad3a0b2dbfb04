"""Cover: what the workbook of measurements is for, its versions, its legend, what computes it."""

from typing import Final

from xl_tco import __version__
from xl_tco.functions import BY_NAME
from xl_tco.lookups.about import CELL_ENGINE
from xl_tco.workbook.description import Call, Cell, Column, Formula, Row, Sheet, Style
from xl_tco.workbook.measured.study import Study
from xl_tco.workbook.sheets.cover import LEGEND, NEEDS
from xl_tco.workbook.sheets.parts import (
    ENGINES,
    HEAD_ROWS,
    MARGIN,
    gap,
    head,
    section,
    status_alarm,
    text_height,
)

TITLE: Final = "Cover"
_TEXT_WIDTH: Final = 92
_COLUMNS: Final = (MARGIN, Column("first", 30), Column("second", _TEXT_WIDTH))
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
    flavour = study.subject.flavour
    rows = [
        *head(study.subject, study.subject.title, TITLE),
        _text("Purpose", _PURPOSE),
        _text("What computes", f"{ENGINES[flavour]}. {NEEDS[flavour]}"),
        Row(
            {
                "first": Cell("Computing now", Style.LABEL),
                "second": Cell(
                    Call(BY_NAME["tco_engine"], (), Formula(f'"{CELL_ENGINE}"')), Style.CALC_TEXT
                ),
            }
        ),
        gap(),
        section("Contents", _COLUMNS),
        *(
            Row(
                {
                    "first": Cell(title, Style.CONTENTS, link=title),
                    "second": Cell(_CONTENTS[title], Style.NOTE),
                }
            )
            for title in others
        ),
        gap(),
        section("What the data cannot tell", _COLUMNS),
        *(_text("", line) for line in study.limits),
        gap(),
        section("What a cell is", _COLUMNS),
        *(
            Row({"first": Cell(name, style), "second": Cell(words, Style.NOTE)})
            for name, style, words in LEGEND
        ),
        *(_text(mark, words) for mark, words in _MARKS),
        gap(),
        section("Versions", _COLUMNS),
        _text("Package", f"xl_tco {__version__}"),
        _text("Measurements", f"{len(study.measurements):,}, taken {study.dates}"),
        _text("Data", f"Catalog of {study.subject.date}"),
        _text("Licence", "MIT. Figures belong to the sources named on sheet Sources."),
    ]
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
        gridlines=False,
        one_page=True,
    )


def _text(label: str, text: str) -> Row:
    return Row(
        {"first": Cell(label or None, Style.LABEL), "second": Cell(text, Style.NOTE)},
        height=text_height(text, _TEXT_WIDTH),
    )
