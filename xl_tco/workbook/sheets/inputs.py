"""Inputs: everything a user may change, and the published figures, one row each."""

from dataclasses import replace
from typing import Final

from annotated_types import Gt

from xl_tco.catalog.models import PowerBasis
from xl_tco.functions import ARGUMENTS, BY_NAME
from xl_tco.kernel.quantities import Quantity
from xl_tco.limits import Limits
from xl_tco.scenario.comparison import RELATIVE_SUFFIX, Comparison, PublishedCell
from xl_tco.scenario.fields import Kind
from xl_tco.scenario.inputs import LIKE_FOR_LIKE_BASIS, InputFigure
from xl_tco.workbook.content import Side, Subject, tier_figures
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
    Validation,
)
from xl_tco.workbook.sheets.parts import (
    FORMATS,
    HEAD_ROWS,
    MARGIN,
    gap,
    head,
    header,
    section,
    status_alarm,
    text_height,
)

TITLE: Final = "Inputs"
NOTE_WIDTH: Final = 70
COLUMNS: Final = (
    MARGIN,
    Column("first", 36),
    Column("second", 13),
    Column("unit", 14),
    Column("shipped", 13),
    Column("low", 13),
    Column("high", 13),
    Column("kind", 15),
    Column("source", 17),
    Column("as_of", 12),
    Column("valid", 12),
    Column("note", NOTE_WIDTH),
)
UTILIZATION_POINTS: Final = (0.2, 0.4, 0.6, 0.8, 1.0)
TOLERANCE: Final = 1e-9

_HEADER: Final = {
    "first": "Input",
    "second": "Value",
    "unit": "Unit",
    "shipped": "As shipped",
    "low": "Low",
    "high": "High",
    "kind": "Kind",
    "source": "Source",
    "as_of": "As of",
    "valid": "In limits",
    "note": "Note",
}
_NUMBERS: Final = ("second", "shipped", "low", "high")
_ONLY_INPUTS: Final = ("shipped", "low", "high", "valid")
MARKS: Final = {
    "published": "[P] published",
    "measured": "[M] measured",
    "recomputed": "[R] recomputed",
    "assumed": "[A] assumed",
}


def inputs_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    rows = head(subject, TITLE, TITLE)
    highlights = [status_alarm(TITLE)]
    for side in subject.sides:
        rows.append(section(side.scenario.title, COLUMNS))
        rows.append(header(_HEADER, numbers=_NUMBERS))
        rows += _facts(side)
        highlights += _highlights(side.key("tokens_counted")) + _highlights(side.key("power_basis"))
        for figure in side_inputs(side):
            rows.append(_figure_row(figure, side.suffix, _label(side, figure)))
            highlights += _highlights(side.key(figure.name))
        rows.append(gap())
        if not subject.comparison:
            rows += _tier_rows(side)
    if subject.comparison:
        rows += _published_rows(subject)
    rows += [
        gap(),
        section("Settings of this workbook", COLUMNS),
        header(_HEADER, numbers=_NUMBERS),
    ]
    for figure in settings(subject):
        rows.append(_figure_row(figure, "", figure.quantity.label))
        highlights += _highlights(figure.name)
    return Sheet(
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=tuple(highlights),
    )


def side_inputs(side: Side) -> tuple[InputFigure, ...]:
    """The input figures of a platform, the like-for-like one last."""
    return side.inputs + ((side.like_for_like,) if side.like_for_like else ())


def settings(subject: Subject) -> tuple[InputFigure, ...]:
    """Inputs that belong to no platform."""
    found = [
        _setting(
            subject,
            "check_tolerance",
            Quantity(
                "Tolerance of the checks",
                "ratio",
                "Relative difference that two ways of computing one figure may show.",
            ),
            Limits.of([Gt(0)]),
            TOLERANCE,
            "Floating-point arithmetic differs in the last digits.",
        )
    ]
    if not subject.comparison:
        found += [
            _setting(
                subject,
                f"utilization_point_{number}",
                replace(ARGUMENTS["utilization"].quantity, label=f"Utilization, point {number}"),
                ARGUMENTS["utilization"].limits,
                point,
                "A point of the chart on Summary.",
            )
            for number, point in enumerate(UTILIZATION_POINTS, start=1)
        ]
    return tuple(found)


