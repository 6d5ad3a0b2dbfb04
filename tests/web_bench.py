"""The bench for the web routes: a real xlwings Server, its page in Chromium, Pyodide in Node.js.

`bash .ci/setup-web` installs it, outside the checkout.
"""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import pytest
from case_table import ALL_CASES, ERRORS, Blank, CellError, Table, cell_value, serial

from xl_tco.cells import evaluate_cells
from xl_tco.functions import BY_NAME, TABLE, Function

CHECKOUT = Path(__file__).parent.parent
DRIVERS = Path(__file__).with_name("web")
# This project is open and not commercial; a user of the extra decides for themselves.
KEY = "noncommercial"
BLANKS = ("", None)
_START = 60
_END = 20


def folder() -> Path:
    """Where ``.ci/setup-web`` installs."""
    cache_home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("XL_TCO_WEB") or Path(cache_home, "xl_tco", "web"))


def python() -> Path:
    """The interpreter that has xlwings Server."""
    return folder() / "venv" / "bin" / "python"


@cache
def chromium() -> str | None:
    names = (os.environ.get("XL_TCO_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@cache
def missing() -> tuple[str, ...]:
    """What is not on this machine."""
    found = {
        "Node.js": shutil.which("node"),
        "Chromium": chromium(),
        f"xlwings Server in {folder()}": python().exists(),
        f"puppeteer-core in {folder()}": (folder() / "node_modules" / "puppeteer-core").exists(),
        f"Pyodide in {folder()}": (folder() / "node_modules" / "pyodide").exists(),
    }
    return tuple(what for what, there in found.items() if not there)


requires_web_bench = pytest.mark.skipif(
    bool(missing()), reason=f"not on this machine: {', '.join(missing())} (.ci/setup-web)"
)


def environment(**more: str) -> dict[str, str]:
    """Of a child: without what belongs to the tests' own Python, and without settings of others."""
    ours = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ours and not key.startswith("XLWINGS_")
    }
    return kept | {"XL_TCO_WEB": str(folder())} | more


def site_packages() -> Path:
    return next((folder() / "venv" / "lib").glob("python3*/site-packages"))


def cell(argument: Any) -> Any:
    """An argument of a case as the drivers take it."""
    match argument:
        case Blank():
            return {"blank": True}
        case CellError(code):
            return {"error": code}
        case Table(rows):
            return [[cell(item) for item in row] for row in rows]
        case date():
            return serial(argument)
    return argument


def shown(result: Any) -> Any:
    """What a cell or a spilled range shows: an error as its code, and no text passes for one."""
    match result:
        case list():
            return [[shown(item) for item in row] for row in result]
        case {"error": code}:
            return code
        case float() | bool():
            return result
        case str() if result not in ERRORS:
            return result
    return f"not a value: {result!r}"


Call: TypeAlias = tuple[str, list[Any]]

CASE_CALLS: list[Call] = [
    (BY_NAME[case.function].worksheet_name, [cell(argument) for argument in case.arguments])
    for case in ALL_CASES
]

_EMPTY = {"blank": True}
_NA = {"error": "#N/A"}
# Calls on ranges, and what they spill.
RANGES: dict[str, tuple[str, list[Any], Any]] = {
    "column": ("RELATIVE", [[[2], [3], [-4]], 2], [[1.0], [1.5], [-2.0]]),
    "row": ("RELATIVE", [[[2, 3, -4]], 2], [[1.0, 1.5, -2.0]]),
    "grid": ("RELATIVE", [[[2, 4], [6, 8]], 2], [[1.0, 2.0], [3.0, 4.0]]),
    "single cell": ("RELATIVE", [[[2]], [[2]]], 1.0),
    "column by row": (
        "RELATIVE", [[[2], [4]], [[1, 2, 4]]], [[2.0, 1.0, 0.5], [4.0, 2.0, 1.0]],
    ),
    "two columns, one shorter": (
        "RELATIVE", [[[2], [4], [6]], [[1], [2]]], [[2.0], [2.0], ["#N/A"]],
    ),
    "faults in a column": (
        "RELATIVE",
        [[[2], ["text"], [True], [_EMPTY], [_NA], [4]], 2],
        [[1.0], ["#VALUE!"], ["#VALUE!"], ["#VALUE!"], ["#N/A"], [2.0]],
    ),
    "faults in a row": (
        "COST_PER_MTOK",
        [0.0036, [[1, 0, _EMPTY, _NA, -1, "x"]]],
        [[1.0, "#NUM!", "#VALUE!", "#N/A", "#NUM!", "#VALUE!"]],
    ),
    "blanks among optional values": (
        "COST_PER_MTOK", [0.0036, 1, [[0.5], [_EMPTY], [1]]], [[2.0], [1.0], [1.0]],
    ),
    "parts of one row": (
        "GPU_HOUR_COST_BREAKDOWN", [8760, 1, 0, 1, 3], [[1.0, 0.0, 0.0, 3.0]],
    ),
    "parts of a column": (
        "GPU_HOUR_COST_BREAKDOWN",
        [[[8760], ["x"], [17520]], 1, 0, [[1], [1], [2]], 3],
        [[1.0, 0.0, 0.0, 3.0], ["#VALUE!"] * 4, [2.0, 0.0, 0.0, 6.0]],
    ),
    "parts of a row": ("GPU_HOUR_COST_BREAKDOWN", [[[8760, 17520]], 1, 0, 1, 3], "#VALUE!"),
    "texts in a column": (
        "PLATFORM_FIGURE",
        [[["h200"], ["H300"], [_EMPTY], [_NA]], "kw_per_gpu", "it"],
        [[1.37], ["#N/A"], ["#VALUE!"], ["#N/A"]],
    ),
    "nothing but blanks": ("RELATIVE", [[[_EMPTY, _EMPTY]], 2], [["#VALUE!", "#VALUE!"]]),
}  # fmt: skip

_NUMBERS = (0, 1, -1, 0.5, 1.3, 6000, 1e-9, 1e15, 1e-308, 1e308, -1e308, 5e-324, 2**53)
_WORDS = ("h200", "GB300", "kw_per_gpu", "it", "utility", "tdp_watts", "2026-07", "relative")
_OTHERS = (
    *("text", "12", "#NUM!", "=1+1", "TRUE", "\u20ac \U0001f600", "x" * 32767, " ", "'", "[[1]]"),
    *(True, False, _EMPTY, _NA, {"error": "#DIV/0!"}, {"error": "#NULL!"}, {"error": "#REF!"}),
)


def random_calls(count: int) -> Iterator[tuple[Call, Any]]:
    """Calls on anything a cell can hold, alone and in ranges; and what Python itself gives."""
    chance = random.Random(20)

    def value(function: Function) -> Any:
        usual = _NUMBERS if function.is_formula else _WORDS
        return chance.choice(usual if chance.random() < 0.7 else _OTHERS)

    def argument(function: Function) -> Any:
        if chance.random() < 0.6:
            return value(function)
        rows, columns = chance.choice(((1, 1), (1, 3), (3, 1), (2, 2), (3, 3)))
        return [[value(function) for _ in range(columns)] for _ in range(rows)]

    for _ in range(count):
        function = chance.choice(TABLE)
        given = [argument(function) for _ in function.arguments]
        optional = sum(item.default is not None for item in function.arguments)
        while optional and chance.random() < 0.3:
            given.pop()
            optional -= 1
        expected = evaluate_cells(function, [_python_value(item) for item in given])
        yield (function.worksheet_name, given), expected


def _python_value(item: Any) -> Any:
    match item:
        case list():
            return [[_python_value(part) for part in row] for row in item]
        case {"blank": True}:
            return cell_value(Blank())
        case {"error": code}:
            return code
    return item


class Server:
    """``xl-tco serve`` in a process of its own."""

    def __init__(self, log: Path, *arguments: str, **variables: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = log
        started = time.perf_counter()
        with log.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                [
                    python(),
                    "-c",
                    "from xl_tco.cli.serve import serve; serve(prog_name='xl-tco serve')",
                    *("--port", str(self.port), *arguments),
                ],
                env=environment(
                    PYTHONPATH=str(CHECKOUT), **{"XLWINGS_LICENSE_KEY": KEY} | variables
                ),
                cwd=log.parent,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait(started + _START)
        except BaseException:
            self._stop()
            raise
        self.start_seconds = time.perf_counter() - started

    def _wait(self, deadline: float) -> None:
        while True:
            with contextlib.suppress(OSError):
                self.get("/")
                return
            ended = self.process.poll()
            said = self.log.read_text(encoding="utf-8")
            assert ended is None, f"the server ended with {ended}: {said}"
            assert time.perf_counter() < deadline, f"the server does not answer: {said}"
            time.sleep(0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=_START) as response:
            return str(response.read().decode())

    def post(self, path: str, body: Any) -> tuple[int, str]:
        request = urllib.request.Request(
            self.address + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_START) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def sockets(self) -> list[tuple[str, str, bool]]:
        """The TCP sockets of the process: local address, remote address, whether it listens."""
        assert sys.platform == "linux"
        process = Path("/proc") / str(self.process.pid)
        held = set()
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                held.add(str(descriptor.readlink()))
        found = []
        for table in ("tcp", "tcp6"):
            for line in (process / "net" / table).read_text(encoding="ascii").splitlines()[1:]:
                _, local, remote, state, *_, inode = line.split()[:10]
                if f"socket:[{inode}]" in held:
                    found.append((_address(local), _address(remote), state == "0A"))
        return found


def _address(text: str) -> str:
    """``0100007F:1F90`` of /proc/net/tcp as ``127.0.0.1``; IPv6 stays hexadecimal."""
    host = text.partition(":")[0]
    return ".".join(str(byte) for byte in reversed(bytes.fromhex(host))) if len(host) == 8 else host


class Driver:
    """A Node.js program that computes cells: one request, one answer, as lines of JSON."""

    def __init__(self, program: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            ["node", str(DRIVERS / program), *arguments],
            env=environment(XLWINGS_LICENSE_KEY=KEY),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        try:
            assert self._answer("start") == "ready"
            self.opened = self.ask("open")
        except BaseException:
            self._process.terminate()  # not killed: it ends its browser first
            self._process.communicate()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._process.communicate(timeout=_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    @property
    def metadata(self) -> dict[str, Any]:
        return self.opened["metadata"]

    def compute(self, calls: Sequence[tuple[str, Sequence[Any]]], blank: str | None = "") -> Any:
        """What each cell shows; all cells asked for at once."""
        return self.ask("compute", list(calls), blank)

    def ask(self, *request: Any) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer(request[0])

    def _answer(self, asked: str) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, f"the driver ended at {asked}"
        # JavaScript does not tell 1 from 1.0; a cell's number is a float.
        answer = json.loads(line, parse_int=float)
        assert "failed" not in answer, answer["failed"]
        return answer["result"]


@contextlib.contextmanager
def task_pane(server: Server, profile: Path) -> Iterator[Driver]:
    """The server's task pane, open in Chromium with a profile of its own."""
    with Driver("taskpane.mjs", server.address, chromium() or "chromium", str(profile)) as driver:
        yield driver


def pyodide() -> Driver:
    """The functions in WebAssembly, with the xlwings of the bench."""
    return Driver("pyodide.mjs", str(site_packages()), str(CHECKOUT))
