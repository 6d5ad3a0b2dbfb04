"""Levers: what precision, speculation and disaggregation did, as measured, at one interactivity."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from xl_tco.workbook.description import Cell, Column, Format, Formula, Row, Sheet, Style
from xl_tco.workbook.measured.configurations import place_text, throughput_text
from xl_tco.workbook.measured.parts import OUTSIDE, tall, text, words
from xl_tco.workbook.measured.study import Configuration, Study
from xl_tco.workbook.sheets.parts import HEAD_ROWS, MARGIN, gap, head, header, section, status_alarm

TITLE: Final = "Levers"
_ENDS: Final = ("low", "high")
_TITLES: Final = {
    "first": "Lever",
    "second": "Platform",
    "workload": "Workload",
    "before": "From",
    "after": "To",
    "low": "Both from tok/s/user",
    "high": "Both to tok/s/user",
    "ratio": "x at the target",
    "ratio_low": "x at the low end",
    "ratio_high": "x at the high end",
}
# The working stands below, in the same columns.
_WORKING: Final = {
    f"{what}_{side}_{end}": f"{title}, {side},\n{end} end"
    for end in _ENDS
    for side in ("before", "after")
    for what, title in (("row", "Row"), ("value", "tok/s/GPU"))
}
_WORKING_COLUMNS: Final = tuple(_TITLES)[1 : 1 + len(_WORKING)]
_TEXTS: Final = ("first", "second", "workload", "before", "after")
_WIDTHS: Final = {"first": 30, "second": 12, "workload": 28, "before": 46, "after": 46}
_COLUMNS: Final = (MARGIN, *(Column(name, _WIDTHS.get(name, 13)) for name in _TITLES))
_NOTES: Final = (
    "Total tok/s/GPU of the one over the other at equal tok/s/user, on the same platform, workload "
    "and engine: cost per million tokens falls by the same ratio.",
    "Only pairs of which the data holds both sides over a common range. Ratios belong to their "
    "operating point: never multiply one with another.",
)


@dataclass(frozen=True, slots=True)
class _Lever:
    """What is changed: which configurations stand before, which after, and all else equal."""

    title: str
    before: Callable[[Configuration], bool]
    after: Callable[[Configuration], bool]
    same: Callable[[Configuration], tuple[Any, ...]]


_LEVERS: Final = (
    _Lever(
        "FP8 to FP4",
        lambda item: item.precision == "fp8",
        lambda item: item.precision == "fp4",
        lambda item: (item.stack, item.speculation, item.disaggregated),
    ),
    _Lever(
        "MTP or other drafts, off to on",
        lambda item: item.speculation == "none",
        lambda item: item.speculates,
        lambda item: (item.stack, item.precision, item.disaggregated),
    ),
    _Lever(
        "Aggregated to disaggregated",
        lambda item: item.disaggregated is False,
        lambda item: item.disaggregated is True,
        lambda item: (item.engine, item.precision, item.speculation),
    ),
)


def levers_sheet(study: Study) -> Sheet:
    """Describe the sheet."""
    found = list(_pairs(study))
    rows = [
        *head(study.subject, TITLE, TITLE),
        *(words(note) for note in _NOTES),
        section("Measured on both sides", _COLUMNS),
    ]
    if found:
        titles = dict(zip(_WORKING_COLUMNS, _WORKING.values(), strict=True))
        pairs = list(enumerate(found, start=1))
        rows += [
            tall(header(_TITLES, numbers=tuple(set(_TITLES) - set(_TEXTS)))),
            *(_row(study, place, *pair) for place, pair in pairs),
            gap(),
            section("Working: rows of sheet Frontier, and throughput at both ends", _COLUMNS),
            tall(header({"first": "Lever", **titles}, numbers=_WORKING_COLUMNS), 3),
            *(_working_row(study, place, *pair) for place, pair in pairs),
        ]
    else:
        rows.append(words("The data holds no pair that differs in one of these alone."))
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
    )


def _pairs(study: Study) -> Iterator[tuple[_Lever, Configuration, Configuration]]:
    for lever in _LEVERS:
        groups: dict[tuple[Any, ...], list[Configuration]] = {}
        for item in study.configurations:
            key = (item.platform, item.workload, *lever.same(item))
            groups.setdefault(key, []).append(item)
        for group in groups.values():
            for before, after in product(filter(lever.before, group), filter(lever.after, group)):
                if _overlap(study, before, after):
                    yield lever, before, after


def _overlap(study: Study, *items: Configuration) -> bool:
    """Tell whether the frontiers have more than a point of interactivity in common."""
    low = max(study.point(item.rows[0]).interactivity for item in items)
    return low < min(study.point(item.rows[-1]).interactivity for item in items)


def _row(
    study: Study, place: int, lever: _Lever, before: Configuration, after: Configuration
) -> Row:
    def of(item: Configuration, name: str) -> str:
        return f"{{c_{study.numbers[item]}_{name}}}"

    formulas = {
        "low": (f"MAX({of(before, 'low')},{of(after, 'low')})", Style.LINK, Format.NUMBER),
        "high": (f"MIN({of(before, 'high')},{of(after, 'high')})", Style.LINK, Format.NUMBER),
        "ratio": (
            f'IFERROR({of(after, "throughput")}/{of(before, "throughput")},"{OUTSIDE}")',
            Style.OUTPUT,
            Format.MULTIPLE,
        ),
        **{
            f"ratio_{end}": (
                f"{{lever_{place}_value_after_{end}}}/{{lever_{place}_value_before_{end}}}",
                Style.OUTPUT,
                Format.MULTIPLE,
            )
            for end in _ENDS
        },
    }
    cells = {
        "first": Cell(lever.title, Style.LABEL),
        "second": text(before.platform),
        "workload": text(before.workload),
        "before": text(before.label),
        "after": text(after.label),
    }
    for name, (formula, style, shown) in formulas.items():
        cells[name] = Cell(Formula(formula), style, shown, f"lever_{place}_{name}")
    return Row(cells)


def _working_row(
    study: Study, place: int, lever: _Lever, before: Configuration, after: Configuration
) -> Row:
    cells = {"first": Cell(lever.title, Style.LABEL)}
    columns = dict(zip(_WORKING, _WORKING_COLUMNS, strict=True))
    for side, item in (("before", before), ("after", after)):
        for end in _ENDS:
            target = f"{{lever_{place}_{end}}}"
            row = f"lever_{place}_row_{side}_{end}"
            cells[columns[f"row_{side}_{end}"]] = Cell(
                Formula(place_text(study, item, target)), Style.CALC, Format.WHOLE, row
            )
            cells[columns[f"value_{side}_{end}"]] = Cell(
                Formula(throughput_text(f"{{{row}}}", target)),
                Style.CALC,
                Format.NUMBER,
                f"lever_{place}_value_{side}_{end}",
            )
    return Row(cells)
