"""The component that LibreOffice Calc loads from the extension: UNO values in, UNO values out.

It imports ``uno`` only when LibreOffice asks for the component, so any Python can load it.
"""

import struct
from collections.abc import Callable
from typing import Any, Final

from xl_tco.cells import evaluate_cells
from xl_tco.errors import ExcelError
from xl_tco.functions import TABLE, Function

SERVICE: Final = "org.xltco.Functions"
INTERFACE: Final = "org.xltco.XFunctions"

# Calc's numbers of the errors. In a result an error is a NaN that carries its number.
_CODES: Final = {
    ExcelError.NUM.value: 503,
    ExcelError.VALUE.value: 519,
    ExcelError.NULL.value: 521,
    ExcelError.REF.value: 524,
    ExcelError.NAME.value: 525,
    ExcelError.DIV0.value: 532,
    ExcelError.NA.value: 0x7FFF,
}
_QUIET_NAN: Final = 0x7FF8_0000_0000_0000


def from_calc(value: Any) -> Any:
    """Give an argument as a cell value; None is one that was left out.

    Calc hands over no errors: with one among the arguments it does not call at all. So a text
    that reads like an error is a text.
    """
    if isinstance(value, tuple):
        return [from_calc(item) for item in value]
    return f"'{value}" if isinstance(value, str) and value in list(ExcelError) else value


def to_calc(result: Any) -> tuple[tuple[Any, ...], ...]:
    """Give a result as the grid Calc expects, one element of it for a single value."""
    grid = result if isinstance(result, list) else [[result]]
    return tuple(tuple(_element(item) for item in row) for row in grid)


def uno_name(name: str) -> str:
    """A name as UNO allows it, without underscores: ``cost_per_mtok`` is ``costPerMtok``."""
    first, *others = name.split("_")
    return "".join([first, *(word.capitalize() for word in others)])


def getComponentFactory(name: str, manager: Any, registry: Any) -> Any:
    """Answer LibreOffice's Python loader, which knows this function by its name."""
    import uno
    import unohelper

    methods = {uno_name(function.name): _method(function) for function in TABLE}
    component = type("Functions", (unohelper.Base, uno.getClass(INTERFACE)), methods)
    helper = unohelper.ImplementationHelper()
    helper.addImplementation(lambda *_: component(), SERVICE, (SERVICE,))
    return helper.getComponentFactory(name, registry, manager)


def _method(function: Function) -> Callable[..., tuple[tuple[Any, ...], ...]]:
    def call(_self: Any, *values: Any) -> tuple[tuple[Any, ...], ...]:
        return to_calc(evaluate_cells(function, [from_calc(value) for value in values]))

    return call


def _element(item: Any) -> Any:
    if item not in _CODES:
        return item
    bits = _QUIET_NAN | _CODES[item]
    return struct.unpack("<d", struct.pack("<Q", bits))[0]
