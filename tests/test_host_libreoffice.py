"""The functions in a real LibreOffice Calc: cases, ranges, workbooks, function wizard."""

import math
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import libreoffice as office
import pytest
from case_table import (
    ALL_CASES,
    BY_COLUMN,
    CASES,
    Blank,
    Case,
    CaseArgument,
    CellError,
    Expected,
    Table,
    agrees,
    cell_value,
    in_columns,
    padded,
)
from conftest import Built
from libreoffice_calc import Calc, installed
from openpyxl.utils import get_column_letter
from workbook_file import WorkbookFile

from xl_tco import __version__
from xl_tco.cells import evaluate_cells
from xl_tco.functions import BY_NAME, TABLE, Function
from xl_tco.libreoffice.extension import build
from xl_tco.lookups.about import PYTHON_ENGINE

pytestmark = pytest.mark.requires_libreoffice("unopkg")

ERRORS = {
    503: "#NUM!",
    504: "Err:504",  # "error in parameter list", Calc's own
    519: "#VALUE!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}
ERROR_FORMULAS = {
    "#NULL!": "=#NULL!",
    "#DIV/0!": "=1/0",
    "#VALUE!": '="text"+1',
    "#REF!": "=#REF!",
    "#NAME?": "=NO_SUCH_NAME",
    "#NUM!": "=1E+308*10",
    "#N/A": "=NA()",
}
DOCUMENTATION = Path(__file__).parent.parent / "docs" / "libreoffice.md"
ADDIN_GROUP = 11  # Calc has no categories of its own making
ONE_DIGIT = 2.0**-51  # the last one of a number about 1
RESULTS = 27  # the column in which results begin; arguments stand left of it


class Way(StrEnum):
    """How an argument gets into the call."""

    TYPED = "typed into the formula"
    CELLS = "as single cells"
    ONE_CELL_RANGES = "as ranges of one cell"
    ARRAY = "in one array formula over all cases"


# What Calc does before it calls, so that no function can tell; by the names in the documentation.
EXCEPTIONS = {
    "blank cell is zero": "Calc hands over 0 for an empty single cell; ranges tell the difference",
    "logical is a number": "Calc's TRUE and FALSE are the numbers 1 and 0 that look different",
    "last error wins": "Calc reads the arguments from the last to the first, up to an error",
    "error in a range": "Calc does not call with an error in a range: Err:504 for all of it",
}


@dataclass(frozen=True)
class Outcome:
    """What a case came to, in one of the ways."""

    case: Case
    way: Way
    value: Any
    expected: Expected
    exception: str
    instead: Any

    @property
    def agrees(self) -> bool:
        return agrees(self.value, self.expected)

    @property
    def is_as_excepted(self) -> bool:
        """Tell whether the cells show what Calc gives instead, as far as it fits into them."""
        cells = self.value if isinstance(self.value, list) else [[self.value]]
        rows = self.instead if isinstance(self.instead, list) else None
        return all(
            same(value, rows[row][column] if rows else self.instead)
            for row, values in enumerate(cells)
            for column, value in enumerate(values)
        )


def same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) or not isinstance(value, float):
        return bool(value == wanted)
    return math.isclose(value, wanted, rel_tol=1e-12)


def single_cells(case: Case) -> list[Any]:
    return [argument for argument in case.arguments if not isinstance(argument, Table)]


def without_logicals(value: Any) -> Any:
    if isinstance(value, list):
        return [without_logicals(item) for item in value]
    return float(value) if isinstance(value, bool) else value


def excepted(case: Case, way: Way) -> tuple[str, Any]:
    """The exception a case falls under, and what Calc gives instead; or empty and None."""
    errors = [argument.code for argument in case.arguments if isinstance(argument, CellError)]
    within = [
        cell
        for argument in case.arguments
        if isinstance(argument, Table)
        for row in argument.rows
        for cell in row
    ]
    blanks = way is Way.CELLS and Blank() in single_cells(case)
    logicals = any(isinstance(argument, bool) for argument in (*single_cells(case), *within))
    if (errors and way is Way.ONE_CELL_RANGES) or any(
        isinstance(cell, CellError) for cell in within
    ):
        return "error in a range", "Err:504"
    if errors:
        return ("last error wins", errors[-1]) if errors[-1] != case.expected else ("", None)
    values = [
        0.0 if blanks and isinstance(argument, Blank) else without_logicals(cell_value(argument))
        for argument in case.arguments
    ]
    instead = evaluate_cells(BY_NAME[case.function], values)
    if agrees(instead, case.expected) or not (blanks or logicals):
        return "", None
    return ("blank cell is zero" if blanks else "logical is a number"), instead


