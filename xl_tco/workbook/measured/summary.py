"""Summary: each platform at the operating point, its curves, and what the data cannot tell."""

from typing import Final

from xl_tco.functions import BY_NAME
from xl_tco.workbook.description import (
    Cell,
    Chart,
    ChartKind,
    Column,
    Content,
    Format,
    Formula,
    Ink,
    Row,
    Series,
    Sheet,
    Span,
    Style,
)
from xl_tco.workbook.measured.curves import drawn, target_line
from xl_tco.workbook.measured.parts import OUTSIDE, called_if, words
from xl_tco.workbook.measured.study import TYPED, Study
from xl_tco.workbook.picking import either_at, number_at, text_at
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    MARGIN,
    chart_title_rows,
    format_of,
    gap,
    head,
    header,
    section,
    status_alarm,
)
from xl_tco.workbook.sheets.placing import one_below_another, with_sources
from xl_tco.workbook.wording import compared, plain, times

TITLE: Final = "Summary"
_CHART_HEIGHT: Final = 254.0
_CHART_COLUMNS: Final = 8
_TABLE: Final = {
    "first": "Platform",
    "second": "Best configuration at the target",
    "number": "Config.\nno.",
    "low": "Measured\nfrom\ntok/s/user",
    "high": "to\ntok/s/user",
    "below": "Run below\ntok/s/user",
    "above": "Run above\ntok/s/user",
    "tokens": "Total\ntok/s/GPU",
    "cost": "USD/Mtok",
    "power": "tok/s/MW",
    "limits": "p99 limits\nof neighbours",
    "times": "x cheaper\nthan baseline",
}
_RATES: Final = {
    "first": "Platform",
    "second": "Cost of",
    "low": "USD/GPU-h",
    "high": "Power of",
    "below": "kW/GPU",
}
_VARIANTS: Final = {"cost_per_gpu_hour": "in_tier", "kw_per_gpu": "in_power_basis"}
_WIDTHS: Final = (30, 42, 8, 11, 11, 11, 11, 12, 12, 12, 15, 13)
_COLUMNS: Final = (
    MARGIN,
    *(Column(name, width) for name, width in zip(_TABLE, _WIDTHS, strict=True)),
    Column("gap", 3),
    *(Column(f"chart{number}", 10) for number in range(1, _CHART_COLUMNS + 1)),
)
_LEFT: Final = _COLUMNS[: len(_TABLE) + 1]
_COST, _POWER = "chart_title_cost", "chart_title_power"
_CHARTS: Final = (
    (_COST, "cost", BY_NAME["cost_per_mtok"].result.unit, Format.USD, Format.USD_AXIS),
    (_POWER, "tokens_per_mw", "tok/s per MW", Format.RATE, Format.RATE_AXIS),
)


def summary_sheet(study: Study) -> Sheet:
    """Describe the sheet."""
    last = len(study.platforms)
    rows = [
        *head(study.subject, study.subject.title, TITLE),
        *_cards(study),
        _situation(),
        gap(),
        section("Each platform at the target: its best configuration there", _LEFT),
        header(
            _TABLE,
            numbers=("number", "low", "high", "below", "above", "tokens", "cost", "power", "times"),
        ),
        *(_platform_row(study, place) for place in range(last)),
        gap(),
        section("What a GPU costs and draws: of the catalog, or typed", _LEFT),
        header(_RATES, numbers=("low", "below")),
        *(_rates_row(study, place) for place in range(last)),
        gap(),
        words(
            f"{OUTSIDE}: the target was not measured on both sides there; nothing is extrapolated."
        ),
        words("The wider apart the runs below and above, the less sure. Their p99 limits: Inputs."),
        words(
            "Charts join, at each interactivity measured, the configuration that is best there; "
            "the table says it for the target."
        ),
        words(
            "Where cost falls to the right, a better configuration was measured only from there on."
        ),
        gap(),
        section("What the data cannot tell", _LEFT),
        *(words(line) for line in study.limits),
        *chart_title_rows(_titles(study), _LEFT),
    ]
    rows, charts = one_below_another(rows, _charts(study))
    rows = with_sources(rows, charts, "Sources: the measurements; catalog. See Sources.")
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        charts=charts,
        highlights=(status_alarm(TITLE),),
        ranges={
            "compared_platforms": Span("sum_0_name", f"sum_{last - 1}_name"),
            "compared_costs": Span("sum_0_cost", f"sum_{last - 1}_cost"),
            "compared_power": Span("sum_0_power", f"sum_{last - 1}_power"),
        },
        gridlines=False,
        one_page=True,
    )


