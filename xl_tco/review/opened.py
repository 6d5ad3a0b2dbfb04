"""A workbook from somebody else, opened within limits: formulas, stored values, names."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from xl_tco.errors import InputFileError
from xl_tco.functions import TABLE
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.workbook.package import Package, read_package

_FOREIGN: Final = {
    r"vbaProject|\.bin$": "macros or other programs",
    r"connections\.xml|queryTables/": "connections to data elsewhere",
    r"embeddings/|activeX/": "embedded objects",
}
_NAME: Final = re.compile(r"'?([^'!]+)'?!\$([A-Z]{1,3})\$(\d{1,7})")
_CALLED: Final = re.compile(
    rf"(?<![\w.])({'|'.join(function.worksheet_name for function in TABLE)})\("
)


@dataclass(frozen=True)
class OpenedWorkbook:
    """The bytes of a workbook that was found safe to open."""

    name: str
    content: bytes

    @cached_property
    def formulas(self) -> Workbook:
        """The workbook with its formulas."""
        return self._loaded(values=False)

    @cached_property
    def values(self) -> Workbook:
        """The workbook with the values stored beside its formulas."""
        return self._loaded(values=True)

    @cached_property
    def places(self) -> dict[str, tuple[str, str]]:
        """Sheet and address of every name that is one cell's."""
        found = {}
        for name, defined in self.values.defined_names.items():
            if match := _NAME.fullmatch(defined.attr_text or ""):
                found[name] = (match[1], match[2] + match[3])
        return found

    @property
    def flavour(self) -> Flavour:
        """Who computes it, by what is in it."""
        names = {function.worksheet_name for function in TABLE}
        if names & set(self.values.defined_names):
            return Flavour.LAMBDA
        called = any(_CALLED.search(text) for _, _, text in self.formula_cells())
        return Flavour.ADDIN if called else Flavour.NATIVE

    def value(self, name: str) -> Any:
        """What a named cell holds: a constant, or the stored value of its formula.

        Raises
        ------
        InputFileError
            There is no such name, or it points nowhere.

        """
        sheet, address = self.place(name)
        return self.values[sheet][address].value

    def place(self, name: str) -> tuple[str, str]:
        """Sheet and address of a name.

        Raises
        ------
        InputFileError
            There is no such name, or it points nowhere.

        """
        if name not in self.places or self.places[name][0] not in self.values.sheetnames:
            raise InputFileError(f"{self.name}: the name {name} is not there or points nowhere")
        return self.places[name]

    def formula_cells(self) -> Iterator[tuple[str, Any, str]]:
        """Every cell that holds a formula: sheet, cell, text."""
        for sheet in self.formulas.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if text := formula_of(cell):
                        yield sheet.title, cell, text

    def _loaded(self, *, values: bool) -> Workbook:
        try:
            return load_workbook(io.BytesIO(self.content), data_only=values, keep_links=False)
        except Exception as error:  # openpyxl has no class of its own for what it cannot read
            raise InputFileError(f"{self.name}: cannot be read: {error}") from None


def open_workbook(content: bytes, name: str) -> OpenedWorkbook:
    """Open a workbook that may have been made to harm.

    Raises
    ------
    InputFileError
        It is no workbook, too large, expands too far, declares entities, or carries macros, links
        to other files, connections or embedded objects.

    """
    package = read_package(content, name)
    _require_plain(package, name)
    return OpenedWorkbook(name, content)


def formula_of(cell: Any) -> str:
    """A cell's formula with its leading ``=``; empty if it has none."""
    if isinstance(cell.value, ArrayFormula):
        return str(cell.value.text)
    return str(cell.value) if cell.data_type == "f" else ""


def _require_plain(package: Package, name: str) -> None:
    for part in package.parts:
        for pattern, what in _FOREIGN.items():
            if re.search(pattern, part):
                raise InputFileError(f"{name}: holds {what} ({part}); remove them and save again")
