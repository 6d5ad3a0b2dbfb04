"""LAMBDA names: the stored form Excel accepts, and a second engine (IronCalc) against Python."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import ironcalc
import openpyxl
import pytest
from case_table import (
    BY_COLUMN,
    CASES,
    Blank,
    Case,
    CaseArgument,
    CellError,
    Table,
    agrees,
    as_rows,
    cell_value,
    columns,
    in_columns,
)
from host_report import Tally
from lambda_catalog import add_catalog
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from xl_tco.catalog.records import all_figures
from xl_tco.cells import evaluate_cells
from xl_tco.functions import BY_NAME, TABLE, Argument, Function, Shape
from xl_tco.hosts.lambda_names import lambda_comment, lambda_text
from xl_tco.lookups.compare import METRICS
from xl_tco.lookups.operating_point import FIGURES


def named(functions: Sequence[Function]) -> list[Any]:
    return [pytest.param(function, id=function.name) for function in functions]


FUNCTIONS = named(TABLE)
DRAWN_ROWS = 1500
DRAWN_TABLES = 150
IRONCALC_ZERO = 2.0**-52
NAME_TEXT_LIMIT = 7900
COMMENT_TEXT_LIMIT = 255
CALL_COLUMN = 30  # arguments stand left of it, what comes out from it on

NEWER = {"LET", "LAMBDA", "ISOMITTED", "XLOOKUP", "MAP", "HSTACK", "SEQUENCE", "DROP"}
IN_FORMULAS = {"IF", "ISERROR", "ISNUMBER", "_xlfn.LET", "_xlfn.ISOMITTED"}
IN_LOOKUPS = IN_FORMULAS | {
    *("ISTEXT", "ISNA", "LEN", "LEFT", "MID", "SUBSTITUTE", "TRIM"),
    *("EXP", "LN", "MAX", "MIN", "SUM", "_xlfn.DROP"),
    *("ABS", "INT", "DATE", "YEAR", "MONTH", "DAY", "ROWS", "COLUMNS", "INDEX", "MATCH"),
    *("_xlfn.LAMBDA", "_xlfn.MAP", "_xlfn.XLOOKUP", "_xlfn.HSTACK", "_xlfn.SEQUENCE"),
    *("catalog_rows", "catalog_keys", "catalog_values", "catalog_platforms"),
}

# Variables that are no arrays: within a MAP IronCalc takes no other MAP.
SINGLE = (r"_xlpm\.point\b", r"_xlpm\.fault\b", r"_xlpm\.errors\b")

ERROR_FORMULAS = {
    "#NULL!": "=#NULL!",
    "#DIV/0!": "=1/0",
    "#VALUE!": '="text"+1',
    "#REF!": "=#REF!",
    "#NAME?": "=NO_SUCH_NAME",
    "#NUM!": "=SQRT(-1)",
    "#N/A": "=NA()",
}


def parameters_and_body(text: str) -> tuple[list[str], str]:
    """A LAMBDA text taken apart: its parameters, and what it computes."""
    inside = text.removeprefix("_xlfn.LAMBDA(").removesuffix(")")
    found = re.match(r"(?:_xl[po][mp]\.\w+,)*", inside)
    assert found
    parameters = found.group().rstrip(",")
    return parameters.split(",") if parameters else [], inside[found.end() :]


def without_texts(text: str) -> str:
    """The text with its string literals and error literals taken out."""
    return re.sub(r'"[^"]*"|#[A-Z/0]+[!?]|#N/A', "", text)


def arguments_of(text: str) -> list[str]:
    """What stands between the commas up to the parenthesis that closes the call."""
    found, depth = [""], 0
    for character in text:
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(character, 0)
        if depth < 0:
            break
        if character == "," and not depth:
            found.append("")
        else:
            found[-1] += character
    return found


def scopes(text: str) -> Iterator[tuple[set[str], str]]:
    """Every LET and LAMBDA in a text: the names it gives, and all that stands within it."""
    text = without_texts(text)
    for call in re.finditer(r"_xlfn\.(LET|LAMBDA)\(", text):
        given = arguments_of(text[call.end() :])
        step = 2 if call[1] == "LET" else 1
        names = {re.sub(r"^_xl[po][mp]\.", "", name) for name in given[:-1:step]}
        yield names, ",".join(given)


def functions_called(text: str) -> set[str]:
    return {name.lower() for name in re.findall(r"([A-Za-z_]\w*)\(", text)}


def faulty_names(text: str) -> set[str]:
    """Names of parameters and variables that Excel takes for a cell or for a function."""
    found: set[str] = set()
    for names, within in scopes(text):
        called = functions_called(within)
        found |= {name for name in names if name.lower() in called or looks_like_a_cell(name)}
    return found


def looks_like_a_cell(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]{1,3}\d+|[Rr]\d*([Cc]\d*)?|[Cc]\d*", name))


class TestForm:
    """The form in which Excel itself stores a LAMBDA name."""

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_a_lambda_of_the_functions_arguments(self, function: Function) -> None:
        text = lambda_text(function)
        assert text.startswith("_xlfn.LAMBDA(")
        parameters, _ = parameters_and_body(text)
        assert parameters == [
            ("_xlpm." if argument.default is None else "_xlop.") + parameter_name(argument)
            for argument in function.arguments
        ]
        assert parameters == sorted(parameters, key=lambda name: name.startswith("_xlop."))

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_every_name_in_the_body_is_a_parameter_or_a_known_function(
        self, function: Function
    ) -> None:
        text = lambda_text(function)
        parameters, body = parameters_and_body(text)
        names = set(re.findall(r"[A-Za-z_][\w.]*", without_texts(body)))
        variables = {name.removeprefix("_xlpm.") for name in names if name.startswith("_xlpm.")}
        others = {name for name in names if not name.startswith("_xlpm.")}
        if function.is_formula:
            assert others <= IN_FORMULAS
        else:
            assert others <= IN_LOOKUPS | {item.worksheet_name for item in TABLE}
        assert {name.partition(".")[2] for name in parameters} <= variables
        assert variables == {name for names, _ in scopes(text) for name in names}

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_no_name_that_excel_takes_for_something_else(self, function: Function) -> None:
        text = lambda_text(function)
        assert faulty_names(text) == set()
        ours = {item.name for item in TABLE}
        assert not [name for names, _ in scopes(text) for name in names if name.lower() in ours]

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("_xlfn.LAMBDA(_xlpm.fp4,_xlpm.fp4*2)", "fp4"),
            ("_xlfn.LAMBDA(_xlop.r,_xlpm.r)", "r"),
            ("_xlfn.LET(_xlpm.r1c1,1,_xlpm.r1c1)", "r1c1"),
            ("_xlfn.LET(_xlpm.gross_margin,GROSS_MARGIN(4,1),_xlpm.gross_margin)", "gross_margin"),
            ("_xlfn.LET(_xlpm.a,IF(1,2,3),_xlpm.IF,4,_xlpm.a)", "IF"),
        ],
    )
    def test_the_rule_on_names_finds_faults(self, text: str, name: str) -> None:
        assert faulty_names(text) == {name}

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_newer_functions_bear_their_prefix(self, function: Function) -> None:
        text = without_texts(lambda_text(function))
        assert not re.search(rf"(?<!_xlfn\.)\b({'|'.join(NEWER)})\(", text)
        assert set(re.findall(r"_xlfn\.(\w+)\(", text)) <= NEWER

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_nothing_that_excel_repairs_or_collapses(self, function: Function) -> None:
        text = lambda_text(function)
        assert "[" not in text
        assert "\n" not in text
        assert " " not in without_texts(text)
        assert not re.search(r"\b(AND|OR)\(", text)
        assert len(text) < NAME_TEXT_LIMIT

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_parentheses_balance(self, function: Function) -> None:
        depth = 0
        for character in without_texts(lambda_text(function)):
            depth += {"(": 1, ")": -1}.get(character, 0)
            assert depth >= 0
        assert depth == 0

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_comment(self, function: Function) -> None:
        comment = lambda_comment(function)
        assert 0 < len(comment) <= COMMENT_TEXT_LIMIT
        assert comment.startswith(f"{function.worksheet_name}(")
        assert function.result.unit in comment


def parameter_name(argument: Argument) -> str:
    """The argument's name, but where it is also a function's: then it may not stand there."""
    taken = {"revenue_per_gpu_hour"}
    return f"given_{argument.name}" if argument.name in taken else argument.name


def as_it_is(text: str) -> str:
    return text


def lifted(text: str) -> str:
    """The same text, with the checks of a kind that IronCalc takes element by element."""
    return re.sub(
        rf"\b(ISNUMBER|ISTEXT|ISERROR)\((?!{'|'.join(SINGLE)})(_xlpm\.\w+)\)",
        r"_xlfn.MAP(\2,_xlfn.LAMBDA(_xlpm.element,\1(_xlpm.element)))",
        text,
    )


class Sheet:
    """A workbook with all LAMBDA names and the catalog; calls, each in rows of its own."""

    def __init__(self, written: Callable[[str], str] = as_it_is) -> None:
        self._book = openpyxl.Workbook()
        add_catalog(self._book)
        for function in TABLE:
            text = written(lambda_text(function))
            self._book.defined_names.add(DefinedName(function.worksheet_name, attr_text=text))
        self._calls: list[tuple[int, str]] = []
        self._free = 1

    def call_cells(self, function: Function, arguments: Sequence[CaseArgument]) -> None:
        """Add a call by reference: ``=F(A1,B1)``, ``=F(A1:C3)`` for a table."""
        top, height, column, words = self._free, 1, 1, []
        for argument in arguments:
            rows = argument.rows if isinstance(argument, Table) else ((argument,),)
            for place, row in enumerate(rows):
                for step, content in enumerate(row):
                    self._put(top + place, column + step, content)
            last = column + len(rows[0]) - 1
            words.append(area(top, column, top + len(rows) - 1, last))
            height, column = max(height, len(rows)), last + 1
        self._call(function, words, height)

    def call_literals(self, function: Function, arguments: Sequence[CaseArgument]) -> None:
        """Add a call with the values written into it: ``=F(1.41,93.25,)``."""
        self._call(function, [_literal(argument) for argument in arguments], 1)

    def _put(self, row: int, column: int, argument: CaseArgument) -> None:
        if not isinstance(argument, Blank):
            self._book.active.cell(row, column, _cell_content(argument))

    def _call(self, function: Function, words: Sequence[str], height: int) -> None:
        self._calls.append((self._free, f"={function.worksheet_name}({','.join(words)})"))
        self._free += max(height, _tallest(function))

    def results(self, path: Path, shapes: Sequence[tuple[int, int]]) -> list[Any]:
        """What IronCalc computes, call by call: a value, or rows of such a shape.

        The calls are typed: what openpyxl writes is no formula that spills.
        """
        self._book.save(path)
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
        for row, text in self._calls:
            model.set_user_input(0, row, CALL_COLUMN, text)
        model.evaluate()
        found = []
        for (top, _), (rows, width) in zip(self._calls, shapes, strict=True):
            block = [
                [model.get_cell_value(0, top + row, CALL_COLUMN + step) for step in range(width)]
                for row in range(rows)
            ]
            beside = model.get_cell_value(0, top, CALL_COLUMN + width)
            assert beside is None, "it spills wider than it should"
            found.append(block[0][0] if rows == width == 1 else block)
        return found


def _tallest(function: Function) -> int:
    """Rows that a call may spill into."""
    return 1 + len(BY_NAME["platforms"].formula()) if function.shape is Shape.TABLE else 1


def area(top: int, left: int, bottom: int, right: int) -> str:
    first, last = f"{get_column_letter(left)}{top}", f"{get_column_letter(right)}{bottom}"
    return first if first == last else f"{first}:{last}"


def test_ironcalc_still_compares_tiny_numbers_as_zero() -> None:
    """Its own: Excel and Python say FALSE. When this fails, ``as_ironcalc_sees_it`` may go."""
    model = ironcalc.create("tiny", "en", "UTC", "en")
    model.set_user_input(0, 1, 1, f"={IRONCALC_ZERO / 1.01!r}<=0")
    model.set_user_input(0, 2, 1, f"={IRONCALC_ZERO * 1.01!r}<=0")
    model.evaluate()
    assert [model.get_cell_value(0, row, 1) for row in (1, 2)] == [True, False]


def test_ironcalc_still_does_not_take_checks_of_a_kind_element_by_element() -> None:
    """Its own: in Excel each gives an array of two. When this fails, ``lifted`` may go."""
    model = ironcalc.create("kinds", "en", "UTC", "en")
    for column, check in enumerate(("ISNUMBER", "ISTEXT", "ISERROR"), start=1):
        model.set_user_input(0, 1, column, f'={check}({{1;"x"}})')
    model.evaluate()
    assert [[model.get_cell_value(0, row, column) for column in (1, 2, 3)] for row in (1, 2)] == [
        [False, False, False],
        [None, None, None],
    ]


def test_ironcalc_still_calls_a_power_beyond_its_range_a_division() -> None:
    """Its own: Excel says #NUM!. When this fails, ``outgrown`` may go."""
    model = ironcalc.create("power", "en", "UTC", "en")
    for row, text in enumerate(("=2^2000", "=1E+308*10"), start=1):
        model.set_user_input(0, row, 1, text)
    model.evaluate()
    assert [model.get_cell_value(0, row, 1) for row in (1, 2)] == ["#DIV/0!", "#NUM!"]