def _cards(study: Study) -> list[Row]:
    def of(side: str, name: str) -> str:
        return either_at(name, f"{{{side}_row}}")

    def value(key: str, formula: str, shown: Format) -> Cell:
        return Cell(Formula(formula), Style.HEADLINE, shown, key, named=True)

    per = '&": USD per million tokens"'
    labels = {"first": Cell(Formula(f"in_baseline{per}"), Style.LINK_TEXT)}
    values = {"first": value("out_baseline_cost", of("baseline", "compared_costs"), Format.USD)}
    if len(study.platforms) > 1:
        labels["second"] = Cell(Formula(f"in_candidate{per}"), Style.LINK_TEXT)
        labels["low"] = Cell(Formula('in_candidate&" against "&in_baseline'), Style.LINK_TEXT)
        values["second"] = value(
            "out_candidate_cost", of("candidate", "compared_costs"), Format.USD
        )
        values["low"] = Cell(Formula("{cost_in_words}"), Style.HEADLINE)
    else:
        labels["second"] = Cell("tokens per second per MW", Style.HEADLINE_LABEL)
        values["second"] = value(
            "out_baseline_power", of("baseline", "compared_power"), Format.RATE
        )
    return [Row(labels, 18), Row(values, 34), gap()]


def _situation() -> Row:
    point = f'"At "&{plain("in_interactivity")}&" tok/s/user, "&in_workload'
    cost = '"Cost: "&in_tier&", "&in_as_of&"; power: "&in_power_basis'
    return Row(
        {
            "first": Cell(Formula(point), Style.LINK_TEXT),
            "low": Cell(Formula(cost), Style.LINK_TEXT),
        }
    )


def _platform_row(study: Study, place: int) -> Row:
    platform = study.platforms[place]
    catalog = study.listed_platforms.index(platform) + 1

    def cell(name: str) -> str:
        return f"{{sum_{place}_{name}}}"

    def taken(name: str) -> Formula:
        found = number_at(name, f"MAX({cell('number')},1)")
        return Formula(f'IF({cell("number")}>0,{found},"{OUTSIDE}")')

    def said(name: str, otherwise: str = OUTSIDE) -> Formula:
        found = text_at(name, f"MAX({cell('number')},1)")
        return Formula(f'IF({cell("number")}>0,{found},"{otherwise}")')

    ends = drawn(study, place, "interactivity")
    tokens = cell("tokens")
    known = f"{cell('number')}>0"
    cost, kw, pue = (f"{{plat_{name}_{catalog}}}" for name in ("cost", "kw", "pue"))
    base = "{out_baseline_cost}"
    contents: dict[str, tuple[Content, Style, Format]] = {
        "number": (
            Formula(f"IFERROR(MATCH({cell('name')},c_pick,0),0)"),
            Style.LINK,
            Format.WHOLE,
        ),
        "second": (
            said("c_label", "outside what was measured"),
            Style.CALC_TEXT,
            Format.GENERAL,
        ),
        "low": (Formula(f'IFERROR({{{ends.first}}},"none")'), Style.LINK, Format.NUMBER),
        "high": (Formula(f'IFERROR({{{ends.last}}},"none")'), Style.LINK, Format.NUMBER),
        "below": (taken("c_below"), Style.LINK, Format.NUMBER),
        "above": (taken("c_above"), Style.LINK, Format.NUMBER),
        "tokens": (taken("c_score"), Style.LINK, Format.RATE),
        "cost": (
            called_if(known, "cost_per_mtok", (cost, tokens, "in_utilization"), OUTSIDE),
            Style.OUTPUT,
            Format.USD,
        ),
        "power": (
            called_if(known, "tokens_per_mw", (tokens, kw, pue), OUTSIDE),
            Style.OUTPUT,
            Format.RATE,
        ),
        "limits": (said("c_limits"), Style.CALC_TEXT, Format.GENERAL),
        "times": (
            Formula(f'IFERROR({base}/{cell("cost")},"none")'),
            Style.OUTPUT,
            Format.TIMES_CHEAPER,
        ),
    }
    cells = {"first": Cell(platform, Style.LABEL, key=f"sum_{place}_name")}
    for name, (content, style, shown) in contents.items():
        cells[name] = Cell(content, style, shown, f"sum_{place}_{name}")
    return Row(cells, height=22)


