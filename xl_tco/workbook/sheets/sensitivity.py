"""Sensitivity: cost per million tokens on two-way grids, and what moves it most."""

from typing import Final

from xl_tco.functions import BY_NAME
from xl_tco.scenario.fields import COST_FROM
from xl_tco.scenario.inputs import OWN_FIGURES
from xl_tco.scenario.kinds import INPUT_KINDS
from xl_tco.workbook.content import Side, Subject
from xl_tco.workbook.description import (
    Call,
    Cell,
    Chart,
    ChartKind,
    Column,
    Effect,
    Format,
    Formula,
    Highlight,
    Ink,
    Row,
    Series,
    Sheet,
    Span,
    Style,
)
from xl_tco.workbook.picking import number_at, text_at
from xl_tco.workbook.sheets.inputs import GRID_STEPS, UTILIZATION_POINTS
from xl_tco.workbook.sheets.ownership import ENDS, MOVED
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
from xl_tco.workbook.sheets.placing import one_below_another

TITLE: Final = "Sensitivity"
_COST: Final = BY_NAME["cost_per_mtok"]
_OWNED: Final = BY_NAME["gpu_hour_cost"]
_GRID: Final = tuple(f"grid{number}" for number in range(1, GRID_STEPS + 1))
# Of all charts together, so that they stay on the first page in print.
_CHARTS_HEIGHT: Final = 756.0
# The inputs of each tornado, by the model they move.
_TOKEN_INPUTS: Final = ("cost_per_gpu_hour", "tokens_per_second_per_gpu", "utilization")
_CHARTED: Final = 5


def sensitivity_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    columns = _columns()
    rows = head(subject, TITLE, TITLE)
    rows += _target(columns)
    heat: list[Span] = []
    highlights: list[Highlight] = []
    for side in subject.sides:
        for kind in ("cost", "utilization"):
            grid, span, borders = _grid(subject, side, columns, kind)
            rows += grid
            heat.append(span)
            highlights += borders
    for side in subject.sides:
        for kind in ("tokens", "owned"):
            rows += _tornado(subject, side, columns, kind)
    rows += chart_title_rows(
        {
            side.key(f"chart_title_{kind}_tornado"): _chart_title(subject, side, kind)
            for side in subject.sides
            for kind in ("tokens", "owned")
        },
        columns,
    )
    shown = [(side, kind) for side in subject.sides for kind in ("tokens", "owned")]
    height = _CHARTS_HEIGHT / max(len(shown), 3)
    rows, charts = one_below_another(
        rows, [_chart(subject, side, kind, height) for side, kind in shown]
    )
    return Sheet(
        title=TITLE,
        columns=columns,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        charts=charts,
        highlights=(status_alarm(TITLE), *highlights),
        heat=tuple(heat),
    )


def _columns() -> tuple[Column, ...]:
    return (
        MARGIN,
        Column("first", 34),
        Column("second", 14),
        Column("axis", 13),
        *(Column(name, 12) for name in _GRID),
        Column("gap", 3),
        *(Column(f"chart{number}", 11) for number in range(1, 8)),
    )


def _target(columns: tuple[Column, ...]) -> list[Row]:
    return [
        section("Target", columns),
        header({"first": "Aim", "second": "Unit", "axis": "Value"}, numbers=("axis",)),
        Row(
            {
                "first": Cell("Target cost per million tokens", Style.LABEL),
                "second": Cell(_COST.result.unit, Style.UNIT),
                "axis": Cell(
                    Formula("{in_target_cost_per_mtok}"), Style.LINK, Format.USD, key="sen_target"
                ),
            }
        ),
        Row(
            {
                "first": Cell(
                    "Bold with a red rule: where the cost comes down to the target.", Style.ASIDE
                )
            }
        ),
        gap(),
    ]


