"""The XML of a workbook from somebody else, run through once before anything is built of it.

A parser that builds nothing counts what would cost memory or time later, and stops at a limit.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.parsers import expat

from openpyxl.utils import range_boundaries

from xl_tco.errors import InputFileError, shown

LIMITS: Final = {
    "elements of XML": 4_000_000,
    "cells and rows": 600_000,
    "merged or linked cells": 200_000,
    "rules and other marks on its sheets": 200_000,
    "shared texts": 600_000,
    "cell formats": 65_490,
    "defined names": 20_000,
    "sheets": 1_000,
}
"""How much of each a workbook may hold."""
DEPTH_LIMIT: Final = 200
FORMULA_LIMIT: Final = 16_000
NESTING_LIMIT: Final = 200
PART_LIMIT: Final = 32_000_000
"""Bytes of a part that holds no cells."""

_LAST_ROW, _LAST_COLUMN, _LAST_LETTERS = 1_048_576, 16_384, "XFD"
_CELL: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_ORDINARY: Final = frozenset(("v", "is", "t", "r", "rPr", "worksheet", "sheetData", "cols", "col"))
_COUNTED: Final = {
    "si": "shared texts",
    "xf": "cell formats",
    "definedName": "defined names",
    "sheet": "sheets",
}


class Counts:
    """What was counted so far, never above the limits."""

    def __init__(self, name: str, limits: Mapping[str, int] = LIMITS) -> None:
        self._name = name
        self._limits = limits
        self._found = dict.fromkeys(limits, 0)

    def add(self, kind: str, number: int = 1) -> None:
        """Count some more.

        Raises
        ------
        InputFileError
            There are more than the limit.

        """
        self._found[kind] += number
        if self._found[kind] > self._limits[kind]:
            raise InputFileError(f"{self._name}: more than {self._limits[kind]:,} {kind}")

    def require_within(self, limits: Mapping[str, int]) -> None:
        """Refuse what goes beyond narrower limits.

        Raises
        ------
        InputFileError
            The message says of what there is too much.

        """
        for kind, limit in limits.items():
            if self._found[kind] > limit:
                raise InputFileError(f"{self._name}: more than {limit:,} {kind}")


def scan(parts: Mapping[str, bytes], name: str) -> Counts:
    """Run through the XML parts of a workbook.

    Raises
    ------
    InputFileError
        A part is no well-formed XML, declares a document type, or there is too much of something.

    """
    counts = Counts(name)
    for path, part in parts.items():
        holds_cells = path.startswith("xl/worksheets/") and path.endswith(".xml")
        if not path.endswith((".xml", ".rels")):
            continue
        if not holds_cells and len(part) > PART_LIMIT:
            raise InputFileError(f"{name}: {path} is larger than {PART_LIMIT:,} bytes")
        (_SheetScan if holds_cells else _Scan)(counts, f"{name}: {path}").run(part)
    return counts


class _Scan:
    """A run through one part."""

    def __init__(self, counts: Counts, place: str) -> None:
        self.counts = counts
        self.place = place
        self._depth = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def run(self, part: bytes) -> None:
        try:
            self.parser.Parse(part, True)
        except expat.ExpatError as error:
            raise InputFileError(f"{self.place}: damaged: {error}") from None
        except (LookupError, UnicodeError) as error:  # an encoding that nobody knows
            raise InputFileError(f"{self.place}: damaged: {shown(str(error))}") from None

    def begun(self, local: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def ended(self, local: str) -> None:
        """An element ends."""

    def _doctype(self, *_: Any) -> None:
        raise InputFileError(f"{self.place}: declares a document type; no workbook does")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.counts.add("elements of XML")
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise InputFileError(f"{self.place}: nested deeper than {DEPTH_LIMIT}")
        local = tag.rpartition(":")[2]
        if kind := _COUNTED.get(local):
            self.counts.add(kind)
        self.begun(local, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self.ended(tag.rpartition(":")[2])


class _SheetScan(_Scan):
    """A run through a part that holds cells."""

    def __init__(self, counts: Counts, place: str) -> None:
        super().__init__(counts, place)
        self._formula = ""
        self.parser.CharacterDataHandler = None

    def begun(self, local: str, attributes: dict[str, str]) -> None:
        match local:
            case "c":
                self.counts.add("cells and rows")
                self._require_cell(attributes.get("r", "A1"))
            case "row":
                self.counts.add("cells and rows")
                self._require_row(attributes.get("r", "1"))
            case "f":
                self._formula = ""
                self.parser.CharacterDataHandler = self._text
            case "mergeCell" | "hyperlink":
                self.counts.add("rules and other marks on its sheets")
                self.counts.add("merged or linked cells", self._area(attributes.get("ref", "A1")))
            case _ if local not in _ORDINARY:
                self.counts.add("rules and other marks on its sheets")

    def ended(self, local: str) -> None:
        if local == "f":
            self.parser.CharacterDataHandler = None
            if _nesting(self._formula) > NESTING_LIMIT:
                raise InputFileError(
                    f"{self.place}: a formula is nested deeper than {NESTING_LIMIT}"
                )

    def _text(self, text: str) -> None:
        self._formula += text
        if len(self._formula) > FORMULA_LIMIT:
            raise InputFileError(
                f"{self.place}: a formula is longer than {FORMULA_LIMIT:,} characters"
            )

    def _require_cell(self, reference: str) -> None:
        found = _CELL.fullmatch(reference)
        if (
            not found
            or int(found[2]) > _LAST_ROW
            or (len(found[1]) == len(_LAST_LETTERS) and found[1] > _LAST_LETTERS)
        ):
            raise InputFileError(f"{self.place}: {shown(reference)} is no cell")

    def _require_row(self, row: str) -> None:
        if not (row.isascii() and row.isdigit() and 1 <= int(row[:8]) <= _LAST_ROW):
            raise InputFileError(f"{self.place}: {shown(row)} is no row")

    def _area(self, reference: str) -> int:
        try:
            left, top, right, bottom = range_boundaries(reference)
        except (ValueError, TypeError):
            raise InputFileError(f"{self.place}: {shown(reference)} is no range") from None
        # The ends of whole rows and columns are not said.
        columns = (right or _LAST_COLUMN) - (left or 1) + 1
        rows = (bottom or _LAST_ROW) - (top or 1) + 1
        return max(0, columns) * max(0, rows)


def _nesting(formula: str) -> int:
    """How deep the parentheses of a formula go, those between quotes left out."""
    if formula.count("(") <= NESTING_LIMIT:
        return 0
    deepest = depth = 0
    for character in "".join(formula.split('"')[::2]):
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest
