"""xlwings' COM server in Windows' CPython under Wine, called as the VBA of an add-in calls it.

``.ci/setup-wine`` builds what this runs: Python, xlwings and the client in ``com/``, which stands
in for Excel. Which DLL it loads, what it calls there and how Python is started is read from the
add-in's own VBA. The functions come from this checkout.
"""

import hashlib
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import vba_bench
from case_table import Blank, CellError, Table, serial

ROOT = Path(__file__).resolve().parent.parent
MODULE = "xl_tco.udfs"
PATIENCE = 120.0
"""Seconds until an answer that has not come counts as a hang."""

_INPUTS = (".ci/setup-wine", "tests/com/windows.lock", "tests/com/excel_client.c")
_ERROR_NUMBERS = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
    "#GETTING_DATA": 2043,
    "#SPILL!": 2045,
    "#CALC!": 2050,
}


@dataclass(frozen=True, slots=True)
class Range:
    """A Range object with this Value: one cell's, or rows of cells."""

    value: Any


@dataclass(frozen=True, slots=True)
class Omitted:
    """An optional argument that the caller left out."""


class CallFailed(Exception):  # noqa: N818
    """What VBA would get as an error of its own, with Err.Description."""


def folder() -> Path:
    """Where the bench is, or would be."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("XL_TCO_WINE") or Path(cache) / "xl_tco" / "wine").resolve()


def _stamp() -> Path:
    content = b"".join((ROOT / path).read_bytes() for path in _INPUTS)
    return folder() / f"built-{hashlib.sha256(content).hexdigest()[:16]}"


def missing() -> str | None:
    """Why there is no bench here, if there is none."""
    if not all((ROOT / path).is_file() for path in _INPUTS):
        return "not a checkout: no .ci/setup-wine"
    if not shutil.which("wine"):
        return "no Wine on this machine: run .ci/setup-wine"
    if not _stamp().is_file():
        return f"no bench of this version in {folder()}: run .ci/setup-wine"
    return None


def versions() -> str:
    """What runs there: ``Windows CPython 3.11.9, xlwings 0.37.8``."""
    return _stamp().read_text(encoding="utf-8").strip()


def windows_path(path: Path) -> str:
    """A path as Windows programs see it: Wine's drive Z is the root."""
    return "Z:" + str(path).replace("/", "\\")


