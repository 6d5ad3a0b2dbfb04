"""Summary: headline cards, input metrics above the waterline, output metrics beneath, charts."""

from typing import Final

from xl_tco.functions import BY_NAME
from xl_tco.scenario.inputs import LIKE_FOR_LIKE_BASIS, Group, tier_costs
from xl_tco.workbook.content import Side, Subject
from xl_tco.workbook.description import (
    Cell,
    Chart,
    ChartKind,
    Column,
    Effect,
    Format,
    Formula,
    Highlight,
    Row,
    Series,
    Sheet,
    Span,
    Style,
)
from xl_tco.workbook.sheets.calc import COUNTED, metric_key
from xl_tco.workbook.sheets.inputs import UTILIZATION_POINTS, words_of
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    LIKE_FOR_LIKE_WORDS,
    MARGIN,
    format_of,
    gap,
    head,
    header,
    side_column,
    side_columns,
    status_alarm,
)
from xl_tco.workbook.sheets.placing import one_below_another, with_sources

TITLE: Final = "Summary"
_LIKE_FOR_LIKE: Final = "flops_per_dollar_like_for_like"
_BOUGHT: Final = ("cost_per_gpu_hour", "flops_per_dollar", _LIKE_FOR_LIKE)
_DELIVERED: Final = (
    "tokens_per_second_per_gpu",
    "tokens_per_mw",
    "joules_per_token",
    "cost_per_mtok",
)
_EARNED: Final = {
    **{
        name: (BY_NAME[name].result.label, BY_NAME[name].result.unit)
        for name in ("revenue_per_gpu_hour", "revenue_per_mw_year", "gross_margin")
    },
    "margin_per_mw_year": ("Gross margin per MW-year", "USD/MW-yr"),
}
_CHART_HEIGHT: Final = 212.0
_CHART_COLUMNS: Final = 8
_USD: Final = (Format.USD, Format.USD_AXIS)
_RATE: Final = (Format.RATE, Format.RATE_AXIS)


def summary_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    rows = head(subject, subject.title, TITLE)
    rows += _cards(subject)
    rows.append(_table_header(subject))
    rows.append(_band(subject, "Surface-level inquiry, input metrics: what is bought"))
    rows += [_metric_row(subject, metric) for metric in _BOUGHT if _shown(subject, metric)]
    rows.append(_waterline(subject))
    rows.append(_band(subject, "In-depth analysis, output metrics: what is delivered"))
    rows += [_metric_row(subject, metric) for metric in _DELIVERED]
    rows += [_earned_row(subject, metric) for metric in _EARNED]
    rows += _footnotes(subject)
    rows, charts = one_below_another(rows, _charts(subject))
    rows = with_sources(rows, charts, _chart_sources(subject))
    return Sheet(
        title=TITLE,
        columns=_columns(subject),
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        charts=charts,
        highlights=(status_alarm(TITLE), *_wording(subject)),
        gridlines=False,
        one_page=True,
    )


def _columns(subject: Subject) -> tuple[Column, ...]:
    return (
        MARGIN,
        Column("first", 42),
        Column("second", 22),
        *side_columns(subject, 17),
        *((Column("relative", 17),) if subject.pair else ()),
        Column("gap", 3),
        *(Column(f"chart{number}", 10) for number in range(1, _CHART_COLUMNS + 1)),
    )


def _shown(subject: Subject, metric: str) -> bool:
    return metric != _LIKE_FOR_LIKE or subject.compares_like_for_like


