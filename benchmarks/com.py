"""What the COM route costs: Windows' CPython and xlwings under Wine, called as Excel calls them.

    bash .ci/setup-wine && python benchmarks/com.py

Nothing of Excel's own is in the figures, and Wine is in all of them.
"""

import sys
import time
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import com_bench
from com_bench import Excel, Range, Wine

FUNCTION: Final = "COST_PER_MTOK"
VALUES: Final = (2.65, 6000, 0.5)
CALLS: Final = 400
RANGE_CALLS: Final = 10
BATCHES: Final = 5
CELLS: Final = 1_000
ROWS: Final = 100_000
STARTS: Final = 3
# The same work without COM, in the same Python: xlwings' part with the function in it, the
# function on cell values, the formula with its checks. Milliseconds of one call each, and of one
# call on a whole column. Of several batches the fastest counts: what disturbs only adds.
INSIDE: Final = f"""
import time
import xlwings.com_server
from xlwings.udfs import call_udf
import xl_tco
from xl_tco import udfs

def timed(times, call, *values):
    batches = []
    for _ in range({BATCHES}):
        start = time.perf_counter()
        for _ in range(times):
            call(*values)
        batches.append((time.perf_counter() - start) / times * 1e3)
    print(min(batches))

values = {VALUES!r}
timed({CALLS}, call_udf, "{com_bench.MODULE}", "{FUNCTION}", values)
timed({CALLS}, udfs.{FUNCTION}, *values)
timed({CALLS}, xl_tco.{FUNCTION.lower()}, *values)
column = tuple((row + 1.0,) for row in range({ROWS}))
timed(1, call_udf, "{com_bench.MODULE}", "{FUNCTION}", (2.65, column))
timed(1, udfs.{FUNCTION}, 2.65, column)
"""
IMPORTS: Final = (
    "-B",
    "-X",
    "importtime",
    "-c",
    f"import xlwings, xlwings.com_server; import {com_bench.MODULE}",
)


def main() -> None:
    """Measure, and print one line per figure."""
    lacking = com_bench.missing()
    if lacking:
        sys.exit(lacking)
    print(com_bench.versions())
    print("\nFrom nothing to the first value, Wine not running:")
    for _ in range(STARTS):
        with Wine() as wine:
            show_start(wine)
    with Wine() as wine, wine.excel() as excel:
        print("The same, Wine running:")
        for _ in range(STARTS):
            show_start(wine)
        show_imports(wine)
        show_calls(wine, excel)


def show_start(wine: Wine) -> None:
    """Start Python and call one function, with the stages as the client sees them."""
    start = time.perf_counter()
    with wine.excel() as excel:
        answer = excel.ask(function=FUNCTION, arguments=VALUES)
        whole = 1e3 * (time.perf_counter() - start)
    ready = excel.ready["milliseconds"]
    first = sum(answer["milliseconds"].values())
    figures = {
        "Wine and the client": whole - sum(ready.values()) - first,
        "load the DLL": ready["load"],
        "start Python": ready["activate"],
        "first call": first,
    }
    stages = ", ".join(f"{name} {value:.0f}" for name, value in figures.items())
    print(f"  {whole:6.0f} ms: {stages}")


def show_imports(wine: Wine) -> None:
    """Where Python's own start goes: its bare start, and the slowest of the imports."""
    for _ in range(2):  # the first run fills the caches
        start = time.perf_counter()
        wine.python("-B", "-c", "pass")
        bare = 1e3 * (time.perf_counter() - start)
    rows = []
    for line in wine.python(*IMPORTS).splitlines():
        _, _, figures = line.partition("import time:")
        own, _, rest = figures.partition("|")
        total, _, name = rest.partition("|")
        if own.strip().isdigit():
            rows.append((int(total) / 1e3, int(own) / 1e3, name.strip()))
    packages: dict[str, float] = {}
    for _, own_time, name in rows:
        package = name.partition(".")[0]
        packages[package] = packages.get(package, 0) + own_time
    totals = {name: total for total, _, name in rows}
    print(f"\npython.exe -c pass: {bare:.0f} ms; imports in that Python:")
    for name in ("xlwings", "xlwings.com_server", com_bench.MODULE):
        print(f"  {totals[name]:6.1f} ms  {name}, with all that it is the first to import")
    print("  the most by package, without what they import:")
    for package in sorted(packages, key=packages.__getitem__, reverse=True)[:8]:
        print(f"  {packages[package]:6.1f} ms  {package}")


def show_calls(wine: Wine, excel: Excel) -> None:
    """Calls of one cell and of many, and what is Python's share in them."""
    inside = [float(line) for line in wine.python("-c", INSIDE).split()]
    udf, cells, checked, column_udf, column_cells = inside
    excel.ask(function=FUNCTION, arguments=VALUES)

    print(f"\nOne cell, mean of {CALLS} calls, the best of {BATCHES} such batches:")
    call = show_call(excel, "values", CALLS, function=FUNCTION, arguments=VALUES)
    empty = show_call(excel, "a method that does nothing", CALLS, method="Bool", arguments=[True])
    print("  of which in Python, measured there without COM:")
    print(f"  {udf:8.4f} ms  xlwings' call_udf with the function in it")
    print(f"  {cells:8.4f} ms  the function on cell values")
    print(f"  {checked:8.4f} ms  the formula with its checks")
    print(f"  {1e3 / call:8.0f} calls a second; {1e3 / empty:.0f} of the method that does nothing")

    print(f"One cell, its first argument a Range, {RANGE_CALLS} calls a batch:")
    arguments = (Range(VALUES[0]), *VALUES[1:])
    show_call(excel, "a Range", RANGE_CALLS, function=FUNCTION, arguments=arguments)

    print(f"\n{CELLS} cells filled down, a call each:")
    start = time.perf_counter()
    spent = 0.0
    for row in range(CELLS):
        answer = excel.ask(function=FUNCTION, arguments=(2.65, row + 1))
        spent += sum(answer["milliseconds"].values())
    whole = 1e3 * (time.perf_counter() - start)
    print(f"  {spent:8.0f} ms  in the client; {whole:.0f} ms with this driver and its pipe")

    column = [[row + 1] for row in range(ROWS)]
    print(f"\n{ROWS} cells in one call:")
    for name, argument in (("values", column), ("a Range", Range(column))):
        show_call(excel, name, 1, function=FUNCTION, arguments=(2.65, argument))
    print("  of which in Python, measured there without COM:")
    print(f"  {column_udf:8.0f} ms  xlwings' call_udf with the function in it")
    print(f"  {column_cells:8.0f} ms  the function on cell values")


def show_call(excel: Excel, name: str, times: int, **request: Any) -> float:
    """Repeat a call in the client, and give the mean in milliseconds of the best batch."""
    answers = [excel.ask(repeat=times, **request) for _ in range(BATCHES)]
    answer = min(answers, key=lambda answer: sum(answer["milliseconds"].values()))
    stages = {key: value / times for key, value in answer["milliseconds"].items()}
    mean = sum(stages.values())
    shown = ", ".join(f"{key} {value:.3f}" for key, value in stages.items())
    print(f"  {mean:8.3f} ms  {name}: {shown}; {answer['callbacks'] / times:.0f} callbacks")
    return mean


if __name__ == "__main__":
    main()
