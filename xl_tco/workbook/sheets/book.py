"""The sheets of a workbook in their order."""

from xl_tco.workbook.content import Subject
from xl_tco.workbook.description import Book
from xl_tco.workbook.sheets.calc import calc_sheet
from xl_tco.workbook.sheets.catalog import catalog_sheet
from xl_tco.workbook.sheets.checks import checks_sheet
from xl_tco.workbook.sheets.cover import cover_sheet
from xl_tco.workbook.sheets.denominator import denominator_sheet
from xl_tco.workbook.sheets.inputs import inputs_sheet
from xl_tco.workbook.sheets.ownership import ownership_sheet
from xl_tco.workbook.sheets.reconciliation import reconciliation_sheet
from xl_tco.workbook.sheets.revenue import revenue_sheet
from xl_tco.workbook.sheets.sensitivity import sensitivity_sheet
from xl_tco.workbook.sheets.sources import sources_sheet
from xl_tco.workbook.sheets.summary import summary_sheet


def describe(subject: Subject) -> Book:
    """Describe the workbook of a scenario or comparison."""
    sheets = [
        summary_sheet(subject),
        inputs_sheet(subject),
        ownership_sheet(subject),
        denominator_sheet(subject),
        calc_sheet(subject),
        revenue_sheet(subject),
    ]
    if subject.comparison and subject.comparison.published:
        sheets.append(reconciliation_sheet(subject))
    sheets += [
        catalog_sheet(subject),
        sensitivity_sheet(subject),
        checks_sheet(subject),
        sources_sheet(subject),
    ]
    cover = cover_sheet(subject, tuple(sheet.title for sheet in sheets))
    return Book(
        title=subject.title,
        subject="Cost per million tokens, tokens per MW and what lies beneath",
        date=subject.date,
        sheets=(cover, *sheets),
    )
