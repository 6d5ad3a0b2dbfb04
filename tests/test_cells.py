"""Functions on cell values: the case table, ranges, garbage, and what xlwings will find."""

import datetime
import inspect
import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import formualizer
import pytest
from case_table import ALL_CASES, CASES, Case, agrees, cell_value
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_tco import udfs
from xl_tco.errors import ExcelError
from xl_tco.functions import BY_NAME, TABLE, Function
from xl_tco.hosts.cells import evaluate_cells

FUNCTIONS = [pytest.param(function, id=function.name) for function in TABLE]
COST = BY_NAME["cost_per_mtok"]
HELP_LIMIT = 255
ERRORS = {error.value for error in ExcelError}


def worksheet_function(name: str) -> Any:
    return getattr(udfs, name.upper())


def exact_cost(cost: float, tokens: float, share: float = 1) -> Fraction:
    """Cost per million tokens, by exact arithmetic of the decimal literals."""
    cost_, tokens_, share_ = (Fraction(str(value)) for value in (cost, tokens, share))
    return cost_ * 1_000_000 / (tokens_ * share_ * 3600)


def assert_grid(result: Any, expected: list[list[Fraction | str]]) -> None:
    assert [len(row) for row in result] == [len(row) for row in expected]
    for row, expected_row in zip(result, expected, strict=True):
        for value, exact in zip(row, expected_row, strict=True):
            assert agrees(value, exact), (value, exact)


class TestCaseTable:
    """The table itself, and every case of it through the cells' adapter and the add-in."""

    def test_every_function_has_a_file(self) -> None:
        assert set(CASES) == {function.name for function in TABLE}

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_at_least_twenty_cases_of_both_kinds(self, function: Function) -> None:
        cases = CASES[function.name]
        assert len(set(cases)) >= 20
        assert {type(case.expected) for case in cases} == {Fraction, str}
        assert all(case.expected in ERRORS for case in cases if isinstance(case.expected, str))

    @pytest.mark.parametrize("case", ALL_CASES, ids=str)
    def test_scalars(self, case: Case) -> None:
        values = [cell_value(argument) for argument in case.arguments]
        assert agrees(evaluate_cells(BY_NAME[case.function], values), case.expected)
        assert agrees(worksheet_function(case.function)(*values), case.expected)

    @pytest.mark.parametrize("case", ALL_CASES, ids=str)
    def test_single_cells_as_two_dimensions(self, case: Case) -> None:
        """As xlwings hands them over with ``ndim=2``."""
        values = [[[cell_value(argument)]] for argument in case.arguments]
        assert agrees(evaluate_cells(BY_NAME[case.function], values), case.expected)
        assert agrees(worksheet_function(case.function)(*values), case.expected)

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_all_cases_as_columns(self, function: Function) -> None:
        columns, expected = _columns(function)
        assert_grid(worksheet_function(function.name)(*columns), [[value] for value in expected])

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_all_cases_as_rows(self, function: Function) -> None:
        columns, expected = _columns(function)
        rows = [[[value for (value,) in column]] for column in columns]
        assert_grid(worksheet_function(function.name)(*rows), [expected])


def _columns(function: Function) -> tuple[list[list[list[Any]]], list[Fraction | str]]:
    """The whole case table, one column per argument; an omitted argument is an empty cell."""
    cases = CASES[function.name]
    size = len(function.arguments)
    rows = [[cell_value(argument) for argument in case.arguments] for case in cases]
    padded = [row + [None] * (size - len(row)) for row in rows]
    columns = [[[row[place]] for row in padded] for place in range(size)]
    return columns, [case.expected for case in cases]


