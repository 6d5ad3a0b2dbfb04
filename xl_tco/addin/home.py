"""Where the add-in lives: the files of one user, below one folder.

Excel opens every file in the user's XLSTART folder by itself and trusts that folder, so installing
is putting a file there: no administrator, no registry value that a running Excel would overwrite
when it ends, nothing that an update of Office takes away.

The interpreter's path goes into a file of our own and not into xlwings' settings, where keys of
other projects live; so no add-in file and no workbook holds the path of a machine.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from xl_tco.errors import XlTcoError


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of a user's application data, ``%APPDATA%``, and our places in it."""

    root: Path

    @classmethod
    def of_this_user(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The home of whoever runs this.

        Raises
        ------
        XlTcoError
            This is not Windows.

        """
        folder = environment.get("APPDATA")
        if not folder:
            raise XlTcoError(
                "the add-in runs in Excel on Windows only (APPDATA is not set here); "
                "elsewhere use workbooks of the lambda flavour, which need no add-in"
            )
        return cls(Path(folder))

    @property
    def addin(self) -> Path:
        """The add-in file, in Excel's start folder."""
        return self.root / "Microsoft" / "Excel" / "XLSTART" / "xl_tco.xlam"

    @property
    def folder(self) -> Path:
        """The folder that is ours alone."""
        return self.root / "xl_tco"

    @property
    def settings(self) -> Path:
        """What the add-in's VBA reads: the interpreter, and the folder of xlwings' DLLs."""
        return self.folder / "addin.conf"

    @property
    def manifest(self) -> Path:
        """What was put where, and what was there before."""
        return self.folder / "manifest.json"

    def backup(self, path: Path) -> Path:
        """Where a file that was there before is kept."""
        return self.folder / "before" / path.name
