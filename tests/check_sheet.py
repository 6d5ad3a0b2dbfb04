"""The check sheet: the case table as workbooks that a person opens in a real Excel.

python tests/check_sheet.py   writes docs/check_sheet_lambda.xlsx and docs/check_sheet_addin.xlsx
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

from case_table import (
    ALL_CASES,
    Blank,
    Case,
    CaseArgument,
    CellError,
    Table,
    Value,
    as_rows,
    serial,
)
from lambda_catalog import add_catalog
from openpyxl.worksheet.formula import ArrayFormula

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
from xl_tco.workbook.difference import difference
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
ARGUMENTS = tuple(f"argument {place}" for place in range(1, 15))
CASE_COLUMNS = (
    Column("margin", 2),
    Column("call", 44),
    Column("actual", 24),
    Column("expected", 24),
    Column("code", 12),
    Column("passes", 10),
    *(Column(name, 16) for name in ARGUMENTS),
)
ACTUAL = [column.name for column in CASE_COLUMNS].index("actual") + 1
PROTECTED_VIEW = (
    "Protected View computes nothing and may show #NAME? in cells that call LAMBDA names: press "
    "Enable Editing, then look."
)
BY_EYE = (
    "The file opens without a repair message.",
    "No cell of this workbook shows =@ in the formula bar.",
    "In Protected View numbers are shown, or #NAME? where a LAMBDA name is called; nothing else.",
    "After Enable Editing and Ctrl+Alt+F9 all cases below still pass.",
    "Typing =COST_PER_MTOK( in an empty cell offers the function and its arguments.",
    "The function wizard (fx) shows help for the function and, with the add-in, every argument.",
    "=COST_PER_MTOK({1;2;3},6000) spills three values down.",
    "=PLATFORMS() spills 13 rows of 17, with #N/A where the catalog has no figure.",
    "=GPU_HOUR_COST_BREAKDOWN({40000;30000},5,0.08,1.37,0.08) spills two rows of four.",
    "=TCO_ENGINE() says what computes: LAMBDA names, or with the add-in the Python functions.",
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


def cases(flavour: Flavour) -> tuple[Case, ...]:
    """The cases of a flavour's sheet.

    Not those of which Python says another thing: the values stored in the file are Python's.
    """
    return tuple(
        case for case in ALL_CASES if flavour is Flavour.ADDIN or case.in_lambda == case.expected
    )


def build(flavour: Flavour) -> tuple[bytes, Values]:
    """The check sheet's bytes and computed values."""
    workbook = write(book(flavour), flavour, __version__)
    for (cell,) in workbook["Cases"].iter_rows(min_row=4, min_col=ACTUAL, max_col=ACTUAL):
        if isinstance(cell.value, str):  # a call within a formula may spill too: no =@ before it
            cell.value = ArrayFormula(cell.coordinate, cell.value)
    if flavour is Flavour.LAMBDA:
        add_catalog(workbook)
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
        Row({"first": Cell(PROTECTED_VIEW, Style.ASIDE)}),
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
    last = len(cases(flavour))
    titles = {
        "call": "Call",
        "actual": "Actual",
        "expected": "Expected",
        "code": "ERROR.TYPE",
        "passes": "Pass",
    } | dict.fromkeys(ARGUMENTS, "Argument")
    verdict = f'COUNTIF({{pass_1:pass_{last}}},TRUE)&" of {last} cases pass"'
    rows = [
        Row({"margin": Cell(f"Case table, {flavour} flavour", Style.TITLE)}, 28),
        Row({"call": Cell(Formula(verdict), Style.STATUS, key="verdict")}),
        Row({name: Cell(title, Style.HEADER_UNIT) for name, title in titles.items()}),
        *_case_rows(flavour),
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


def _case_rows(flavour: Flavour) -> Iterator[Row]:
    for number, case in enumerate(cases(flavour), start=1):
        rows, references = _arguments(case, number)
        call = f"{BY_NAME[case.function].worksheet_name}({','.join(references)})"
        place, expected = _checked(case)
        rows[0] |= {
            "call": Cell(str(case), Style.LABEL),
            "actual": Cell(
                _actual(case, number) if place is None else Formula(place.format(call)),
                Style.OUTPUT,
                key=f"actual_{number}",
            ),
            "expected": Cell(
                float(expected) if isinstance(expected, Fraction) else expected,
                Style.PUBLISHED,
                key=f"expected_{number}",
            ),
            "code": Cell(ERROR_TYPES.get(str(expected)), Style.PUBLISHED, key=f"code_{number}"),
            "passes": Cell(
                Formula(_passes(expected, number)), Style.CHECK, Format.TRUTH, key=f"pass_{number}"
            ),
        }
        yield from (Row(cells) for cells in rows)


def _arguments(case: Case, number: int) -> tuple[list[dict[str, Cell]], list[str]]:
    """The cells of a case's arguments, and how a formula refers to each; a table takes rows."""
    rows: list[dict[str, Cell]] = [{}]
    references = []
    for place, argument in enumerate(case.arguments):
        table = argument.rows if isinstance(argument, Table) else ((argument,),)
        rows += [{} for _ in range(len(table) - len(rows))]
        for down, row in enumerate(table):
            for right, content in enumerate(row):
                key = _key(number, place + right, down)
                rows[down][ARGUMENTS[place + right]] = Cell(_content(content), Style.INPUT, key=key)
        last = _key(number, place + len(table[0]) - 1, len(table) - 1)
        first = _key(number, place, 0)
        references.append(f"{{{first}:{last}}}" if isinstance(argument, Table) else f"{{{first}}}")
    return rows, references


def _key(number: int, place: int, down: int) -> str:
    return f"argument_{number}_{place}_{down}"


def _actual(case: Case, number: int) -> Call:
    keys = tuple(_key(number, place, 0) for place, _ in enumerate(case.arguments))
    return Call(BY_NAME[case.function], keys)


def _checked(case: Case) -> tuple[str | None, Value]:
    """What of a result is checked, as a formula round the call, and its value.

    Of a row of parts the sum, of a table the first number of its last row; else all there is.
    """
    if not isinstance(case.expected, tuple):
        is_range = any(isinstance(argument, Table) for argument in case.arguments)
        return "{}" if is_range else None, case.expected
    *_, row = as_rows(case.expected)
    if len(case.expected) == 1:
        return "SUM({})", sum(part for part in row if isinstance(part, Fraction))
    column = next((at for at, value in enumerate(row) if isinstance(value, Fraction)), len(row) - 1)
    return f"INDEX({{}},{len(case.expected)},{column + 1})", row[column]


def _content(argument: CaseArgument) -> Content:
    match argument:
        case Blank() | Table():
            return None
        case CellError(code):
            return ExcelError(code)
        case date():
            return serial(argument)
    return argument


def _passes(expected: Value, number: int) -> str:
    actual, wanted = f"{{actual_{number}}}", f"{{expected_{number}}}"
    if isinstance(expected, Fraction):
        return f"IFERROR({difference(actual, wanted)}<=1E-12,FALSE)"
    if expected in ERROR_TYPES:
        return f"IFERROR(ERROR.TYPE({actual})={{code_{number}}},FALSE)"
    return f"IFERROR(EXACT({actual},{wanted}),FALSE)"


if __name__ == "__main__":
    for chosen in FLAVOURS:
        path_of(chosen).write_bytes(build(chosen)[0])
