"""What the formulas of a workbook come to, computed by a real spreadsheet engine."""

import io
from typing import Any, Final, TypeAlias

import formualizer
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from xl_tco.errors import ExcelError, XlTcoError
from xl_tco.functions import TABLE, Function
from xl_tco.hosts.cells import evaluate_cells

Value: TypeAlias = float | str | bool
Values: TypeAlias = dict[tuple[str, str], Value]

_ERROR_KINDS: Final = {
    "Null": ExcelError.NULL,
    "Div": ExcelError.DIV0,
    "Value": ExcelError.VALUE,
    "Ref": ExcelError.REF,
    "Name": ExcelError.NAME,
    "Num": ExcelError.NUM,
    "Na": ExcelError.NA,
    "Spill": ExcelError.SPILL,
    "Calc": ExcelError.CALC,
}
_KIND_OF: Final = {error.value: kind for kind, error in _ERROR_KINDS.items()}


def computed_values(workbook: Workbook) -> Values:
    """Compute every formula cell; the worksheet functions are the Python functions."""
    content = io.BytesIO()
    workbook.save(content)
    engine = formualizer.Workbook.from_bytes(content.getvalue(), backend="umya")
    for function in TABLE:
        engine.register_function(
            function.worksheet_name, _callback(function), min_args=0, max_args=None
        )
    engine.evaluate_all()
    return {
        (sheet.title, cell.coordinate): _value(engine, sheet.title, cell)
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" or isinstance(cell.value, ArrayFormula)
    }


def _callback(function: Function) -> Any:
    def call(*arguments: Any) -> Any:
        return _to_engine(evaluate_cells(function, [_from_engine(item) for item in arguments]))

    return call


def _from_engine(value: Any) -> Any:
    if isinstance(value, list):
        return [[_from_engine(item) for item in row] for row in value]
    if isinstance(value, dict) and value.get("type") == "Error":
        return _ERROR_KINDS.get(value["kind"], ExcelError.VALUE).value
    return value


def _to_engine(value: Any) -> Any:
    if isinstance(value, list):
        return [[_to_engine(item) for item in row] for row in value]
    if isinstance(value, str) and value in _KIND_OF:
        return formualizer.LiteralValue.error(_KIND_OF[value], None)
    return value


def _value(engine: Any, sheet: str, cell: Any) -> Value:
    value = _from_engine(engine.get_value(sheet, cell.row, cell.column))
    if value is None:
        return 0.0
    if not isinstance(value, (bool, int, float, str)):
        raise XlTcoError(f"{sheet}!{cell.coordinate}: the engine gave {value!r}")
    return value
