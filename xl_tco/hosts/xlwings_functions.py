"""Worksheet functions through xlwings: what Excel on Windows, xlwings Server and Lite load."""

import inspect
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Final

from xlwings import arg, func, ret

from xl_tco.cells import evaluate_cells
from xl_tco.errors import ExcelError
from xl_tco.functions import CATEGORY, TABLE, Function

# How COM numbers Excel's errors since 2016. xlwings names only the seven older ones: these would
# arrive as the whole numbers they are.
_NEWER_ERRORS: Final = {
    -2146826245: ExcelError.GETTING_DATA,
    -2146826243: ExcelError.SPILL,
    -2146826238: ExcelError.CALC,
}
_NEWER_CODES: Final = range(-2146826245, -2146826228)


def bind(namespace: MutableMapping[str, Any], functions: Iterable[Function] = TABLE) -> None:
    """Put every function of the table into a module's namespace, decorated for xlwings."""
    _name_newer_errors()
    for function in functions:
        namespace[function.worksheet_name] = _decorated(_bare(function, namespace), function)


def _name_newer_errors() -> None:
    if sys.platform == "win32":
        from xlwings._xlwindows import cell_errors

        for code in _NEWER_CODES:
            error = _NEWER_ERRORS.get(code, ExcelError.VALUE)
            cell_errors.setdefault(code, error.value)


def _bare(function: Function, namespace: MutableMapping[str, Any]) -> Callable[..., Any]:
    """Make a function of cell values that bears the worksheet name.

    xlwings takes a classic function's name from ``__name__`` and its arguments from the
    signature, and reads type hints as converters: so there are none.
    """

    def call(*values: Any) -> Any:
        return evaluate_cells(function, values)

    call.__name__ = call.__qualname__ = function.worksheet_name
    call.__doc__ = function.help
    call.__module__ = namespace["__name__"]
    call.__annotations__ = {}
    parameters = [
        inspect.Parameter(
            argument.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=inspect.Parameter.empty if argument.default is None else argument.default,
        )
        for argument in function.arguments
    ]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return call


def _decorated(call: Callable[..., Any], function: Function) -> Callable[..., Any]:
    for argument in function.arguments:
        # ndim=2 keeps a column a column; err_to_str hands errors over as text, not as blanks.
        call = arg(argument.name, doc=argument.help, ndim=2, err_to_str=True)(call)
    decorated: Callable[..., Any] = func(category=CATEGORY)(ret()(call))
    return decorated
