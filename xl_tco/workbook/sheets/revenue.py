"""Revenue: what the tokens earn per GPU-hour and per megawatt, margin, break-evens, payback."""

from typing import Final

from xl_tco.functions import BY_NAME
from xl_tco.workbook.content import Side, Subject
from xl_tco.workbook.description import (
    Call,
    Cell,
    Chart,
    ChartKind,
    Column,
    Either,
    Format,
    Formula,
    Ink,
    Row,
    Series,
    Sheet,
    Span,
    Style,
)
from xl_tco.workbook.sheets.inputs import GRID_STEPS, UTILIZATION_POINTS
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
    side_row,
    side_titles,
    status_alarm,
)
from xl_tco.workbook.sheets.placing import one_below_another
from xl_tco.workbook.wording import percent

TITLE: Final = "Revenue"
_SHEET: Final = "rev"
_MARGIN: Final = BY_NAME["gross_margin"]
_PAYBACK: Final = BY_NAME["payback_years"]
_REQUEST: Final = ("input_tokens", "output_tokens", "input_token_weight")
_PRICES: Final = (
    "input_price_per_mtok",
    "output_price_per_mtok",
    "cache_hit_rate",
    "cached_input_price_ratio",
)
_IN_USE: Final = {
    "cost_per_gpu_hour": "Cost per GPU-hour in force",
    "tokens_per_second_per_gpu": "Token output per GPU in force",
    "utilization": "Utilization",
    "kw_per_gpu": "Power per GPU in force",
    "pue": "PUE",
}
_CHART_COLUMNS: Final = 7
_CHART_HEIGHT: Final = 242.0


def revenue_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    columns = _columns(subject)
    rows = head(subject, TITLE, TITLE)
    rows += _inputs(subject, columns)
    rows += _cost_rows(subject, columns)
    rows += _revenue_rows(subject, columns)
    rows += _margin_rows(subject, columns)
    rows += _curve(subject, columns, "price")
    rows += _curve(subject, columns, "utilization")
    rows += chart_title_rows(_chart_titles(subject), columns)
    rows, charts = one_below_another(
        rows, [_chart(subject, kind) for kind in ("price", "utilization")]
    )
    return Sheet(
        title=TITLE,
        columns=columns,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        charts=charts,
        highlights=(status_alarm(TITLE),),
    )


def _columns(subject: Subject) -> tuple[Column, ...]:
    return (
        MARGIN,
        Column("first", 42),
        Column("second", 16),
        *side_columns(subject),
        *(Column(f"more{number}", 15) for number in range(len(subject.sides))),
        Column("gap", 3),
        *(Column(f"chart{number}", 11) for number in range(1, _CHART_COLUMNS + 1)),
    )


def _key(name: str, side: Side) -> str:
    return f"{{{side.key(f'{_SHEET}_{name}')}}}"


