"""The public Python functions: limits enforced, arrays broadcast, faults said in plain words."""

import inspect
import math
import warnings
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xl_tco
from xl_tco import kernel
from xl_tco.functions import BY_NAME, TABLE, Argument, Function, Shape
from xl_tco.limits import Bound

OWNED = (
    "(capex_per_gpu, life_years, cost_of_capital, kw_per_gpu, usd_per_kwh, "
    "facility_per_kw_month=0.0, opex_rate=0.0, residual_value_share=0.0, pue=1.0, "
    "average_load=1.0)"
)
SPLIT = (
    "(cost_per_gpu_hour, input_tokens_per_second, output_tokens_per_second, utilization=1.0, "
    "input_token_weight=0.25)"
)
SIGNATURES = {
    "cost_per_mtok": "(cost_per_gpu_hour, tokens_per_second_per_gpu, utilization=1.0)",
    "tokens_per_mw": "(tokens_per_second_per_gpu, kw_per_gpu, pue=1.0)",
    "joules_per_token": "(tokens_per_second_per_gpu, kw_per_gpu, pue=1.0)",
    "flops_per_dollar": "(pflops_per_gpu, cost_per_gpu_hour)",
    "relative": "(candidate, baseline)",
    "capital_recovery_factor": "(cost_of_capital, life_years)",
    "gpu_hour_cost": OWNED,
    "gpu_hour_cost_breakdown": OWNED,
    "delivered_tokens": (
        "(tokens_per_second_per_gpu, utilization=1.0, fp4_precision=1.0, "
        "speculative_decoding=1.0, disaggregation=1.0, kv_routing=1.0, kv_offload=1.0, "
        "interconnect=1.0, runtime=1.0, workload=1.0)"
    ),
    "tokens_needed": "(target_cost_per_mtok, cost_per_gpu_hour, utilization=1.0)",
    "cost_per_mtok_input": SPLIT,
    "cost_per_mtok_output": SPLIT,
    "cost_per_request": (
        "(cost_per_gpu_hour, tokens_per_second_per_gpu, input_tokens, output_tokens, "
        "utilization=1.0)"
    ),
    "revenue_per_gpu_hour": (
        "(input_tokens_per_second, output_tokens_per_second, input_price_per_mtok, "
        "output_price_per_mtok, cache_hit_rate=0.0, cached_input_price_ratio=1.0, "
        "utilization=1.0)"
    ),
    "revenue_per_mw_hour": "(revenue_per_gpu_hour, kw_per_gpu, pue=1.0)",
    "revenue_per_mw_year": "(revenue_per_gpu_hour, kw_per_gpu, pue=1.0)",
    "gross_margin": "(revenue_per_gpu_hour, cost_per_gpu_hour)",
    "breakeven_price": "(cost_per_gpu_hour, tokens_per_second_per_gpu, utilization=1.0)",
    "breakeven_utilization": "(cost_per_gpu_hour, full_revenue_per_gpu_hour)",
    "payback_years": "(capex_per_gpu, cash_margin_per_gpu_hour)",
    "platform_figure": "(platform, figure, tier='', as_of='')",
    "tco_version": "()",
    "tco_engine": "()",
}
# In Python these give or take DataFrames: tests/test_frames.py, tests/test_operating_point.py.
FRAMES = ("cost_per_mtok_at", "tokens_per_mw_at", "platforms", "compare")

FORMULAS = tuple(function for function in TABLE if function.is_formula)
FUNCTIONS = [pytest.param(function, id=function.name) for function in FORMULAS]
CALLED = [pytest.param(BY_NAME[name], id=name) for name in SIGNATURES]
PLACES = [
    pytest.param(function, place, id=f"{function.name}-{argument.name}")
    for function in FORMULAS
    for place, argument in enumerate(function.arguments)
]
BOUNDS = [
    pytest.param(
        function, place, bound, id=f"{function.name}-{argument.name}{bound.symbol}{bound.value:g}"
    )
    for function in FORMULAS
    for place, argument in enumerate(function.arguments)
    for bound in argument.limits.bounds
]

