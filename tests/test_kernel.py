"""The formulas against exact rational arithmetic, the seed's figures, and their own algebra."""

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from inspect import signature
from typing import Any

import numpy as np
import numpy_financial as npf
import pandas as pd
import pytest
from case_table import ALL_CASES, Blank, Case, as_rows
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import xl_tco
from xl_tco import kernel
from xl_tco.functions import BY_NAME, Argument
from xl_tco.kernel.operations import where

# The formulas of the economics, with every unit conversion written out and none calling another.
WATTS_PER_MEGAWATT = 1_000_000
HOURS = 24 * 365


def annuity(rate: Fraction, years: Fraction) -> Fraction:
    """What pays back one dollar with interest in equal yearly payments.

    One over what payments of a dollar are worth today, year by year.
    """
    assert years.denominator == 1 or rate == 0
    if rate == 0:
        return 1 / years
    owed, paid = (1 + rate).as_integer_ratio()
    last = years.numerator
    worth = sum(paid**year * owed ** (last - year) for year in range(1, last + 1))
    return Fraction(owed**last, worth)


def present_value(rate: Fraction, years: Fraction) -> Fraction:
    """What one dollar at the end of so many years is worth today."""
    return Fraction(1) if rate == 0 else 1 / (1 + rate) ** years.numerator


def parts_of_an_hour(
    capex: Fraction,
    years: Fraction,
    rate: Fraction,
    kw: Fraction,
    kwh: Fraction,
    facility: Fraction = Fraction(0),
    opex: Fraction = Fraction(0),
    residual: Fraction = Fraction(0),
    pue: Fraction = Fraction(1),
    load: Fraction = Fraction(1),
) -> tuple[Fraction, ...]:
    """Capital, operation, facility, energy: of a year, over its hours."""
    sunk = capex - capex * residual * present_value(rate, years)
    return (
        sunk * annuity(rate, years) / HOURS,
        capex * opex / HOURS,
        facility * kw * 12 / HOURS,
        kwh * (kw * HOURS) * pue * load / HOURS,
    )


def weighted(
    cost: Fraction, given: Fraction, made: Fraction, share: Fraction, weight: Fraction
) -> Fraction:
    """Cost of a million tokens of weight 1."""
    return cost / (60 * 60 * share * (made + given * weight)) * 1_000_000


def sold(
    given: Fraction,
    made: Fraction,
    price_in: Fraction,
    price_out: Fraction,
    hits: Fraction = Fraction(0),
    discounted: Fraction = Fraction(1),
    share: Fraction = Fraction(1),
) -> Fraction:
    """Revenue of an hour: missed, cached and generated tokens, each at its own price."""
    missed = given * (1 - hits) * price_in
    cached = given * hits * price_in * discounted
    return (missed + cached + made * price_out) * share * 60 * 60 / 1_000_000


def product(*factors: Fraction) -> Fraction:
    return math.prod(factors, start=Fraction(1))


