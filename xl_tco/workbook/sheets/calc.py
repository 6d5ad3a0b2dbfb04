"""Calc: figures in force, results by the worksheet functions, ratios, cross-checks, chart data."""

from collections.abc import Callable
from typing import Final

from xl_tco.functions import ARGUMENTS, BY_NAME
from xl_tco.scenario.inputs import OWN_FIGURES, Group, tier_costs
from xl_tco.workbook.content import RESULTS, Side, Subject
from xl_tco.workbook.description import (
    Call,
    Cell,
    Column,
    Content,
    Either,
    Format,
    Formula,
    Native,
    Row,
    Sheet,
    Style,
)
from xl_tco.workbook.difference import difference
from xl_tco.workbook.picking import number_at
from xl_tco.workbook.sheets.catalog import CHOSEN, VARIANTS, chosen
from xl_tco.workbook.sheets.denominator import effective
from xl_tco.workbook.sheets.inputs import UTILIZATION_POINTS, figure_label, words_of
from xl_tco.workbook.sheets.ownership import parts_span
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    LIKE_FOR_LIKE_WORDS,
    MARGIN,
    chart_title_rows,
    computed_row,
    format_of,
    gap,
    head,
    header,
    linked,
    linked_rows,
    result_row,
    section,
    side_column,
    side_columns,
    side_row,
    side_titles,
    status_alarm,
)
from xl_tco.workbook.wording import compared, dollars, percent, times

TITLE: Final = "Calc"
_RELATIVE: Final = BY_NAME["relative"]
_COST: Final = BY_NAME["cost_per_mtok"]
_LOOKUP: Final = BY_NAME["platform_figure"]

# What else is checked against plain arithmetic: label and formula, by the output's name.
_CHECKED: Final[dict[str, tuple[str, Callable[[Side], str]]]] = {
    "gpu_hour_cost": (
        "Cost of an owned GPU-hour, by the year",
        lambda side: f"{{{side.key('year_per_hour')}}}",
    ),
    "delivered_tokens": (
        "Delivered tokens per GPU",
        lambda side: (
            f"PRODUCT({{{effective(side).first}:{effective(side).last}}})"
            f"*{{{side.key('den_baseline_tokens')}}}*{{{side.key('den_utilization')}}}"
        ),
    ),
    "revenue_per_gpu_hour": (
        "Revenue per GPU-hour",
        lambda side: (
            f"({{{side.key('rev_input_sales')}}}+{{{side.key('rev_output_sales')}}})"
            f"*{{{side.key('use_utilization')}}}*3600/1000000"
        ),
    ),
    "revenue_per_mw_year": (
        "Revenue per MW-year",
        lambda side: (
            f"{{{side.key('native_revenue_per_gpu_hour')}}}*1000*8760"
            f"/({{{side.key('use_kw_per_gpu')}}}*{{{side.key('use_pue')}}})"
        ),
    ),
    "gross_margin": (
        "Gross margin",
        lambda side: (
            f"1-{{{side.key('use_cost_per_gpu_hour')}}}"
            f"/{{{side.key('native_revenue_per_gpu_hour')}}}"
        ),
    ),
}

# What is compared: the measured inputs, then the results.
COMPARED: Final = (
    "cost_per_gpu_hour",
    "tokens_per_second_per_gpu",
    *(function.name for function in RESULTS),
)
# What depends on which tokens are counted, and says so.
COUNTED: Final = ("tokens_per_second_per_gpu", "cost_per_mtok")
_IN_USE: Final = frozenset(COMPARED) - BY_NAME.keys()


def calc_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    columns = _columns(subject)
    rows = head(subject, TITLE, TITLE)
    rows += _links(subject, columns)
    rows += _in_use(subject, columns)
    rows += _results(subject, columns)
    rows += _cross_checks(subject, columns)
    rows += _relatives(subject, columns) if subject.pair else _curves(subject, columns)
    rows += _situations(subject, columns)
    rows += chart_title_rows(_titles_of_charts(subject), columns)
    return Sheet(
        title=TITLE,
        columns=columns,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
    )


def metric_key(metric: str, side: Side) -> str:
    """The key of a compared metric's cell on this sheet."""
    return side.key(f"use_{metric}" if metric in _IN_USE else f"out_{metric}")


def _columns(subject: Subject) -> tuple[Column, ...]:
    extra = (Column("forward", 15), Column("backward", 15), Column("times", 15))
    return (
        MARGIN,
        Column("first", 44),
        Column("second", 19),
        *side_columns(subject),
        *(extra if subject.pair else (Column("share", 15),)),
    )


