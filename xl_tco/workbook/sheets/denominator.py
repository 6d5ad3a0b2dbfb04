"""Denominator: inquiries above and beneath the surface, and what each lever does to the cost."""

from collections.abc import Iterator
from typing import Final

from xl_tco.functions import BY_NAME
from xl_tco.workbook.content import Side, Subject, inquiries, levers
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
    Row,
    Series,
    Sheet,
    Span,
    Style,
)
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    MARGIN,
    ROW_HEIGHT,
    chart_title_rows,
    format_of,
    gap,
    head,
    header,
    section,
    status_alarm,
    text_height,
)
from xl_tco.workbook.sheets.placing import under_sentences
from xl_tco.workbook.wording import dollars

TITLE: Final = "Denominator"
_DELIVERED: Final = BY_NAME["delivered_tokens"]
_COST: Final = BY_NAME["cost_per_mtok"]
_NOTE_WIDTH: Final = 62
_QUESTION_WIDTH: Final = 44
_CHART_HEIGHT: Final = 290.0
_STEP_COLUMNS: Final = ("tokens", "cost", "hidden", "total", "fall", "rise")
_STEP_TITLES: Final = (
    "Tokens\n[tok/s/GPU]",
    "Cost",
    "Beneath",
    "Total",
    "Falls by",
    "Rises by",
)


def denominator_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    columns = _columns(subject)
    rows = head(subject, TITLE, TITLE)
    rows += _iceberg(subject, columns)
    rows += _results(subject, columns)
    rows, charts = under_sentences(
        rows, len(rows) + 1, [_chart(subject, side) for side in subject.sides]
    )
    rows += [Row(height=ROW_HEIGHT) for _ in range(int(_CHART_HEIGHT / ROW_HEIGHT) + 1)]
    for side in subject.sides:
        rows += _steps(subject, side, columns)
    rows += chart_title_rows(
        {key: text for side in subject.sides for key, text in _chart_titles(subject, side)},
        columns,
    )
    return Sheet(
        title=TITLE,
        columns=columns,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        charts=charts,
        highlights=(status_alarm(TITLE), *_warnings(subject)),
        one_page=True,
    )


def warning_key(side: Side) -> str:
    """The key of the words that warn of multiplied levers."""
    return side.key("lever_warning")


def effective(side: Side) -> Span:
    """The multipliers in force, lever by lever."""
    first, *_, last = levers()
    return Span(side.key(f"lever_{first.key}"), side.key(f"lever_{last.key}"))


def _columns(subject: Subject) -> tuple[Column, ...]:
    sides = [
        Column(f"{name}{side.suffix}", width)
        for side in subject.sides
        for name, width in (("answer", 12), ("baseline", 12), ("typed", 11), ("force", 13))
    ]
    return (
        MARGIN,
        Column("first", 30),
        Column("question", _QUESTION_WIDTH),
        Column("second", 10),
        *sides,
        *(() if subject.pair else (Column("step1", 12), Column("step2", 12))),
        Column("low", 10),
        Column("high", 10),
        Column("source", 22),
        Column("note", _NOTE_WIDTH),
    )


