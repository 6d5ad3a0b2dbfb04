"""What several sheets share: the head with the master check, sections, wording."""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType
from typing import Final

from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.workbook.content import Side, Subject
from xl_tco.workbook.description import (
    Cell,
    Column,
    Effect,
    Format,
    Formula,
    Highlight,
    Row,
    Style,
)

HEAD_ROWS: Final = 3
ROW_HEIGHT: Final = 18.0
LINE_HEIGHT: Final = 15.0
LIKE_FOR_LIKE_WORDS: Final = "like for like"
MARGIN: Final = Column("margin", 2)

ENGINES: Final = {
    Flavour.ADDIN: "Computed by the Python functions of the xl_tco add-in",
    Flavour.LAMBDA: "Computed by LAMBDA names in this workbook",
    Flavour.NATIVE: "Computed by the cells' own arithmetic",
}

# A metric's number format, wherever it is shown.
FORMATS: Final = {
    "cost_per_gpu_hour": Format.USD,
    "pflops_per_gpu": Format.FINE,
    "pflops_like_for_like": Format.FINE,
    "tokens_per_second_per_gpu": Format.RATE,
    "utilization": Format.PERCENT,
    "kw_per_gpu": Format.FINE,
    "pue": Format.NUMBER,
    "price_per_mtok": Format.USD,
    "flops_per_dollar": Format.NUMBER,
    "tokens_per_mw": Format.RATE,
    "joules_per_token": Format.NUMBER,
    "cost_per_mtok": Format.USD,
    "utilization_point": Format.PERCENT,
    "check_tolerance": Format.DIFFERENCE,
}


def head(subject: Subject, title: str, sheet: str) -> list[Row]:
    """The frozen rows: title, master check, engine."""
    status = Cell(
        Formula(
            'IF({check_master},"OK: all checks pass","ALERT: a check fails, see sheet Checks")'
        ),
        Style.STATUS,
        key=status_key(sheet),
    )
    engine = Cell(ENGINES[subject.flavour], Style.ASIDE)
    return [
        Row({"margin": Cell(title, Style.TITLE)}, height=28),
        Row({"first": status, "second": engine}, height=ROW_HEIGHT),
        gap(),
    ]


def status_key(sheet: str) -> str:
    """The key of a sheet's master check cell."""
    return f"status_{sheet.lower()}"


def status_alarm(sheet: str) -> Highlight:
    """Show the master check as an alarm when it fails."""
    return Highlight(status_key(sheet), "NOT({check_master})", Effect.ALARM)


def section(title: str, columns: tuple[Column, ...]) -> Row:
    """A band across the sheet with a title on it."""
    cells = {column.name: Cell(None, Style.SECTION) for column in columns[1:]}
    return Row({**cells, columns[1].name: Cell(title, Style.SECTION)}, height=22)


def gap() -> Row:
    """Some air between groups."""
    return Row(height=10)


def header(
    titles: Mapping[str, str],
    *,
    numbers: tuple[str, ...] = (),
    keys: Mapping[str, str] = MappingProxyType({}),
) -> Row:
    """Column headers; those over numbers stand to the right, as the numbers do."""
    return Row(
        {
            name: Cell(title, _header_style(name, numbers), key=keys.get(name, ""))
            for name, title in titles.items()
        },
        height=ROW_HEIGHT + (LINE_HEIGHT if any("\n" in title for title in titles.values()) else 0),
    )


def _header_style(name: str, numbers: tuple[str, ...]) -> Style:
    if name in numbers:
        return Style.HEADER_NUMBER
    return Style.HEADER if name == "first" else Style.HEADER_UNIT


def text_height(text: str, width: float) -> float:
    """The height of a row whose wrapped text has a column of that width."""
    lines = sum(max(1, ceil(len(line) / (width * 1.2))) for line in text.split("\n"))
    return max(ROW_HEIGHT, LINE_HEIGHT * lines + 3)


def side_columns(subject: Subject, width: float = 15) -> tuple[Column, ...]:
    """One column per platform."""
    return tuple(Column(f"side{side.suffix}", width) for side in subject.sides)


def side_column(side: Side) -> str:
    """The column of a platform."""
    return f"side{side.suffix}"
