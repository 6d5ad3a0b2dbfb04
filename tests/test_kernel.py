"""The formulas against exact rational arithmetic, the seed's figures, and their own algebra."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from case_table import ALL_CASES, Case
from hypothesis import given, settings
from hypothesis import strategies as st

import xl_tco
from xl_tco import kernel

# The formulas of docs/economics.md, section 1, with every unit conversion written out.
WATTS_PER_MEGAWATT = 1_000_000
FORMULAS: dict[str, Callable[..., Fraction]] = {
    "cost_per_mtok": lambda cost, tokens, share=Fraction(1): (
        cost / (60 * 60 * tokens * share) * 1_000_000
    ),
    "tokens_per_mw": lambda tokens, kw, pue=Fraction(1): tokens / (kw * pue / 1000),
    "joules_per_token": lambda tokens, kw, pue=Fraction(1): kw * pue * 1000 / tokens,
    "flops_per_dollar": lambda pflops, cost: pflops / cost,
    "relative": lambda candidate, baseline: candidate / baseline,
}

# How a result moves when one argument is multiplied: in proportion (1) or inversely (-1).
PROPORTIONS = {
    "cost_per_mtok": (1, -1, -1),
    "tokens_per_mw": (1, -1, -1),
    "joules_per_token": (-1, 1, 1),
    "flops_per_dollar": (1, -1),
    "relative": (1, -1),
}
MOVES = [
    pytest.param(name, place, power, id=f"{name}-{place}")
    for name, powers in PROPORTIONS.items()
    for place, power in enumerate(powers)
]

positive_fractions = st.fractions(Fraction(1, 10**6), 10**6, max_denominator=10**6)
shares = st.fractions(Fraction(1, 10**6), 1, max_denominator=10**6)
overheads = st.fractions(1, 100, max_denominator=10**6)

DRAWN_FRACTIONS: dict[str, tuple[st.SearchStrategy[Fraction], ...]] = {
    "cost_per_mtok": (
        st.one_of(st.just(Fraction(0)), positive_fractions),
        positive_fractions,
        shares,
    ),
    "tokens_per_mw": (positive_fractions, positive_fractions, overheads),
    "joules_per_token": (positive_fractions, positive_fractions, overheads),
    "flops_per_dollar": (positive_fractions, positive_fractions),
    "relative": (st.fractions(-(10**6), 10**6, max_denominator=10**6), positive_fractions),
}

positive_floats = st.floats(1e-30, 1e30)
DRAWN_FLOATS: dict[str, tuple[st.SearchStrategy[float], ...]] = {
    "cost_per_mtok": (positive_floats, positive_floats, st.floats(1e-9, 1.0)),
    "tokens_per_mw": (positive_floats, positive_floats, st.floats(1.0, 1e9)),
    "joules_per_token": (positive_floats, positive_floats, st.floats(1.0, 1e9)),
    "flops_per_dollar": (positive_floats, positive_floats),
    "relative": (positive_floats | positive_floats.map(lambda x: -x), positive_floats),
}

ROUNDING = 4 * Fraction(1, 2**53) * (1 + Fraction(1, 2**40))
"""At most four roundings of half a unit in the last place each."""


def public(name: str) -> Callable[..., Any]:
    return getattr(xl_tco, name)


def test_every_formula_has_an_oracle() -> None:
    assert set(kernel.__all__) == set(FORMULAS) == set(PROPORTIONS)


@pytest.mark.parametrize("name", FORMULAS)
@settings(deadline=None)
@given(data=st.data())
def test_formula_is_exact_on_fractions(name: str, data: st.DataObject) -> None:
    arguments = data.draw(st.tuples(*DRAWN_FRACTIONS[name]))
    result = getattr(kernel, name)(*arguments)
    assert isinstance(result, Fraction)
    assert result == FORMULAS[name](*arguments)


@pytest.mark.parametrize("name", FORMULAS)
@settings(deadline=None)
@given(data=st.data())
def test_public_function_rounds_at_most_four_times(name: str, data: st.DataObject) -> None:
    arguments = data.draw(st.tuples(*DRAWN_FLOATS[name]))
    exact = FORMULAS[name](*map(Fraction, arguments))
    assert abs(Fraction(public(name)(*arguments)) - exact) <= ROUNDING * abs(exact)


@pytest.mark.parametrize("name", ["cost_per_mtok", "tokens_per_mw", "joules_per_token"])
@settings(deadline=None)
@given(first=positive_floats, second=positive_floats)
def test_the_default_is_one(name: str, first: float, second: float) -> None:
    assert public(name)(first, second) == public(name)(first, second, 1)


@pytest.mark.parametrize(
    "case", [case for case in ALL_CASES if isinstance(case.expected, Fraction)], ids=str
)
def test_case_table_holds_the_exact_values(case: Case) -> None:
    numbers = [Fraction(str(value)) for value in case.arguments if isinstance(value, int | float)]
    assert case.expected == FORMULAS[case.function](*numbers)


@pytest.mark.parametrize(("name", "place", "power"), MOVES)
@settings(deadline=None)
@given(data=st.data())
def test_doubling_an_argument_doubles_or_halves_exactly(
    name: str, place: int, power: int, data: st.DataObject
) -> None:
    before = list(data.draw(st.tuples(*DRAWN_FLOATS[name])))
    if name == "cost_per_mtok" and place == 2:
        before[place] /= 2
    after = [value * 2 if index == place else value for index, value in enumerate(before)]
    assert public(name)(*after) == public(name)(*before) * 2.0**power


@pytest.mark.parametrize(("name", "place", "power"), MOVES)
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