def published_key(metric: str, column: str) -> str:
    """The key of a published figure; column is a side's suffix or ``_relative``."""
    return f"published_{metric}{column}"


def words_of(metric: str) -> Quantity:
    """A metric's words: those of the function or argument it is."""
    return BY_NAME[metric].result if metric in BY_NAME else ARGUMENTS[metric].quantity


def condition(limits: Limits, key: str) -> str:
    """Excel text that is TRUE for a number within the limits, for a cell known by key."""
    bounds = "".join(f",{{{key}}}{bound.symbol}{bound.value:g}" for bound in limits.bounds)
    return f"AND(ISNUMBER({{{key}}}){bounds})"


def _setting(
    subject: Subject, name: str, quantity: Quantity, limits: Limits, value: float, note: str
) -> InputFigure:
    return InputFigure(
        name, quantity, limits, value, value, value, Kind.ASSUMED, "assumption", subject.date, note
    )


def _facts(side: Side) -> list[Row]:
    scenario = side.scenario
    kw = next(figure for figure in side.inputs if figure.name == "kw_per_gpu")
    return [
        _word_row(
            side,
            "tokens_counted",
            scenario.throughput.tokens,
            Validation(
                "Tokens counted",
                "Choose total (input + output) or output.",
                "Only total or output is allowed.",
                words=("total", "output"),
            ),
            (scenario.throughput.source, scenario.throughput.as_of or scenario.as_of),
            f"Model {scenario.model}; operating point {scenario.operating_point}.",
        ),
        _word_row(
            side,
            "power_basis",
            scenario.power.basis.value,
            Validation(
                "Power basis",
                "Choose utility (all-in provisioned) or it (chip + share of host).",
                "Only utility or it is allowed.",
                words=tuple(PowerBasis),
            ),
            (kw.source, kw.as_of),
            "utility: facility overhead inside, so PUE is 1. it: to be multiplied by PUE.",
        ),
    ]


def _word_row(
    side: Side, name: str, word: str, validation: Validation, origin: tuple[str, str], note: str
) -> Row:
    key = side.key(f"in_{name}")
    allowed = ",".join(f'{{{key}}}="{choice}"' for choice in validation.words)
    return Row(
        {
            "first": Cell(validation.title, Style.LABEL),
            "second": Cell(
                word, Style.INPUT, Format.WORD, key=key, named=True, validation=validation
            ),
            "unit": Cell("word", Style.UNIT),
            "shipped": Cell(word, Style.PUBLISHED, key=side.key(f"shipped_{name}")),
            "low": Cell("none", Style.UNIT),
            "high": Cell("none", Style.UNIT),
            "kind": Cell(MARKS[side.scenario.throughput.kind], Style.UNIT)
            if name == "tokens_counted"
            else Cell(MARKS["published"], Style.UNIT),
            "source": Cell(origin[0], Style.UNIT),
            "as_of": Cell(origin[1], Style.UNIT),
            "valid": Cell(Formula(f"OR({allowed})"), Style.CHECK, key=side.key(f"valid_{name}")),
            "note": Cell(note, Style.NOTE),
        },
        height=text_height(note, NOTE_WIDTH),
    )


def _figure_row(figure: InputFigure, suffix: str, label: str) -> Row:
    key = f"in_{figure.name}{suffix}"
    shown = _exact(FORMATS[figure.name.rstrip("_0123456789")])
    typed = _typed(figure)
    return Row(
        {
            "first": Cell(label, Style.LABEL),
            "second": Cell(figure.value, Style.INPUT, shown, key=key, named=True, validation=typed),
            "unit": Cell(figure.quantity.unit, Style.UNIT),
            "shipped": Cell(
                figure.value, Style.PUBLISHED, shown, key=f"shipped_{figure.name}{suffix}"
            ),
            "low": Cell(figure.low, Style.INPUT, shown, validation=typed),
            "high": Cell(figure.high, Style.INPUT, shown, validation=typed),
            "kind": Cell(MARKS[figure.kind], Style.UNIT),
            "source": Cell(figure.source, Style.UNIT),
            "as_of": Cell(figure.as_of, Style.UNIT),
            "valid": Cell(
                Formula(condition(figure.limits, key)),
                Style.CHECK,
                key=f"valid_{figure.name}{suffix}",
            ),
            "note": Cell(figure.note, Style.NOTE),
        },
        height=text_height(figure.note, NOTE_WIDTH),
    )


