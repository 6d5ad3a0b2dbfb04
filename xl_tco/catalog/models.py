"""The shape of the catalog: platforms, sources, and figures that each say date, basis, source."""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from xl_tco.errors import UnknownKeyError, shown
from xl_tco.functions import ARGUMENTS, Argument

TEXT_LIMIT: Final = 500


def _date_text(value: Any) -> Any:
    """TOML reads an unquoted date as a date; a month has to be quoted. Both mean the same here."""
    text = value.isoformat() if isinstance(value, date) else value
    if isinstance(text, str) and not (re.fullmatch(_DATE, text) and _is_day(text)):
        raise ValueError(f"{shown(text)}: allowed: YYYY, YYYY-MM or YYYY-MM-DD, e.g. 2026-02")
    return text


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(f"{text}-01-01"[:10] if len(text) == _YEAR else f"{text}-01"[:10])
    except ValueError:
        return False
    return True


_YEAR: Final = len("2026")
_DATE: Final = "20[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"

# No characters that XML, and so a cell, cannot hold.
Text = Annotated[
    str,
    Field(max_length=TEXT_LIMIT, pattern=r"^[^\x00-\x08\x0b-\x1f" + "\ufffe\uffff]*$"),
]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
AsOf = Annotated[
    str,
    BeforeValidator(_date_text),
    WithJsonSchema({"type": "string", "pattern": f"^{_DATE}$", "examples": ["2026-02"]}),
]


class Strict(BaseModel):
    """No unknown keys, no silent conversions, no NaN, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Tier(StrEnum):
    """Who pays for the GPU-hour, and how."""

    OWNED_HYPERSCALER = "owned_hyperscaler"
    OWNED_NEOCLOUD = "owned_neocloud"
    RENTAL_3YR = "rental_3yr"

    @property
    def label(self) -> str:
        """The tier in words."""
        return {
            Tier.OWNED_HYPERSCALER: "Owned, hyperscaler",
            Tier.OWNED_NEOCLOUD: "Owned, neocloud",
            Tier.RENTAL_3YR: "Rented, 3 years",
        }[self]


class PowerBasis(StrEnum):
    """What a kW figure holds: ``utility`` has the facility overhead inside, ``it`` does not."""

    UTILITY = "utility"
    IT = "it"


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


class Figure(Strict):
    """One value with all that must be known to use it."""

    platform: Key
    figure: Key
    value: float
    unit: Text
    as_of: AsOf
    tier: Tier | None
    basis: PowerBasis | None
    source: Key
    note: Text


class Catalog(Strict):
    """All platforms, sources and dated figures."""

    platforms: dict[Key, Platform]
    sources: dict[Key, Source]
    revisions: tuple[Revision, ...] = Field(strict=False)

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
        return self

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every value as a record of its own."""
        return tuple(self._records())

    def _records(self) -> Iterator[Figure]:
        for revision in self.revisions:
            said = {name: getattr(revision, name) for name in _SHARED}
            for platform, value in revision.values.items():
                yield Figure(platform=platform, value=value, **said)

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
        known = [
            item
            for item in self.figures
            if (item.platform, item.figure, item.tier, item.basis)
            == (platform, figure, tier, basis)
            and (item.as_of <= as_of or item.as_of.startswith(as_of))
        ]
        if not known:
            asked = " ".join(str(word) for word in (platform, figure, tier, basis) if word)
            raise UnknownKeyError(
                f"the catalog has no figure for {asked} as of {as_of}; "
                f"it has {self._has(platform, figure)}"
            )
        return max(known, key=lambda item: item.as_of)

    def _has(self, platform: str, figure: str) -> str:
        if platform not in self.platforms:
            return f"the platforms {', '.join(self.platforms)}"
        found = [
            " ".join(str(word) for word in (item.tier, item.basis, item.as_of) if word)
            for item in self.figures
            if item.platform == platform and item.figure == figure
        ]
        return ", ".join(found) or f"no {figure} of {platform} at any date"


_SHARED: Final = ("figure", "unit", "as_of", "tier", "basis", "source", "note")


def argument_of(figure: str) -> Argument | None:
    """The function argument that a figure feeds: its unit and limits hold for the figure too."""
    return ARGUMENTS.get("pflops_per_gpu" if figure.startswith("pflops_") else figure)
