"""The input figures of a scenario: each with range, kind, source, date and note."""

from dataclasses import dataclass, replace
from typing import Final

from xl_tco.catalog import load_catalog
from xl_tco.catalog.models import Figure, PowerBasis
from xl_tco.errors import UnknownKeyError
from xl_tco.functions import ARGUMENTS
from xl_tco.kernel.quantities import Quantity
from xl_tco.limits import Limits
from xl_tco.scenario.fields import PRICE, PRICE_LIMITS, Given, Kind, compute_basis
from xl_tco.scenario.models import Scenario

LIKE_FOR_LIKE: Final = "pflops_fp8_dense"
LIKE_FOR_LIKE_BASIS: Final = compute_basis(LIKE_FOR_LIKE)


@dataclass(frozen=True, slots=True)
class InputFigure:
    """One row of the inputs."""

    name: str
    quantity: Quantity
    limits: Limits
    value: float
    low: float
    high: float
    kind: Kind
    source: str
    as_of: str
    note: str


def input_figures(scenario: Scenario) -> tuple[InputFigure, ...]:
    """All input figures of a scenario, numerator first.

    >>> from xl_tco.scenario import load_scenario
    >>> [f.name for f in input_figures(load_scenario("hopper_hgx_h200"))][:2]
    ['cost_per_gpu_hour', 'pflops_per_gpu']
    """
    throughput, power = scenario.throughput, scenario.power
    found = [
        _stated(scenario, "cost_per_gpu_hour", scenario.cost, scenario.cost.value)
        if scenario.cost
        else _published("cost_per_gpu_hour", scenario.published_cost(), None),
        _stated(scenario, "pflops_per_gpu", scenario.compute, scenario.compute.value)
        if scenario.compute.value is not None
        else _published("pflops_per_gpu", scenario.published_compute(), scenario.compute),
        _stated(scenario, "tokens_per_second_per_gpu", throughput, throughput.value),
        _stated(scenario, "utilization", scenario.utilization, scenario.utilization.value),
        _stated(scenario, "kw_per_gpu", power, power.value)
        if power.value is not None
        else _published("kw_per_gpu", scenario.published_power(), power),
        _stated(scenario, "pue", scenario.pue, scenario.pue.value),
    ]
    if scenario.price:
        found.append(_price(scenario, scenario.price, scenario.price.value))
    return tuple(found)


def like_for_like(scenario: Scenario) -> InputFigure | None:
    """Peak compute at the one precision and sparsity that every platform has, if it is known."""
    try:
        figure = load_catalog().figure(scenario.platform, LIKE_FOR_LIKE, scenario.as_of)
    except UnknownKeyError:
        return None
    return replace(
        _published("pflops_per_gpu", figure, None),
        name="pflops_like_for_like",
        note="The precision and sparsity that the platforms have in common.",
    )


def range_faults(scenario: Scenario) -> list[str]:
    """What is wrong with the ranges that a scenario gives around its figures."""
    faults = []
    for figure in input_figures(scenario):
        key = _KEYS[figure.name]
        for end, value in (("low", figure.low), ("high", figure.high)):
            if not figure.limits.contains(value):
                faults.append(f"{key}.{end} = {value:g}: give {figure.limits.words}")
        if not figure.low <= figure.value <= figure.high:
            faults.append(
                f"{key}: low <= value <= high must hold, "
                f"not {figure.low:g} <= {figure.value:g} <= {figure.high:g}"
            )
    return faults


# The part of a scenario file that each input figure is from.
_KEYS: Final = {
    "cost_per_gpu_hour": "cost",
    "pflops_per_gpu": "compute",
    "tokens_per_second_per_gpu": "throughput",
    "utilization": "utilization",
    "kw_per_gpu": "power",
    "pue": "pue",
    "price_per_mtok": "price",
}


def _stated(scenario: Scenario, name: str, given: Given, value: float) -> InputFigure:
    argument = ARGUMENTS[name]
    return _row(scenario, name, argument.quantity, argument.limits, given, value)


def _price(scenario: Scenario, given: Given, value: float) -> InputFigure:
    return _row(scenario, "price_per_mtok", PRICE, PRICE_LIMITS, given, value)


def _row(
    scenario: Scenario, name: str, quantity: Quantity, limits: Limits, given: Given, value: float
) -> InputFigure:
    low, high = given.around(value)
    return InputFigure(
        name=name,
        quantity=quantity,
        limits=limits,
        value=value,
        low=low,
        high=high,
        kind=given.kind,
        source=given.source,
        as_of=given.as_of or scenario.as_of,
        note=given.note,
    )


_POWER_WORDS: Final = {
    PowerBasis.UTILITY: "Utility power: all-in provisioned",
    PowerBasis.IT: "IT power: chip + share of host",
}


def _published(name: str, figure: Figure, given: Given | None) -> InputFigure:
    low, high = given.around(figure.value) if given else (figure.value, figure.value)
    notes = [
        figure.tier.label if figure.tier else "",
        _POWER_WORDS[figure.basis] if figure.basis else "",
        given.note if given else "",
        figure.note,
    ]
    return InputFigure(
        name=name,
        quantity=ARGUMENTS[name].quantity,
        limits=ARGUMENTS[name].limits,
        value=figure.value,
        low=low,
        high=high,
        kind=Kind.PUBLISHED,
        source=figure.source,
        as_of=figure.as_of,
        note=". ".join(note.rstrip(".") for note in notes if note),
    )
