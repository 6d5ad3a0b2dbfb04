"""The unit of a formula, where it follows from the worksheet functions that it calls."""

from collections.abc import Mapping
from typing import Any, Final

from xl_tco.catalog.records import all_figures
from xl_tco.functions import BY_NAME, Shape

_KEEP_FIRST: Final = frozenset(
    ("ROUND", "ROUNDUP", "ROUNDDOWN", "TRUNC", "INT", "ABS", "MROUND", "CEILING", "FLOOR", "N")
)
# All that they choose among, or add up, has to be of one unit; the value is of it too.
_KEEP_SAME: Final = {"SUM": 0, "MIN": 0, "MAX": 0, "AVERAGE": 0, "MEDIAN": 0, "IF": 1}
_FALL_BACK: Final = frozenset(("IFERROR", "IFNA"))


def unit_of(tree: Any) -> str:
    """The unit of a parsed formula; empty where it has none, or where nobody can tell.

    >>> call = {"node_type": "Function", "name": "GROSS_MARGIN", "args": []}
    >>> unit_of({"node_type": "Function", "name": "ROUND", "args": [call]})
    'ratio'
    >>> unit_of({"node_type": "BinaryOp", "operator": "*", "left": call, "right": call})
    ''
    """
    if not isinstance(tree, Mapping):
        return ""
    if tree.get("node_type") == "UnaryOp" and tree["operator"] in "+-":
        return unit_of(tree["operand"])
    if tree.get("node_type") != "Function":
        return ""
    name, arguments = str(tree["name"]).upper(), tree["args"]
    if function := BY_NAME.get(name.lower()):
        if function.name == "platform_figure":
            return _unit_of_figure(arguments)
        return function.result.unit if function.shape in (Shape.NUMBER, Shape.ROW) else ""
    if name in _KEEP_FIRST or (name in _FALL_BACK and _is_literal(arguments[1:])):
        return unit_of(arguments[0]) if arguments else ""
    if name in _KEEP_SAME or name in _FALL_BACK:
        units = {unit_of(item) for item in arguments[_KEEP_SAME.get(name, 0) :]}
        return units.pop() if len(units) == 1 else ""
    return ""


def _is_literal(arguments: Any) -> bool:
    return all(item.get("node_type") == "Literal" for item in arguments)


def _unit_of_figure(arguments: Any) -> str:
    """The unit of a figure of the catalog, where its name is a text."""
    if len(arguments) < 2:
        return ""
    wanted = str(arguments[1].get("value")).lower()
    return next((item.unit for item in all_figures() if item.figure == wanted), "")
