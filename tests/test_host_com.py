"""The functions in Windows' CPython, called through COM with real VARIANTs and Range objects.

Needs the bench of ``.ci/setup-wine``; elsewhere these tests are skipped.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import com_bench
import pytest
import vba_bench
from case_table import (
    ALL_CASES,
    BY_COLUMN,
    CASES,
    ERRORS,
    Case,
    CellError,
    Table,
    agrees,
    columns,
    in_columns,
)
from com_bench import CallFailed, Excel, Omitted, Range, Wine
from host_report import Tally

from xl_tco.functions import BY_NAME, TABLE, Function, Shape

pytestmark = pytest.mark.skipif(
    com_bench.missing() is not None, reason=f"COM: {com_bench.missing()}"
)


def named(functions: Iterable[Function]) -> list[Any]:
    return [pytest.param(function, id=function.name) for function in functions]


TAKING = named(function for function in TABLE if function.arguments)
ELEMENTWISE = named(function for function in BY_COLUMN if function.is_elementwise)
COST = "COST_PER_MTOK"
ASKED_AT_ONCE = 3
UNICODE = ["кВт·ч", "八", "ﬁ", "½", "0,5 €", "😀", "é" * 5000, "\u202e1", "\x00"]
ODD = [[], [None], [1, 2], ["x", None, True], [[None]], [[None, "x"], [True, 1e308]], Range(None)]


@pytest.fixture(scope="module")
def wine() -> Iterator[Wine]:
    """The bench, for these tests alone."""
    with Wine() as running:
        yield running


@pytest.fixture(scope="module")
def excel(wine: Wine) -> Iterator[Excel]:
    """A running Excel's stand-in, which started Python as the add-in's VBA does."""
    with wine.excel() as running:
        yield running


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    """Which rows of the case table were run, and which passed in every form."""
    counted = Tally()
    yield counted
    counted.report(f"COM ({com_bench.versions()})")


def cell_values(result: Any, texts: bool = False) -> list[list[Any]]:
    """A result as rows of cells; nothing but numbers and error values may be in it, or texts."""
    rows = result if isinstance(result, list) else [[result]]
    assert len({len(row) for row in rows}) == 1
    for row in rows:
        for value in row:
            assert isinstance(value, float) or value in ERRORS or texts, value
            assert "Traceback" not in str(value)
    return rows


def assert_cells(result: Any, expected: Sequence[Sequence[Fraction | str]]) -> None:
    rows = cell_values(result)
    assert [len(row) for row in rows] == [len(row) for row in expected]
    for row, expected_row in zip(rows, expected, strict=True):
        for value, exact in zip(row, expected_row, strict=True):
            assert agrees(value, exact), (value, exact)


def exact_cost(cost: float, tokens: float, share: float = 1) -> Fraction:
    """Cost per million tokens, by exact arithmetic of the decimal literals."""
    cost_, tokens_, share_ = (Fraction(str(value)) for value in (cost, tokens, share))
    return cost_ * 1_000_000 / (tokens_ * share_ * 3600)


def padded(case: Case, filler: Any) -> list[Any]:
    """VBA hands over all of a function's arguments: something stands for those not given."""
    given: list[Any] = list(case.arguments)
    return given + [filler] * (len(BY_NAME[case.function].arguments) - len(given))


class TestCaseTable:
    """Every row, in every form in which a cell's formula can hand it over."""

    @pytest.mark.parametrize("case", ALL_CASES, ids=str)
    def test_values(self, excel: Excel, tally: Tally, case: Case) -> None:
        with tally.counted(case):
            answer = excel.ask(function=case.function.upper(), arguments=padded(case, Omitted()))
            assert agrees(rows_of(answer["value"], case), case.expected)
            kinds = {tuple: "Variant()", str: "String", Fraction: "Double"}
            assert answer["type"] == kinds[type(case.expected)]

    @pytest.mark.parametrize("case", ALL_CASES, ids=str)
    def test_single_cell_ranges(self, excel: Excel, tally: Tally, case: Case) -> None:
        arguments = [
            Range(argument) if place in ranges_of(case) else argument
            for place, argument in enumerate(case.arguments)
        ]
        with tally.counted(case):
            result = excel.call(case.function.upper(), *arguments)
            assert agrees(rows_of(result, case), case.expected)

    @pytest.mark.parametrize("case", CASES["compare"], ids=str)
    def test_tables_as_range_objects(self, excel: Excel, tally: Tally, case: Case) -> None:
        arguments = [
            Range([list(row) for row in argument.rows]) if isinstance(argument, Table) else argument
            for argument in case.arguments
        ]
        with tally.counted(case):
            result = excel.call(case.function.upper(), *arguments)
            assert agrees(rows_of(result, case), case.expected)

    @pytest.mark.parametrize("form", [list, Range], ids=["values", "ranges"])
    @pytest.mark.parametrize("function", named(BY_COLUMN))
    def test_columns(self, excel: Excel, tally: Tally, function: Function, form: Any) -> None:
        given = [form([[value] for value in column]) for column in columns(function)]
        result = excel.call(function.worksheet_name, *given)
        expected = in_columns(function)
        assert len(result) == len(expected)
        for case, row, wanted in zip(CASES[function.name], result, expected, strict=True):
            with tally.counted(case):
                assert agrees([row], (wanted,)), (case, row)

    @pytest.mark.parametrize("function", ELEMENTWISE)
    def test_rows(self, excel: Excel, tally: Tally, function: Function) -> None:
        (result,) = excel.call(function.worksheet_name, *([column] for column in columns(function)))
        expected = in_columns(function)
        assert len(result) == len(expected)
        for case, value, (wanted,) in zip(CASES[function.name], result, expected, strict=True):
            with tally.counted(case):
                assert agrees(value, wanted), (case, value)


def ranges_of(case: Case) -> set[int]:
    """The arguments to hand over as Range objects: all, or one of many.

    Python asks each object a score of questions; with ten of them a case takes half a second.
    """
    places = [place for place, item in enumerate(case.arguments) if not isinstance(item, Table)]
    if len(places) <= ASKED_AT_ONCE:
        return set(places)
    return {CASES[case.function].index(case) % len(places)}


def rows_of(value: Any, case: Case) -> Any:
    """A result as rows: what VBA holds as one row comes as a plain list."""
    is_row = isinstance(value, list) and not isinstance(value[0], list)
    return [value] if is_row and isinstance(case.expected, tuple) else value


class TestStart:
    """Python starts as the VBA would start it."""

    def test_what_the_client_calls_is_what_the_vba_declares(self) -> None:
        client = (com_bench.ROOT / "tests" / "com" / "excel_client.c").read_text("utf-8")
        for bits in (32, 64):
            declared = vba_bench.declared(bits)
            assert f'"{declared.entry}"' in client
            assert declared.parameters == (
                "ByRef Result As Variant, ByVal Config As String, ByVal Mode As Long"
            )
            assert re.fullmatch(rf"xlwings{bits}-[\d.]+\.dll", declared.library)

    def test_the_command_holds_nothing_of_a_workbook_or_its_folder(self) -> None:
        interpreter = r"C:\Program Files\Anna's Python\python.exe"
        start = f'"{interpreter}" -E -P -B -c "import {com_bench.MODULE}, xlwings;'
        command = vba_bench.start_command(interpreter)
        assert command == f"{start} xlwings.serve('$(CLSID)') #0\""

    def test_the_functions_are_those_of_this_checkout(self, wine: Wine) -> None:
        said = wine.python("-c", "import xl_tco; print(xl_tco.__file__)")
        assert Path(said.strip()[2:].replace("\\", "/")).parent == com_bench.ROOT / "xl_tco"

    def test_no_array_library_and_no_pydantic_on_the_way(self, wine: Wine) -> None:
        code = "import sys, xl_tco.udfs; print({'numpy', 'pandas', 'pydantic'} & {*sys.modules})"
        assert wine.python("-c", code).strip() == "set()"

    def test_a_python_that_cannot_start(self, wine: Wine) -> None:
        with pytest.raises(AssertionError, match="no server"):
            wine.excel(f'"{wine.interpreter}" -c "import no_such_module"')


