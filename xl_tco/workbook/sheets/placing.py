"""Charts beside the rows of a sheet, each with the sentence that it shows in the row above it.

A chart's own title says what is drawn and no more: only Excel lets it follow a cell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from xl_tco.workbook.description import Cell, Chart, Formula, Row, Style
from xl_tco.workbook.sheets.parts import HEAD_ROWS, LINE_HEIGHT, ROW_HEIGHT

_AIR: Final = 6.0


def under_sentences(
    rows: Sequence[Row], number: int, charts: Iterable[Chart]
) -> tuple[list[Row], tuple[Chart, ...]]:
    """The rows with the sentences of some charts in the row of that number, and those below it."""
    found = [*rows, *(Row(height=ROW_HEIGHT) for _ in range(number + 1 - len(rows)))]
    top = foot_of(found[: number + 1])
    placed = tuple(replace(chart, top=top) for chart in charts)
    sentences = {
        chart.column: Cell(Formula(f"{{{chart.sentence}}}"), Style.SENTENCE) for chart in placed
    }
    found[number] = replace(found[number], cells={**found[number].cells, **sentences})
    return found, placed


def one_below_another(
    rows: Sequence[Row], charts: Iterable[Chart]
) -> tuple[list[Row], tuple[Chart, ...]]:
    """The rows with the sentence over each chart, and the charts from the head of the sheet on."""
    found, placed, foot = list(rows), list[Chart](), foot_of(rows[:HEAD_ROWS])
    for chart in charts:
        number = _row_from(found, foot, chart.column)
        found, (chart_there,) = under_sentences(found, number, (chart,))
        placed.append(chart_there)
        foot = chart_there.top + chart_there.height + _AIR
    return found, tuple(placed)


def with_sources(rows: Sequence[Row], charts: Sequence[Chart], text: str) -> list[Row]:
    """The rows, with where the charts' figures come from beneath the last of them."""
    last = charts[-1]
    number = _row_from(rows, last.top + last.height, last.column)
    found = [*rows, *(Row(height=ROW_HEIGHT) for _ in range(number + 1 - len(rows)))]
    cells = {**found[number].cells, last.column: Cell(text, Style.ASIDE)}
    found[number] = replace(found[number], cells=cells)
    return found


def foot_of(rows: Iterable[Row]) -> float:
    """How far down some rows reach, in points."""
    return sum(row.height or ROW_HEIGHT for row in rows)


def _row_from(rows: Sequence[Row], points: float, column: str) -> int:
    """The first row from there on that is high enough for a line and has the column free."""
    number, reached = 0, 0.0
    while number < len(rows):
        row = rows[number]
        height = row.height or ROW_HEIGHT
        if reached >= points and height >= LINE_HEIGHT and column not in row.cells:
            return number
        reached += height
        number += 1
    return number + max(0, -int(-(points - reached) // ROW_HEIGHT))
