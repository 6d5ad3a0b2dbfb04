"""Curves: what the charts draw, the best of each platform at the workload of sheet Inputs."""

from typing import Final

from xl_tco.workbook.description import Cell, Column, Format, Formula, Row, Sheet, Span, Style
from xl_tco.workbook.measured.parts import index, text
from xl_tco.workbook.measured.study import Study
from xl_tco.workbook.picking import number_at
from xl_tco.workbook.sheets.parts import HEAD_ROWS, MARGIN, gap, head, header, section, status_alarm

TITLE: Final = "Curves"
_AXES: Final = {
    "interactivity": ("tok/s/user", Format.NUMBER),
    "cost": ("USD/Mtok", Format.USD),
    "tokens_per_mw": ("tok/s/MW", Format.RATE),
}
# What the charts show upwards, on a log scale.
_VALUES: Final = ("cost", "tokens_per_mw")
_PLACES: Final = {"row": "row", "measured": "measured in", "ratio": "of the row"}
_EXTREMES: Final = {"low": ("Lowest", "MIN"), "high": ("Highest", "MAX")}
# Ends and decades beyond: powers of ten around all points, where a log axis begins and ends.
_LINE: Final = (("Bottom", "low", 0), ("Top", "high", 1))
_NOTE: Final = (
    "At every interactivity that was measured, the configuration that is best there. Points beyond "
    "a platform's last repeat it; #N/A: nothing was measured, and a chart leaves it out."
)


def curves_sheet(study: Study) -> Sheet:
    """Describe the sheet."""
    columns = _columns(study)
    points = max(len(places) for places in study.curves.values())
    pool, ranges = _pool_rows(study)
    return Sheet(
        title=TITLE,
        columns=columns,
        rows=(
            *head(study.subject, TITLE, TITLE),
            section("Drawn on sheet Summary: the best of each platform", columns),
            Row({"first": Cell(_NOTE, Style.ASIDE)}),
            header(_titles(study), numbers=tuple(_titles(study))[1:]),
            _start_row(study),
            _count_row(study),
            *(_point_row(study, point) for point in range(1, points + 1)),
            gap(),
            section(
                "The target of sheet Inputs: a line from power of ten to power of ten", columns
            ),
            *_line_rows(study),
            gap(),
            section("The best of every platform and workload: rows of sheet Frontier", columns),
            *pool,
        ),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
        ranges=ranges,
    )


def drawn(study: Study, platform: int, axis: str) -> Span:
    """The cells of a platform that a chart draws."""
    points = max(len(places) for places in study.curves.values())
    return Span(f"draw_{platform}_{axis}_1", f"draw_{platform}_{axis}_{points}")


def target_line(axis: str) -> Span:
    """The cells of the line at the target: its two ends on an axis."""
    return Span(f"line_{_LINE[0][1]}_{axis}", f"line_{_LINE[-1][1]}_{axis}")


def _columns(study: Study) -> tuple[Column, ...]:
    drawn_columns = [
        Column(_column(place, axis), 14)
        for place in range(len(study.platforms))
        for axis in (*_PLACES, *_AXES)
    ]
    return (MARGIN, Column("first", 44), *drawn_columns)


def _column(platform: int, axis: str) -> str:
    # The head of every sheet stands in the columns first and second.
    return "second" if (platform, axis) == (0, "row") else f"p{platform}_{axis}"


def _titles(study: Study) -> dict[str, str]:
    titles = {"first": "Point"}
    for place, platform in enumerate(study.platforms):
        titles |= {_column(place, key): f"{platform}\n{word}" for key, word in _PLACES.items()}
        titles |= {_column(place, axis): f"{platform}\n{unit}" for axis, (unit, _) in _AXES.items()}
    return titles


def _start_row(study: Study) -> Row:
    cells = {"first": Cell("First of its rows below", Style.LABEL)}
    for place, platform in enumerate(study.platforms):
        key = f"plat_{study.listed_platforms.index(platform) + 1}"
        cells[_column(place, "row")] = Cell(
            Formula(f'MATCH({{{key}}}&"|"&in_workload,curve_keys,0)'),
            Style.CALC,
            Format.WHOLE,
            f"draw_{place}_start",
        )
    return Row(cells)


