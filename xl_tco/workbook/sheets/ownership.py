"""Ownership: the owned GPU-hour part by part, against the hourly rate, and year by year."""

from collections.abc import Sequence
from typing import Final

from xl_tco.functions import BY_NAME
from xl_tco.scenario.fields import DEPRECIATION, FACILITY
from xl_tco.scenario.kinds import INPUT_KINDS
from xl_tco.workbook.content import Side, Subject
from xl_tco.workbook.description import (
    Call,
    Cell,
    Chart,
    ChartKind,
    Column,
    Content,
    Effect,
    Format,
    Formula,
    Highlight,
    Ink,
    Part,
    Row,
    Series,
    Sheet,
    Span,
    Style,
)
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    MARGIN,
    chart_title_rows,
    computed_row,
    format_of,
    gap,
    head,
    header,
    linked_rows,
    result_row,
    section,
    side_columns,
    side_titles,
    status_alarm,
)
from xl_tco.workbook.sheets.placing import one_below_another
from xl_tco.workbook.wording import dollars

TITLE: Final = "Ownership"
YEARS: Final = 10
ENDS: Final = ("low", "high")
MOVED: Final = (
    "server_capex_per_gpu",
    "life_years",
    "cost_of_capital",
    "residual_value_share",
    "opex_rate",
    "colocation_per_kw_month",
    "usd_per_kwh",
    "average_load",
)
"""The inputs whose low and high are tried on the owned GPU-hour."""
_SHEET: Final = "own"
_TOTAL: Final = BY_NAME["gpu_hour_cost"]
_BREAKDOWN: Final = BY_NAME["gpu_hour_cost_breakdown"]
_CAPEX: Final = ("server_capex_per_gpu", "network_capex_per_gpu", "storage_capex_per_gpu")
_TERMS: Final = ("life_years", "cost_of_capital", "residual_value_share", "opex_rate")
_FACILITY: Final = (
    "colocation_per_kw_month",
    "facility_capex_per_kw",
    "facility_life_years",
)
_ENERGY: Final = ("usd_per_kwh", "average_load")
_CHART_COLUMNS: Final = 7
_CHART_HEIGHT: Final = 300.0
_INKS: Final = (Ink.CANDIDATE, Ink.THIRD, Ink.BASELINE, Ink.FOURTH, Ink.FIFTH)
_RATE: Final = "rate"


def ownership_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    columns = _columns(subject)
    rows = head(subject, TITLE, TITLE)
    rows += _inputs(subject, columns)
    rows += _yearly(subject, columns)
    rows += _results(subject, columns)
    rows += _parts(subject, columns)
    for side in subject.sides:
        rows += _schedule(subject, side, columns)
    for side in subject.sides:
        rows += _moved(subject, side, columns)
    rows += chart_title_rows(_chart_titles(subject), columns)
    rows, charts = one_below_another(rows, [_chart(subject)])
    return Sheet(
        title=TITLE,
        columns=columns,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        charts=charts,
        highlights=(status_alarm(TITLE), *_in_charge(subject)),
    )


def parts_span(side: Side) -> Span:
    """The cells of the four parts of a platform's owned GPU-hour."""
    return Span(side.key(f"part_{_BREAKDOWN.parts[0]}"), side.key(f"part_{_BREAKDOWN.parts[-1]}"))


def _columns(subject: Subject) -> tuple[Column, ...]:
    return (
        MARGIN,
        Column("first", 40),
        Column("second", 16),
        *side_columns(subject),
        *(Column(f"more{number}", 13) for number in range(1, 7 - len(subject.sides))),
        Column("gap", 3),
        *(Column(f"chart{number}", 11) for number in range(1, _CHART_COLUMNS + 1)),
    )


