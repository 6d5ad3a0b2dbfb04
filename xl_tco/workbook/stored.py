"""How a cell stores a computed value."""

from typing import Any, Final

from lxml import etree

from xl_tco.errors import ExcelError

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ERRORS: Final = frozenset(error.value for error in ExcelError)


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


def _stored(value: float | str | bool) -> tuple[str, str]:
    """A value's type attribute and text."""
    match value:
        case bool():
            return "b", str(int(value))
        case str():
            return ("e" if value in _ERRORS else "str"), value
    return "", repr(value)
