"""The add-in file, and macros in a workbook: built on any system, always the same bytes.

Both are made from an empty file of Excel's, as pyOpenVBA keeps it, and our own modules: no module
of anybody else, so that a cell can call our worksheet functions and nothing more.
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

from pyopenvba import ExcelFile

from xl_tco import __version__
from xl_tco.addin.bridge import bridge_version
from xl_tco.errors import InputFileError
from xl_tco.functions import TABLE
from xl_tco.hosts.vba_module import FUNCTIONS_MODULE, HELP_MODULE, functions_module, help_module
from xl_tco.zips import stored_zip

_SAMPLE_MODULE: Final = "Module1"
_SHARED: Final = ("XlTcoCells.bas", "XlTcoServer.bas", "XlTcoOpening.bas")
_ADDIN: Final = (*_SHARED, "XlTcoFormulas.bas", "XlTcoRepair.bas", "ThisWorkbook.addin.cls")
_BOOK: Final = (*_SHARED, "ThisWorkbook.book.cls")

_TYPES: Final = "[Content_Types].xml"
_WORKBOOK: Final = "xl/workbook.xml"
_SHEET: Final = "xl/worksheets/sheet1.xml"
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
_APP: Final = (
    f"{_HEADER}<Properties "
    'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Excel</Application></Properties>"
)
_ABOUT: Final = (
    f"xl_tco {__version__}: AI token economics as Excel functions. MIT licence.",
    "Which Python computes is set per user: %APPDATA%\\xl_tco\\addin.conf, written by",
    "the command: xl-tco addin install. Help: xl-tco addin doctor",
)


@cache
def build_addin() -> bytes:
    """Build ``xl_tco.xlam``."""
    parts = {info.filename: data for info, data in _entries(_made(".xlam", _put_into_addin))}
    parts |= {
        "docProps/core.xml": _CORE.encode(),
        "docProps/app.xml": _APP.encode(),
        _WORKBOOK: parts[_WORKBOOK].replace(b'<sheet name="Sheet1"', b'<sheet name="xl_tco"'),
        _SHEET: parts[_SHEET]
        .replace(b'<dimension ref="A1"/>', f'<dimension ref="A1:A{len(_ABOUT)}"/>'.encode())
        .replace(b"<sheetData/>", _about_rows().encode()),
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
    content = _made(".xlsm", _put_into_book, stored_zip(parts.items()))
    made = {info.filename: data for info, data in _entries(content)}
    return stored_zip(made.items(), entries[0][0].date_time)


def addin_modules() -> Mapping[str, str]:
    """The source of each module of the add-in by name, as Excel stores it; its sheet has none."""
    return _sources(_ADDIN)


def book_modules() -> Mapping[str, str]:
    """The source of each module of a workbook with macros; its sheets have none."""
    return _sources(_BOOK)


def _sources(files: tuple[str, ...]) -> dict[str, str]:
    folder = resources.files("xl_tco.addin").joinpath("vba")
    texts = {name: folder.joinpath(name).read_text(encoding="ascii") for name in files}
    generated = {FUNCTIONS_MODULE: functions_module(), HELP_MODULE: help_module()}
    modules = {name.partition(".")[0]: text for name, text in texts.items()} | generated
    # VBA takes the name of a DLL as it stands in the text alone.
    modules = {name: text.replace("{xlwings}", bridge_version()) for name, text in modules.items()}
    # Lines end as VBA's do, whatever a checkout of the sources made of them.
    return {name: "\r\n".join(text.splitlines()) + "\r\n" for name, text in modules.items()}


def _put_into_addin(file: ExcelFile) -> None:
    file.vba_project().delete_module(_SAMPLE_MODULE)
    _put(file, addin_modules())


def _put_into_book(file: ExcelFile) -> None:
    file.add_vba_project()
    _put(file, book_modules())


def _put(file: ExcelFile, sources: Mapping[str, str]) -> None:
    project = file.vba_project()
    documents = project.module_names()
    for name, source in sources.items():
        if name in documents:
            file.set_module(name, source)
        else:
            project.add_module(name, source)


def _made(suffix: str, put: Callable[[ExcelFile], None], content: bytes | None = None) -> bytes:
    """Let pyOpenVBA work on a file, which is what it works on, or on a new one, for a moment."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"file{suffix}")
        if content is None:
            ExcelFile.create_new(path).close()
        else:
            path.write_bytes(content)
        with ExcelFile(path) as file:
            put(file)
            file.save()
        return path.read_bytes()


def _about_rows() -> str:
    """What the add-in's own sheet says."""
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{escape(text)}</t></is></c></row>'
        for row, text in enumerate(_ABOUT, start=1)
    )
    return f"<sheetData>{rows}</sheetData>"


def _entries(content: bytes) -> list[tuple[ZipInfo, bytes]]:
    with ZipFile(io.BytesIO(content)) as archive:
        return [(info, archive.read(info)) for info in archive.infolist()]
