"""The catalog as plain records, read from its files: what a worksheet function looks up in.

Nothing but the standard library, so that every host of the functions can load it. The files are
validated by :mod:`xl_tco.catalog.models`.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from xl_tco.errors import UnknownKeyError

FIGURE_FILES: Final = ("cost_per_gpu_hour.toml", "kw_per_gpu.toml", "hardware.toml")
# A year, month or day of this century that the calendar has; a schema can say it too.
DATE: Final = (
    "(20[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?"
    "|20[0-9]{2}-(0[13-9]|1[0-2])-(29|30)"
    "|20[0-9]{2}-(0[13578]|1[02])-31"
    "|20([02468][048]|[13579][26])-02-29)"
)
_SHARED: Final = ("figure", "unit", "as_of", "source")
_LAST_YEAR: Final = 3000
_LAST_DAY: Final = 2_958_465  # 9999-12-31 in a spreadsheet
_EPOCH: Final = date(1899, 12, 30)


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


@dataclass(frozen=True, slots=True)
class Figure:
    """One value with all that must be known to use it."""

    platform: str
    figure: str
    value: float
    unit: str
    as_of: str
    tier: Tier | None
    basis: PowerBasis | None
    source: str
    note: str

    @property
    def variant(self) -> str:
        """The ownership tier of a cost or the basis of a power figure; empty for other figures."""
        return self.tier or self.basis or ""

    @property
    def key(self) -> str:
        """What is asked for, in one text: platform, figure, tier or basis."""
        return f"{self.platform}|{self.figure}|{self.variant}"

    @property
    def row(self) -> str:
        """The key and the date: each figure has its own."""
        return f"{self.key}|{self.since}"

    @property
    def since(self) -> int:
        """The date as a number that sorts: 20260200 for February 2026, 20260714 for a day."""
        return date_number(self.as_of, "00")


def date_number(as_of: str, missing: str) -> int:
    """A date as a number: year, month, day; what is not said reads ``missing``.

    >>> date_number("2026-02", "99")
    20260299
    """
    return int(f"{as_of}-{missing}-{missing}"[: len("2026-02-01")].replace("-", ""))


def figures_of(revisions: list[dict[str, Any]]) -> Iterator[Figure]:
    """Every value of some revisions as a record of its own."""
    for revision in revisions:
        tier, basis = revision.get("tier"), revision.get("basis")
        for platform, value in revision["values"].items():
            yield Figure(
                platform=platform,
                value=float(value),
                tier=Tier(tier) if tier else None,
                basis=PowerBasis(basis) if basis else None,
                note=revision.get("note", ""),
                **{name: revision[name] for name in _SHARED},
            )


def date_text(given: str | date | float) -> str:
    """A date as the catalog writes it: of a text, a date, a year, or a spreadsheet's day number.

    Raises
    ------
    ValueError
        It is none of these.

    Examples
    --------
    >>> date_text("2026-02"), date_text(2026), date_text(46054)
    ('2026-02', '2026', '2026-02-01')

    """
    if isinstance(given, (int, float)):
        if not 0 < given <= _LAST_DAY:
            raise ValueError(f"{given:g}")
        whole = int(given)
        given = str(whole) if whole < _LAST_YEAR else _EPOCH + timedelta(days=whole)
    text = given if isinstance(given, str) else f"{given:%Y-%m-%d}"
    if text and not re.fullmatch(DATE, text):
        raise ValueError(text)
    return text


@cache
def all_figures() -> tuple[Figure, ...]:
    """Every figure of the catalog that ships with the package."""
    return tuple(
        figure for name in FIGURE_FILES for figure in figures_of(read_toml(name)["revision"])
    )


@cache
def figures_by_platform() -> Mapping[str, tuple[Figure, ...]]:
    """The same by platform, for looking up one."""
    return {
        platform: tuple(item for item in all_figures() if item.platform == platform)
        for platform in all_platforms()
    }


@cache
def all_platforms() -> Mapping[str, Mapping[str, str]]:
    """The platforms by key, each with name, vendor, architecture."""
    return read_toml("platforms.toml")


def read_toml(name: str) -> dict[str, Any]:
    """One of the catalog's files."""
    return tomllib.loads((files("xl_tco.catalog") / name).read_text(encoding="utf-8"))


def in_force(
    figures: Iterable[Figure], platform: str, figure: str, variant: str, as_of: str
) -> Figure:
    """Give the newest value published by ``as_of`` (a month means its end; empty: whenever).

    Raises
    ------
    UnknownKeyError
        Nothing was published by then for that platform, figure and tier or basis.

    Examples
    --------
    >>> in_force(all_figures(), "h200", "kw_per_gpu", "it", "2026-07").value
    1.37

    """
    until = date_number(as_of or "9999", "99")
    figures = tuple(figures)
    known = [
        item
        for item in figures
        if (item.platform, item.figure, item.variant) == (platform, figure, variant)
        and item.since <= until
    ]
    if not known:
        asked = " ".join(word for word in (platform, figure, variant) if word)
        raise UnknownKeyError(
            f"the catalog has no figure for {asked}{f' as of {as_of}' if as_of else ''}; "
            f"it has {_has(figures, platform, figure)}"
        )
    return max(known, key=lambda item: item.since)


def _has(figures: Iterable[Figure], platform: str, figure: str) -> str:
    of_platform = [item for item in figures if item.platform == platform]
    if not of_platform:
        return f"the platforms {', '.join(dict.fromkeys(item.platform for item in figures))}"
    found = [
        f"{item.variant} {item.as_of}".strip() for item in of_platform if item.figure == figure
    ]
    if found:
        return ", ".join(found)
    known = ", ".join(dict.fromkeys(item.figure for item in of_platform))
    return f"no {figure} of {platform} at any date, but {known}"