def _count_row(study: Study) -> Row:
    cells = {"first": Cell("How many", Style.LABEL)}
    for place, platform in enumerate(study.platforms):
        key = f"plat_{study.listed_platforms.index(platform) + 1}"
        cells[_column(place, "row")] = Cell(
            Formula(f'SUMPRODUCT(--(curve_keys={{{key}}}&"|"&in_workload))'),
            Style.CALC,
            Format.WHOLE,
            f"draw_{place}_count",
        )
    return Row(cells)


def _point_row(study: Study, point: int) -> Row:
    number = f"point_{point}"
    cells = {"first": Cell(point, Style.UNIT, Format.WHOLE, number)}
    for place in range(len(study.platforms)):
        first, count = f"{{draw_{place}_start}}", f"{{draw_{place}_count}}"
        row, measured, ratio, speed = (
            f"{{draw_{place}_{key}_{point}}}" for key in (*_PLACES, "interactivity")
        )
        nth = f"{first}+MIN({{{number}}},{count})-1"
        formulas = {
            "row": (number_at("curve_rows", nth), Style.CALC, Format.WHOLE),
            "measured": (number_at("curve_measured", nth), Style.CALC, Format.WHOLE),
            # Throughput over that of the row: between two runs its logarithm is linear.
            "ratio": (
                f"EXP(({speed}-{number_at('f_interactivity', row)})*{number_at('f_slope', row)})",
                Style.CALC,
                Format.NUMBER,
            ),
            "interactivity": (number_at("f_interactivity", measured), Style.LINK, Format.NUMBER),
            "cost": (f"{number_at('f_cost', row)}/{ratio}", Style.CALC, Format.USD),
            "tokens_per_mw": (
                f"{number_at('f_tokens_per_mw', row)}*{ratio}",
                Style.CALC,
                Format.RATE,
            ),
        }
        for key, (formula, style, shown) in formulas.items():
            cells[_column(place, key)] = Cell(
                Formula(formula), style, shown, f"draw_{place}_{key}_{point}"
            )
    return Row(cells)


def _line_rows(study: Study) -> list[Row]:
    return [
        *(_extreme_row(study, extreme) for extreme in _EXTREMES),
        *(_line_row(study, *end) for end in _LINE),
    ]


def _extreme_row(study: Study, extreme: str) -> Row:
    """The least or greatest drawn of each platform; a word where it was not measured."""
    title, function = _EXTREMES[extreme]
    cells = {"first": Cell(f"{title} drawn", Style.LABEL)}
    for place in range(len(study.platforms)):
        for axis in _VALUES:
            span = drawn(study, place, axis)
            cells[_column(place, axis)] = Cell(
                Formula(f'IFERROR({function}({{{span.first}:{span.last}}}),"none")'),
                Style.CALC,
                _AXES[axis][1],
                f"{extreme}_{place}_{axis}",
            )
    return Row(cells)


def _line_row(study: Study, title: str, extreme: str, decades: int) -> Row:
    target = Cell(
        Formula("in_interactivity"), Style.LINK, Format.NUMBER, f"line_{extreme}_interactivity"
    )
    cells = {
        "first": Cell(f"{title} of the line", Style.LABEL),
        _column(0, "interactivity"): target,
    }
    for axis in _VALUES:
        found = ",".join(f"{{{extreme}_{place}_{axis}}}" for place in range(len(study.platforms)))
        power = f"INT(LOG10({_EXTREMES[extreme][1]}({found})))"
        cells[_column(0, axis)] = Cell(
            Formula(f"10^({power}+{decades})" if decades else f"10^{power}"),
            Style.CALC,
            _AXES[axis][1],
            f"line_{extreme}_{axis}",
        )
    return Row(cells)


def _pool_rows(study: Study) -> tuple[list[Row], dict[str, Span]]:
    column, other = _column(0, "row"), _column(0, "measured")
    titles = {"first": "Platform and workload", column: "Row", other: "Measured in"}
    rows = [header(titles, numbers=(column, other))]
    last = 0
    for (platform, workload), samples in study.curves.items():
        for sample in samples:
            last += 1
            rows.append(
                Row(
                    {
                        "first": text(f"{platform}|{workload}", f"curve_key_{last}"),
                        column: index(sample.best + 1, f"curve_row_{last}"),
                        other: index(sample.measured + 1, f"curve_measured_{last}"),
                    }
                )
            )
    return rows, {
        "curve_keys": Span("curve_key_1", f"curve_key_{last}"),
        "curve_rows": Span("curve_row_1", f"curve_row_{last}"),
        "curve_measured": Span("curve_measured_1", f"curve_measured_{last}"),
    }