NOT_NUMBERS = [
    "5",
    "",
    "abc",
    b"5",
    None,
    True,
    False,
    np.bool_(True),
    [1.0, 2.0],
    (1.0,),
    {},
    1j,
    Decimal(1),
    np.array([True, False]),
    np.array(["5"]),
    np.array([1j]),
    np.array([1.0, None], dtype=object),
    pd.Series(["5"]),
]


def public(function: Function) -> Callable[..., Any]:
    return getattr(xl_tco, function.name)


def parts(result: Any) -> tuple[Any, ...]:
    """The one value of a function, or the parts it gives side by side."""
    return result if isinstance(result, tuple) else (result,)


def ones(function: Function) -> list[Any]:
    """One lies within the limits of every argument of a formula."""
    return [1.0] * len(function.arguments)


def with_one(function: Function, place: int, value: Any) -> list[Any]:
    arguments = ones(function)
    arguments[place] = value
    return arguments


def just_outside(bound: Bound) -> float:
    return math.nextafter(bound.value, -math.inf if bound.symbol in (">", ">=") else math.inf)


def assert_names_everything(
    message: str, function: Function, argument: Argument, value: Any
) -> None:
    assert "\n" not in message
    for word in (function.name, argument.name, repr(value), argument.limits.words):
        assert word in message


@pytest.mark.parametrize("function", FUNCTIONS)
def test_one_is_allowed_everywhere(function: Function) -> None:
    assert all(map(math.isfinite, parts(public(function)(*ones(function)))))


@pytest.mark.parametrize("function", CALLED)
def test_signature_is_the_contract(function: Function) -> None:
    signature = inspect.signature(public(function))
    assert str(signature) == SIGNATURES[function.name]
    names_and_defaults = [
        (name, None if parameter.default is parameter.empty else parameter.default)
        for name, parameter in signature.parameters.items()
    ]
    assert names_and_defaults == [(a.name, a.default) for a in function.arguments]


def test_no_function_is_without_a_contract() -> None:
    names = [function.name for function in TABLE]
    assert [name for name in names if name not in FRAMES] == list(SIGNATURES)
    assert set(names) == {*SIGNATURES, *FRAMES} <= set(xl_tco.__all__)
    assert [function.name for function in FORMULAS] == kernel.__all__


class TestLimits:
    """Every bound that the table declares."""

    @pytest.mark.parametrize(("function", "place", "bound"), BOUNDS)
    def test_just_outside_raises(self, function: Function, place: int, bound: Bound) -> None:
        value = just_outside(bound)
        with pytest.raises(xl_tco.OutOfDomainError) as caught:
            public(function)(*with_one(function, place, value))
        message = str(caught.value)
        assert_names_everything(message, function, function.arguments[place], value)
        assert f"{bound.value:g}" in message

    @pytest.mark.parametrize(("function", "place", "bound"), BOUNDS)
    def test_on_the_bound(self, function: Function, place: int, bound: Bound) -> None:
        call, arguments = public(function), with_one(function, place, bound.value)
        if bound.symbol in (">", "<"):
            with pytest.raises(xl_tco.OutOfDomainError):
                call(*arguments)
        else:
            assert all(map(math.isfinite, parts(call(*arguments))))

    @pytest.mark.parametrize(("function", "place", "bound"), BOUNDS)
    def test_just_outside_in_an_array(self, function: Function, place: int, bound: Bound) -> None:
        value = just_outside(bound)
        array = np.array([[1.0, 1.0], [value, 1.0]])
        with pytest.raises(xl_tco.OutOfDomainError) as caught:
            public(function)(*with_one(function, place, array))
        assert_names_everything(str(caught.value), function, function.arguments[place], value)
        assert f"{function.arguments[place].name}[1][0]" in str(caught.value)

    @pytest.mark.parametrize(("function", "place"), PLACES)
    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, -(10**400)], ids=str)
    def test_only_finite_numbers(self, function: Function, place: int, value: float) -> None:
        with pytest.raises(xl_tco.OutOfDomainError, match=function.arguments[place].name):
            public(function)(*with_one(function, place, value))

    def test_an_integer_too_long_to_print(self) -> None:
        with pytest.raises(xl_tco.OutOfDomainError, match="cost_per_gpu_hour"):
            xl_tco.cost_per_mtok(10**5000, 90)

    def test_the_leftmost_fault_is_named(self) -> None:
        with pytest.raises(xl_tco.OutOfDomainError, match="cost_per_gpu_hour = -1"):
            xl_tco.cost_per_mtok(-1, -2, -3)

    def test_a_wrong_type_comes_before_a_wrong_size(self) -> None:
        with pytest.raises(xl_tco.ArgumentTypeError, match="utilization = 'x'"):
            xl_tco.cost_per_mtok(-1, 90, "x")


