"""What a workbook holds, apart from the code that writes it: no addresses, no fonts, no colours.

Cells are known by keys; formulas refer to keys. The layout turns keys into addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from xl_tco.functions import Function


class Style(StrEnum):
    """What a cell is: the modelling styles first, then text."""

    INPUT = "Input"
    INPUT_SAMPLE = "Sample input"
    CALC = "Calc"
    CALC_TEXT = "Calc text"
    LINK = "Link"
    LINK_TEXT = "Link text"
    OUTPUT = "Output"
    CHECK = "Check"
    PUBLISHED = "Published"
    TITLE = "Heading title"
    SECTION = "Heading section"
    HEADER = "Heading column"
    HEADER_UNIT = "Heading unit column"
    HEADER_NUMBER = "Heading number column"
    HEADLINE = "Headline value"
    HEADLINE_LABEL = "Headline label"
    SENTENCE = "Headline sentence"
    LABEL = "Text label"
    UNIT = "Text unit"
    NOTE = "Text note"
    STATUS = "Text status"
    ASIDE = "Text aside"
    CONTENTS = "Text link"
    WATERLINE = "Waterline"


class Format(StrEnum):
    """Number formats by what the number is."""

    GENERAL = "General"
    USD = '[<1]"$"0.000;"$"#,##0.00'
    USD_CHANGE = '"$"0.000;-"$"0.000'
    USD_AXIS = '"$"0.00'
    RATE = '[>=1000000]0.00,,"M";[>=1000]0.00,"K";0.00'
    RATE_AXIS = '[>=1000000]0,,"M";[>=1000]0,"K";0'
    NUMBER = "#,##0.00"
    FINE = "#,##0.0000"
    PERCENT = "0%"
    TIMES = '[=1]"the same";[<9.95]0.0"x";0"x"'
    TIMES_CHEAPER = '[<0.995]0.00"x";[<9.95]0.0"x";0"x"'
    MULTIPLE = '0.00"x"'
    YEARS = "0.0"
    WHOLE = "#,##0"
    USD_SIGNED_RATE = '[<0]-"$"0.00,,"M";"$"0.00,,"M"'
    USD_WHOLE = '"$"#,##0'
    USD_RATE = '[>=1000000]"$"0.00,,"M";[>=1000]"$"0.00,"K";"$"0.00'
    USD_KWH = '"$"0.0000'
    USD_FINE = '"$"0.000000'
    RATIO = "0.0%"
    TEXT = "@"
    DATE_NUMBER = "0"
    YEAR = '"Year "0'
    DIFFERENCE = "0.0E+00"
    WORD = "0;-0;0;@"
    TRUTH = '"TRUE";"TRUE";"FALSE"'


@dataclass(frozen=True, slots=True)
class Formula:
    """Excel text with ``{key}`` where a cell is meant, without the leading ``=``."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A worksheet function on cells, by key; the flavour decides how it is written.

    Where the function's own arithmetic is no formula for a cell, ``native`` says it in steps.
    """

    function: Function
    arguments: tuple[str | int, ...]
    native: Formula | None = None


@dataclass(frozen=True, slots=True)
class Native:
    """A worksheet function's arithmetic on cells, in every flavour: the cross-check."""

    function: Function
    arguments: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """A formula that calls worksheet functions, and what says the same without them."""

    named: Formula
    native: Formula


@dataclass(frozen=True, slots=True)
class Part:
    """One of the parts that a function spills to the right, the first part being the call."""

    function: Function
    arguments: tuple[str, ...]
    place: int
    native: Formula


Content: TypeAlias = str | float | bool | Formula | Call | Native | Either | Part | None


@dataclass(frozen=True, slots=True)
class Validation:
    """What may be typed into an input cell: a condition on ``{cell}``, or a list of words.

    ``listed`` names a range of the workbook that holds the words, where they are many.
    """

    title: str
    prompt: str
    error: str
    condition: str = ""
    words: tuple[str, ...] = ()
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``name`` makes its key a name defined in the workbook."""

    content: Content
    style: Style = Style.LABEL
    format: Format = Format.GENERAL
    key: str = ""
    named: bool = False
    validation: Validation | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, by the name that rows use for it."""

    name: str
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by column name."""

    cells: Mapping[str, Cell] = field(default_factory=lambda: MappingProxyType({}))
    height: float | None = None


class ChartKind(StrEnum):
    """The kinds of native chart in use."""

    BAR = "bar"
    STACK = "stack"
    TORNADO = "tornado"
    LINE = "line"
    SCATTER = "scatter"


class Ink(StrEnum):
    """What a series of a chart stands for; each looks different in greyscale too."""

    CANDIDATE = "candidate"
    BASELINE = "baseline"
    THIRD = "third"
    FOURTH = "fourth"
    FIFTH = "fifth"
    HIDDEN = "hidden"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Span:
    """The cells from one key to another, both included."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Series:
    """The values of a series, its name, and what it stands for.

    A scatter chart's series has places of its own along the first axis; a target there is a line
    without markers.
    """

    name: str
    values: Span
    ink: Ink = Ink.CANDIDATE
    places: Span | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart. Its title says what is drawn, in words that no input can make false.

    ``sentence`` is the key of the words that say what follows from it; they stand above it. It
    stands over ``columns`` columns from ``column``; top and height are in points. Several series
    have a legend. ``contrast`` makes the first bar the baseline's.
    """

    kind: ChartKind
    title: str
    sentence: str
    categories: Span | None
    series: tuple[Series, ...]
    category_title: str
    value_title: str
    format: Format
    axis_format: Format
    alt_text: str
    column: str
    columns: int
    height: float
    top: float = 0
    log: bool = False
    contrast: bool = False
    labels: bool = True
    category_format: Format | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel table: a name, and the cells from its first header to its last value."""

    name: str
    span: Span


class Effect(StrEnum):
    """What a conditional format does to a cell."""

    ALARM = "alarm"
    CHANGED = "changed"
    LOWER = "lower"
    BORDER = "border"


@dataclass(frozen=True, slots=True)
class Highlight:
    """A conditional format: an effect on a cell where a condition on keys holds."""

    key: str
    condition: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: columns, rows from the top, and what lies over them.

    ``heat`` are spans with a colour scale, ``ranges`` names of whole spans. A sheet with tables can
    be filtered although it is locked.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    frozen_rows: int
    charts: tuple[Chart, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    heat: tuple[Span, ...] = ()
    tables: tuple[Table, ...] = ()
    ranges: Mapping[str, Span] = field(default_factory=lambda: MappingProxyType({}))
    gridlines: bool = True
    one_page: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook, and what its properties say."""

    title: str
    subject: str
    date: str
    sheets: tuple[Sheet, ...]
