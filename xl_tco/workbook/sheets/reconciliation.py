"""Reconciliation: what was published beside what follows from it, cell by cell."""

from typing import Final

from xl_tco.functions import ARGUMENTS, BY_NAME
from xl_tco.scenario.comparison import RELATIVE_SUFFIX, PublishedCell, PublishedMetric
from xl_tco.workbook.content import RESULTS, Side, Subject
from xl_tco.workbook.description import (
    Call,
    Cell,
    Column,
    Content,
    Effect,
    Format,
    Formula,
    Highlight,
    Row,
    Sheet,
    Span,
    Style,
)
from xl_tco.workbook.sheets.inputs import published_key, words_of
from xl_tco.workbook.sheets.parts import (
    HEAD_ROWS,
    MARGIN,
    format_of,
    gap,
    head,
    header,
    section,
    status_alarm,
    text_height,
)

TITLE: Final = "Reconciliation"
_NOTE_WIDTH: Final = 58
_COLUMNS: Final = (
    MARGIN,
    Column("first", 25),
    Column("second", 14),
    Column("unit", 18),
    Column("published", 13),
    Column("lowest", 13),
    Column("beyond", 13),
    Column("printed", 14),
    Column("printed_within", 11),
    Column("unrounded", 14),
    Column("unrounded_within", 11),
    Column("accounted", 12),
    Column("note", _NOTE_WIDTH),
)
_TITLES: Final = {
    "first": "Metric",
    "second": "Platform",
    "unit": "Unit",
    "published": "Published",
    "lowest": "Rounds from",
    "beyond": "Up to, below",
    "printed": "Recomputed\nfrom printed",
    "printed_within": "Within\nrounding",
    "unrounded": "Recomputed\nunrounded",
    "unrounded_within": "Within\nrounding",
    "accounted": "Follows, or\nsays why",
    "note": "Note",
}
_NUMBERS: Final = tuple(_TITLES)[3:10]
_WAYS: Final = ("printed", "unrounded")

# Published as "35x lower": the ratio is read from the baseline's side.
_LOWER_IS_BETTER: Final = ("cost_per_mtok",)

# The inputs that the table prints; the others are the same in both ways of recomputing.
_PRINTED_INPUTS: Final = ("cost_per_gpu_hour", "tokens_per_second_per_gpu")
_INPUTS: Final = tuple(
    dict.fromkeys(argument.name for function in RESULTS for argument in function.arguments)
)


def reconciliation_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    comparison, pair = subject.comparison, subject.pair
    if not comparison or not pair:
        raise ValueError("only a comparison is reconciled")
    rows = [
        *head(subject, TITLE, TITLE),
        section("The published table, cell by cell", _COLUMNS),
        header(_TITLES, numbers=_NUMBERS),
        *(
            _table_row(pair, row.metric, label, suffix, cell)
            for row in comparison.published
            for label, suffix, cell in _cells(pair, row)
        ),
        gap(),
        section("Workings: inputs as printed and unrounded, as shipped", _COLUMNS),
        *_workings(pair),
    ]
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE), *_highlights(pair, comparison.published)),
    )


def accounted_for(subject: Subject) -> Span:
    """The cells that say of each published figure that it follows, or why it does not."""
    comparison, pair = subject.comparison, subject.pair
    if not comparison or not pair:
        raise ValueError("only a comparison is reconciled")
    first, last = comparison.published[0].metric, comparison.published[-1].metric
    return Span(f"accounted_{first}{pair[0].suffix}", f"accounted_{last}{RELATIVE_SUFFIX}")


def _cells(
    pair: tuple[Side, Side], row: PublishedMetric
) -> tuple[tuple[str, str, PublishedCell], ...]:
    baseline, candidate = pair
    return (
        (baseline.label, baseline.suffix, row.baseline),
        (candidate.label, candidate.suffix, row.candidate),
        ("Relative", RELATIVE_SUFFIX, row.relative),
    )