class TestTypes:
    """What is not a number, or not an array of numbers."""

    @pytest.mark.parametrize(("function", "place"), PLACES)
    @pytest.mark.parametrize("value", NOT_NUMBERS, ids=lambda value: repr(value)[:20])
    def test_not_a_number(self, function: Function, place: int, value: Any) -> None:
        with pytest.raises(xl_tco.ArgumentTypeError) as caught:
            public(function)(*with_one(function, place, value))
        message = str(caught.value)
        assert message.startswith(f"{function.name}: {function.arguments[place].name} = ")
        assert type(value).__name__ in message
        assert function.arguments[place].quantity.unit in message

    def test_standard_exceptions_catch_the_faults_too(self) -> None:
        with pytest.raises(TypeError):
            xl_tco.cost_per_mtok("1.41", 93.25)
        with pytest.raises(ValueError, match="tokens_per_second_per_gpu = 0"):
            xl_tco.cost_per_mtok(1.41, 0)
        with pytest.raises(ArithmeticError):
            xl_tco.relative(1e308, 1e-308)

    @pytest.mark.parametrize(
        ("fault", "cell"),
        [
            (xl_tco.ArgumentTypeError, "#VALUE!"),
            (xl_tco.OutOfDomainError, "#NUM!"),
            (xl_tco.NotFiniteError, "#NUM!"),
            (xl_tco.ShapeError, "#N/A"),
            (xl_tco.UnknownKeyError, "#N/A"),
        ],
    )
    def test_each_fault_has_its_cell_value(
        self, fault: type[xl_tco.FunctionError], cell: str
    ) -> None:
        assert issubclass(fault, xl_tco.XlTcoError)
        assert fault.excel_error == cell

    @pytest.mark.parametrize("number", [int, np.int64, np.float64, np.float32, Fraction], ids=repr)
    def test_any_kind_of_real_number(self, number: Callable[[int], Any]) -> None:
        result = xl_tco.cost_per_mtok(number(3), number(3000), number(1))
        assert math.isclose(result, Fraction(5, 18), rel_tol=1e-6)

    def test_fractions_stay_exact(self) -> None:
        result = xl_tco.cost_per_mtok(Fraction(141, 100), Fraction(373, 4), Fraction(1))
        assert result == Fraction(4700, 1119)


class TestCalls:
    """Positional, keyword, default, missing and superfluous arguments."""

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_keywords_in_any_order(self, function: Function) -> None:
        values = [inside(argument, place) for place, argument in enumerate(function.arguments)]
        named = {a.name: value for a, value in zip(function.arguments, values, strict=True)}
        reordered = dict(reversed(named.items()))
        assert public(function)(**reordered) == public(function)(*values)

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_defaults(self, function: Function) -> None:
        required = [
            inside(argument, place)
            for place, argument in enumerate(function.arguments)
            if argument.default is None
        ]
        defaults = [a.default for a in function.arguments if a.default is not None]
        for count in range(len(defaults) + 1):
            given = [*required, *defaults[:count]]
            assert public(function)(*given) == public(function)(*required)

    @pytest.mark.parametrize("function", CALLED)
    def test_wrong_number_of_arguments(self, function: Function) -> None:
        required = [argument.name for argument in function.arguments if argument.default is None]
        if required:
            with pytest.raises(TypeError, match=required[-1]):
                public(function)(*ones(function)[: len(required) - 1])
        with pytest.raises(TypeError, match="too many"):
            public(function)(*ones(function), 1.0)
        with pytest.raises(TypeError, match="no_such_argument"):
            public(function)(*ones(function), no_such_argument=1.0)

    def test_parts_have_names(self) -> None:
        split = xl_tco.gpu_hour_cost_breakdown(40000, 5, 0, 1.37, 0.08, pue=1.3)
        assert split._fields == ("capital", "opex", "facility", "energy")
        assert split.capital == 40000 / 5 / 8760
        assert sum(split) == xl_tco.gpu_hour_cost(40000, 5, 0, 1.37, 0.08, pue=1.3)


