"""A workbook against what it was built as, and against what its inputs come to."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, Final

from openpyxl import Workbook

from xl_tco import __version__
from xl_tco.errors import InputFileError
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.review.extract import ENDS, column_of, extract
from xl_tco.review.measured import MeasuredReview, is_measured
from xl_tco.review.opened import OpenedWorkbook, formula_of, open_workbook
from xl_tco.scenario.loading import load_texts
from xl_tco.workbook.content import Subject
from xl_tco.workbook.description import Book
from xl_tco.workbook.evaluation import Values, recomputed
from xl_tco.workbook.measured.book import describe as describe_study
from xl_tco.workbook.measured.measurements import TITLE as MEASUREMENTS
from xl_tco.workbook.sheets.book import describe as describe_scenario
from xl_tco.workbook.writer import write

TOLERANCE: Final = 1e-9
_COMPUTED: Final = ("Calc", "Output", "Link", "Check", "Headline value")
_PREFIXES: Final = ("_xlfn.", "_xlpm.", "_xlop.", "_xlws.")
_COVER: Final = "Cover"
_ALTERED: Final = (
    "not what was imported; frontier and values are those of what was: "
    "xl-tco extract, then xl-tco measure"
)
_NAMED: Final = ("out_", "rel_", "check_")


class Kind(StrEnum):
    """What can be wrong with a workbook that came back."""

    INPUT = "input refused"
    VALUE = "value differs"
    STALE = "no stored value"
    OVERWRITTEN = "formula overwritten"
    FORMULA = "formula changed"
    FIGURE = "figure changed"
    MISSING = "missing"
    CHECK = "check is red"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    kind: Kind
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one workbook; ``edits`` are the inputs that a person changed."""

    name: str
    flavour: str
    edits: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings


