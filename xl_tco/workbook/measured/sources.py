"""Sources: the files that the measurements come from, and those of the catalog's figures."""

from pathlib import PurePath
from typing import Final

from xl_tco.catalog.models import load_catalog
from xl_tco.workbook.description import Cell, Column, Format, Row, Sheet, Style
from xl_tco.workbook.measured.study import Study
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    MARGIN,
    gap,
    head,
    header,
    section,
    status_alarm,
)
from xl_tco.workbook.sheets.sources import TITLE, source_rows

_WIDTH: Final = 58
_COLUMNS: Final = (
    MARGIN,
    Column("first", 40),
    Column("second", _WIDTH),
    Column("publisher", 26),
    Column("date", 13),
    Column("note", _WIDTH),
)


def sources_sheet(study: Study) -> Sheet:
    """Describe the sheet."""
    titles = {"second": "Tool", "publisher": "Measurements", "date": "First", "note": "Last"}
    catalog = load_catalog()
    used = {"assumption"} | {figure.source for figure in catalog.figures}
    rows = [
        *head(study.subject, TITLE, TITLE),
        section("Files of the measurements", _COLUMNS),
        header({"first": "File", **titles}),
        *_file_rows(study),
        gap(),
        section("What stands behind cost, power and inputs", _COLUMNS),
        *source_rows({key: catalog.sources[key] for key in catalog.sources if key in used}),
    ]
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
    )


def _file_rows(study: Study) -> list[Row]:
    files: dict[tuple[str, str], list[str]] = {}
    for item in study.measurements:
        key = (PurePath(item.source_file).name, item.tool.value)
        files.setdefault(key, []).append(item.date)
    rows = []
    for (name, tool), dates in files.items():
        said = sorted(date for date in dates if date) or ["not said"]
        rows.append(
            Row(
                {
                    "first": Cell(name, Style.LABEL),
                    "second": Cell(tool, Style.UNIT),
                    "publisher": Cell(len(dates), Style.UNIT, Format.WHOLE),
                    "date": Cell(said[0], Style.UNIT),
                    "note": Cell(said[-1], Style.UNIT),
                }
            )
        )
    return rows
