"""The conformance cases in ``cases/*.toml``: what every host must give for every function.

A case says what comes out: ``exact`` a number as a fraction, ``exact_row`` parts side by side,
``text``, ``table`` a range, ``error``. ``text_in_lambda`` is the one exception of a host: what
computes is not the same, so ``TCO_ENGINE`` says so.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

from xl_tco.errors import ExcelError
from xl_tco.functions import BY_NAME, Function, Shape

FOLDER = Path(__file__).parent / "cases"
TOLERANCE = Fraction(1, 10**12)
ERRORS = frozenset(error.value for error in ExcelError)
EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Blank:
    """An empty cell."""


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that holds an error value."""

    code: str


CellArgument: TypeAlias = float | str | bool | date | Blank | CellError


@dataclass(frozen=True, slots=True)
class Table:
    """A range of cells."""

    rows: tuple[tuple[CellArgument, ...], ...]


CaseArgument: TypeAlias = CellArgument | Table
# A number exactly; a text or an error value; rows of these.
Value: TypeAlias = Fraction | str
Expected: TypeAlias = Value | tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One call, and the exact value, text, rows or error value it must give."""

    function: str
    arguments: tuple[CaseArgument, ...]
    expected: Expected
    in_lambda: Expected

    @property
    def is_numeric(self) -> bool:
        """Tell whether there are arguments, and every one is a plain number."""
        return bool(self.arguments) and all(
            type(argument) in (int, float) for argument in self.arguments
        )

    @property
    def is_error(self) -> bool:
        """Tell whether an error value must come out."""
        return isinstance(self.expected, str) and self.expected in ERRORS

    @property
    def shape(self) -> tuple[int, int]:
        """The rows and columns that come out."""
        rows = as_rows(self.expected)
        return len(rows), len(rows[0])

    def __str__(self) -> str:
        words = (_shown(argument) for argument in self.arguments)
        return f"{self.function}({', '.join(words)})"


def _shown(argument: CaseArgument) -> str:
    match argument:
        case Blank():
            return "blank"
        case CellError(code):
            return code
        case Table(rows):
            return "; ".join(", ".join(map(_shown, row)) for row in rows)
        case date():
            return argument.isoformat()
    return repr(argument)


def _argument(value: Any) -> CaseArgument:
    match value:
        case {"blank": True}:
            return Blank()
        case {"error": code}:
            return CellError(code)
        case {"table": rows}:
            return Table(tuple(tuple(_argument(cell) for cell in row) for row in rows))
    return value


def _value(value: Any) -> Value:
    match value:
        case {"exact": fraction}:
            return Fraction(fraction)
        case {"error": code}:
            return str(code)
        case str():
            return value
    return Fraction(str(value))


def _expected(kind: str, value: Any) -> Expected:
    match kind:
        case "exact":
            return Fraction(value)
        case "exact_row":
            return (tuple(map(Fraction, value)),)
        case "table":
            return tuple(tuple(map(_value, row)) for row in value)
    return str(value)


def _case(function: str, entry: dict[str, Any]) -> Case:
    (kind,) = entry.keys() - {"arguments", "text_in_lambda"}
    expected = _expected(kind, entry[kind])
    arguments = tuple(_argument(value) for value in entry["arguments"])
    return Case(function, arguments, expected, entry.get("text_in_lambda", expected))


def _load(path: Path) -> tuple[Case, ...]:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    return tuple(_case(path.stem, entry) for entry in entries)


CASES = {path.stem: _load(path) for path in sorted(FOLDER.glob("*.toml"))}
ALL_CASES = tuple(case for cases in CASES.values() for case in cases)
# The functions that can be called on columns of cells, all of whose arguments are single cells.
BY_COLUMN = tuple(
    BY_NAME[name]
    for name in CASES
    if BY_NAME[name].arguments
    and all(argument.shape is not Shape.TABLE for argument in BY_NAME[name].arguments)
)


def cell_value(argument: CaseArgument) -> Any:
    """The argument as a host hands it to Python: None for a blank, an error as its text."""
    match argument:
        case Blank():
            return None
        case CellError(code):
            return code
        case Table(rows):
            return [[cell_value(cell) for cell in row] for row in rows]
    return argument


def serial(day: date) -> int:
    """A date as a cell holds it: a number of days."""
    return (day - EPOCH).days


def padded(case: Case) -> list[CaseArgument]:
    """All arguments of a case; those left out are empty cells."""
    missing = len(BY_NAME[case.function].arguments) - len(case.arguments)
    return [*case.arguments, *[Blank()] * missing]


def columns(function: Function) -> list[list[CaseArgument]]:
    """The whole case table of a function, one column per argument."""
    return [list(column) for column in zip(*map(padded, CASES[function.name]), strict=True)]


def in_columns(function: Function) -> list[tuple[Value, ...]]:
    """What the whole case table gives on columns, a row a case; an error stands in all parts."""
    width = len(function.parts) or 1
    rows = [as_rows(case.expected)[0] for case in CASES[function.name]]
    return [row if len(row) == width else row * width for row in rows]


def as_rows(expected: Expected) -> tuple[tuple[Value, ...], ...]:
    """What comes out as a range: of one cell, unless it is more."""
    return expected if isinstance(expected, tuple) else ((expected,),)


def agrees(result: object, expected: Expected) -> bool:
    """Tell whether a cell's value is the expected text or error, or exact but for rounding.

    A range must have the expected shape, and each of its cells its value.
    """
    if isinstance(expected, tuple):
        return (
            isinstance(result, (list, tuple))
            and len(result) == len(expected)
            and all(
                isinstance(row, (list, tuple))
                and len(row) == len(wanted)
                and all(map(agrees, row, wanted))
                for row, wanted in zip(result, expected, strict=True)
            )
        )
    if isinstance(expected, str) or not isinstance(result, float):
        return bool(result == expected)
    return abs(Fraction(result) - expected) <= TOLERANCE * abs(expected)