def _cards(subject: Subject) -> list[Row]:
    """Three headlines: for a pair baseline, candidate and ratio; else the three outputs."""
    if subject.pair:
        baseline, candidate = subject.pair
        cards = [
            (
                f"{side.label}: cost per million tokens",
                _value("cost_per_mtok", side),
                Cell(Formula(f"{{{side.key('situation')}}}"), Style.LINK_TEXT),
            )
            for side in subject.pair
        ]
        ratio = Cell(Formula("{cost_per_mtok_in_words}"), Style.HEADLINE)
        cards.append(
            (
                f"{candidate.label} against {baseline.label}",
                ratio,
                Cell("cost per million tokens", Style.HEADLINE_LABEL),
            )
        )
        places = ("first", "second", side_column(candidate))
    else:
        side = subject.sides[0]
        cards = [
            (
                words_of(metric).label,
                _value(metric, side),
                Cell(words_of(metric).unit, Style.HEADLINE_LABEL),
            )
            for metric in ("cost_per_mtok", "tokens_per_mw", "joules_per_token")
        ]
        places = ("first", "second", side_column(side))
    rows: list[dict[str, Cell]] = [{}, {}, {}]
    for place, (label, value, below) in zip(places, cards, strict=True):
        rows[0][place] = Cell(label, Style.HEADLINE_LABEL)
        rows[1][place] = value
        rows[2][place] = below
    heights = (18, 34, 18)
    return [
        *(Row(cells, height) for cells, height in zip(rows, heights, strict=True)),
        gap(),
    ]


def _value(metric: str, side: Side) -> Cell:
    return Cell(Formula(f"{{{metric_key(metric, side)}}}"), Style.HEADLINE, format_of(metric))


def _table_header(subject: Subject) -> Row:
    titles = {"first": "Metric", "second": "Unit"}
    titles |= {side_column(side): side.label for side in subject.sides}
    if subject.pair:
        titles["relative"] = f"{subject.pair[1].label} is"
    keys = {side_column(side): f"name{side.suffix}" for side in subject.sides}
    return header(titles, numbers=tuple(titles)[2:], keys=keys)


def _table_names(subject: Subject) -> list[str]:
    columns = ["first", "second", *(side_column(side) for side in subject.sides)]
    return [*columns, "relative"] if subject.pair else columns


def _band(subject: Subject, title: str) -> Row:
    cells = {name: Cell(None, Style.SECTION) for name in _table_names(subject)}
    return Row({**cells, "first": Cell(title, Style.SECTION)}, height=22)


def _waterline(subject: Subject) -> Row:
    cells = {name: Cell(None, Style.WATERLINE) for name in _table_names(subject)}
    text = "Waterline: above it what is easy to compare, beneath it what decides"
    return Row({**cells, "first": Cell(text, Style.WATERLINE)}, height=20)


def _metric_row(subject: Subject, metric: str) -> Row:
    quantity = words_of("flops_per_dollar" if metric == _LIKE_FOR_LIKE else metric)
    style = Style.OUTPUT if metric == "cost_per_mtok" else Style.LINK
    cells = {
        "first": Cell(Formula(f"{{words_{metric}}}"), Style.LINK_TEXT)
        if metric in COUNTED
        else Cell(_label(subject, metric, quantity.label), Style.LABEL),
        "second": Cell(quantity.unit, Style.UNIT),
    }
    for side in subject.sides:
        cells[side_column(side)] = Cell(
            Formula(f"{{{metric_key(metric, side)}}}"),
            style,
            format_of(metric),
            key=side.key(f"summary_{metric}"),
        )
    if subject.pair:
        cells["relative"] = Cell(
            Formula(f"{{times_{metric}}}"), style, Format.TIMES, key=f"summary_times_{metric}"
        )
    return Row(cells, height=22)


def _earned_row(subject: Subject, metric: str) -> Row:
    """Revenue and margin; a margin may be negative, so there is no ratio of the two."""
    label, unit = _EARNED[metric]
    cells = {"first": Cell(label, Style.LABEL), "second": Cell(unit, Style.UNIT)}
    for side in subject.sides:
        cells[side_column(side)] = Cell(
            Formula(f"{{{side.key(f'out_{metric}')}}}"), Style.LINK, format_of(metric, unit)
        )
    return Row(cells, height=22)


def _label(subject: Subject, metric: str, label: str) -> str:
    if metric == "flops_per_dollar":
        bases = dict.fromkeys(side.scenario.compute_basis for side in subject.sides)
        return f"{label} ({', '.join(bases)})"
    if metric == _LIKE_FOR_LIKE:
        return f"{label} ({LIKE_FOR_LIKE_BASIS}, {LIKE_FOR_LIKE_WORDS})"
    return label


def _wording(subject: Subject) -> list[Highlight]:
    """A ratio below one is worded "lower"."""
    if not subject.pair:
        return []
    return [
        Highlight(f"summary_times_{metric}", f"{{rel_{metric}}}<1", Effect.LOWER)
        for metric in (*_BOUGHT, *_DELIVERED)
        if _shown(subject, metric)
    ]