def typed(argument: CaseArgument) -> str:
    """An argument in a formula; a blank is left out."""
    match argument:
        case Blank():
            return ""
        case CellError(code):
            return code
        case bool():
            return f"{argument}()".upper()
        case str():
            return '"' + argument.replace('"', '""') + '"'
        case date():
            return f"DATE({argument:%Y;%m;%d})"
    return repr(argument)


def in_cell(argument: CaseArgument) -> str:
    """What to type into a cell of its own; the apostrophe makes a text of anything."""
    match argument:
        case CellError(code):
            return ERROR_FORMULAS[code]
        case "":
            return '=""'
        case str():
            return f"'{argument}"
        case date():
            return argument.isoformat()
        case Blank() | bool():
            return f"={typed(argument)}".removesuffix("=")
    return repr(argument)


def call(function: str, arguments: Sequence[str]) -> str:
    return f"={function.upper()}({';'.join(arguments)})"


def shown(value: Any) -> Any:
    return ERRORS.get(value["error"], value["error"]) if isinstance(value, dict) else value


@pytest.fixture(scope="module")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calc]:
    """Calc with the extension, in a fresh profile."""
    with Calc.with_extension(tmp_path_factory.mktemp("calc")) as running:
        yield running


def place(top: int, left: int, shape: tuple[int, int]) -> str:
    """The address of a block of cells; of one cell as ``A1:A1``."""
    bottom, right = top + shape[0] - 1, left + shape[1] - 1
    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


class Page:
    """Rows to be typed, calls and the cells they come to, gathered before Calc is asked."""

    def __init__(self) -> None:
        self._rows: list[list[str]] = []
        self._arrays: dict[str, str] = {}
        self._places: list[tuple[Case, Way, int]] = []

    def add(self, case: Case, way: Way) -> None:
        """Lay out a case: its arguments from column A on, and its result."""
        top = len(self._rows) + 1
        left, words = 1, []
        rows: list[list[str]] = [[] for _ in range(max(map(_height, [*case.arguments, case])))]
        for argument in case.arguments:
            table = argument.rows if isinstance(argument, Table) else ((argument,),)
            for row, cells in zip(rows, table, strict=False):
                row += [""] * (left - 1 - len(row)) + [in_cell(cell) for cell in cells]
            address = place(top, left, (len(table), len(table[0])))
            single = not isinstance(argument, Table) and way is Way.CELLS
            words.append(address.partition(":")[0] if single else address)
            left += len(table[0])
        if way is Way.TYPED:
            words = [typed(argument) for argument in case.arguments]
        formula = call(case.function, words)
        for row in rows:
            row += [""] * (RESULTS - len(row))
        if case.shape == (1, 1):
            rows[0][RESULTS - 1] = formula
        else:
            self._arrays[place(top, RESULTS, case.shape)] = formula
        self._rows += rows
        self._places.append((case, way, top))

    def outcomes(self, calc: Calc) -> Iterator[Outcome]:
        """What Calc makes of them."""
        calc.type(self._rows, self._arrays)
        first = calc.block(place(1, RESULTS, (len(self._rows), 1)))
        for case, way, top in self._places:
            if case.shape == (1, 1):
                value = shown(first[top - 1][0])
            else:
                block = calc.block(place(top, RESULTS, case.shape))
                value = [[shown(cell) for cell in row] for row in block]
            yield Outcome(case, way, value, case.expected, *excepted(case, way))


def _height(item: CaseArgument | Case) -> int:
    if isinstance(item, Case):
        return item.shape[0]
    return len(item.rows) if isinstance(item, Table) else 1


