"""Sources: where every figure of the workbook comes from."""

from collections.abc import Iterable, Iterator, Mapping
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
_MARK: Final = "#: "
_SUFFIX: Final = ".toml"


def sources_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    rows = [
        *head(subject, TITLE, TITLE),
        section("Every figure on Inputs names one of these", _COLUMNS),
        *source_rows(subject.sources),
    ]
    rows += [gap(), section(FILES, _COLUMNS)]
    rows += [_line(line) for line in file_lines(subject.files)]
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
    )


def file_lines(files: Mapping[str, str]) -> Iterator[str]:
    """Texts by name as lines: each after a mark with its name.

    Examples
    --------
    >>> list(file_lines({"ours": "#: a comment"}))
    ['#: ours.toml', '#: #: a comment']

    """
    for name, text in files.items():
        yield f"{_MARK}{name}{_SUFFIX}"
        # A line of a text that looks like a mark gets one before it.
        yield from (f"{_MARK}{line}" if line.startswith(_MARK) else line for line in _split(text))


def files_of(lines: Iterable[str]) -> dict[str, str]:
    r"""The texts that stand in lines, by name.

    Examples
    --------
    >>> files_of(["#: ours.toml", "#: #: a comment"])
    {'ours': '#: a comment\n'}

    """
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        text = line.removeprefix(_MARK)
        if text == line or text.startswith(_MARK):
            current.append(text)
        else:
            current = found.setdefault(text.removesuffix(_SUFFIX), [])
    return {name: "\n".join(text).rstrip("\n") + "\n" for name, text in found.items()}


def _split(text: str) -> list[str]:
    """The lines of a text as TOML sees them: other ends of lines are characters of a comment."""
    return text.removesuffix("\n").replace("\r\n", "\n").split("\n")


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
