"""The zip package of a workbook from somebody else: read within limits, written back alike."""

import io
import zlib
from dataclasses import dataclass
from typing import Any, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml import etree

from xl_tco.errors import InputFileError

FILE_LIMIT: Final = 100_000_000
EXPANDED_LIMIT: Final = 500_000_000
MEMBER_LIMIT: Final = 5_000
RATIO_LIMIT: Final = 200
_SMALL: Final = 1_000_000
_OLE: Final = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a workbook, in their order, with what the zip says of each."""

    entries: tuple[ZipInfo, ...]
    parts: dict[str, bytes]

    def with_parts(self, changed: dict[str, bytes]) -> bytes:
        """The package with some parts replaced; everything else as it was."""
        content = io.BytesIO()
        with ZipFile(content, "w") as archive:
            for entry in self.entries:
                part = changed.get(entry.filename, self.parts[entry.filename])
                archive.writestr(_alike(entry), part, entry.compress_type)
        return content.getvalue()


def read_package(content: bytes, name: str) -> Package:
    """Read a workbook's parts.

    Raises
    ------
    InputFileError
        It is no workbook, or it is made to harm: too large, too many parts, expanding too far.

    """
    if content.startswith(_OLE):
        raise InputFileError(f"{name}: encrypted or in the old .xls format; save it as .xlsx")
    if len(content) > FILE_LIMIT:
        raise InputFileError(f"{name}: larger than {FILE_LIMIT:,} bytes")
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _require_sane(entries, name)
            parts = {entry.filename: _read(archive, entry, name) for entry in entries}
    except (
        BadZipFile,
        NotImplementedError,
        zlib.error,
        RuntimeError,
        EOFError,
        ValueError,
    ) as error:
        raise InputFileError(f"{name}: not a workbook: {error}") from None
    if "xl/workbook.xml" not in parts:
        raise InputFileError(f"{name}: not an Excel workbook: it has no xl/workbook.xml")
    return Package(tuple(entries), parts)


def parsed(part: bytes, name: str) -> Any:
    """Parse a part of a foreign workbook: no entities, no document type, no network.

    Raises
    ------
    InputFileError
        The part is no well-formed XML, or declares a document type.

    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(part, parser)
    except etree.XMLSyntaxError as error:
        raise InputFileError(f"{name}: damaged: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise InputFileError(f"{name}: declares a document type; no workbook does")
    return root


def serialized(root: Any) -> bytes:
    """The bytes of a part."""
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _require_sane(entries: list[ZipInfo], name: str) -> None:
    if len(entries) > MEMBER_LIMIT:
        raise InputFileError(f"{name}: more than {MEMBER_LIMIT:,} parts")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise InputFileError(f"{name}: a part is there twice")
    if sum(entry.file_size for entry in entries) > EXPANDED_LIMIT:
        raise InputFileError(f"{name}: expands to more than {EXPANDED_LIMIT:,} bytes")
    for entry in entries:
        expands = entry.file_size > _SMALL
        if expands and entry.file_size > RATIO_LIMIT * max(1, entry.compress_size):
            raise InputFileError(f"{name}: {entry.filename} expands more than {RATIO_LIMIT}-fold")


def _read(archive: ZipFile, entry: ZipInfo, name: str) -> bytes:
    """Read no more than the entry says it holds: the directory of a zip may lie."""
    with archive.open(entry) as file:
        part = file.read(entry.file_size + 1)
    if len(part) > entry.file_size:
        raise InputFileError(f"{name}: {entry.filename} is larger than it says")
    return part


def _alike(entry: ZipInfo) -> ZipInfo:
    copy = ZipInfo(entry.filename, entry.date_time)
    copy.create_system = entry.create_system
    copy.external_attr = entry.external_attr
    return copy
