"""Headless recalculation: the stored values of a workbook brought up to date, nothing else touched.

What to run after inputs were changed with openpyxl or pandas, which write no values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import formualizer
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.datetime import to_excel

from xl_tco.errors import ExcelError, InputFileError
from xl_tco.functions import TABLE
from xl_tco.hosts.formualizer_engine import TCO_ENGINE, from_engine, register, say_lambda_names
from xl_tco.workbook.package import Package, read_package
from xl_tco.workbook.parts import parsed, serialized
from xl_tco.workbook.stored import MAIN, put_value

_NOT_COMPUTED: Final = ("Name", "NImpl")

# What hosts put before the name of a function that was theirs when they saved the file.
_DAMAGED: Final = re.compile(
    r"(?:_xldudf_(?:\w+?_)?|_xll\.|_xlfn\.|_xludf\.|\[\d+\]!|'[^'\"]*\.xla[m]?'!)"
    rf"({'|'.join(function.worksheet_name for function in TABLE)})(?=\()",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Recalculated:
    """A workbook with its values up to date.

    ``kept`` names the cells whose value was left alone, because the engine lacks a function;
    ``mended`` those whose formula had lost the name of one of ours.
    """

    content: bytes
    computed: int
    kept: tuple[str, ...]
    mended: tuple[str, ...]


def recalculate(content: bytes, name: str = "workbook") -> Recalculated:
    """Compute every formula of an .xlsx or .xlsm file; the worksheet functions are Python's.

    Raises
    ------
    InputFileError
        It is not a workbook that can be read safely.

    Examples
    --------
    >>> from xl_tco import build
    >>> recalculate(build("hopper_hgx_h200", "native").content).kept
    ()

    """
    package = read_package(content, name)
    paths = package.structure.sheets
    sheets = {title: parsed(package.parts[path], name) for title, path in paths.items()}
    mended = tuple(place for title, root in sheets.items() for place in _mend(title, root))
    changed = {paths[title]: serialized(root) for title, root in sheets.items()}
    unspilled = {path: _unspilled(part, name) for path, part in changed.items()}
    engine = _computed(package.with_parts(unspilled), name, _names(package, name))
    computed, kept = 0, []
    for title, root in sheets.items():
        for cell, place in _formula_cells(root):
            value = _value(engine, title, *place)
            if value is None:
                kept.append(f"{title}!{get_column_letter(place[1])}{place[0]}")
            else:
                put_value(cell, value)
                computed += 1
    changed = {paths[title]: serialized(root) for title, root in sheets.items()}
    return Recalculated(package.with_parts(changed), computed, tuple(kept), mended)


def _mend(title: str, root: Any) -> Iterator[str]:
    for cell in root.iter(f"{{{MAIN}}}c"):
        formula = cell.find(f"{{{MAIN}}}f")
        if formula is None or not formula.text:
            continue
        # Every other piece lies between quotes: text, which stays as it is.
        pieces = formula.text.split('"')
        pieces[::2] = [_DAMAGED.sub(lambda m: m[1].upper(), piece) for piece in pieces[::2]]
        if (whole := '"'.join(pieces)) != formula.text:
            formula.text = whole
            yield f"{title}!{cell.get('r')}"


def _names(package: Package, name: str) -> frozenset[str]:
    """The names that the workbook defines."""
    workbook = parsed(package.parts[package.structure.workbook], name)
    return frozenset(item.get("name") for item in workbook.iter(f"{{{MAIN}}}definedName"))


def _computed(content: bytes, name: str, defined: frozenset[str]) -> Any:
    try:
        engine = formualizer.Workbook.from_bytes(content, backend="calamine")
        register(engine)
        if TCO_ENGINE in defined:
            say_lambda_names(engine)
        engine.evaluate_all()
    except Exception as error:  # the engine has no class of its own for what it cannot read
        raise InputFileError(f"{name}: the engine cannot read it: {error}") from None
    return engine


def _formula_cells(root: Any) -> Iterator[tuple[Any, tuple[int, int]]]:
    """Every cell that holds a formula, or a value that an array formula spills into it."""
    cells = {cell.get("r"): cell for cell in root.iter(f"{{{MAIN}}}c")}
    for reference, cell in cells.items():
        formula = cell.find(f"{{{MAIN}}}f")
        if formula is None or formula.get("t") == "dataTable":
            continue
        area = formula.get("ref") if formula.get("t") == "array" else reference
        left, top, right, bottom = range_boundaries(area or reference)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                spilled = cells.get(f"{get_column_letter(column)}{row}")
                if spilled is not None:
                    yield spilled, (row, column)


def _unspilled(part: bytes, name: str) -> bytes:
    """A sheet whose spilled cells are empty: a stored value would stand in the way of the spill."""
    root = parsed(part, name)
    for cell, _ in _formula_cells(root):
        if cell.find(f"{{{MAIN}}}f") is None:
            cell.attrib.pop("t", None)
            for stored in list(cell):
                cell.remove(stored)
    return serialized(root)


def _value(engine: Any, title: str, row: int, column: int) -> float | str | bool | None:
    """What a cell comes to; None where the engine lacks a function for it."""
    value = engine.get_value(title, row, column)
    if isinstance(value, dict) and value.get("kind") in _NOT_COMPUTED:
        return None
    value = from_engine(value)
    match value:
        case None:
            return 0.0
        case bool() | int() | float() | str():
            return value
        case datetime() | date() | time() | timedelta():
            serial: float = to_excel(value)
            return serial
    return ExcelError.VALUE.value
