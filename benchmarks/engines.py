"""What a call costs in Python itself and in the engines that compute workbooks without Excel.

python benchmarks/engines.py
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import formualizer
import ironcalc
import numpy as np
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from xl_tco import cost_per_mtok, kernel
from xl_tco.cells import evaluate_cells
from xl_tco.functions import BY_NAME
from xl_tco.hosts.formualizer_engine import register
from xl_tco.hosts.lambda_names import lambda_text

CALLS = 20_000
COLUMN = 1_000
RANGE = 100_000
COST = BY_NAME["cost_per_mtok"]


def seconds(work: Callable[[], object]) -> float:
    """The best of three runs."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def show(route: str, calls: int, taken: float) -> None:
    """One line: calls a second, microseconds a call."""
    print(f"{route:58} {calls / taken:>12,.0f} /s {taken / calls * 1e6:>9.2f} us")


def python_itself() -> None:
    """The formula bare, with its limits enforced, as cells, as an array."""
    show(
        "kernel formula",
        CALLS,
        seconds(lambda: [kernel.cost_per_mtok(2.65, 6000) for _ in range(CALLS)]),
    )
    show(
        "xl_tco.cost_per_mtok",
        CALLS,
        seconds(lambda: [cost_per_mtok(2.65, 6000) for _ in range(CALLS)]),
    )
    show(
        "cells, one at a time",
        CALLS,
        seconds(lambda: [evaluate_cells(COST, [2.65, 6000.0]) for _ in range(CALLS)]),
    )
    column = [[float(index)] for index in range(1, RANGE + 1)]
    show(
        "cells, one range of 100 000", RANGE, seconds(lambda: evaluate_cells(COST, [2.65, column]))
    )
    array = np.arange(1.0, RANGE + 1)
    show(
        "xl_tco.cost_per_mtok, one array of 100 000",
        RANGE,
        seconds(lambda: cost_per_mtok(2.65, array)),
    )


def with_formualizer(rows: int) -> None:
    """A column filled down, computed by formualizer with the Python functions."""
    engine = formualizer.Workbook()
    register(engine)
    sheet = engine.sheet("Sheet1")
    for row in range(1, rows + 1):
        sheet.set_value(row, 1, float(row))
        sheet.set_formula(row, 2, f"=COST_PER_MTOK(2.65,A{row})")
    start = time.perf_counter()
    engine.evaluate_all()
    show(f"formualizer, {rows:,} cells filled down", rows, time.perf_counter() - start)


def with_ironcalc(rows: int) -> None:
    """A column filled down, computed by IronCalc from the LAMBDA name."""
    workbook = Workbook()
    sheet = workbook.active
    for row in range(1, rows + 1):
        sheet.cell(row, 1, float(row))
        sheet.cell(row, 2, f"=COST_PER_MTOK(2.65,A{row})")
    workbook.defined_names.add(DefinedName("COST_PER_MTOK", attr_text=lambda_text(COST)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        workbook.save(path)
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
    start = time.perf_counter()
    model.evaluate()
    show(f"IronCalc, LAMBDA, {rows:,} cells filled down", rows, time.perf_counter() - start)


if __name__ == "__main__":
    python_itself()
    for size in (COLUMN, RANGE):
        with_formualizer(size)
        with_ironcalc(size)