class TestTransport:
    """What the bench itself must do for the rest to mean anything."""

    def test_every_double_arrives_and_returns_as_it_is(self, excel: Excel) -> None:
        generator = random.Random(5)
        values = [generator.uniform(-1, 1) * 10.0 ** generator.randint(-300, 300) for _ in "x" * 50]
        values += [0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 2.0**53]
        block = [[value] for value in values]
        assert excel.ask(method="Var", arguments=[block])["value"] == block
        for value in values:
            assert excel.ask(method="Var", arguments=[value])["value"] == value

    @pytest.mark.parametrize("text", UNICODE, ids=ascii)
    def test_every_text_arrives_and_returns_as_it_is(self, excel: Excel, text: str) -> None:
        assert excel.ask(method="Str", arguments=[text])["value"] == text

    def test_a_range_is_an_object_that_python_asks(self, excel: Excel) -> None:
        answer = excel.ask(function=COST, arguments=[Range(1.41), 90])
        assert answer["callbacks"] > 0
        assert answer["refused"] == []
        assert excel.ask(function=COST, arguments=[1.41, 90])["callbacks"] == 0


class TestArguments:
    """Kinds of argument beyond the case table."""

    @pytest.mark.parametrize("function", TAKING)
    def test_fewer_and_more_than_there_are(self, excel: Excel, function: Function) -> None:
        name = function.worksheet_name
        needed = sum(argument.default is None for argument in function.arguments)
        for count in range(needed):
            assert excel.call(name, *[1] * count) == "#VALUE!"
            assert excel.call(name, *[1] * count, *[Omitted()] * (needed - count)) == "#VALUE!"
        assert excel.call(name, *[1] * (len(function.arguments) + 1)) == "#VALUE!"

    def test_a_function_without_arguments_is_handed_none(self, excel: Excel) -> None:
        """xlwings falls over one; Excel takes no such formula, and the VBA would say #VALUE!."""
        with pytest.raises(CallFailed, match="IndexError"):
            excel.call("TCO_VERSION", 1)
        assert excel.call("TCO_VERSION") == "0.1.0"

    def test_an_optional_argument_omitted_or_not_handed_over(self, excel: Excel) -> None:
        expected = exact_cost(1.41, 93.25)
        assert agrees(excel.call(COST, 1.41, 93.25), expected)
        assert agrees(excel.call(COST, 1.41, 93.25, Omitted()), expected)
        assert agrees(excel.call(COST, Range(1.41), Range(93.25), Omitted()), expected)

    @pytest.mark.parametrize("form", [lambda value: value, Range], ids=["value", "range"])
    def test_currency(self, excel: Excel, form: Any) -> None:
        result = excel.call(COST, form(Decimal("1.41")), form(Decimal("93.25")))
        assert agrees(result, exact_cost(1.41, 93.25))

    @pytest.mark.parametrize("error", sorted(ERRORS))
    def test_every_error_in_is_the_same_error_out(self, excel: Excel, error: str) -> None:
        assert excel.call("RELATIVE", CellError(error), 2) == error
        assert excel.call("RELATIVE", 2, Range(CellError(error))) == error
        result = excel.call("RELATIVE", [[3], [CellError(error)]], 2)
        assert_cells(result, [[Fraction(3, 2)], [error]])

    @pytest.mark.parametrize("text", UNICODE, ids=ascii)
    def test_text_of_any_script(self, excel: Excel, text: str) -> None:
        assert excel.call(COST, text, 93.25) == "#VALUE!"
        assert_cells(
            excel.call(COST, [[text], [1.41]], 93.25), [["#VALUE!"], [exact_cost(1.41, 93.25)]]
        )

    @pytest.mark.parametrize(
        "value",
        [
            [],
            [None],
            [1, 2],
            ["x", None, True],
            [[None]],
            [[None, "x"], [True, 1e308]],
            Range(None),
        ],
        ids=repr,
    )
    @pytest.mark.parametrize("function", TAKING)
    def test_whatever_comes_no_traceback_returns(
        self, excel: Excel, function: Function, value: Any
    ) -> None:
        texts = function.shape in (Shape.TABLE, Shape.WORD)
        cell_values(excel.call(function.worksheet_name, value), texts)
        for count in range(1, len(function.arguments)):
            others = [1] * count
            cell_values(excel.call(function.worksheet_name, value, *others), texts)
            cell_values(excel.call(function.worksheet_name, *others, value), texts)
        cell_values(excel.call(function.worksheet_name, *[value] * len(function.arguments)), texts)

    def test_an_unknown_function_fails_and_the_next_call_works(self, excel: Excel) -> None:
        with pytest.raises(CallFailed, match="NO_SUCH_FUNCTION"):
            excel.call("NO_SUCH_FUNCTION", 1)
        assert agrees(excel.call(COST, 1.41, 93.25), exact_cost(1.41, 93.25))


@pytest.mark.parametrize("form", [list, Range], ids=["values", "ranges"])
class TestRanges:
    """Blocks of cells, as arrays and as Range objects."""

    def test_block_by_value(self, excel: Excel, form: Any) -> None:
        costs = [[1.41, 2.652, "x"], [-1, CellError("#N/A"), None]]
        expected = [
            [exact_cost(1.41, 90), exact_cost(2.652, 90), "#VALUE!"],
            ["#NUM!", "#N/A", "#VALUE!"],
        ]
        assert_cells(excel.call(COST, form(costs), 90), expected)

    def test_row_by_column(self, excel: Excel, form: Any) -> None:
        costs, tokens = (1.41, 2.652), (90, 6000, 0)
        expected = [[exact_cost(c, t) if t else "#NUM!" for c in costs] for t in tokens]
        column = [[value] for value in tokens]
        assert_cells(excel.call(COST, form([[*costs]]), form(column)), expected)

    def test_blank_elements_of_an_optional_range(self, excel: Excel, form: Any) -> None:
        whole, half = exact_cost(1.41, 90), exact_cost(1.41, 90, 0.5)
        result = excel.call(COST, 1.41, 90, form([[None], [0.5], [""], [1.5]]))
        assert_cells(result, [[whole], [half], [whole], ["#NUM!"]])

    def test_a_shorter_range_leaves_not_available(self, excel: Excel, form: Any) -> None:
        result = excel.call(COST, form([[1.41], [2.652]]), form([[90], [6000], [93.25]]))
        assert_cells(result, [[exact_cost(1.41, 90)], [exact_cost(2.652, 6000)], ["#N/A"]])

    @pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (3, 2), (2, 3)])
    @pytest.mark.parametrize("function", ELEMENTWISE)
    def test_the_shape_is_kept(
        self, excel: Excel, form: Any, function: Function, shape: tuple[int, int]
    ) -> None:
        rows, width = shape
        first, *others = next(case.arguments for case in CASES[function.name] if not case.is_error)
        block = [[first] * width for _ in range(rows)]
        result = cell_values(excel.call(function.worksheet_name, form(block), *others))
        assert [len(row) for row in result] == [width] * rows
        assert len({value for row in result for value in row}) == 1

    def test_parts_beside_each_other(self, excel: Excel, form: Any) -> None:
        capex = form([[8760], [17520], ["x"]])
        result = excel.call("GPU_HOUR_COST_BREAKDOWN", capex, 1, 0, 1, 3)
        assert result == [[1.0, 0.0, 0.0, 3.0], [2.0, 0.0, 0.0, 3.0], ["#VALUE!"] * 4]
        two = form([[1, 2]])
        assert excel.call("GPU_HOUR_COST_BREAKDOWN", two, 1, 0, 1, 3) == "#VALUE!"

    def test_a_hundred_thousand_cells(self, excel: Excel, form: Any) -> None:
        tokens = [[count % 7919] for count in range(100_000)]
        result = excel.call(COST, 1.41, form(tokens))
        assert len(result) == len(tokens)
        pairs = {(count, value) for (count,), (value,) in zip(tokens, result, strict=True)}
        assert len(pairs) == 7919
        for count, value in pairs:
            assert agrees(value, exact_cost(1.41, count) if count else "#NUM!")
