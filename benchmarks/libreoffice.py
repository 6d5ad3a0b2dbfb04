"""What a call costs in LibreOffice Calc: cold start, single calls, a column, one large range.

Run it from the repository: ``python benchmarks/libreoffice.py``. It installs the extension into a
profile of its own and leaves yours alone.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from libreoffice_calc import Calc, installed

from xl_tco.cells import evaluate_cells
from xl_tco.functions import BY_NAME
from xl_tco.libreoffice.calc_component import from_calc, to_calc
from xl_tco.libreoffice.extension import build

CALLS = 10_000
COLUMN = 1_000
RANGE = 100_000
TIMES = 5
FUNCTION = BY_NAME["cost_per_mtok"]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        cold_start(Path(folder))
        with Calc(Path(folder)) as calc:
            single_calls(calc)
            column(calc)
            one_range(calc)
    python_alone()


def cold_start(folder: Path) -> None:
    """From nothing to a first value, and how much of it is Python and the functions."""
    seconds = timed(lambda: installed(folder).install(build()))
    print(f"build and install the extension: {seconds:.2f} s")
    for what, formula in (
        ("first start of a profile, a formula without functions", "=1+1"),
        ("start, a formula without functions", "=1+1"),
        ("start, a formula with a function", "=COST_PER_MTOK(2.65;6000)"),
    ):
        print(f"{what}: first value after {first_value(folder, formula):.2f} s")
    with Calc(folder) as calc:
        calc.type([["=1+1"]])
        first, second = (
            timed(lambda: calc.type([["=COST_PER_MTOK(2.65;6000)"]])) for _ in range(2)
        )
    print(f"Python and the functions are loaded in {(first - second) * 1e3:.0f} ms of that")


def first_value(folder: Path, formula: str) -> float:
    """Seconds from starting Calc to the value of one formula."""
    start = time.perf_counter()
    with Calc(folder) as calc:
        calc.type([[formula]])
        calc.block("A1")
        return time.perf_counter() - start


def single_calls(calc: Calc) -> None:
    """Formulas whose arguments are typed in."""
    calc.type([[f"=COST_PER_MTOK(2.65;{row})"] for row in range(1, CALLS + 1)])
    show("single calls, typed arguments", CALLS, calc.recalculation(TIMES))
    calc.type([[f"=2.65*1000000/({row}*3600)"] for row in range(1, CALLS + 1)])
    show("the same as plain arithmetic", CALLS, calc.recalculation(TIMES))


def column(calc: Calc) -> None:
    """A formula filled down, on references."""
    calc.type(
        [["2.65", str(row), f"=COST_PER_MTOK(A{row};B{row})"] for row in range(1, COLUMN + 1)]
    )
    show("a column filled down", COLUMN, calc.recalculation(TIMES))


def one_range(calc: Calc) -> None:
    """One array formula."""
    calc.type(
        [[str(row)] for row in range(1, RANGE + 1)],
        {f"B1:B{RANGE}": f"=COST_PER_MTOK(2.65;A1:A{RANGE})"},
    )
    show("one range", RANGE, calc.recalculation(TIMES))


def python_alone() -> None:
    """The same work without LibreOffice: what remains is the bridge."""

    def calls() -> None:
        for row in range(1, RANGE + 1):
            to_calc(evaluate_cells(FUNCTION, [from_calc(2.65), from_calc(float(row)), None]))

    values = tuple((float(row),) for row in range(1, RANGE + 1))

    def grid() -> None:
        to_calc(evaluate_cells(FUNCTION, [2.65, from_calc(values), None]))

    show("Python alone, calls", RANGE, [timed(calls) for _ in range(TIMES)])
    show("Python alone, one range", RANGE, [timed(grid) for _ in range(TIMES)])


def timed(work: Callable[[], None]) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def show(what: str, cells: int, seconds: list[float]) -> None:
    """Print the median of some measurements."""
    median = statistics.median(seconds)
    print(
        f"{what}: {cells:,} cells in {median * 1e3:,.1f} ms, "
        f"{cells / median:,.0f} a second, {median / cells * 1e6:.1f} us each"
    )


if __name__ == "__main__":
    main()