def _inputs(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    rows = [section("What is sold, and at what price", columns), side_titles(subject, "Input")]
    for name, label in _IN_USE.items():
        rows.append(
            computed_row(
                subject,
                label,
                _unit(name),
                f"{_SHEET}_{name}",
                lambda side, name=name: f"{{{side.key(f'use_{name}')}}}",  # type: ignore[misc]
                format_of(name),
                style=Style.LINK,
            )
        )
    rows += linked_rows(subject, ("tokens_counted", *_REQUEST, *_PRICES), _SHEET)
    rows.append(
        computed_row(
            subject,
            "Output share of the tokens counted",
            "ratio",
            "rev_output_share",
            lambda side: (
                f'IF({_key("tokens_counted", side)}="output",1,{_key("output_tokens", side)}'
                f"/({_key('input_tokens', side)}+{_key('output_tokens', side)}))"
            ),
        )
    )
    rows.append(
        computed_row(
            subject,
            "Output tokens per GPU",
            "tok/s/GPU",
            "rev_output_tokens_per_second",
            lambda side: f"{_key('tokens_per_second_per_gpu', side)}*{_key('output_share', side)}",
        )
    )
    rows.append(
        computed_row(
            subject,
            "Input tokens per GPU",
            "tok/s/GPU",
            "rev_input_tokens_per_second",
            lambda side: (
                f"{_key('output_tokens_per_second', side)}*{_key('input_tokens', side)}"
                f"/{_key('output_tokens', side)}"
            ),
        )
    )
    rows.append(
        computed_row(
            subject,
            "Total tokens per GPU",
            "tok/s/GPU",
            "rev_total_tokens_per_second",
            lambda side: (
                f"{_key('input_tokens_per_second', side)}+{_key('output_tokens_per_second', side)}"
            ),
        )
    )
    return rows


def _unit(name: str) -> str:
    for function in BY_NAME.values():
        for argument in function.arguments:
            if argument.name == name:
                return argument.quantity.unit
    raise KeyError(name)


def _cost_rows(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    def split(side: Side) -> tuple[str, ...]:
        return tuple(
            side.key(f"{_SHEET}_{name}")
            for name in (
                "cost_per_gpu_hour",
                "input_tokens_per_second",
                "output_tokens_per_second",
                "utilization",
                "input_token_weight",
            )
        )

    return [
        gap(),
        section("Cost, split over input and output by token weight", columns),
        side_titles(subject, "Result"),
        result_row(subject, "cost_per_mtok_input", split),
        result_row(subject, "cost_per_mtok_output", split),
        computed_row(
            subject,
            "Both, over the tokens of an hour",
            "USD/GPU-h",
            "rev_split_sum",
            lambda side: (
                f"({_key('input_tokens_per_second', side)}"
                f"*{{{side.key('out_cost_per_mtok_input')}}}"
                f"+{_key('output_tokens_per_second', side)}"
                f"*{{{side.key('out_cost_per_mtok_output')}}})"
                f"*{_key('utilization', side)}*3600/1000000"
            ),
        ),
        result_row(
            subject,
            "cost_per_request",
            lambda side: tuple(
                side.key(f"{_SHEET}_{name}")
                for name in (
                    "cost_per_gpu_hour",
                    "total_tokens_per_second",
                    "input_tokens",
                    "output_tokens",
                    "utilization",
                )
            ),
        ),
    ]


def _earned(side: Side, utilization: str | int) -> tuple[str | int, ...]:
    return (
        side.key("rev_input_tokens_per_second"),
        side.key("rev_output_tokens_per_second"),
        *(side.key(f"{_SHEET}_{name}") for name in _PRICES),
        utilization,
    )


def _revenue_rows(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    def sales(side: Side, kind: str) -> str:
        tokens, price = (
            _key(f"{kind}_tokens_per_second", side),
            _key(f"{kind}_price_per_mtok", side),
        )
        if kind == "output":
            return f"{tokens}*{price}"
        ratio, hits = _key("cached_input_price_ratio", side), _key("cache_hit_rate", side)
        return f"{tokens}*{price}*(1-{hits}*(1-{ratio}))"

    full = {
        side.suffix: Cell(
            Call(BY_NAME["revenue_per_gpu_hour"], _earned(side, 1)),
            Style.CALC,
            Format.USD,
            key=side.key("rev_full"),
        )
        for side in subject.sides
    }

    def per_power(side: Side) -> tuple[str, ...]:
        keys = (side.key(f"{_SHEET}_{name}") for name in ("kw_per_gpu", "pue"))
        return (side.key("out_revenue_per_gpu_hour"), *keys)

    return [
        gap(),
        section("Revenue", columns),
        side_titles(subject, "Result"),
        *(
            computed_row(
                subject,
                f"{kind.capitalize()} tokens a second times price",
                "USD/GPU-Ms",
                f"rev_{kind}_sales",
                lambda side, kind=kind: sales(side, kind),  # type: ignore[misc]
                Format.FINE,
            )
            for kind in ("input", "output")
        ),
        side_row(subject, "Revenue per GPU-hour at full utilization", "USD/GPU-h", full),
        result_row(
            subject,
            "revenue_per_gpu_hour",
            lambda side: _earned(side, side.key("rev_utilization")),
        ),
        result_row(subject, "revenue_per_mw_hour", per_power),
        result_row(subject, "revenue_per_mw_year", per_power),
    ]


def _margin_rows(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    def cost_side(side: Side, *names: str) -> tuple[str, ...]:
        return tuple(side.key(name) for name in names)

    payback = {
        side.suffix: Cell(
            _payback(side),
            Style.OUTPUT,
            Format.YEARS,
            key=side.key("out_payback_years"),
            named=True,
        )
        for side in subject.sides
    }
    return [
        gap(),
        section("Margin and break-even", columns),
        side_titles(subject, "Result"),
        result_row(
            subject,
            "gross_margin",
            lambda side: cost_side(side, "out_revenue_per_gpu_hour", "rev_cost_per_gpu_hour"),
        ),
        computed_row(
            subject,
            "Gross margin per MW-year",
            "USD/MW-yr",
            "out_margin_per_mw_year",
            lambda side: (
                f"{{{side.key('out_revenue_per_mw_year')}}}*{{{side.key('out_gross_margin')}}}"
            ),
            format_of("margin_per_mw_year"),
            style=Style.OUTPUT,
            named=True,
        ),
        result_row(
            subject,
            "breakeven_price",
            lambda side: cost_side(
                side, "rev_cost_per_gpu_hour", "rev_tokens_per_second_per_gpu", "rev_utilization"
            ),
        ),
        result_row(
            subject,
            "breakeven_utilization",
            lambda side: cost_side(side, "rev_cost_per_gpu_hour", "rev_full"),
        ),
        computed_row(
            subject,
            "Breaks even",
            "word",
            "rev_breaks_even",
            lambda side: f'IF({{{side.key("out_breakeven_utilization")}}}<=1,"yes","never")',
            Format.WORD,
        ),
        computed_row(
            subject,
            "Token output needed to break even",
            "tok/s/GPU",
            "rev_breakeven_tokens",
            lambda side: (
                f"{_key('tokens_per_second_per_gpu', side)}"
                f"*{{{side.key('out_breakeven_utilization')}}}/{_key('utilization', side)}"
            ),
        ),
        result_row(
            subject,
            "tokens_needed",
            lambda side: (
                "in_target_cost_per_mtok",
                side.key("rev_cost_per_gpu_hour"),
                side.key("rev_utilization"),
            ),
        ),
        computed_row(
            subject,
            "Cash cost: opex, facility, energy",
            "USD/GPU-h",
            "rev_cash_cost",
            lambda side: f"{{{side.key('year_cash_per_hour')}}}",
            style=Style.LINK,
        ),
        computed_row(
            subject,
            "Cash margin per GPU-hour",
            "USD/GPU-h",
            "rev_cash_margin",
            lambda side: (
                f"{{{side.key('out_revenue_per_gpu_hour')}}}-{{{side.key('rev_cash_cost')}}}"
            ),
        ),
        computed_row(
            subject,
            "Capex per GPU",
            "USD/GPU",
            "rev_capex",
            lambda side: f"{{{side.key('own_capex_per_gpu')}}}",
            style=Style.LINK,
        ),
        side_row(subject, _PAYBACK.result.label, _PAYBACK.result.unit, payback),
    ]


def _payback(side: Side) -> Either:
    margin, capex = (f"{{{side.key(name)}}}" for name in ("rev_cash_margin", "rev_capex"))
    return Either(
        Formula(f'IF({margin}>0,{_PAYBACK.worksheet_name}({capex},{margin}),"never")'),
        Formula(f'IF({margin}>0,{capex}/({margin}*8760),"never")'),
    )


def _curve(subject: Subject, columns: tuple[Column, ...], kind: str) -> list[Row]:
    """Margin at multiples of the price, or at points of utilization: the data of a chart."""
    is_price = kind == "price"
    names = [column.name for column in columns[3 : 3 + 2 * len(subject.sides)]]
    title = "multiples of the price" if is_price else "utilization"
    titles = {"first": "Price\n[x]" if is_price else "Utilization\n[ratio]", "second": "Unit"}
    for place, side in enumerate(subject.sides):
        titles[names[2 * place]] = f"{side.label}\nrevenue"
        titles[names[2 * place + 1]] = f"{side.label}\nmargin [ratio]"
    rows = [
        gap(),
        section(f"Gross margin against {title}", columns),
        header(titles, numbers=tuple(name for name in titles if name not in ("second",))),
    ]
    source = "in_grid_step" if is_price else "in_utilization_point"
    count = GRID_STEPS if is_price else UTILIZATION_POINTS
    for number in range(1, count + 1):
        at = f"{kind}_at_{number}"
        cells = {
            "first": Cell(
                Formula(f"{{{source}_{number}}}"),
                Style.LINK,
                Format.MULTIPLE if is_price else Format.PERCENT,
                key=at,
            ),
            "second": Cell("USD/GPU-h", Style.UNIT),
        }
        for place, side in enumerate(subject.sides):
            base = side.key("out_revenue_per_gpu_hour" if is_price else "rev_full")
            revenue = side.key(f"{kind}_revenue_{number}")
            cells[names[2 * place]] = Cell(
                Formula(f"{{{base}}}*{{{at}}}"), Style.CALC, Format.USD, key=revenue
            )
            cells[names[2 * place + 1]] = Cell(
                Call(_MARGIN, (revenue, side.key("rev_cost_per_gpu_hour"))),
                Style.CALC,
                Format.PERCENT,
                key=side.key(f"{kind}_margin_{number}"),
            )
        rows.append(Row(cells))
    return rows


def _chart_titles(subject: Subject) -> dict[str, str]:
    side = subject.sides[-1]
    of = f"{side.label}: " if subject.pair else ""
    margin = percent(f"{{{side.key('out_gross_margin')}}}")
    even = percent(f"{{{side.key('out_breakeven_utilization')}}}")
    return {
        "chart_title_price": f'"{of}gross margin "&{margin}&" at the price on Inputs"',
        "chart_title_load": f'"{of}breaks even at "&{even}&" utilization"',
    }


def _chart(subject: Subject, kind: str) -> Chart:
    is_price = kind == "price"
    last = GRID_STEPS if is_price else UTILIZATION_POINTS
    inks = (Ink.BASELINE, Ink.CANDIDATE) if subject.pair else (Ink.CANDIDATE,)
    return Chart(
        kind=ChartKind.LINE,
        title=f"Gross margin against {kind}, % of revenue",
        sentence="chart_title_price" if is_price else "chart_title_load",
        categories=Span(f"{kind}_at_1", f"{kind}_at_{last}"),
        series=tuple(
            Series(
                side.label,
                Span(side.key(f"{kind}_margin_1"), side.key(f"{kind}_margin_{last}")),
                ink,
            )
            for side, ink in zip(subject.sides, inks, strict=True)
        ),
        category_title="Price, multiple of the one on Inputs" if is_price else "Utilization",
        value_title="Gross margin, % of revenue",
        format=Format.PERCENT,
        axis_format=Format.PERCENT,
        alt_text=f"Lines of the gross margin against {'price' if is_price else 'utilization'}.",
        column="chart1",
        columns=_CHART_COLUMNS,
        height=_CHART_HEIGHT,
        labels=not subject.pair,
        category_format=Format.MULTIPLE if is_price else Format.PERCENT,
    )
