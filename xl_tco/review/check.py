"""A workbook against what it was built as, and against what its inputs come to."""

import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook

from xl_tco import __version__
from xl_tco.errors import InputFileError
from xl_tco.review.extract import ENDS, Extracted, column_of, extract
from xl_tco.review.opened import OpenedWorkbook, formula_of, open_workbook
from xl_tco.scenario import load_scenario
from xl_tco.templates import BuiltWorkbook, build, recomputed
from xl_tco.workbook.evaluation import Values

TOLERANCE: Final = 1e-9
_COMPUTED: Final = ("Calc", "Output", "Link", "Check", "Headline value")
_PREFIXES: Final = ("_xlfn.", "_xlpm.", "_xlop.", "_xlws.")
_COVER: Final = "Cover"
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
    extracted = extract(workbook)
    findings: list[Finding] = []
    with tempfile.TemporaryDirectory() as folder:
        path = extracted.save(Path(folder), extracted.built)
        built = build(path, workbook.flavour)
        named, values = recomputed(path, lambda ours: _replace_inputs(ours, workbook))
        try:
            load_scenario(extracted.save(Path(folder)), around_values=False)
        except InputFileError as error:
            faults = str(error).replace(f"{folder}/", "")
            findings.append(Finding(Kind.INPUT, "Inputs", faults))
    findings += _against_built(workbook, built)
    findings += _against_kernel(workbook, named, values)
    return _report(workbook, extracted, findings)


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


def _report(workbook: OpenedWorkbook, extracted: Extracted, findings: list[Finding]) -> Report:
    unique = tuple(dict.fromkeys(findings))
    return Report(workbook.name, workbook.flavour.value, extracted.edits, unique)


def _against_built(workbook: OpenedWorkbook, built: BuiltWorkbook) -> Iterator[Finding]:
    """Formulas and figures that are not what was built."""
    if not _same_version(workbook):
        yield from _overwritten_by_style(workbook)
        return
    original = open_workbook(built.content, "as built")
    for sheet in original.formulas.worksheets:
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
        for row in workbook.formulas[sheet][anchor.value.ref]
        for cell in (row if isinstance(row, tuple) else (row,))
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
    """A formula without what programs write differently: prefixes, spaces, case."""
    for prefix in _PREFIXES:
        formula = formula.replace(prefix, "")
    return formula.replace(" ", "").replace("$", "").upper()


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


_SHOWN: Final = 70
