"""Tables with headers, as cells hold them: columns found by name."""

from collections.abc import Mapping
from typing import TypeAlias

from xl_tco.errors import UnknownKeyError
from xl_tco.lookups.kinds import CellValue, Grid

Column: TypeAlias = list[CellValue | None]


def columns_of(function: str, table: Grid) -> Mapping[str, Column]:
    """Columns below their headers; capitals and spaces in a header do not count.

    Of two columns with one header the first counts.
    """
    headers, *rows = table
    if not rows:
        raise UnknownKeyError(
            f"{function}: the table has no row below its headers; give a header row "
            "and at least one row below it"
        )
    columns: dict[str, Column] = {}
    for place, header in enumerate(headers):
        columns.setdefault(_key(header), [row[place] for row in rows])
    return columns


def _key(header: CellValue) -> str:
    return "_".join(str(header).lower().split())