ONE, QUARTER = Fraction(1), Fraction(1, 4)
FORMULAS: dict[str, Callable[..., Any]] = {
    "cost_per_mtok": lambda cost, tokens, share=ONE: cost / (60 * 60 * tokens * share) * 1_000_000,
    "tokens_per_mw": lambda tokens, kw, pue=ONE: tokens / (kw * pue / 1000),
    "joules_per_token": lambda tokens, kw, pue=ONE: kw * pue * 1000 / tokens,
    "flops_per_dollar": lambda pflops, cost: pflops / cost,
    "relative": lambda candidate, baseline: candidate / baseline,
    "capital_recovery_factor": annuity,
    "gpu_hour_cost": lambda *given: sum(parts_of_an_hour(*given)),
    "gpu_hour_cost_breakdown": parts_of_an_hour,
    "delivered_tokens": product,
    "tokens_needed": lambda target, cost, share=ONE: (
        cost / (target / 1_000_000) / (60 * 60 * share)
    ),
    "cost_per_mtok_input": lambda cost, given, made, share=ONE, weight=QUARTER: (
        weighted(cost, given, made, share, weight) * weight
    ),
    "cost_per_mtok_output": lambda cost, given, made, share=ONE, weight=QUARTER: weighted(
        cost, given, made, share, weight
    ),
    "cost_per_request": lambda cost, tokens, given, made, share=ONE: (
        (given + made) * cost / (60 * 60 * tokens * share)
    ),
    "revenue_per_gpu_hour": sold,
    "revenue_per_mw_hour": lambda revenue, kw, pue=ONE: revenue / (kw * pue / 1000),
    "revenue_per_mw_year": lambda revenue, kw, pue=ONE: revenue / (kw * pue / 1000) * HOURS,
    "gross_margin": lambda revenue, cost: 1 - cost / revenue,
    "breakeven_price": lambda cost, tokens, share=ONE: (
        cost / (60 * 60 * tokens * share) * 1_000_000
    ),
    "breakeven_utilization": lambda cost, revenue: cost / revenue,
    "payback_years": lambda capex, margin: capex / (margin * HOURS),
}

# How a result moves when one argument grows: in proportion (1) or inversely (-1); else up or down.
UP, DOWN = "up", "down"
OWNED = (UP, DOWN, UP, UP, UP, UP, UP, DOWN, UP, UP)
PROPORTIONS: dict[str, tuple[int | str, ...]] = {
    "cost_per_mtok": (1, -1, -1),
    "tokens_per_mw": (1, -1, -1),
    "joules_per_token": (-1, 1, 1),
    "flops_per_dollar": (1, -1),
    "relative": (1, -1),
    "capital_recovery_factor": (UP, DOWN),
    "gpu_hour_cost": OWNED,
    "gpu_hour_cost_breakdown": OWNED,
    "delivered_tokens": (1,) * 10,
    "tokens_needed": (-1, 1, -1),
    "cost_per_mtok_input": (1, DOWN, DOWN, -1, UP),
    "cost_per_mtok_output": (1, DOWN, DOWN, -1, DOWN),
    "cost_per_request": (1, -1, UP, UP, -1),
    "revenue_per_gpu_hour": (UP, UP, UP, UP, DOWN, UP, 1),
    "revenue_per_mw_hour": (1, -1, -1),
    "revenue_per_mw_year": (1, -1, -1),
    "gross_margin": (UP, DOWN),
    "breakeven_price": (1, -1, -1),
    "breakeven_utilization": (1, -1),
    "payback_years": (1, -1),
}
MOVES = [
    pytest.param(name, place, power, id=f"{name}-{place}")
    for name, powers in PROPORTIONS.items()
    for place, power in enumerate(powers)
]
PROPORTIONAL = [move for move in MOVES if isinstance(move.values[2], int)]

positive_fractions = st.fractions(Fraction(1, 10**6), 10**6, max_denominator=10**6)
shares = st.fractions(Fraction(1, 10**6), 1, max_denominator=10**6)
overheads = st.fractions(1, 100, max_denominator=10**6)
ratios = st.one_of(st.sampled_from([Fraction(0), Fraction(1)]), shares)
# Whole years: of a fraction of a year the growth is irrational, unless there is none.
years = st.integers(1, 30).map(Fraction)
rates = st.one_of(st.just(Fraction(0)), st.fractions(Fraction(1, 1000), 1, max_denominator=1000))

positive_floats = st.floats(1e-30, 1e30)
float_shares = st.floats(1e-9, 1.0)
float_rates = st.one_of(st.just(0.0), st.floats(0.001, 1.0))


