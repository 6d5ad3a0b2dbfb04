"""Catalog: the dated figures that the scenario selector and the lookups draw on."""

from typing import Final

from xl_tco.catalog.models import load_catalog
from xl_tco.catalog.records import all_figures, date_number
from xl_tco.errors import ExcelError
from xl_tco.lookups import platforms
from xl_tco.lookups.platforms import DESCRIBED, figure_columns
from xl_tco.scenario.inputs import LIKE_FOR_LIKE, OWN_FIGURES
from xl_tco.workbook.content import Side, Subject
from xl_tco.workbook.description import Cell, Column, Format, Formula, Row, Sheet, Span, Style
from xl_tco.workbook.picking import number_at
from xl_tco.workbook.sheets.inputs import figure_label
from xl_tco.workbook.sheets.parts import HEAD_ROWS, MARGIN, gap, head, header, section, status_alarm

TITLE: Final = "Catalog"
_COLUMNS: Final = (
    MARGIN,
    Column("first", 22),
    Column("second", 22),
    Column("variant", 20),
    Column("as_of", 14),
    Column("value", 12),
    Column("unit", 14),
    Column("source", 20),
    Column("since", 12),
    *(Column(f"more{number}", 11) for number in range(1, 8)),
    Column("key", 46),
    Column("row", 54),
)
_FIGURE_TITLES: Final = {
    "first": "Platform",
    "second": "Figure",
    "variant": "Tier or basis",
    "as_of": "As of",
    "value": "Value",
    "unit": "Unit",
    "source": "Source",
    "since": "Since\n[yyyymmdd]",
    "key": "Key",
    "row": "Row",
}


# The figures that a platform of the catalog puts in force, and what tells the variant of each.
CHOSEN: Final = ("cost_per_gpu_hour", "kw_per_gpu", "pflops_per_gpu")
VARIANTS: Final = {"cost_per_gpu_hour": "tier", "kw_per_gpu": "power_basis"}


def chosen(subject: Subject) -> tuple[str, ...]:
    """What the selector looks up, by the input that it replaces."""
    return (*CHOSEN, "pflops_like_for_like") if subject.compares_like_for_like else CHOSEN


def _catalog_figure(side: Side, name: str) -> str:
    special = {
        "pflops_per_gpu": side.scenario.compute.figure,
        "pflops_like_for_like": LIKE_FOR_LIKE,
    }
    return special.get(name, name)


def catalog_sheet(subject: Subject) -> Sheet:
    """Describe the sheet."""
    platform_rows, platform_range = _platform_rows()
    figure_rows, figure_ranges = _figure_rows()
    choice_rows, choice_ranges = _choice_rows()
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=(
            *head(subject, TITLE, TITLE),
            section("Scenario selector: the rows in force for a platform of the catalog", _COLUMNS),
            *_chosen_rows(subject),
            gap(),
            section("What the scenario selector offers", _COLUMNS),
            *choice_rows,
            gap(),
            section("Figures, each with its date: what the lookups search", _COLUMNS),
            *figure_rows,
            gap(),
            section("Platforms and their newest figures", _COLUMNS),
            *platform_rows,
        ),
        frozen_rows=HEAD_ROWS,
        highlights=(status_alarm(TITLE),),
        ranges={**choice_ranges, **figure_ranges, **platform_range},
    )


def _chosen_rows(subject: Subject) -> list[Row]:
    """Key, newest date by then and row of each figure, of each platform chosen on Inputs."""
    titles = _FIGURE_TITLES | {"value": "Until", "source": "", "more1": "For"}
    rows = [header(titles, numbers=("value", "since"))]
    for side in subject.sides:
        for name in chosen(subject):
            rows.append(_chosen_row(side, name))
    return rows


def _chosen_row(side: Side, name: str) -> Row:
    def linked_word(word: str) -> Cell:
        key = side.key(f"cat_{word}_{name}")
        return Cell(Formula(f"{{{side.key(f'in_{word}')}}}"), Style.LINK, Format.WORD, key=key)

    def cell(word: str) -> str:
        return f"{{{side.key(f'cat_{word}_{name}')}}}"

    key, since, until = (f"{{{side.key(f'{item}_{name}')}}}" for item in ("key", "since", "until"))
    variant = VARIANTS.get(name)
    cells = {
        "first": linked_word("platform"),
        "second": Cell(_catalog_figure(side, name), Style.UNIT, key=side.key(f"cat_figure_{name}")),
        # Blank where a figure has no variant.
        "variant": linked_word(variant)
        if variant
        else Cell(None, Style.UNIT, key=side.key(f"cat_variant_{name}")),
        "as_of": linked_word("as_of"),
        "value": Cell(
            Formula(number_at("catalog_until", f"MATCH({cell('as_of')},catalog_dates,0)")),
            Style.CALC,
            Format.DATE_NUMBER,
            key=side.key(f"until_{name}"),
        ),
        "unit": Cell("yyyymmdd", Style.UNIT),
        "since": Cell(
            # Not MAXIFS: older programs do not know it.
            Formula(
                f"SUMPRODUCT(MAX((catalog_keys={key})*(catalog_since<={until})*catalog_since))"
            ),
            Style.CALC,
            Format.DATE_NUMBER,
            key=side.key(f"since_{name}"),
        ),
        "key": Cell(
            Formula(f'{cell("platform")}&"|"&{cell("figure")}&"|"&{cell(variant or "variant")}'),
            Style.CALC_TEXT,
            key=side.key(f"key_{name}"),
        ),
        "row": Cell(Formula(f'{key}&"|"&{since}'), Style.CALC_TEXT, key=side.key(f"row_{name}")),
        "more1": Cell(f"{side.label}: {figure_label(name)}", Style.UNIT),
    }
    return Row(cells)


