"""The tables of a sheet: header, rows down to the next gap, and what stands around a cell."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Table:
    """A header's titles by column, the rows beneath it, the band above it."""

    section: str
    titles: dict[int, str]
    rows: list[int] = field(default_factory=list)

    @property
    def columns(self) -> dict[str, int]:
        """The columns by title."""
        return {title: column for column, title in self.titles.items()}

    @property
    def first(self) -> str:
        """The title of the leftmost column."""
        return self.titles[min(self.titles)]


def tables(sheet: Any) -> Iterator[Table]:
    """Each table of a sheet; a header of two lines is one."""
    section = ""
    table: Table | None = None
    after_titles = False
    for row in sheet.iter_rows():
        filled = [cell for cell in row if cell.value is not None]
        titles = {
            cell.column: " ".join(str(cell.value).split())
            for cell in filled
            if cell.style.endswith("column")
        }
        is_second_line, after_titles = bool(titles) and after_titles, bool(titles)
        if is_second_line and table:
            table.titles = {
                column: " ".join(filter(None, (table.titles.get(column), titles.get(column))))
                for column in sorted(table.titles | titles)
            }
            continue
        if table and (titles or not filled):
            yield table
        if titles:
            table = Table(section, titles)
        elif not filled:
            table = None
        elif (band := [cell.value for cell in filled if cell.style == "Heading section"]) != []:
            section = str(band[0])
        elif table:
            table.rows.append(row[0].row)
    if table:
        yield table


def unit_in(title: str) -> str:
    """The unit that a title says in square brackets."""
    found = re.search(r"\[([^\]]+)\]", title)
    return found[1] if found else ""


def unit_of(sheet: Any, table: Table, row: int, column: int) -> str:
    """A cell's unit: its column's, if the header says one, else its row's."""
    said = unit_in(table.titles.get(column, ""))
    beside = table.columns.get("Unit")
    return said or (str(sheet.cell(row, beside).value or "") if beside else "")
