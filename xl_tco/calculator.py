"""A formula typed at the command line, computed by the engine that computes workbooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import formualizer
from openpyxl.utils.cell import column_index_from_string as column_number
from openpyxl.utils.cell import coordinate_from_string, get_column_letter
from openpyxl.utils.exceptions import CellCoordinatesException

from xl_tco.calls import evaluate
from xl_tco.errors import ExcelError, FunctionError, InputFileError, shown
from xl_tco.formula_text import fault_of, unknown_names
from xl_tco.functions import Function
from xl_tco.hosts.formualizer_engine import from_engine, register
from xl_tco.units import unit_of

_SHEET: Final = "Sheet1"
# Where the formula stands: out of the way of the cells that it may refer to.
_ROW, _COLUMN = 500_000, 8_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a formula comes to, its unit if it has one, and what the functions found wrong.

    A formula that spills comes to rows of values.
    """

    value: Any
    unit: str
    faults: tuple[str, ...]


def answer(formula: str, cells: Mapping[str, Any] | None = None) -> Answer:
    """Compute one Excel formula, with or without its leading ``=``, over cells by address.

    Raises
    ------
    InputFileError
        It is not a formula.

    Examples
    --------
    >>> answer("=ROUND(COST_PER_MTOK(2.65, 6000), 4)").value
    0.1227
    >>> answer("COST_PER_MTOK(A1, B1)", {"A1": 2.65, "B1": 6000}).unit
    'USD/Mtok'

    """
    text = "=" + formula.strip().removeprefix("=")
    if fault := fault_of(text[1:]):
        raise InputFileError(f"not a formula: {shown(formula)}: {fault}")
    faults: list[str] = []
    engine = formualizer.Workbook()
    register(engine, lambda function, given: faults.extend(_faults(function, given)))
    sheet = engine.sheet(_SHEET)
    for address, value in (cells or {}).items():
        column, row = coordinate_from_string(address)
        sheet.set_value(row, column_number(column), value)
    try:
        tree = formualizer.parse(text).to_dict()
        place = (_ROW, _COLUMN) if cells or "'Reference'" in str(tree) else (1, 1)
        sheet.set_formula(*place, text)
        engine.evaluate_cell(_SHEET, *place)
        value = _spilled(engine, *place)
    except (formualizer.ParserError, formualizer.TokenizerError):
        raise InputFileError(
            f"not a formula: {shown(formula)}: a sign, an argument or a name is missing or too many"
        ) from None
    except formualizer.ExcelEvaluationError:
        raise InputFileError(
            f"#NAME? cannot be computed: {shown(formula)}: it refers to what is not here"
        ) from None
    if value == ExcelError.NAME and not faults:
        faults += unknown_names(tree)
    return Answer(value, unit_of(tree), tuple(dict.fromkeys(faults)))


def cells_of(area: str, values: list[Any]) -> dict[str, Any]:
    """Values by the addresses of a range, row by row.

    Raises
    ------
    InputFileError
        It is no range of cells in front of the formula, or has another number of cells.

    Examples
    --------
    >>> cells_of("A1:B2", [1, 2, 3, 4])
    {'A1': 1, 'B1': 2, 'A2': 3, 'B2': 4}

    """
    first, _, last = area.replace("$", "").upper().partition(":")
    try:
        (left, top), (right, bottom) = map(coordinate_from_string, (first, last or first))
        columns = range(column_number(left), column_number(right) + 1)
        rows = range(top, bottom + 1)
    except (ValueError, CellCoordinatesException):
        raise InputFileError(f"{shown(area)} is no cell; give one such as A1 or A1:A3") from None
    if not (rows and columns and rows[-1] < _ROW and columns[-1] < _COLUMN):
        raise InputFileError(f"{shown(area)} lies too far out, or ends before it begins")
    if len(rows) * len(columns) != len(values):
        raise InputFileError(
            f"{area} has {len(rows) * len(columns):,} cells and {len(values):,} values are given"
        )
    places = [f"{get_column_letter(column)}{row}" for row in rows for column in columns]
    return dict(zip(places, values, strict=True))


def _spilled(engine: Any, row: int, column: int) -> Any:
    """The value of the first cell, or the grid that it spills."""

    def at(down: int, right: int) -> Any:
        return from_engine(engine.get_value(_SHEET, row + down, column + right))

    width = next(right for right in count(1) if at(0, right) is None)
    height = next(down for down in count(1) if at(down, 0) is None)
    if width == height == 1:
        return at(0, 0)
    return [[at(down, right) for right in range(width)] for down in range(height)]


def _faults(function: Function, given: tuple[Any, ...]) -> list[str]:
    """What the Python call says of the same arguments."""
    if len(given) > len(function.arguments):
        return [f"too many arguments: {function.usage}"]
    filled = [*given, *[None] * (len(function.arguments) - len(given))]
    values = [
        argument.default if value in (None, "") else value
        for argument, value in zip(function.arguments, filled, strict=True)
    ]
    missing = [
        argument.name
        for argument, value in zip(function.arguments, values, strict=True)
        if value is None
    ]
    if missing:
        return [f"{', '.join(missing)} must be given: {function.usage}"]
    try:
        evaluate(function, values)
    except FunctionError as error:
        return [str(error)]
    return []