class Wine:
    """The bench's Wine, for one user at a time: whatever runs in it at the end is ended."""

    def __init__(self) -> None:
        self._bench = folder()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            lock = stack.enter_context((self._bench / "lock").open("w"))
            _acquire(lock.fileno())
            self._end()  # what a killed predecessor may have left
            stack.callback(self._end)
            site = self._bench / "python" / "Lib" / "site-packages"
            (site / "checkout.pth").write_text(windows_path(ROOT), encoding="ascii")
            self._open = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def start(self, program: Path, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        """Start a Windows program, with pipes as its input and output."""
        return subprocess.Popen(
            ["wine", str(program), *arguments],
            env=self._environment(),
            cwd=self.scratch,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            **options,
        )

    def python(self, *arguments: str) -> str:
        """Run Windows' Python and give what it says, on either output."""
        process = self.start(
            self._bench / "python" / "python.exe", *arguments, stderr=subprocess.STDOUT
        )
        # Not communicate(): it closes the input first, and Python does not start without one.
        assert process.stdin
        assert process.stdout
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        try:
            with process.stdin, process.stdout:
                said = process.stdout.read()
            process.wait(PATIENCE)
        finally:
            timer.cancel()
        assert process.returncode == 0, f"python.exe ended with {process.returncode}: {said}"
        return said

    @property
    def interpreter(self) -> str:
        """Python, as Windows programs see its path."""
        return windows_path(self._bench / "python" / "python.exe")

    def excel(self, command: str | None = None) -> "Excel":
        """A client that stands in for Excel, with a Python of its own.

        It starts Python as the add-in's VBA does, or with another command.
        """
        library = self._bench / "python" / vba_bench.declared(64).library
        assert library.is_file(), f"the add-in calls {library.name}, which is not in {self._bench}"
        command = vba_bench.start_command(self.interpreter) if command is None else command
        return Excel(self, self._bench / "excel_client.exe", library, command)

    def _environment(self) -> Mapping[str, str]:
        """Without what belongs to this Python, and without a screen."""
        ours = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYTHON", "WINE")) and "DISPLAY" not in key
        }
        return ours | {
            "WINEPREFIX": str(self._bench / "prefix"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=;winemenubuilder.exe=d",
        }

    def _end(self) -> None:
        """End Wine's server and, with it, all that runs in this prefix; wait until it is gone."""
        for option in ("-k", "-w"):
            subprocess.run(
                ["wineserver", option],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                check=False,
            )


class Excel:
    """The client: one process that starts Python through xlwings' DLL and calls functions."""

    def __init__(self, wine: Wine, client: Path, library: Path, command: str) -> None:
        scratch = Path(tempfile.mkdtemp(dir=wine.scratch))
        self._complaints = scratch / "client.log"
        self._answers: queue.Queue[str] = queue.Queue()
        words = (windows_path(library), command, MODULE)
        with self._complaints.open("wb") as complaints:
            self._client = wine.start(client, *words, stderr=complaints)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            self.ready = self._answer("start")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the client, which ends its Python; kill it if it does not."""
        assert self._client.stdin
        assert self._client.stdout
        try:
            self._client.stdin.close()
            self._client.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self._client.kill()
            self._client.wait()
        # Should a process still hold the other end, it is Wine's end that ends it.
        self._listener.join(10)
        if not self._listener.is_alive():
            self._client.stdout.close()

    def call(self, function: str, *arguments: Any) -> Any:
        """A function's value; a row comes as a block of one row, like all that is no single value.

        Excel makes no difference between the two.
        """
        value = self.ask(function=function, arguments=arguments)["value"]
        if isinstance(value, list) and not isinstance(value[0], list):
            return [value]
        return value

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request as ``excel_client.c`` describes it, and give the whole answer."""
        line = json.dumps(request, default=_plain, allow_nan=False)
        what = f"{request.get('function') or request.get('method')}"
        assert self._client.stdin
        try:
            self._client.stdin.write(line + "\n")
            self._client.stdin.flush()
        except OSError as error:
            raise AssertionError(self._fault(what, str(error))) from error
        answer = self._answer(what)
        if "failed" in answer:
            raise CallFailed(answer["description"] or answer["failed"])
        return answer

    def _answer(self, what: str) -> dict[str, Any]:
        try:
            line = self._answers.get(timeout=PATIENCE)
        except queue.Empty:
            self._client.kill()
            raise AssertionError(self._fault(what, f"no answer in {PATIENCE:g} s")) from None
        if not line:
            raise AssertionError(self._fault(what, "the client ended"))
        # A Double without decimals is a Double still.
        answer: dict[str, Any] = json.loads(line, parse_int=float)
        return answer

    def _fault(self, what: str, why: str) -> str:
        complaints = self._complaints.read_text(encoding="utf-8", errors="replace")
        return f"{what}: {why}\n{complaints}"

    def _listen(self) -> None:
        assert self._client.stdout
        for line in self._client.stdout:
            self._answers.put(line)
        self._answers.put("")


def _acquire(descriptor: int) -> None:
    import fcntl  # which Windows itself, where this module is only imported, does not have

    deadline = time.monotonic() + 5 * PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            assert time.monotonic() < deadline, f"another process keeps using {folder()}"
            time.sleep(0.1)
        else:
            return


def _plain(value: object) -> Any:
    """What JSON has no form of its own for, as ``excel_client.c`` reads it."""
    match value:
        case Blank():
            return None
        case CellError(code):
            return {"error": _ERROR_NUMBERS[code]}
        case Omitted():
            return {"missing": True}
        case Range(content):
            return {"range": content}
        case Table(rows):
            return [list(row) for row in rows]
        case date():
            return serial(value)  # as Value2 has it
        case Decimal():
            return {"currency": int(value * 10000)}
    raise TypeError(f"no VARIANT for {value!r}")
