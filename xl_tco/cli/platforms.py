"""``xl-tco platforms``: the catalog's platforms with their figures."""

import json
from collections.abc import Iterable
from typing import Any, Final

import click

from xl_tco.catalog.records import Figure, all_figures, all_platforms, in_force
from xl_tco.cli.consoles import OUT, table
from xl_tco.errors import UnknownKeyError
from xl_tco.lookups.platforms import DESCRIBED, figure_columns
from xl_tco.near import nearest

_LISTED: Final = ("cost_per_gpu_hour", "kw_per_gpu")


@click.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def platforms(names: tuple[str, ...], *, as_json: bool) -> None:
    """List the catalog's platforms with cost and power; with NAMES, every figure with its date."""
    wanted = [_key(name) for name in names] or list(all_platforms())
    if as_json:
        click.echo(json.dumps([*map(_as_json, wanted)], indent=2))
    elif names:
        _print_all(wanted)
    else:
        _print_short(wanted)


def _print_short(keys: Iterable[str]) -> None:
    """A line a platform; each figure with the date since which it holds."""
    columns = [(name, variant) for name, variant in figure_columns() if name in _LISTED]
    units = {item.figure: item.unit for item in all_figures()}
    titles = tuple(f"{units[name]}\n{variant}" for name, variant in columns)
    listed = table(("Platform", "Name", "Vendor", "Architecture", *titles), titles)
    for key in keys:
        found = {(item.figure, item.variant): item for item in _newest(key)}
        figures = [found.get(column) for column in columns]
        said = [f"{item.value:g} ({item.as_of})" if item else "-" for item in figures]
        listed.add_row(key, *(all_platforms()[key][word] for word in DESCRIBED), *said)
    OUT.print(listed)


def _print_all(keys: Iterable[str]) -> None:
    titles = ("Platform", "Figure", "Tier or basis", "Value", "Unit", "As of", "Source")
    listed = table(titles, ("Value",))
    for key in keys:
        for item in _newest(key):
            listed.add_row(
                *(key, item.figure, item.variant, f"{item.value:g}"),
                *(item.unit, item.as_of, item.source),
            )
    OUT.print(listed)


def _as_json(key: str) -> dict[str, Any]:
    return {
        "platform": key,
        **{word: all_platforms()[key][word] for word in DESCRIBED},
        "figures": [
            {
                "figure": item.figure,
                "tier_or_basis": item.variant or None,
                "value": item.value,
                "unit": item.unit,
                "as_of": item.as_of,
                "source": item.source,
            }
            for item in _newest(key)
        ],
    }


def _newest(platform: str) -> list[Figure]:
    found = []
    for figure, variant in figure_columns():
        try:
            found.append(in_force(all_figures(), platform, figure, variant, ""))
        except UnknownKeyError:
            continue
    return found


def _key(name: str) -> str:
    key = name.strip().lower()
    if key not in all_platforms():
        raise UnknownKeyError(
            f"{name}: no such platform.{nearest(key, all_platforms())} "
            f"There are {', '.join(all_platforms())}"
        )
    return key
