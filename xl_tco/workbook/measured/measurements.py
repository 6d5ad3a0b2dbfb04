"""Measurements: every run as it was imported, with its cost and power, as an Excel table."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from xl_tco.measurements import Measurement
from xl_tco.measurements.own import fingerprint
from xl_tco.measurements.record import Tool
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
from xl_tco.workbook.measured.parts import called, index, number, tall, text
from xl_tco.workbook.measured.study import Study
from xl_tco.workbook.picking import number_at
from xl_tco.workbook.sheets.parts import HEAD_ROWS, MARGIN, head, header, section, status_alarm

TITLE: Final = "Measurements"
# Column, its title, its width, and whether it holds numbers.
_TABLE: Final = (
    ("first", "Workload", 30, False),
    ("second", "Platform", 13, False),
    ("number", "No.", 8, True),
    ("model", "Model", 24, False),
    ("precision", "Precision", 11, False),
    ("stack", "Stack", 15, False),
    ("speculation", "Speculation", 13, False),
    ("serving", "Serving", 15, False),
    ("gpus", "GPUs", 8, True),
    ("isl", "ISL tok", 10, True),
    ("osl", "OSL tok", 10, True),
    ("concurrency", "Requests in flight", 11, True),
    ("total", "Total tok/s/GPU", 12, True),
    ("output", "Output tok/s/GPU", 12, True),
    ("interactivity", "tok/s/user", 11, True),
    ("median_ttft", "Median TTFT ms", 11, True),
    ("p99_ttft", "p99 TTFT ms", 11, True),
    ("median_tpot", "Median TPOT ms", 11, True),
    ("p99_tpot", "p99 TPOT ms", 11, True),
    ("sla", "p99 limits", 11, False),
    ("gpu_hour", "USD/GPU-h", 11, True),
    ("kw", "kW/GPU", 10, True),
    ("pue", "PUE", 8, True),
    ("cost", "USD/Mtok", 12, True),
    ("power", "tok/s/MW", 12, True),
    ("date", "Date", 13, False),
    ("tool", "Tool", 22, False),
    ("file", "File", 36, False),
    ("place", "Place in file", 12, False),
    ("fingerprint", "Fingerprint", 12, False),
)
# The fields of a measurement by the columns that hold them as they are.
_FIELDS: Final = {
    "second": "platform",
    "model": "model",
    "precision": "precision",
    "stack": "stack",
    "speculation": "speculative_decoding",
    "gpus": "gpus",
    "isl": "input_tokens",
    "osl": "output_tokens",
    "concurrency": "concurrency",
    "total": "total_tokens_per_second_per_gpu",
    "output": "output_tokens_per_second_per_gpu",
    "interactivity": "interactivity",
    "median_ttft": "median_ttft_ms",
    "p99_ttft": "p99_ttft_ms",
    "median_tpot": "median_tpot_ms",
    "p99_tpot": "p99_tpot_ms",
    "date": "date",
    "file": "source_file",
    "place": "position",
}
_COLUMNS: Final = (MARGIN, *(Column(name, width) for name, _, width, _ in _TABLE))
ROWS: Final = "m_throughput"
"""The name of a column's cells, one a measurement."""
_NAMED: Final = {
    "interactivity": "m_interactivity",
    "total": ROWS,
    "cost": "m_cost",
    "gpu_hour": "m_gpu_hour",
    "kw": "m_kw",
    "pue": "m_pue",
    "power": "m_tokens_per_mw",
    "sla": "m_limits",
}
_SERVING: Final = {True: "disaggregated", False: "aggregated", None: ""}


def measurements_sheet(study: Study) -> Sheet:
    """Describe the sheet."""
    last = len(study.measurements)
    rows = [
        *head(study.subject, TITLE, TITLE),
        section(
            "Every run; per GPU that took part, tokens as said, empty where not said", _COLUMNS
        ),
        tall(
            header(
                {name: title for name, title, _, _ in _TABLE},
                numbers=tuple(name for name, _, _, is_number in _TABLE if is_number),
                keys={_TABLE[0][0]: "m_header"},
            )
        ),
    ]
    rows += [_row(study, place, item) for place, item in enumerate(study.measurements, start=1)]
    return Sheet(
        title=TITLE,
        columns=_COLUMNS,
        rows=tuple(rows),
        frozen_rows=HEAD_ROWS + 2,
        highlights=(status_alarm(TITLE),),
        tables=(Table("measurements", Span("m_header", f"m_{last}_fingerprint")),),
        ranges={
            name: Span(f"m_1_{column}", f"m_{last}_{column}") for column, name in _NAMED.items()
        },
    )