def inside(argument: Argument, place: int) -> float:
    """A number within an argument's limits, another at every place."""
    value = 0.3 + 0.05 * place
    return value if argument.limits.contains(value) else 1 + value


class TestExtremes:
    """Numbers at the ends of the floating-point range."""

    def test_the_smallest_number_is_a_number(self) -> None:
        assert 0 <= xl_tco.cost_per_mtok(5e-324, 1) < 1e-320

    @pytest.mark.parametrize(
        "arguments", [(1e308, 1e-10), (1, 5e-324), (1, 1e-200, 1e-200), (0, 1e-200, 1e-200)]
    )
    def test_result_out_of_range(self, arguments: tuple[float, ...]) -> None:
        with pytest.raises(xl_tco.NotFiniteError, match=r"^cost_per_mtok: .*cost_per_gpu_hour = "):
            xl_tco.cost_per_mtok(*arguments)

    # NumPy itself warns of overflow and division by zero; under test is what follows.
    @pytest.mark.parametrize(
        "kind", [np.float64, lambda x: np.array([1.0, x])], ids=["scalar", "array"]
    )
    def test_result_out_of_range_in_numpy(self, kind: Callable[[float], Any]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            with pytest.raises(xl_tco.NotFiniteError):
                xl_tco.cost_per_mtok(kind(1e308), 1e-10)

    def test_numbers_never_become_missing_data(self) -> None:
        """0 / 0 after underflow is a fault, not a NaN that was handed in."""
        tiny = np.array([1e-200])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            with pytest.raises(xl_tco.NotFiniteError):
                xl_tco.cost_per_mtok(np.array([0.0]), tiny, tiny)

    @pytest.mark.parametrize("life", [1e-320, np.array([1.0, 1e-320])], ids=["scalar", "array"])
    def test_a_life_too_short_to_divide_by(self, life: Any) -> None:
        with pytest.raises(xl_tco.NotFiniteError, match=r"^capital_recovery_factor: "):
            xl_tco.capital_recovery_factor(0, life)

    @pytest.mark.parametrize("kw", [1e300, np.array([1.0, 1e300])], ids=["scalar", "array"])
    def test_one_part_out_of_range(self, kw: Any) -> None:
        with pytest.raises(xl_tco.NotFiniteError, match=r"^gpu_hour_cost_breakdown: "):
            xl_tco.gpu_hour_cost_breakdown(1, 1, 0, kw, 1e300)

    def test_fraction_out_of_range(self) -> None:
        with pytest.raises(xl_tco.NotFiniteError):
            xl_tco.relative(Fraction(10) ** 300, Fraction(1, 10**300))


def exact_cost(cost: Any, tokens: Any, share: Any = 1) -> Fraction:
    """Cost per million tokens of three numbers, by exact arithmetic."""
    delivered_in_an_hour = Fraction(tokens) * Fraction(share) * 60 * 60
    return Fraction(cost) / delivered_in_an_hour * 1_000_000


def assert_all_close(result: Any, expected: list[Fraction], tolerance: float = 1e-12) -> None:
    flat = np.asarray(result).ravel().tolist()
    assert len(flat) == len(expected)
    for value, exact in zip(flat, expected, strict=True):
        assert abs(Fraction(value) - exact) <= Fraction(tolerance) * exact


def within_limits(function: Function) -> list[Any]:
    """An array of three for every argument."""
    arrays = [np.array([1.0, 2.0, 3.5]) for _ in function.arguments]
    for array, argument in zip(arrays, function.arguments, strict=True):
        if not argument.limits.contains(2.0):
            array /= 4
    return arrays


def uses_power(function: Function) -> bool:
    return "cost_of_capital" in (argument.name for argument in function.arguments)


class TestArrays:
    """NumPy arrays, element by element."""

    costs = (1.41, 2.652, 0.0)
    tokens = (93.25, 5950.0)

    def test_column_by_row(self) -> None:
        column, row = np.array(self.costs)[:, None], np.array(self.tokens)
        result = xl_tco.cost_per_mtok(column, row, 0.5)
        assert result.shape == (3, 2)
        assert_all_close(result, [exact_cost(c, t, 0.5) for c in self.costs for t in self.tokens])

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_same_as_element_by_element(self, function: Function) -> None:
        arrays = within_limits(function)
        expected = [
            parts(public(function)(*elements))
            for elements in zip(*(array.tolist() for array in arrays), strict=True)
        ]
        for place, part in enumerate(parts(public(function)(*arrays))):
            assert part.shape == (3,)
            wanted = [row[place] for row in expected]
            # NumPy's power may differ from Python's in the last digit.
            assert part.tolist() == pytest.approx(wanted, rel=1e-14)
            assert part.tolist() == wanted or uses_power(function)

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_an_element_missing_anywhere_is_missing_in_the_result(self, function: Function) -> None:
        for place, _ in enumerate(function.arguments):
            arrays = within_limits(function)
            arrays[place][1] = np.nan
            found = parts(public(function)(*arrays))
            assert all(np.isfinite(part[[0, 2]]).all() for part in found)
            assert any(np.isnan(part[1]) for part in found)

    def test_float32(self) -> None:
        cost, tokens = np.array([1.5, 2.5], np.float32), np.array([90, 6000], np.float32)
        expected = [exact_cost(1.5, 90), exact_cost(2.5, 6000)]
        assert_all_close(xl_tco.cost_per_mtok(cost, tokens), expected, 1e-6)

    @pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "int64"])
    def test_whole_numbers_of_any_width(self, dtype: str) -> None:
        """Costs and throughputs a user may well hold as integers."""
        cost, tokens = np.array([3, 100], dtype), np.array([90, 120], dtype)
        assert_all_close(
            xl_tco.cost_per_mtok(cost, tokens), [exact_cost(3, 90), exact_cost(100, 120)]
        )
        per_mw = xl_tco.tokens_per_mw(tokens, 2)
        assert_all_close(per_mw, [Fraction(90 * 1000, 2), Fraction(120 * 1000, 2)])

    @pytest.mark.parametrize("value", [np.int32(3000), np.array([3000], "int32")], ids=repr)
    def test_whole_numbers_do_not_wrap_around(self, value: Any) -> None:
        assert_all_close(xl_tco.cost_per_mtok(value, 90), [exact_cost(3000, 90)])

    def test_zero_dimensional(self) -> None:
        result = xl_tco.cost_per_mtok(np.array(1.41), np.array(93.25))
        assert np.shape(result) == ()
        assert_all_close(result, [exact_cost(1.41, 93.25)])

    def test_zero_dimensional_outside(self) -> None:
        with pytest.raises(xl_tco.OutOfDomainError, match="cost_per_gpu_hour = -1"):
            xl_tco.cost_per_mtok(np.array(-1.0), 90)

    def test_empty(self) -> None:
        assert xl_tco.cost_per_mtok(np.array([]), 90).shape == (0,)

    def test_missing_elements_stay_missing(self) -> None:
        cost = np.array([1.41, np.nan, 2.652])
        result = xl_tco.cost_per_mtok(cost, 90)
        assert np.isnan(result).tolist() == [False, True, False]
        assert_all_close(result[[0, 2]], [exact_cost(1.41, 90), exact_cost(2.652, 90)])

    @pytest.mark.parametrize("bad", [-1.0, math.inf, -math.inf])
    def test_a_bad_element_is_named_among_missing_ones(self, bad: float) -> None:
        cost = np.array([[1.41, np.nan], [bad, np.nan]])
        with pytest.raises(xl_tco.OutOfDomainError, match=r"cost_per_gpu_hour\[1\]\[0\] = "):
            xl_tco.cost_per_mtok(cost, 90)

    def test_arguments_are_left_alone(self) -> None:
        cost, tokens = np.array(self.costs), np.array([1.0, 2.0, 3.0])
        before = cost.copy(), tokens.copy()
        xl_tco.cost_per_mtok(cost, tokens, 0.5)
        assert (cost == before[0]).all()
        assert (tokens == before[1]).all()

    def test_parts_of_arrays_are_arrays(self) -> None:
        capex = np.array([40000.0, 30000.0])
        split = xl_tco.gpu_hour_cost_breakdown(capex, 5, np.array([[0.0], [0.08]]), 1.37, 0.08)
        assert split.capital.shape == (2, 2)
        assert_all_close(split.capital[0], [Fraction(40000, 43800), Fraction(30000, 43800)])
        assert math.isclose(split.energy, 1.37 * 0.08)

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_shapes_that_do_not_broadcast(self, function: Function) -> None:
        arguments = ones(function)
        arguments[:2] = np.ones(2), np.ones((4, 3))
        with pytest.raises(xl_tco.ShapeError) as caught:
            public(function)(*arguments)
        for word in (function.name, function.arguments[0].name, "(2,)", "(4, 3)"):
            assert word in str(caught.value)