def fractions_within(argument: Argument) -> st.SearchStrategy[Fraction]:
    """Fractions within an argument's limits."""
    own = {"life_years": years, "cost_of_capital": rates}
    within: dict[tuple[tuple[str, float], ...], st.SearchStrategy[Fraction]] = {
        (): st.fractions(-(10**6), 10**6, max_denominator=10**6),
        ((">", 0),): positive_fractions,
        ((">=", 0),): st.one_of(st.just(Fraction(0)), positive_fractions),
        ((">", 0), ("<=", 1)): shares,
        ((">=", 0), ("<=", 1)): ratios,
        ((">=", 1),): overheads,
    }
    return own[argument.name] if argument.name in own else within[bounds_of(argument)]


def floats_within(argument: Argument) -> st.SearchStrategy[float]:
    """Floats within an argument's limits, over the range in which no result overflows."""
    own = {"life_years": st.integers(1, 30).map(float), "cost_of_capital": float_rates}
    within: dict[tuple[tuple[str, float], ...], st.SearchStrategy[float]] = {
        (): positive_floats | positive_floats.map(lambda x: -x),
        ((">", 0),): positive_floats,
        ((">=", 0),): positive_floats,
        ((">", 0), ("<=", 1)): float_shares,
        ((">=", 0), ("<=", 1)): float_shares,
        ((">=", 1),): st.floats(1.0, 1e9),
    }
    return own[argument.name] if argument.name in own else within[bounds_of(argument)]


def bounds_of(argument: Argument) -> tuple[tuple[str, float], ...]:
    return tuple((bound.symbol, bound.value) for bound in argument.limits.bounds)


DRAWN_FRACTIONS = {
    name: tuple(map(fractions_within, BY_NAME[name].arguments)) for name in kernel.__all__
}
DRAWN_FLOATS = {name: tuple(map(floats_within, BY_NAME[name].arguments)) for name in kernel.__all__}

HALF_A_UNIT = Fraction(1, 2**53) * (1 + Fraction(1, 2**40))
# At most so many roundings of half a unit in the last place each. Where a difference is taken,
# they count against what it was taken from; a rate counts them against its own size.
ROUNDINGS = dict.fromkeys(FORMULAS, 4) | {
    "capital_recovery_factor": 40,
    "gpu_hour_cost": 48,
    "gpu_hour_cost_breakdown": 48,
    "delivered_tokens": 9,
    "cost_per_mtok_input": 7,
    "cost_per_mtok_output": 6,
    "cost_per_request": 5,
    "revenue_per_gpu_hour": 12,
    "revenue_per_mw_year": 5,
}


def magnitude(name: str, exact: Fraction, arguments: list[Fraction]) -> Fraction:
    """The size of the numbers that were rounded on the way to a result."""
    if name == "gross_margin":
        return 1 + arguments[1] / arguments[0]
    if name == "revenue_per_gpu_hour":
        return sold(*arguments[:4], share=arguments[6])
    if "cost_of_capital" in (argument.name for argument in BY_NAME[name].arguments):
        rate = arguments[[a.name for a in BY_NAME[name].arguments].index("cost_of_capital")]
        return exact * (1 + (1 / rate if rate else 0))
    return abs(exact)


def public(name: str) -> Callable[..., Any]:
    return getattr(xl_tco, name)