def _rates_row(study: Study, place: int) -> Row:
    """Cost and power of a platform, each with its tier or basis and date, or that it is typed."""
    platform = study.platforms[place]
    number = study.listed_platforms.index(platform) + 1

    def origin(name: str) -> Content:
        if study.typed(name, platform) is not None:
            return TYPED
        since = f"{{since_{name}_{number}}}"
        day = f'IF(MOD({since},100)=0,"","-"&RIGHT({since},2))'
        return Formula(f'{_VARIANTS[name]}&", "&LEFT({since},4)&"-"&MID({since},5,2)&{day}')

    def linked(name: str) -> Formula:
        return Formula(f"{{plat_{name}_{number}}}")

    contents: dict[str, tuple[Content, Style, Format]] = {
        "first": (platform, Style.LABEL, Format.GENERAL),
        "second": (origin("cost_per_gpu_hour"), Style.CALC_TEXT, Format.GENERAL),
        "low": (linked("cost"), Style.LINK, format_of("cost_per_gpu_hour")),
        "high": (origin("kw_per_gpu"), Style.CALC_TEXT, Format.GENERAL),
        "below": (linked("kw"), Style.LINK, format_of("kw_per_gpu")),
    }
    return Row(
        {
            name: Cell(content, style, shown, f"rate_{place}_{name}")
            for name, (content, style, shown) in contents.items()
        }
    )


def _titles(study: Study) -> dict[str, str]:
    """The charts' titles, and what they are made of."""
    rows = {
        f"{side}_row": f"MATCH(in_{side},compared_platforms,0)"
        for side in ("baseline", "candidate")[: len(study.platforms)]
    }
    point = f'" at "&{plain("in_interactivity")}&" tok/s/user"'
    if len(study.platforms) == 1:
        return {
            **rows,
            _COST: 'in_baseline&": USD per million tokens against interactivity"',
            _POWER: 'in_baseline&": tokens per MW against interactivity"',
        }
    power = {
        f"power_of_{row.removesuffix('_row')}": either_at("compared_power", f"{{{row}}}")
        for row in rows
    }
    return {
        **rows,
        "point_words": point,
        "no_answer": '"Nothing measured on both sides"&{point_words}',
        "sides": 'in_candidate&" against "&in_baseline',
        **_in_words("cost", "out_candidate_cost", "out_baseline_cost"),
        **power,
        **_in_words("power", "power_of_candidate", "power_of_baseline"),
        "cost_words": '{sides}&": USD per million tokens "&{cost_in_words}',
        "power_words": '{sides}&": tokens per MW "&{power_in_words}',
        _COST: "IF(ISNUMBER({rel_cost}),{cost_words}&{point_words},{no_answer})",
        _POWER: "IF(ISNUMBER({rel_power}),{power_words}&{point_words},{no_answer})",
    }


def _in_words(name: str, candidate: str, baseline: str) -> dict[str, str]:
    """A ratio, how many times that is, and both in words; words too where there is no answer."""
    ratio, larger, shown = (f"{{{word}_{name}}}" for word in ("rel", "larger", "times"))
    # One times a word is an error, so what is no number ends in the words.
    words_of_ratio = compared(f"1*{ratio}", shown)
    return {
        f"rel_{name}": f'IFERROR({{{candidate}}}/{{{baseline}}},"none")',
        f"larger_{name}": f'IFERROR(MAX({ratio},1/{ratio}),"none")',
        f"times_{name}": f'IFERROR({times(larger)},"none")',
        f"{name}_in_words": f'IFERROR({words_of_ratio},"no answer here")',
    }


def _charts(study: Study) -> list[Chart]:
    return [
        Chart(
            kind=ChartKind.SCATTER,
            title=f"{unit} against tokens per second per user, log scale",
            sentence=sentence,
            categories=None,
            series=(
                *(
                    Series(
                        platform,
                        drawn(study, place, axis),
                        places=drawn(study, place, "interactivity"),
                    )
                    for place, platform in enumerate(study.platforms)
                ),
                Series(
                    "target", target_line(axis), Ink.TARGET, places=target_line("interactivity")
                ),
            ),
            category_title="Interactivity, tok/s/user",
            value_title=f"{unit}, log scale",
            format=shown,
            axis_format=axis_format,
            alt_text=(
                f"Scatter chart, log scale, of {unit} against tokens per second per user: the best "
                f"runs of {', '.join(study.platforms)} at the workload chosen; the target is a "
                "vertical line."
            ),
            column="chart1",
            columns=_CHART_COLUMNS,
            height=_CHART_HEIGHT,
            log=True,
            labels=False,
            category_format=Format.WHOLE,
        )
        for sentence, axis, unit, shown, axis_format in _CHARTS
    ]