class TestSeries:
    """pandas Series keep their index."""

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_same_as_arrays(self, function: Function) -> None:
        arrays = within_limits(function)
        index = ["a", "b", "c"]
        found = parts(public(function)(*(pd.Series(array, index=index) for array in arrays)))
        for part, expected in zip(found, parts(public(function)(*arrays)), strict=True):
            assert part.index.tolist() == index
            assert part.tolist() == pytest.approx(expected.tolist(), rel=1e-14)

    def test_index_is_kept(self) -> None:
        cost = pd.Series([1.41, 2.652], index=["hopper", "blackwell"])
        tokens = pd.Series([93.25, 5950.0], index=["hopper", "blackwell"])
        result = xl_tco.cost_per_mtok(cost, tokens)
        assert isinstance(result, pd.Series)
        assert result.index.tolist() == ["hopper", "blackwell"]
        assert_all_close(result, [exact_cost(1.41, 93.25), exact_cost(2.652, 5950)])

    def test_missing_elements_stay_missing(self) -> None:
        result = xl_tco.cost_per_mtok(pd.Series([3, None], dtype="Int64"), 90.0)
        assert result.isna().tolist() == [False, True]
        assert_all_close(result[:1], [exact_cost(3, 90)])

    @pytest.mark.parametrize("dtype", ["float64", "Float64"])
    def test_a_bad_element_is_named_by_place(self, dtype: str) -> None:
        cost = pd.Series([1.41, None, -3.0], index=["a", "b", "c"], dtype=dtype)
        with pytest.raises(xl_tco.OutOfDomainError, match=r"cost_per_gpu_hour\[2\] = -3"):
            xl_tco.cost_per_mtok(cost, 90.0)


