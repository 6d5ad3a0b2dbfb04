"""What the formulas of a workbook come to, computed by a real spreadsheet engine."""

import io
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import formualizer
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from xl_tco import __version__
from xl_tco.errors import ExcelError, XlTcoError
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.hosts.formualizer_engine import TCO_ENGINE, from_engine, register, say_lambda_names
from xl_tco.workbook.description import Book
from xl_tco.workbook.layout import placed
from xl_tco.workbook.writer import write

Value: TypeAlias = float | str | bool
Values: TypeAlias = dict[tuple[str, str], Value]


def computed_values(workbook: Workbook, *, faults: bool = False) -> Values:
    """Compute every formula cell; the worksheet functions are the Python functions.

    What comes to nothing that a cell can store is a fault of ours, or with ``faults`` ``#VALUE!``.
    """
    content = io.BytesIO()
    workbook.save(content)
    engine = formualizer.Workbook.from_bytes(content.getvalue(), backend="calamine")
    register(engine)
    if TCO_ENGINE in workbook.defined_names:
        say_lambda_names(engine)
    engine.evaluate_all()
    return {
        (sheet.title, cell.coordinate): _value(engine, sheet.title, cell, faults=faults)
        for sheet in workbook.worksheets
        for cell in _computed_cells(sheet)
    }


def recomputed(book: Book, replaced: Callable[[Workbook], None]) -> tuple[dict[str, Value], Values]:
    """Compute a workbook with its inputs replaced, by the Python functions.

    Gives the values of its named cells, and of all formula cells by sheet and address.
    """
    workbook = write(book, Flavour.ADDIN, __version__)
    replaced(workbook)
    values = computed_values(workbook, faults=True)
    return named_values(book, values), values


def named_values(book: Book, values: Values) -> dict[str, Value]:
    """What the named cells of a workbook hold or come to."""
    found: dict[str, Value] = {}
    for sheet in book.sheets:
        for address, cell in placed(sheet):
            if not cell.named:
                continue
            if isinstance(cell.content, (str, int, float, bool)):
                found[cell.key] = cell.content
            else:
                found[cell.key] = values[sheet.title, address.local]
    return found


def _computed_cells(sheet: Any) -> Iterator[Any]:
    """Every cell with a formula, and those that it spills into."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, ArrayFormula):
                # One cell comes as itself, several as rows.
                area = sheet[cell.value.ref]
                yield from (
                    (item for line in area for item in line) if isinstance(area, tuple) else (area,)
                )
            elif cell.data_type == "f":
                yield cell


def _value(engine: Any, sheet: str, cell: Any, *, faults: bool) -> Value:
    value = from_engine(engine.get_value(sheet, cell.row, cell.column))
    if value is None and faults:
        return ExcelError.VALUE.value
    if not isinstance(value, (bool, int, float, str)):
        raise XlTcoError(f"{sheet}!{cell.coordinate}: the engine gave {value!r}")
    return value
