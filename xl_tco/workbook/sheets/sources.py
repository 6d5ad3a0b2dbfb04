"""Sources: where every figure of the workbook comes from."""

from collections.abc import Iterator, Mapping
from typing import Final

from xl_tco.catalog.models import Source
from xl_tco.workbook.content import Subject
from xl_tco.workbook.description import Cell, Column, Row, Sheet, Style
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    LINE_HEIGHT,
    MARGIN,
    gap,
    head,
    header,
    section,
    status_alarm,
    text_height,
)

TITLE: Final = "Sources"
_TITLE_WIDTH: Final = 58
_NOTE_WIDTH: Final = 58
_COLUMNS: Final = (
    MARGIN,
    Column("first", 22),
    Column("second", _TITLE_WIDTH),
    Column("publisher", 26),
    Column("date", 11),
    Column("note", _NOTE_WIDTH),
)


FILES: Final = "Scenario files that this workbook was built from"
FILE_MARK: Final = "#: "


def sources_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    rows = [
        *head(subject, TITLE, TITLE),
        section("Every figure on Inputs names one of these", _COLUMNS),
        *source_rows(subject.sources),
    ]
    rows += [gap(), section(FILES, _COLUMNS)]
    for name, text in subject.files.items():
        rows.append(_line(f"{FILE_MARK}{name}.toml"))
        rows += [_line(line) for line in text.splitlines()]
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
    )


def source_rows(sources: Mapping[str, Source]) -> Iterator[Row]:
    """A header, and where each source was published."""
    yield header(
        {
            "first": "Source",
            "second": "Title",
            "publisher": "Publisher",
            "date": "Date",
            "note": "Note",
        }
    )
    for key, source in sources.items():
        note = " ".join(text for text in (source.note, source.url) if text)
        yield Row(
            {
                "first": Cell(key, Style.LABEL),
                "second": Cell(source.title, Style.NOTE),
                "publisher": Cell(source.publisher, Style.NOTE),
                "date": Cell(source.date, Style.UNIT),
                "note": Cell(note or None, Style.NOTE),
            },
            height=max(text_height(source.title, _TITLE_WIDTH), text_height(note, _NOTE_WIDTH)),
        )


def _line(text: str) -> Row:
    """A line of a scenario file."""
    return Row({"first": Cell(text or None, Style.ASIDE)}, height=LINE_HEIGHT)