class TestDocumentation:
    """What ``help()`` shows."""

    @pytest.mark.parametrize("function", CALLED)
    def test_units_limits_and_an_example(self, function: Function) -> None:
        text = inspect.getdoc(public(function)) or ""
        for argument in function.arguments:
            heading = text[text.index(f"\n{argument.name} : ") :].lstrip().partition("\n")[0]
            if argument.shape is Shape.NUMBER:
                assert argument.limits.words in heading
                assert (f"default {argument.default or 0:g}" in heading) is (
                    argument.default is not None
                )
            else:
                assert ("optional" in heading) is (argument.default is not None)
                assert heading.startswith(f"{argument.name} : str")
            assert f"[{argument.quantity.unit}]" in text
        assert f"[{function.result.unit}]" in text
        assert all(part in text for part in function.parts)
        assert ">>> " in text
        assert f"{function.name}(" in text[text.index("Examples\n") :]

    @pytest.mark.parametrize("function", CALLED)
    def test_name_and_home(self, function: Function) -> None:
        assert public(function).__name__ == function.name
        assert public(function).__module__ == "xl_tco"


class TestLookups:
    """Functions of texts and dates: what is refused, and in which words."""

    @pytest.mark.parametrize("value", [5, None, True, b"h200", ["h200"], np.array(["h200"])])
    @pytest.mark.parametrize("place", range(3))
    def test_no_text(self, place: int, value: Any) -> None:
        given: list[Any] = ["h200", "cost_per_gpu_hour", "rental_3yr"]
        given[place] = value
        argument = BY_NAME["platform_figure"].arguments[place]
        with pytest.raises(xl_tco.ArgumentTypeError) as caught:
            xl_tco.platform_figure(*given)
        assert str(caught.value).startswith(f"platform_figure: {argument.name} = ")
        for word in (type(value).__name__, "give a text", argument.quantity.help):
            assert word in str(caught.value)

    @pytest.mark.parametrize("value", [True, None, [], b"2026"], ids=repr)
    def test_nothing_like_a_date(self, value: Any) -> None:
        with pytest.raises(xl_tco.ArgumentTypeError, match=r"as_of = .*give a date"):
            xl_tco.platform_figure("h200", "tdp_watts", as_of=value)

    @pytest.mark.parametrize(
        "value",
        ["today", "2026-13", "2026-1", "26-01", "1999", 0, -3, 1999, 1e9, math.nan, math.inf],
    )
    def test_no_date(self, value: Any) -> None:
        with pytest.raises(xl_tco.ArgumentTypeError, match="is no date; give YYYY"):
            xl_tco.platform_figure("h200", "tdp_watts", as_of=value)

    @pytest.mark.parametrize(
        "value",
        [
            "2026-07-14",
            date(2026, 7, 14),
            datetime(2026, 7, 14, 8),
            pd.Timestamp(2026, 7, 14),
            46217,
        ],
        ids=repr,
    )
    def test_the_same_day_in_any_form(self, value: Any) -> None:
        assert xl_tco.platform_figure("h200", "kw_per_gpu", "it", value) == 1.37

    def test_a_key_that_is_unknown_says_which_there_are(self) -> None:
        with pytest.raises(xl_tco.UnknownKeyError, match=r"no figure for h300 .*h100, h200"):
            xl_tco.platform_figure("h300", "tdp_watts")
        with pytest.raises(LookupError, match="no colour of h200"):
            xl_tco.platform_figure("h200", "colour")
        with pytest.raises(
            xl_tco.UnknownKeyError, match=r"as of 2026-01; it has owned_hyperscaler"
        ):
            xl_tco.platform_figure("h200", "cost_per_gpu_hour", "rental_3yr", "2026-01")

    def test_what_computes(self) -> None:
        assert xl_tco.tco_version() == xl_tco.__version__ == metadata.version("xl-tco")
        assert "Python" in xl_tco.tco_engine()


