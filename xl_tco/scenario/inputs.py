"""The inputs of a scenario: numbers and words, each with range, kind, source, date and note."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from xl_tco.catalog.models import Assumption, load_catalog
from xl_tco.catalog.records import Figure, PowerBasis, Tier
from xl_tco.errors import UnknownKeyError
from xl_tco.functions import ARGUMENTS
from xl_tco.kernel.quantities import Quantity
from xl_tco.limits import Limits
from xl_tco.scenario.fields import (
    COST_FROM,
    DEPRECIATION,
    FACILITY,
    Figures,
    Given,
    Kind,
    Lever,
    Ownership,
    compute_basis,
)
from xl_tco.scenario.kinds import INPUT_KINDS
from xl_tco.scenario.models import Scenario

LIKE_FOR_LIKE: Final = "pflops_fp8_dense"
LIKE_FOR_LIKE_BASIS: Final = compute_basis(LIKE_FOR_LIKE)
OWN_FIGURES: Final = "own figures"
"""The platform's word that leaves the figures of the inputs in force."""


class Group(StrEnum):
    """What inputs belong together."""

    PLATFORM = "Platform, throughput and power"
    OWNERSHIP = "Ownership: what an owned GPU-hour is made of"
    LEVERS = "Levers and inquiries: what lies beneath delivered tokens"
    BUSINESS = "Business: requests and prices"


@dataclass(frozen=True, slots=True)
class InputFigure:
    """One row of the inputs; ``path`` is its place in a scenario file."""

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
    path: str = ""
    group: Group = Group.PLATFORM


@dataclass(frozen=True, slots=True)
class InputWord:
    """One row of the inputs that is a choice among words.

    ``listed`` names the range of the workbook that holds the words, where they are many.
    """

    name: str
    title: str
    words: tuple[str, ...]
    value: str
    prompt: str
    kind: Kind
    source: str
    as_of: str
    note: str
    group: Group = Group.PLATFORM
    listed: str = ""


def input_figures(scenario: Scenario) -> tuple[InputFigure, ...]:
    """All input figures of a scenario, numerator first.

    >>> from xl_tco.scenario import load_scenario
    >>> [f.name for f in input_figures(load_scenario("hopper_hgx_h200"))][:2]
    ['cost_per_gpu_hour', 'pflops_per_gpu']
    """
    throughput, power = scenario.throughput, scenario.power
    return (
        _stated(scenario, "cost_per_gpu_hour", "cost", scenario.cost, scenario.cost.value)
        if scenario.cost
        else _published_cost(scenario),
        _stated(scenario, "pflops_per_gpu", "compute", scenario.compute, scenario.compute.value)
        if scenario.compute.value is not None
        else _published("pflops_per_gpu", scenario.published_compute(), scenario.compute),
        _stated(scenario, "tokens_per_second_per_gpu", "throughput", throughput, throughput.value),
        _stated(
            scenario, "utilization", "utilization", scenario.utilization, scenario.utilization.value
        ),
        _stated(scenario, "kw_per_gpu", "power", power, power.value)
        if power.value is not None
        else _published("kw_per_gpu", scenario.published_power(), power),
        _stated(scenario, "pue", "pue", scenario.pue, scenario.pue.value),
        *_grouped(scenario, scenario.ownership, "ownership", Group.OWNERSHIP),
        *_levers(scenario),
        *_grouped(scenario, scenario.business, "business", Group.BUSINESS),
    )


def input_words(scenario: Scenario) -> tuple[InputWord, ...]:
    """All choices of a scenario, in the order of the groups."""
    return tuple(_words(scenario))


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


def tier_costs(scenario: Scenario) -> list[Figure]:
    """The cost per GPU-hour of the platform at every tier that the catalog has at its date."""
    found = []
    for tier in Tier:
        try:
            found.append(
                load_catalog().figure(
                    scenario.platform, "cost_per_gpu_hour", scenario.as_of, tier=tier
                )
            )
        except UnknownKeyError:
            continue
    return found


def range_faults(scenario: Scenario, *, around_values: bool = True) -> list[str]:
    """What is wrong with the ranges that a scenario gives, and whether they hold the values."""
    faults = []
    for figure in input_figures(scenario):
        for end, value in (("low", figure.low), ("high", figure.high)):
            if not figure.limits.contains(value):
                faults.append(f"{figure.path}.{end} = {value:g}: give {figure.limits.words}")
        if around_values and not figure.low <= figure.value <= figure.high:
            faults.append(
                f"{figure.path}: low <= value <= high must hold, "
                f"not {figure.low:g} <= {figure.value:g} <= {figure.high:g}"
            )
    return faults


def _stated(
    scenario: Scenario,
    name: str,
    path: str,
    given: Given,
    value: float,
    group: Group = Group.PLATFORM,
) -> InputFigure:
    low, high = given.around(value)
    return InputFigure(
        name=name,
        quantity=INPUT_KINDS[name].quantity,
        limits=INPUT_KINDS[name].limits,
        value=value,
        low=low,
        high=high,
        kind=given.kind,
        source=given.source,
        as_of=given.as_of or scenario.as_of,
        note=given.note,
        path=path,
        group=group,
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
        path={"pflops_per_gpu": "compute", "kw_per_gpu": "power"}.get(name, "cost"),
    )


