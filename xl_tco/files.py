"""Reading files within limits, and writing them whole or not at all."""

import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from xl_tco.errors import InputFileError

_CHUNK: Final = 1_000_000
_NEW: Final = 0o644


def read_limited(path: Path, limit: int) -> bytes:
    """Read a file of at most so many bytes.

    Raises
    ------
    InputFileError
        It cannot be read, is larger, or is no regular file: a device or pipe may wait for ever.

    """
    try:
        # A pipe or a device might never end, or never begin.
        if fault := _no_file(path.stat().st_mode):
            raise InputFileError(f"{path}: cannot be read: {fault}")
        with path.open("rb") as file:
            # A buffer of the whole limit for a small file leaves the heap in fragments.
            size = os.fstat(file.fileno()).st_size
            content = file.read(min(size, limit) + 1)
            while len(content) <= limit and (more := file.read(_CHUNK)):
                content += more
    except OSError as error:
        raise InputFileError(f"{path}: cannot be read: {error.strerror}") from None
    except InputFileError:
        raise
    except ValueError as error:  # a null character in the name
        raise InputFileError(f"{str(path)!r}: cannot be read: {error}") from None
    if len(content) > limit:
        raise InputFileError(f"{path}: larger than {limit:,} bytes")
    return content


def replace_file(path: Path, content: bytes) -> None:
    """Write beside the file, then rename over it: nobody ever sees half of it.

    Raises
    ------
    InputFileError
        The place cannot be written to, or holds what is no regular file.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        raise InputFileError(f"{path}: cannot be written: {error.strerror}") from None
    except InputFileError:
        raise
    except ValueError as error:  # a null character in the name
        raise InputFileError(f"{str(path)!r}: cannot be written: {error}") from None


def refuse_overwriting(target: Path, inputs: Iterable[Path], option: str = "--out") -> None:
    """Refuse a file to write that is one of those read, under whatever name.

    Raises
    ------
    InputFileError
        It is the same file: by a link, or in other capitals where these do not count.

    """
    for path in inputs:
        if is_same(target, path):
            raise InputFileError(f"{option} {target}: that is {path}, which is read; name another")


def printable(path: Path) -> str:
    """A file's name as a text that every file can hold, whatever its bytes were."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_same(one: Path, other: Path) -> bool:
    """Tell whether two paths that may not exist are of one file or folder."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _replace(path: Path, content: bytes) -> None:
    mode = path.stat().st_mode if path.exists() else stat.S_IFREG | _NEW
    if fault := _no_file(mode):
        raise InputFileError(f"{path}: cannot be written: {fault}")
    # A name of its own, since that of the file may be as long as names can be.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".xl_tco.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(stat.S_IMODE(mode))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _no_file(mode: int) -> str:
    """What stands there in place of a regular file; empty if it is one."""
    if stat.S_ISREG(mode):
        return ""
    return "it is a folder" if stat.S_ISDIR(mode) else "it is no regular file"
