"""What the web routes cost: xlwings Server with its page in Chromium, and Pyodide in Node.js.

    bash .ci/setup-web && python benchmarks/web.py

All on this machine: a real Excel adds its own time, and a real network its delay.
"""

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import web_bench as bench

CALL: Final = ("COST_PER_MTOK", [2.65, 6000, 0.5])
CELLS: Final = 1_000
ROWS: Final = 100_000
# The same calls without browser and HTTP: xlwings' conversion with the function in it, then the
# function alone. Run by the bench's own interpreter.
INSIDE: Final = f"""
import asyncio, time
from xl_tco.server import prepare
prepare()
import xlwings, xlwings.server
from xl_tco import udfs
from xl_tco.functions import BY_NAME
from xl_tco.cells import evaluate_cells

body = dict(func_name="COST_PER_MTOK", client="Office.js", runtime="1.4", version="",
            caller_address=None)
async def calls(values, times):
    start = time.perf_counter()
    for _ in range(times):
        await xlwings.server.custom_functions_call(body | dict(args=list(values)), udfs)
    print(time.perf_counter() - start)
asyncio.run(calls([[[2.65]], [[6000]], [[0.5]]], {CELLS}))
function = BY_NAME["cost_per_mtok"]
start = time.perf_counter()
for _ in range({CELLS}):
    evaluate_cells(function, (2.65, 6000, 0.5))
print(time.perf_counter() - start)
column = [[row + 1] for row in range({ROWS})]
asyncio.run(calls([column, [[1000]], None], 1))
start = time.perf_counter()
evaluate_cells(function, (column, 1000))
print(time.perf_counter() - start)
"""


def main() -> None:
    """Measure, and print one line per figure."""
    lacking = bench.missing()
    if lacking:
        sys.exit(f"not on this machine: {', '.join(lacking)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with bench.Server(folder / "log.txt") as server:
            line("xl-tco serve: cold start", server.start_seconds)
            start = time.perf_counter()
            with bench.task_pane(server, folder / "profile") as page:
                line("browser and task pane: cold start", time.perf_counter() - start)
                browser(page)
            over_http(server)
    inside()
    with bench.pyodide() as pyodide:
        in_pyodide(pyodide)


def browser(page: bench.Driver) -> None:
    """Calls through the page's own code."""
    page.ask("unwatched")
    page.ask("time", *CALL, CELLS, True)
    per_call("page: one cell after the other", page.ask("time", *CALL, CELLS, False) / 1000)
    per_call(
        f"page: {CELLS:,} cells at once",
        page.ask("time", *CALL, CELLS, True) / 1000,
    )
    milliseconds, rows = page.ask("timeColumn", CALL[0], ROWS)
    column("page: one call on a column", milliseconds / 1000, rows)


def over_http(server: bench.Server) -> None:
    """The same calls over one open connection, without a browser."""
    body = {
        "func_name": CALL[0],
        "args": [[[value]] for value in CALL[1]],
        "caller_address": "[Book1.xlsx]Sheet1!A1",
        "version": "",
        "client": "Office.js",
        "runtime": "1.4",
    }
    text = json.dumps(body)
    connection = http.client.HTTPConnection("127.0.0.1", server.port)

    def call() -> None:
        connection.request(
            "POST", "/xlwings/custom-functions-call", text, {"Content-Type": "application/json"}
        )
        connection.getresponse().read()

    per_call("HTTP without a browser", timed(call, CELLS))
    connection.close()


def inside() -> None:
    """Without HTTP: what xlwings costs, and what the function costs."""
    answer = subprocess.check_output(  # noqa: S603
        [bench.python(), "-c", INSIDE],
        env=bench.environment(PYTHONPATH=str(bench.CHECKOUT), XLWINGS_LICENSE_KEY=bench.KEY),
        text=True,
    )
    call, function, call_column, function_column = map(float, answer.split())
    per_call("xlwings and the function, without HTTP", call)
    per_call("the function alone", function)
    column("xlwings and the function, without HTTP", call_column, ROWS)
    column("the function alone", function_column, ROWS)


def in_pyodide(pyodide: bench.Driver) -> None:
    """WebAssembly: start, calls, one column."""
    line("Pyodide, xlwings and the functions: cold start", pyodide.opened["milliseconds"] / 1000)
    pyodide.ask("time", *CALL, CELLS)
    per_call("Pyodide: one cell after the other", pyodide.ask("time", *CALL, CELLS) / 1000)
    milliseconds, rows = pyodide.ask("timeColumn", CALL[0], ROWS)
    column("Pyodide: one call on a column", milliseconds / 1000, rows)


def timed(call: Callable[[], None], times: int) -> float:
    """Seconds for so many calls."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return time.perf_counter() - start


def line(what: str, seconds: float) -> None:
    """Print one figure."""
    print(f"{what:<52} {seconds:8.2f} s", flush=True)


def per_call(what: str, seconds: float) -> None:
    """Print what one of the calls takes."""
    print(
        f"{what:<52} {seconds / CELLS * 1000:8.3f} ms a call, {CELLS / seconds:9,.0f} calls/s",
        flush=True,
    )


def column(what: str, seconds: float, rows: float) -> None:
    """Print what one call on a column takes."""
    print(f"{what:<52} {seconds:8.2f} s for {rows:,.0f} cells", flush=True)


if __name__ == "__main__":
    main()
