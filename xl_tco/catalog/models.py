"""The shape of the catalog: platforms, sources, and figures that each say date, basis, source."""

import re
from datetime import date
from functools import cache, cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from xl_tco.catalog.records import (
    DATE,
    FIGURE_FILES,
    Figure,
    PowerBasis,
    Tier,
    figures_of,
    in_force,
    read_toml,
)
from xl_tco.errors import shown
from xl_tco.functions import ARGUMENTS, BY_NAME, Argument

TEXT_LIMIT: Final = 500


def as_date(value: Any) -> Any:
    """TOML reads an unquoted date as a date; a month has to be quoted. Both mean the same here."""
    text = value.isoformat() if isinstance(value, date) else value
    if isinstance(text, str) and not re.fullmatch(DATE, text):
        raise ValueError(f"{shown(text)}: allowed: YYYY, YYYY-MM or YYYY-MM-DD, e.g. 2026-02")
    return text


# No characters that XML, and so a cell, cannot hold.
Text = Annotated[
    str,
    Field(max_length=TEXT_LIMIT, pattern=r"^[^\x00-\x08\x0b-\x1f" + "\ufffe\uffff]*$"),
]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
AsOf = Annotated[
    str,
    BeforeValidator(as_date),
    WithJsonSchema({"type": "string", "pattern": f"^{DATE}$", "examples": ["2026-02"]}),
]


class Strict(BaseModel):
    """No unknown keys, no silent conversions, no NaN, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Source(Strict):
    """Where a figure was published."""

    title: Text
    publisher: Text
    date: AsOf
    url: Text = ""
    note: Text = ""


class Platform(Strict):
    """A platform that can be bought or rented."""

    name: Text
    vendor: Text
    architecture: Text


class Revision(Strict):
    """Values of one figure for several platforms, published together."""

    figure: Key
    unit: Text
    as_of: AsOf
    tier: Annotated[Tier | None, Field(strict=False)] = None
    basis: Annotated[PowerBasis | None, Field(strict=False)] = None
    source: Key
    note: Text = ""
    values: Annotated[dict[Key, float], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_the_functions(self) -> Self:
        argument = argument_of(self.figure)
        if argument is None:
            return self
        if self.unit != argument.quantity.unit:
            raise ValueError(f"unit of {self.figure} must be {argument.quantity.unit}")
        for platform, value in self.values.items():
            if not argument.limits.contains(value):
                raise ValueError(
                    f"{self.figure} of {platform} = {value}: give {argument.limits.words}"
                )
        return self


class Assumption(Strict):
    """What stands for a figure that a scenario does not give."""

    value: float
    low: float
    high: float
    kind: str = "assumed"
    source: Key
    as_of: AsOf
    note: Text


class PlatformAssumption(Assumption):
    """An assumption that differs for some platforms."""

    platforms: dict[Key, Assumption] = {}


class Effect(Strict):
    """A published effect of a lever, at its operating point."""

    low: float
    high: float
    operating_point: Text
    source: Key


class Inquiry(Strict):
    """What to ask of a platform; a lever has a multiplier, an argument of DELIVERED_TOKENS."""

    key: Key
    label: Text
    depth: Literal["surface", "beneath"]
    question: Text
    lever: bool = False
    effect: tuple[Effect, ...] = Field((), strict=False)

    @model_validator(mode="after")
    def _lever_is_an_argument(self) -> Self:
        known = {argument.name for argument in BY_NAME["delivered_tokens"].arguments}
        if self.lever is not (self.key in known):
            raise ValueError(f"{self.key}: a lever is an argument of DELIVERED_TOKENS, and only it")
        return self


class Catalog(Strict):
    """All platforms, sources, dated figures, assumptions and inquiries."""

    platforms: dict[Key, Platform]
    sources: dict[Key, Source]
    revisions: tuple[Revision, ...] = Field(strict=False)
    assumptions: dict[Key, PlatformAssumption] = {}
    inquiries: tuple[Inquiry, ...] = Field((), strict=False)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        seen: set[tuple[str, str, str, Tier | None, PowerBasis | None]] = set()
        for figure in self.figures:
            if figure.platform not in self.platforms:
                raise ValueError(f"{figure.figure}: unknown platform {figure.platform}")
            if figure.source not in self.sources:
                raise ValueError(f"{figure.figure}: unknown source {figure.source}")
            key = (figure.platform, figure.figure, figure.as_of, figure.tier, figure.basis)
            if key in seen:
                raise ValueError(f"given twice: {key}")
            seen.add(key)
        for name, assumption in self.assumptions.items():
            for item in (assumption, *assumption.platforms.values()):
                if item.source not in self.sources:
                    raise ValueError(f"{name}: unknown source {item.source}")
        for inquiry in self.inquiries:
            for effect in inquiry.effect:
                if effect.source not in self.sources:
                    raise ValueError(f"{inquiry.key}: unknown source {effect.source}")
        return self

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every value as a record of its own."""
        return tuple(figures_of([revision.model_dump() for revision in self.revisions]))

    def assumption(self, name: str, platform: str) -> Assumption:
        """What stands for a figure that the scenario of a platform does not give."""
        found = self.assumptions[name]
        return found.platforms.get(platform, found)

    @property
    def dates(self) -> list[str]:
        """The dates at which figures of cost were published, oldest first."""
        return sorted({item.as_of for item in self.figures if item.figure == "cost_per_gpu_hour"})

    @property
    def as_of(self) -> str:
        """The date of the newest figure."""
        return max(figure.as_of for figure in self.figures)

    def figure(
        self,
        platform: str,
        figure: str,
        as_of: str,
        *,
        tier: Tier | str | None = None,
        basis: PowerBasis | str | None = None,
    ) -> Figure:
        """Give the newest value published by ``as_of`` (a month means its end).

        Raises
        ------
        UnknownKeyError
            Nothing was published by then for that platform, tier or basis.

        """
        return in_force(self.figures, platform, figure, tier or basis or "", as_of)


def argument_of(figure: str) -> Argument | None:
    """The function argument that a figure feeds: its unit and limits hold for the figure too."""
    return ARGUMENTS.get("pflops_per_gpu" if figure.startswith("pflops_") else figure)


@cache
def load_catalog() -> Catalog:
    """Load the catalog that ships with the package.

    >>> load_catalog().figure("h200", "kw_per_gpu", "2026-02", basis="utility").value
    1.73
    """
    return Catalog.model_validate(
        {
            "platforms": read_toml("platforms.toml"),
            "sources": read_toml("sources.toml"),
            "revisions": [
                revision for name in FIGURE_FILES for revision in read_toml(name)["revision"]
            ],
            "assumptions": read_toml("assumptions.toml"),
            "inquiries": read_toml("levers.toml")["inquiry"],
        }
    )
