"""Scenario files: found by name or path, read within limits, validated with all faults at once."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from xl_tco.errors import InputFileError, shown
from xl_tco.files import printable, read_limited
from xl_tco.scenario.comparison import Comparison, Side
from xl_tco.scenario.inputs import range_faults
from xl_tco.scenario.models import Scenario
from xl_tco.scenario.stated import StatedInputs

FILE_LIMIT: Final = 1_000_000
"""Bytes; a scenario file is a page of text."""

_SHOWN: Final = 60
_KEY: Final = "[key]"
"""What pydantic calls the place of a key, where it is the key that is wrong."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Pair:
    """A comparison together with the two scenarios that it names."""

    comparison: Comparison
    baseline: Scenario
    candidate: Scenario


def json_schema() -> dict[str, Any]:
    """The JSON Schema of scenario and comparison files, for editors."""
    adapter: TypeAdapter[Any] = TypeAdapter(Scenario | Comparison)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "xl_tco scenario or comparison",
        **adapter.json_schema(),
    }


def shipped() -> dict[str, Path]:
    """The scenarios that come with the package, by name."""
    folder = Path(str(files("xl_tco.scenario") / "shipped"))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_scenario(name_or_path: str | Path, *, around_values: bool = True) -> Scenario | Pair:
    """Load a scenario or a comparison: a shipped one by name, or a TOML file.

    Ranges have to hold their values, unless ``around_values`` is false.

    Raises
    ------
    InputFileError
        The file cannot be used; the message lists every fault with key, value and what is allowed.

    Examples
    --------
    >>> load_scenario("hopper_hgx_h200").throughput.value
    93.25

    """
    path = locate(name_or_path)
    document = _read(path)
    if not _is_comparison(document):
        return _scenario(document, path, around_values=around_values)
    comparison = _validated(Comparison, document, path)
    pair = Pair(
        comparison,
        _side(comparison.baseline, "baseline", path, around_values=around_values),
        _side(comparison.candidate, "candidate", path, around_values=around_values),
    )
    _refuse_two_meanings(pair, path)
    return pair


def load_stated(path: Path) -> StatedInputs:
    """Load the stated inputs of a workbook of measurements.

    Raises
    ------
    InputFileError
        The file cannot be used.

    """
    return _validated(StatedInputs, _read(path), path)


def scenario_files(name_or_path: str | Path) -> dict[str, str]:
    """The texts of a scenario's file, or of a comparison's and its two scenarios', by name.

    Raises
    ------
    InputFileError
        A file cannot be read.

    """
    path = locate(name_or_path)
    document = _read(path)
    paths = {printable(Path(path.stem)): path}
    if _is_comparison(document):
        comparison = _validated(Comparison, document, path)
        for side in (comparison.baseline, comparison.candidate):
            paths[side.scenario.removesuffix(".toml")] = _side_file(side, path)
    return {name: _text(file) for name, file in paths.items()}


def locate(name_or_path: str | Path) -> Path:
    """Give the file of a shipped scenario's name, or the path as it is."""
    name = str(name_or_path)
    if name in shipped():
        return shipped()[name]
    path = Path(name_or_path)
    if not path.suffix and not _exists(path):
        raise InputFileError(
            f"{name[:_SHOWN]}: no such scenario; give a .toml file or one of {', '.join(shipped())}"
        )
    return path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a null character
        return False


def _is_comparison(document: dict[str, Any]) -> bool:
    return bool({"baseline", "candidate"} & document.keys())


def _scenario(document: dict[str, Any], path: Path, *, around_values: bool) -> Scenario:
    scenario = _validated(Scenario, document, path)
    _refuse(path, range_faults(scenario, around_values=around_values))
    return scenario


def _side(side: Side, key: str, comparison: Path, *, around_values: bool) -> Scenario:
    try:
        path = _side_file(side, comparison)
        document = _read(path)
        if _is_comparison(document):
            raise InputFileError(f"{side.scenario} is a comparison; name a scenario")
        return _scenario(document, path, around_values=around_values)
    except InputFileError as error:
        named = f"{comparison}: {key}.scenario = {shown(side.scenario)} ({side.label})"
        raise InputFileError(f"{named}: {error}") from None


def _side_file(side: Side, comparison: Path) -> Path:
    """A file beside the comparison comes before a shipped scenario of that name."""
    beside = comparison.parent / f"{side.scenario.removesuffix('.toml')}.toml"
    return beside if _exists(beside) else locate(side.scenario)


def _refuse_two_meanings(pair: Pair, path: Path) -> None:
    """Sources of the two scenarios share a sheet: a key must mean one source."""
    ours, theirs = pair.baseline.sources, pair.candidate.sources
    _refuse(
        path,
        [
            f"sources.{key}: the two scenarios mean different sources by it; rename one"
            for key in ours.keys() & theirs.keys()
            if ours[key] != theirs[key]
        ],
    )


def _text(path: Path) -> str:
    content = read_limited(path, FILE_LIMIT)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError(f"{path}: not UTF-8 text at byte {error.start}") from None


def _read(path: Path) -> dict[str, Any]:
    text = _text(path)
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputFileError(f"{path}: not TOML: {error}") from None


def _validated(model: type[Model], document: dict[str, Any], path: Path) -> Model:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False)
        _refuse(path, [fault for item in found for fault in _faults(model, item)])
        raise


def _refuse(path: Path, faults: list[str]) -> None:
    if faults:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise InputFileError("\n  ".join([f"{path}: {count}", *faults])) from None


def _faults(model: type[BaseModel], item: Any) -> list[str]:
    """What is wrong, each fault in one line: key, value, what is allowed."""
    key = ".".join(str(part) for part in item["loc"] if part != _KEY)
    message = item["msg"].removeprefix("Value error, ")
    match item["type"]:
        case "extra_forbidden":
            allowed = ", ".join(_keys_beside(model, item["loc"]))
            return [f"{key}: unknown key; allowed: {allowed}"]
        case "missing":
            return [f"{key}: missing; it has to be given"]
        case "model_type":
            return [f"{key} = {shown(item['input'])}: give a table of keys and values"]
        case "value_error" if item["loc"][-1:] == (_KEY,):
            return [f"{key}: unknown key; {message.partition(': ')[2]}"]
        case "value_error":
            return [_placed(key, line) for line in message.split("\n  ")]
    return [f"{key} = {shown(item['input'])}: {message[0].lower()}{message[1:]}"]


def _placed(key: str, message: str) -> str:
    """A fault of a whole table names the key inside it, after a dot."""
    return f"{key}{message}" if not key or message.startswith(".") else f"{key} = {message}"


def _keys_beside(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    for part in loc[:-1]:
        field = model.model_fields.get(str(part))
        model = (field and _model_in(field.annotation)) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
