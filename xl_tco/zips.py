"""Zip files that are the same bytes on every machine."""

import io
from collections.abc import Iterable
from typing import Final, TypeAlias
from zipfile import ZIP_STORED, ZipFile, ZipInfo

Moment: TypeAlias = tuple[int, int, int, int, int, int]

EARLIEST: Final[Moment] = (1980, 1, 1, 0, 0, 0)
"""The first moment a zip can name, for parts that have no date of their own."""

_FIRST: Final = "[Content_Types].xml"


def stored_zip(parts: Iterable[tuple[str, bytes]], moment: Moment = EARLIEST) -> bytes:
    """Zip named parts, all of one date, without compression.

    What deflate gives differs between zlib builds. An Office package begins with its content types.
    """
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_STORED) as archive:
        for name, part in sorted(parts, key=lambda item: item[0] != _FIRST):
            entry = ZipInfo(name, moment)
            entry.create_system = 0
            archive.writestr(entry, part)
    return content.getvalue()
