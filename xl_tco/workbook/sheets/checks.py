"""Checks: what must hold for the workbook to be trusted, and the master check over all of it."""

from dataclasses import dataclass
from typing import Final

from xl_tco.workbook.content import RESULTS, Side, Subject
from xl_tco.workbook.description import (
    Cell,
    Column,
    Effect,
    Formula,
    Highlight,
    Row,
    Sheet,
    Style,
)
from xl_tco.workbook.sheets.inputs import settings, side_inputs
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    MARGIN,
    gap,
    head,
    header,
    section,
    status_alarm,
    text_height,
)
from xl_tco.workbook.sheets.reconciliation import accounted_for

TITLE: Final = "Checks"
_NOTE_WIDTH: Final = 80
_COLUMNS: Final = (
    MARGIN,
    Column("first", 52),
    Column("second", 12),
    Column("note", _NOTE_WIDTH),
)


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    label: str
    formula: str
    note: str


def checks_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    checks = _checks(subject)
    span = f"{{check_{checks[0].name}:check_{checks[-1].name}}}"
    rows = [
        *head(subject, TITLE, TITLE),
        section("Master check", _COLUMNS),
        _row(_Check("master", "All checks below hold", f"AND({span})", "Shown on every sheet.")),
        gap(),
        section("Checks", _COLUMNS),
        header({"first": "Check", "second": "Holds", "note": "What it guards"}),
        *(_row(check) for check in checks),
    ]
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(
            status_alarm(TITLE),
            *(
                Highlight(f"check_{name}", f"NOT({{check_{name}}})", Effect.ALARM)
                for name in ("master", *(check.name for check in checks))
            ),
        ),
    )


def _row(check: _Check) -> Row:
    return Row(
        {
            "first": Cell(check.label, Style.LABEL),
            "second": Cell(
                Formula(check.formula), Style.CHECK, key=f"check_{check.name}", named=True
            ),
            "note": Cell(check.note, Style.NOTE),
        },
        height=text_height(check.note, _NOTE_WIDTH),
    )


def _checks(subject: Subject) -> list[_Check]:
    checks = []
    for side in subject.sides:
        checks += _side_checks(side, f", {side.label}" if subject.pair else "")
    names = [f"valid_{figure.name}" for figure in settings(subject)]
    checks.append(
        _Check(
            "settings_in_limits",
            "Settings are in their limits",
            f"AND({{{names[0]}:{names[-1]}}})",
            "The tolerance of the checks and the points of the charts.",
        )
    )
    if subject.pair:
        left, right = (side.key("in_tokens_counted") for side in subject.pair)
        checks.append(
            _Check(
                "same_tokens",
                "Both platforms count the same tokens",
                f"{{{left}}}={{{right}}}",
                "Total tokens are input + output; never compare them with output tokens.",
            )
        )
    if subject.comparison and subject.comparison.published:
        span = accounted_for(subject)
        checks.append(
            _Check(
                "published_accounted_for",
                "Published figures follow, or say why not",
                f"AND({{{span.first}:{span.last}}})",
                "Each printed figure lies within its rounding both ways, or a note explains it.",
            )
        )
    return checks


def _side_checks(side: Side, of: str) -> list[_Check]:
    figures = side_inputs(side)
    first, last = "valid_tokens_counted", f"valid_{figures[-1].name}"
    differences = (f"difference_{RESULTS[0].name}", f"difference_{RESULTS[-1].name}")
    basis, pue = side.key("in_power_basis"), side.key("link_pue")
    return [
        _Check(
            side.key("inputs_in_limits"),
            f"Inputs are in their limits{of}",
            f"AND({{{side.key(first)}:{side.key(last)}}})",
            "Every input is of its kind and within the limits that the functions enforce.",
        ),
        _Check(
            side.key("power_basis"),
            f"Utility power is not multiplied by PUE{of}",
            f'OR({{{basis}}}<>"utility",{{{pue}}}=1)',
            "Utility power already holds the facility overhead; PUE would count it twice.",
        ),
        _Check(
            side.key("functions_agree"),
            f"Functions agree with the cells' own arithmetic{of}",
            f"IFERROR(MAX({{{side.key(differences[0])}:{side.key(differences[1])}}})"
            "<={in_check_tolerance},FALSE)",
            "Relative difference of each result on sheet Calc, against the tolerance on Inputs.",
        ),
        _Check(
            side.key("energy_identity"),
            f"Energy and power views agree{of}",
            f"IFERROR({{{side.key('difference_energy')}}}<={{in_check_tolerance}},FALSE)",
            "Joules per token times tokens per second per MW is one million.",
        ),
    ]
