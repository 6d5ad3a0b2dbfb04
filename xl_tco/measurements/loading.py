"""Benchmark files: found, read within limits, recognised by content, each record validated."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from pydantic import ValidationError

from xl_tco.errors import InputFileError, shown
from xl_tco.files import printable, read_limited
from xl_tco.measurements import aiperf, inferencex, own, sglang, vllm
from xl_tco.measurements.asking import Answers, Asked, Given
from xl_tco.measurements.fields import Fields
from xl_tco.measurements.own import same_run
from xl_tco.measurements.record import Measurement

FILE_LIMIT: Final = 32_000_000
RECORD_LIMIT: Final = 100_000
FILES_LIMIT: Final = 10_000
_SUFFIXES: Final = (".json", ".jsonl")
_TOOLS: Final[tuple[ModuleType, ...]] = (own, inferencex, vllm, sglang, aiperf)


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read, and with ``keep_going`` what could not be: a line a fault.

    ``repeated`` are the places of measurements that had been read before: they count once.
    ``unused`` are answers for which no file had a question.
    """

    measurements: tuple[Measurement, ...]
    faults: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def load_measurements(
    paths: Iterable[str | Path], given: Given | None = None, *, keep_going: bool = False
) -> Imported:
    """Read the measurements of files and folders, whatever tool wrote them.

    With ``keep_going`` a file that cannot be used is a fault in the answer; all others are read.
    The same run counts once, in however many files it stands.

    Raises
    ------
    InputFileError
        A file cannot be used; the message names file, place and what is wrong.

    """
    answers = Answers(given or Given())
    found: dict[str, Measurement] = {}
    faults: list[str] = []
    repeated: list[str] = []
    for path in measurement_files(paths):
        try:
            for item in _read(path, answers):
                if found.setdefault(same_run(item), item) is not item:
                    repeated.append(f"{printable(path)} {item.position}".strip())
        except InputFileError as error:
            if not keep_going:
                raise
            faults.append(str(error))
        if len(found) > RECORD_LIMIT:
            raise InputFileError(f"{path}: more than {RECORD_LIMIT:,} measurements; import fewer")
    if not found and not faults:
        raise InputFileError("no .json or .jsonl file in what was given")
    # A file that was left out might have asked.
    unused = () if faults else answers.unused
    return Imported(tuple(found.values()), tuple(faults), tuple(repeated), unused)


def measurement_files(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The files that are read: those named, and all of their kind in the folders named."""
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        inside = sorted(
            item for item in path.rglob("*") if item.suffix.lower() in _SUFFIXES and item.is_file()
        )
        if len(inside) > FILES_LIMIT:
            raise InputFileError(f"{path}: more than {FILES_LIMIT:,} files; give fewer")
        yield from inside


def _read(path: Path, answers: Answers) -> list[Measurement]:
    content = read_limited(path, FILE_LIMIT)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError(f"{path}: not UTF-8 text at byte {error.start}") from None
    found = [
        _measurement(document, Asked(answers, printable(path), position), path, position)
        for position, document in _documents(text, path)
    ]
    if not found:
        raise InputFileError(f"{path}: holds no measurement")
    return found


def _documents(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    """The records of a file with their places: an object, a list of objects, or a line each."""
    first_two = list(islice(_numbered(text), 2))
    if len(first_two) > 1 and _is_whole(first_two[0][1]):
        yield from _lines(_numbered(text), path)
        return
    try:
        whole = _parsed(text)
    except json.JSONDecodeError as error:
        raise InputFileError(
            f"{path}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputFileError(f"{path}: not JSON: {_reason(error)}") from None
    if isinstance(whole, list):
        yield from ((f"[{number}]", item) for number, item in enumerate(whole))
    else:
        yield "", whole


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    """The lines that hold something, one at a time, since there may be very many.

    Only a line feed ends a line: other separators may stand inside a text of JSON.
    """
    start, number = 0, 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        number += 1
        line = text[start:end]
        if line.strip():
            yield number, line
        start = end + 1


def _lines(lines: Iterable[tuple[int, str]], path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in lines:
        try:
            yield f"line {number}", _parsed(line)
        except json.JSONDecodeError as error:
            raise InputFileError(
                f"{path}: not JSON at line {number}, column {error.colno}: {error.msg}"
            ) from None
        except (ValueError, RecursionError) as error:
            raise InputFileError(f"{path}: line {number}: not JSON: {_reason(error)}") from None


def _is_whole(line: str) -> bool:
    """Tell whether a line is a document of its own, good or bad, and not the start of one."""
    try:
        json.loads(line)
    except json.JSONDecodeError:
        return False
    except (ValueError, RecursionError):
        return True
    return True


def _parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise ValueError(f"the key {shown(twice)} is there twice")
    return found


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number in JSON")


def _reason(error: Exception) -> str:
    return "too deeply nested" if isinstance(error, RecursionError) else str(error)


def _measurement(document: Any, asked: Asked, path: Path, position: str) -> Measurement:
    place = f"{path}, {position}" if position else str(path)
    if not isinstance(document, Mapping):
        raise InputFileError(f"{place}: a record is an object, not a {type(document).__name__}")
    tool = next((tool for tool in _TOOLS if tool.recognises(document)), None)
    if tool is None:
        raise InputFileError(
            f"{place}: no result of vLLM bench serve, SGLang bench_serving, GenAI-Perf, AIPerf or "
            f"InferenceX; its keys are {shown(', '.join(map(str, document)))}"
        )
    try:
        result: Measurement = tool.measurement(Fields(document, place), asked)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        said = f"{key} = {shown(first['input'])}: " if key else ""
        raise InputFileError(
            f"{place}: {said}{first['msg'].removeprefix('Value error, ')}"
        ) from None
    return result
