"""The scenario files of a workbook, with every input as it stands in the cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError

from xl_tco.errors import InputFileError, shown
from xl_tco.review.opened import OpenedWorkbook
from xl_tco.scenario import Pair, Scenario
from xl_tco.scenario.fields import Settings
from xl_tco.scenario.inputs import OWN_FIGURES, InputFigure, input_figures, input_words
from xl_tco.scenario.loading import FILE_LIMIT, is_file_name, load_texts
from xl_tco.scenario.models import LEVERS
from xl_tco.workbook.sheets.sources import FILES, files_of
from xl_tco.workbook.sheets.sources import TITLE as SOURCES

ENDS: Final = {"low": "Low", "high": "High"}
_SCENARIO_WORDS: Final = {
    "tier": "tier",
    "as_of": "as_of",
    "tokens_counted": "throughput.tokens",
    "power_basis": "power.basis",
    "cost_from": "ownership.cost_from",
    "depreciation": "ownership.depreciation",
    "facility": "ownership.facility",
}
# Figures that a scenario may leave to the catalog; a change of tier or date must not move them.
_PUBLISHED: Final = ("cost", "power", "compute")


@dataclass(frozen=True, slots=True)
class _Edit:
    """A value for a place in a scenario file; ``cell`` names what a person changed, if one did."""

    path: str
    value: Any
    cell: str

    @property
    def words(self) -> list[str]:
        return [f"{self.cell} = {self.value}"] if self.cell else []


@dataclass(frozen=True, slots=True)
class Extracted:
    """Scenario files by name, the workbook's own first, as built and as edited; what was edited.

    ``loaded`` is the scenario or comparison as built.
    """

    name: str
    loaded: Scenario | Pair
    built: Mapping[str, str]
    edited: Mapping[str, str]
    edits: tuple[str, ...]

    @property
    def buildable(self) -> Mapping[str, str]:
        """The edited files, ranges widened where an edit left its range."""
        return {name: _widened(text) for name, text in self.edited.items()}

    def save(self, folder: Path, files: Mapping[str, str] | None = None) -> Path:
        """Write the files, edited unless others are given; the path of the workbook's own."""
        for name, text in (files or self.edited).items():
            (folder / f"{name}.toml").write_text(text, encoding="utf-8", newline="\n")
        return folder / f"{self.name}.toml"


def extract(workbook: OpenedWorkbook) -> Extracted:
    """Give the scenario files of a workbook back, inputs as they stand in its cells.

    Comments and order of the files stay; only what was changed in the workbook is changed.

    Raises
    ------
    InputFileError
        It is no workbook of this package, or its scenario was removed.

    """
    built = _files(workbook)
    name = next(iter(built))
    try:
        loaded = load_texts(built, name)
    except InputFileError as error:
        raise InputFileError(f"{workbook.name}: its scenario cannot be used: {error}") from None
    documents = {key: _document(text, workbook.name) for key, text in built.items()}
    edits: list[str] = []
    for suffix, file, scenario in _sides(loaded, name):
        for edit in _edits(workbook, scenario, suffix):
            _put(documents[file], edit.path, edit.value)
            edits += edit.words
    for edit in _setting_edits(workbook, loaded):
        _put(documents[name], edit.path, edit.value)
        edits += edit.words
    edited = {key: tomlkit.dumps(document) for key, document in documents.items()}
    return Extracted(name, loaded, built, edited, tuple(edits))


def _files(workbook: OpenedWorkbook) -> dict[str, str]:
    """The scenario files that stand on sheet Sources."""
    if SOURCES not in workbook.values.sheetnames:
        raise InputFileError(f"{workbook.name}: no workbook of xl_tco: it has no sheet {SOURCES}")
    lines = [
        cell.value
        for row in workbook.values[SOURCES].iter_rows(min_col=2, max_col=2)
        for cell in row
    ]
    if FILES not in lines:
        raise InputFileError(f"{workbook.name}: sheet {SOURCES} does not hold the scenario files")
    texts = ["" if line is None else str(line) for line in lines[lines.index(FILES) + 1 :]]
    if sum(map(len, texts)) > FILE_LIMIT:
        raise InputFileError(f"{workbook.name}: its scenario files are larger than {FILE_LIMIT:,}")
    found = files_of(texts)
    if not found:
        raise InputFileError(f"{workbook.name}: sheet {SOURCES} names no scenario file")
    for name in found:
        if not is_file_name(name):
            raise InputFileError(f"{workbook.name}: {shown(name)} is no name of a scenario file")
    if len({name.casefold() for name in found}) < len(found):
        raise InputFileError(f"{workbook.name}: two of its scenario files have one name")
    return found


def _document(text: str, name: str) -> TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise InputFileError(f"{name}: its scenario is no TOML: {error}") from None