class TestValues:
    """Kinds of value that some host hands over."""

    @pytest.mark.parametrize("error", sorted(ERRORS))
    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_any_error_in_is_the_same_error_out(self, function: Function, error: str) -> None:
        for place, _ in enumerate(function.arguments):
            values: list[Any] = ["text", None, True][: len(function.arguments)]
            values[place] = error
            assert evaluate_cells(function, values) == error

    def test_currency_arrives_as_decimal(self) -> None:
        result = evaluate_cells(COST, [Decimal("1.41"), Decimal("93.25")])
        assert agrees(result, exact_cost(1.41, 93.25))

    @pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "1E+400"])
    def test_a_decimal_that_is_no_number(self, value: str) -> None:
        assert evaluate_cells(COST, [Decimal(value), 93.25]) == "#NUM!"

    @pytest.mark.parametrize(
        "value",
        [math.nan, math.inf, -math.inf, 10**400, 10**5000],
        ids=["nan", "inf", "-inf", "10^400", "10^5000"],
    )
    def test_no_finite_number(self, value: float) -> None:
        assert evaluate_cells(COST, [value, 93.25]) == "#NUM!"

    @pytest.mark.parametrize(
        "value", [datetime.datetime(2026, 2, 1), datetime.date(2026, 2, 1), b"5", object(), 1j, {}]
    )
    def test_other_objects_are_no_numbers(self, value: object) -> None:
        assert evaluate_cells(COST, [value, 93.25]) == "#VALUE!"

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_missing_and_superfluous_arguments(self, function: Function) -> None:
        assert evaluate_cells(function, []) == "#VALUE!"
        assert evaluate_cells(function, [1.0]) == "#VALUE!"
        assert evaluate_cells(function, [1.0] * (len(function.arguments) + 1)) == "#VALUE!"

    def test_text_that_only_looks_like_an_error(self) -> None:
        assert evaluate_cells(COST, ["#n/a", 93.25]) == "#VALUE!"
        assert evaluate_cells(COST, ["N/A", 93.25]) == "#VALUE!"


class TestRanges:
    """Range in, array of the same shape out."""

    def test_errors_only_where_the_element_is_bad(self) -> None:
        costs = [[1.41, 2.652, "x"], [-1.0, "#N/A", None]]
        expected = [
            [exact_cost(1.41, 90), exact_cost(2.652, 90), "#VALUE!"],
            ["#NUM!", "#N/A", "#VALUE!"],
        ]
        assert_grid(evaluate_cells(COST, [costs, 90]), expected)

    def test_blank_elements_of_an_optional_range_mean_the_default(self) -> None:
        result = evaluate_cells(COST, [1.41, 90, [[None], [0.5], [""], [1.5]]])
        whole, half = exact_cost(1.41, 90), exact_cost(1.41, 90, 0.5)
        assert_grid(result, [[whole], [half], [whole], ["#NUM!"]])

    def test_row_by_column(self) -> None:
        costs, tokens = (1.41, 2.652), (90, 6000, 0)
        expected = [[exact_cost(c, t) if t else "#NUM!" for c in costs] for t in tokens]
        column = [[value] for value in tokens]
        assert_grid(evaluate_cells(COST, [[list(costs)], column]), expected)
        assert_grid(evaluate_cells(COST, [list(costs), column]), expected)

    def test_row_and_column_against_a_block(self) -> None:
        shares = [[0.5, 0.25], [1, 0.1], [0.3, 0.7]]
        costs, tokens = (1.41, 2.652), (90, 6000, 93.25)
        expected = [
            [
                exact_cost(cost, tokens[row], shares[row][column])
                for column, cost in enumerate(costs)
            ]
            for row, _ in enumerate(tokens)
        ]
        result = evaluate_cells(COST, [[list(costs)], [[value] for value in tokens], shares])
        assert_grid(result, expected)

    def test_a_shorter_range_leaves_not_available(self) -> None:
        """As Excel does: what only one range covers is #N/A."""
        costs, tokens = [[1.41], [2.652]], [[90], [6000], [93.25]]
        expected = [[exact_cost(1.41, 90)], [exact_cost(2.652, 6000)], ["#N/A"]]
        assert_grid(evaluate_cells(COST, [costs, tokens]), expected)

    def test_blocks_of_unequal_shape(self) -> None:
        wide, tall = [[1.41, 2.652, 3]], [[90, 60], [70, 80]]
        expected = [
            [exact_cost(1.41, 90), exact_cost(2.652, 60), "#N/A"],
            [exact_cost(1.41, 70), exact_cost(2.652, 80), "#N/A"],
        ]
        assert_grid(evaluate_cells(COST, [wide, tall]), expected)

    @pytest.mark.parametrize("shape", [(1, 4), (4, 1), (3, 2), (2, 3)])
    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_the_shape_is_kept(self, function: Function, shape: tuple[int, int]) -> None:
        rows, columns = shape
        block = [[1.0] * columns for _ in range(rows)]
        result = evaluate_cells(function, [block, 1.0])
        assert [len(row) for row in result] == [columns] * rows
        assert len({value for row in result for value in row}) == 1

    def test_tuples_as_com_hands_them_over(self) -> None:
        result = evaluate_cells(COST, [((1.41,), (2.652,)), ((90.0,), (6000.0,))])
        assert_grid(result, [[exact_cost(1.41, 90)], [exact_cost(2.652, 6000)]])

    @pytest.mark.parametrize("empty", [[], [[]], (), ((),), [[], []]], ids=repr)
    def test_an_empty_range_is_a_blank(self, empty: Any) -> None:
        assert evaluate_cells(COST, [empty, 90]) == "#VALUE!"
        assert agrees(evaluate_cells(COST, [1.41, 90, empty]), exact_cost(1.41, 90))

    def test_a_ragged_range(self) -> None:
        result = evaluate_cells(COST, [[[1.41, 2.652, 3.0], [1.0, 2.0]], 90])
        assert [len(row) for row in result] == [3, 3]
        assert result[1][2] == "#N/A"

    @pytest.mark.parametrize("ragged", [[[1.41], 2.652], [1.41, [2.652]], [[1.41], None]], ids=repr)
    def test_cells_and_rows_mixed(self, ragged: Any) -> None:
        assert_only_cell_values(evaluate_cells(COST, [ragged, 90]))


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.floats(0, 1),
    st.integers(-(10**400), 10**400),
    st.just(10**400),
    st.text(max_size=5),
    st.sampled_from(sorted(ERRORS)),
)
blocks = st.integers(1, 3).flatmap(
    lambda columns: st.lists(
        st.lists(scalars, min_size=columns, max_size=columns), min_size=1, max_size=3
    )
)
mixed = st.lists(scalars | st.lists(scalars, max_size=3), max_size=3)
deep = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=8)
garbage = st.one_of(scalars, blocks, mixed, deep)


