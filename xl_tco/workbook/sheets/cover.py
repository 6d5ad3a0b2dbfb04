"""Cover: what the workbook is for, its versions, its legend, what computes it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from xl_tco import __version__
from xl_tco.functions import BY_NAME
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.lookups.about import CELL_ENGINE
from xl_tco.workbook.content import Subject
from xl_tco.workbook.description import Call, Cell, Column, Formula, Row, Sheet, Style
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
COLUMNS: Final = (MARGIN, Column("first", 30), Column("second", _TEXT_WIDTH))

NEEDS: Final = {
    Flavour.ADDIN: (
        "The functions come from the xl_tco add-in. Without it the stored values stay visible, "
        "and a cell that is recalculated shows #NAME?: install the add-in, or open the lambda or "
        "native flavour of this workbook."
    ),
    Flavour.LAMBDA: (
        "Nothing to install: Excel 365, 2024, web, Mac and iPad compute the functions from names "
        "stored in this file. In Protected View cells may show #NAME? until Enable Editing is "
        "pressed. Older Excel and LibreOffice do not know LAMBDA: open the native flavour there."
    ),
    Flavour.NATIVE: (
        "Nothing to install: every cell holds its own arithmetic, for any spreadsheet program."
    ),
}
LEGEND: Final = (
    ("Input", Style.INPUT_SAMPLE, "Blue on a tinted cell with a rule beneath: type here."),
    ("Calculation", Style.CALC, "Black: computed on the same sheet."),
    ("Link", Style.LINK, "Green italic: taken from another sheet."),
    ("Output", Style.OUTPUT, "Bold black between rules: a result."),
    ("Check", Style.CHECK, "Small bold: TRUE where it holds, red where it fails."),
    ("Published", Style.PUBLISHED, "Grey with a dotted rule: printed elsewhere, or as shipped."),
)
_MARKS: Final = (
    ("[P] published", "Printed by the source that the row names."),
    ("[M] measured", "Measured by the author of the scenario."),
    ("[R] recomputed", "Derived from published figures; the note says how."),
    ("[A] assumed", "Chosen by the author of the scenario."),
)
_CONTENTS: Final = {
    "Summary": "The answer on one screen.",
    "Inputs": "Every figure that can be changed, with unit, range, kind, source and date.",
    "Ownership": "The owned GPU-hour part by part, against the hourly rate, and year by year.",
    "Denominator": "What lies beneath delivered tokens: inquiries, levers, and what each does.",
    "Calc": "Figures in force, the functions step by step, and the same by plain arithmetic.",
    "Revenue": "Revenue per GPU-hour and megawatt, margin, break-evens, payback.",
    "Reconciliation": "The published table, cell by cell: what follows from it and what does not.",
    "Sensitivity": "Cost per million tokens on two-way grids, and what moves it most.",
    "Catalog": "Dated figures of every platform: what the scenario selector offers.",
    "Checks": "What must hold; the master check stands on every sheet.",
    "Sources": "Where the figures come from.",
}


def cover_sheet(subject: Subject, others: tuple[str, ...]) -> Sheet:
    """Describe the sheet; the other sheets' titles become links."""
    purpose = (
        "What one million delivered tokens cost, how many tokens a megawatt yields, and what lies "
        "beneath both. Change the inputs; everything else follows."
    )
    rows = [
        *head(subject, subject.title, TITLE),
        text_row("Purpose", purpose),
        *computing_rows(subject.flavour),
        gap(),
        section("Contents", COLUMNS),
        *contents_rows(_CONTENTS, others),
        gap(),
        section("What a cell is", COLUMNS),
        *legend_rows(),
        gap(),
        section("How a figure came to be", COLUMNS),
        *(
            Row({"first": Cell(mark, Style.UNIT), "second": Cell(words, Style.NOTE)})
            for mark, words in _MARKS
        ),
        gap(),
        section("Versions", COLUMNS),
        text_row("Package", f"xl_tco {__version__}"),
        text_row("Scenario", subject.name),
        text_row("Data", f"Catalog of {subject.date}"),
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


def computing_rows(flavour: Flavour) -> tuple[Row, Row]:
    """What computes a flavour, as it was built and as it is at the moment."""
    engine = Call(BY_NAME["tco_engine"], (), Formula(f'"{CELL_ENGINE}"'))
    return (
        text_row("What computes", f"{ENGINES[flavour]}. {NEEDS[flavour]}"),
        Row(
            {
                "first": Cell("Computing now", Style.LABEL),
                "second": Cell(engine, Style.CALC_TEXT),
            }
        ),
    )


def contents_rows(contents: Mapping[str, str], titles: Iterable[str]) -> Iterator[Row]:
    """A link to each sheet, and what it holds."""
    for title in titles:
        yield Row(
            {
                "first": Cell(title, Style.CONTENTS, link=title),
                "second": Cell(contents[title], Style.NOTE),
            }
        )


def legend_rows() -> Iterator[Row]:
    """What the looks of a cell mean, each in its own look."""
    for name, style, words in LEGEND:
        yield Row({"first": Cell(name, style), "second": Cell(words, Style.NOTE)})


def text_row(label: str, text: str) -> Row:
    """A line of text, with or without a label."""
    return Row(
        {"first": Cell(label or None, Style.LABEL), "second": Cell(text, Style.NOTE)},
        height=text_height(text, _TEXT_WIDTH),
    )