def _iceberg(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    titles = {"first": "Inquiry", "question": "What to ask", "second": "Unit"}
    for side in subject.sides:
        of = f"{side.label}\n" if subject.pair else "\n"
        titles |= {
            f"answer{side.suffix}": f"{of}answer",
            f"baseline{side.suffix}": f"{of}in baseline",
            f"typed{side.suffix}": f"{of}multiplier",
            f"force{side.suffix}": f"{of}in force",
        }
    titles |= {
        "low": "Published\nfrom",
        "high": "Published\nto",
        "source": "Source",
        "note": "Operating point of the published effect",
    }
    numbers = (*list(titles)[3:-2],)
    rows = [section("Surface-level inquiry: what is easy to compare", columns)]
    rows.append(header(titles, numbers=numbers))
    beneath = False
    for inquiry in inquiries():
        if inquiry.depth == "beneath" and not beneath:
            beneath = True
            rows.append(_waterline(columns))
        effect = inquiry.effect[0] if inquiry.effect else None
        cells = {
            "first": Cell(inquiry.label, Style.LABEL),
            "question": Cell(inquiry.question, Style.NOTE),
            "second": Cell("x" if inquiry.lever else "word", Style.UNIT),
        }
        for side in subject.sides:
            cells |= _answer_cells(side, inquiry.key, lever=inquiry.lever)
        if effect:
            cells |= {
                end: Cell(Formula(f"{{effect_{end}_{inquiry.key}}}"), Style.LINK, Format.MULTIPLE)
                for end in ("low", "high")
            }
            cells["source"] = Cell(effect.source, Style.UNIT)
            cells["note"] = Cell(effect.operating_point, Style.NOTE)
        rows.append(
            Row(
                cells,
                height=max(
                    text_height(inquiry.question, _QUESTION_WIDTH),
                    text_height(effect.operating_point if effect else "", _NOTE_WIDTH),
                ),
            )
        )
    return rows


def _waterline(columns: tuple[Column, ...]) -> Row:
    cells = {column.name: Cell(None, Style.WATERLINE) for column in columns[1:]}
    text = "Waterline: beneath it lies what makes or breaks delivered tokens"
    return Row({**cells, "first": Cell(text, Style.WATERLINE)}, height=22)


def _answer_cells(side: Side, key: str, *, lever: bool) -> dict[str, Cell]:
    def link(name: str, shown: Format) -> Cell:
        return Cell(
            Formula(f"{{{side.key(f'in_{name}')}}}"), Style.LINK, shown, key=side.key(f"den_{name}")
        )

    cells = {f"answer{side.suffix}": link(f"answer_{key}", Format.WORD)}
    if lever:
        cells[f"baseline{side.suffix}"] = link(f"in_baseline_{key}", Format.WORD)
        cells[f"typed{side.suffix}"] = link(key, Format.MULTIPLE)
        locked = f'{{{side.key(f"den_in_baseline_{key}")}}}="yes"'
        cells[f"force{side.suffix}"] = Cell(
            Formula(f"IF({locked},1,{{{side.key(f'den_{key}')}}})"),
            Style.CALC,
            Format.MULTIPLE,
            key=side.key(f"lever_{key}"),
        )
    return cells


def _results(subject: Subject, columns: tuple[Column, ...]) -> list[Row]:
    rows = [gap(), section("Delivered tokens", columns)]
    titles = {"first": "Result", "question": "", "second": "Unit"}
    titles |= {f"force{side.suffix}": side.label for side in subject.sides}
    rows.append(header(titles, numbers=tuple(titles)[3:]))
    names = {
        "den_baseline_tokens": ("Measured baseline", "link"),
        "den_utilization": ("Utilization", "link"),
        "full_tokens": ("With the levers in force, at full utilization", "full"),
        "out_delivered_tokens": (_DELIVERED.result.label, "delivered"),
        "den_multiplied": ("Levers that multiply", "count"),
    }
    for key, (label, kind) in names.items():
        unit = {"den_utilization": "ratio", "den_multiplied": "levers"}.get(key, "tok/s/GPU")
        rows.append(
            Row(
                {
                    "first": Cell(label, Style.LABEL),
                    "second": Cell(unit, Style.UNIT),
                    **{
                        f"force{side.suffix}": _result_cell(side, key, kind)
                        for side in subject.sides
                    },
                }
            )
        )
    for side in subject.sides:
        of = f", {side.label}" if subject.pair else ""
        count = f"{{{side.key('den_multiplied')}}}"
        rows.append(
            Row(
                {
                    "first": Cell(f"Levers together{of}", Style.LABEL),
                    "question": Cell(
                        Formula(
                            f'IF({count}>1,"WARNING, "&{count}&" levers multiplied: '
                            f'they do not compose","no two levers are multiplied")'
                        ),
                        Style.STATUS,
                        key=warning_key(side),
                    ),
                }
            )
        )
    return rows


def _result_cell(side: Side, key: str, kind: str) -> Cell:
    tokens, utilization = side.key("den_baseline_tokens"), side.key("den_utilization")
    by_name = {
        argument.name: side.key(f"lever_{argument.name}") for argument in _DELIVERED.arguments[2:]
    }
    if kind == "link":
        name = "tokens_per_second_per_gpu" if key == "den_baseline_tokens" else "utilization"
        return Cell(
            Formula(f"{{{side.key(f'in_{name}')}}}"),
            Style.LINK,
            format_of(name),
            key=side.key(key),
        )
    if kind == "count":
        span = effective(side)
        return Cell(
            Formula(f'COUNTIF({{{span.first}:{span.last}}},"<>1")'),
            Style.CALC,
            Format.WHOLE,
            key=side.key(key),
        )
    first = 1 if kind == "full" else utilization
    return Cell(
        Call(_DELIVERED, (tokens, first, *by_name.values())),
        Style.OUTPUT if kind == "delivered" else Style.CALC,
        Format.RATE,
        key=side.key(key),
        named=kind == "delivered",
    )


def _steps(subject: Subject, side: Side, columns: tuple[Column, ...]) -> list[Row]:
    """The levers switched on one after another: cost after each, and the bars that show it."""
    places = [column.name for column in columns[4:]][: len(_STEP_COLUMNS)]
    of = f", {side.label}" if subject.pair else ""
    rows = [
        gap(),
        section(f"Levers switched on one after another{of}", columns),
        header(
            {
                "first": "Step",
                "question": "",
                "second": "Unit",
                **dict(zip(places, _STEP_TITLES, strict=True)),
            },
            numbers=tuple(places),
        ),
    ]
    names = [("baseline", "Baseline"), *((item.key, item.label) for item in levers())]
    for number, (name, label) in enumerate([*names, ("delivered", "Delivered")]):
        rows.append(_step_row(side, number, name, label, len(names), places))
    return rows


def _step_row(side: Side, number: int, name: str, label: str, last: int, places: list[str]) -> Row:
    def key(column: str, place: int) -> str:
        return side.key(f"step_{column}_{place}")

    cost, before = (f"{{{key('cost', place)}}}" for place in (number, number - 1))
    is_end = number in (0, last)
    tokens = f"{{{key('tokens', number - 1)}}}"
    if number == 0:
        tokens = f"{{{side.key('den_baseline_tokens')}}}"
    elif number < last:
        tokens += f"*{{{side.key(f'lever_{name}')}}}"
    contents: dict[str, Content] = {
        "tokens": Formula(tokens),
        "cost": Call(
            _COST,
            (side.key("use_cost_per_gpu_hour"), key("tokens", number), side.key("den_utilization")),
        ),
        "hidden": Formula("0" if is_end else f"MIN({before},{cost})"),
        "total": Formula(cost if is_end else "0"),
        "fall": Formula("0" if is_end else f"MAX(0,{before}-{cost})"),
        "rise": Formula("0" if is_end else f"MAX(0,{cost}-{before})"),
    }
    cells = {
        "first": Cell(label, Style.LABEL, key=side.key(f"step_label_{number}")),
        "second": Cell("USD/Mtok", Style.UNIT),
    }
    for place, (column, content) in zip(places, contents.items(), strict=True):
        shown = Format.RATE if column == "tokens" else Format.USD
        cells[place] = Cell(content, Style.CALC, shown, key=key(column, number))
    return Row(cells)


def _chart_titles(subject: Subject, side: Side) -> Iterator[tuple[str, str]]:
    """The title of a platform's waterfall, after the words that it is made of."""
    no, levers_take = ("no", "levers take") if subject.pair else ("No", "Levers take")
    first, last = (f"{{{side.key(f'step_cost_{number}')}}}" for number in (0, len(levers()) + 1))
    before, after = (side.key(f"cost_{when}_levers") for when in ("before", "after"))
    words = side.key("levers_in_words")
    yield before, dollars(first)
    yield after, dollars(last)
    yield (
        words,
        f'IF({first}={last},"{no} lever changes the cost, "&{{{before}}},'
        f'"{levers_take} a million tokens from "&{{{before}}}&" to "&{{{after}}})',
    )
    of = f'"{side.label}: "&' if subject.pair else ""
    yield side.key("chart_title_levers"), f"{of}{{{words}}}"


def _chart(subject: Subject, side: Side) -> Chart:
    last = len(levers()) + 1
    inks = {
        "hidden": ("Beneath", Ink.HIDDEN),
        "total": ("Cost", Ink.CANDIDATE),
        "fall": ("Falls", Ink.BASELINE),
        "rise": ("Rises", Ink.THIRD),
    }
    of = f" of {side.label}" if subject.pair else ""
    name = f"{side.label}: c" if subject.pair else "C"
    return Chart(
        kind=ChartKind.STACK,
        title=f"{name}ost of a million tokens as levers are switched on, USD",
        sentence=side.key("chart_title_levers"),
        categories=Span(side.key("step_label_0"), side.key(f"step_label_{last}")),
        series=tuple(
            Series(
                title,
                Span(side.key(f"step_{column}_0"), side.key(f"step_{column}_{last}")),
                ink,
            )
            for column, (title, ink) in inks.items()
        ),
        category_title="Levers, switched on from left to right",
        value_title="USD per million tokens",
        format=Format.USD,
        axis_format=Format.USD_AXIS,
        alt_text=f"Waterfall of the cost per million tokens{of} as levers are switched on.",
        column="first" if side is subject.sides[0] else f"answer{subject.sides[0].suffix}",
        columns=3 if subject.pair and side is subject.sides[0] else 7,
        height=_CHART_HEIGHT,
        labels=False,
    )


def _warnings(subject: Subject) -> list[Highlight]:
    return [
        Highlight(warning_key(side), f"{{{side.key('den_multiplied')}}}>1", Effect.ALARM)
        for side in subject.sides
    ]
