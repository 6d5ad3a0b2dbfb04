"""Functions on cell values: the case table, ranges, garbage, and what xlwings will find."""

import datetime
import inspect
import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import formualizer
import pytest
from case_table import (
    ALL_CASES,
    BY_COLUMN,
    CASES,
    ERRORS,
    Case,
    agrees,
    cell_value,
    columns,
    in_columns,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_tco import udfs
from xl_tco.cells import evaluate_cells
from xl_tco.functions import BY_NAME, TABLE, Function, Shape


def named(functions: Iterable[Function]) -> list[Any]:
    return [pytest.param(function, id=function.name) for function in functions]


FUNCTIONS = named(TABLE)
TAKING = named(function for function in TABLE if function.arguments)
FORMULAS = named(function for function in TABLE if function.is_formula)
ELEMENTWISE = named(function for function in BY_COLUMN if function.is_elementwise)
COST = BY_NAME["cost_per_mtok"]
PARTS = BY_NAME["gpu_hour_cost_breakdown"]
FIGURE = BY_NAME["platform_figure"]
COMPARE = BY_NAME["compare"]
HELP_LIMIT = 255
METRICS = 14  # columns that COMPARE appends


def worksheet_function(name: str) -> Any:
    return getattr(udfs, name.upper())


def exact_cost(cost: float, tokens: float, share: float = 1) -> Fraction:
    """Cost per million tokens, by exact arithmetic of the decimal literals."""
    cost_, tokens_, share_ = (Fraction(str(value)) for value in (cost, tokens, share))
    return cost_ * 1_000_000 / (tokens_ * share_ * 3600)


def assert_grid(result: Any, expected: Sequence[Sequence[Fraction | str]]) -> None:
    assert [len(row) for row in result] == [len(row) for row in expected]
    for row, expected_row in zip(result, expected, strict=True):
        for value, exact in zip(row, expected_row, strict=True):
            assert agrees(value, exact), (value, exact)


class TestCaseTable:
    """The table itself, and every case of it through the cells' adapter and the add-in."""

    def test_every_function_has_a_file(self) -> None:
        assert set(CASES) == {function.name for function in TABLE}

    @pytest.mark.parametrize("function", FORMULAS)
    def test_at_least_twenty_cases_of_both_kinds(self, function: Function) -> None:
        cases = CASES[function.name]
        assert len(set(cases)) >= 20
        assert {case.is_error for case in cases} == {True, False}
        kind = tuple if function.shape is Shape.ROW else Fraction
        assert {type(case.expected) for case in cases if not case.is_error} == {kind}

    @pytest.mark.parametrize("function", TAKING)
    def test_every_argument_is_varied(self, function: Function) -> None:
        """At least one good case and five bad ones an argument, whatever it takes."""
        cases = CASES[function.name]
        size = len(function.arguments)
        assert sum(case.is_error for case in cases) >= 5 * size
        assert sum(not case.is_error for case in cases) >= size
        for place in range(size):
            given = {case.arguments[place] for case in cases if len(case.arguments) > place}
            assert len(given) > 5

    def test_a_function_without_arguments_has_one_case(self) -> None:
        alone = [function.name for function in TABLE if not function.arguments]
        assert {name: len(CASES[name]) for name in alone} == dict.fromkeys(alone, 1)

    @pytest.mark.parametrize("function", TAKING)
    def test_every_error_that_comes_in_is_one_of_excel(self, function: Function) -> None:
        given = [case.expected for case in CASES[function.name] if isinstance(case.expected, str)]
        assert set(given) <= ERRORS

    def test_only_what_computes_differs_in_lambda_names(self) -> None:
        differing = [case.function for case in ALL_CASES if case.in_lambda != case.expected]
        assert differing == ["tco_engine"]

    @pytest.mark.parametrize("case", ALL_CASES, ids=str)
    def test_scalars(self, case: Case) -> None:
        values = [cell_value(argument) for argument in case.arguments]
        assert agrees(evaluate_cells(BY_NAME[case.function], values), case.expected)
        assert agrees(worksheet_function(case.function)(*values), case.expected)

    @pytest.mark.parametrize("case", ALL_CASES, ids=str)
    def test_single_cells_as_two_dimensions(self, case: Case) -> None:
        """As xlwings hands them over with ``ndim=2``."""
        given = [cell_value(argument) for argument in case.arguments]
        values = [value if isinstance(value, list) else [[value]] for value in given]
        assert agrees(evaluate_cells(BY_NAME[case.function], values), case.expected)
        assert agrees(worksheet_function(case.function)(*values), case.expected)

    @pytest.mark.parametrize("function", named(BY_COLUMN))
    def test_all_cases_as_columns(self, function: Function) -> None:
        given = [[[cell_value(value)] for value in column] for column in columns(function)]
        assert_grid(worksheet_function(function.name)(*given), in_columns(function))

    @pytest.mark.parametrize("function", ELEMENTWISE)
    def test_all_cases_as_rows(self, function: Function) -> None:
        given = [[[cell_value(value) for value in column]] for column in columns(function)]
        expected = [value for (value,) in in_columns(function)]
        assert_grid(worksheet_function(function.name)(*given), [expected])


class TestValues:
    """Kinds of value that some host hands over."""

    @pytest.mark.parametrize("error", sorted(ERRORS))
    @pytest.mark.parametrize("function", TAKING)
    def test_any_error_in_is_the_same_error_out(self, function: Function, error: str) -> None:
        for place, _ in enumerate(function.arguments):
            values: list[Any] = (["text", None, True] * 4)[: len(function.arguments)]
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
        needed = sum(argument.default is None for argument in function.arguments)
        for count in range(needed):
            assert evaluate_cells(function, [1.0] * count) == "#VALUE!"
        assert evaluate_cells(function, [1.0] * (len(function.arguments) + 1)) == "#VALUE!"

    def test_text_that_only_looks_like_an_error(self) -> None:
        assert evaluate_cells(COST, ["#n/a", 93.25]) == "#VALUE!"
        assert evaluate_cells(COST, ["N/A", 93.25]) == "#VALUE!"

    @pytest.mark.parametrize(
        "day",
        [datetime.date(2026, 7, 14), datetime.datetime(2026, 7, 14, 12), Decimal(46217), 46217.9],
        ids=str,
    )
    def test_a_date_as_hosts_hand_it_over(self, day: Any) -> None:
        """A day of IT power; the day before there was none."""
        assert evaluate_cells(FIGURE, ["h200", "kw_per_gpu", "it", day]) == 1.37
        before = float(day) - 1 if isinstance(day, (Decimal, float)) else day.replace(day=13)
        assert evaluate_cells(FIGURE, ["h200", "kw_per_gpu", "it", before]) == "#N/A"

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400], ids=str)
    def test_a_number_that_is_no_date(self, value: float) -> None:
        result = evaluate_cells(FIGURE, ["h200", "tdp_watts", "", value])
        assert result in ("#VALUE!", "#NUM!")


