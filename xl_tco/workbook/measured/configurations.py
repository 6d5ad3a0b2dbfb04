"""Configurations: each frontier at the operating point, and the best of each platform."""

from typing import Final

from xl_tco.workbook.description import Cell, Column, Format, Formula, Row, Sheet, Span, Style
from xl_tco.workbook.measured.parts import OUTSIDE, index, tall, text
from xl_tco.workbook.measured.study import Configuration, Study
from xl_tco.workbook.picking import number_at, text_at
from xl_tco.workbook.sheets.parts import HEAD_ROWS, MARGIN, head, header, section, status_alarm

TITLE: Final = "Configurations"
_TITLES: Final = {
    "first": "Configuration",
    "second": "Platform",
    "number": "No.",
    "workload": "Workload",
    "points": "Points",
    "start": "First row",
    "low": "From tok/s/user",
    "high": "To tok/s/user",
    "inside": "Target inside",
    "place": "Row at or below",
    "next": "Row above",
    "below": "Run below tok/s/user",
    "above": "Run above tok/s/user",
    "throughput": "Total tok/s/GPU",
    "score": "At the workload",
    "pick": "Best of platform",
    "limits": "p99 limits of neighbours",
    "between": "Between its neighbours",
}
_WIDTHS: Final = (46, 13, 8, 28, 9, 10, 12, 12, 10, 11, 10, 11, 11, 14, 14, 14, 14, 13)
_COLUMNS: Final = (
    MARGIN,
    *(Column(name, width) for name, width in zip(_TITLES, _WIDTHS, strict=True)),
)
_TEXTS: Final = ("first", "second", "workload", "inside", "pick", "limits", "between")
_NAMED: Final = {
    "second": "c_platform",
    "first": "c_label",
    "below": "c_below",
    "above": "c_above",
    "low": "c_low",
    "high": "c_high",
    "score": "c_score",
    "pick": "c_pick",
    "limits": "c_limits",
    "between": "c_between",
}


def configurations_sheet(study: Study) -> Sheet:
    """Describe the sheet."""
    last = len(study.configurations)
    rows = [
        *head(study.subject, TITLE, TITLE),
        section("Each frontier at the target of sheet Inputs; never outside its range", _COLUMNS),
        tall(header(_TITLES, numbers=tuple(name for name in _TITLES if name not in _TEXTS))),
        *(_row(study, place, item) for place, item in enumerate(study.configurations, start=1)),
    ]
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS + 2,
        highlights=(status_alarm(TITLE),),
        ranges={
            name: Span(f"c_1_{column}", f"c_{last}_{column}") for column, name in _NAMED.items()
        },
    )


def throughput_text(place: str, target: str) -> str:
    """Total tok/s/GPU from a row of sheet Frontier to the next, linear in the logarithm."""
    beyond = f"({target}-{number_at('f_interactivity', place)})"
    return f"EXP({number_at('f_log', place)}+{beyond}*{number_at('f_slope', place)})"


def place_text(study: Study, item: Configuration, target: str) -> str:
    """The last row of a configuration at or below a target; its first where there is none."""
    number = study.numbers[item]
    within = f"MATCH({target},{{{own_rows(study, item)}}},1)"
    return f"{{c_{number}_start}}+IFERROR({within},1)-1"


def own_rows(study: Study, item: Configuration) -> str:
    """The interactivity of a configuration's own rows of sheet Frontier, which rises."""
    first = study.starts[item]
    return f"f_{first}_interactivity:f_{first + len(item.rows) - 1}_interactivity"


def _row(study: Study, place: int, item: Configuration) -> Row:
    def cell(name: str) -> str:
        return f"{{c_{place}_{name}}}"

    best = f"SUMPRODUCT(MAX((c_platform={cell('second')})*c_score))"
    inside = throughput_text(cell("place"), "in_interactivity")
    at_most, at_least = (
        f"{number_at('f_throughput', cell(name))}*(1{sign}in_check_tolerance)"
        for name, sign in (("place", "+"), ("next", "-"))
    )
    formulas = {
        "points": (f"ROWS({{{own_rows(study, item)}}})", Style.CALC, Format.WHOLE),
        "start": (f"MATCH({cell('number')},f_configuration,0)", Style.CALC, Format.WHOLE),
        "low": (number_at("f_interactivity", cell("start")), Style.LINK, Format.NUMBER),
        "high": (
            number_at("f_interactivity", f"{cell('start')}+{cell('points')}-1"),
            Style.LINK,
            Format.NUMBER,
        ),
        "inside": (
            f"AND(in_interactivity>={cell('low')},in_interactivity<={cell('high')})",
            Style.CHECK,
            Format.TRUTH,
        ),
        "place": (
            place_text(study, item, "in_interactivity"),
            Style.CALC,
            Format.WHOLE,
        ),
        "next": (
            f"MIN({cell('place')}+1,{cell('start')}+{cell('points')}-1)",
            Style.CALC,
            Format.WHOLE,
        ),
        **{
            name: (number_at("f_interactivity", cell(row)), Style.LINK, Format.NUMBER)
            for name, row in (("below", "place"), ("above", "next"))
        },
        "throughput": (
            f'IF({cell("inside")},{inside},"{OUTSIDE}")',
            Style.CALC,
            Format.NUMBER,
        ),
        "score": (
            f"IF({cell('workload')}=in_workload,N({cell('throughput')}),0)",
            Style.CALC,
            Format.NUMBER,
        ),
        "pick": (
            f'IF(({cell("score")}>0)*({cell("score")}={best}),{cell("second")},"-")',
            Style.CALC_TEXT,
            Format.GENERAL,
        ),
        "limits": (
            f'{text_at("f_limits", cell("place"))}&" / "&{text_at("f_limits", cell("next"))}',
            Style.CALC_TEXT,
            Format.GENERAL,
        ),
        # A word is greater than any number, and N of it is 0: outside the range it holds.
        "between": (
            f"AND(N({cell('throughput')})<={at_most},{cell('throughput')}>={at_least})",
            Style.CHECK,
            Format.TRUTH,
        ),
    }
    cells = {
        "first": Cell(item.label, Style.LABEL, key=f"c_{place}_first"),
        "number": index(place, f"c_{place}_number"),
        "second": text(item.platform, f"c_{place}_second"),
        "workload": text(item.workload, f"c_{place}_workload"),
    }
    for name, (formula, style, shown) in formulas.items():
        cells[name] = Cell(Formula(formula), style, shown, f"c_{place}_{name}")
    return Row(cells)