def _exact(shown: Format) -> Format:
    """What is typed is shown in full, not as 5.95K."""
    return Format.NUMBER if shown is Format.RATE else shown


def _typed(figure: InputFigure) -> Validation:
    quantity, words = figure.quantity, figure.limits.words
    return Validation(
        title=quantity.label,
        prompt=f"{quantity.help} {words[0].upper()}{words[1:]} [{quantity.unit}].",
        error=f"{quantity.label} must be a number, {words} [{quantity.unit}].",
        condition=condition(figure.limits, "cell"),
    )


def _label(side: Side, figure: InputFigure) -> str:
    match figure.name:
        case "pflops_per_gpu":
            return f"{figure.quantity.label}, {side.scenario.compute_basis}"
        case "pflops_like_for_like":
            return f"{figure.quantity.label}, {LIKE_FOR_LIKE_BASIS}"
    return figure.quantity.label


def _highlights(name: str) -> list[Highlight]:
    return [
        Highlight(f"valid_{name}", f"NOT({{valid_{name}}})", Effect.ALARM),
        Highlight(f"in_{name}", f"{{in_{name}}}<>{{shipped_{name}}}", Effect.CHANGED),
    ]


def _tier_rows(side: Side) -> list[Row]:
    titles = _HEADER | dict.fromkeys(_ONLY_INPUTS, "")
    rows = [
        section("Cost per GPU-hour of this platform, by ownership tier", COLUMNS),
        header({**titles, "first": "Tier"}, numbers=_NUMBERS),
    ]
    for figure in tier_figures(side):
        rows.append(
            Row(
                {
                    "first": Cell(figure.tier.label if figure.tier else "", Style.LABEL),
                    "second": Cell(
                        figure.value, Style.PUBLISHED, Format.USD, key=f"tier_cost_{figure.tier}"
                    ),
                    "unit": Cell(figure.unit, Style.UNIT),
                    "kind": Cell(MARKS["published"], Style.UNIT),
                    "source": Cell(figure.source, Style.UNIT),
                    "as_of": Cell(figure.as_of, Style.UNIT),
                    "note": Cell(figure.note, Style.NOTE),
                }
            )
        )
    return rows


def _published_rows(subject: Subject) -> list[Row]:
    comparison, pair = subject.comparison, subject.pair
    if not comparison or not pair or not comparison.published:
        return []
    titles = _HEADER | {"first": "Figure", "second": "As printed", "shipped": "", "valid": ""}
    titles |= {"low": "Rounds from", "high": "Up to, below"}
    rows = [
        section("Published table: each printed figure and the interval it stands for", COLUMNS),
        header(titles, numbers=_NUMBERS),
    ]
    suffixes = [(side.label, side.suffix) for side in pair] + [("relative", RELATIVE_SUFFIX)]
    for row in comparison.published:
        cells = (row.baseline, row.candidate, row.relative)
        for (label, suffix), cell in zip(suffixes, cells, strict=True):
            rows.append(_published_row(comparison, row.metric, label, suffix, cell))
    return rows


def _published_row(
    comparison: Comparison, metric: str, label: str, suffix: str, cell: PublishedCell
) -> Row:
    key = published_key(metric, suffix)
    quantity = words_of(metric)
    relative = suffix == RELATIVE_SUFFIX
    shown = Format.TIMES if relative else _exact(FORMATS[metric])
    interval = shown if relative or FORMATS[metric] is Format.RATE else Format.FINE
    truncated = " Truncated, not rounded." if cell.rounding == "truncated" else ""
    return Row(
        {
            "first": Cell(f"{quantity.label}, {label}", Style.LABEL),
            "second": Cell(cell.value, Style.PUBLISHED, shown, key=key),
            "unit": Cell("x" if relative else quantity.unit, Style.UNIT),
            "low": Cell(cell.lowest, Style.PUBLISHED, interval, key=f"lowest_{key}"),
            "high": Cell(cell.beyond, Style.PUBLISHED, interval, key=f"beyond_{key}"),
            "kind": Cell(MARKS["published"], Style.UNIT),
            "source": Cell(comparison.source, Style.UNIT),
            "as_of": Cell(comparison.as_of, Style.UNIT),
            "note": Cell(f'Printed as "{cell.shown}".{truncated}', Style.NOTE),
        }
    )
