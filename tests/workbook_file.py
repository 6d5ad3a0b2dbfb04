"""A workbook file in memory: to look into, by openpyxl or zip parts, and to break on purpose."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import openpyxl
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from workbook_tables import Table, tables


@dataclass(frozen=True)
class WorkbookFile:
    """The bytes of an .xlsx file."""

    content: bytes

    @cached_property
    def parts(self) -> dict[str, bytes]:
        """The zip parts by name."""
        with ZipFile(io.BytesIO(self.content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    @cached_property
    def book(self) -> Workbook:
        """With formulas."""
        return openpyxl.load_workbook(io.BytesIO(self.content))

    @cached_property
    def values(self) -> Workbook:
        """With the stored values of the formulas."""
        return openpyxl.load_workbook(io.BytesIO(self.content), data_only=True)

    @cached_property
    def _stored(self) -> dict[tuple[str, str], Any]:
        """Every value of every cell that has one."""
        return {
            (sheet.title, cell.coordinate): cell.value
            for sheet in self.values.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }

    def value(self, sheet: str, address: str) -> Any:
        """A cell's constant, or the stored value of its formula."""
        return self._stored.get((sheet, address))

    @cached_property
    def tables(self) -> dict[str, list[Table]]:
        """The tables of each sheet."""
        return {sheet.title: list(tables(sheet)) for sheet in self.book.worksheets}

    @cached_property
    def tables_by_row(self) -> dict[tuple[str, int], Table]:
        """The table that a row of a sheet belongs to."""
        return {
            (sheet, row): table
            for sheet, found in self.tables.items()
            for table in found
            for row in table.rows
        }

    @cached_property
    def labels(self) -> re.Pattern[str]:
        """Finds the labels of platforms in a text; a label of none is nowhere."""
        known = [re.escape(label) for label in self.platforms.values() if label]
        return re.compile(rf"\b({'|'.join(known)})\b" if known else r"(?!)")

    @cached_property
    def spilled(self) -> dict[tuple[str, str], str]:
        """Each cell that an array formula spills into, and the cell that holds the formula."""
        return {
            (sheet.title, item.coordinate): cell.coordinate
            for sheet in self.book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, ArrayFormula) and ":" in cell.value.ref
            for line in sheet[cell.value.ref]
            for item in line
            if item.coordinate != cell.coordinate
        }

    @cached_property
    def platforms(self) -> dict[str, str]:
        """The label of each platform by the suffix of its names: the title over its results."""
        stem, found = "in_cost_per_gpu_hour", {}
        for suffix in (name.removeprefix(stem) for name in self.places if name.startswith(stem)):
            sheet, address = self.places.get(f"out_cost_per_mtok{suffix}", ("", ""))
            if sheet in self.book.sheetnames:
                place = self.book[sheet][address]
                titles = [t.titles for t in self.tables[sheet] if place.row in t.rows]
                found[suffix] = titles[0].get(place.column, "") if titles else ""
        return found

    @cached_property
    def places(self) -> dict[str, tuple[str, str]]:
        """Sheet and address of every name that is one cell's."""
        found = {}
        for name, defined in self.book.defined_names.items():
            match = re.fullmatch(r"'?([^'!]+)'?!\$([A-Z]+)\$(\d+)", defined.attr_text)
            if match:
                found[name] = (match[1], match[2] + match[3])
        return found

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """The name of each cell that has one."""
        return {place: name for name, place in self.places.items()}

    def named(self, prefix: str = "") -> dict[str, Any]:
        """The stored values of the names that begin so."""
        return {
            name: self.value(*place)
            for name, place in self.places.items()
            if name.startswith(prefix)
        }

    def formulas(self) -> dict[tuple[str, str], str]:
        """Every formula, with its leading ``=``, by sheet and address."""
        return {
            (sheet.title, cell.coordinate): text
            for sheet in self.book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if (text := formula_of(cell))
        }

    def edited(self, edit: Callable[[Workbook], Any]) -> "WorkbookFile":
        """A copy that openpyxl changed and saved; without stored values, as openpyxl does."""
        book = openpyxl.load_workbook(io.BytesIO(self.content))
        edit(book)
        saved = io.BytesIO()
        book.save(saved)
        return WorkbookFile(saved.getvalue())

    def with_parts(self, parts: dict[str, bytes]) -> "WorkbookFile":
        """A copy with these parts."""
        zipped = io.BytesIO()
        with ZipFile(zipped, "w", ZIP_STORED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return WorkbookFile(zipped.getvalue())

    def replaced(self, part: str, pattern: str, by: str) -> "WorkbookFile":
        """A copy in which the first match of a pattern in a part is replaced."""
        text, count = re.subn(pattern, by, self.parts[part].decode(), count=1)
        assert count, f"{part} has no {pattern}"
        return self.with_parts({**self.parts, part: text.encode()})


def formula_of(cell: Any) -> str:
    """A cell's formula with its leading ``=``; empty if it has none."""
    if isinstance(cell.value, ArrayFormula):
        return str(cell.value.text)
    return str(cell.value) if cell.data_type == "f" else ""
