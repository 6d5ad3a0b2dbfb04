"""The files from which a workbook that came back can be built again."""

from collections.abc import Mapping
from dataclasses import dataclass

from xl_tco.review.extract import extract
from xl_tco.review.measured import MeasuredReview, is_measured
from xl_tco.review.opened import OpenedWorkbook


@dataclass(frozen=True, slots=True)
class ExtractedFiles:
    """Texts by file name, and the inputs that a person changed."""

    texts: Mapping[str, str]
    edits: tuple[str, ...]


def extracted_files(workbook: OpenedWorkbook) -> ExtractedFiles:
    """Scenario files, or measurements with their inputs, as they stand in the cells.

    Raises
    ------
    InputFileError
        It is no workbook of this package, or what it was built from was removed.

    """
    if is_measured(workbook):
        review = MeasuredReview(workbook)
        return ExtractedFiles(review.files(), review.edits)
    found = extract(workbook)
    texts = {f"{name}.toml": text for name, text in found.buildable.items()}
    return ExtractedFiles(texts, found.edits)
