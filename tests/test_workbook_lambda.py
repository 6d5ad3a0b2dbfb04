"""The lambda and addin flavours recalculated by engines that did not make their stored values.

The stored values come from formualizer with the Python functions. IronCalc knows neither: it
computes the LAMBDA names of the file. It is the second opinion on the add-in flavour as well.
"""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import formualizer
import ironcalc
import pytest
from conftest import Built
from drawn_inputs import computes, drawn_rows, failing, lacks_a_figure
from exact_economics import DATES, differing, named_outputs, side, suffixes
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from workbook_file import WorkbookFile

from xl_tco.hosts import formualizer_engine
from xl_tco.hosts.formualizer_engine import from_engine, register

TOLERANCE = Fraction(1, 10**12)
DRAWN_ROWS = 25
PAIR = "hopper_vs_blackwell"


class IronCalc:
    """A workbook computed by IronCalc: LAMBDA names, no Python."""

    def __init__(self, file: WorkbookFile, folder: Path) -> None:
        path = folder / "workbook.xlsx"
        path.write_bytes(file.content)
        self._file = file
        self._model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
        self._model.evaluate()

    def value(self, sheet: str, address: str) -> Any:
        return self._model.get_cell_value(*self._place(sheet, address))

    def put(self, sheet: str, address: str, value: Any) -> None:
        """As it is typed; a text with an apostrophe, so that 2026-02 is no date."""
        typed = f"'{value}" if isinstance(value, str) else str(value)
        self._model.set_user_input(*self._place(sheet, address), typed)

    def compute(self) -> None:
        self._model.evaluate()

    def _place(self, sheet: str, address: str) -> tuple[int, int, int]:
        cell = self._file.book[sheet][address]
        return self._file.book.sheetnames.index(sheet), cell.row, cell.column


class Formualizer:
    """A workbook computed by formualizer, its calls by the Python functions."""

    def __init__(self, file: WorkbookFile, _folder: Path) -> None:
        self._file = file
        self._engine = formualizer.Workbook.from_bytes(emptied(file).content, backend="umya")
        register(self._engine)
        self._engine.evaluate_all()

    def value(self, sheet: str, address: str) -> Any:
        cell = self._file.book[sheet][address]
        return from_engine(self._engine.get_value(sheet, cell.row, cell.column))

    def put(self, sheet: str, address: str, value: Any) -> None:
        cell = self._file.book[sheet][address]
        self._engine.sheet(sheet).set_value(cell.row, cell.column, value)

    def compute(self) -> None:
        self._engine.evaluate_all()


def spills(file: WorkbookFile) -> dict[str, list[str]]:
    """The cells on Ownership that a function spills to, by the range they make together."""
    sheet = file.book["Ownership"]
    areas = {
        cell.value.ref
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, ArrayFormula) and ":" in cell.value.ref
    }
    return {area: [cell.coordinate for cell in sheet[area][0]] for area in sorted(areas)}


def emptied(file: WorkbookFile) -> WorkbookFile:
    """Without stored values: what an engine shows it has computed, and nothing blocks a spill."""

    def empty(book: Workbook) -> None:
        for _, *spilled in spills(file).values():
            for address in spilled:
                book["Ownership"][address] = None

    return file.edited(empty)


ENGINES: dict[str, Callable[[WorkbookFile, Path], Any]] = {
    "lambda": IronCalc,
    "addin": Formualizer,
}


def same(value: Any, other: Any) -> bool:
    """Texts and logicals equal, numbers but for rounding."""
    numbers = [isinstance(v, (int, float)) and not isinstance(v, bool) for v in (value, other)]
    if not all(numbers):
        return type(value) is type(other) and bool(value == other)
    if max(abs(value), abs(other)) < TOLERANCE:  # a difference that is rounding alone
        return True
    return abs(Fraction(value) - Fraction(other)) <= TOLERANCE * abs(Fraction(other))


def test_ironcalc_comes_to_the_stored_values(name: str, built: Built, tmp_path: Path) -> None:
    """Every formula of every sheet; nothing is left out, IronCalc knows all that is used."""
    file = built(name, "lambda")
    engine = IronCalc(file, tmp_path)
    wrong = [
        f"{sheet}!{address} {text}: {value!r}, stored {file.value(sheet, address)!r}"
        for (sheet, address), text in file.formulas().items()
        if not same(value := engine.value(sheet, address), file.value(sheet, address))
    ]
    assert wrong == []


