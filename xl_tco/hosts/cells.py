"""Functions on cell values, as any spreadsheet host hands them over: values and errors in and out.

Blank argument: its default, or ``#VALUE!`` where it must be given. Text or a logical where a
number belongs: ``#VALUE!``. Outside the limits: ``#NUM!``. An error in: the same error out, before
any other fault, the leftmost first. Ranges: element by element, broadcast as Excel does.
"""

from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import Any, Final, TypeAlias

from xl_tco.calls import evaluate
from xl_tco.errors import ExcelError, FunctionError
from xl_tco.functions import Function

CellValue: TypeAlias = float | str
Grid: TypeAlias = list[list[CellValue]]

_ERRORS: Final = frozenset(error.value for error in ExcelError)
_VALUE: Final = ExcelError.VALUE.value


def evaluate_cells(function: Function, values: Sequence[Any]) -> CellValue | Grid:
    """Compute a function on cell values; trailing arguments may be missing. Never raises."""
    missing = len(function.arguments) - len(values)
    if missing < 0:
        return _VALUE
    grids = [_grid(value) for value in (*values, *[None] * missing)]
    rows = max(len(grid) for grid in grids)
    columns = max(len(row) for grid in grids for row in grid)
    if rows == columns == 1:
        return _element(function, [grid[0][0] for grid in grids])
    return [
        [
            _element(function, [_at(grid, row, column) for grid in grids])
            for column in range(columns)
        ]
        for row in range(rows)
    ]


def _grid(value: Any) -> Sequence[Sequence[Any]]:
    if not isinstance(value, (list, tuple)):
        return [[value]]
    if not any(isinstance(row, (list, tuple)) for row in value):
        value = [value]
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in value]
    return rows if rows and all(rows) else [[None]]


def _at(grid: Sequence[Sequence[Any]], row: int, column: int) -> Any:
    """One element, a single row or column repeated; beyond the grid ``#N/A``, as in Excel."""
    row = 0 if len(grid) == 1 else row
    if row >= len(grid):
        return ExcelError.NA.value
    column = 0 if len(grid[row]) == 1 else column
    return grid[row][column] if column < len(grid[row]) else ExcelError.NA.value


def _element(function: Function, values: Sequence[Any]) -> CellValue:
    for value in values:
        if isinstance(value, str) and value in _ERRORS:
            return str(value)
    numbers: list[Any] = []
    for argument, value in zip(function.arguments, values, strict=True):
        if value is None or value == "":
            if argument.default is None:
                return _VALUE
            value = argument.default
        if type(value) is not float and not _is_number(value):
            return _VALUE
        numbers.append(value)
    try:
        numbers = [float(value) for value in numbers]
        return float(evaluate(function, numbers))
    except FunctionError as error:
        return error.excel_error.value
    except (OverflowError, ValueError):  # an integer or Decimal that no float can hold
        return ExcelError.NUM.value


def _is_number(value: object) -> bool:
    return isinstance(value, (Real, Decimal)) and not isinstance(value, bool)
