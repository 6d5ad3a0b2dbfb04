"""Where the cells of a description come to stand: keys to addresses, formulas to Excel text."""

import string
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from xl_tco.hosts.cell_formulas import Flavour, cell_formula
from xl_tco.workbook.description import (
    Book,
    Call,
    Cell,
    Either,
    Formula,
    Native,
    Part,
    Sheet,
    Span,
)


@dataclass(frozen=True, slots=True)
class Address:
    """A cell's place."""

    sheet: str
    column: int
    row: int

    @property
    def local(self) -> str:
        """Within its sheet: ``C8``."""
        return f"{get_column_letter(self.column)}{self.row}"

    @property
    def absolute(self) -> str:
        """For names and charts: ``Calc!$C$8``."""
        return f"{_quoted(self.sheet)}!${get_column_letter(self.column)}${self.row}"

    def seen_from(self, sheet: str) -> str:
        """As a formula on a sheet writes it."""
        return self.local if sheet == self.sheet else f"{_quoted(self.sheet)}!{self.local}"


class Layout:
    """The addresses of all keys of a book."""

    def __init__(self, book: Book) -> None:
        self._places: dict[str, Address] = {}
        self._named: set[str] = set()
        for sheet in book.sheets:
            for address, cell in placed(sheet):
                if not cell.key:
                    continue
                if cell.key in self._places:
                    raise ValueError(f"two cells have the key {cell.key}")
                self._places[cell.key] = address
                if cell.named:
                    self._named.add(cell.key)

    def __getitem__(self, key: str) -> Address:
        return self._places[key]

    def text(
        self, formula: Formula | Call | Native | Either | Part, sheet: str, flavour: Flavour
    ) -> str:
        """A formula as it stands in a cell of that sheet, with its leading ``=``."""
        if not flavour.calls_by_name and isinstance(formula, (Call, Either, Part)):
            formula = formula.native or formula
        if isinstance(formula, Either):
            formula = formula.named
        if isinstance(formula, Formula):
            return "=" + self.filled(formula.text, sheet)
        chosen = Flavour.NATIVE if isinstance(formula, Native) else flavour
        references = [
            self[item].seen_from(sheet) if isinstance(item, str) else str(item)
            for item in formula.arguments
        ]
        return "=" + cell_formula(formula.function, references, chosen)

    def filled(self, text: str, sheet: str) -> str:
        """Excel text with every ``{key}`` and ``{first:last}`` replaced by its address."""
        parts = []
        for literal, key, last, _ in string.Formatter().parse(text):
            parts.append(literal)
            if key is not None:
                parts.append(self[key].seen_from(sheet))
                parts.append(f":{self[last].local}" if last else "")
        return "".join(parts)

    def condition(self, text: str, sheet: str) -> str:
        """Excel text for a conditional format, which reaches other sheets by names alone.

        Older programs take no address of another sheet there.
        """
        parts = []
        for literal, key, _, _ in string.Formatter().parse(text):
            parts.append(literal)
            if key is None:
                continue
            if self[key].sheet == sheet:
                parts.append(self[key].local)
            elif key in self._named:
                parts.append(key)
            else:
                raise ValueError(f"a conditional format of {sheet}: {key} has no name")
        return "".join(parts)

    def range(self, span: Span) -> str:
        """A span for a chart: ``Calc!$C$8:$D$8``."""
        last = self[span.last].absolute.rpartition("!")[2]
        first = self[span.first].absolute
        return first if first.endswith(f"!{last}") else f"{first}:{last}"


def placed(sheet: Sheet) -> Iterator[tuple[Address, Cell]]:
    """The cells of a sheet with their places."""
    columns = {column.name: index for index, column in enumerate(sheet.columns, start=1)}
    for number, row in enumerate(sheet.rows, start=1):
        for name, cell in row.cells.items():
            yield Address(sheet.title, columns[name], number), cell


def _quoted(sheet: str) -> str:
    return sheet if sheet.isalnum() else f"'{sheet}'"
