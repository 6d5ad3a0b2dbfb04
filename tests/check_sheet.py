"""The check sheet: the case table as workbooks that a person opens in a real Excel.

python tests/check_sheet.py   writes docs/check_sheet_lambda.xlsx and docs/check_sheet_addin.xlsx
"""

from collections.abc import Iterator
from pathlib import Path

from case_table import ALL_CASES, Blank, Case, CaseArgument, CellError

from xl_tco import __version__
from xl_tco.errors import ExcelError
from xl_tco.functions import BY_NAME
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.workbook.description import (
    Book,
    Call,
    Cell,
    Column,
    Content,
    Effect,
    Format,
    Formula,
    Highlight,
    Row,
    Sheet,
    Style,
)
from xl_tco.workbook.evaluation import Values, computed_values
from xl_tco.workbook.finishing import finished
from xl_tco.workbook.writer import write

FOLDER = Path(__file__).parents[1] / "docs"
FLAVOURS = (Flavour.LAMBDA, Flavour.ADDIN)
DATE = "2026-11"
# What ERROR.TYPE gives in Excel.
ERROR_TYPES = {
    "#NULL!": 1,
    "#DIV/0!": 2,
    "#VALUE!": 3,
    "#REF!": 4,
    "#NAME?": 5,
    "#NUM!": 6,
    "#N/A": 7,
}
ARGUMENTS = ("first", "second", "third")
CASE_COLUMNS = (
    Column("margin", 2),
    Column("call", 44),
    *(Column(name, 16) for name in ARGUMENTS),
    Column("actual", 24),
    Column("expected", 24),
    Column("code", 12),
    Column("passes", 10),
)
BY_EYE = (
    "The file opens without a repair message.",
    "No cell of this workbook shows =@ in the formula bar.",
    "In Protected View the numbers are shown before Enable Editing is pressed.",
    "After Enable Editing and Ctrl+Alt+F9 all cases below still pass.",
    "Typing =COST_PER_MTOK( in an empty cell offers the function and its arguments.",
    "The function wizard (fx) shows help for the function and, with the add-in, every argument.",
    "=COST_PER_MTOK({1;2;3},6000) spills three values down.",
    "The template workbooks open, Summary fits one screen at 100 %, charts are fine.",
    "Changing an input on Inputs changes Summary, chart titles and master check.",
    "Add-in only: after Excel is restarted, the cells compute with no import and no trust setting.",
    "Add-in only: a second workbook can be open and computes too.",
    "Add-in only: uninstall, restart: Excel starts without a message.",
)


def book(flavour: Flavour) -> Book:
    """Describe the check sheet of a flavour."""
    return Book(
        title=f"xl_tco check sheet, {flavour} flavour",
        subject="Every case of the conformance table: expected, actual, pass",
        date=DATE,
        sheets=(_by_eye(), _cases(flavour)),
    )


def build(flavour: Flavour) -> tuple[bytes, Values]:
    """The check sheet's bytes and computed values."""
    workbook = write(book(flavour), flavour, __version__)
    values = computed_values(workbook)
    return finished(workbook, values, {}, DATE), values


def path_of(flavour: Flavour) -> Path:
    """Where the committed check sheet is."""
    return FOLDER / f"check_sheet_{flavour}.xlsx"


def _by_eye() -> Sheet:
    rows = [
        Row(
            {"margin": Cell("Check sheet: what only a person with Excel can see", Style.TITLE)}, 28
        ),
        Row({"first": Cell(Formula("{verdict}"), Style.STATUS)}),
        Row(),
        Row(
            {
                "first": Cell("By eye", Style.HEADER),
                "second": Cell("yes or no", Style.HEADER_UNIT),
            }
        ),
    ]
    rows += [
        Row({"first": Cell(text, Style.LABEL), "second": Cell(None, Style.INPUT)})
        for text in BY_EYE
    ]
    return Sheet(
        title="By eye",
        columns=(Column("margin", 2), Column("first", 96), Column("second", 14)),
        rows=tuple(rows),
        frozen_rows=4,
        gridlines=False,
    )


def _cases(flavour: Flavour) -> Sheet:
    last = len(ALL_CASES)
    titles = dict.fromkeys(ARGUMENTS, "Argument") | {
        "call": "Call",
        "actual": "Actual",
        "expected": "Expected",
        "code": "ERROR.TYPE",
        "passes": "Pass",
    }
    verdict = f'COUNTIF({{pass_1:pass_{last}}},TRUE)&" of {last} cases pass"'
    rows = [
        Row({"margin": Cell(f"Case table, {flavour} flavour", Style.TITLE)}, 28),
        Row({"call": Cell(Formula(verdict), Style.STATUS, key="verdict")}),
        Row({name: Cell(title, Style.HEADER_UNIT) for name, title in titles.items()}),
        *_case_rows(),
    ]
    return Sheet(
        title="Cases",
        columns=CASE_COLUMNS,
        rows=tuple(rows),
        frozen_rows=3,
        highlights=tuple(
            Highlight(f"pass_{number}", f"NOT({{pass_{number}}})", Effect.ALARM)
            for number in range(1, last + 1)
        ),
    )


def _case_rows() -> Iterator[Row]:
    for number, case in enumerate(ALL_CASES, start=1):
        keys = tuple(f"argument_{number}_{place}" for place, _ in enumerate(case.arguments))
        cells = {
            name: Cell(_content(argument), Style.INPUT, key=key)
            for name, argument, key in zip(ARGUMENTS, case.arguments, keys, strict=False)
        }
        cells |= {
            "call": Cell(str(case), Style.LABEL),
            "actual": Cell(
                Call(BY_NAME[case.function], keys), Style.OUTPUT, key=f"actual_{number}"
            ),
            "expected": Cell(_expected(case), Style.PUBLISHED, key=f"expected_{number}"),
            "code": Cell(
                ERROR_TYPES.get(str(case.expected)), Style.PUBLISHED, key=f"code_{number}"
            ),
            "passes": Cell(
                Formula(_passes(case, number)), Style.CHECK, Format.TRUTH, key=f"pass_{number}"
            ),
        }
        yield Row(cells)


def _content(argument: CaseArgument) -> Content:
    match argument:
        case Blank():
            return None
        case CellError(code):
            return ExcelError(code)
    return argument


def _expected(case: Case) -> Content:
    return case.expected if isinstance(case.expected, str) else float(case.expected)


def _passes(case: Case, number: int) -> str:
    actual, expected = f"{{actual_{number}}}", f"{{expected_{number}}}"
    if isinstance(case.expected, str):
        return f"IFERROR(ERROR.TYPE({actual})={{code_{number}}},FALSE)"
    return f"IFERROR(ABS({actual}-{expected})<=1E-12*ABS({expected}),FALSE)"


if __name__ == "__main__":
    for chosen in FLAVOURS:
        path_of(chosen).write_bytes(build(chosen)[0])