def _grid(
    subject: Subject, side: Side, columns: tuple[Column, ...], kind: str
) -> tuple[list[Row], Span, list[Highlight]]:
    """Cost per million tokens over throughput across, and cost or utilization down."""
    of = f"{side.label}: " if subject.pair else ""
    down = "cost per GPU-hour" if kind == "cost" else "utilization"
    unit = "USD/GPU-h" if kind == "cost" else "ratio"
    rows = [
        section(f"{of}cost per million tokens over {down} and throughput", columns),
        header(
            {"first": "Across: token output per GPU", "second": "Unit", "axis": f"Down\n[{unit}]"}
            | {name: f"Step {number}" for number, name in enumerate(_GRID, start=1)},
            numbers=("axis", *_GRID),
        ),
    ]
    across = {
        "first": Cell("Token output per GPU", Style.LABEL),
        "second": Cell("tok/s/GPU", Style.UNIT),
    }
    for number, name in enumerate(_GRID, start=1):
        tokens = side.key("use_tokens_per_second_per_gpu")
        across[name] = Cell(
            Formula(f"{{{tokens}}}*{{in_grid_step_{number}}}"),
            Style.CALC,
            Format.RATE,
            key=side.key(f"{kind}_across_{number}"),
        )
    rows.append(Row(across))
    count = GRID_STEPS if kind == "cost" else UTILIZATION_POINTS
    highlights = []
    for row in range(1, count + 1):
        axis = side.key(f"{kind}_down_{row}")
        cells = {
            "first": Cell(f"At {down}", Style.LABEL),
            "second": Cell(_COST.result.unit, Style.UNIT),
            "axis": _axis_cell(side, kind, row, axis),
        }
        for number, name in enumerate(_GRID, start=1):
            key = side.key(f"{kind}_grid_{row}_{number}")
            cells[name] = Cell(
                Call(_COST, _grid_arguments(side, kind, axis, number)),
                Style.CALC,
                Format.USD,
                key=key,
            )
            if number > 1:
                left = side.key(f"{kind}_grid_{row}_{number - 1}")
                highlights.append(
                    Highlight(
                        key,
                        f"AND({{{key}}}<={{sen_target}},{{{left}}}>{{sen_target}})",
                        Effect.BORDER,
                    )
                )
        rows.append(Row(cells))
    span = Span(side.key(f"{kind}_grid_1_1"), side.key(f"{kind}_grid_{count}_{GRID_STEPS}"))
    return [*rows, gap()], span, highlights


def _axis_cell(side: Side, kind: str, row: int, key: str) -> Cell:
    if kind == "cost":
        cost = side.key("use_cost_per_gpu_hour")
        return Cell(Formula(f"{{{cost}}}*{{in_grid_step_{row}}}"), Style.CALC, Format.USD, key=key)
    return Cell(Formula(f"{{in_utilization_point_{row}}}"), Style.LINK, Format.PERCENT, key=key)


def _grid_arguments(side: Side, kind: str, axis: str, number: int) -> tuple[str, ...]:
    tokens = side.key(f"{kind}_across_{number}")
    if kind == "cost":
        return (axis, tokens, side.key("use_utilization"))
    return (side.key("use_cost_per_gpu_hour"), tokens, axis)


def _tornado(subject: Subject, side: Side, columns: tuple[Column, ...], kind: str) -> list[Row]:
    """Each input at its low and high, all else as it is; then ranked by how far it moves."""
    of = f"{side.label}: " if subject.pair else ""
    what = "cost per million tokens" if kind == "tokens" else "owned GPU-hour"
    unit = _COST.result.unit if kind == "tokens" else _OWNED.result.unit
    names = _TOKEN_INPUTS if kind == "tokens" else MOVED
    rows = [
        section(f"{of}what moves the {what}", columns),
        header(
            {
                "first": "Input",
                "second": "Unit",
                "axis": "Low",
                "grid1": "High",
                "grid2": "At low\n[$]",
                "grid3": "At high\n[$]",
                "grid4": "Change,\nlow [$]",
                "grid5": "Change,\nhigh [$]",
                "grid6": "Spread\n[$]",
                "grid7": "Rank\n[place]",
            },
            numbers=("axis", *_GRID),
        ),
    ]
    spreads = f"{{{side.key(f'{kind}_spread_1')}:{side.key(f'{kind}_spread_{len(names)}')}}}"
    for place, name in enumerate(names, start=1):
        rows.append(_moved(side, kind, name, place, spreads))
    rows.append(
        header(
            {
                "first": "Ranked",
                "second": "Unit",
                "axis": "Rank\n[place]",
                "grid1": "At low",
                "grid2": "At high",
            },
            numbers=("axis", "grid1", "grid2"),
        )
    )
    for place in range(1, min(_CHARTED, len(names)) + 1):
        rows.append(_ranked(side, kind, place, len(names), unit))
    return [*rows, gap()]


def _moved(side: Side, kind: str, name: str, place: int, spreads: str) -> Row:
    quantity = INPUT_KINDS[name].quantity
    result = Format.USD

    def key(column: str, number: int = place) -> str:
        return side.key(f"{kind}_{column}_{number}")

    at_low, at_high = (f"{{{side.key(f'{kind}_at_{end}_{name}')}}}" for end in ENDS)
    base = side.key("out_cost_per_mtok" if kind == "tokens" else "out_gpu_hour_cost")
    cells = {
        "first": Cell(quantity.label, Style.LABEL, key=key("input")),
        "second": Cell(quantity.unit, Style.UNIT),
        "axis": _end(side, name, "low", key("low")),
        "grid1": _end(side, name, "high", key("high")),
        "grid2": _at(side, kind, name, "low", key("low")),
        "grid3": _at(side, kind, name, "high", key("high")),
        "grid4": Cell(Formula(f"{at_low}-{{{base}}}"), Style.CALC, result, key=key("change_low")),
        "grid5": Cell(Formula(f"{at_high}-{{{base}}}"), Style.CALC, result, key=key("change_high")),
        "grid6": Cell(
            Formula(f"ABS({at_high}-{at_low})"),
            Style.CALC,
            result,
            key=key("spread"),
        ),
        "grid7": Cell(
            Formula(
                f"RANK({{{key('spread')}}},{spreads})"
                f"+COUNTIF({{{key('spread', 1)}:{key('spread')}}},{{{key('spread')}}})-1"
            ),
            Style.CALC,
            Format.WHOLE,
            key=key("rank"),
        ),
    }
    return Row(cells)


