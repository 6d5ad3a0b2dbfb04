"""Installing the extension with LibreOffice's own tool, ``unopkg``, for whoever runs it.

An ordinary user installs into their own profile. LibreOffice refuses that to root, whose
installation is therefore the whole machine's.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlparse
from urllib.request import url2pathname

from xl_tco.errors import XlTcoError
from xl_tco.libreoffice.extension import FILE_NAME, IDENTIFIER

LEAST_PYTHON: Final = (3, 11)
_PATIENCE: Final = 300
_FOLDERS: Final = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/MacOS",
    "C:/Program Files/LibreOffice/program",
)


@dataclass(frozen=True, slots=True)
class LibreOffice:
    """An installed LibreOffice; ``variables`` move its folders elsewhere, as ``-env:`` does."""

    unopkg: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def found(cls, variables: Mapping[str, str] | None = None) -> Self:
        """Find LibreOffice on the path, or where it is installed by default.

        Raises
        ------
        XlTcoError
            It is not there, or its Python is too old.

        """
        places = os.pathsep.join([os.environ.get("PATH", ""), *_FOLDERS])
        path = shutil.which("unopkg", path=places)
        if not path:
            raise XlTcoError(
                "LibreOffice is not found: install it, or put its folder 'program', "
                "which holds unopkg, on the PATH"
            )
        unopkg = Path(path).resolve()
        python = bundled_python(unopkg.parent)
        if python and python < LEAST_PYTHON:
            raise XlTcoError(
                f"the LibreOffice in {unopkg.parent} brings Python {_dotted(python)}, and the "
                f"functions need {_dotted(LEAST_PYTHON)}: install a newer LibreOffice"
            )
        return cls(unopkg, variables or {})

    @property
    def audience(self) -> str:
        """For whom it installs."""
        return "all users of this machine" if _is_root() else "the current user"

    def install(self, extension: bytes) -> None:
        """Install the extension; whichever version is there is replaced.

        Raises
        ------
        XlTcoError
            LibreOffice is running, or refuses.

        """
        self._require_stopped()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, FILE_NAME)
            file.write_bytes(extension)
            self._run("add", "--force", "--suppress-license", str(file))

    def uninstall(self) -> bool:
        """Take the extension out; tell whether it was there.

        Raises
        ------
        XlTcoError
            LibreOffice is running, or refuses.

        """
        if not self.installed_version():
            return False
        self._require_stopped()
        self._run("remove", IDENTIFIER)
        return True

    def installed_version(self) -> str:
        """The version that is installed; empty if none is."""
        listed = self._run("list")
        found = re.search(rf"Identifier: {re.escape(IDENTIFIER)}\s+Version: (\S+)", listed)
        return found[1] if found else ""

    def _require_stopped(self) -> None:
        lock = _profile(self.variables) / ".lock"
        if lock.exists():
            raise XlTcoError(
                "LibreOffice is running; close it first (after a crash: start and close it once, "
                f"or delete {lock})"
            )

    def _run(self, command: str, *arguments: str) -> str:
        shared = ["--shared"] if _is_root() else []
        options = [f"-env:{name}={value}" for name, value in self.variables.items()]
        words = [str(self.unopkg), command, *shared, *options, *arguments]
        try:
            done = subprocess.run(  # noqa: S603
                words, capture_output=True, text=True, errors="replace", timeout=_PATIENCE
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise XlTcoError(f"unopkg {command} did not finish: {error}") from None
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())
            raise XlTcoError(f"unopkg {command} ended with {done.returncode}: {said}")
        return done.stdout


def bundled_python(program: Path) -> tuple[int, ...]:
    """The Python that LibreOffice brings; empty where it uses the system's."""
    places = (
        *program.glob("python-core-*"),
        *program.parent.glob("Frameworks/LibreOfficePython.framework/Versions/*"),
    )
    found = (re.search(r"(\d+)\.(\d+)", place.name) for place in places)
    return max(
        (tuple(int(part) for part in match.groups()) for match in found if match), default=()
    )


def _profile(variables: Mapping[str, str]) -> Path:
    if url := variables.get("UserInstallation"):
        return Path(url2pathname(urlparse(url).path))
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", home / "AppData/Roaming"), "LibreOffice", "4")
    if sys.platform == "darwin":
        return home / "Library/Application Support/LibreOffice/4"
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config", "libreoffice", "4")


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