def allowed(function: Function) -> list[Any]:
    """Arguments that must be given: ones, or a platform's figure."""
    if function is FIGURE:
        return ["h200", "tdp_watts"]
    return [1.0 for argument in function.arguments if argument.default is None]


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
    @pytest.mark.parametrize("function", ELEMENTWISE)
    def test_the_shape_is_kept(self, function: Function, shape: tuple[int, int]) -> None:
        rows, width = shape
        first, *others = allowed(function)
        block = [[first] * width for _ in range(rows)]
        result = evaluate_cells(function, [block, *others])
        assert [len(row) for row in result] == [width] * rows
        assert len({value for row in result for value in row}) == 1
        assert all(isinstance(value, float) for row in result for value in row)

    def test_parts_stand_side_by_side(self) -> None:
        needed = allowed(PARTS)
        (one,) = evaluate_cells(PARTS, needed)
        assert len(one) == 4
        assert evaluate_cells(PARTS, [[[1.0]], *needed[1:]]) == [one]
        assert evaluate_cells(PARTS, [[[1.0], [1.0], [1.0]], *needed[1:]]) == [one] * 3

    def test_parts_of_a_row_with_a_fault(self) -> None:
        _, *others = allowed(PARTS)
        result = evaluate_cells(PARTS, [[[1.0], ["x"], [-1.0], ["#N/A"]], *others])
        assert [row[0] for row in result[1:]] == ["#VALUE!", "#NUM!", "#N/A"]
        assert all(len(set(row)) == 1 for row in result[1:])

    @pytest.mark.parametrize("shape", [(1, 2), (2, 2), (1, 4)])
    def test_parts_do_not_fit_beside_more_columns(self, shape: tuple[int, int]) -> None:
        rows, width = shape
        block = [[1.0] * width for _ in range(rows)]
        assert evaluate_cells(PARTS, [block, *allowed(PARTS)[1:]]) == "#VALUE!"

    def test_a_table_with_gaps_between_its_rows_is_none(self) -> None:
        ragged = [["platform", "cost_per_gpu_hour"], ["h200"]]
        assert evaluate_cells(COMPARE, [ragged]) == "#VALUE!"

    @pytest.mark.parametrize("empty", [[], [[]], [[], []], (), None, [[[[1]]]]], ids=repr)
    def test_no_table_at_all(self, empty: Any) -> None:
        assert evaluate_cells(COMPARE, [empty]) == "#VALUE!"

    def test_a_table_carries_what_else_is_in_it(self) -> None:
        table = [["platform", None, "note"], ["h200", True, None], [7, "#DIV/0!", 1.5]]
        result = evaluate_cells(COMPARE, [table])
        assert [row[:3] for row in result] == [
            ["platform", "", "note"],
            ["h200", True, ""],
            [7, "#DIV/0!", 1.5],
        ]
        assert {value for row in result[1:] for value in row[3:]} == {"#N/A"}

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