def ways_of(case: Case) -> list[Way]:
    """Cell by cell; what has no arguments can only be typed, and a table only be a range."""
    if not case.arguments:
        return [Way.TYPED]
    ways = [Way.TYPED, Way.CELLS, Way.ONE_CELL_RANGES]
    return ways[1:] if len(single_cells(case)) < len(case.arguments) else ways


def cell_by_cell(calc: Calc) -> Iterator[Outcome]:
    page = Page()
    for case in ALL_CASES:
        for way in ways_of(case):
            page.add(case, way)
    yield from page.outcomes(calc)


def in_one_array(calc: Calc, function: Function) -> Iterator[Outcome]:
    width = len(function.arguments)
    chosen = [
        (case, expected)
        for case, expected in zip(CASES[function.name], in_columns(function), strict=True)
        if not any(isinstance(argument, CellError) for argument in case.arguments)
    ]
    rows = [[in_cell(argument) for argument in padded(case)] for case, _ in chosen]
    ranges = [place(1, left, (len(rows), 1)) for left in range(1, width + 1)]
    parts = len(function.parts) or 1
    target = place(1, RESULTS, (len(rows), parts))
    calc.type(rows, {target: call(function.name, ranges)})
    for (case, expected), row in zip(chosen, calc.block(target), strict=True):
        values = list(map(shown, row))
        value = values[0] if parts == 1 else [values]
        wanted = expected[0] if parts == 1 else (expected,)
        yield Outcome(case, Way.ARRAY, value, wanted, *excepted(case, Way.ARRAY))


@pytest.fixture(scope="module")
def outcomes(calc: Calc) -> list[Outcome]:
    """Every case in every way."""
    found = list(cell_by_cell(calc))
    for function in BY_COLUMN:
        found += in_one_array(calc, function)
    return found


WAYS = [
    pytest.param(name, way, id=f"{name}-{way.name.lower()}")
    for name, cases in CASES.items()
    for way in Way
    if any(way in ways_of(case) for case in cases)
    or (way is Way.ARRAY and BY_NAME[name] in BY_COLUMN)
]


def office_version() -> str:
    words = subprocess.run(
        [office.soffice() or "soffice", "--version"], capture_output=True, text=True, check=True
    ).stdout.split()
    return f"{words[0]} {'.'.join(words[1].split('.')[:2])}"


class TestCases:
    @pytest.mark.parametrize(("function", "way"), WAYS)
    def test_as_the_table_of_cases_says(
        self, outcomes: list[Outcome], function: str, way: Way
    ) -> None:
        mine = [
            outcome
            for outcome in outcomes
            if (outcome.case.function, outcome.way, outcome.exception) == (function, way, "")
        ]
        assert mine
        wrong = [
            f"{outcome.case}: {outcome.value}, not {outcome.expected}"
            for outcome in mine
            if not outcome.agrees
        ]
        assert wrong == []

    @pytest.mark.parametrize("name", EXCEPTIONS)
    def test_exceptions_are_exactly_these(self, outcomes: list[Outcome], name: str) -> None:
        mine = [outcome for outcome in outcomes if outcome.exception == name]
        assert mine, "an exception without a case: LibreOffice, or the list, has changed"
        wrong = [
            f"{outcome.case} {outcome.way}: {outcome.value}, not {outcome.instead}"
            for outcome in mine
            if not outcome.is_as_excepted
        ]
        assert wrong == []

    @pytest.mark.parametrize("name", EXCEPTIONS)
    def test_exceptions_are_documented(self, name: str) -> None:
        assert f"- **{name}.** " in DOCUMENTATION.read_text(encoding="utf-8")

    def test_every_exception_is_named(self, outcomes: list[Outcome]) -> None:
        assert {outcome.exception for outcome in outcomes} == {"", *EXCEPTIONS}


