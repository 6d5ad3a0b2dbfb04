"""What the formulas of a workbook come to, computed by a real spreadsheet engine."""

import io
from typing import Any, TypeAlias

import formualizer
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from xl_tco.errors import XlTcoError
from xl_tco.hosts.formualizer_engine import from_engine, register

Value: TypeAlias = float | str | bool
Values: TypeAlias = dict[tuple[str, str], Value]


def computed_values(workbook: Workbook) -> Values:
    """Compute every formula cell; the worksheet functions are the Python functions."""
    content = io.BytesIO()
    workbook.save(content)
    engine = formualizer.Workbook.from_bytes(content.getvalue(), backend="calamine")
    register(engine)
    engine.evaluate_all()
    return {
        (sheet.title, cell.coordinate): _value(engine, sheet.title, cell)
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" or isinstance(cell.value, ArrayFormula)
    }


def _value(engine: Any, sheet: str, cell: Any) -> Value:
    value = from_engine(engine.get_value(sheet, cell.row, cell.column))
    if not isinstance(value, (bool, int, float, str)):
        raise XlTcoError(f"{sheet}!{cell.coordinate}: the engine gave {value!r}")
    return value