def assert_only_cell_values_appended(result: Any) -> None:
    """A table carries what came; what it appends is its own."""
    if isinstance(result, list):
        assert len({len(row) for row in result}) == 1
        headers, *rows = result
        assert all(isinstance(header, str) for header in headers[-METRICS:])
        assert_only_cell_values([row[-METRICS:] for row in rows])
    else:
        assert result in ERRORS


@pytest.mark.parametrize("function", TAKING)
@settings(deadline=None, max_examples=400)
@given(data=st.data())
def test_garbage_never_raises_and_is_never_returned(
    function: Function, data: st.DataObject
) -> None:
    values = data.draw(st.lists(garbage, max_size=len(function.arguments) + 1))
    result = evaluate_cells(function, values)
    if function.shape is Shape.TABLE:
        assert_only_cell_values_appended(result)
    else:
        assert_only_cell_values(result)


names = st.sampled_from([argument.name for item in TABLE for argument in item.arguments])
tables = st.integers(1, 6).flatmap(
    lambda width: st.tuples(
        st.lists(names | scalars, min_size=width, max_size=width),
        st.lists(st.lists(scalars, min_size=width, max_size=width), max_size=3),
    )
)


@settings(deadline=None, max_examples=400)
@given(table=tables)
def test_any_table_keeps_its_rows(table: tuple[list[Any], list[list[Any]]]) -> None:
    headers, rows = table
    result = evaluate_cells(COMPARE, [[headers, *rows]])
    if rows:
        assert [len(row) for row in result] == [len(headers) + METRICS] * (len(rows) + 1)
    assert_only_cell_values_appended(result)


@pytest.mark.parametrize("function", named(BY_COLUMN))
@settings(deadline=None)
@given(data=st.data())
def test_blocks_of_any_shape_broadcast(function: Function, data: st.DataObject) -> None:
    size = len(function.arguments)
    values = data.draw(st.lists(blocks, min_size=size, max_size=size))
    result = evaluate_cells(function, values)
    rows = result if isinstance(result, list) else [[result]]
    height = max(len(block) for block in values)
    width = max(len(block[0]) for block in values)
    if function.shape is Shape.ROW:
        assert result == "#VALUE!" or (len(rows), width) == (height, 1)
        assert {len(row) for row in rows} <= {1, len(function.parts)}
    else:
        assert (len(rows), len(rows[0])) == (height, width)
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
