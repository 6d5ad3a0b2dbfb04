"""Functions on cell values, as any spreadsheet host hands them over: values and errors in and out.

Blank argument: its default, or ``#VALUE!`` where it must be given. Text or a logical where a
number belongs: ``#VALUE!``. Outside the limits: ``#NUM!``. An error in: the same error out, before
any other fault, the leftmost first. Ranges: element by element, broadcast as Excel does; a
function of several parts gives them side by side, a row of them for each row of its ranges.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any, Final

from xl_tco.calls import evaluate
from xl_tco.declaration import Function, Shape
from xl_tco.errors import ExcelError, FunctionError
from xl_tco.lookups.kinds import CellValue, Grid

_ERRORS: Final = frozenset(error.value for error in ExcelError)
_VALUE: Final = ExcelError.VALUE.value


def evaluate_cells(function: Function, values: Sequence[Any]) -> CellValue | Grid:
    """Compute a function on cell values; trailing arguments may be missing. Never raises."""
    missing = len(function.arguments) - len(values)
    if missing < 0:
        return _VALUE
    grids = [
        [[_table(value)]] if argument.shape is Shape.TABLE else _grid(value)
        for argument, value in zip(function.arguments, (*values, *[None] * missing), strict=True)
    ]
    if not function.arguments:
        return _computed(function, [])
    rows = max(len(grid) for grid in grids)
    columns = max(len(row) for grid in grids for row in grid)
    if rows == columns == 1:
        return _element(function, [grid[0][0] for grid in grids])
    if function.shape is Shape.ROW:
        return _parts(function, grids, rows) if columns == 1 else _VALUE
    return [
        [
            _single(_element(function, [_at(grid, row, column) for grid in grids]))
            for column in range(columns)
        ]
        for row in range(rows)
    ]


def _single(result: CellValue | Grid) -> CellValue:
    return result[0][0] if isinstance(result, list) else result


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


def _parts(function: Function, grids: Sequence[Any], rows: int) -> Grid:
    """The parts of each row side by side; an error stands in all of its row."""
    found: Grid = []
    for row in range(rows):
        result = _element(function, [_at(grid, row, 0) for grid in grids])
        found.extend(result if isinstance(result, list) else [[result] * len(function.parts)])
    return found


def _table(value: Any) -> Any:
    """A table as one value: rows of equal width. A single cell is itself, for it is no table."""
    grid = _grid(value)
    if len(grid) == len(grid[0]) == 1:
        return None if isinstance(grid[0][0], (list, tuple)) else grid[0][0]
    return [list(row) for row in grid]


def _element(function: Function, values: Sequence[Any]) -> CellValue | Grid:
    for value in values:
        if isinstance(value, str) and value in _ERRORS:
            return str(value)
    taken: list[Any] = []
    for argument, value in zip(function.arguments, values, strict=True):
        if value is None or value == "":
            if argument.default is None:
                return _VALUE
            value = argument.default
        if not _fits(argument.shape, value):
            return _VALUE
        taken.append(value)
    try:
        taken = [
            float(value) if argument.shape is Shape.NUMBER or is_number(value) else value
            for argument, value in zip(function.arguments, taken, strict=True)
        ]
    except (OverflowError, ValueError):  # an integer or Decimal that no float can hold
        return ExcelError.NUM.value
    return _computed(function, taken)


def _computed(function: Function, values: Sequence[Any]) -> CellValue | Grid:
    try:
        result = evaluate(function, values)
    except FunctionError as error:
        return error.excel_error.value
    if isinstance(result, tuple):
        return [[float(part) for part in result]]
    return float(result) if function.shape is Shape.NUMBER else result


def _fits(shape: Shape, value: object) -> bool:
    if shape is Shape.NUMBER:
        return type(value) is float or is_number(value)
    if shape is Shape.TABLE:
        return isinstance(value, list) and len({len(row) for row in value}) == 1
    return isinstance(value, str) or (
        shape is Shape.DATE and (isinstance(value, date) or is_number(value))
    )


def is_number(value: object) -> bool:
    """Tell whether a cell value is a number: a logical is none, a currency is a decimal."""
    return isinstance(value, (Real, Decimal)) and not isinstance(value, bool)