class TestCall:
    @pytest.mark.parametrize(
        ("formula", "expected"),
        [
            ("=COST_PER_MTOK(2.65;6000)", 2.65e6 / (6000 * 3600)),
            ("=COST_PER_MTOK(2.65;6000;)", 2.65e6 / (6000 * 3600)),
            ("=cost_per_mtok(2.65;6000)", 2.65e6 / (6000 * 3600)),
            ("=COST_PER_MTOK(2.65;6000)*2+1", 2.65e6 / (6000 * 1800) + 1),
            ('=IF(COST_PER_MTOK(3.6;1)>999;"dear";"cheap")', "dear"),
            ("=SUM(RELATIVE(6;2);1)", 4.0),
            ("=RELATIVE(RELATIVE(8;2);2)", 2.0),
            ('=IFERROR(COST_PER_MTOK(1;0);"none")', "none"),
            ("=COST_PER_MTOK()", "#VALUE!"),
            ("=COST_PER_MTOK(;5)", "#VALUE!"),
            ("=COST_PER_MTOK(2.65)", "#VALUE!"),
            ('=COST_PER_MTOK("#N/A";5)', "#VALUE!"),
            ("=COST_PER_MTOK(1;2;1;4)", "Err:504"),
            ("=TCO_VERSION()", __version__),
            ("=TCO_ENGINE()", "The Python functions of xl_tco"),
            ("=TCO_VERSION(1)", "Err:504"),
            ('=PLATFORM_FIGURE("h200";"kw_per_gpu";"it";DATE(2026;7;14))', 1.37),
            (
                '=COST_PER_MTOK(PLATFORM_FIGURE("h200";"cost_per_gpu_hour";"rental_3yr");3600)',
                2.9e6 / 3600**2,
            ),
            ("=SUM(GPU_HOUR_COST_BREAKDOWN(8760;1;0;1;1))", 2.0),
            ("=INDEX(GPU_HOUR_COST_BREAKDOWN(8760;2;0;1;3);1;4)", 3.0),
            ("=INDEX(PLATFORMS();3;1)", "h200"),
        ],
    )
    def test_one_formula(self, calc: Calc, formula: str, expected: float | str) -> None:
        calc.type([[formula]])
        value = shown(calc.block("A1")[0][0])
        assert value == (expected if isinstance(expected, str) else pytest.approx(expected))


class TestArray:
    """Array formulas: of the shape the arguments broadcast to, each error in its own place."""

    NUMBERS = (["3.6", "10", "1"], ["'text", "0", "0.5"], ["", "-1", "0"], ["7.2", "20", ""])

    def values(self, calc: Calc, formula: str, target: str) -> list[list[Any]]:
        calc.type([list(row) for row in self.NUMBERS], {target: formula})
        return [[shown(value) for value in row] for row in calc.block(target)]

    def test_column_against_number(self, calc: Calc) -> None:
        values = self.values(calc, "=COST_PER_MTOK(A1:A4;5)", "E1:E4")
        assert values == [[200.0], ["#VALUE!"], ["#VALUE!"], [400.0]]

    def test_number_against_column(self, calc: Calc) -> None:
        values = self.values(calc, "=COST_PER_MTOK(3.6;B1:B4)", "E1:E4")
        assert values == [[100.0], ["#NUM!"], ["#NUM!"], [50.0]]

    def test_blank_of_an_optional_range_is_its_default(self, calc: Calc) -> None:
        values = self.values(calc, "=COST_PER_MTOK(3.6;1;C1:C4)", "E1:E4")
        assert values == [[1000.0], [2000.0], ["#NUM!"], [1000.0]]

    def test_column_against_row(self, calc: Calc) -> None:
        calc.type([["3.6", "10", "20"], ["7.2", "", ""]], {"E1:F2": "=COST_PER_MTOK(A1:A2;B1:C1)"})
        assert calc.block("E1:F2") == [[100.0, 50.0], [200.0, 100.0]]

    def test_beyond_the_shorter_range(self, calc: Calc) -> None:
        values = self.values(calc, "=COST_PER_MTOK(A1:A2;B1:B4)", "E1:E4")
        assert values == [[100.0], ["#VALUE!"], ["#N/A"], ["#N/A"]]

    def test_result_computes_on(self, calc: Calc) -> None:
        values = self.values(calc, "=COST_PER_MTOK(3.6;B1:B4)*2", "E1:E4")
        assert values == [[200.0], ["#NUM!"], ["#NUM!"], [100.0]]

    def test_error_in_a_range_takes_all_of_it(self, calc: Calc) -> None:
        """The exception "error in a range": Calc does not call."""
        calc.type([["1"], ["=NA()"]], {"E1:E2": "=COST_PER_MTOK(A1:A2;5)"})
        assert [[shown(value) for value in row] for row in calc.block("E1:E2")] == [["Err:504"]] * 2


