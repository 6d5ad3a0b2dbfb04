"""How a cell stores a computed value."""

import re
from typing import Any, Final

from lxml import etree

from xl_tco.errors import ExcelError

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ERRORS: Final = frozenset(error.value for error in ExcelError)
# Characters that no XML 1.0 can hold, a carriage return, which XML would change, and what reads
# like one that was written so.
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def put_value(cell: Any, value: float | str | bool) -> None:
    """Store a computed value in a cell's element, beside its formula."""
    kind, text = _stored(value)
    cell.attrib.pop("t", None)
    if kind:
        cell.set("t", kind)
    for tag in ("v", "is"):
        for old in cell.findall(f"{{{MAIN}}}{tag}"):
            cell.remove(old)
    etree.SubElement(cell, f"{{{MAIN}}}v").text = text


def escaped(text: str) -> str:
    """A text as a file stores it: ``_x0007_`` for a control character.

    Examples
    --------
    >>> escaped("bell" + chr(7)), escaped("_x0007_")
    ('bell_x0007_', '_x005F_x0007_')

    """
    return _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _stored(value: float | str | bool) -> tuple[str, str]:
    """A value's type attribute and text."""
    match value:
        case bool():
            return "b", str(int(value))
        case str():
            return ("e", value) if value in _ERRORS else ("str", escaped(value))
    return "", repr(value)