def test_python_comes_to_what_the_lambda_names_come_to(
    name: str, built: Built, tmp_path: Path
) -> None:
    """The add-in flavour by the Python functions, cell by cell against IronCalc."""
    addin, other = built(name, "addin"), built(name, "lambda")
    assert addin.formulas() == other.formulas(), "the two flavours differ in names only"
    python, names = Formualizer(addin, tmp_path), IronCalc(other, tmp_path)
    wrong = [
        f"{sheet}!{address}: {python.value(sheet, address)!r}, not {names.value(sheet, address)!r}"
        for sheet, address in addin.formulas()
        if not same(python.value(sheet, address), names.value(sheet, address))
        and addin.formulas()[sheet, address] != "=TCO_ENGINE()"
    ]
    assert wrong == []


def test_the_cover_says_what_computes(name: str, built: Built, tmp_path: Path) -> None:
    """In words, by a function of the flavour's own; it says so when recalculated, too."""
    said = {
        "lambda": "LAMBDA names in this workbook",
        "addin": "The Python functions of xl_tco",
        "native": "The cells' own arithmetic",
    }
    for flavour, words in said.items():
        file = built(name, flavour)
        (address,) = (cell.coordinate for cell in file.values["Cover"]["C"] if cell.value == words)
        if flavour in ENGINES:
            assert file.formulas()["Cover", address] == "=TCO_ENGINE()"
            assert ENGINES[flavour](file, tmp_path).value("Cover", address) == words


@pytest.mark.parametrize("flavour", list(ENGINES))
def test_spilled_cells(flavour: str, name: str, built: Built, tmp_path: Path) -> None:
    """GPU_HOUR_COST_BREAKDOWN: four cells side by side, each as stored, their sum the whole."""
    file = built(name, flavour)
    engine = ENGINES[flavour](emptied(file), tmp_path)
    ends = suffixes(file.named("in_"))
    for cells, end in zip(spills(file).values(), ends, strict=True):
        found = [engine.value("Ownership", cell) for cell in cells]
        one = side(file.named("in_"), end)
        expected = {
            cell: hours / 8760 for cell, hours in zip(cells, one.yearly.values(), strict=True)
        }
        assert differing(dict(zip(cells, found, strict=True)), expected) == []
        stored = [file.value("Ownership", cell) for cell in cells]
        assert all(same(*pair) for pair in zip(found, stored, strict=True))


def test_the_flavours_store_the_same(name: str, built: Built) -> None:
    """But for what says which of them it is."""
    native = built(name, "native")
    for flavour in ("lambda", "addin"):
        file = built(name, flavour)
        wrong = [
            f"{flavour} {sheet}!{address}"
            for (sheet, address), text in file.formulas().items()
            if text != "=TCO_ENGINE()"
            and not same(file.value(sheet, address), native.value(sheet, address))
        ]
        assert wrong == []


@pytest.mark.parametrize("flavour", list(ENGINES))
def test_drawn_inputs_come_to_the_exact_outputs(
    flavour: str, name: str, built: Built, tmp_path: Path
) -> None:
    """Every output and every check, numbers and words of all sheets drawn."""
    file = built(name, flavour)
    engine, bases = ENGINES[flavour](file, tmp_path), computes(file)
    checks, wrong = sorted(file.named("check_")), []
    for row in drawn_rows(file, DRAWN_ROWS):
        for name, value in row.items():
            engine.put(*file.places[name], value)
        engine.compute()
        expected = named_outputs(row, bases)
        found = {name: engine.value(*file.places[name]) for name in expected}
        wrong += [f"{fault} of {row}" for fault in differing(found, expected)]
        seen = {check for check in checks if engine.value(*file.places[check]) is not True}
        if seen != failing(row, bases):
            wrong.append(f"{sorted(seen)} fail, not {sorted(failing(row, bases))}, of {row}")
    assert wrong == []


# Of the selector's choices: published at all tiers, at some, at some bases, and nothing at all.
SELECTED = [
    {"platform": platform, "tier": tier, "as_of": date, "power_basis": basis}
    for platform, tier, basis in (
        ("h200", "owned_hyperscaler", "utility"),
        ("gb300", "owned_neocloud", "it"),
        ("b300", "rental_3yr", "utility"),
        ("rtx6000pro", "owned_neocloud", "it"),
        ("vr200", "rental_3yr", "it"),
    )
    for date in DATES
]