def _footnotes(subject: Subject) -> list[Row]:
    rows = [gap()]
    for side in subject.sides:
        scenario = side.scenario
        if not subject.pair:
            rows.append(
                Row({"first": Cell(Formula(f"{{{side.key('situation')}}}"), Style.LINK_TEXT)})
            )
        label = f"{side.label}: " if subject.pair else ""
        rows.append(_note(f"{label}{scenario.model}, operating point {scenario.operating_point}."))
    rows.append(_note("Revenue and margin: at the prices and request lengths on sheet Inputs."))
    if subject.comparison and subject.comparison.published:
        rows.append(_note("What was published, and what follows from it: sheet Reconciliation."))
    return rows


def _note(text: str) -> Row:
    return Row({"first": Cell(text, Style.ASIDE)})


def _chart_sources(subject: Subject) -> str:
    sources = dict.fromkeys(
        figure.source for side in subject.sides for figure in side.figures(Group.PLATFORM)
    )
    return f"Sources of the charts: {', '.join(sources)}; see sheet Sources."


def _charts(subject: Subject) -> list[Chart]:
    return _pair_charts(*subject.pair) if subject.pair else _single_charts(subject.sides[0])


def _chart(
    kind: ChartKind,
    title: str,
    sentence: str,
    categories: tuple[str, str],
    values: tuple[str, str],
    axes: tuple[str, str],
    formats: tuple[Format, Format],
    alt_text: str,
    *,
    log: bool = False,
    contrast: bool = False,
    category_format: Format | None = None,
) -> Chart:
    return Chart(
        kind=kind,
        title=title,
        sentence=sentence,
        categories=Span(*categories),
        series=(Series(axes[1], Span(*values)),),
        category_title=axes[0],
        value_title=axes[1],
        format=formats[0],
        axis_format=formats[1],
        alt_text=alt_text,
        log=log,
        contrast=contrast,
        category_format=category_format,
        column="chart1",
        columns=_CHART_COLUMNS,
        height=_CHART_HEIGHT,
    )


def _pair_charts(baseline: Side, candidate: Side) -> list[Chart]:
    both = f"{baseline.label} and {candidate.label}"
    names = (f"name{baseline.suffix}", f"name{candidate.suffix}")
    return [
        _chart(
            ChartKind.BAR,
            "Cost of a million tokens, USD",
            "chart_title_cost",
            names,
            (baseline.key("summary_cost_per_mtok"), candidate.key("summary_cost_per_mtok")),
            ("Platform", "USD per million tokens"),
            _USD,
            f"Bar chart of the cost per million tokens of {both}.",
            contrast=True,
        ),
        _chart(
            ChartKind.BAR,
            "Tokens per second per MW, tok/s, log scale",
            "chart_title_power",
            names,
            (baseline.key("summary_tokens_per_mw"), candidate.key("summary_tokens_per_mw")),
            ("Platform", "tok/s per MW, log scale"),
            _RATE,
            f"Bar chart, log scale, of the tokens per second per MW of {both}.",
            log=True,
            contrast=True,
        ),
    ]


def _single_charts(side: Side) -> list[Chart]:
    last = UTILIZATION_POINTS
    charts = [
        _chart(
            ChartKind.LINE,
            "Cost of a million tokens against utilization, USD",
            "chart_title_utilization",
            ("point_1", f"point_{last}"),
            ("cost_at_point_1", f"cost_at_point_{last}"),
            ("Utilization", "USD per million tokens"),
            _USD,
            "Line chart of the cost per million tokens against utilization.",
            category_format=Format.PERCENT,
        )
    ]
    if tiers := tier_costs(side.scenario):
        first, final = tiers[0].tier, tiers[-1].tier
        charts.append(
            _chart(
                ChartKind.BAR,
                "Cost of a million tokens at each ownership tier, USD",
                "chart_title_tier",
                (f"label_{first}", f"label_{final}"),
                (f"cost_at_{first}", f"cost_at_{final}"),
                ("Ownership tier", "USD per million tokens"),
                _USD,
                "Bar chart of the cost per million tokens at each ownership tier.",
            )
        )
    return charts
