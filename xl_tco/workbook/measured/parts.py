"""What the sheets of measurements share: calls on names, texts, formats."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from xl_tco.excel_text import arithmetic
from xl_tco.functions import BY_NAME
from xl_tco.hosts.cell_formulas import Flavour, cell_formula
from xl_tco.workbook.description import Cell, Either, Format, Formula, Row, Style
from xl_tco.workbook.sheets.parts import LINE_HEIGHT, ROW_HEIGHT

OUTSIDE: Final = "outside"
"""What stands where nothing was measured on both sides."""


def called(name: str, *references: str) -> Either:
    """A worksheet function on keys in braces and on names, in the way of each flavour."""
    function = BY_NAME[name]
    return Either(
        Formula(f"{function.worksheet_name}({','.join(references)})"),
        Formula(cell_formula(function, references, Flavour.NATIVE)),
    )


def called_if(condition: str, name: str, references: Sequence[str], otherwise: str) -> Either:
    """The same where a condition holds, else a word."""
    function = BY_NAME[name]
    names = [argument.name for argument in function.arguments]
    ways = (
        f"{function.worksheet_name}({','.join(references)})",
        arithmetic(function, dict(zip(names, references, strict=True))),
    )
    named, native = (Formula(f'IF({condition},{way},"{otherwise}")') for way in ways)
    return Either(named, native)


def tall(row: Row, lines: int = 2) -> Row:
    """A header whose titles wrap: those of Excel tables cannot hold line breaks."""
    return replace(row, height=ROW_HEIGHT + LINE_HEIGHT * (lines - 1))


def index(place: int, key: str = "") -> Cell:
    """The number of a row."""
    return Cell(place, Style.PUBLISHED, Format.WHOLE, key)


def words(text: str, style: Style = Style.ASIDE) -> Row:
    """A line of text that runs on to the right."""
    return Row({"first": Cell(text, style)})


def number(value: float | None, shown: Format, key: str = "") -> Cell:
    """A measured figure; empty where the file does not say it."""
    return Cell(value, Style.PUBLISHED, shown, key=key)


def text(value: str, key: str = "") -> Cell:
    """A word of a measurement."""
    return Cell(value or None, Style.UNIT, key=key)