def assert_only_cell_values(result: Any) -> None:
    """One value, or a block of them without gaps: finite numbers and error values."""
    rows = result if isinstance(result, list) else [[result]]
    assert len({len(row) for row in rows}) == 1
    for row in rows:
        for value in row:
            assert value in ERRORS if isinstance(value, str) else math.isfinite(value)


@pytest.mark.parametrize("function", FUNCTIONS)
@settings(deadline=None, max_examples=400)
@given(data=st.data())
def test_garbage_never_raises_and_is_never_returned(
    function: Function, data: st.DataObject
) -> None:
    values = data.draw(st.lists(garbage, max_size=len(function.arguments) + 1))
    assert_only_cell_values(evaluate_cells(function, values))


@pytest.mark.parametrize("function", FUNCTIONS)
@settings(deadline=None)
@given(data=st.data())
def test_blocks_of_any_shape_broadcast(function: Function, data: st.DataObject) -> None:
    size = len(function.arguments)
    values = data.draw(st.lists(blocks, min_size=size, max_size=size))
    result = evaluate_cells(function, values)
    rows = result if isinstance(result, list) else [[result]]
    assert len(rows) == max(len(block) for block in values)
    assert len(rows[0]) == max(len(block[0]) for block in values)
    assert_only_cell_values(result)


class TestWhatXlwingsFinds:
    """Without Excel the decorators do nothing; what they would read is the function itself."""

    def test_the_module_holds_the_whole_table(self) -> None:
        upper = [name for name in vars(udfs) if name.isupper()]
        assert upper == [function.worksheet_name for function in TABLE]
        assert len({name.casefold() for name in upper}) == len(upper)

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_name_home_and_signature(self, function: Function) -> None:
        call = worksheet_function(function.name)
        assert (call.__name__, call.__module__) == (function.name.upper(), "xl_tco.udfs")
        parameters = inspect.signature(call).parameters
        assert list(parameters) == [argument.name for argument in function.arguments]
        for parameter, argument in zip(parameters.values(), function.arguments, strict=True):
            assert parameter.kind is parameter.POSITIONAL_OR_KEYWORD
            assert parameter.annotation is parameter.empty
            given = None if parameter.default is parameter.empty else parameter.default
            assert given == argument.default
        assert inspect.signature(call).return_annotation is inspect.Signature.empty
        assert inspect.get_annotations(call) == {}

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_help_fits_the_function_wizard(self, function: Function) -> None:
        texts = [worksheet_function(function.name).__doc__]
        texts += [argument.help for argument in function.arguments]
        for text in texts:
            assert text
            assert len(text) <= HELP_LIMIT
            assert "\n" not in text
            assert re.search(r"\[[^\]]+\]", text), "no unit"

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_the_name_is_a_name_everywhere(self, function: Function) -> None:
        """In VBA, and in a cell: no cell address of either style, no function Excel has."""
        name = function.worksheet_name
        assert re.fullmatch(r"[A-Z][A-Z0-9_]{0,254}", name)
        assert not re.fullmatch(r"[A-Z]{1,3}[0-9]+", name)
        assert not re.fullmatch(r"R[0-9]*(C[0-9]*)?|C[0-9]*", name)
        assert name not in {known.upper() for known in formualizer.Workbook().list_functions()}
