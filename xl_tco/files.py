"""Reading files within limits, and writing them whole or not at all."""

import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from xl_tco.errors import InputFileError

_CHUNK: Final = 1_000_000


def read_limited(path: Path, limit: int) -> bytes:
    """Read a file of at most so many bytes.

    Raises
    ------
    InputFileError
        It cannot be read, is larger, or is no regular file: a device or pipe may wait for ever.

    """
    try:
        is_regular = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        raise InputFileError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:  # a null character in the name
        raise InputFileError(f"{str(path)!r}: cannot be read: {error}") from None
    if not is_regular:
        raise InputFileError(f"{path}: cannot be read: not a regular file")
    try:
        with path.open("rb") as file:
            # A buffer of the whole limit for a small file leaves the heap in fragments.
            size = os.fstat(file.fileno()).st_size
            content = file.read(min(size, limit) + 1)
            while len(content) <= limit and (more := file.read(_CHUNK)):
                content += more
    except OSError as error:
        raise InputFileError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > limit:
        raise InputFileError(f"{path}: larger than {limit:,} bytes")
    return content


def replace_file(path: Path, content: bytes) -> None:
    """Write beside the file, then rename over it: nobody ever sees half of it.

    Raises
    ------
    InputFileError
        The place cannot be written to.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise InputFileError(f"{path}: cannot be written: {error.strerror}") from None


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(path.stat().st_mode if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