def _inputs(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    def own(name: str, side: Side) -> str:
        return side.key(f"{_SHEET}_{name}")

    rows = [section("What is owned", columns), side_titles(subject, "Input")]
    rows += linked_rows(subject, ("cost_from", "depreciation", "facility"), _SHEET)
    rows += linked_rows(subject, _CAPEX, _SHEET)
    rows.append(
        computed_row(
            subject,
            "Capex per GPU",
            "USD/GPU",
            "own_capex_per_gpu",
            lambda side: f"SUM({{{own(_CAPEX[0], side)}:{own(_CAPEX[-1], side)}}})",
        )
    )
    rows += linked_rows(subject, _TERMS, _SHEET)
    rows.append(
        computed_row(
            subject,
            "Cost of capital in the charge",
            "ratio/yr",
            "own_rate",
            lambda side: (
                f'IF({{{own("depreciation", side)}}}="{DEPRECIATION[0]}",'
                f"{{{own('cost_of_capital', side)}}},0)"
            ),
        )
    )
    rows += linked_rows(subject, _FACILITY, _SHEET)
    rows.append(
        computed_row(
            subject,
            "Charge of an owned facility",
            "USD/kW-month",
            "own_facility_charge",
            lambda side: (
                f"PMT({{{side.key('own_rate')}}},{{{own('facility_life_years', side)}}},"
                f"-{{{own('facility_capex_per_kw', side)}}})/12"
            ),
        )
    )
    rows.append(
        computed_row(
            subject,
            "Facility that is charged",
            "USD/kW-month",
            "own_facility_per_kw_month",
            lambda side: (
                f'IF({{{own("facility", side)}}}="{FACILITY[0]}",'
                f"{{{own('colocation_per_kw_month', side)}}},{{{side.key('own_facility_charge')}}})"
            ),
        )
    )
    rows += [_facility_at(subject, end) for end in ENDS]
    rows += linked_rows(subject, _ENERGY, _SHEET)
    rows += [_from_calc(subject, name, label) for name, label in _FROM_CALC.items()]
    return rows


def _facility_at(subject: Subject, end: str) -> Row:
    """The facility with the cost of capital at its low or high: it moves an owned one too."""

    def own(name: str, side: Side) -> str:
        return f"{{{side.key(f'own_{name}')}}}"

    return computed_row(
        subject,
        f"Facility that is charged, cost of capital at its {end}",
        "USD/kW-month",
        f"own_facility_at_{end}",
        lambda side: (
            f'IF({own("facility", side)}="{FACILITY[0]}",{own("colocation_per_kw_month", side)},'
            f"PMT({own(f'model_{end}_cost_of_capital', side)},{own('facility_life_years', side)},"
            f"-{own('facility_capex_per_kw', side)})/12)"
        ),
    )


_FROM_CALC: Final = {"kw_per_gpu": "Power per GPU", "pue": "PUE"}


def _from_calc(subject: Subject, name: str, label: str) -> Row:
    return computed_row(
        subject,
        label,
        "kW/GPU" if name == "kw_per_gpu" else "ratio",
        f"own_{name}",
        lambda side: f"{{{side.key(f'use_{name}')}}}",
        format_of(name),
        style=Style.LINK,
    )


def _yearly(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    """A year of the owned GPU by plain arithmetic: what the functions are checked against."""

    def key(name: str, side: Side) -> str:
        return f"{{{side.key(f'own_{name}')}}}"

    rows = [gap(), section("A year in service, by the cells' own arithmetic", columns)]
    rows.append(side_titles(subject, "Part"))
    formulas = {
        "capital": (
            "Capital charge",
            lambda side: (
                f"PMT({key('rate', side)},{key('life_years', side)},-{key('capex_per_gpu', side)},"
                f"{key('residual_value_share', side)}*{key('capex_per_gpu', side)})"
            ),
        ),
        "opex": (
            "Opex",
            lambda side: f"{key('opex_rate', side)}*{key('capex_per_gpu', side)}",
        ),
        "facility": (
            "Facility",
            lambda side: f"12*{key('facility_per_kw_month', side)}*{key('kw_per_gpu', side)}",
        ),
        "energy": (
            "Energy",
            lambda side: (
                f"8760*{key('usd_per_kwh', side)}*{key('kw_per_gpu', side)}*{key('pue', side)}"
                f"*{key('average_load', side)}"
            ),
        ),
    }
    for name, (label, formula) in formulas.items():
        rows.append(computed_row(subject, label, "USD/GPU-yr", f"year_{name}", formula))
    first, *_, last = formulas
    rows.append(
        computed_row(
            subject,
            "Owned GPU-hour, by the year",
            "USD/GPU-h",
            "year_per_hour",
            lambda side: f"SUM({{{side.key(f'year_{first}')}:{side.key(f'year_{last}')}}})/8760",
        )
    )
    rows.append(
        computed_row(
            subject,
            "Cash cost: opex, facility, energy",
            "USD/GPU-h",
            "year_cash_per_hour",
            lambda side: f"SUM({{{side.key('year_opex')}:{side.key(f'year_{last}')}}})/8760",
        )
    )
    return rows


def _arguments(side: Side) -> tuple[str, ...]:
    names = {"cost_of_capital": "rate"}
    return tuple(side.key(f"own_{names.get(a.name, a.name)}") for a in _TOTAL.arguments)


def _results(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    return [
        gap(),
        section("Owned against the hourly rate", columns),
        side_titles(subject, "Result"),
        result_row(
            subject,
            "capital_recovery_factor",
            lambda side: (side.key("own_rate"), side.key("own_life_years")),
            native=lambda side: Formula(
                f"PMT({{{side.key('own_rate')}}},{{{side.key('own_life_years')}}},-1)"
            ),
        ),
        result_row(
            subject,
            "gpu_hour_cost",
            _arguments,
            native=lambda side: Formula(
                f"SUM({{{parts_span(side).first}:{parts_span(side).last}}})"
            ),
        ),
        computed_row(
            subject,
            "Hourly rate",
            "USD/GPU-h",
            "own_hourly_rate",
            lambda side: f"{{{side.key('use_hourly_rate')}}}",
            style=Style.LINK,
        ),
        computed_row(
            subject,
            "Owned over rate",
            "x",
            "own_over_rate",
            lambda side: f"{{{side.key('out_gpu_hour_cost')}}}/{{{side.key('own_hourly_rate')}}}",
        ),
        computed_row(
            subject,
            "The cheaper one",
            "word",
            "own_cheaper",
            lambda side: f'IF({{{side.key("own_over_rate")}}}<1,"owned","rate")',
            Format.WORD,
        ),
    ]


def _parts(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    """The owned GPU-hour part by part beside the hourly rate: the data of the chart."""
    places = [column.name for column in columns[3:]]
    titles = [*(part.capitalize() for part in _BREAKDOWN.parts), "Hourly rate"]
    rows = [
        gap(),
        section("Owned GPU-hour, part by part, beside the hourly rate", columns),
        header(
            {"first": "GPU-hour", "second": "Unit", **dict(zip(places, titles, strict=False))},
            numbers=tuple(places[: len(titles)]),
        ),
    ]
    for side in subject.sides:
        owned: list[Content] = [
            Part(
                _BREAKDOWN, _arguments(side), place, Formula(f"{{{side.key(f'year_{part}')}}}/8760")
            )
            for place, part in enumerate(_BREAKDOWN.parts)
        ]
        nothing: list[Content] = [Formula("0") for _ in _BREAKDOWN.parts]
        rate = Formula(f"{{{side.key('own_hourly_rate')}}}")
        rows.append(_bar(side, "part", f"{side.label}, owned", [*owned, Formula("0")], places))
        rows.append(_bar(side, "bar", f"{side.label}, rate", [*nothing, rate], places))
    return rows


def _bar(
    side: Side, name: str, label: str, contents: Sequence[Content], places: Sequence[str]
) -> Row:
    keys = (*_BREAKDOWN.parts, _RATE)
    return Row(
        {
            "first": Cell(label, Style.LABEL, key=side.key(f"{name}_label")),
            "second": Cell(_BREAKDOWN.result.unit, Style.UNIT),
            **{
                place: Cell(content, Style.CALC, Format.USD, key=side.key(f"{name}_{key}"))
                for place, key, content in zip(places, keys, contents, strict=False)
            },
        }
    )


def _moved(subject: Subject, side: Side, columns: tuple[Column, ...]) -> list[Row]:
    """The owned GPU-hour with each input at its low and at its high, all else as it is."""
    of = f", {side.label}" if subject.pair else ""
    places = [column.name for column in columns[3:]]
    titles = ("Low", "High", "Low,\nin the model", "High,\nin the model", "At low", "At high")
    titled = [f"{title}\n[$]" if title.startswith("At") else title for title in titles]
    rows = [
        gap(),
        section(f"Owned GPU-hour with each input at its low and high{of}", columns),
        header(
            {"first": "Input", "second": "Unit", **dict(zip(places, titled, strict=False))},
            numbers=tuple(places[: len(titles)]),
        ),
    ]
    for name in MOVED:
        quantity = INPUT_KINDS[name].quantity
        cells = {
            "first": Cell(quantity.label, Style.LABEL),
            "second": Cell(quantity.unit, Style.UNIT),
        }
        for number, end in enumerate(ENDS):
            low_or_high = side.key(f"own_{end}_{name}")
            in_model = side.key(f"own_model_{end}_{name}")
            cells[places[number]] = Cell(
                Formula(f"{{{side.key(f'{end}_{name}')}}}"),
                Style.LINK,
                format_of(name),
                key=low_or_high,
            )
            cells[places[number + 2]] = Cell(
                Formula(_in_model(side, name, f"{{{low_or_high}}}")),
                Style.CALC,
                format_of(name),
                key=in_model,
            )
            cells[places[number + 4]] = Cell(
                _moved_cost(side, name, end, in_model),
                Style.CALC,
                Format.USD,
                key=side.key(f"own_at_{end}_{name}"),
            )
        rows.append(Row(cells))
    return rows


def _in_model(side: Side, name: str, value: str) -> str:
    """What an input comes to in the model: not all of them count in every choice."""

    def own(key: str) -> str:
        return f"{{{side.key(f'own_{key}')}}}"

    match name:
        case "server_capex_per_gpu":
            return f"{value}+{own('network_capex_per_gpu')}+{own('storage_capex_per_gpu')}"
        case "cost_of_capital":
            return f'IF({own("depreciation")}="{DEPRECIATION[0]}",{value},0)'
        case "colocation_per_kw_month":
            return f'IF({own("facility")}="{FACILITY[0]}",{value},{own("facility_charge")})'
    return value


def _moved_cost(side: Side, name: str, end: str, value: str) -> Call:
    stands_for = {
        "server_capex_per_gpu": "capex_per_gpu",
        "colocation_per_kw_month": "facility_per_kw_month",
    }
    taken = dict(zip((item.name for item in _TOTAL.arguments), _arguments(side), strict=True))
    taken[stands_for.get(name, name)] = value
    if name == "cost_of_capital":
        taken["facility_per_kw_month"] = side.key(f"own_facility_at_{end}")
    cell = {key: f"{{{item}}}" for key, item in taken.items()}
    yearly = (
        f"PMT({cell['cost_of_capital']},{cell['life_years']},-{cell['capex_per_gpu']},"
        f"{cell['residual_value_share']}*{cell['capex_per_gpu']})"
        f"+{cell['opex_rate']}*{cell['capex_per_gpu']}"
        f"+12*{cell['facility_per_kw_month']}*{cell['kw_per_gpu']}"
    )
    energy = f"{cell['usd_per_kwh']}*{cell['kw_per_gpu']}*{cell['pue']}*{cell['average_load']}"
    return Call(_TOTAL, tuple(taken.values()), Formula(f"({yearly})/8760+{energy}"))


def _schedule(subject: Subject, side: Side, columns: tuple[Column, ...]) -> list[Row]:
    """Year by year: what is charged while in service, and what the books still hold."""
    of = f", {side.label}" if subject.pair else ""
    places = ["second", *(column.name for column in columns[3:])]
    titles = ("Unit", "In service\n[ratio]", "Capital", "Opex", "Facility", "Energy", "Book value")
    named = dict(zip(places, titles, strict=False))
    rows = [
        gap(),
        section(f"Year by year{of}: USD a GPU", columns),
        header({"first": "Year", **named}, numbers=tuple(named)[1:]),
    ]
    life, capex = (f"{{{side.key(f'own_{name}')}}}" for name in ("life_years", "capex_per_gpu"))
    residual = f"{{{side.key('own_residual_value_share')}}}"
    for year in range(1, YEARS + 1):
        this, served = (side.key(f"{name}_{year}") for name in ("year_number", "served"))
        before = side.key(f"year_number_{year - 1}")
        formulas: dict[str, tuple[str, Format]] = {
            titles[1]: (
                f"MAX(0,MIN(1,{life}-{{{this}}}+1))",
                Format.PERCENT,
            )
        }
        for part in _BREAKDOWN.parts:
            formulas[part.capitalize()] = (
                f"{{{served}}}*{{{side.key(f'year_{part}')}}}",
                Format.USD_WHOLE,
            )
        formulas["Book value"] = (
            f"{capex}*(1-(1-{residual})*MIN(1,{{{this}}}/{life}))",
            Format.USD_WHOLE,
        )
        cells = {
            "first": Cell(
                Formula("1" if year == 1 else f"{{{before}}}+1"),
                Style.CALC,
                Format.YEAR,
                key=this,
            ),
            "second": Cell("USD/GPU-yr", Style.UNIT),
        }
        for place, title in zip(places[1:], titles[1:], strict=False):
            text, shown = formulas[title]
            key = served if title.startswith("In service") else ""
            cells[place] = Cell(Formula(text), Style.CALC, shown, key=key)
        rows.append(Row(cells))
    return rows


def _chart_titles(subject: Subject) -> dict[str, str]:
    """The title of the chart, after the amounts that it names."""
    side = subject.sides[-1]
    of = f'"{side.label}: "&' if subject.pair else ""
    return {
        "owned_in_words": dollars(f"{{{side.key('out_gpu_hour_cost')}}}"),
        "rate_in_words": dollars(f"{{{side.key('own_hourly_rate')}}}"),
        "chart_title_owned": (
            f'{of}{{owned_in_words}}&" owned GPU-hour, "&{{rate_in_words}}&" hourly rate"'
        ),
    }


def _chart(subject: Subject) -> Chart:
    first, last = subject.sides[0], subject.sides[-1]
    return Chart(
        kind=ChartKind.STACK,
        title="Owned GPU-hour by its parts, beside the hourly rate, USD",
        sentence="chart_title_owned",
        categories=Span(first.key("part_label"), last.key("bar_label")),
        series=tuple(
            Series(
                "Hourly rate" if part == _RATE else part.capitalize(),
                Span(first.key(f"part_{part}"), last.key(f"bar_{part}")),
                ink,
            )
            for part, ink in zip((*_BREAKDOWN.parts, _RATE), _INKS, strict=True)
        ),
        category_title="GPU-hour",
        value_title="USD per GPU-hour",
        format=Format.USD,
        axis_format=Format.USD_AXIS,
        alt_text="Stacked bars of the owned GPU-hour by its parts, beside the hourly rate.",
        column="chart1",
        columns=_CHART_COLUMNS,
        height=_CHART_HEIGHT,
        labels=False,
    )


def _in_charge(subject: Subject) -> list[Highlight]:
    """The word that says what feeds the model stands out where it is the owned GPU-hour."""
    return [
        Highlight(
            side.key("own_cost_from"), f'{{{side.key("own_cost_from")}}}="owned"', Effect.CHANGED
        )
        for side in subject.sides
    ]
