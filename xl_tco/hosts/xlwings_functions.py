"""Worksheet functions through xlwings: what Excel on Windows, xlwings Server and Lite load."""

import inspect
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from xlwings import arg, func, ret

from xl_tco.functions import CATEGORY, TABLE, Function
from xl_tco.hosts.cells import evaluate_cells


def bind(namespace: MutableMapping[str, Any], functions: Iterable[Function] = TABLE) -> None:
    """Put every function of the table into a module's namespace, decorated for xlwings."""
    for function in functions:
        namespace[function.worksheet_name] = _decorated(_bare(function, namespace), function)


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