def check(content: bytes, name: str) -> Report:
    """Compare a workbook with what it was built as, and with what its inputs come to.

    Raises
    ------
    InputFileError
        It cannot be opened safely, or is no workbook of this package.

    """
    workbook = open_workbook(content, name)
    origin = (_of_measurements if is_measured(workbook) else _of_scenario)(workbook)
    findings = list(origin.findings)
    if origin.is_known:
        named, values = recomputed(origin.computing, lambda ours: _replace_inputs(ours, workbook))
        findings += _against_built(workbook, origin.built)
        findings += _against_kernel(workbook, named, values)
    else:
        findings += _overwritten_by_style(workbook)
        findings += _red_as_stored(workbook)
    unique = tuple(dict.fromkeys(findings))
    return Report(workbook.name, workbook.flavour.value, origin.edits, unique)


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a workbook was built as, once in its own flavour and once to be computed.

    It is not known where the measurements that it was built from are no more in it.
    """

    is_known: bool
    built: Book
    computing: Book
    edits: tuple[str, ...]
    findings: tuple[Finding, ...]


def _of_scenario(workbook: OpenedWorkbook) -> _Origin:
    extracted = extract(workbook)
    findings: tuple[Finding, ...] = ()
    built, computing = (
        describe_scenario(Subject.of(extracted.name, extracted.loaded, flavour, extracted.built))
        for flavour in (workbook.flavour, Flavour.ADDIN)
    )
    try:
        load_texts(extracted.edited, extracted.name, around_values=False)
    except InputFileError as error:
        findings = (Finding(Kind.INPUT, "Inputs", str(error)),)
    return _Origin(True, built, computing, extracted.edits, findings)


def _of_measurements(workbook: OpenedWorkbook) -> _Origin:
    review = MeasuredReview(workbook)
    findings = [
        Finding(Kind.FIGURE, f"{MEASUREMENTS} row {row}", _ALTERED) for row in review.altered
    ]
    studies = [
        review.study(review.shipped, flavour) for flavour in (workbook.flavour, Flavour.ADDIN)
    ]
    studies[0].validate()
    try:
        review.refuse_unusable()
    except InputFileError as error:
        findings.append(Finding(Kind.INPUT, "Inputs", str(error)))
    built, computing = map(describe_study, studies)
    return _Origin(not review.altered, built, computing, review.edits, tuple(findings))


def _replace_inputs(ours: Workbook, workbook: OpenedWorkbook) -> None:
    """Put the inputs as they stand in a workbook into one as built: by name, ends by their row."""
    for name, defined in ours.defined_names.items():
        if not name.startswith("in_") or name not in workbook.places:
            continue
        sheet, address = defined.attr_text.replace("$", "").replace("'", "").split("!")
        mine = ours[sheet][address]
        seen, place = workbook.place(name)
        theirs = workbook.values[seen][place]
        mine.value = theirs.value
        for title in ENDS.values():
            column = column_of(ours[sheet], title)
            end = ours[sheet].cell(mine.row, column)
            if end.style == mine.style:
                end.value = theirs.parent.cell(theirs.row, column_of(theirs.parent, title)).value


def _against_built(workbook: OpenedWorkbook, built: Book) -> Iterator[Finding]:
    """Formulas and figures that are not what was built."""
    if not _same_version(workbook):
        yield from _overwritten_by_style(workbook)
        return
    for sheet in write(built, workbook.flavour, __version__).worksheets:
        if sheet.title not in workbook.formulas.sheetnames:
            yield Finding(Kind.MISSING, sheet.title, "the sheet is not there")
            continue
        theirs = workbook.formulas[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                yield from _compared(cell, theirs[cell.coordinate], sheet.title)


def _compared(built: Any, theirs: Any, sheet: str) -> Iterator[Finding]:
    place = f"{sheet}!{built.coordinate}"
    ours = formula_of(built)
    if ours:
        now = formula_of(theirs)
        if not now:
            yield Finding(Kind.OVERWRITTEN, place, f"{_short(theirs.value)} stands for {ours}")
        elif _plain(now) != _plain(ours):
            yield Finding(Kind.FORMULA, place, f"{_short(now)}, built as {_short(ours)}")
    elif built.style == "Published" and theirs.value != built.value:
        message = f"{_short(theirs.value)}, built as {_short(built.value)}"
        yield Finding(Kind.FIGURE, place, message)


def _same_version(workbook: OpenedWorkbook) -> bool:
    if _COVER not in workbook.formulas.sheetnames:
        return False
    said = {cell.value for row in workbook.formulas[_COVER].iter_rows() for cell in row}
    return f"xl_tco {__version__}" in said


def _overwritten_by_style(workbook: OpenedWorkbook) -> Iterator[Finding]:
    """Constants in cells that are styled as computed: another version stands them elsewhere."""
    spilled = {
        (sheet, cell.coordinate)
        for sheet, anchor, _ in workbook.formula_cells()
        if hasattr(anchor.value, "ref")
        for cell in chain.from_iterable(_rows(workbook.formulas[sheet][anchor.value.ref]))
    }
    for sheet in workbook.formulas.worksheets:
        if sheet.title == _COVER:
            continue
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None or formula_of(cell) or cell.style not in _COMPUTED:
                    continue
                if (sheet.title, cell.coordinate) not in spilled:
                    place = f"{sheet.title}!{cell.coordinate}"
                    yield Finding(Kind.OVERWRITTEN, place, f"{_short(cell.value)} is typed in")


def _rows(area: Any) -> tuple[tuple[Any, ...], ...]:
    """An area of a sheet; openpyxl gives one cell as itself."""
    return area if isinstance(area, tuple) else ((area,),)


def _against_kernel(
    workbook: OpenedWorkbook, named: Mapping[str, Any], values: Values
) -> Iterator[Finding]:
    """Values that are not what the inputs come to, and checks that do not hold."""
    stale = 0
    for place, seen, value in _pairs(workbook, named, values):
        if seen is None:
            stale += 1
        elif not _same(seen, value):
            yield Finding(
                Kind.VALUE, place, f"{_short(seen)} is stored, {_short(value)} it comes to"
            )
    if stale:
        message = f"{stale} formula cells have no stored value; run xl-tco recalculate"
        yield Finding(Kind.STALE, workbook.name, message)
    for name, value in named.items():
        if name.startswith(_NAMED) and name not in workbook.places:
            yield Finding(Kind.MISSING, name, "the name is not there")
        elif name.startswith("check_") and value is not True:
            sheet, address = workbook.place(name)
            yield Finding(Kind.CHECK, name, f"{sheet}!{address} does not hold for these inputs")


def _red_as_stored(workbook: OpenedWorkbook) -> Iterator[Finding]:
    for name, (sheet, address) in workbook.places.items():
        if name.startswith("check_") and workbook.value(name) is not True:
            yield Finding(Kind.CHECK, name, f"{sheet}!{address} does not hold")


def _pairs(
    workbook: OpenedWorkbook, named: Mapping[str, Any], values: Values
) -> Iterator[tuple[str, Any, Any]]:
    """Place, stored value, and what it comes to: of all cells, or of another version's names."""
    if not _same_version(workbook):
        for name, value in named.items():
            if name.startswith(_NAMED) and name in workbook.places:
                yield name, workbook.value(name), value
        return
    for (sheet, address), value in values.items():
        if sheet in workbook.values.sheetnames and sheet != _COVER:
            yield f"{sheet}!{address}", workbook.values[sheet][address].value, value


def _same(seen: Any, value: Any) -> bool:
    if isinstance(value, bool) or isinstance(seen, bool) or not isinstance(value, (int, float)):
        return bool(seen == value)
    return isinstance(seen, (int, float)) and math.isclose(
        seen, value, rel_tol=TOLERANCE, abs_tol=TOLERANCE
    )


def _plain(formula: str) -> str:
    """A formula without what programs write differently: prefixes, case, ranges of one cell."""
    for prefix in _PREFIXES:
        formula = formula.replace(prefix, "")
    formula = formula.replace(" ", "").replace("$", "").upper()
    formula = formula.replace("TRUE()", "TRUE").replace("FALSE()", "FALSE")
    return _ONE_CELL.sub(r"\1", formula)


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


_SHOWN: Final = 70
_ONE_CELL: Final = re.compile(r"\b([A-Z]{1,3}\d+):\1\b")
