"""Inputs: everything a user may change, and the published figures, one row each."""

from dataclasses import replace
from typing import Final

from annotated_types import Gt

from xl_tco.catalog.models import load_catalog
from xl_tco.functions import ARGUMENTS, BY_NAME
from xl_tco.kernel.quantities import Quantity
from xl_tco.limits import Limits
from xl_tco.scenario.comparison import RELATIVE_SUFFIX, Comparison, PublishedCell
from xl_tco.scenario.fields import Kind, Settings
from xl_tco.scenario.inputs import LIKE_FOR_LIKE_BASIS, Group, InputFigure, InputWord, tier_costs
from xl_tco.workbook.content import Side, Subject, levers
from xl_tco.workbook.description import (
    Cell,
    Column,
    Effect,
    Format,
    Formula,
    Highlight,
    Row,
    Sheet,
    Span,
    Style,
    Validation,
)
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    LIKE_FOR_LIKE_WORDS,
    MARGIN,
    format_of,
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
    Column("second", 19),
    Column("unit", 16),
    Column("shipped", 19),
    Column("low", 13),
    Column("high", 13),
    Column("kind", 15),
    Column("source", 26),
    Column("as_of", 12),
    Column("valid", 12),
    Column("note", NOTE_WIDTH),
)
_DEFAULTS: Final = Settings()
# How many there are; what they are is the scenario's.
UTILIZATION_POINTS: Final = len(_DEFAULTS.utilization_points)
GRID_STEPS: Final = len(_DEFAULTS.grid_steps)

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
        of = f"{side.label}: " if subject.pair else ""
        for group in Group:
            rows += [section(f"{of}{group}", COLUMNS), header(_HEADER, numbers=_NUMBERS)]
            for word in side.choices(group):
                rows.append(_word_row(side, word))
                highlights += _highlights(side.key(word.name))
            for figure in side.figures(group):
                rows.append(_figure_row(figure, side.suffix, _label(side, figure)))
                highlights += _highlights(side.key(figure.name))
            rows.append(gap())
        if not subject.comparison:
            rows += _tier_rows(side)
    rows += _effect_rows()
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


def validity(side: Side) -> tuple[Span, ...]:
    """The cells that say of a platform's inputs that they are in their limits, a span a group."""
    spans = []
    for group in Group:
        names = [word.name for word in side.choices(group)]
        names += [figure.name for figure in side.figures(group)]
        spans.append(Span(side.key(f"valid_{names[0]}"), side.key(f"valid_{names[-1]}")))
    return tuple(spans)


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
            subject.settings.check_tolerance,
            "Floating-point arithmetic differs in the last digits.",
        )
    ]
    found.append(
        _setting(
            subject,
            "target_cost_per_mtok",
            ARGUMENTS["target_cost_per_mtok"].quantity,
            ARGUMENTS["target_cost_per_mtok"].limits,
            subject.settings.target_cost_per_mtok,
            "Drawn on the grids of sheet Sensitivity, and what TOKENS_NEEDED aims at.",
        )
    )
    found += [
        _setting(
            subject,
            f"utilization_point_{number}",
            replace(ARGUMENTS["utilization"].quantity, label=f"Utilization, point {number}"),
            ARGUMENTS["utilization"].limits,
            point,
            "A point of the grids and charts.",
        )
        for number, point in enumerate(subject.settings.utilization_points, start=1)
    ]
    found += [
        _setting(
            subject,
            f"grid_step_{number}",
            Quantity(
                f"Step {number} around the model",
                "x",
                "Multiple of the model's own figure that the grids and charts show.",
            ),
            Limits.of([Gt(0)]),
            step,
            "A multiple of the model's figure on the grids and charts.",
        )
        for number, step in enumerate(subject.settings.grid_steps, start=1)
    ]
    return tuple(found)


def published_key(metric: str, column: str) -> str:
    """The key of a published figure; column is a side's suffix or ``_relative``."""
    return f"published_{metric}{column}"


def words_of(metric: str) -> Quantity:
    """A metric's words: those of the function or argument it is."""
    return BY_NAME[metric].result if metric in BY_NAME else ARGUMENTS[metric].quantity


def figure_label(name: str) -> str:
    """What an input figure of a platform is called on the sheets that take it."""
    if name == "pflops_like_for_like":
        return f"{words_of('pflops_per_gpu').label}, {LIKE_FOR_LIKE_WORDS}"
    return words_of(name).label


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