def _end(side: Side, name: str, end: str, key: str) -> Cell:
    """The low or high of an input, as it counts in the model."""
    value = f"{{{side.key(f'{end}_{name}')}}}"
    text = value
    if name == "cost_per_gpu_hour":
        platform, source = (f"{{{side.key(f'in_{word}')}}}" for word in ("platform", "cost_from"))
        typed = f'AND({platform}="{OWN_FIGURES}",{source}="{COST_FROM[0]}")'
        text = f"IF({typed},{value},{{{side.key('use_cost_per_gpu_hour')}}})"
    if name == "tokens_per_second_per_gpu":
        levers = f"{{{side.key('full_tokens')}}}/{{{side.key('den_baseline_tokens')}}}"
        text = f"{value}*{levers}"
    style = Style.LINK if text == value else Style.CALC
    return Cell(Formula(text), style, format_of(name), key=key)


def _at(side: Side, kind: str, name: str, end: str, value: str) -> Cell:
    """The model with one input at its low or high; the owned GPU-hour comes from its own sheet."""
    key = side.key(f"{kind}_at_{end}_{name}")
    if kind == "owned":
        text = f"{{{side.key(f'own_at_{end}_{name}')}}}"
        return Cell(Formula(text), Style.LINK, Format.USD, key=key)
    use = {item.name: side.key(f"use_{item.name}") for item in _COST.arguments}
    return Cell(Call(_COST, tuple((use | {name: value}).values())), Style.CALC, Format.USD, key=key)


def _ranked(side: Side, kind: str, place: int, count: int, unit: str) -> Row:
    def span(column: str) -> str:
        return f"{{{side.key(f'{kind}_{column}_1')}:{side.key(f'{kind}_{column}_{count}')}}}"

    at = side.key(f"{kind}_place_{place}")
    before = side.key(f"{kind}_place_{place - 1}")
    found = f"MATCH({{{at}}},{span('rank')},0)"
    return Row(
        {
            "first": Cell(
                Formula(text_at(span("input"), found)),
                Style.CALC_TEXT,
                key=side.key(f"{kind}_ranked_{place}"),
            ),
            "second": Cell(unit, Style.UNIT),
            "axis": Cell(
                Formula("1" if place == 1 else f"{{{before}}}+1"), Style.CALC, Format.WHOLE, key=at
            ),
            **{
                column: Cell(
                    Formula(number_at(span(f"change_{end}"), found)),
                    Style.CALC,
                    Format.USD,
                    key=side.key(f"{kind}_bar_{end}_{place}"),
                )
                for column, end in (("grid1", "low"), ("grid2", "high"))
            },
        }
    )


def _chart_title(subject: Subject, side: Side, kind: str) -> str:
    of = f"{side.label}: " if subject.pair else ""
    what = "a million tokens" if kind == "tokens" else "the owned GPU-hour"
    return f'"{of}"&{{{side.key(f"{kind}_ranked_1")}}}&" moves {what} most"'


def _chart(subject: Subject, side: Side, kind: str, height: float) -> Chart:
    last = min(_CHARTED, len(_TOKEN_INPUTS if kind == "tokens" else MOVED))
    per = "million tokens" if kind == "tokens" else "GPU-hour"
    of = f" of {side.label}" if subject.pair else ""
    name = f"{side.label}: c" if subject.pair else "C"
    return Chart(
        kind=ChartKind.TORNADO,
        title=f"{name}hange of USD per {per}",
        sentence=side.key(f"chart_title_{kind}_tornado"),
        categories=Span(side.key(f"{kind}_ranked_1"), side.key(f"{kind}_ranked_{last}")),
        series=tuple(
            Series(
                f"Input at its {end}",
                Span(side.key(f"{kind}_bar_{end}_1"), side.key(f"{kind}_bar_{end}_{last}")),
                ink,
            )
            for end, ink in (("low", Ink.BASELINE), ("high", Ink.CANDIDATE))
        ),
        category_title="Input",
        value_title=f"Change, USD per {per}",
        format=Format.USD,
        axis_format=Format.USD_CHANGE,
        alt_text=f"Tornado{of}: change of the USD per {per} with each input at its low and high.",
        column="chart1",
        columns=7,
        height=height,
        labels=False,
    )