def outgrown(function: Function, call: Sequence[CaseArgument]) -> bool:
    """Tell whether growth over the life, at the cost of capital, is no floating-point number."""
    names = (argument.name for argument in function.arguments)
    given: dict[str, Any] = dict(zip(names, call, strict=False))
    try:
        (1.0 + given["cost_of_capital"]) ** given["life_years"]
    except OverflowError:
        return True
    except (KeyError, TypeError, ZeroDivisionError):
        return False
    return False


def as_ironcalc_sees_it(function: Function, call: Sequence[CaseArgument], expected: Any) -> Any:
    """The expected value, but for its own errors.

    It says ``#NUM!`` of a number where 0 < x < 2^-52 must be greater than 0, and ``#DIV/0!`` of a
    power beyond its range.
    """
    if expected == "#NUM!" and outgrown(function, call):
        return "#DIV/0!"
    tiny = any(
        isinstance(value, float)
        and 0 < value < IRONCALC_ZERO
        and any((bound.symbol, bound.value) == (">", 0) for bound in argument.limits.bounds)
        for argument, value in zip(function.arguments, call, strict=False)
    )
    return "#NUM!" if tiny and not isinstance(expected, str) else expected


def _cell_content(argument: CaseArgument) -> Any:
    if isinstance(argument, CellError):
        return ERROR_FORMULAS[argument.code]
    return '=""' if argument == "" else argument


