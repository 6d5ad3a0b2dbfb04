"""The add-in file, and macros in a workbook: built on any system, always the same bytes.

The add-in is the one xlwings ships for custom add-ins (BSD-3, see LICENSE-xlwings.txt), with its
sample module taken out, our modules put in, and its parts freed of its author's name and paths.
"""

import io
import re
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape
from zipfile import BadZipFile, ZipFile, ZipInfo

from pyopenvba import ExcelFile, VBAModuleKind
from pyopenvba.exceptions import PyOpenVBAError

from xl_tco import __version__
from xl_tco.errors import InputFileError, XlTcoError
from xl_tco.functions import TABLE
from xl_tco.hosts.vba_module import FUNCTIONS_MODULE, HELP_MODULE, functions_module, help_module
from xl_tco.zips import stored_zip

BASE: Final = "quickstart_addin.xlam"
BASE_MODULES: Final = ("xlwings", "Dictionary")
_SAMPLE_MODULE: Final = "Module1"
_SHARED: Final = ("XlTcoCells.bas", "XlTcoServer.bas", "XlTcoOpening.bas")
_ADDIN: Final = (*_SHARED, "XlTcoRepair.bas", "XlTcoEvents.cls", "XlTcoAddin.bas")
_BOOK: Final = (*_SHARED, "XlTcoBook.bas")

_TYPES: Final = "[Content_Types].xml"
_WORKBOOK: Final = "xl/workbook.xml"
_WORKBOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACRO_TYPE: Final = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_HEADER: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CORE: Final = (
    f"{_HEADER}<cp:coreProperties "
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>xl_tco</dc:title>'
    f"<dc:creator>xl_tco {__version__}</dc:creator>"
    "<dc:description>AI token economics as Excel functions</dc:description></cp:coreProperties>"
)


@cache
def build_addin() -> bytes:
    """Build ``xl_tco.xlam``.

    Raises
    ------
    XlTcoError
        The installed xlwings ships no base that this package knows.

    """
    try:
        content = _with_modules(_base(), ".xlam", _put_into_addin)
    except (OSError, KeyError, BadZipFile, PyOpenVBAError) as error:
        raise XlTcoError(f"the add-in base of the installed xlwings is unknown: {error}") from None
    parts = {info.filename: data for info, data in _entries(content)}
    parts |= {
        "docProps/core.xml": _CORE.encode(),
        _WORKBOOK: _about_book(parts[_WORKBOOK].decode()).encode(),
        "xl/worksheets/sheet1.xml": _about_sheet(parts["xl/worksheets/sheet1.xml"].decode()),
        "xl/sharedStrings.xml": _about_texts(),
    }
    return stored_zip(parts.items())


def with_macros(workbook: bytes) -> bytes:
    """Give an .xlsx of the addin flavour the function modules: the bytes of an .xlsm.

    Its calls stay bare, as Excel stores calls of functions of the same workbook.

    Raises
    ------
    InputFileError
        Not an .xlsx, or one that defines names of the functions as LAMBDA: the two must never
        meet in one workbook.

    """
    try:
        entries = _entries(workbook)
        parts = {info.filename: data for info, data in entries}
        names = parts[_WORKBOOK].decode()
        types = parts[_TYPES].decode()
    except (BadZipFile, KeyError, UnicodeDecodeError):
        raise InputFileError("macros go into an .xlsx workbook; this is none") from None
    if _WORKBOOK_TYPE not in types:
        raise InputFileError("macros go into an .xlsx workbook without macros; this is none")
    for function in TABLE:
        if re.search(rf'<definedName [^>]*name="{function.worksheet_name}"', names, re.IGNORECASE):
            raise InputFileError(
                f"the workbook defines {function.worksheet_name} as a LAMBDA name; "
                "macros go into the addin flavour only"
            )
    parts[_TYPES] = types.replace(_WORKBOOK_TYPE, _MACRO_TYPE).encode()
    content = _with_modules(stored_zip(parts.items()), ".xlsm", _put_into_book)
    made = {info.filename: data for info, data in _entries(content)}
    return stored_zip(made.items(), entries[0][0].date_time)


