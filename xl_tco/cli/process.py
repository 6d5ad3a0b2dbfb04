"""How the command ends: one line and an exit code, whatever becomes of its streams and signals."""

import os
import signal
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Any, Final

FAULT: Final = 1
INTERRUPTED: Final = 130

_interrupted: Final[list[int]] = []
"""The signals that came; an engine that calls Python functions takes them for a #VALUE!."""


class _Interruption(BaseException):
    """Ctrl-C, in a kind of its own: click would answer the usual one with a line of its own."""


def ended(program: Callable[[], int]) -> int:
    """Run a program to its exit code.

    An interruption, and output that nobody can write, end in one line.
    """
    _interrupted.clear()
    before = signal.signal(signal.SIGINT, _on_interrupt)
    hook, sys.unraisablehook = sys.unraisablehook, _unraisable
    try:
        if not _prepared():
            return say("standard output is closed", FAULT)
        code = program()
        sys.stdout.flush()
        refuse_if_interrupted()
        return code
    except (KeyboardInterrupt, _Interruption):
        return _ended_by_interrupt()
    except BrokenPipeError:
        return _unwritable("standard output was closed before all was written")
    except OSError as error:
        place = "output" if error.filename is None else str(error.filename)
        return _unwritable(f"{place}: cannot be written: {error.strerror}")
    except Exception:
        # What a library makes of an interruption while it is loaded.
        if _interrupted:
            return _ended_by_interrupt()
        raise
    finally:
        signal.signal(signal.SIGINT, before)
        sys.unraisablehook = hook


def refuse_if_interrupted() -> None:
    """Stop before anything is written, where an engine has swallowed the interruption.

    Raises
    ------
    BaseException
        There was one.

    """
    if _interrupted:
        raise _Interruption


def say(message: str, code: int) -> int:
    """Say why the command failed, if anybody listens; gives the exit code."""
    try:
        sys.stderr.write(f"xl-tco: {message}\n")
        sys.stderr.flush()
    except OSError:
        _to_nowhere(sys.stderr)
    return code


def _prepared() -> bool:
    """Make both streams fit to be written to; false where there is no standard output."""
    is_open = sys.stdout is not None
    # What stands in their place keeps the files that are opened from becoming the streams.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A file name that the terminal's encoding lacks must not end in a traceback.
            stream.reconfigure(errors="backslashreplace")
    return is_open


def _unwritable(message: str) -> int:
    _to_nowhere(sys.stdout)
    return say(message, FAULT)


def _to_nowhere(stream: Any) -> None:
    """Let the interpreter flush what is left without a fault when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError:  # no stream of the system
        return


def _ended_by_interrupt() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return say("interrupted; nothing half-written", INTERRUPTED)


def _on_interrupt(number: int, _frame: Any) -> None:
    _interrupted.append(number)
    raise _Interruption


def _unraisable(event: Any) -> None:
    """Say nothing of what goes wrong while things are cleared away: what failed has been said."""
    if not (_interrupted or isinstance(event.exc_value, OSError) or _is_of_lxml(event.exc_type)):
        sys.__unraisablehook__(event)


def _is_of_lxml(kind: type[BaseException]) -> bool:
    return kind.__module__.partition(".")[0] == "lxml"