def _literal(argument: CaseArgument) -> str:
    match argument:
        case Blank():
            return ""
        case CellError(code):
            return code
        case bool():
            return str(argument).upper()
        case str():
            return f'"{argument}"'
        case date():
            return f"DATE({argument:%Y,%m,%d})"
    return repr(argument)


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    """The cases that were run, reported in one line at the end."""
    counted = Tally()
    yield counted
    counted.report("LAMBDA names (IronCalc)")


def written_for(function: Function) -> Callable[[str], str]:
    """Only a function of tables needs IronCalc's help even with single cells."""
    takes_table = any(argument.shape is Shape.TABLE for argument in function.arguments)
    return lifted if takes_table else as_it_is


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cases_in_cells(function: Function, tmp_path: Path, tally: Tally) -> None:
    cases = CASES[function.name]
    sheet = Sheet(written_for(function))
    for case in cases:
        sheet.call_cells(function, case.arguments)
    results = sheet.results(tmp_path / "cells.xlsx", [case.shape for case in cases])
    wrong = wrong_cases(function, cases, results)
    tally.run.update(cases)
    tally.failed.update(wrong)
    assert wrong == {}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cases_as_literals(function: Function, tmp_path: Path) -> None:
    """A blank is an argument left empty between commas; a table can only be a range."""
    cases = [
        case
        for case in CASES[function.name]
        if not any(isinstance(argument, Table) for argument in case.arguments)
    ]
    sheet = Sheet(written_for(function))
    for case in cases:
        sheet.call_literals(function, case.arguments)
    results = sheet.results(tmp_path / "literals.xlsx", [case.shape for case in cases])
    assert wrong_cases(function, cases, results) == {}


