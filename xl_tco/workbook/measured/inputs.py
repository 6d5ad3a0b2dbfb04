"""Inputs: the operating point, cost and power, limits: everything that can be changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from annotated_types import Ge, Gt, Le

from xl_tco.catalog.models import load_catalog
from xl_tco.catalog.records import PowerBasis, Tier
from xl_tco.errors import InputFileError, shown
from xl_tco.functions import ARGUMENTS
from xl_tco.kernel.quantities import Quantity
from xl_tco.limits import Limits
from xl_tco.scenario.fields import Settings
from xl_tco.scenario.stated import Stated, StatedFigure
from xl_tco.workbook.description import (
    Cell,
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
from xl_tco.workbook.measured.study import RATES, Study
from xl_tco.workbook.sheets.inputs import COLUMNS as INPUT_COLUMNS
from xl_tco.workbook.sheets.inputs import MARKS, NOTE_WIDTH, condition
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    format_of,
    gap,
    head,
    header,
    section,
    status_alarm,
    text_height,
)

TITLE: Final = "Inputs"
_WIDE: Final = ("second", "shipped")
# Names of models are longer than figures.
COLUMNS: Final = tuple(
    replace(column, width=36) if column.name in _WIDE else column for column in INPUT_COLUMNS
)
P99_TTFT_MS: Final = 10_000.0
P99_TPOT_MS: Final = 50.0
AIR_PUE, LIQUID_PUE = 1.3, 1.1
_RACKS: Final = ("gb200", "gb300", "vr200")
_ABOVE_0: Final = Limits.of([Gt(0)])
SHIPPED: Final = "As shipped"
_TITLES: Final = {
    "first": "Input",
    "second": "Value",
    "unit": "Unit",
    "shipped": SHIPPED,
    "low": "Low",
    "high": "High",
    "kind": "Kind",
    "source": "Source",
    "as_of": "As of",
    "valid": "In limits",
    "note": "Note",
}
_NUMBERS: Final = ("second", "shipped", "low", "high")


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number that can be changed."""

    name: str
    quantity: Quantity
    limits: Limits
    value: float
    note: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    """A choice, among a few words or those of a range of the workbook."""

    name: str
    title: str
    value: str
    prompt: str
    note: str
    words: tuple[str, ...] = ()
    listed: str = ""


def inputs_sheet(study: Study) -> Sheet:
    """Describe the sheet."""
    rows = head(study.subject, TITLE, TITLE)
    highlights = [status_alarm(TITLE)]
    for title, inputs in _groups(study).items():
        rows += [section(title, COLUMNS), header(_TITLES, numbers=_NUMBERS)]
        for item in inputs:
            rows.append(_word_row(item) if isinstance(item, _Word) else _figure_row(item))
            highlights += [
                Highlight(f"valid_{item.name}", f"NOT({{valid_{item.name}}})", Effect.ALARM),
                Highlight(
                    f"in_{item.name}",
                    f"{{in_{item.name}}}<>{{shipped_{item.name}}}",
                    Effect.CHANGED,
                ),
            ]
        rows.append(gap())
    rows += [
        section("Workloads measured: model, input and output tokens of a request", COLUMNS),
        *(
            Row({"first": Cell(workload, Style.UNIT, key=f"workload_{place}")})
            for place, workload in enumerate(study.workloads, start=1)
        ),
    ]
    return Sheet(
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=tuple(highlights),
        ranges={"measured_workloads": Span("workload_1", f"workload_{len(study.workloads)}")},
    )


def validity(study: Study) -> Iterator[Span]:
    """The cells that say of the inputs that they are in their limits, a span a group."""
    for inputs in _groups(study).values():
        yield Span(f"valid_{inputs[0].name}", f"valid_{inputs[-1].name}")


def refuse_stated(study: Study) -> None:
    """Refuse stated inputs that are none, of another kind, or outside their limits.

    Raises
    ------
    InputFileError
        The message lists every fault.

    """
    known = {item.name: item for group in _groups(study).values() for item in group}
    faults = [
        fault
        for name, stated in study.operation.stated.items()
        for fault in _faults(study, name, known.get(name), stated)
    ]
    if faults:
        raise InputFileError("\n  ".join([f"inputs: {len(faults)} not usable", *faults]))


