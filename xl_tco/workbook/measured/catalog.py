"""Catalog: cost and power in force for the platforms measured, and the dated figures behind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from xl_tco.functions import ARGUMENTS
from xl_tco.workbook.description import (
    Cell,
    Either,
    Format,
    Formula,
    Row,
    Sheet,
    Span,
    Style,
)
from xl_tco.workbook.measured.parts import text
from xl_tco.workbook.measured.study import RATES, Study
from xl_tco.workbook.picking import number_at
from xl_tco.workbook.sheets import catalog
from xl_tco.workbook.sheets.parts import HEAD_ROWS, format_of, gap, header, section

TITLE: Final = catalog.TITLE
_SELECTOR_ROWS: Final = 2
_VARIANTS: Final = {"cost_per_gpu_hour": "in_tier", "kw_per_gpu": "in_power_basis"}


def catalog_sheet(study: Study) -> Sheet:
    """Describe the sheet: the catalog's own, with what the platforms measured take from it."""
    sheet = catalog.catalog_sheet(study.subject)
    last = len(study.listed_platforms)
    rows = (
        *sheet.rows[:HEAD_ROWS],
        section("Platforms measured: cost and power in force", sheet.columns),
        *_platform_rows(study),
        gap(),
        section("Looked up at the tier, basis and date of sheet Inputs", sheet.columns),
        *_figure_rows(study),
        # In place of the scenario selector, which a workbook of measurements does not have.
        *sheet.rows[HEAD_ROWS + _SELECTOR_ROWS :],
    )
    names = {"platforms": "plat", "costs": "plat_cost", "kw": "plat_kw", "pue": "plat_pue"}
    measured = {
        f"measured_{name}": Span(f"{key}_1", f"{key}_{last}") for name, key in names.items()
    }
    return replace(sheet, rows=rows, ranges={**sheet.ranges, **measured})


def _platform_rows(study: Study) -> list[Row]:
    titles = {"first": "Platform", "variant": "USD/GPU-h", "as_of": "kW/GPU", "value": "PUE"}
    rows = [header(titles, numbers=("variant", "as_of", "value"))]
    for place, platform in enumerate(study.listed_platforms, start=1):
        own = {name: study.typed(name, platform) is not None for name in RATES}
        cost, kw = (f"{{{'in' if own[name] else 'found'}_{name}_{place}}}" for name in RATES)
        # Utility power holds the facility overhead already; power that is typed does not.
        pue = f"{{in_pue_{place}}}"
        is_it = own["kw_per_gpu"]
        rows.append(
            Row(
                {
                    "first": text(platform, f"plat_{place}"),
                    "variant": _linked(cost, "cost_per_gpu_hour", f"plat_cost_{place}", own),
                    "as_of": _linked(kw, "kw_per_gpu", f"plat_kw_{place}", own),
                    "value": Cell(
                        Formula(pue if is_it else f'IF(in_power_basis="utility",1,{pue})'),
                        Style.LINK if is_it else Style.CALC,
                        Format.NUMBER,
                        f"plat_pue_{place}",
                    ),
                }
            )
        )
    return rows


def _linked(reference: str, name: str, key: str, own: Mapping[str, bool]) -> Cell:
    return Cell(Formula(reference), Style.LINK if own[name] else Style.CALC, format_of(name), key)


def _figure_rows(study: Study) -> list[Row]:
    titles = {
        "first": "Platform",
        "second": "Figure",
        "variant": "Tier or basis",
        "as_of": "As of",
        "value": "In force",
        "unit": "Unit",
        "source": "Until yyyymmdd",
        "since": "Since",
        "key": "Key",
        "row": "Row",
    }
    rows = [header(titles, numbers=("value", "source", "since"))]
    for place, platform in enumerate(study.listed_platforms, start=1):
        rows += [_figure_row(place, name) for name in RATES if study.typed(name, platform) is None]
    return rows


def _figure_row(place: int, name: str) -> Row:
    def key(word: str) -> str:
        return f"{word}_{name}_{place}"

    def cell(word: str) -> str:
        return f"{{{key(word)}}}"

    platform = f"{{plat_{place}}}"
    lookup = f'PLATFORM_FIGURE({platform},"{name}",{cell("variant")},{cell("as_of")})'
    newest = f"(catalog_keys={cell('key')})*(catalog_since<={cell('until')})*catalog_since"
    return Row(
        {
            "first": Cell(Formula(platform), Style.CALC_TEXT),
            "second": Cell(name, Style.UNIT),
            "variant": Cell(Formula(_VARIANTS[name]), Style.LINK, Format.WORD, key("variant")),
            "as_of": Cell(Formula("in_as_of"), Style.LINK, Format.WORD, key("as_of")),
            "value": Cell(
                Either(
                    Formula(lookup),
                    Formula(number_at("catalog_values", f"MATCH({cell('row')},catalog_rows,0)")),
                ),
                Style.CALC,
                Format.FINE,
                key("found"),
            ),
            "unit": Cell(ARGUMENTS[name].quantity.unit, Style.UNIT),
            "source": Cell(
                Formula(number_at("catalog_until", f"MATCH({cell('as_of')},catalog_dates,0)")),
                Style.CALC,
                Format.DATE_NUMBER,
                key("until"),
            ),
            "since": Cell(
                # Not MAXIFS: older programs do not know it.
                Formula(f"SUMPRODUCT(MAX({newest}))"),
                Style.CALC,
                Format.DATE_NUMBER,
                key("since"),
            ),
            "key": Cell(
                Formula(f'{platform}&"|{name}|"&{cell("variant")}'), Style.CALC_TEXT, key=key("key")
            ),
            "row": Cell(
                Formula(f'{cell("key")}&"|"&{cell("since")}'), Style.CALC_TEXT, key=key("row")
            ),
        }
    )
