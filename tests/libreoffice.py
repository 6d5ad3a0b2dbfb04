"""A real LibreOffice for tests: headless, with a profile of its own, over a pipe of its own."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

WORKER = Path(__file__).with_name("uno_worker.py")
_OFFICE_FOLDERS = (
    Path("/usr/lib/libreoffice/program"),
    Path("/opt/libreoffice/program"),
    Path("/Applications/LibreOffice.app/Contents/MacOS"),
    Path("C:/Program Files/LibreOffice/program"),
)
_END = 30


@cache
def soffice() -> str | None:
    """The program, on the path or where it is installed by default."""
    folders = os.pathsep.join(str(folder) for folder in _OFFICE_FOLDERS)
    return shutil.which("soffice") or shutil.which("soffice", path=folders)


@cache
def uno_python() -> str | None:
    """An interpreter that can ``import uno``: the system's, or LibreOffice's own."""
    own = Path(soffice() or "").resolve().parent
    candidates = (
        "/usr/bin/python3",
        str(own / "python.exe"),
        str(own / "python"),
        str(own.parent / "Resources" / "python"),
        sys.executable,
    )
    return next(
        (python for python in candidates if shutil.which(python) and _has_uno(python)), None
    )


def missing() -> list[str]:
    """What is not on this machine."""
    found = {"LibreOffice (soffice)": soffice(), "a Python that can import uno": uno_python()}
    return [what for what, path in found.items() if not path]


def _has_uno(python: str) -> bool:
    tried = subprocess.run(
        [python, "-c", "import uno"], env=environment(), capture_output=True, check=False
    )
    return tried.returncode == 0


def environment() -> dict[str, str]:
    """Without what belongs to the tests' own Python."""
    ours = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
    kept = {key: value for key, value in os.environ.items() if key not in ours}
    # LibreOffice takes the first python3 of PATH for its own, and fails if that is another version.
    return kept | {"PATH": os.pathsep.join([os.defpath, kept.get("PATH", "")])}


def command(profile: Path, *arguments: str) -> list[str]:
    """A headless LibreOffice with a profile of its own."""
    return [
        soffice() or "soffice",
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--nologo",
        "--nodefault",
        *arguments,
    ]


def saved_again(workbook: Path, folder: Path, profile: Path) -> Path:
    """A workbook as LibreOffice writes it."""
    return _converted(workbook, "xlsx", folder, profile)


def to_pdf(workbook: Path, folder: Path, profile: Path) -> Path:
    """Print a workbook to a PDF."""
    return _converted(workbook, "pdf", folder, profile)


def _converted(workbook: Path, suffix: str, folder: Path, profile: Path) -> Path:
    """What LibreOffice makes of a workbook, one that lives no longer than that."""
    done = subprocess.run(
        command(profile, "--convert-to", suffix, "--outdir", str(folder), str(workbook)),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    made = folder / f"{workbook.stem}.{suffix}"
    assert done.returncode == 0, f"soffice ended with {done.returncode}: {done.stderr}"
    assert made.is_file(), done.stdout + done.stderr
    return made


class LibreOffice:
    """One LibreOffice process, and the worker that drives it."""

    def __init__(self, folder: Path) -> None:
        pipe = f"xl_tco_{uuid.uuid4().hex}"
        self._folder = folder
        self._office = subprocess.Popen(
            command(folder / "profile", f"--accept=pipe,name={pipe};urp;"),
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._worker = subprocess.Popen(
            [uno_python() or "python3", str(WORKER), pipe],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._ask("terminate")
            self._office.wait(_END)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            self._office.kill()
            self._office.wait()
        finally:
            self._worker.communicate()

    def open(self, content: bytes) -> None:
        """Open a workbook and compute all of it anew."""
        path = self._folder / f"{uuid.uuid4().hex}.xlsx"
        path.write_bytes(content)
        self._ask("open", str(path))

    def read(self) -> dict[str, dict[str, Any]]:
        """Every cell of every sheet; an error as ``{"error": name}``."""
        answer: dict[str, dict[str, Any]] = self._ask("read")
        return answer

    def peek(self, places: list[tuple[str, str]]) -> list[Any]:
        """Some cells, each by sheet and address."""
        answer: list[Any] = self._ask("peek", places)
        return answer

    def drive(self, rows: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
        """Per row of inputs by defined name: what the named cells come to."""
        answer: list[dict[str, Any]] = self._ask("drive", rows, names)
        return answer

    def overwritten(self, changes: dict[str, Any], names: list[str]) -> dict[str, Any]:
        """What the named cells come to with others overwritten; then all is as it was."""
        found: dict[str, Any] = self._ask("overwritten", changes, names)
        return found

    def region(self, language: str) -> None:
        """Set the regional settings, such as ``de-DE``, of what is opened from now on."""
        self._ask("region", language)

    def basic(self, modules: dict[str, str], function: str, calls: list[list[Any]]) -> list[Any]:
        """What ``Module.Function`` of VBA modules gives, per list of arguments."""
        answer: list[Any] = self._ask("basic", modules, function, calls)
        return answer

    def _ask(self, *request: Any) -> Any:
        assert self._worker.stdin
        assert self._worker.stdout
        self._worker.stdin.write(json.dumps(request) + "\n")
        self._worker.stdin.flush()
        line = self._worker.stdout.readline()
        assert line, f"LibreOffice or its worker ended while asked to {request[0]}"
        answer = json.loads(line)
        assert "failed" not in answer, answer["failed"]
        return answer["result"]