def _table_row(
    pair: tuple[Side, Side], metric: str, label: str, suffix: str, cell: PublishedCell
) -> Row:
    relative = suffix == RELATIVE_SUFFIX
    quantity = words_of(metric)
    shown = Format.TIMES if relative else format_of(metric)
    fine = Format.FINE if shown in (Format.USD, Format.NUMBER) else shown
    fine = Format.MULTIPLE if relative else fine
    key = published_key(metric, suffix)
    cells = {
        "first": Cell(quantity.label, Style.LABEL),
        "second": Cell(label, Style.UNIT),
        "unit": Cell("x" if relative else quantity.unit, Style.UNIT),
        "published": Cell(Formula(f"{{{key}}}"), Style.LINK, shown),
        "lowest": Cell(Formula(f"{{lowest_{key}}}"), Style.LINK, fine, key=f"low_{key}"),
        "beyond": Cell(Formula(f"{{beyond_{key}}}"), Style.LINK, fine, key=f"high_{key}"),
        "note": Cell(cell.note or None, Style.NOTE, key=f"note_{key}"),
    }
    for way in _WAYS:
        value, within = f"{way}_{metric}{suffix}", f"within_{way}_{metric}{suffix}"
        test = f"AND({{{value}}}>={{low_{key}}},{{{value}}}<{{high_{key}}})"
        cells[way] = Cell(_recomputed(pair, metric, suffix, way), Style.CALC, fine, key=value)
        cells[f"{way}_within"] = Cell(
            Formula(f'IF({test},"within","outside")'), Style.CALC, Format.WORD, key=within
        )
    cells["accounted"] = Cell(
        Formula(
            f'OR(AND({{within_printed_{metric}{suffix}}}="within",'
            f'{{within_unrounded_{metric}{suffix}}}="within"),{{note_{key}}}<>"")'
        ),
        Style.CHECK,
        key=f"accounted_{metric}{suffix}",
    )
    return Row(cells, height=text_height(cell.note, _NOTE_WIDTH))


def _recomputed(pair: tuple[Side, Side], metric: str, suffix: str, way: str) -> Content:
    if suffix != RELATIVE_SUFFIX:
        return Formula(f"{{work_{way}_{metric}{suffix}}}")
    baseline, candidate = (f"{way}_{metric}{side.suffix}" for side in pair)
    return Call(
        BY_NAME["relative"],
        (baseline, candidate) if metric in _LOWER_IS_BETTER else (candidate, baseline),
    )


def _workings(pair: tuple[Side, Side]) -> list[Row]:
    columns = dict(
        zip(
            ("published", "lowest", "beyond", "printed"),
            [(side, way) for side in pair for way in _WAYS],
            strict=True,
        )
    )
    rows = [
        header(
            {"first": "Figure", "second": "", "unit": "Unit"}
            | {name: f"{side.label}\n{way}" for name, (side, way) in columns.items()},
            numbers=tuple(columns),
        )
    ]
    for name in _INPUTS:
        quantity = ARGUMENTS[name].quantity
        rows.append(
            _working_row(
                name,
                quantity.label,
                quantity.unit,
                {
                    column: (side, way, Formula(f"{{{_origin(name, side, way)}}}"), Style.LINK)
                    for column, (side, way) in columns.items()
                },
            )
        )
    for function in RESULTS:
        rows.append(
            _working_row(
                function.name,
                function.result.label,
                function.result.unit,
                {
                    column: (
                        side,
                        way,
                        Call(
                            function,
                            tuple(f"work_{way}_{a.name}{side.suffix}" for a in function.arguments),
                        ),
                        Style.CALC,
                    )
                    for column, (side, way) in columns.items()
                },
            )
        )
    return rows


def _origin(name: str, side: Side, way: str) -> str:
    """Where an input comes from: the published table if it prints it, else as shipped."""
    if way == "printed" and name in _PRINTED_INPUTS:
        return published_key(name, side.suffix)
    return side.key(f"shipped_{name}")


def _working_row(
    name: str, label: str, unit: str, cells: dict[str, tuple[Side, str, Content, Style]]
) -> Row:
    return Row(
        {
            "first": Cell(label, Style.LABEL),
            "unit": Cell(unit, Style.UNIT),
            **{
                column: Cell(content, style, format_of(name), key=f"work_{way}_{name}{side.suffix}")
                for column, (side, way, content, style) in cells.items()
            },
        }
    )


def _highlights(pair: tuple[Side, Side], published: tuple[PublishedMetric, ...]) -> list[Highlight]:
    return [
        Highlight(key, f'{{{key}}}="outside"', Effect.CHANGED)
        for row in published
        for _, suffix, _ in _cells(pair, row)
        for way in _WAYS
        for key in (f"within_{way}_{row.metric}{suffix}",)
    ]
