"""Scenario files: found by name or path, read within limits, validated with all faults at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeAlias

import tomlkit
from pydantic import TypeAdapter

from xl_tco.errors import InputFileError, shown
from xl_tco.files import read_limited
from xl_tco.scenario.comparison import Comparison, Side
from xl_tco.scenario.documents import document_of, refuse, validated
from xl_tco.scenario.inputs import range_faults
from xl_tco.scenario.models import Scenario
from xl_tco.scenario.stated import StatedInputs

FILE_LIMIT: Final = 1_000_000
"""Bytes; a scenario file is a page of text."""

_SHOWN: Final = 60
_SUFFIX: Final = ".toml"
_DEVICES: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)

_Text: TypeAlias = tuple[str, str]
"""Where a text stands, and the text."""


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

    def of_side(side: Side) -> _Text:
        file = _side_file(side, path)
        return str(file), _text(file)

    return _loaded((str(path), _text(path)), of_side, around_values=around_values)


def load_texts(
    texts: Mapping[str, str], name: str, *, around_values: bool = True
) -> Scenario | Pair:
    """Load a scenario or a comparison from texts by name; no file is looked for.

    Raises
    ------
    InputFileError
        It cannot be used, or names a scenario that is not among the texts.

    Examples
    --------
    >>> load_texts(scenario_files("hopper_hgx_h200"), "hopper_hgx_h200").throughput.value
    93.25

    """

    def of_side(side: Side) -> _Text:
        named = side.scenario.removesuffix(_SUFFIX)
        if named not in texts:
            raise InputFileError(f"no such scenario; known are {', '.join(texts)}")
        return f"{named}{_SUFFIX}", texts[named]

    return _loaded((f"{name}{_SUFFIX}", texts[name]), of_side, around_values=around_values)


def load_stated(path: Path) -> StatedInputs:
    """Load the stated inputs of a workbook of measurements.

    Raises
    ------
    InputFileError
        The file cannot be used.

    """
    return validated(StatedInputs, document_of(_text(path), str(path)), str(path))


def scenario_files(name_or_path: str | Path) -> dict[str, str]:
    """The texts of a scenario's file, or of a comparison's and its two scenarios', by name.

    Raises
    ------
    InputFileError
        A file cannot be read.

    """
    path = locate(name_or_path)
    text = _text(path)
    document = document_of(text, str(path))
    name = _file_name(path.stem, ())
    if not _is_comparison(document):
        return {name: text}
    comparison = validated(Comparison, document, str(path))
    sides = {"baseline": comparison.baseline, "candidate": comparison.candidate}
    names = {key: side.scenario.removesuffix(_SUFFIX) for key, side in sides.items()}
    own: Any = tomlkit.parse(text)
    for key in sides:
        if not is_file_name(names[key]):
            # A path means something on one machine only.
            stem = Path(names[key]).name
            names[key] = _file_name(stem, (name, *names.values()))
            own[key]["scenario"] = names[key]
    others = {names[key]: _text(_side_file(side, path)) for key, side in sides.items()}
    return {name: tomlkit.dumps(own), **others}


def is_file_name(name: str) -> bool:
    """Tell whether a scenario of this name can be a file of its own on every system.

    Examples
    --------
    >>> is_file_name("our cluster"), is_file_name("../our cluster"), is_file_name("con")
    (True, False, False)

    """
    return (
        0 < len(name) <= _SHOWN
        and name.isprintable()
        and not set(name) & set('/\\:*?"<>|')
        and not name.startswith((".", "-", " "))
        and not name.endswith((".", " "))
        and name.partition(".")[0].casefold() not in _DEVICES
    )


def _file_name(stem: str, taken: Collection[str]) -> str:
    """The stem of a file, or another name where that cannot be one everywhere or is taken."""
    name = stem if is_file_name(stem) else "scenario"
    while name in taken:
        name += "_2"
    return name


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


def _loaded(
    own: _Text, of_side: Callable[[Side], _Text], *, around_values: bool
) -> Scenario | Pair:
    place, text = own
    document = document_of(text, place)
    if not _is_comparison(document):
        return _scenario(document, place, around_values=around_values)
    comparison = validated(Comparison, document, place)

    def loaded(key: str, side: Side) -> Scenario:
        try:
            where, said = of_side(side)
            inside = document_of(said, where)
            if _is_comparison(inside):
                raise InputFileError(f"{side.scenario} is a comparison; name a scenario")
            return _scenario(inside, where, around_values=around_values)
        except InputFileError as error:
            named = f"{place}: {key}.scenario = {shown(side.scenario)} ({side.label})"
            raise InputFileError(f"{named}: {error}") from None

    pair = Pair(
        comparison,
        loaded("baseline", comparison.baseline),
        loaded("candidate", comparison.candidate),
    )
    _refuse_two_meanings(pair, place)
    return pair


def _scenario(document: dict[str, Any], place: str, *, around_values: bool) -> Scenario:
    scenario = validated(Scenario, document, place)
    refuse(place, range_faults(scenario, around_values=around_values))
    return scenario


def _side_file(side: Side, comparison: Path) -> Path:
    """A file beside the comparison comes before a shipped scenario of that name."""
    beside = comparison.parent / f"{side.scenario.removesuffix('.toml')}.toml"
    return beside if _exists(beside) else locate(side.scenario)


def _refuse_two_meanings(pair: Pair, place: str) -> None:
    """Sources of the two scenarios share a sheet: a key must mean one source."""
    ours, theirs = pair.baseline.sources, pair.candidate.sources
    refuse(
        place,
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
