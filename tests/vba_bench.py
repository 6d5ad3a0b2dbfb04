"""The add-in's VBA run for real: in pyOpenVBA's model of Excel, and as LibreOffice Basic.

pyOpenVBA's model answers as Excel was measured to answer. LibreOffice is an engine of another make,
and runs what touches no cell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyopenvba.apps.excel import ExcelApplication

from xl_tco.addin.package import addin_modules

SOURCES = addin_modules()


def without_attributes(name: str) -> str:
    """A module as text, without the lines that only a file has."""
    lines = SOURCES[name].splitlines()
    return "\n".join(line for line in lines if not line.startswith("Attribute "))


def excel(path: Path | None, names: Iterable[str], **others: str) -> ExcelApplication:
    """A workbook, or an empty one, with these modules of the add-in, and others."""
    running = ExcelApplication() if path is None else ExcelApplication.open(path)
    if path is None:
        running.add_workbook()
    for name in names:
        running.add_module(without_attributes(name), name=name)
    for name, text in others.items():
        running.add_module(text, name=name)
    return running


@dataclass(frozen=True, slots=True)
class Declared:
    """What the add-in calls in the bridge."""

    library: str
    entry: str
    parameters: str


def declared(bits: int) -> Declared:
    """The declaration that an Excel of this bitness compiles."""
    found = [
        Declared(library, entry, parameters)
        for entry, library, parameters in re.findall(
            r'Private Declare PtrSafe Function (\w+) Lib "(.+?)" \((.+)\) As Long\b',
            SOURCES["XlTcoServer"],
        )
        if f"{bits}-" in library
    ]
    (only,) = found
    return only


@cache
def start_command(interpreter: str) -> str:
    """What the add-in starts Python with, by its own function."""
    probe = (
        "Public Function Tried(ByVal interpreter As String) As String\n"
        "    Tried = CommandOf(interpreter)\n"
        "End Function\n"
    )
    running = ExcelApplication()
    running.add_workbook()
    running.add_module(SOURCES["XlTcoServer"] + probe, name="XlTcoServer")
    return str(running.run("Tried", interpreter))
