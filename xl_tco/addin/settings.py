"""The settings file that the add-in's VBA reads: ``key=value`` lines in the system's code page."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from xl_tco.addin.bridge import bridge_folder, bridge_version, library_name
from xl_tco.errors import XlTcoError

WINDOWS: Final = os.name == "nt"
# VBA and the DLL's interface take text of the Windows code page only.
ENCODING: Final = "mbcs" if WINDOWS else "utf-8"


@dataclass(frozen=True, slots=True)
class Settings:
    """Which Python computes, where xlwings' DLLs are, and of which xlwings."""

    interpreter: str
    bridge: str
    xlwings: str

    @classmethod
    def of_this_python(cls) -> Self:
        """The settings of the interpreter that runs this."""
        return cls(sys.executable, bridge_folder(), bridge_version())

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Those of a file; None if there is none or it is not ours."""
        try:
            lines = path.read_text(encoding=ENCODING).splitlines()
        except (OSError, ValueError):
            return None
        found = dict(line.split("=", 1) for line in lines if "=" in line)
        try:
            return cls(found["interpreter"], found["bridge"], found["xlwings"])
        except KeyError:
            return None

    @property
    def content(self) -> bytes:
        """The file.

        Raises
        ------
        XlTcoError
            A path has characters that the add-in could not read.

        """
        text = "".join(
            f"{key}={value}\r\n"
            for key, value in (
                ("interpreter", self.interpreter),
                ("bridge", self.bridge),
                ("xlwings", self.xlwings),
            )
        )
        try:
            return text.encode(ENCODING)
        except UnicodeEncodeError:
            raise XlTcoError(
                f"{self.interpreter}: Excel's bridge cannot read this path; "
                "make the Python environment in a folder with plain letters, such as C:\\xl_tco"
            ) from None

    def libraries(self) -> list[Path]:
        """The DLLs that a 64-bit and a 32-bit Excel load."""
        return [Path(self.bridge, library_name(bits, self.xlwings)) for bits in (64, 32)]
