"""Calc: inputs linked, results by the worksheet functions, ratios, cross-checks, chart data."""

from typing import Final

from xl_tco.functions import BY_NAME
from xl_tco.workbook.content import RESULTS, Side, Subject, tier_figures
from xl_tco.workbook.description import (
    Call,
    Cell,
    Column,
    Content,
    Format,
    Formula,
    Native,
    Row,
    Sheet,
    Style,
)
from xl_tco.workbook.sheets.inputs import UTILIZATION_POINTS, side_inputs, words_of
from xl_tco.workbook.sheets.parts import (
    FORMATS,
    HEAD_ROWS,
    LIKE_FOR_LIKE_WORDS,
    MARGIN,
    gap,
    head,
    header,
    section,
    side_column,
    side_columns,
    status_alarm,
)

TITLE: Final = "Calc"
_RELATIVE: Final = BY_NAME["relative"]
_COST: Final = BY_NAME["cost_per_mtok"]

# What is compared: the measured inputs, then the results.
COMPARED: Final = (
    "cost_per_gpu_hour",
    "tokens_per_second_per_gpu",
    *(function.name for function in RESULTS),
)
_LINKED: Final = frozenset(COMPARED) - BY_NAME.keys()


def calc_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    columns = _columns(subject)
    rows = head(subject, TITLE, TITLE)
    rows += _links(subject, columns)
    rows += _results(subject, columns)
    rows += _cross_checks(subject, columns)
    rows += _relatives(subject, columns) if subject.pair else _curves(subject, columns)
    rows += _chart_titles(subject, columns)
    return Sheet(
        title=TITLE,
        columns=columns,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
        one_page=True,
    )


def metric_key(metric: str, side: Side) -> str:
    """The key of a compared metric's cell on this sheet."""
    return side.key(f"link_{metric}" if metric in _LINKED else f"out_{metric}")


def _columns(subject: Subject) -> tuple[Column, ...]:
    extra = (Column("forward", 15), Column("backward", 15), Column("times", 15))
    return (
        MARGIN,
        Column("first", 44),
        Column("second", 19),
        *side_columns(subject),
        *(extra if subject.pair else (Column("share", 15),)),
    )


def _titles(subject: Subject, first: str) -> Row:
    names = {side_column(side): side.label for side in subject.sides}
    return header({"first": first, "second": "Unit", **names}, numbers=tuple(names))


def _row(
    subject: Subject,
    label: str,
    unit: str,
    cells: dict[str, Cell],
) -> Row:
    return Row(
        {
            "first": Cell(label, Style.LABEL),
            "second": Cell(unit, Style.UNIT),
            **{
                side_column(side): cells[side.suffix]
                for side in subject.sides
                if side.suffix in cells
            },
        }
    )