def _links(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    rows = [section("Inputs, linked", columns), side_titles(subject, "Input")]
    rows += linked_rows(subject, _WORDS, "link")
    names = [figure.name for side in subject.sides for figure in side.figures(Group.PLATFORM)]
    for name in dict.fromkeys(names):
        having = [
            side
            for side in subject.sides
            if any(figure.name == name for figure in side.figures(Group.PLATFORM))
        ]
        figure = next(item for item in having[0].figures(Group.PLATFORM) if item.name == name)
        cells = {side.suffix: linked(side, name, "link") for side in having}
        rows.append(side_row(subject, figure_label(name), figure.quantity.unit, cells))
    return rows


_WORDS: Final = ("platform", "tier", "as_of", "power_basis")


def _in_use(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    """What the results are computed from: typed or the catalog's, rented or owned, with levers."""
    rows = [gap(), section("Figures in force", columns), side_titles(subject, "Figure")]
    rows.append(_chosen_row(subject, CHOSEN[0], "use_hourly_rate", "Hourly rate"))
    rows.append(
        computed_row(
            subject,
            words_of("cost_per_gpu_hour").label,
            words_of("cost_per_gpu_hour").unit,
            "use_cost_per_gpu_hour",
            lambda side: (
                f'IF({{{side.key("in_cost_from")}}}="owned",{{{side.key("out_gpu_hour_cost")}}},'
                f"{{{side.key('use_hourly_rate')}}})"
            ),
        )
    )
    for name in chosen(subject)[1:]:
        rows.append(_chosen_row(subject, name, f"use_{name}", figure_label(name)))
    rows.append(
        computed_row(
            subject,
            f"{words_of('tokens_per_second_per_gpu').label}, with levers",
            words_of("tokens_per_second_per_gpu").unit,
            "use_tokens_per_second_per_gpu",
            lambda side: f"{{{side.key('full_tokens')}}}",
            style=Style.LINK,
        )
    )
    for name in ("utilization", "pue"):
        rows.append(
            computed_row(
                subject,
                figure_label(name),
                words_of(name).unit,
                f"use_{name}",
                lambda side, name=name: f"{{{side.key(f'in_{name}')}}}",  # type: ignore[misc]
                format_of(name),
                style=Style.LINK,
            )
        )
    return rows


def _chosen_row(subject: Subject, name: str, key: str, label: str) -> Row:
    """What is typed, or what the catalog has for the platform that is chosen."""
    cells = {}
    for side in subject.sides:
        platform, typed = (f"{{{side.key(f'link_{item}')}}}" for item in ("platform", name))
        variant = VARIANTS.get(name)
        tier = f"{{{side.key(f'link_{variant}')}}}" if variant else '""'
        own = f'{platform}="{OWN_FIGURES}",{typed}'
        row = f"MATCH({{{side.key(f'row_{name}')}}},catalog_rows,0)"
        cells[side.suffix] = Cell(
            Either(
                Formula(
                    f"IF({own},{_LOOKUP.worksheet_name}({platform},"
                    f"{{{side.key(f'cat_figure_{name}')}}},{tier},{{{side.key('link_as_of')}}}))"
                ),
                Formula(f"IF({own},{number_at('catalog_values', row)})"),
            ),
            Style.CALC,
            format_of(name),
            key=side.key(key),
        )
    unit = words_of(name if name in ARGUMENTS else "pflops_per_gpu").unit
    return side_row(subject, label, unit, cells)


def _results(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    rows = [gap(), section("Results", columns), side_titles(subject, "Result")]
    for function in RESULTS:
        rows.append(
            result_row(
                subject,
                function.name,
                lambda side, function=function: tuple(  # type: ignore[misc]
                    side.key(f"use_{item.name}") for item in function.arguments
                ),
            )
        )
    if subject.compares_like_for_like:
        function = BY_NAME["flops_per_dollar"]
        rows.append(
            side_row(
                subject,
                f"{function.result.label}, {LIKE_FOR_LIKE_WORDS}",
                function.result.unit,
                {
                    side.suffix: Cell(
                        Call(
                            function,
                            (
                                side.key("use_pflops_like_for_like"),
                                side.key("use_cost_per_gpu_hour"),
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
    return rows


def _cross_checks(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    """What each function gives against plain arithmetic on the same cells."""
    rows = [
        gap(),
        section("Cross-check: the same by the cells' own arithmetic", columns),
        side_titles(subject, "Result"),
    ]
    for function in RESULTS:
        cells = {
            side.suffix: Cell(
                Native(function, tuple(side.key(f"use_{a.name}") for a in function.arguments)),
                Style.CALC,
                format_of(function.name),
                key=side.key(f"native_{function.name}"),
            )
            for side in subject.sides
        }
        rows.append(side_row(subject, function.result.label, function.result.unit, cells))
    for name, (label, native) in _CHECKED.items():
        unit = BY_NAME[name].result.unit
        rows.append(
            computed_row(
                subject,
                label,
                unit,
                f"native_{name}",
                native,
                format_of(name),
                style=Style.LINK if name == "gpu_hour_cost" else Style.CALC,
            )
        )
    rows.append(
        computed_row(
            subject,
            "Parts of the owned GPU-hour, together",
            BY_NAME["gpu_hour_cost"].result.unit,
            "native_parts",
            lambda side: f"SUM({{{parts_span(side).first}:{parts_span(side).last}}})",
        )
    )
    for name in (*(function.name for function in RESULTS), *_CHECKED):
        rows.append(
            computed_row(
                subject,
                f"Relative difference: {BY_NAME[name].result.label}",
                "ratio",
                f"difference_{name}",
                lambda side, name=name: difference(  # type: ignore[misc]
                    f"{{{side.key(f'out_{name}')}}}",
                    f"{{{side.key(f'native_{name}')}}}",
                    # A margin is what is left of 1, and differs by the last digits of that.
                    least="1" if name == "gross_margin" else "",
                ),
                Format.DIFFERENCE,
            )
        )
    rows.append(
        computed_row(
            subject,
            "Relative difference: parts of the owned GPU-hour against the whole",
            "ratio",
            "difference_parts",
            lambda side: difference(
                f"{{{side.key('native_parts')}}}", f"{{{side.key('out_gpu_hour_cost')}}}"
            ),
            Format.DIFFERENCE,
        )
    )
    rows.append(
        computed_row(
            subject,
            "Relative difference: input and output against the GPU-hour",
            "ratio",
            "difference_split",
            lambda side: difference(
                f"{{{side.key('rev_split_sum')}}}", f"{{{side.key('use_cost_per_gpu_hour')}}}"
            ),
            Format.DIFFERENCE,
        )
    )
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
        side_row(subject, "Relative difference: J/tok x tok/s/MW against 1e6", "ratio", identity)
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
        _curve_header(side, "Against utilization", "ratio"),
    ]
    cost, tokens, utilization = (side.key(f"use_{a.name}") for a in _COST.arguments)
    for number in range(1, UTILIZATION_POINTS + 1):
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
    tiers = tier_costs(side.scenario)
    if tiers:
        rows.append(
            _curve_header(side, "Against ownership tier", words_of(_COST.arguments[0].name).unit)
        )
    for figure in tiers:
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
    if tiers:
        costs = f"{{cost_at_{tiers[0].tier}:cost_at_{tiers[-1].tier}}}"
        rows.append(side_titles(subject, "Figure"))
        rows += [
            computed_row(
                subject,
                f"{word.capitalize()} of the tiers",
                _COST.result.unit,
                f"{word}_cost",
                lambda _, function=function: f"{function}({costs})",  # type: ignore[misc]
            )
            for word, function in (("lowest", "MIN"), ("highest", "MAX"))
        ]
    return rows


def _curve_header(side: Side, against: str, unit: str) -> Row:
    column = side_column(side)
    titles = {"first": against, "second": "Unit", column: side.label, "share": f"At\n[{unit}]"}
    return header(titles, numbers=(column, "share"))


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


def _situations(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    """What the figures in force are of, in words that follow the scenario selector."""
    rows = [gap(), section("Situation, in words", columns)]
    for side in subject.sides:
        shipped = side.key("situation_shipped")
        platform, tier, as_of = (
            f"{{{side.key(f'link_{name}')}}}" for name in ("platform", "tier", "as_of")
        )
        text = (
            f'IF({platform}="{OWN_FIGURES}",{{{shipped}}},'
            f'{platform}&", "&{tier}&", "&{as_of}&"; tokens as typed")'
        )
        rows.append(
            Row(
                {
                    "first": Cell(side.situation, Style.LABEL, key=shipped),
                    "second": Cell(Formula(text), Style.CALC_TEXT, key=side.key("situation")),
                }
            )
        )
    counted = [f"{{{side.key('in_tokens_counted')}}}" for side in subject.sides]
    other = f'&IF({counted[0]}={counted[1]},""," against "&{counted[1]})' if subject.pair else ""
    for metric in COUNTED:
        label = words_of(metric).label
        rows.append(
            Row(
                {
                    "first": Cell(f"{label}: which tokens", Style.LABEL),
                    "second": Cell(
                        Formula(f'"{label} ("&{counted[0]}{other}&" tokens)"'),
                        Style.CALC_TEXT,
                        key=f"words_{metric}",
                    ),
                }
            )
        )
    return rows


def _titles_of_charts(subject: Subject) -> dict[str, str]:
    if subject.pair:
        of = f"{subject.pair[1].label}: "
        return {
            **_in_words("cost_per_mtok"),
            **_in_words("tokens_per_mw"),
            "chart_title_cost": f'"{of}cost per million tokens "&{{cost_per_mtok_in_words}}',
            "chart_title_power": f'"{of}tokens per MW "&{{tokens_per_mw_in_words}}',
        }
    titles = {
        "cost_in_words": dollars("{out_cost_per_mtok}"),
        "chart_title_utilization": (
            '"A million tokens: "&{cost_in_words}'
            f'&" at "&{percent("{use_utilization}")}&" utilization"'
        ),
    }
    if tier_costs(subject.sides[0].scenario):
        titles |= {
            "lowest_in_words": dollars("{lowest_cost}"),
            "highest_in_words": dollars("{highest_cost}"),
            "chart_title_tier": (
                '"A million tokens by tier: "&{lowest_in_words}&" to "&{highest_in_words}'
            ),
        }
    return titles


def _in_words(metric: str) -> dict[str, str]:
    """The ratio of a compared metric: how many times, then in words."""
    shown = f"{metric}_times"
    return {
        shown: times(f"{{times_{metric}}}"),
        f"{metric}_in_words": compared(f"{{rel_{metric}}}", f"{{{shown}}}"),
    }
