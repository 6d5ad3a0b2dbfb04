"""What several sheets share: the head with the master check, sections, wording."""

from collections.abc import Callable, Iterable, Mapping
from math import ceil
from types import MappingProxyType
from typing import Final

from xl_tco.functions import BY_NAME
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.scenario.kinds import INPUT_KINDS
from xl_tco.workbook.content import Side, Subject
from xl_tco.workbook.description import (
    Call,
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

# A metric's number format, wherever it is shown; others follow from their unit.
_FORMATS: Final = {
    "margin_per_mw_year": Format.USD_SIGNED_RATE,
    "pue": Format.NUMBER,
    "pflops_per_gpu": Format.FINE,
    "pflops_like_for_like": Format.FINE,
    "kw_per_gpu": Format.FINE,
    "cost_per_request": Format.USD_FINE,
    "check_tolerance": Format.DIFFERENCE,
    "capital_recovery_factor": Format.FINE,
    "cached_input_price_ratio": Format.RATIO,
    "usd_per_kwh": Format.USD_KWH,
}
_UNIT_FORMATS: Final = {
    "USD/GPU-h": Format.USD,
    "USD/Mtok": Format.USD,
    "USD/MWh": Format.USD_RATE,
    "USD/MW-yr": Format.USD_RATE,
    "USD/GPU": Format.USD_WHOLE,
    "USD/GPU-yr": Format.USD_WHOLE,
    "USD/kW": Format.USD_WHOLE,
    "USD/kW-month": Format.USD,
    "tok/s/GPU": Format.RATE,
    "tok/s/MW": Format.RATE,
    "tok": Format.WHOLE,
    "yr": Format.YEARS,
    "x": Format.MULTIPLE,
    "ratio": Format.PERCENT,
    "ratio/yr": Format.RATIO,
}


def format_of(name: str, unit: str = "") -> Format:
    """The number format of a figure by its name, else by its unit."""
    known = BY_NAME[name].result if name in BY_NAME else None
    kind = INPUT_KINDS.get(name)
    unit = unit or (known.unit if known else kind.quantity.unit if kind else "")
    return _FORMATS.get(name) or _UNIT_FORMATS.get(unit, Format.NUMBER)


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
        height=ROW_HEIGHT + LINE_HEIGHT * max(title.count("\n") for title in titles.values()),
    )


def _header_style(name: str, numbers: tuple[str, ...]) -> Style:
    if name in numbers:
        return Style.HEADER_NUMBER
    return Style.HEADER if name == "first" else Style.HEADER_UNIT


def text_height(text: str, width: float) -> float:
    """The height of a row whose wrapped text has a column of that width."""
    lines = sum(max(1, ceil(len(line) / (width * 1.1))) for line in text.split("\n"))
    return max(ROW_HEIGHT, LINE_HEIGHT * lines + 3)


def linked(side: Side, name: str, sheet: str) -> Cell:
    """A cell that takes an input of a platform; its key bears the sheet's name."""
    shown = Format.WORD if name in _word_names(side) else format_of(name)
    return Cell(
        Formula(f"{{{side.key('in_' + name)}}}"),
        Style.LINK,
        shown,
        key=side.key(f"{sheet}_{name}"),
    )


def _word_names(side: Side) -> set[str]:
    return {word.name for word in side.words}


def side_row(subject: Subject, label: str, unit: str, cells: Mapping[str, Cell]) -> Row:
    """A row with one cell for each platform, by its suffix."""
    return Row(
        {
            "first": Cell(label, Style.LABEL),
            "second": Cell(unit, Style.UNIT),
            **{
                side_column(side): cells[side.suffix]
                for side in subject.sides
                if side.suffix in cells
            },
        }
    )


def side_titles(subject: Subject, first: str) -> Row:
    """The header over rows of platforms."""
    names = {side_column(side): side.label for side in subject.sides}
    return header({"first": first, "second": "Unit", **names}, numbers=tuple(names))


def linked_rows(subject: Subject, names: Iterable[str], sheet: str) -> list[Row]:
    """Inputs of all platforms, linked."""
    rows = []
    for name in names:
        word = next((word for word in subject.sides[0].words if word.name == name), None)
        label = word.title if word else INPUT_KINDS[name].quantity.label
        unit = "word" if word else INPUT_KINDS[name].quantity.unit
        cells = {side.suffix: linked(side, name, sheet) for side in subject.sides}
        rows.append(side_row(subject, label, unit, cells))
    return rows


def result_row(
    subject: Subject,
    name: str,
    arguments: Callable[[Side], tuple[str | int, ...]],
    *,
    native: Callable[[Side], Formula] | None = None,
) -> Row:
    """A row of one function's results, an output of each platform."""
    function = BY_NAME[name]
    cells = {
        side.suffix: Cell(
            Call(function, arguments(side), native(side) if native else None),
            Style.OUTPUT,
            format_of(name),
            key=side.key(f"out_{name}"),
            named=True,
        )
        for side in subject.sides
    }
    return side_row(subject, function.result.label, function.result.unit, cells)


def computed_row(
    subject: Subject,
    label: str,
    unit: str,
    key: str,
    formula: Callable[[Side], str],
    shown: Format | None = None,
    *,
    style: Style = Style.CALC,
    named: bool = False,
) -> Row:
    """A row of plain formulas, one for each platform."""
    cells = {
        side.suffix: Cell(
            Formula(formula(side)),
            style,
            shown or _UNIT_FORMATS.get(unit, Format.NUMBER),
            key=side.key(key),
            named=named,
        )
        for side in subject.sides
    }
    return side_row(subject, label, unit, cells)


def chart_title_rows(titles: Mapping[str, str], columns: tuple[Column, ...]) -> list[Row]:
    """The sentences over the charts, made by formulas so that they stay true."""
    rows = [gap(), section("Sentences over the charts, made from the results", columns)]
    for key, text in titles.items():
        rows.append(
            Row(
                {
                    "first": Cell(key.replace("_", " ").capitalize(), Style.LABEL),
                    "second": Cell(Formula(text), Style.CALC_TEXT, key=key),
                }
            )
        )
    return rows


def side_columns(subject: Subject, width: float = 15) -> tuple[Column, ...]:
    """One column per platform."""
    return tuple(Column(f"side{side.suffix}", width) for side in subject.sides)


def side_column(side: Side) -> str:
    """The column of a platform."""
    return f"side{side.suffix}"