def _faults(study: Study, name: str, item: _Figure | _Word | None, stated: Stated) -> Iterator[str]:
    if item is None:
        yield f"{name}: no input of this workbook"
    elif isinstance(item, _Word):
        lists = {"measured_workloads": study.workloads, "compared_platforms": study.platforms}
        allowed = item.words or lists[item.listed]
        if stated not in allowed:
            yield f"{name} = {shown(stated)}: give one of {', '.join(allowed)}"
    elif not isinstance(stated, StatedFigure):
        yield f"{name} = {shown(stated)}: give a table of value, low and high"
    else:
        for key, value in stated.model_dump().items():
            if not item.limits.contains(value):
                yield f"{name}.{key} = {shown(value)}: give a number {item.limits.words}"


def _groups(study: Study) -> dict[str, list[_Figure | _Word]]:
    groups = {
        "Operating point": _operation(study),
        "Cost and power": _cost_and_power(study),
        "Limits and settings": _limits(),
    }
    return {
        title: [_as_stated(item, study.operation.stated.get(item.name)) for item in items]
        for title, items in groups.items()
    }


def _as_stated(item: _Figure | _Word, stated: Stated | None) -> _Figure | _Word:
    if isinstance(item, _Figure) and isinstance(stated, StatedFigure):
        return replace(item, value=stated.value, low=stated.low, high=stated.high)
    if isinstance(item, _Word) and isinstance(stated, str):
        return replace(item, value=stated)
    return item


def _operation(study: Study) -> list[_Figure | _Word]:
    measured = study.platforms_of(study.workloads[0])
    sides = (("baseline", measured[0]), ("candidate", measured[-1]))
    return [
        _Figure(
            "interactivity",
            Quantity("Target", "tok/s/user", "Tokens per second that each user is to see."),
            _ABOVE_0,
            study.interactivity,
            "Throughput is compared at this point of every curve.",
        ),
        _Word(
            "workload",
            "Workload",
            study.workloads[0],
            "Model, input and output tokens of a request: one of those measured.",
            "Only runs of one workload are compared. All of them: foot of this sheet.",
            listed="measured_workloads",
        ),
        *(
            _Word(
                name,
                name.capitalize(),
                value,
                "A platform of sheet Summary.",
                f"The {name} of sheet Summary.",
                listed="compared_platforms",
            )
            for name, value in sides
        ),
    ]


def _cost_and_power(study: Study) -> list[_Figure | _Word]:
    found: list[_Figure | _Word] = [
        _Word(
            "tier",
            "Tier",
            study.tier,
            "Who pays for the GPU-hour.",
            "Ownership tier of the catalog's cost per GPU-hour.",
            tuple(Tier),
        ),
        _Word(
            "as_of",
            "As of",
            study.as_of,
            "The newest cost and power published by then.",
            "Dates of the catalog.",
            tuple(load_catalog().dates),
        ),
        _Word(
            "power_basis",
            "Power basis",
            study.basis,
            "utility: all-in provisioned power; it: chip and share of the host, times PUE.",
            "Utility power is not multiplied by PUE: it holds the facility overhead already.",
            tuple(PowerBasis),
        ),
        _argument("utilization", "utilization", "", 1.0, "Share of the hours that serve tokens."),
    ]
    for place, platform in enumerate(study.listed_platforms, start=1):
        pue = LIQUID_PUE if platform in _RACKS else AIR_PUE
        note = "InferenceX's figures: 1.3 with air, 1.1 with direct liquid cooling (NVL72 racks)."
        found.append(_argument(f"pue_{place}", "pue", platform, pue, note))
        said = "Typed by whoever built this workbook: "
        known = platform not in study.unpublished
        said += "not the catalog's." if known else f"the catalog has no {platform}."
        found += [
            _argument(f"{name}_{place}", name, platform, value, said)
            for name in RATES
            if (value := study.typed(name, platform)) is not None
        ]
    return found


