"""The conformance cases in ``cases/*.toml``: what every host must give for every function."""

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

FOLDER = Path(__file__).parent / "cases"
TOLERANCE = Fraction(1, 10**12)


@dataclass(frozen=True, slots=True)
class Blank:
    """An empty cell."""


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that holds an error value."""

    code: str


CaseArgument: TypeAlias = float | str | bool | Blank | CellError


@dataclass(frozen=True, slots=True)
class Case:
    """One call, and the exact value or the error value it must give."""

    function: str
    arguments: tuple[CaseArgument, ...]
    expected: Fraction | str

    @property
    def is_numeric(self) -> bool:
        """Tell whether every argument is a plain number."""
        return all(type(argument) in (int, float) for argument in self.arguments)

    def __str__(self) -> str:
        words = (_shown(argument) for argument in self.arguments)
        return f"{self.function}({', '.join(words)})"


def _shown(argument: CaseArgument) -> str:
    match argument:
        case Blank():
            return "blank"
        case CellError(code):
            return code
    return repr(argument)


def _argument(value: Any) -> CaseArgument:
    match value:
        case {"blank": True}:
            return Blank()
        case {"error": code}:
            return CellError(code)
    return value


def _case(function: str, entry: dict[str, Any]) -> Case:
    (outcome,) = entry.keys() - {"arguments"}
    expected = Fraction(entry["exact"]) if outcome == "exact" else entry["error"]
    return Case(function, tuple(_argument(value) for value in entry["arguments"]), expected)


def _load(path: Path) -> tuple[Case, ...]:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    return tuple(_case(path.stem, entry) for entry in entries)


CASES = {path.stem: _load(path) for path in sorted(FOLDER.glob("*.toml"))}
ALL_CASES = tuple(case for cases in CASES.values() for case in cases)


def cell_value(argument: CaseArgument) -> Any:
    """The argument as a host hands it to Python: None for a blank, an error as its text."""
    match argument:
        case Blank():
            return None
        case CellError(code):
            return code
    return argument


def agrees(result: object, expected: Fraction | str) -> bool:
    """Tell whether a cell's value is the expected error, or the exact value but for rounding."""
    if isinstance(expected, str) or not isinstance(result, float):
        return result == expected
    return abs(Fraction(result) - expected) <= TOLERANCE * abs(expected)