def parts(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def test_every_formula_has_an_oracle() -> None:
    assert set(kernel.__all__) == set(FORMULAS) == set(PROPORTIONS)
    for name, powers in PROPORTIONS.items():
        assert len(powers) == len(BY_NAME[name].arguments)


@pytest.mark.parametrize("name", FORMULAS)
@settings(deadline=None)
@given(data=st.data())
def test_formula_is_exact_on_fractions(name: str, data: st.DataObject) -> None:
    arguments = data.draw(st.tuples(*DRAWN_FRACTIONS[name]))
    result = getattr(kernel, name)(*arguments)
    assert all(isinstance(part, Fraction) for part in parts(result))
    assert result == FORMULAS[name](*arguments)


@pytest.mark.parametrize("name", FORMULAS)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_optional_arguments_left_out_are_their_defaults(name: str, data: st.DataObject) -> None:
    arguments = data.draw(st.tuples(*DRAWN_FRACTIONS[name]))
    needed = sum(argument.default is None for argument in BY_NAME[name].arguments)
    given_ = arguments[: data.draw(st.integers(needed, len(arguments)))]
    result = parts(getattr(kernel, name)(*given_))
    for part, wanted in zip(result, parts(FORMULAS[name](*given_)), strict=True):
        assert abs(Fraction(part) - wanted) <= abs(wanted) / 10**12


@pytest.mark.parametrize("name", FORMULAS)
@settings(deadline=None)
@given(data=st.data())
def test_public_function_rounds_only_so_often(name: str, data: st.DataObject) -> None:
    arguments = data.draw(st.tuples(*DRAWN_FLOATS[name]))
    given_ = list(map(Fraction, arguments))
    result, exact = public(name)(*arguments), FORMULAS[name](*given_)
    for part, wanted in zip(parts(result), parts(exact), strict=True):
        allowed = ROUNDINGS[name] * HALF_A_UNIT * magnitude(name, wanted, given_)
        assert abs(Fraction(part) - wanted) <= allowed


@pytest.mark.parametrize("name", ["cost_per_mtok", "tokens_per_mw", "joules_per_token"])
@settings(deadline=None)
@given(first=positive_floats, second=positive_floats)
def test_the_default_is_one(name: str, first: float, second: float) -> None:
    assert public(name)(first, second) == public(name)(first, second, 1)


@pytest.mark.parametrize(
    "case",
    [case for case in ALL_CASES if case.function in FORMULAS and not case.is_error],
    ids=str,
)
def test_case_table_holds_the_exact_values(case: Case) -> None:
    numbers = [
        Fraction(str(argument.default if value == "" or isinstance(value, Blank) else value))
        for argument, value in zip(BY_NAME[case.function].arguments, case.arguments, strict=False)
    ]
    assert as_rows(case.expected) == (parts(FORMULAS[case.function](*numbers)),)


@pytest.mark.parametrize(("name", "place", "power"), PROPORTIONAL)
@settings(deadline=None)
@given(data=st.data())
def test_doubling_an_argument_doubles_or_halves_exactly(
    name: str, place: int, power: int, data: st.DataObject
) -> None:
    before = list(data.draw(st.tuples(*DRAWN_FLOATS[name])))
    if BY_NAME[name].arguments[place].name == "utilization":
        before[place] /= 2
    after = [value * 2 if index == place else value for index, value in enumerate(before)]
    assert public(name)(*after) == public(name)(*before) * 2.0**power


@pytest.mark.parametrize(("name", "place", "power"), PROPORTIONAL)
@settings(deadline=None)
@given(data=st.data())
def test_moves_one_way_with_each_argument(
    name: str, place: int, power: int, data: st.DataObject
) -> None:
    arguments = list(data.draw(st.tuples(*DRAWN_FLOATS[name])))
    if name == "relative" and place == 1:
        arguments[0] = abs(arguments[0])
    low, high = sorted([arguments[place], data.draw(DRAWN_FLOATS[name][place])])
    results = [
        public(name)(*arguments[:place], value, *arguments[place + 1 :]) for value in (low, high)
    ]
    assert results == sorted(results, reverse=power < 0)


@pytest.mark.parametrize(("name", "place", "power"), MOVES)
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_moves_one_way_exactly(
    name: str, place: int, power: int | str, data: st.DataObject
) -> None:
    """On fractions, where no rounding hides or makes a step; each part of a result on its own."""
    arguments = list(data.draw(st.tuples(*DRAWN_FRACTIONS[name])))
    if name == "relative" and place == 1:
        arguments[0] = abs(arguments[0])
    low, high = sorted([arguments[place], data.draw(DRAWN_FRACTIONS[name][place])])
    less, more = (
        parts(getattr(kernel, name)(*arguments[:place], value, *arguments[place + 1 :]))
        for value in (low, high)
    )
    if power in (DOWN, -1):
        less, more = more, less
    assert all(one <= other for one, other in zip(less, more, strict=True))


@settings(deadline=None)
@given(tokens=positive_fractions, kw=positive_fractions, pue=overheads)
def test_joules_times_tokens_is_a_megawatt(tokens: Fraction, kw: Fraction, pue: Fraction) -> None:
    joules = kernel.joules_per_token(tokens, kw, pue)
    assert joules * kernel.tokens_per_mw(tokens, kw, pue) == WATTS_PER_MEGAWATT


@settings(deadline=None)
@given(one=positive_fractions, other=positive_fractions)
def test_relative_both_ways_round_is_one(one: Fraction, other: Fraction) -> None:
    assert kernel.relative(one, other) * kernel.relative(other, one) == 1
    assert kernel.relative(one, one) == 1


@settings(deadline=None)
@given(cost=positive_fractions, tokens=positive_fractions, share=shares)
def test_utilization_scales_the_tokens_once(
    cost: Fraction, tokens: Fraction, share: Fraction
) -> None:
    result = kernel.cost_per_mtok(cost, tokens, share)
    assert result * share == kernel.cost_per_mtok(cost, tokens, Fraction(1))
    assert result == kernel.cost_per_mtok(cost, tokens * share, Fraction(1))


@settings(deadline=None)
@given(tokens=positive_fractions, kw=positive_fractions, pue=overheads)
def test_pue_scales_the_power_once(tokens: Fraction, kw: Fraction, pue: Fraction) -> None:
    at_the_chip = kernel.tokens_per_mw(tokens, kw * pue, Fraction(1))
    assert kernel.tokens_per_mw(tokens, kw, pue) == at_the_chip


@pytest.mark.parametrize("drawn", [DRAWN_FRACTIONS, DRAWN_FLOATS], ids=["exact", "floats"])
@settings(deadline=None)
@given(data=st.data())
def test_the_parts_of_a_gpu_hour_are_all_of_it(drawn: Any, data: st.DataObject) -> None:
    arguments = data.draw(st.tuples(*drawn["gpu_hour_cost"]))
    split = xl_tco.gpu_hour_cost_breakdown(*arguments)
    assert split._fields == ("capital", "opex", "facility", "energy")
    assert sum(split) == xl_tco.gpu_hour_cost(*arguments)


def test_the_parts_of_a_gpu_hour_take_what_the_whole_takes() -> None:
    whole, parts = map(signature, (kernel.gpu_hour_cost, kernel.gpu_hour_cost_breakdown))
    assert parts.parameters == whole.parameters


@settings(deadline=None)
@given(capex=positive_fractions, life=years, residual=ratios)
def test_without_cost_of_capital_depreciation_is_a_straight_line(
    capex: Fraction, life: Fraction, residual: Fraction
) -> None:
    split = kernel.gpu_hour_cost_breakdown(
        *(capex, life, Fraction(0), ONE, ONE, Fraction(0), Fraction(0), residual, ONE, ONE)
    )
    assert split.capital * HOURS == (capex - residual * capex) / life
    assert kernel.capital_recovery_factor(Fraction(0), life) * life == 1


@settings(deadline=None)
@given(life=positive_floats)
def test_without_cost_of_capital_a_fraction_of_a_year_is_one_too(life: float) -> None:
    assert xl_tco.capital_recovery_factor(0, life) == 1 / life


@settings(deadline=None)
@given(data=st.data(), cost=positive_fractions, inputs=positive_fractions, share=shares)
def test_input_and_output_pay_for_the_whole_gpu_hour(
    data: st.DataObject, cost: Fraction, inputs: Fraction, share: Fraction
) -> None:
    """At any lengths of a request, any weight and any utilization; and each request for its own."""
    isl, osl = data.draw(st.integers(0, 10**6)), data.draw(st.integers(1, 10**6))
    weight = data.draw(st.one_of(st.just(Fraction(0)), positive_fractions))
    outputs = inputs * osl / isl if isl else inputs
    inputs = inputs if isl else Fraction(0)
    rates_ = (cost, inputs, outputs, share, weight)
    per_input = kernel.cost_per_mtok_input(*rates_) / 1_000_000
    per_output = kernel.cost_per_mtok_output(*rates_) / 1_000_000
    delivered = 3600 * share
    assert delivered * (inputs * per_input + outputs * per_output) == cost
    request = kernel.cost_per_request(cost, inputs + outputs, Fraction(isl), Fraction(osl), share)
    assert isl * per_input + osl * per_output == request


@settings(deadline=None)
@given(target=positive_fractions, cost=positive_fractions, share=shares)
def test_tokens_needed_meet_the_target(target: Fraction, cost: Fraction, share: Fraction) -> None:
    tokens = kernel.tokens_needed(target, cost, share)
    assert kernel.cost_per_mtok(cost, tokens, share) == target
    assert kernel.tokens_needed(kernel.cost_per_mtok(cost, tokens, share), cost, share) == tokens


@settings(deadline=None)
@given(tokens=positive_fractions, cost=positive_fractions, share=shares)
def test_delivered_tokens_hold_the_utilization(
    tokens: Fraction, cost: Fraction, share: Fraction
) -> None:
    delivered = kernel.delivered_tokens(tokens, share, *[ONE] * 8)
    assert kernel.cost_per_mtok(cost, delivered, ONE) == kernel.cost_per_mtok(cost, tokens, share)


@settings(deadline=None)
@given(cost=positive_fractions, inputs=positive_fractions, outputs=positive_fractions, share=shares)
def test_at_the_break_even_price_revenue_is_cost(
    cost: Fraction, inputs: Fraction, outputs: Fraction, share: Fraction
) -> None:
    price = kernel.breakeven_price(cost, inputs + outputs, share)
    revenue = kernel.revenue_per_gpu_hour(inputs, outputs, price, price, Fraction(0), ONE, share)
    assert revenue == cost
    assert kernel.gross_margin(revenue, cost) == 0
    assert price == kernel.cost_per_mtok(cost, inputs + outputs, share)


@settings(deadline=None)
@given(data=st.data(), cost=positive_fractions)
def test_at_the_break_even_utilization_the_margin_is_nothing(
    data: st.DataObject, cost: Fraction
) -> None:
    given_ = list(data.draw(st.tuples(*DRAWN_FRACTIONS["revenue_per_gpu_hour"])))
    full = kernel.revenue_per_gpu_hour(*given_[:6], ONE)
    assume(full > 0)
    share = kernel.breakeven_utilization(cost, full)
    at_that = kernel.revenue_per_gpu_hour(*given_[:6], share)
    assert kernel.gross_margin(at_that, cost) == 0


@settings(deadline=None)
@given(revenue=positive_fractions, kw=positive_fractions, pue=overheads)
def test_a_year_has_8760_hours(revenue: Fraction, kw: Fraction, pue: Fraction) -> None:
    hour = kernel.revenue_per_mw_hour(revenue, kw, pue)
    assert kernel.revenue_per_mw_year(revenue, kw, pue) == hour * 8760
    assert hour * kw * pue == revenue * 1000


@settings(deadline=None)
@given(capex=positive_fractions, margin=positive_fractions)
def test_in_the_years_of_payback_the_margin_is_the_capex(capex: Fraction, margin: Fraction) -> None:
    assert kernel.payback_years(capex, margin) * HOURS * margin == capex


ordinary_rates = st.floats(0.001, 1.0)
lives = st.floats(0.5, 30.0)


class TestCapital:
    """Against numpy-financial, another author's annuity; and against many digits."""

    @settings(deadline=None, max_examples=500)
    @given(rate=ordinary_rates, life=lives)
    def test_recovery_factor_is_the_payment_of_an_annuity(self, rate: float, life: float) -> None:
        expected = -npf.pmt(rate, life, 1)
        assert math.isclose(xl_tco.capital_recovery_factor(rate, life), expected, rel_tol=1e-12)

    @settings(deadline=None, max_examples=500)
    @given(capex=st.floats(1, 1e6), rate=ordinary_rates, life=lives, residual=st.floats(0.0, 0.9))
    def test_capital_charge_is_a_payment_with_a_residual_value(
        self, capex: float, rate: float, life: float, residual: float
    ) -> None:
        split = xl_tco.gpu_hour_cost_breakdown(
            capex, life, rate, 1.0, 0.0, residual_value_share=residual
        )
        expected = -npf.pmt(rate, life, capex, -residual * capex)
        assert math.isclose(split.capital * HOURS, expected, rel_tol=1e-12)
        today = -npf.pv(rate, life, 0, residual * capex)
        sunk = (capex - today) * xl_tco.capital_recovery_factor(rate, life)
        assert math.isclose(split.capital * HOURS, sunk, rel_tol=1e-12)

    @settings(deadline=None, max_examples=500)
    @given(exponent=st.floats(-12, 0), life=lives)
    def test_digits_lost_to_a_tiny_rate(self, exponent: float, life: float) -> None:
        """Rounding 1 + rate and its power costs a unit in the last place, over the rate."""
        rate = 10**exponent
        result = xl_tco.capital_recovery_factor(rate, life)
        error = abs(Decimal(result) / in_many_digits(rate, life) - 1)
        assert error <= Decimal(2**-53) * (4 + Decimal(1) / Decimal(rate) * Decimal(1 + 1 / life))

    def test_precision_said_in_the_documentation(self) -> None:
        for rate, digits in ((0.001, 12), (1e-9, 7)):
            result = xl_tco.capital_recovery_factor(rate, 5.0)
            assert abs(Decimal(result) / in_many_digits(rate, 5.0) - 1) < Decimal(10) ** -digits
        words = kernel.capital_recovery_factor.__doc__ or ""
        assert "twelve are right from 0.1 % on, about seven at 1e-9" in " ".join(words.split())

    @pytest.mark.parametrize("rate", [1e-17, 1e-100, 5e-324])
    def test_a_rate_that_vanishes_beside_one_is_none(self, rate: float) -> None:
        assert xl_tco.capital_recovery_factor(rate, 5) == 0.2

    def test_arrays_with_and_without_cost_of_capital(self) -> None:
        rates_ = [0.0, 0.08, 0.0, 0.12]
        lives_ = [5.0, 5.0, 4.0, 6.0]
        expected = [float(annuity(Fraction(str(r)), Fraction(n))) for r, n in
                    zip(rates_, lives_, strict=True)]  # fmt: skip
        array = xl_tco.capital_recovery_factor(np.array(rates_), np.array(lives_))
        assert array.tolist() == pytest.approx(expected, rel=1e-12)
        series = xl_tco.capital_recovery_factor(
            pd.Series(rates_, index=list("abcd")), pd.Series(lives_, index=list("abcd"))
        )
        assert series.index.tolist() == list("abcd")
        assert series.tolist() == pytest.approx(expected, rel=1e-12)
        mixed = xl_tco.capital_recovery_factor(np.array(rates_)[:, None], np.array([5.0, 4.0]))
        assert mixed.shape == (4, 2)
        assert mixed[0].tolist() == [0.2, 0.25]

    @pytest.mark.parametrize(
        ("rate", "life"),
        [
            (np.array([0.0, 0.08]), pd.Series([5.0, 5.0])),
            (pd.Series([0.0, 0.08]), np.array([5.0, 5.0])),
            (pd.Series([0.0, 0.08]), 5.0),
            (np.array([0.0, 0.08]), 5.0),
        ],
        ids=["array and series", "series and array", "series", "array"],
    )
    def test_arrays_of_two_kinds(self, rate: Any, life: Any) -> None:
        result = xl_tco.capital_recovery_factor(rate, life)
        assert list(result) == pytest.approx([0.2, 0.25045645], rel=1e-7)
        assert isinstance(result, pd.Series) is any(isinstance(x, pd.Series) for x in (rate, life))

    @pytest.mark.parametrize(
        "rate",
        [
            np.array([0.08, np.nan, 0.0]),
            pd.Series([0.08, None, 0.0]),
            pd.Series([0.08, None, 0.0], dtype="Float64"),
        ],
        ids=["NumPy", "pandas", "pandas, nullable"],
    )
    def test_a_missing_rate_is_no_straight_line(self, rate: Any) -> None:
        result = xl_tco.capital_recovery_factor(rate, 5.0)
        assert pd.isna(result).tolist() == [False, True, False]
        assert result[2] == 0.2


def in_many_digits(rate: float, life: float) -> Decimal:
    """The recovery factor of these very floats, in fifty digits."""
    with localcontext() as context:
        context.prec = 50
        growth = (1 + Decimal(rate)) ** Decimal(life)
        return Decimal(rate) * growth / (growth - 1)


class TestWhere:
    """The choice that formulas may make."""

    def test_a_single_number_computes_its_own_branch_alone(self) -> None:
        assert where(True, lambda: 1, lambda: 1 / 0) == 1
        assert where(np.bool_(False), lambda: 1 / 0, lambda: 2) == 2

    def test_arrays_choose_element_by_element(self) -> None:
        condition = np.array([True, False])
        assert where(condition, lambda: np.array([1, 2]), lambda: 3).tolist() == [1, 3]
        series = where(pd.Series(condition), lambda: pd.Series([1, 2]), lambda: 3)
        assert series.tolist() == [1, 3]


class TestSeedTable:
    """NVIDIA's table for DeepSeek-R1, from the unrounded inputs that reproduce it."""

    def test_cost_per_mtok(self) -> None:
        hopper = xl_tco.cost_per_mtok(1.41, 93.25)
        blackwell = xl_tco.cost_per_mtok(2.652, 5950)
        assert (f"{hopper:.2f}", f"{blackwell:.2f}") == ("4.20", "0.12")
        assert (f"{hopper:.3f}", f"{blackwell:.4f}") == ("4.200", "0.1238")
        assert f"{xl_tco.relative(hopper, blackwell):.1f}" == "33.9"

    def test_tokens_per_mw(self) -> None:
        hopper = xl_tco.tokens_per_mw(93.25, 1.73)
        blackwell = xl_tco.tokens_per_mw(5950, 2.10)
        assert f"{hopper:.1f}" == "53901.7"
        assert (round(hopper / 1000), round(blackwell / 1e6, 1)) == (54, 2.8)
        assert f"{xl_tco.relative(blackwell, hopper):.1f}" == "52.6"

    def test_input_metrics(self) -> None:
        hopper = xl_tco.flops_per_dollar(3.958, 1.41)
        blackwell = xl_tco.flops_per_dollar(15, 2.652)
        assert (f"{hopper:.2f}", f"{blackwell:.2f}") == ("2.81", "5.66")
        assert f"{xl_tco.relative(2.652, 1.41):.2f}" == "1.88"
        assert f"{xl_tco.relative(5950, 93.25):.1f}" == "63.8"

    def test_displayed_inputs_do_not_reproduce_the_published_cells(self) -> None:
        assert f"{xl_tco.cost_per_mtok(1.41, 90):.3f}" == "4.352"
        assert f"{xl_tco.tokens_per_mw(90, 1.73) / 1000:.1f}" == "52.0"
        assert f"{xl_tco.tokens_per_mw(6000, 2.10) / 1e6:.3f}" == "2.857"
        assert f"{xl_tco.relative(6000, 90):.1f}" == "66.7"
