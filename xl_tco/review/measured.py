"""A workbook of measurements that came back: its measurements, and its inputs as they stand."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import tomlkit
from pydantic import ValidationError

from xl_tco.errors import InputFileError, shown
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.measured import NAME, TITLE, study_of
from xl_tco.measurements import Measurement
from xl_tco.measurements.own import line
from xl_tco.review.extract import ENDS, column_of
from xl_tco.review.opened import OpenedWorkbook
from xl_tco.scenario.stated import Stated, StatedFigure
from xl_tco.workbook.measured.inputs import SHIPPED, refuse_stated
from xl_tco.workbook.measured.measurements import ROWS, measurement_of
from xl_tco.workbook.measured.measurements import TITLE as MEASUREMENTS
from xl_tco.workbook.measured.study import Operation, Study

_AREA: Final = re.compile(r"\$[A-Z]{1,3}\$(\d{1,7})(?::\$[A-Z]{1,3}\$(\d{1,7}))?")
_HEAD: Final = (
    f"Inputs of a workbook of measurements. To build it again:\n"
    f"xl-tco measure {NAME}.jsonl --inputs {NAME}.toml --out {NAME}.xlsx"
)


@dataclass(frozen=True)
class MeasuredReview:
    """What a workbook of measurements holds of what it was built from."""

    workbook: OpenedWorkbook

    @cached_property
    def measurements(self) -> tuple[Measurement, ...]:
        """The rows of sheet Measurements.

        Raises
        ------
        InputFileError
            A row is no measurement any more.

        """
        return tuple(item for _, item, _ in self._rows)

    @property
    def altered(self) -> tuple[int, ...]:
        """The rows of sheet Measurements that are not what was imported."""
        return tuple(row for row, _, as_imported in self._rows if not as_imported)

    @cached_property
    def shipped(self) -> dict[str, Stated]:
        """The inputs as built, by name; ranges were not kept, so they are the values."""
        return {name: _stated(value, value, value) for name, value, _ in self._inputs()}

    @cached_property
    def stated(self) -> dict[str, Stated]:
        """The inputs as they stand.

        Raises
        ------
        InputFileError
            An input holds no number where one belongs.

        """
        found: dict[str, Stated] = {}
        for name, value, seen in self._inputs():
            numbers = [item for item in seen if type(item) in (int, float)]
            if not (type(seen[0]) is str if isinstance(value, str) else len(numbers) == len(seen)):
                kind = "a word" if isinstance(value, str) else "numbers as value, low and high"
                raise InputFileError(
                    f"{self.workbook.name}: in_{name} = {shown(seen[0])}: give {kind}"
                )
            found[name] = _stated(*seen)
        return found

    @property
    def edits(self) -> tuple[str, ...]:
        """The inputs that are not as built."""
        return tuple(
            f"in_{name} = {seen[0]}" for name, value, seen in self._inputs() if seen[0] != value
        )

    def study(self, stated: Mapping[str, Stated], flavour: Flavour) -> Study:
        """What it is described from, with these inputs."""
        return study_of(self.measurements, Operation(stated=stated), flavour, self._title)

    def refuse_unusable(self) -> None:
        """Refuse inputs from which it could not be built.

        Raises
        ------
        InputFileError
            The message says which.

        """
        study = self.study(self.stated, Flavour.NATIVE)
        refuse_stated(study)
        study.validate()

    def files(self) -> dict[str, str]:
        """The measurements and the inputs as files, from which it can be built again."""
        document = tomlkit.document()
        for text in _HEAD.splitlines():
            document.add(tomlkit.comment(text))
        document.add("title", tomlkit.item(self._title))
        inputs = tomlkit.table()
        for name, stated in self.stated.items():
            if isinstance(stated, StatedFigure):
                table = tomlkit.inline_table()
                table.update(stated.model_dump())
                inputs.add(name, table)
            else:
                inputs.add(name, stated)
        document.add("inputs", inputs)
        return {
            f"{NAME}.jsonl": "".join(f"{line(item)}\n" for item in self.measurements),
            f"{NAME}.toml": tomlkit.dumps(document),
        }

    @property
    def _title(self) -> str:
        return self.workbook.values.properties.title or TITLE

    def _inputs(self) -> Iterator[tuple[str, Any, tuple[Any, Any, Any]]]:
        """Name, value as built, and value, low and high as they stand, of each input."""
        for name in self.workbook.values.defined_names:
            if not name.startswith("in_"):
                continue
            sheet, address = self.workbook.place(name)
            cells = self.workbook.values[sheet]
            row = cells[address].row
            low, high = (cells.cell(row, column_of(cells, end)).value for end in ENDS.values())
            built = cells.cell(row, column_of(cells, SHIPPED)).value
            yield name.removeprefix("in_"), built, (cells[address].value, low, high)

    @cached_property
    def _rows(self) -> tuple[tuple[int, Measurement, bool], ...]:
        return tuple(self._read())

    def _read(self) -> Iterator[tuple[int, Measurement, bool]]:
        cells = self.workbook.values[MEASUREMENTS]
        area = self.workbook.values.defined_names[ROWS].attr_text or ""
        found = _AREA.fullmatch(area.rpartition("!")[2])
        if not found:
            raise InputFileError(f"{self.workbook.name}: the name {ROWS} is no range: {area}")
        first, last = int(found[1]), int(found[2] or found[1])
        titles = [cell.value for cell in cells[first - 1]]
        for row in cells.iter_rows(min_row=first, max_row=last):
            said = dict(zip(titles, (cell.value for cell in row), strict=True))
            place = f"{self.workbook.name}: {MEASUREMENTS} row {row[0].row}"
            try:
                yield int(row[0].row), *measurement_of(said)
            except ValidationError as error:
                fault = error.errors(include_url=False)[0]
                field = ".".join(map(str, fault["loc"]))
                raise InputFileError(f"{place}: {field}: {fault['msg']}") from None
            except (KeyError, ValueError) as error:
                raise InputFileError(f"{place} is no measurement: {error}") from None


def is_measured(workbook: OpenedWorkbook) -> bool:
    """Tell whether it is a workbook of measurements."""
    return MEASUREMENTS in workbook.values.sheetnames and ROWS in workbook.values.defined_names


def _stated(value: Any, low: Any, high: Any) -> Stated:
    if isinstance(value, str):
        return value
    return StatedFigure(value=value, low=low, high=high)
