"""Frontier: the runs that no other of their configuration beats, and the curve between them."""

from typing import Final

from xl_tco.workbook.description import (
    Cell,
    Column,
    Format,
    Formula,
    Row,
    Sheet,
    Span,
    Style,
    Table,
)
from xl_tco.workbook.measured.parts import index, tall, text
from xl_tco.workbook.measured.study import Configuration, Study
from xl_tco.workbook.picking import number_at, text_at
from xl_tco.workbook.sheets.parts import HEAD_ROWS, MARGIN, head, header, section, status_alarm

TITLE: Final = "Frontier"
_TITLES: Final = {
    "first": "Configuration",
    "second": "Platform",
    "number": "Configuration no.",
    "workload": "Workload",
    "measurement": "Measurement no.",
    "interactivity": "tok/s/user",
    "throughput": "Total tok/s/GPU",
    "cost": "USD/Mtok",
    "tokens_per_mw": "tok/s/MW",
    "limits": "p99 limits",
    "log": "ln of tok/s/GPU",
    "slope": "Slope to the next",
}
_WIDTHS: Final = (46, 13, 14, 28, 14, 12, 14, 12, 12, 12, 14, 14)
_COLUMNS: Final = (
    MARGIN,
    *(Column(name, width) for name, width in zip(_TITLES, _WIDTHS, strict=True)),
)
_NUMBERS: Final = tuple(
    name for name in _TITLES if name not in ("first", "second", "workload", "limits")
)
_TAKEN: Final = {
    "interactivity": ("m_interactivity", Format.NUMBER),
    "throughput": ("m_throughput", Format.NUMBER),
    "cost": ("m_cost", Format.USD),
    "tokens_per_mw": ("m_tokens_per_mw", Format.RATE),
    "limits": ("m_limits", Format.WORD),
}
NAMED: Final = ("number", *_TAKEN, "log", "slope")


def frontier_sheet(study: Study) -> Sheet:
    """Describe the sheet."""
    last = len(study.frontier_rows)
    rows = [
        *head(study.subject, TITLE, TITLE),
        section(
            "Runs that no other of their configuration beats in both tok/s/user and tok/s/GPU",
            _COLUMNS,
        ),
        tall(header(_TITLES, numbers=_NUMBERS, keys={"first": "f_header"})),
        *(
            _row(place, study.numbers[item], item, row + 1)
            for place, (item, row) in enumerate(study.frontier_rows, start=1)
        ),
    ]
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        # The last slope looks at a row below the last: it is there, and empty.
        rows=(*rows, Row({name: Cell(None, key=f"f_{last + 1}_{name}") for name in _NUMBERS})),
        frozen_rows=HEAD_ROWS + 2,
        highlights=(status_alarm(TITLE),),
        tables=(Table("frontier", Span("f_header", f"f_{last}_slope")),),
        ranges={
            "f_configuration" if name == "number" else f"f_{name}": Span(
                f"f_1_{name}", f"f_{last}_{name}"
            )
            for name in NAMED
        },
    )


def _row(place: int, number: int, item: Configuration, measurement: int) -> Row:
    def cell(name: str, at: int = place) -> str:
        return f"{{f_{at}_{name}}}"

    def following(name: str) -> str:
        return cell(name, place + 1)

    rise = f"({following('log')}-{cell('log')})"
    run = f"({following('interactivity')}-{cell('interactivity')})"
    cells = {
        "first": Cell(item.label, Style.LABEL),
        "number": index(number, f"f_{place}_number"),
        "second": text(item.platform),
        "workload": text(item.workload),
        "measurement": index(measurement, f"f_{place}_measurement"),
        "log": Cell(
            Formula(f"LN({cell('throughput')})"), Style.CALC, Format.FINE, f"f_{place}_log"
        ),
        "slope": Cell(
            Formula(f"IF({following('number')}={cell('number')},{rise}/{run},0)"),
            Style.CALC,
            Format.FINE,
            f"f_{place}_slope",
        ),
    }
    for name, (column, shown) in _TAKEN.items():
        is_text = name == "limits"
        taken = (text_at if is_text else number_at)(column, cell("measurement"))
        cells[name] = Cell(
            Formula(taken),
            Style.CALC_TEXT if is_text else Style.LINK,
            shown,
            f"f_{place}_{name}",
        )
    return Row(cells)