def _limits() -> list[_Figure | _Word]:
    share = Limits.of([Ge(0), Le(1)])
    return [
        _Figure(
            "p99_ttft_ms",
            Quantity("Limit on p99 TTFT", "ms", "Time to the first token that 99 % must beat."),
            _ABOVE_0,
            P99_TTFT_MS,
            "Runs above it say fail in the column of p99 limits; none is left out.",
        ),
        _Figure(
            "p99_tpot_ms",
            Quantity("Limit on p99 TPOT", "ms", "Time per output token that 99 % must beat."),
            _ABOVE_0,
            P99_TPOT_MS,
            "Runs above it say fail in the column of p99 limits; none is left out.",
        ),
        _Figure(
            "check_tolerance",
            Quantity(
                "Tolerance of the checks",
                "ratio",
                "Relative difference that two ways of computing one figure may show.",
            ),
            share,
            Settings().check_tolerance,
            "Floating-point arithmetic differs in the last digits.",
        ),
    ]


def _argument(name: str, argument: str, platform: str, value: float, note: str) -> _Figure:
    known = ARGUMENTS[argument]
    label = f"{known.quantity.label}, {platform}" if platform else known.quantity.label
    quantity = Quantity(label, known.quantity.unit, known.quantity.help)
    return _Figure(name, quantity, known.limits, value, note)


def _figure_row(item: _Figure) -> Row:
    key, quantity, limits = f"in_{item.name}", item.quantity, item.limits.words
    known = format_of(item.name.rstrip("_0123456789"), quantity.unit)
    form = Format.GENERAL if quantity.unit in ("tok/s/user", "ms") else known
    low, high = (item.value if end is None else end for end in (item.low, item.high))
    typed = Validation(
        title=quantity.label,
        prompt=f"{quantity.help} {limits[0].upper()}{limits[1:]} [{quantity.unit}].",
        error=f"{quantity.label} must be a number, {limits} [{quantity.unit}].",
        condition=condition(item.limits, "cell"),
    )
    return Row(
        {
            "first": Cell(quantity.label, Style.LABEL),
            "second": Cell(item.value, Style.INPUT, form, key, named=True, validation=typed),
            "unit": Cell(quantity.unit, Style.UNIT),
            "shipped": Cell(item.value, Style.PUBLISHED, form, f"shipped_{item.name}"),
            "low": Cell(low, Style.INPUT, form, f"low_{item.name}", validation=typed),
            "high": Cell(high, Style.INPUT, form, f"high_{item.name}", validation=typed),
            **_origin(),
            "valid": Cell(
                Formula(condition(item.limits, key)), Style.CHECK, key=f"valid_{item.name}"
            ),
            "note": Cell(item.note, Style.NOTE),
        },
        height=text_height(item.note, NOTE_WIDTH),
    )


def _word_row(item: _Word) -> Row:
    key = f"in_{item.name}"
    among = ",".join(f'{{{key}}}="{word}"' for word in item.words)
    valid = f"ISNUMBER(MATCH({{{key}}},{item.listed},0))" if item.listed else f"OR({among})"
    allowed = ", ".join(item.words) or "what the list offers"
    typed = Validation(
        item.title, item.prompt, f"Only {allowed} is allowed.", words=item.words, listed=item.listed
    )
    return Row(
        {
            "first": Cell(item.title, Style.LABEL),
            "second": Cell(item.value, Style.INPUT, Format.TEXT, key, named=True, validation=typed),
            "unit": Cell("word", Style.UNIT),
            "shipped": Cell(item.value, Style.PUBLISHED, key=f"shipped_{item.name}"),
            "low": Cell("none", Style.UNIT),
            "high": Cell("none", Style.UNIT),
            **_origin(),
            "valid": Cell(Formula(valid), Style.CHECK, key=f"valid_{item.name}"),
            "note": Cell(item.note, Style.NOTE),
        },
        height=text_height(item.note, NOTE_WIDTH),
    )


def _origin() -> dict[str, Cell]:
    return {
        "kind": Cell(MARKS["assumed"], Style.UNIT),
        "source": Cell("assumption", Style.UNIT),
        "as_of": Cell(load_catalog().as_of, Style.UNIT),
    }
