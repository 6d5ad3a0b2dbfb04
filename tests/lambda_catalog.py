"""The sheet Catalog that the LAMBDA names look up in, for workbooks that a test writes."""

from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from xl_tco.catalog.records import all_figures
from xl_tco.lookups import platforms

SHEET = "Catalog"
_FIGURES, _PLATFORMS = 1, 5  # where the two tables begin


def add_catalog(workbook: Workbook) -> None:
    """Add the sheet, and the four names as ``xl_tco/hosts/lambda_lookups.py`` documents them."""
    sheet = workbook.create_sheet(SHEET)
    rows = sorted(
        (f"{item.platform}|{item.figure}|{item.variant}", item.since, item.value)
        for item in all_figures()
    )
    figures = [(f"{key}|{since}", key, value) for key, since, value in rows]
    grid = [[None if value == "#N/A" else value for value in row] for row in platforms()]
    _write(sheet, _FIGURES, figures)
    _write(sheet, _PLATFORMS, grid)
    for place, name in enumerate(("catalog_rows", "catalog_keys", "catalog_values")):
        _define(workbook, name, _FIGURES + place, _FIGURES + place, len(figures))
    _define(workbook, "catalog_platforms", _PLATFORMS, _PLATFORMS + len(grid[0]) - 1, len(grid))


def _write(sheet: Any, left: int, rows: Any) -> None:
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            sheet.cell(number, left + place, value)


def _define(workbook: Workbook, name: str, first: int, last: int, rows: int) -> None:
    area = f"{SHEET}!${get_column_letter(first)}$1:${get_column_letter(last)}${rows}"
    workbook.defined_names.add(DefinedName(name, attr_text=area))