def wrong_cases(
    function: Function, cases: Sequence[Case], results: Sequence[Any]
) -> dict[Case, str]:
    return {
        case: f"{result!r}, not {case.in_lambda}"
        for case, result in zip(cases, results, strict=True)
        if not agrees(result, as_ironcalc_sees_it(function, case.arguments, case.in_lambda))
    }


@pytest.mark.parametrize("function", named(BY_COLUMN))
def test_cases_in_columns(function: Function, tmp_path: Path) -> None:
    """All cases in one call on columns of cells, which spills."""
    cases = CASES[function.name]
    expected = [
        as_rows(as_ironcalc_sees_it(function, case.arguments, row[0]))[0] * len(row)
        if as_ironcalc_sees_it(function, case.arguments, row[0]) != row[0]
        else row
        for case, row in zip(cases, in_columns(function), strict=True)
    ]
    sheet = Sheet(lifted)
    sheet.call_cells(function, [Table(tuple((cell,) for cell in col)) for col in columns(function)])
    shape = (len(cases), len(expected[0]))
    (result,) = sheet.results(tmp_path / "columns.xlsx", [shape])
    wrong = [
        f"{case}: {row!r}, not {wanted}"
        for case, row, wanted in zip(cases, result, expected, strict=True)
        if not agrees([row], (wanted,))
    ]
    assert wrong == []


