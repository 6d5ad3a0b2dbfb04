"""The zip package of a workbook from somebody else: read within limits, written back alike."""

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from xl_tco.errors import InputFileError, shown
from xl_tco.workbook.scanning import Counts, scan
from xl_tco.workbook.structure import Structure, structure_of

FILE_LIMIT: Final = 50_000_000
EXPANDED_LIMIT: Final = 120_000_000
MEMBER_LIMIT: Final = 5_000
RATIO_LIMIT: Final = 200
_SMALL: Final = 1_000_000
_OLE: Final = b"\xd0\xcf\x11\xe0"
_NAME_LIMIT: Final = 255


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a workbook, in their order, with what the zip says of each.

    ``structure`` gives the workbook's part and those of its sheets, ``counts`` what it holds.
    """

    entries: tuple[ZipInfo, ...]
    parts: dict[str, bytes]
    structure: Structure
    counts: Counts

    def with_parts(self, changed: Mapping[str, bytes]) -> bytes:
        """The package with some parts replaced; everything else as it was."""
        content = io.BytesIO()
        with ZipFile(content, "w") as archive:
            for entry in self.entries:
                part = changed.get(entry.filename, self.parts[entry.filename])
                archive.writestr(_alike(entry), part, entry.compress_type)
        return content.getvalue()


def read_package(content: bytes, name: str) -> Package:
    """Read a workbook's parts: the one way in for every file that somebody else may have made.

    Raises
    ------
    InputFileError
        It is no whole workbook, a Strict one, one linked to other workbooks, or made to harm: too
        large, too many parts, expanding too far, holding too much of anything.

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
    except InputFileError:
        raise
    except (
        BadZipFile,
        NotImplementedError,
        zlib.error,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        LookupError,
    ) as error:
        raise InputFileError(f"{name}: not a workbook: {shown(str(error))[1:-1]}") from None
    counts = scan(parts, name)
    return Package(tuple(entries), parts, structure_of(parts, name), counts)


def _require_sane(entries: list[ZipInfo], name: str) -> None:
    if len(entries) > MEMBER_LIMIT:
        raise InputFileError(f"{name}: more than {MEMBER_LIMIT:,} parts")
    for entry in entries:
        # The name as it stands in the file: zipfile cuts it at a null character.
        _require_plain_path(entry.orig_filename, name)
    paths = [entry.filename.casefold() for entry in entries]
    if len(set(paths)) != len(paths):
        raise InputFileError(f"{name}: a part is there twice")
    if sum(entry.file_size for entry in entries) > EXPANDED_LIMIT:
        raise InputFileError(f"{name}: expands to more than {EXPANDED_LIMIT:,} bytes")
    for entry in entries:
        expands = entry.file_size > _SMALL
        if expands and entry.file_size > RATIO_LIMIT * max(1, entry.compress_size):
            raise InputFileError(f"{name}: {entry.filename} expands more than {RATIO_LIMIT}-fold")


def _require_plain_path(path: str, name: str) -> None:
    """Refuse parts whose paths lead out of the package, or are none."""
    steps = path.removesuffix("/").split("/")
    odd = any(step in ("", ".", "..") for step in steps) or any(
        character in "\\:" or not character.isprintable() for character in path
    )
    if odd or len(path) > _NAME_LIMIT:
        raise InputFileError(f"{name}: the path of a part is odd: {shown(path)}")


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
