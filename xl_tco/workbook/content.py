"""What a workbook is about: one platform, or a baseline against a candidate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from xl_tco.catalog.models import Inquiry, Source, load_catalog
from xl_tco.functions import BY_NAME, Function
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.scenario import Comparison, Pair, Scenario
from xl_tco.scenario.fields import Settings
from xl_tco.scenario.inputs import (
    Group,
    InputFigure,
    InputWord,
    input_figures,
    input_words,
    like_for_like,
    tier_costs,
)

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
    words: tuple[InputWord, ...]
    like_for_like: InputFigure | None

    def key(self, name: str) -> str:
        """The key of a cell of this side."""
        return f"{name}{self.suffix}"

    def figures(self, group: Group) -> tuple[InputFigure, ...]:
        """The input figures of a group; the like-for-like one closes the platform's."""
        extra = (self.like_for_like,) if self.like_for_like and group is Group.PLATFORM else ()
        return tuple(figure for figure in self.inputs if figure.group is group) + extra

    def choices(self, group: Group) -> tuple[InputWord, ...]:
        """The choices of a group."""
        return tuple(word for word in self.words if word.group is group)

    @property
    def situation(self) -> str:
        """Platform, tier and date in a line, as the scenario has them."""
        scenario = self.scenario
        return f"{scenario.platform_name}, {scenario.tier.label.lower()}, {scenario.as_of}"


@dataclass(frozen=True, slots=True)
class Subject:
    """All that a workbook is described from."""

    name: str
    title: str
    sides: tuple[Side, ...]
    comparison: Comparison | None
    flavour: Flavour
    files: Mapping[str, str]

    @classmethod
    def of(
        cls, name: str, loaded: Scenario | Pair, flavour: Flavour, files: Mapping[str, str]
    ) -> "Subject":
        """Make the subject of a loaded scenario or comparison, and the files it is written in."""
        if isinstance(loaded, Scenario):
            return cls(
                name,
                loaded.title,
                (_side(loaded, loaded.platform_name, ""),),
                None,
                flavour,
                files,
            )
        comparison = loaded.comparison
        sides = (
            _side(loaded.baseline, comparison.baseline.label, comparison.baseline.suffix),
            _side(loaded.candidate, comparison.candidate.label, comparison.candidate.suffix),
        )
        return cls(name, comparison.title, sides, comparison, flavour, files)

    @property
    def pair(self) -> tuple[Side, Side] | None:
        """Baseline and candidate, if there are two sides."""
        return (self.sides[0], self.sides[1]) if self.comparison else None

    @property
    def settings(self) -> Settings:
        """What belongs to the workbook rather than to a platform."""
        return self.comparison.settings if self.comparison else self.sides[0].scenario.settings

    @property
    def compares_like_for_like(self) -> bool:
        """Tell whether every side has peak compute at the common precision and sparsity."""
        return all(side.like_for_like for side in self.sides)

    @property
    def sources(self) -> dict[str, Source]:
        """The sources that the workbook's figures name."""
        known: dict[str, Source] = dict(load_catalog().sources)
        used: set[str] = {"assumption"} | {figure.source for figure in load_catalog().figures}
        used |= {effect.source for inquiry in inquiries() for effect in inquiry.effect}
        for side in self.sides:
            known |= side.scenario.all_sources
            used |= {figure.source for figure in side.inputs}
            used |= {figure.source for figure in tier_costs(side.scenario)}
            if side.like_for_like:
                used.add(side.like_for_like.source)
        if self.comparison:
            used.add(self.comparison.source)
        return {key: source for key, source in known.items() if key in used}

    @property
    def date(self) -> str:
        """The date of the newest figure in the catalog: the workbook's data date."""
        return load_catalog().as_of


def inquiries() -> tuple[Inquiry, ...]:
    """What is asked of a platform, in order."""
    return load_catalog().inquiries


def levers() -> tuple[Inquiry, ...]:
    """The inquiries that multiply delivered tokens."""
    return tuple(inquiry for inquiry in inquiries() if inquiry.lever)


def _side(scenario: Scenario, label: str, suffix: str) -> Side:
    return Side(
        scenario,
        label,
        suffix,
        input_figures(scenario),
        input_words(scenario),
        like_for_like(scenario),
    )