class TestLabels:
    """Series go together by their labels; where one lacks a label there is nothing to compute."""

    costs = pd.Series([1.0, 2.0], index=["a", "b"])

    def test_same_labels_in_another_order(self) -> None:
        tokens = pd.Series([1000 / 3.6, 500 / 3.6], index=["b", "a"])
        found = xl_tco.cost_per_mtok(self.costs, tokens)
        # 1 USD an hour at 500/3.6 tokens a second is 2 USD a million, 2 USD at twice that too.
        assert found.to_dict() == pytest.approx({"a": 2.0, "b": 2.0})

    @pytest.mark.parametrize("labels", [["a", "c"], ["c", "d"], ["a", "b", "c"], ["a", "a"]])
    def test_other_labels(self, labels: list[str]) -> None:
        tokens = pd.Series(100.0, index=labels)
        words = "indexes of cost_per_gpu_hour and tokens_per_second_per_gpu differ"
        with pytest.raises(xl_tco.ShapeError, match=words):
            xl_tco.cost_per_mtok(self.costs, tokens)
        assert len(xl_tco.cost_per_mtok(self.costs.to_numpy()[0], tokens)) == len(labels)

    def test_nullable_numbers(self) -> None:
        tokens = pd.Series([500 / 3.6, None], index=["a", "b"], dtype="Float64")
        found = xl_tco.cost_per_mtok(self.costs, tokens)
        assert found["a"] == pytest.approx(2.0)
        assert found["b"] is pd.NA

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (pd.Series([1, 2], dtype=object), "is a Series of object, not of numbers"),
            (pd.Series([True, False]), "is a Series of bool, not of numbers"),
            (pd.to_datetime(pd.Series(["2026-02-01"])), "is a Series of datetime64"),
            (pd.DataFrame({"a": [1.0]}), "such as one column"),
        ],
        ids=["object", "bool", "datetime", "DataFrame"],
    )
    def test_no_numbers(self, value: Any, words: str) -> None:
        with pytest.raises(xl_tco.ArgumentTypeError, match=words) as caught:
            xl_tco.cost_per_mtok(value, 90)
        assert "\n" not in str(caught.value)