def addin_modules() -> Mapping[str, str]:
    """The source of each module that the add-in adds to its base, by name, as Excel stores it."""
    return _sources(_ADDIN)


def book_modules() -> Mapping[str, str]:
    """The source of each module that a workbook with macros gets from this package."""
    return _sources(_BOOK)


@cache
def xlwings_version() -> str:
    """The version of the DLL that the add-in calls: that of the installed xlwings."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, BASE)
        path.write_bytes(_base())
        with ExcelFile(path) as file:
            found = re.search(r'XLWINGS_VERSION As String = "([^"]+)"', file.get_module("xlwings"))
    if not found:
        raise XlTcoError("the add-in base of the installed xlwings does not tell its version")
    return found[1]


def _base() -> bytes:
    return resources.files("xlwings").joinpath(BASE).read_bytes()


def _sources(files: tuple[str, ...]) -> dict[str, str]:
    folder = resources.files("xl_tco.addin").joinpath("vba")
    texts = {name: folder.joinpath(name).read_text(encoding="ascii") for name in files}
    generated = {FUNCTIONS_MODULE: functions_module(), HELP_MODULE: help_module()}
    modules = {name.partition(".")[0]: text for name, text in texts.items()} | generated
    # Lines end as VBA's do, whatever a checkout of the sources made of them.
    return {name: "\r\n".join(text.splitlines()) + "\r\n" for name, text in modules.items()}


def _put_into_addin(file: ExcelFile) -> None:
    project = file.vba_project()
    for name in BASE_MODULES:
        project.get_module(name)
    project.delete_module(_SAMPLE_MODULE)
    _add(file, addin_modules())


def _put_into_book(file: ExcelFile) -> None:
    file.add_vba_project()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, BASE)
        path.write_bytes(_base())
        with ExcelFile(path) as base:
            sources = {name: base.get_module(name) for name in BASE_MODULES}
    _add(file, {**sources, **book_modules()})


def _add(file: ExcelFile, sources: Mapping[str, str]) -> None:
    for name, source in sources.items():
        is_class = "\nAttribute VB_Base" in source
        kind = VBAModuleKind.other if is_class else VBAModuleKind.standard
        file.vba_project().add_module(name, source, kind=kind)


def _with_modules(content: bytes, suffix: str, put: Callable[[ExcelFile], None]) -> bytes:
    """Let pyOpenVBA work on a file, which is what it works on; this one lives for a moment."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"file{suffix}")
        path.write_bytes(content)
        with ExcelFile(path) as file:
            put(file)
            file.save()
        return path.read_bytes()


def _about_book(text: str) -> str:
    text = re.sub(r"<mc:AlternateContent.*?</mc:AlternateContent>", "", text, flags=re.DOTALL)
    return re.sub(r'(<sheet [^>]*?name=)"[^"]*"', r'\1"xl_tco"', text)


def _about_sheet(text: str) -> bytes:
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{row - 1}</v></c></row>'
        for row in range(1, len(_about()) + 1)
    )
    text = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="A1:A{len(_about())}"', text)
    return re.sub(
        r"<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", text, flags=re.DOTALL
    ).encode()


def _about_texts() -> bytes:
    items = "".join(f'<si><t xml:space="preserve">{escape(line)}</t></si>' for line in _about())
    count = len(_about())
    return (
        f'{_HEADER}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        f'count="{count}" uniqueCount="{count}">{items}</sst>'
    ).encode()


def _about() -> list[str]:
    """What the add-in's own sheet says: version, where the settings are, the base's licence."""
    licence = resources.files("xl_tco.addin").joinpath("LICENSE-xlwings.txt")
    return [
        f"xl_tco {__version__}: AI token economics as Excel functions. MIT licence.",
        "Which Python computes is set per user: %APPDATA%\\xl_tco\\addin.conf, written by",
        "the command: xl-tco addin install. Help: xl-tco addin doctor",
        "",
        "The modules xlwings and Dictionary come with xlwings. Their licence:",
        "",
        *licence.read_text(encoding="utf-8").splitlines(),
    ]


def _entries(content: bytes) -> list[tuple[ZipInfo, bytes]]:
    with ZipFile(io.BytesIO(content)) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]