def _choice_rows() -> tuple[list[Row], dict[str, Span]]:
    catalog = load_catalog()
    choices = (OWN_FIGURES, *catalog.platforms)
    titles = {
        "first": "Platform",
        "second": "Name",
        "variant": "Date",
        "as_of": "Until",
        "unit": "Unit",
    }
    rows = []
    for number, choice in enumerate(choices):
        said = catalog.platforms.get(choice)
        cells = {
            "first": Cell(choice, Style.UNIT, key=f"choice_{number}"),
            "second": Cell(said.name if said else "As typed on Inputs", Style.UNIT),
        }
        if number < len(catalog.dates):
            date = catalog.dates[number]
            until = date_number(date, "99")
            cells["variant"] = Cell(date, Style.UNIT, Format.TEXT, key=f"date_{number}")
            cells["as_of"] = Cell(until, Style.PUBLISHED, Format.DATE_NUMBER, key=f"until_{number}")
            cells["unit"] = Cell("yyyymmdd", Style.UNIT)
        rows.append(Row(cells))
    last = len(catalog.dates) - 1
    return [header(titles, numbers=("as_of",)), *rows], {
        "catalog_choices": Span("choice_0", f"choice_{len(choices) - 1}"),
        "catalog_dates": Span("date_0", f"date_{last}"),
        "catalog_until": Span("until_0", f"until_{last}"),
    }


def _figure_rows() -> tuple[list[Row], dict[str, Span]]:
    found = sorted(all_figures(), key=lambda item: item.row)
    rows = [header(_FIGURE_TITLES, numbers=("value", "since"))]
    for number, item in enumerate(found):
        rows.append(
            Row(
                {
                    "first": Cell(item.platform, Style.LABEL),
                    "second": Cell(item.figure, Style.UNIT),
                    "variant": Cell(item.variant or None, Style.UNIT),
                    "as_of": Cell(item.as_of, Style.UNIT, Format.TEXT),
                    "value": Cell(
                        item.value, Style.PUBLISHED, Format.FINE, key=f"catalog_value_{number}"
                    ),
                    "unit": Cell(item.unit, Style.UNIT),
                    "source": Cell(item.source, Style.UNIT),
                    "key": Cell(item.key, Style.UNIT, key=f"catalog_key_{number}"),
                    "since": Cell(
                        item.since,
                        Style.PUBLISHED,
                        Format.DATE_NUMBER,
                        key=f"catalog_since_{number}",
                    ),
                    "row": Cell(item.row, Style.UNIT, key=f"catalog_row_{number}"),
                }
            )
        )
    last = len(found) - 1
    return rows, {
        f"catalog_{name}s" if name != "since" else "catalog_since": Span(
            f"catalog_{name}_0", f"catalog_{name}_{last}"
        )
        for name in ("key", "since", "row", "value")
    }


def _platform_rows() -> tuple[list[Row], dict[str, Span]]:
    names = [column.name for column in _COLUMNS[1:]]
    headers, *lines = platforms()
    units = {item.figure: item.unit for item in all_figures()}
    figures = names[1 + len(DESCRIBED) :]
    rows = [
        header(
            {
                name: f"[{units[figure]}]"
                for name, (figure, _) in zip(figures, figure_columns(), strict=True)
            }
        ),
        Row(
            {
                name: Cell(str(title), Style.HEADER_UNIT, key=f"platforms_0_{place}")
                for place, (name, title) in enumerate(zip(names, headers, strict=True))
            },
            height=50,
        ),
    ]
    for number, line in enumerate(lines, start=1):
        rows.append(
            Row(
                {
                    name: Cell(
                        None if value == ExcelError.NA else value,
                        Style.PUBLISHED if isinstance(value, float) else Style.UNIT,
                        Format.FINE if isinstance(value, float) else Format.GENERAL,
                        key=f"platforms_{number}_{place}",
                    )
                    for place, (name, value) in enumerate(zip(names, line, strict=True))
                }
            )
        )
    return rows, {
        "catalog_platforms": Span("platforms_0_0", f"platforms_{len(lines)}_{len(headers) - 1}")
    }
