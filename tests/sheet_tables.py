"""Tables on a sheet, found by the heading above them, as a reader finds them."""

import re
from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]
_LABELS = "B"


def table(cells: Mapping[str, Any], heading: str) -> list[Row]:
    """The rows under a heading by column title; they end where column B does."""
    places = [place for place, value in cells.items() if value == heading]
    assert len(places) == 1, f"{len(places)} times {heading!r}"
    number = int(places[0].removeprefix(_LABELS)) + 1
    titles = {
        _split(place)[0]: " ".join(str(title).split())
        for place, title in cells.items()
        if _split(place)[1] == number and title
    }
    rows = []
    while f"{_LABELS}{number + 1}" in cells:
        number += 1
        rows.append({name: cells.get(f"{column}{number}") for column, name in titles.items()})
    return rows


def column_of(cells: Mapping[str, Any], heading: str, title: str) -> list[Any]:
    """One column of a table."""
    return [row[title] for row in table(cells, heading)]


def _split(place: str) -> tuple[str, int]:
    column, number = re.fullmatch(r"([A-Z]+)(\d+)", place).groups()  # type: ignore[union-attr]
    return column, int(number)
