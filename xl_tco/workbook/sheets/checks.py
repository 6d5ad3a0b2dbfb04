"""Checks: what must hold for the workbook to be trusted, and the master check over all of it."""

from dataclasses import dataclass
from typing import Final

from xl_tco.workbook.content import RESULTS, Side, Subject, levers
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
from xl_tco.workbook.sheets.denominator import effective
from xl_tco.workbook.sheets.inputs import settings, validity
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
    valid = ",".join(f"{{{span.first}:{span.last}}}" for span in validity(side))
    basis, pue = side.key("in_power_basis"), side.key("use_pue")
    figures = ("use_hourly_rate", "use_kw_per_gpu", "use_pflops_per_gpu")
    known = "*".join(f"ISNUMBER({{{side.key(name)}}})" for name in figures)
    locked = effective(side)
    typed = [side.key(f"in_{lever.key}") for lever in (levers()[0], levers()[-1])]
    counted = f"{{{typed[0]}:{typed[1]}}}"
    apart = f"({{{locked.first}:{locked.last}}}<>{counted})"
    return [
        _Check(
            side.key("inputs_in_limits"),
            f"Inputs are in their limits{of}",
            f"AND({valid})",
            "Every input is of its kind and within the limits that the functions enforce.",
        ),
        _Check(
            side.key("catalog_has_figures"),
            f"The catalog has the figures chosen{of}",
            f"{known}=1",
            "A platform chosen by the scenario selector has cost, power and compute at that tier, "
            "date and power basis; what was not published is #N/A.",
        ),
        _Check(
            side.key("power_basis"),
            f"Utility power is not multiplied by PUE{of}",
            f'OR({{{basis}}}<>"utility",{{{pue}}}=1)',
            "Utility power already holds the facility overhead; PUE would count it twice.",
        ),
        _Check(
            side.key("levers_counted_once"),
            f"Levers inside the baseline are at 1{of}",
            f"IFERROR(SUMPRODUCT({apart}*1)=0,FALSE)",
            "What the measured baseline holds is not multiplied again; the model locks it at 1.",
        ),
        *(
            _Check(
                side.key(name),
                f"{label}{of}",
                f"IFERROR({formula}<={{in_check_tolerance}},FALSE)",
                note,
            )
            for name, label, formula, note in _differences(side)
        ),
    ]


def _differences(side: Side) -> list[tuple[str, str, str, str]]:
    """Checks on relative differences of sheet Calc: name, label, what is small, note."""

    def key(name: str) -> str:
        return f"{{{side.key(f'difference_{name}')}}}"

    first, last = (side.key(f"difference_{RESULTS[place].name}") for place in (0, -1))
    return [
        (
            "functions_agree",
            "Functions agree with the cells' own arithmetic",
            f"MAX({{{first}:{last}}})",
            "Relative difference of each result on sheet Calc, against the tolerance on Inputs.",
        ),
        (
            "energy_identity",
            "Energy and power views agree",
            key("energy"),
            "Joules per token times tokens per second per MW is one million.",
        ),
        (
            "owned_agrees",
            "Owned GPU-hour agrees with the year by PMT",
            key("gpu_hour_cost"),
            "Capital charge by PMT, opex, facility and energy of a year over 8760 hours.",
        ),
        (
            "parts_sum",
            "Parts of the owned GPU-hour add up to it",
            key("parts"),
            "Capital, opex, facility and energy, as GPU_HOUR_COST_BREAKDOWN gives them.",
        ),
        (
            "split_adds_up",
            "Input and output cost add up to the GPU-hour",
            key("split"),
            "Input tokens times their cost and output tokens times theirs, over an hour.",
        ),
        (
            "delivered_agrees",
            "Delivered tokens agree with the product of levers",
            key("delivered_tokens"),
            "Baseline times levers in force times utilization.",
        ),
        (
            "revenue_agrees",
            "Revenue and margin agree with the cells' own arithmetic",
            f"MAX({key('revenue_per_gpu_hour')},{key('revenue_per_mw_year')},{key('gross_margin')})",
            "Tokens of an hour times prices, over power; what is left of it after cost.",
        ),
    ]