@pytest.mark.parametrize("flavour", list(ENGINES))
def test_the_scenario_selector_changes_every_output(
    flavour: str, built: Built, tmp_path: Path
) -> None:
    """By PLATFORM_FIGURE: the catalog's figures, or #N/A and an alarm, never a wrong number."""
    file = built(PAIR, flavour)
    engine, bases, shipped = ENGINES[flavour](file, tmp_path), computes(file), file.named("in_")
    seen, wrong = set(), []
    for number, chosen in enumerate(SELECTED):
        other = SELECTED[-number]
        row = {f"in_{name}_hopper": value for name, value in chosen.items()}
        row |= {f"in_{name}_blackwell": value for name, value in other.items()}
        for name, value in row.items():
            engine.put(*file.places[name], value)
        engine.compute()
        expected = named_outputs(shipped | row, bases)
        found = {name: engine.value(*file.places[name]) for name in expected}
        wrong += [f"{fault} of {row}" for fault in differing(found, expected)]
        for end in bases:
            lacks = lacks_a_figure(side(shipped | row, end, bases[end]))
            seen.add(lacks)
            check = f"check_catalog_has_figures{end}"
            if engine.value(*file.places[check]) is lacks:
                wrong.append(f"{check} of {row}")
    assert wrong == []
    assert seen == {True, False}


@pytest.mark.parametrize("flavour", list(ENGINES))
@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("in_tokens_per_second_per_gpu_hopper", -1, "#NUM!"),
        ("in_tokens_per_second_per_gpu_hopper", "many", "#VALUE!"),
        ("in_utilization_hopper", 2, "#NUM!"),
    ],
)
def test_a_corrupted_input_is_an_error_and_an_alarm(
    name: str, value: Any, error: str, flavour: str, built: Built, tmp_path: Path
) -> None:
    file = built(PAIR, flavour)
    engine = ENGINES[flavour](file, tmp_path)
    engine.put(*file.places[name], value)
    engine.compute()
    assert engine.value(*file.places["out_cost_per_mtok_hopper"]) == error
    assert engine.value(*file.places["rel_cost_per_mtok"]) == error
    assert not differing(
        {"out": engine.value(*file.places["out_cost_per_mtok_blackwell"])},
        {"out": Fraction("2.652") * 10**6 / (5950 * 3600)},
    )
    failing = {
        check for check in file.named("check_") if engine.value(*file.places[check]) is False
    }
    assert {"check_inputs_in_limits_hopper", "check_functions_agree_hopper"} <= failing
    assert "check_master" in failing
    assert not any(check.endswith("_blackwell") for check in failing)


def test_a_wrong_lambda_raises_the_alarm(name: str, built: Built, tmp_path: Path) -> None:
    """The cross-check on Calc is alive: 3601 seconds in an hour, and the master check fails."""
    file = built(name, "lambda").replaced("xl/workbook.xml", r"\*3600\)", "*3601)")
    engine = IronCalc(file, tmp_path)
    for end in suffixes(file.named("in_")):
        assert engine.value(*file.places[f"check_functions_agree{end}"]) is False
        assert engine.value(*file.places[f"check_energy_identity{end}"]) is True
    assert engine.value(*file.places["check_master"]) is False
    for sheet in file.book.sheetnames:
        assert str(engine.value(sheet, "B2")).startswith("ALERT")


def test_a_wrong_python_function_raises_the_alarm(
    name: str, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same of the add-in: what its function gives is checked against the cells' arithmetic."""
    right = formualizer_engine.evaluate_cells

    def wrong(function: Any, values: Any) -> Any:
        found = right(function, values)
        return found * 1.001 if function.name == "tokens_per_mw" else found

    monkeypatch.setattr(formualizer_engine, "evaluate_cells", wrong)
    file = built(name, "addin")
    engine = Formualizer(file, tmp_path)
    for end in suffixes(file.named("in_")):
        assert engine.value(*file.places[f"check_functions_agree{end}"]) is False
        assert engine.value(*file.places[f"check_energy_identity{end}"]) is False
    assert engine.value(*file.places["check_master"]) is False