def drawn_number(draw: random.Random, argument: Argument) -> CaseArgument:
    """Mostly numbers within the limits; else on a limit, outside, text, logical, blank, error."""
    kind = draw.random()
    if kind < 0.6:
        low = 1.0 if not argument.limits.contains(0.5) else 0.0
        high = 1.0 if not argument.limits.contains(2.0) else 10 ** draw.uniform(-3, 4) + low
        if argument.name == "life_years":
            low, high = 0.5, 30.0
        if argument.name == "cost_of_capital":
            low = 0.01
        return round(draw.uniform(low, high), draw.randint(3, 9))
    if kind < 0.72:
        # An annuity of a moment or of a tiny rate has few digits: another engine has others.
        extremes = [] if argument.name in ("life_years", "cost_of_capital") else [1e-9, 1e9]
        return draw.choice([0, 1, -1, 0.5, 2, -1e-9, *extremes])
    return drawn_fault(draw, kind)


def drawn_word(draw: random.Random, argument: Argument) -> CaseArgument:
    """Mostly what the catalog knows, in any case; else what it does not, or no text at all."""
    kind = draw.random()
    figure = draw.choice(all_figures())
    if kind < 0.75:
        known = {
            "platform": figure.platform,
            "figure": draw.choice(["cost_per_gpu_hour", "kw_per_gpu", figure.figure]),
            "tier": draw.choice([figure.variant, "owned_hyperscaler", "rental_3yr", "utility"]),
            "as_of": draw.choice([figure.as_of, "2026-02", "2026-08-01", "2027", "2026-07", ""]),
        }[argument.name]
        return draw.choice([known, known, known.upper(), known.capitalize()])
    if kind < 0.8 and argument.name == "as_of":
        return draw.choice([2026, 2025, 46054, 46217.5, 46400, date(2026, 8, 1), 99, 3e6])
    return drawn_fault(draw, kind)


def drawn_fault(draw: random.Random, kind: float) -> CaseArgument:
    if kind < 0.82:
        return draw.choice(["x", "5", "", " ", "TRUE", "0.5", "1e3", "é"])
    if kind < 0.87:
        return draw.choice([True, False])
    if kind < 0.93:
        return Blank()
    return CellError(draw.choice(sorted(ERROR_FORMULAS)))


def drawn_call(draw: random.Random, function: Function) -> tuple[CaseArgument, ...]:
    """Arguments for every parameter, or for the first ones only.

    Of many arguments most are good, so that not every call has a fault.
    """
    arguments = function.arguments
    if draw.random() < 0.3:
        needed = sum(argument.default is None for argument in arguments)
        arguments = arguments[: draw.randint(needed, len(arguments))]
    drawn = drawn_number if function.is_formula else drawn_word
    good = draw.random() < 0.5
    found = []
    for argument in arguments:
        value = drawn(draw, argument)
        while good and not _is_taken(function, argument, value):
            value = drawn(draw, argument)
        found.append(value)
    return tuple(found)


def _is_taken(function: Function, argument: Argument, value: CaseArgument) -> bool:
    if not function.is_formula:
        return isinstance(value, (str, date))
    return type(value) in (int, float) and argument.limits.contains(value)


@pytest.mark.parametrize("function", named(BY_COLUMN))
def test_drawn_calls_equal_python(function: Function, tmp_path: Path) -> None:
    draw = random.Random(f"2026-02-{function.name}")
    calls = [drawn_call(draw, function) for _ in range(DRAWN_ROWS)]
    sheet = Sheet()
    for call in calls:
        sheet.call_cells(function, call)
    python = [evaluate_cells(function, [cell_value(value) for value in call]) for call in calls]
    assert len({type(value) for value in python}) == 2, "both values and errors are drawn"
    shapes = [(1, len(value[0])) if isinstance(value, list) else (1, 1) for value in python]
    wrong = [
        f"{call}: IronCalc {result!r}, Python {value!r}"
        for call, result, value in zip(
            calls, sheet.results(tmp_path / "drawn.xlsx", shapes), python, strict=True
        )
        if not _same(result, as_ironcalc_sees_it(function, call, value))
    ]
    assert wrong == []


