"""Checks: what must hold for the workbook of measurements to be trusted."""

from dataclasses import dataclass
from typing import Final

from xl_tco.workbook.description import (
    Cell,
    Column,
    Effect,
    Format,
    Formula,
    Highlight,
    Row,
    Sheet,
    Style,
)
from xl_tco.workbook.measured.inputs import validity
from xl_tco.workbook.measured.study import Study
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

TITLE: Final = "Checks"
_NOTE_WIDTH: Final = 80
_COLUMNS: Final = (
    MARGIN,
    Column("first", 52),
    Column("second", 12),
    Column("difference", 14),
    Column("note", _NOTE_WIDTH),
)


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    label: str
    formula: str
    note: str
    difference: str = ""


_PRICED: Final = "SUMPRODUCT((m_throughput>0)*m_gpu_hour)"
_CHECKS: Final = (
    _Check(
        "catalog_has_figures",
        "The catalog has the figures chosen",
        "COUNT(measured_costs)+COUNT(measured_kw)=ROWS(measured_costs)+ROWS(measured_kw)",
        "Every platform measured has cost and power at that tier, date and power basis.",
    ),
    _Check(
        "platforms_known",
        "Every run is of a platform listed",
        "COUNT(m_gpu_hour)=ROWS(m_gpu_hour)",
        "Cost and power of a run are those of its platform on sheet Catalog.",
    ),
    _Check(
        "cost_agrees",
        "Costs agree with the cells' own arithmetic",
        "",
        "Cost of all runs times their tokens of an hour is the cost of their GPU-hours.",
        f"SUMPRODUCT(m_cost*m_throughput)*3600*in_utilization/1000000/{_PRICED}-1",
    ),
    _Check(
        "power_agrees",
        "Tokens per MW agree with the cells' own arithmetic",
        "",
        "Tokens per MW of all runs times their power is their throughput.",
        "SUMPRODUCT(m_tokens_per_mw*m_kw*m_pue)/1000/SUM(m_throughput)-1",
    ),
    _Check(
        "frontier_falls",
        "Throughput falls along every frontier",
        "SUMPRODUCT(--(f_slope>0))=0",
        "A run that another beats in both would lie on no frontier.",
    ),
    _Check(
        "between_neighbours",
        "Points between runs lie between them",
        "AND(c_between)",
        "Interpolated throughput at the target is neither above nor below both neighbours.",
    ),
)


def checks_sheet(study: Study) -> Sheet:
    """Describe the sheet."""
    valid = ",".join(f"{{{span.first}:{span.last}}}" for span in validity(study))
    inputs = _Check(
        "inputs_in_limits",
        "Inputs are in their limits",
        f"AND({valid})",
        "Every input is of its kind and within the limits that the functions enforce.",
    )
    checks = (inputs, *_CHECKS)
    span = f"{{check_{checks[0].name}:check_{checks[-1].name}}}"
    master = _Check("master", "All checks below hold", f"AND({span})", "Shown on every sheet.")
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=(
            *head(study.subject, TITLE, TITLE),
            section("Master check", _COLUMNS),
            _row(master),
            gap(),
            section("Checks", _COLUMNS),
            header(
                {
                    "first": "Check",
                    "second": "Holds",
                    "difference": "Relative\ndifference",
                    "note": "What it guards",
                },
                numbers=("difference",),
            ),
            *(_row(check) for check in checks),
        ),
        frozen_rows=HEAD_ROWS,
        highlights=(
            status_alarm(TITLE),
            *(
                Highlight(f"check_{check.name}", f"NOT({{check_{check.name}}})", Effect.ALARM)
                for check in (master, *checks)
            ),
        ),
    )


def _row(check: _Check) -> Row:
    key = f"check_{check.name}"
    small = f"IFERROR(ABS({{difference_{check.name}}})<=in_check_tolerance,FALSE)"
    cells = {
        "first": Cell(check.label, Style.LABEL),
        "second": Cell(Formula(check.formula or small), Style.CHECK, Format.TRUTH, key, named=True),
        "note": Cell(check.note, Style.NOTE),
    }
    if check.difference:
        cells["difference"] = Cell(
            Formula(check.difference), Style.CALC, Format.DIFFERENCE, f"difference_{check.name}"
        )
    return Row(cells, height=text_height(check.note, _NOTE_WIDTH))