def measurement_of(cells: Mapping[str, Any]) -> tuple[Measurement, bool]:
    """The measurement of a row, by the titles of its columns; whether it is as it was imported.

    Raises
    ------
    ValueError
        A field is missing, of another kind, or outside its limits.
    KeyError
        A column is missing, or how it was served is said in another word.

    """
    titles = {name: title for name, title, _, _ in _TABLE}
    serving = {word: value for value, word in _SERVING.items()}
    said = {field: cells[titles[column]] for column, field in _FIELDS.items()}
    item = Measurement.model_validate(
        {field: value for field, value in said.items() if value not in (None, "")}
        | {
            "tool": Tool(cells[titles["tool"]]),
            "disaggregated": serving[cells[titles["serving"]] or ""],
        }
    )
    return item, cells[titles["fingerprint"]] == fingerprint(item)


def _stored(study: Study, item: Measurement) -> Measurement:
    """A measurement as the sheet holds it: its platform in one spelling, its file by name."""
    held = {"platform": study.platform_of(item), "source_file": PurePath(item.source_file).name}
    return item.model_copy(update=held)


def _row(study: Study, place: int, item: Measurement) -> Row:
    def key(column: str) -> str:
        return f"m_{place}_{column}"

    def cell(column: str) -> str:
        return f"{{{key(column)}}}"

    def figure(name: str) -> Formula:
        return Formula(number_at(name, f"MATCH({cell('second')},measured_platforms,0)"))

    total = item.total_tokens_per_second_per_gpu
    cells = {
        "first": Cell(study.workload_of(item), Style.LABEL),
        "number": index(place),
        "second": text(study.platform_of(item), key("second")),
        "model": text(item.model),
        "precision": text(item.precision),
        "stack": text(item.stack),
        "speculation": text(item.speculative_decoding),
        "serving": text(_SERVING[item.disaggregated]),
        "gpus": number(item.gpus, Format.WHOLE),
        "isl": number(item.input_tokens, Format.WHOLE),
        "osl": number(item.output_tokens, Format.WHOLE),
        "concurrency": number(item.concurrency, Format.WHOLE),
        "total": number(total, Format.NUMBER, key("total")),
        "output": number(item.output_tokens_per_second_per_gpu, Format.NUMBER),
        "interactivity": number(item.interactivity, Format.NUMBER, key("interactivity")),
        "median_ttft": number(item.median_ttft_ms, Format.NUMBER),
        "p99_ttft": number(item.p99_ttft_ms, Format.NUMBER, key("p99_ttft")),
        "median_tpot": number(item.median_tpot_ms, Format.NUMBER),
        "p99_tpot": number(item.p99_tpot_ms, Format.NUMBER, key("p99_tpot")),
        "sla": _limits(item, cell("p99_ttft"), cell("p99_tpot"), key("sla")),
        "gpu_hour": Cell(figure("measured_costs"), Style.LINK, Format.USD, key("gpu_hour")),
        "kw": Cell(figure("measured_kw"), Style.LINK, Format.FINE, key("kw")),
        "pue": Cell(figure("measured_pue"), Style.LINK, Format.NUMBER, key("pue")),
        "cost": Cell(None, key=key("cost")),
        "power": Cell(None, key=key("power")),
        "date": text(item.date),
        "tool": text(item.tool.value),
        "file": text(PurePath(item.source_file).name),
        "place": text(item.position),
        "fingerprint": text(fingerprint(_stored(study, item)), key("fingerprint")),
    }
    if total:
        cost = called("cost_per_mtok", cell("gpu_hour"), cell("total"), "in_utilization")
        power = called("tokens_per_mw", cell("total"), cell("kw"), cell("pue"))
        cells["cost"] = Cell(cost, Style.OUTPUT, Format.USD, key("cost"))
        cells["power"] = Cell(power, Style.OUTPUT, Format.RATE, key("power"))
    return Row(cells)


def _limits(item: Measurement, ttft: str, tpot: str, key: str) -> Cell:
    if item.p99_ttft_ms is None or item.p99_tpot_ms is None:
        return Cell("not said", Style.UNIT, key=key)
    held = f"AND({ttft}<=in_p99_ttft_ms,{tpot}<=in_p99_tpot_ms)"
    return Cell(Formula(f'IF({held},"pass","fail")'), Style.CALC_TEXT, key=key)
