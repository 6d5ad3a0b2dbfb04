"""Figures of the catalog: one at a time, or the newest of every platform."""

from collections.abc import Iterable
from typing import Annotated, Final

from xl_tco.catalog.records import (
    all_figures,
    all_platforms,
    date_text,
    figures_by_platform,
    in_force,
)
from xl_tco.errors import ExcelError, UnknownKeyError
from xl_tco.kernel.quantities import Quantity
from xl_tco.lookups.kinds import AsOf, CellValue, FigureName, Grid, Platform, TierOrBasis

DESCRIBED: Final = ("name", "vendor", "architecture")


def platform_figure(
    platform: Platform, figure: FigureName, tier: TierOrBasis = "", as_of: AsOf = ""
) -> Annotated[
    float,
    Quantity("Catalog figure", "as the figure", "A figure of the catalog, in the figure's unit."),
]:
    """Figure of a platform in the catalog, as it was known at a date.

    A cost needs its ownership tier and a kW figure its basis, since they are different figures:
    without, there is no answer.

    Source: the catalog; each figure has its own source there.

    Examples
    --------
    >>> platform_figure("gb300", "cost_per_gpu_hour", "owned_hyperscaler", "2026-02")
    2.652
    >>> platform_figure("h200", "kw_per_gpu", "it")
    1.37

    """
    key = platform.lower()
    known = figures_by_platform().get(key, all_figures())
    return in_force(known, key, figure.lower(), tier.lower(), date_text(as_of)).value


def platforms() -> Annotated[
    Grid, Quantity("Platforms", "table", "The platforms with their newest figures, with headers.")
]:
    """Table of all platforms of the catalog with their newest figures, with headers.

    What the catalog does not have is ``#N/A``.

    Source: the catalog.

    Examples
    --------
    >>> platforms()[0][:4]
    ['platform', 'name', 'vendor', 'architecture']

    """
    columns = figure_columns()
    headers: list[CellValue] = ["platform", *DESCRIBED, *map(_header, columns)]
    rows: Grid = [
        [key, *(said[word] for word in DESCRIBED), *_newest(key, columns)]
        for key, said in all_platforms().items()
    ]
    return [headers, *rows]


def figure_columns() -> tuple[tuple[str, str], ...]:
    """Every kind of figure in the catalog: its name and its tier or basis."""
    return tuple(dict.fromkeys((item.figure, item.variant) for item in all_figures()))


def _header(column: tuple[str, str]) -> str:
    return " ".join(word for word in column if word)


def _newest(platform: str, columns: Iterable[tuple[str, str]]) -> list[CellValue]:
    found: list[CellValue] = []
    for figure, variant in columns:
        try:
            found.append(in_force(all_figures(), platform, figure, variant, "").value)
        except UnknownKeyError:
            found.append(ExcelError.NA.value)
    return found