def _sides(loaded: Scenario | Pair, name: str) -> Iterator[tuple[str, str, Scenario]]:
    """Suffix, file and scenario of each platform."""
    if isinstance(loaded, Scenario):
        yield "", name, loaded
        return
    comparison = loaded.comparison
    for side, scenario in (
        (comparison.baseline, loaded.baseline),
        (comparison.candidate, loaded.candidate),
    ):
        yield side.suffix, side.scenario.removesuffix(".toml"), scenario


def _edits(workbook: OpenedWorkbook, scenario: Scenario, suffix: str) -> Iterator[_Edit]:
    """What differs from the scenario as built, and what a change would move if it did not stand."""
    words = list(_word_edits(workbook, scenario, suffix))
    yield from words
    for figure in input_figures(scenario):
        seen = _seen(workbook, figure, suffix)
        changed = {key for key, value in seen.items() if value != getattr(figure, key)}
        published = _is_published(scenario, figure)
        if not changed and not (published and words):
            continue
        whole = published or figure.path.startswith(("ownership.", "business."))
        for key, value in seen.items():
            if whole or key in changed:
                name = f"in_{figure.name}{suffix} ({key})"
                yield _Edit(f"{figure.path}.{key}", value, name if key in changed else "")


def _is_published(scenario: Scenario, figure: InputFigure) -> bool:
    stated = getattr(scenario, figure.path, None) if figure.path in _PUBLISHED else scenario
    return stated is None or getattr(stated, "value", 0) is None


def _seen(workbook: OpenedWorkbook, figure: InputFigure, suffix: str) -> dict[str, Any]:
    """Value, low and high of an input as they stand in its row."""
    sheet, address = workbook.place(f"in_{figure.name}{suffix}")
    cells = workbook.values[sheet]
    row = cells[address].row
    seen = {"value": _number(cells[address].value)}
    for key, title in ENDS.items():
        seen[key] = _number(cells.cell(row, column_of(cells, title)).value)
    return seen


def _number(value: Any) -> Any:
    return value if not isinstance(value, int) or isinstance(value, bool) else float(value)


def column_of(sheet: Any, title: str) -> int:
    """The column of sheet Inputs that bears a title.

    Raises
    ------
    InputFileError
        No column does.

    """
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == title:
                return int(cell.column)
    raise InputFileError(f"sheet {sheet.title} has no column {title}")


def _word_edits(workbook: OpenedWorkbook, scenario: Scenario, suffix: str) -> Iterator[_Edit]:
    for word in input_words(scenario):
        cell_name = f"in_{word.name}{suffix}"
        value = workbook.value(cell_name)
        if value == word.value:
            continue
        if word.name == "platform":
            taken_out = None if value == OWN_FIGURES else value
            yield _Edit("catalog_platform", taken_out, cell_name)
        else:
            yield _Edit(_word_path(word.name), value, cell_name)


def _word_path(name: str) -> str:
    if name in _SCENARIO_WORDS:
        return _SCENARIO_WORDS[name]
    if name.startswith("in_baseline_"):
        return f"levers.{name.removeprefix('in_baseline_')}.in_baseline"
    key = name.removeprefix("answer_")
    return f"levers.{key}.answer" if key in LEVERS else f"inquiries.{key}"


def _setting_edits(workbook: OpenedWorkbook, loaded: Scenario | Pair) -> Iterator[_Edit]:
    settings = loaded.settings if isinstance(loaded, Scenario) else loaded.comparison.settings
    for name in Settings.model_fields:
        built = getattr(settings, name)
        if isinstance(built, tuple):
            single = name.removesuffix("s")
            cells = [f"in_{single}_{number}" for number in range(1, len(built) + 1)]
            seen: Any = tuple(_number(workbook.value(cell)) for cell in cells)
            if seen != built:
                yield _Edit(f"settings.{name}", list(seen), f"{cells[0]} to {cells[-1]}")
        elif (seen := _number(workbook.value(f"in_{name}"))) != built:
            yield _Edit(f"settings.{name}", seen, f"in_{name}")


def _widened(text: str) -> str:
    document = tomlkit.parse(text)
    for table in _tables(document):
        value, low, high = (table.get(key) for key in ("value", *ENDS))
        if not isinstance(value, (int, float)):
            continue
        if isinstance(low, (int, float)) and low > value:
            table["low"] = value
        if isinstance(high, (int, float)) and high < value:
            table["high"] = value
    return tomlkit.dumps(document)


def _tables(item: Any) -> Iterator[Any]:
    if isinstance(item, dict):
        yield item
        for inside in item.values():
            yield from _tables(inside)


def _put(document: TOMLDocument, path: str, value: Any) -> None:
    """Set a value of a TOML document, making the tables on its way; None takes it out."""
    table: Any = document
    *parents, last = path.split(".")
    for parent in parents:
        if parent not in table:
            table[parent] = tomlkit.table()
        table = table[parent]
    if value is None:
        table.pop(last, None)
    else:
        table[last] = value
