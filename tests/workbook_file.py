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

    def value(self, sheet: str, address: str) -> Any:
        """A cell's constant, or the stored value of its formula."""
        return self.values[sheet][address].value

    @cached_property
    def places(self) -> dict[str, tuple[str, str]]:
        """Sheet and address of every name that is one cell's."""
        found = {}
        for name, defined in self.book.defined_names.items():
            match = re.fullmatch(r"'?([^'!]+)'?!\$([A-Z]+)\$(\d+)", defined.attr_text)
            if match:
                found[name] = (match[1], match[2] + match[3])
        return found

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