def _published_cost(scenario: Scenario) -> InputFigure:
    """The catalog's cost; it ranges over the tiers that were published with it."""
    costs = [item.value for item in tier_costs(scenario)]
    figure = _published("cost_per_gpu_hour", scenario.published_cost(), None)
    return replace(figure, low=min(costs), high=max(costs))


def _grouped(
    scenario: Scenario, figures: Figures, path: str, group: Group
) -> Iterator[InputFigure]:
    stated = figures.stated()
    for name in figures.names():
        if name in stated:
            given = stated[name]
            yield _stated(scenario, name, f"{path}.{name}", given, given.value, group)
        else:
            assumption = load_catalog().assumption(name, scenario.platform)
            yield _assumed(name, assumption, f"{path}.{name}", group)


def _assumed(name: str, assumption: Assumption, path: str, group: Group) -> InputFigure:
    return InputFigure(
        name=name,
        quantity=INPUT_KINDS[name].quantity,
        limits=INPUT_KINDS[name].limits,
        value=assumption.value,
        low=assumption.low,
        high=assumption.high,
        kind=Kind(assumption.kind),
        source=assumption.source,
        as_of=assumption.as_of,
        note=assumption.note,
        path=path,
        group=group,
    )


def _levers(scenario: Scenario) -> Iterator[InputFigure]:
    for inquiry in load_catalog().inquiries:
        if inquiry.lever:
            lever = scenario.levers.get(inquiry.key, Lever())
            path = f"levers.{inquiry.key}"
            yield _stated(scenario, inquiry.key, path, lever, lever.value, Group.LEVERS)


def _newest(dates: list[str], as_of: str) -> str:
    """The last of the dates that is not after another; the first if all are."""
    return max((date for date in dates if date <= as_of), default=dates[0])


def _words(scenario: Scenario) -> Iterator[InputWord]:
    catalog = load_catalog()
    power = next(item for item in input_figures(scenario) if item.name == "kw_per_gpu")

    def word(name: str, title: str, words: Iterable[str], value: str, note: str) -> InputWord:
        choices = tuple(words)
        return InputWord(
            name,
            title,
            choices,
            value,
            f"Choose {', '.join(choices)}.",
            Kind.ASSUMED,
            "assumption",
            scenario.as_of,
            note,
        )

    def owned(name: str, title: str, words: Iterable[str], value: str, note: str) -> InputWord:
        return replace(word(name, title, words, value, note), group=Group.OWNERSHIP)

    yield replace(
        word(
            "platform",
            "Scenario: platform",
            (OWN_FIGURES, *catalog.platforms),
            scenario.catalog_platform or OWN_FIGURES,
            "A platform puts the catalog's cost, power and compute in force, at the tier, date and "
            "power basis chosen beneath; throughput stays what is typed here.",
        ),
        listed="catalog_choices",
    )
    yield word(
        "tier",
        "Scenario: ownership tier",
        tuple(Tier),
        scenario.tier.value,
        "Works with a platform of the catalog.",
    )
    yield replace(
        word(
            "as_of",
            "Scenario: as of",
            catalog.dates,
            _newest(catalog.dates, scenario.as_of),
            "Works with a platform of the catalog: the newest figures published by then.",
        ),
        listed="catalog_dates",
    )
    yield replace(
        word(
            "tokens_counted",
            "Tokens counted",
            ("total", "output"),
            scenario.throughput.tokens,
            f"Model {scenario.model}; operating point {scenario.operating_point}. total is input + "
            "output.",
        ),
        kind=scenario.throughput.kind,
        source=scenario.throughput.source,
        as_of=scenario.throughput.as_of or scenario.as_of,
    )
    yield replace(
        word(
            "power_basis",
            "Power basis",
            tuple(PowerBasis),
            scenario.power.basis.value,
            "utility: facility overhead inside, so PUE is 1. it: to be multiplied by PUE.",
        ),
        kind=Kind.PUBLISHED,
        source=power.source,
        as_of=power.as_of,
    )
    ownership: Ownership = scenario.ownership
    yield owned(
        "cost_from",
        "GPU-hour that feeds the model",
        COST_FROM,
        ownership.cost_from,
        "rate: the hourly rate above. owned: the GPU-hour of sheet Ownership.",
    )
    yield owned(
        "depreciation",
        "Capital charge",
        DEPRECIATION,
        ownership.depreciation,
        "annuity: with cost of capital. straight line: without.",
    )
    yield owned(
        "facility",
        "Facility",
        FACILITY,
        ownership.facility,
        "colocation: rent. owned: capex of the facility. One of the two is charged, never both.",
    )
    for inquiry in catalog.inquiries:
        lever = scenario.levers.get(inquiry.key, Lever())
        answer = lever.answer if inquiry.lever else scenario.inquiries.get(inquiry.key, "unknown")
        choices = ("yes", "no", "unknown")
        yield replace(
            word(
                f"answer_{inquiry.key}",
                inquiry.label,
                choices,
                answer,
                " ".join(text for text in (inquiry.question, lever.note) if text),
            ),
            group=Group.LEVERS,
        )
        if inquiry.lever:
            yield replace(
                word(
                    f"in_baseline_{inquiry.key}",
                    f"{inquiry.label}: in the baseline",
                    ("yes", "no"),
                    lever.in_baseline,
                    "yes: its multiplier is locked at 1, so that it is not counted twice.",
                ),
                group=Group.LEVERS,
            )
