"""Workbooks that come back from people: opened safely, read, compared with what was built."""

from xl_tco.review.check import Finding, Report, check
from xl_tco.review.extract import Extracted, extract
from xl_tco.review.files import ExtractedFiles, extracted_files
from xl_tco.review.opened import OpenedWorkbook, open_workbook

__all__ = [
    "Extracted",
    "ExtractedFiles",
    "Finding",
    "OpenedWorkbook",
    "Report",
    "check",
    "extract",
    "extracted_files",
    "open_workbook",
]