def _word_row(side: Side, word: InputWord) -> Row:
    key = side.key(f"in_{word.name}")
    allowed = ",".join(f'{{{key}}}="{choice}"' for choice in word.words)
    valid = f"ISNUMBER(MATCH({{{key}}},{word.listed},0))" if word.listed else f"OR({allowed})"
    validation = Validation(
        word.title,
        word.prompt,
        f"Only {', '.join(word.words)} are allowed.",
        words=word.words,
    )
    return Row(
        {
            "first": Cell(word.title, Style.LABEL),
            "second": Cell(
                word.value, Style.INPUT, Format.TEXT, key=key, named=True, validation=validation
            ),
            "unit": Cell("word", Style.UNIT),
            "shipped": Cell(word.value, Style.PUBLISHED, key=side.key(f"shipped_{word.name}")),
            "low": Cell("none", Style.UNIT),
            "high": Cell("none", Style.UNIT),
            "kind": Cell(MARKS[word.kind], Style.UNIT),
            "source": Cell(word.source, Style.UNIT),
            "as_of": Cell(word.as_of, Style.UNIT),
            "valid": Cell(
                Formula(valid),
                Style.CHECK,
                key=side.key(f"valid_{word.name}"),
            ),
            "note": Cell(word.note or None, Style.NOTE),
        },
        height=text_height(word.note, NOTE_WIDTH),
    )


def _figure_row(figure: InputFigure, suffix: str, label: str) -> Row:
    key = f"in_{figure.name}{suffix}"
    shown = _exact(format_of(figure.name.rstrip("_0123456789"), figure.quantity.unit))
    typed = _typed(figure)
    return Row(
        {
            "first": Cell(label, Style.LABEL),
            "second": Cell(figure.value, Style.INPUT, shown, key=key, named=True, validation=typed),
            "unit": Cell(figure.quantity.unit, Style.UNIT),
            "shipped": Cell(
                figure.value, Style.PUBLISHED, shown, key=f"shipped_{figure.name}{suffix}"
            ),
            "low": Cell(
                figure.low, Style.INPUT, shown, key=f"low_{figure.name}{suffix}", validation=typed
            ),
            "high": Cell(
                figure.high, Style.INPUT, shown, key=f"high_{figure.name}{suffix}", validation=typed
            ),
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


def _effect_rows() -> list[Row]:
    titles = _HEADER | dict.fromkeys(_ONLY_INPUTS, "")
    titles |= {"first": "Lever", "second": "From", "shipped": "To"}
    rows = [
        section("Published effects of levers: offered, not applied", COLUMNS),
        header(titles, numbers=_NUMBERS),
    ]
    for lever in levers():
        for effect in lever.effect:
            low, high = (
                Cell(value, Style.PUBLISHED, Format.MULTIPLE, key=f"effect_{end}_{lever.key}")
                for end, value in (("low", effect.low), ("high", effect.high))
            )
            rows.append(
                Row(
                    {
                        "first": Cell(lever.label, Style.LABEL),
                        "second": low,
                        "unit": Cell("x", Style.UNIT),
                        "shipped": high,
                        "kind": Cell(MARKS["published"], Style.UNIT),
                        "source": Cell(effect.source, Style.UNIT),
                        "as_of": Cell(load_catalog().sources[effect.source].date, Style.UNIT),
                        "note": Cell(effect.operating_point, Style.NOTE),
                    },
                    height=text_height(effect.operating_point, NOTE_WIDTH),
                )
            )
    return [*rows, gap()]


def _tier_rows(side: Side) -> list[Row]:
    tiers = tier_costs(side.scenario)
    if not tiers:
        return []
    titles = _HEADER | dict.fromkeys(_ONLY_INPUTS, "")
    rows = [
        section("Cost per GPU-hour of this platform, by ownership tier", COLUMNS),
        header({**titles, "first": "Tier"}, numbers=_NUMBERS),
    ]
    for figure in tiers:
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
    return [*rows, gap()]


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
    shown = Format.TIMES if relative else _exact(format_of(metric))
    interval = shown if format_of(metric) is Format.RATE else Format.FINE
    interval = Format.MULTIPLE if relative else interval
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
