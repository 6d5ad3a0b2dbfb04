"""What a workbook is about: one platform, or a baseline against a candidate."""

from dataclasses import dataclass
from typing import Final

from xl_tco.catalog import load_catalog
from xl_tco.catalog.models import Figure, Source, Tier
from xl_tco.errors import UnknownKeyError
from xl_tco.functions import BY_NAME, Function
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.scenario import Comparison, Pair, Scenario
from xl_tco.scenario.inputs import InputFigure, input_figures, like_for_like

RESULTS: Final[tuple[Function, ...]] = tuple(
    BY_NAME[name]
    for name in ("flops_per_dollar", "tokens_per_mw", "joules_per_token", "cost_per_mtok")
)
"""The outputs of a platform, computed from its inputs, which bear the arguments' names."""


@dataclass(frozen=True, slots=True)
class Side:
    """One platform of the workbook; the suffix tells its names from the other's."""

    scenario: Scenario
    label: str
    suffix: str
    inputs: tuple[InputFigure, ...]
    like_for_like: InputFigure | None

    def key(self, name: str) -> str:
        """The key of a cell of this side."""
        return f"{name}{self.suffix}"

    def has(self, name: str) -> bool:
        """Tell whether the scenario states that input."""
        return any(figure.name == name for figure in self.inputs)

    @property
    def situation(self) -> str:
        """Platform and date in a line."""
        return f"{self.scenario.platform_name}, figures of {self.scenario.as_of}"


@dataclass(frozen=True, slots=True)
class Subject:
    """All that a workbook is described from."""

    name: str
    title: str
    sides: tuple[Side, ...]
    comparison: Comparison | None
    flavour: Flavour

    @classmethod
    def of(cls, name: str, loaded: Scenario | Pair, flavour: Flavour) -> "Subject":
        """Make the subject of a loaded scenario or comparison."""
        if isinstance(loaded, Scenario):
            return cls(
                name, loaded.title, (_side(loaded, loaded.platform_name, ""),), None, flavour
            )
        comparison = loaded.comparison
        sides = (
            _side(loaded.baseline, comparison.baseline.label, comparison.baseline.suffix),
            _side(loaded.candidate, comparison.candidate.label, comparison.candidate.suffix),
        )
        return cls(name, comparison.title, sides, comparison, flavour)

    @property
    def pair(self) -> tuple[Side, Side] | None:
        """Baseline and candidate, if there are two sides."""
        return (self.sides[0], self.sides[1]) if self.comparison else None

    @property
    def compares_like_for_like(self) -> bool:
        """Tell whether every side has peak compute at the common precision and sparsity."""
        return all(side.like_for_like for side in self.sides)

    @property
    def sources(self) -> dict[str, Source]:
        """The sources that the workbook's figures name."""
        known: dict[str, Source] = {}
        used: set[str] = {"assumption"}
        for side in self.sides:
            known |= side.scenario.all_sources
            used |= {figure.source for figure in side.inputs}
            used |= {figure.source for figure in tier_figures(side)}
            if side.like_for_like:
                used.add(side.like_for_like.source)
        if self.comparison:
            used.add(self.comparison.source)
        return {key: source for key, source in known.items() if key in used}

    @property
    def date(self) -> str:
        """The date of the newest figure in the catalog: the workbook's data date."""
        return load_catalog().as_of


def tier_figures(side: Side) -> list[Figure]:
    """The cost per GPU-hour of this platform at every tier that the catalog has at its date."""
    found = []
    for tier in Tier:
        try:
            found.append(
                load_catalog().figure(
                    side.scenario.platform, "cost_per_gpu_hour", side.scenario.as_of, tier=tier
                )
            )
        except UnknownKeyError:
            continue
    return found


def _side(scenario: Scenario, label: str, suffix: str) -> Side:
    return Side(scenario, label, suffix, input_figures(scenario), like_for_like(scenario))
