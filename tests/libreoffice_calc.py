"""LibreOffice Calc with the extension installed, in a profile of its own: tests and benchmarks."""

import subprocess
import uuid
from pathlib import Path
from typing import Any

from libreoffice import LibreOffice as Driven
from libreoffice import command, environment, uno_python

from xl_tco.libreoffice.extension import build
from xl_tco.libreoffice.installation import LibreOffice as Installed

WORKER = Path(__file__).with_name("calc_worker.py")


def installed(folder: Path) -> Installed:
    """LibreOffice with its profile, and root's shared extensions, in a folder."""
    return Installed.found(
        {
            "UserInstallation": (folder / "profile").as_uri(),
            "UNO_SHARED_PACKAGES": (folder / "shared").as_uri(),
        }
    )


class Calc(Driven):
    """A running LibreOffice Calc; the folder decides what is installed in it."""

    def __init__(self, folder: Path) -> None:
        pipe = f"xl_tco_{uuid.uuid4().hex}"
        variables = installed(folder).variables
        self._folder = folder
        self._office = subprocess.Popen(
            command(
                folder / "profile",
                f"-env:UNO_SHARED_PACKAGES={variables['UNO_SHARED_PACKAGES']}",
                f"--accept=pipe,name={pipe};urp;",
            ),
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

    @classmethod
    def with_extension(cls, folder: Path) -> "Calc":
        """Install the extension first."""
        installed(folder).install(build())
        return cls(folder)

    def type(self, rows: list[list[str]], arrays: dict[str, str] | None = None) -> None:
        """A new sheet: rows of what is typed from A1 on, and array formulas by their range."""
        self._ask("type", rows, arrays or {})

    def block(self, address: str) -> list[list[Any]]:
        """What the cells of a range come to; an error as ``{"error": its number}``."""
        cells: list[list[Any]] = self._ask("block", address)
        return cells

    def recalculation(self, times: int) -> list[float]:
        """Seconds that each of some hard recalculations takes."""
        seconds: list[float] = self._ask("recalculation", times)
        return seconds

    def export(self) -> bytes:
        """The open document as .xlsx."""
        path = self._folder / f"{uuid.uuid4().hex}.xlsx"
        self._ask("export", str(path))
        return path.read_bytes()

    def describe(self) -> dict[str, dict[str, Any]]:
        """All functions of the function wizard by name: description, arguments, category."""
        entries: dict[str, dict[str, Any]] = self._ask("describe")
        return entries
