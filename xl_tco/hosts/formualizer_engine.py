"""Worksheet functions in formualizer, the engine that computes workbooks without a spreadsheet."""

from collections.abc import Callable
from typing import Any, Final

import formualizer

from xl_tco.cells import evaluate_cells
from xl_tco.errors import ExcelError
from xl_tco.functions import BY_NAME, TABLE, Function
from xl_tco.lookups.about import LAMBDA_ENGINE

TCO_ENGINE: Final = BY_NAME["tco_engine"].worksheet_name

Watcher = Callable[[Function, tuple[Any, ...]], None]

_ERRORS: Final = {
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
_KINDS: Final = {error.value: kind for kind, error in _ERRORS.items()}


def register(engine: Any, watcher: Watcher | None = None) -> None:
    """Make the functions known; a watcher hears of every call that gives one error value."""
    for function in TABLE:
        engine.register_function(
            function.worksheet_name, _callback(function, watcher), min_args=0, max_args=None
        )


def say_lambda_names(engine: Any) -> None:
    """Let TCO_ENGINE say what it says when the workbook's own LAMBDA names compute it."""
    engine.unregister_function(TCO_ENGINE)
    engine.register_function(TCO_ENGINE, lambda: LAMBDA_ENGINE, min_args=0, max_args=0)


def from_engine(value: Any) -> Any:
    """Give a value of the engine as a cell value, errors as their text."""
    if isinstance(value, list):
        return [[from_engine(item) for item in row] for row in value]
    if isinstance(value, dict) and value.get("type") == "Error":
        return _ERRORS.get(value["kind"], ExcelError.VALUE).value
    return value


def _callback(function: Function, watcher: Watcher | None) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        given = tuple(_argument(item) for item in arguments)
        result = evaluate_cells(function, given)
        if watcher and isinstance(result, str):
            watcher(function, given)
        return _to_engine(result)

    return call


def _argument(value: Any) -> Any:
    """A cell value of an argument. Errors are no texts here, so a text like one stays a text."""
    if isinstance(value, list):
        return [[_argument(item) for item in row] for row in value]
    return f"'{value}" if isinstance(value, str) and value in _KINDS else from_engine(value)


def _to_engine(value: Any) -> Any:
    if isinstance(value, list):
        return [[_to_engine(item) for item in row] for row in value]
    if isinstance(value, str) and value in _KINDS:
        return formualizer.LiteralValue.error(_KINDS[value], None)
    return value