@pytest.fixture(scope="module")
def file(name: str, built: Built) -> WorkbookFile:
    """A workbook whose cells call the functions by name."""
    return built(name, "addin")


@pytest.fixture(scope="module")
def exported(file: WorkbookFile, calc: Calc) -> WorkbookFile:
    """The same as Calc saves it."""
    calc.open(file.content)
    return WorkbookFile(calc.export())


class TestWorkbooks:
    def test_every_formula_comes_to_its_stored_value(self, file: WorkbookFile, calc: Calc) -> None:
        assert names_called(file)
        assert differing(file, calc) == []

    def test_saved_under_the_same_names(self, file: WorkbookFile, exported: WorkbookFile) -> None:
        assert names_called(exported) == names_called(file)
        assert not re.search(rb"(?i)xltco|_xll|_xldudf", b"".join(exported.parts.values()))

    def test_what_was_saved_computes_again(self, exported: WorkbookFile, calc: Calc) -> None:
        assert differing(exported, calc) == []


def test_the_extension_also_computes_workbooks_with_lambda_names(
    name: str, built: Built, calc: Calc
) -> None:
    assert differing(built(name, "lambda"), calc) == []


def names_called(file: WorkbookFile) -> dict[tuple[str, str], list[str]]:
    """The functions of the table, bare, in every formula that has one."""
    names = "|".join(function.worksheet_name for function in TABLE)
    found = {
        place: re.findall(rf"(?<![\w.!])({names})\(", text)
        for place, text in file.formulas().items()
    }
    return {place: called for place, called in found.items() if called}


def differing(file: WorkbookFile, calc: Calc) -> list[str]:
    """Formula cells whose value in Calc, after a hard recalculation, is not the stored one.

    But for what computes: that is the extension. A difference of almost equal numbers is 0 to Calc.
    """
    calc.open(file.content)
    cells = calc.read()
    wrong = []
    for (sheet, address), formula in file.formulas().items():
        computed, stored = cells[sheet].get(address), file.value(sheet, address)
        if "TCO_ENGINE(" in formula:
            stored = PYTHON_ENGINE
        same = (
            math.isclose(computed, stored, rel_tol=1e-12, abs_tol=ONE_DIGIT)
            if isinstance(computed, float) and isinstance(stored, (int, float))
            else computed == stored
        )
        if not same:
            wrong.append(f"{sheet}!{address}: {computed!r}, stored {stored!r}")
    return wrong


@pytest.fixture(scope="module")
def wizard(calc: Calc) -> dict[str, dict[str, Any]]:
    """The texts of the function wizard."""
    return calc.describe()


class TestFunctionWizard:
    @pytest.mark.parametrize("function", TABLE, ids=lambda function: function.name)
    def test_says_what_the_table_says(
        self, wizard: dict[str, dict[str, Any]], function: Function
    ) -> None:
        assert wizard[function.worksheet_name] == {
            "description": function.help,
            "category": ADDIN_GROUP,
            "arguments": [[argument.name, argument.help] for argument in function.arguments],
        }


def test_installed_twice_and_taken_out(tmp_path: Path) -> None:
    here = installed(tmp_path)
    assert here.installed_version() == ""
    assert not here.uninstall()
    for _ in range(2):
        here.install(build())
        assert here.installed_version() == __version__
    assert here.uninstall()
    assert here.installed_version() == ""
    with Calc(tmp_path) as calc:
        calc.type([["=COST_PER_MTOK(2.65;6000)"]])
        assert shown(calc.block("A1")[0][0]) == "#NAME?"
        assert not {function.worksheet_name for function in TABLE} & set(calc.describe())


def test_report(outcomes: list[Outcome]) -> None:
    """One line: how many cases that Calc can tell apart were run, and agree."""
    from host_report import report

    told_apart = [outcome for outcome in outcomes if not outcome.exception]
    report(office_version(), len(told_apart), sum(outcome.agrees for outcome in told_apart))