def _links(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    rows = [section("Inputs, linked", columns), _titles(subject, "Input")]
    names = dict.fromkeys(figure.name for side in subject.sides for figure in side_inputs(side))
    for name in names:
        having = [
            (side, figure)
            for side in subject.sides
            for figure in side_inputs(side)
            if figure.name == name
        ]
        quantity = having[0][1].quantity
        label = (
            f"{quantity.label}, {LIKE_FOR_LIKE_WORDS}"
            if name == "pflops_like_for_like"
            else quantity.label
        )
        cells = {
            side.suffix: Cell(
                Formula(f"{{{side.key('in_' + name)}}}"),
                Style.LINK,
                FORMATS[name],
                key=side.key(f"link_{name}"),
            )
            for side, _ in having
        }
        rows.append(_row(subject, label, quantity.unit, cells))
    return rows


def _results(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    rows = [gap(), section("Results", columns), _titles(subject, "Result")]
    for function in RESULTS:
        cells = {
            side.suffix: Cell(
                Call(function, tuple(side.key(f"link_{a.name}") for a in function.arguments)),
                Style.OUTPUT,
                FORMATS[function.name],
                key=side.key(f"out_{function.name}"),
                named=True,
            )
            for side in subject.sides
        }
        rows.append(_row(subject, function.result.label, function.result.unit, cells))
    if subject.compares_like_for_like:
        function = BY_NAME["flops_per_dollar"]
        rows.append(
            _row(
                subject,
                f"{function.result.label}, {LIKE_FOR_LIKE_WORDS}",
                function.result.unit,
                {
                    side.suffix: Cell(
                        Call(
                            function,
                            (
                                side.key("link_pflops_like_for_like"),
                                side.key("link_cost_per_gpu_hour"),
                            ),
                        ),
                        Style.OUTPUT,
                        Format.NUMBER,
                        key=side.key("out_flops_per_dollar_like_for_like"),
                        named=True,
                    )
                    for side in subject.sides
                },
            )
        )
    priced = {
        side.suffix: Cell(
            Call(_RELATIVE, (side.key("link_price_per_mtok"), side.key("out_cost_per_mtok"))),
            Style.OUTPUT,
            Format.TIMES,
            key=side.key("out_price_over_cost"),
            named=True,
        )
        for side in subject.sides
        if side.has("price_per_mtok")
    }
    if priced:
        rows.append(_row(subject, "Price over cost", "x", priced))
    return rows


def _cross_checks(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    rows = [
        gap(),
        section("Cross-check: the same by the cells' own arithmetic", columns),
        _titles(subject, "Result"),
    ]
    for function in RESULTS:
        cells = {
            side.suffix: Cell(
                Native(function, tuple(side.key(f"link_{a.name}") for a in function.arguments)),
                Style.CALC,
                FORMATS[function.name],
                key=side.key(f"native_{function.name}"),
            )
            for side in subject.sides
        }
        rows.append(_row(subject, function.result.label, function.result.unit, cells))
    for function in RESULTS:
        cells = {}
        for side in subject.sides:
            ours, native = side.key(f"out_{function.name}"), side.key(f"native_{function.name}")
            cells[side.suffix] = Cell(
                Formula(f"ABS({{{ours}}}/{{{native}}}-1)"),
                Style.CALC,
                Format.DIFFERENCE,
                key=side.key(f"difference_{function.name}"),
            )
        rows.append(_row(subject, f"Relative difference: {function.result.label}", "ratio", cells))
    identity: dict[str, Cell] = {}
    for side in subject.sides:
        joules, per_mw = side.key("out_joules_per_token"), side.key("out_tokens_per_mw")
        identity[side.suffix] = Cell(
            Formula(f"ABS({{{joules}}}*{{{per_mw}}}/1000000-1)"),
            Style.CALC,
            Format.DIFFERENCE,
            key=side.key("difference_energy"),
        )
    rows.append(
        _row(subject, "Relative difference: J/tok x tok/s/MW against 1e6", "ratio", identity)
    )
    return rows


def _relatives(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    baseline, candidate = subject.sides
    titles = {
        "first": "Metric",
        "second": "Unit",
        **{side_column(side): "" for side in subject.sides},
        "forward": "Relative",
        "backward": "Reciprocal",
        "times": "Times",
    }
    rows = [
        gap(),
        section(f"{candidate.label} relative to {baseline.label}", columns),
        header(titles, numbers=("forward", "backward", "times")),
    ]
    metrics = {metric: words_of(metric).label for metric in COMPARED}
    if subject.compares_like_for_like:
        label = words_of("flops_per_dollar").label
        metrics["flops_per_dollar_like_for_like"] = f"{label}, {LIKE_FOR_LIKE_WORDS}"
    for metric, label in metrics.items():
        keys = [metric_key(metric, side) for side in (candidate, baseline)]
        forward, backward = f"rel_{metric}", f"reciprocal_{metric}"
        rows.append(
            Row(
                {
                    "first": Cell(label, Style.LABEL),
                    "second": Cell("x", Style.UNIT),
                    "forward": Cell(
                        Call(_RELATIVE, (keys[0], keys[1])),
                        Style.OUTPUT,
                        Format.FINE,
                        key=forward,
                        named=True,
                    ),
                    "backward": Cell(
                        Call(_RELATIVE, (keys[1], keys[0])), Style.CALC, Format.FINE, key=backward
                    ),
                    "times": Cell(
                        Formula(f"MAX({{{forward}}},{{{backward}}})"),
                        Style.CALC,
                        Format.TIMES,
                        key=f"times_{metric}",
                    ),
                }
            )
        )
    return rows


def _curves(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    side = subject.sides[0]
    rows = [
        gap(),
        section("Chart data: cost per million tokens", columns),
        header(
            {"first": "Against", "second": "Unit", side_column(side): side.label, "share": "At"},
            numbers=(side_column(side), "share"),
        ),
    ]
    cost, tokens, utilization = (side.key(f"link_{a.name}") for a in _COST.arguments)
    for number, _ in enumerate(UTILIZATION_POINTS, start=1):
        point = f"point_{number}"
        rows.append(
            _curve_row(
                subject,
                f"Utilization, point {number}",
                Call(_COST, (cost, tokens, point)),
                f"cost_at_{point}",
                Cell(Formula(f"{{in_utilization_{point}}}"), Style.LINK, Format.PERCENT, key=point),
            )
        )
    for figure in tier_figures(side):
        point = f"link_tier_{figure.tier}"
        rows.append(
            _curve_row(
                subject,
                figure.tier.label if figure.tier else "",
                Call(_COST, (point, tokens, utilization)),
                f"cost_at_{figure.tier}",
                Cell(Formula(f"{{tier_cost_{figure.tier}}}"), Style.LINK, Format.USD, key=point),
                label_key=f"label_{figure.tier}",
            )
        )
    return rows


def _curve_row(
    subject: Subject, label: str, content: Content, key: str, at: Cell, label_key: str = ""
) -> Row:
    return Row(
        {
            "first": Cell(label, Style.LABEL, key=label_key),
            "second": Cell(_COST.result.unit, Style.UNIT),
            side_column(subject.sides[0]): Cell(content, Style.CALC, Format.USD, key=key),
            "share": at,
        }
    )


def _chart_titles(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    rows = [gap(), section("Chart titles, made from the results", columns)]
    for key, text in _titles_of_charts(subject).items():
        rows.append(
            Row(
                {
                    "first": Cell(key.replace("_", " ").capitalize(), Style.LABEL),
                    "second": Cell(Formula(text), Style.CALC_TEXT, key=key),
                }
            )
        )
    return rows


def _titles_of_charts(subject: Subject) -> dict[str, str]:
    if subject.pair:
        candidate = subject.pair[1].label
        return {
            "chart_title_cost": (
                f'"{candidate}: cost per million tokens "&TEXT({{times_cost_per_mtok}},"0.0")&"x "'
                '&IF({rel_cost_per_mtok}<1,"lower","higher")'
            ),
            "chart_title_power": (
                f'"{candidate}: tokens per MW "&TEXT({{times_tokens_per_mw}},"0.0")&"x "'
                '&IF({rel_tokens_per_mw}<1,"lower","higher")'
            ),
        }
    titles = {
        "chart_title_utilization": (
            '"A million tokens: "&TEXT({out_cost_per_mtok},"$0.000")'
            '&" at "&TEXT({link_utilization},"0%")&" utilization"'
        )
    }
    if tiers := tier_figures(subject.sides[0]):
        costs = f"{{cost_at_{tiers[0].tier}:cost_at_{tiers[-1].tier}}}"
        titles["chart_title_tier"] = (
            f'"A million tokens by tier: "&TEXT(MIN({costs}),"$0.000")'
            f'&" to "&TEXT(MAX({costs}),"$0.000")'
        )
    return titles