def drawn_table(draw: random.Random) -> Table:
    """Some of the columns that COMPARE knows and one it does not, with figures and faults."""
    known = {item.name: item for name in METRICS for item in BY_NAME[name].arguments}
    known.pop("revenue_per_gpu_hour")
    names = draw.sample(sorted(known), draw.randint(1, len(known)))
    faults = draw.random() < 0.5
    rows: list[list[CaseArgument]] = [["platform", *names]]
    for number in range(draw.randint(1, 4)):
        row: list[CaseArgument] = [f"p{number}"]
        for name in names:
            value = drawn_number(draw, known[name])
            while not faults and not _is_taken(BY_NAME["relative"], known[name], value):
                value = drawn_number(draw, known[name])
            row.append(value)
        rows.append(row)
    return Table(tuple(map(tuple, rows)))


def test_drawn_tables_equal_python(tmp_path: Path) -> None:
    compare = BY_NAME["compare"]
    draw = random.Random("2026-02-compare")
    tables = [drawn_table(draw) for _ in range(DRAWN_TABLES)]
    sheet = Sheet(lifted)
    for table in tables:
        sheet.call_cells(compare, [table])
    python = [evaluate_cells(compare, [cell_value(table)]) for table in tables]
    shapes = [(len(value), len(value[0])) for value in python]
    results = sheet.results(tmp_path / "tables.xlsx", shapes)
    for table, result, value in zip(tables, results, python, strict=True):
        assert _same(result, value), table


def drawn_measurements(draw: random.Random, figure: Function) -> tuple[list[float], Table]:
    """Points, and measurements around them: few different numbers, so that some tie or lack."""
    headers = ["interactivity", "tokens_per_second_per_gpu", figure.arguments[-1].name]
    headers += [item.name for item in figure.arguments if item.name not in headers]
    given = [1, draw.choice([0.5, 1, 2.5])]
    rows: list[list[CaseArgument]] = []
    for _ in range(draw.randint(1, 12)):
        speed = draw.choice([10 * draw.randint(1, 9), round(draw.uniform(1, 100), 3)])
        output = draw.choice([100 * draw.randint(1, 9), round(draw.uniform(1, 1000), 3)])
        rows.append([speed, output, *given])
        if draw.random() < 0.15:
            rows[-1][draw.randrange(2)] = Blank()
    if draw.random() < 0.15:
        row = draw.choice(rows)
        place = draw.randrange(len(row))
        row[place] = draw.choice(["x", -1, True, CellError("#REF!"), Blank(), 3])
    points = [draw.choice([10 * draw.randint(1, 9), draw.uniform(5, 95)]) for _ in range(4)]
    return points, Table((tuple(headers), *map(tuple, rows)))


@pytest.mark.parametrize("name", list(FIGURES))
def test_drawn_measurements_equal_python(name: str, tmp_path: Path) -> None:
    draw = random.Random(f"2026-11-{name}")
    drawn = [drawn_measurements(draw, FIGURES[name]) for _ in range(DRAWN_TABLES)]
    calls = [(Table(tuple((point,) for point in points)), table) for points, table in drawn]
    sheet = Sheet(lifted)
    for call in calls:
        sheet.call_cells(BY_NAME[name], call)
    python = [evaluate_cells(BY_NAME[name], [cell_value(item) for item in call]) for call in calls]
    kinds = Counter(str(type(value)) for value, *_ in chain.from_iterable(python))
    assert min(kinds.values()) > DRAWN_TABLES, "both figures and errors are drawn"
    results = sheet.results(tmp_path / "measured.xlsx", [(4, 1)] * len(calls))
    for call, result, value in zip(calls, results, python, strict=True):
        assert _same(result, value), call


def _same(result: Any, value: Any) -> bool:
    if isinstance(value, list):
        return (
            isinstance(result, list)
            and len(result) == len(value)
            and all(
                len(row) == len(wanted) and all(map(_same, row, wanted))
                for row, wanted in zip(result, value, strict=True)
            )
        )
    if isinstance(result, str) or isinstance(value, str):
        return bool(result == value)
    return bool(result == pytest.approx(value, rel=1e-11, abs=1e-300))
