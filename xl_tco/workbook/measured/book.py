"""The sheets of a workbook of measurements in their order."""

from xl_tco.workbook.description import Book
from xl_tco.workbook.measured.catalog import catalog_sheet
from xl_tco.workbook.measured.checks import checks_sheet
from xl_tco.workbook.measured.configurations import configurations_sheet
from xl_tco.workbook.measured.cover import cover_sheet
from xl_tco.workbook.measured.curves import curves_sheet
from xl_tco.workbook.measured.frontier import frontier_sheet
from xl_tco.workbook.measured.inputs import inputs_sheet
from xl_tco.workbook.measured.levers import levers_sheet
from xl_tco.workbook.measured.measurements import measurements_sheet
from xl_tco.workbook.measured.sources import sources_sheet
from xl_tco.workbook.measured.study import Study
from xl_tco.workbook.measured.summary import summary_sheet

_SHEETS = (
    summary_sheet,
    inputs_sheet,
    levers_sheet,
    configurations_sheet,
    frontier_sheet,
    measurements_sheet,
    curves_sheet,
    catalog_sheet,
    checks_sheet,
    sources_sheet,
)


def describe(study: Study) -> Book:
    """Describe the workbook of some measurements."""
    sheets = tuple(sheet(study) for sheet in _SHEETS)
    cover = cover_sheet(study, tuple(sheet.title for sheet in sheets))
    return Book(
        title=study.subject.title,
        subject="Cost per million tokens and tokens per MW, as measured",
        date=study.subject.date,
        sheets=(cover, *sheets),
    )
