"""The native workbooks in a real LibreOffice: every value, driven inputs, alarms, printed pages."""

import re
import shutil
import subprocess
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import accumulate, islice, pairwise
from operator import mul
from pathlib import Path
from typing import Any

import numpy_financial
import openpyxl
import pytest
from conftest import Built
from drawn_inputs import computes, drawn_rows, failing, lacks_a_figure
from exact_economics import (
    BASES,
    DATES,
    LIKE_FOR_LIKE,
    NOT_AVAILABLE,
    OWN_FIGURES,
    PARTS,
    TIERS,
    Expected,
    Side,
    annuity,
    catalog,
    differing,
    differs,
    exact,
    named_outputs,
    side,
    suffixes,
)
from libreoffice import LibreOffice, to_pdf
from sheet_tables import Row, column_of, table
from workbook_file import WorkbookFile

ONE, PAIR = "hopper_hgx_h200", "hopper_vs_blackwell"
DRAWN_ROWS = 100
ROWS_IN_FULL = 8
CONVERSIONS = 3
# A note that ends in "is #N/A." is a sentence; an error in a cell has no full stop.
ERROR_TEXT = re.compile(r"###|#NAME\?|#VALUE!|#NUM!|#REF!|#DIV/0!|#N/A(?!\.)|Err:\d+")
TOLERANCE = Fraction(1, 10**12)

Cells = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def opened(name: str, built: Built, libreoffice: LibreOffice) -> tuple[WorkbookFile, LibreOffice]:
    """A native workbook, and LibreOffice with it open."""
    file = built(name, "native")
    libreoffice.open(file.content)
    return file, libreoffice


@pytest.fixture(scope="module")
def cells(opened: tuple[WorkbookFile, LibreOffice]) -> Cells:
    """All cells as LibreOffice computes them, before anything is changed."""
    file, libreoffice = opened
    libreoffice.open(file.content)
    return libreoffice.read()


def same(computed: Any, stored: Any) -> bool:
    """Texts and logicals equal, numbers but for rounding; a difference may be rounding alone."""
    if isinstance(stored, str):
        return bool(computed == stored)
    if isinstance(stored, bool):
        return bool(computed == float(stored))
    if not isinstance(computed, float):
        return False
    if max(abs(computed), abs(stored)) < TOLERANCE:
        return True
    expected = Fraction(stored)
    return abs(Fraction(computed) - expected) <= TOLERANCE * abs(expected)


@pytest.mark.requires_libreoffice
class TestAsShipped:
    def test_no_cell_is_an_error(self, cells: Cells) -> None:
        errors = {
            f"{sheet}!{address}": value["error"]
            for sheet, values in cells.items()
            for address, value in values.items()
            if isinstance(value, dict)
        }
        assert errors == {}

    def test_every_formula_comes_to_its_stored_value(
        self, opened: tuple[WorkbookFile, LibreOffice], cells: Cells
    ) -> None:
        file, _ = opened
        wrong = [
            f"{sheet}!{address}: {cells[sheet].get(address)!r}, stored {stored!r}"
            for sheet, address in file.formulas()
            if not same(cells[sheet].get(address), stored := file.value(sheet, address))
        ]
        assert wrong == []

    def test_every_constant_is_read_as_written(
        self, opened: tuple[WorkbookFile, LibreOffice], cells: Cells
    ) -> None:
        file, _ = opened
        formulas = file.formulas()
        written = {
            (sheet.title, cell.coordinate): cell.value
            for sheet in file.book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None and (sheet.title, cell.coordinate) not in formulas
        }
        wrong = [
            f"{sheet}!{address}: {cells[sheet].get(address)!r}, written {value!r}"
            for (sheet, address), value in written.items()
            if not same(cells[sheet].get(address), value)
        ]
        assert wrong == []

    def test_outputs_are_exact(
        self, opened: tuple[WorkbookFile, LibreOffice], cells: Cells
    ) -> None:
        file, _ = opened
        names = file.places
        computed = {name: cells[sheet][address] for name, (sheet, address) in names.items()}
        expected = named_outputs(file.named("in_"))
        assert expected.keys() == {name for name in names if name.startswith(("out_", "rel_"))}
        assert differing(computed, expected) == []


@pytest.mark.requires_libreoffice
def test_drawn_inputs_come_to_the_exact_outputs(
    opened: tuple[WorkbookFile, LibreOffice],
) -> None:
    """Every output and which checks fail, catalog and owned GPU-hours included."""
    file, libreoffice = opened
    rows, bases = list(drawn_rows(file, DRAWN_ROWS)), computes(file)
    checks = sorted(file.named("check_"))
    names = sorted(named_outputs(file.named("in_")))
    wrong: list[str] = []
    masters = set()
    libreoffice.open(file.content)
    for row, found in zip(rows, libreoffice.drive(rows, names + checks), strict=True):
        wrong += [f"{fault} of {row}" for fault in differing(found, named_outputs(row, bases))]
        expected = failing(row, bases)
        seen = {name for name in checks if found[name] == 0.0}
        masters.add(found["check_master"])
        if seen != expected:
            wrong.append(f"{sorted(seen)} fail, not {sorted(expected)}, of {row}")
    assert wrong == []
    assert masters == {0.0, 1.0}


@pytest.mark.parametrize("years", ["5", "5.5", "0.75", "12"])
@pytest.mark.parametrize("rate", ["0", "0.005", "0.08", "0.3"])
def test_the_oracles_annuity_is_that_of_finance(rate: str, years: str) -> None:
    found = annuity(Fraction(40_000), Fraction(3_000), Fraction(rate), Fraction(years))
    payment = numpy_financial.pmt(float(rate), float(years), -40_000, 3_000)
    assert float(found) == pytest.approx(float(payment), rel=1e-12)


# --- The scenario selector


def choices(turn: int) -> list[dict[str, str]]:
    """Every platform of the catalog at every tier, date and power basis, begun elsewhere."""
    found = [
        {"platform": platform, "tier": tier, "as_of": date, "power_basis": basis}
        for platform in catalog()
        for tier in TIERS
        for date in DATES
        for basis in BASES
    ]
    return found[turn:] + found[:turn]


def selected(file: WorkbookFile) -> list[dict[str, Any]]:
    """Rows of inputs: as shipped but for the scenario selector, the two sides apart."""
    inputs = file.named("in_")
    ends = suffixes(inputs)
    ways = [choices(43 * place) for place, _ in enumerate(ends)]
    return [
        {
            name: value
            for end, chosen in zip(ends, row, strict=True)
            for name, value in ((f"in_{word}{end}", text) for word, text in chosen.items())
        }
        for row in zip(*ways, strict=True)
    ]


@pytest.mark.requires_libreoffice
def test_the_scenario_selector_changes_every_output(
    opened: tuple[WorkbookFile, LibreOffice],
) -> None:
    """All platforms, tiers, dates, bases: the catalog's figures, or #N/A and an alarm."""
    file, libreoffice = opened
    rows, bases, shipped = selected(file), computes(file), file.named("in_")
    expected = [named_outputs(shipped | row, bases) for row in rows]
    checks = [name for name in file.named("check_") if "catalog_has_figures" in name]
    libreoffice.open(file.content)
    answers = libreoffice.drive(rows, [*expected[0], *checks, "check_master"])
    wrong: list[str] = []
    for row, right, found in zip(rows, expected, answers, strict=True):
        wrong += [f"{fault} of {row}" for fault in differing(found, right)]
        for end in suffixes(shipped):
            lacks = lacks_a_figure(side(shipped | row, end, bases[end]))
            if found[f"check_catalog_has_figures{end}"] != float(not lacks):
                wrong.append(f"check_catalog_has_figures{end} of {row}")
    assert wrong == []
    assert {found["check_catalog_has_figures" + end] for found in answers for end in bases} == {
        0.0,
        1.0,
    }
    for name in expected[0]:
        if name.startswith(CHANGED_BY_CATALOG):
            assert len({str(right[name]) for right in expected}) > 1, name
            assert NOT_AVAILABLE in {right[name] for right in expected}, name


# Outputs that depend on cost, power or peak compute.
CHANGED_BY_CATALOG = (
    "out_flops_per_dollar", "out_tokens_per_mw", "out_joules_per_token", "out_cost_per",
    "out_revenue_per_mw", "out_gross_margin", "out_margin", "out_breakeven", "out_tokens_needed",
    "out_gpu_hour_cost", f"rel_{LIKE_FOR_LIKE}", "rel_cost_per_mtok",
)  # fmt: skip


@pytest.mark.requires_libreoffice
def test_back_to_own_figures(opened: tuple[WorkbookFile, LibreOffice]) -> None:
    """What was typed is still there."""
    file, libreoffice = opened
    libreoffice.open(file.content)
    away = [dict.fromkeys(file.named("in_platform"), "b300")]
    back = [dict.fromkeys(file.named("in_platform"), OWN_FIGURES)]
    names = [*file.named("out_"), *file.named("rel_"), *file.named("check_")]
    libreoffice.drive(away, [])
    (found,) = libreoffice.drive(back, names)
    stored = file.named("")
    assert [name for name in names if not same(found[name], stored[name])] == []


def test_what_the_selector_offers(name: str, built: Built) -> None:
    """The words of the input's list: the platforms and dates that figures are known of."""
    file = built(name, "native")
    for range_name, words in (
        ("catalog_choices", [OWN_FIGURES, *catalog()]),
        ("catalog_dates", list(DATES)),
    ):
        sheet, area = file.book.defined_names[range_name].attr_text.split("!")
        cells = file.book[sheet.strip("'")][area.replace("$", "")]
        assert sorted(cell.value for (cell,) in cells) == sorted(words)


# --- Sheets in full


def in_full(
    opened: tuple[WorkbookFile, LibreOffice],
) -> list[tuple[dict[str, Any], Cells]]:
    """Drawn rows, and every cell that each of them comes to; the first row is as shipped."""
    file, libreoffice = opened
    shipped, bases = file.named("in_"), computes(file)
    drawn = (
        row
        for row in drawn_rows(file, 10 * ROWS_IN_FULL)
        if not any(lacks_a_figure(side(row, end, bases[end])) for end in suffixes(row))
    )
    rows = [shipped, *(shipped | row for row in islice(drawn, ROWS_IN_FULL))]
    assert len(rows) == ROWS_IN_FULL + 1
    libreoffice.open(file.content)
    found = []
    for row in rows:
        libreoffice.drive([row], [])
        found.append((row, libreoffice.read()))
    return found


@pytest.fixture(scope="module")
def driven(
    opened: tuple[WorkbookFile, LibreOffice],
) -> list[tuple[dict[str, Any], Cells, dict[str, Side]]]:
    """Inputs, all cells, and each platform by the label that headings bear."""
    bases = computes(opened[0])
    return [
        (row, cells, {_label(end): side(row, end, bases[end]) for end in suffixes(row)})
        for row, cells in in_full(opened)
    ]


Driven = list[tuple[dict[str, Any], Cells, dict[str, Side]]]


def _label(end: str) -> str:
    return end.removeprefix("_").capitalize()


def after(label: str) -> str:
    return f", {label}" if label else ""


def before(label: str) -> str:
    return f"{label}: " if label else ""


def faults(found: Row, expected: dict[str, Expected], where: str) -> list[str]:
    return [f"{where}: {fault}" for fault in differing(found, expected)]


@pytest.mark.requires_libreoffice
class TestOwnership:
    """The owned GPU-hour part by part, and year by year."""

    def test_the_parts_are_exact_and_sum_to_the_whole(self, driven: Driven) -> None:
        wrong = []
        for _, cells, sides in driven:
            rows = table(cells["Ownership"], "Owned GPU-hour, part by part, beside the hourly rate")
            owned = [row for row in rows if str(row["GPU-hour"]).endswith(", owned")]
            for row, (label, one) in zip(owned, sides.items(), strict=True):
                parts = {part.capitalize(): one.yearly[part] / 8760 for part in PARTS}
                wrong += faults(row, parts, label)
                total = Fraction(sum(Fraction(row[part]) for part in parts))
                assert not differs(float(total), one.owned)
        assert wrong == []

    def test_the_schedule(self, driven: Driven) -> None:
        """What is charged in a year: nothing once the life is over, a part in its last."""
        wrong = []
        for _, cells, sides in driven:
            for label, one in sides.items():
                rows = table(cells["Ownership"], f"Year by year{after(label)}: USD a GPU")
                assert [row["Year"] for row in rows] == list(range(1, 11))
                for year, row in enumerate(rows, start=1):
                    wrong += faults(row, scheduled(one, year), f"{label} {year}")
        assert wrong == []

    def test_all_years_together(self, driven: Driven) -> None:
        """Over a life that ends within the schedule: life times the yearly charge."""
        seen = 0
        for _, cells, sides in driven:
            for label, one in sides.items():
                life = one.number("life_years")
                if life > 10:
                    continue
                heading = f"Year by year{after(label)}: USD a GPU"
                charged = sum(map(Fraction, column_of(cells["Ownership"], heading, "Capital")))
                assert not differs(float(charged), one.yearly["capital"] * life)
                left = column_of(cells["Ownership"], heading, "Book value")[-1]
                residual = one.capex * one.number("residual_value_share")
                assert abs(Fraction(left) - residual) <= TOLERANCE * one.capex
                seen += 1
        assert seen

    def test_each_input_at_its_low_and_high(
        self, driven: Driven, opened: tuple[WorkbookFile, LibreOffice]
    ) -> None:
        wrong = []
        for _, cells, sides in driven:
            for (label, one), end in zip(sides.items(), suffixes(driven[0][0]), strict=True):
                heading = f"Owned GPU-hour with each input at its low and high{after(label)}"
                ranges = ranges_of(opened[0], end)
                for row in table(cells["Ownership"], heading):
                    name, low, high = ranges[row["Input"]]
                    moved = {
                        "At low [$]": one.changed(name, low).owned,
                        "At high [$]": one.changed(name, high).owned,
                    }
                    wrong += faults(row, moved, f"{label} {name} {one.given}")
        assert wrong == []


def scheduled(one: Side, year: int) -> dict[str, Expected]:
    """One year of the schedule: service, charges, and what the books still hold at its end."""
    life, capex = one.number("life_years"), one.capex
    served = max(Fraction(0), min(Fraction(1), life - year + 1))
    written_off = capex * (1 - one.number("residual_value_share")) * min(Fraction(1), year / life)
    return {
        "In service [ratio]": served,
        **{part.capitalize(): served * one.yearly[part] for part in PARTS},
        "Book value": capex - written_off,
    }


def ranges_of(file: WorkbookFile, end: str) -> dict[str, tuple[str, float, float]]:
    """Name, low and high of each numeric input of a platform, by its label."""
    found = {}
    for name, value in file.named("in_").items():
        if name.endswith(end) and isinstance(value, (int, float)):
            sheet, address = file.places[name]
            label, low, high = (file.value(sheet, f"{column}{address[1:]}") for column in "BFG")
            found[label] = (name.removeprefix("in_").removesuffix(end), low, high)
    return found


@pytest.mark.requires_libreoffice
class TestSensitivity:
    """Grids and tornados: each cell is the whole model at its own inputs."""

    @pytest.mark.parametrize("down", ["cost per GPU-hour", "utilization"])
    def test_grid(self, down: str, driven: Driven) -> None:
        wrong = []
        for inputs, cells, sides in driven:
            steps = numbered(inputs, "in_grid_step_")
            points = steps if down.startswith("cost") else numbered(inputs, "in_utilization_point_")
            for label, one in sides.items():
                heading = f"{before(label)}cost per million tokens over {down} and throughput"
                across, *rows = table(cells["Sensitivity"], heading)
                tokens = [one.tokens * step for step in steps]
                wrong += faults(across, stepped(tokens), label)
                assert len(rows) == len(points)
                for row, point in zip(rows, points, strict=True):
                    wrong += faults(row, grid_row(one, down, point, tokens), f"{label} {point}")
        assert wrong == []

    def test_tornado_of_the_tokens(
        self, driven: Driven, opened: tuple[WorkbookFile, LibreOffice]
    ) -> None:
        self._tornado(driven, opened[0], "cost per million tokens", cost_per_mtok)

    def test_tornado_of_the_owned_gpu_hour(
        self, driven: Driven, opened: tuple[WorkbookFile, LibreOffice]
    ) -> None:
        self._tornado(driven, opened[0], "owned GPU-hour", lambda one: one.owned)

    def _tornado(self, driven: Driven, file: WorkbookFile, what: str, model: Any) -> None:
        wrong = []
        for inputs, cells, sides in driven:
            for end, (label, one) in zip(suffixes(inputs), sides.items(), strict=True):
                rows = table(cells["Sensitivity"], f"{before(label)}what moves the {what}")
                split = next(at for at, row in enumerate(rows) if row["Input"] == "Ranked")
                ranges = ranges_of(file, end)
                moved = [
                    (
                        row["Input"],
                        *(
                            model(one.changed(ranges[row["Input"]][0], value))
                            for value in ranges[row["Input"]][1:]
                        ),
                    )
                    for row in rows[:split]
                ]
                ranked = by_spread(moved)
                for row, (_, low, high) in zip(rows[:split], moved, strict=True):
                    expected = {"At low [$]": low, "At high [$]": high}
                    wrong += faults(row, expected, f"{label} {row['Input']} {one.given}")
                    if row["Rank [place]"] != ranked.index(row["Input"]) + 1:
                        wrong.append(f"{label}: {row['Input']} is at {row['Rank [place]']}")
                shown = [row["Input"] for row in rows[split + 1 :]]
                if shown != ranked[: len(shown)]:
                    wrong.append(f"{label}: {shown}, not {ranked}")
        assert wrong == []


def cost_per_mtok(one: Side) -> Fraction:
    return one.per_mtok(one.tokens)


def by_spread(moved: list[tuple[str, Fraction, Fraction]]) -> list[str]:
    """The inputs by how far they move the result; of equals the one listed first."""
    return [name for name, *ends in sorted(moved, key=lambda item: -abs(item[2] - item[1]))]


def numbered(inputs: dict[str, Any], prefix: str) -> list[Fraction]:
    return [exact(value) for name, value in inputs.items() if name.startswith(prefix)]


def stepped(values: list[Fraction]) -> dict[str, Expected]:
    return {f"Step {number}": value for number, value in enumerate(values, start=1)}


def grid_row(one: Side, down: str, point: Fraction, tokens: list[Fraction]) -> dict[str, Expected]:
    """A row of a grid: cost per million tokens at one cost or utilization, and each throughput."""
    if down == "utilization":
        axis, hourly, share = point, one.cost, point
    else:
        axis, hourly, share = one.cost * point, one.cost * point, one.utilization
    unit = "ratio" if down == "utilization" else "USD/GPU-h"
    costs = [hourly * 10**6 / (rate * share * 3600) for rate in tokens]
    return {f"Down [{unit}]": axis, **stepped(costs)}


@pytest.mark.requires_libreoffice
class TestDenominator:
    """Levers: what each multiplies, what is counted, what is warned of."""

    def test_steps(self, driven: Driven, opened: tuple[WorkbookFile, LibreOffice]) -> None:
        wrong = []
        for inputs, cells, sides in driven:
            for end, (label, one) in zip(suffixes(inputs), sides.items(), strict=True):
                rows = table(
                    cells["Denominator"], f"Levers switched on one after another{after(label)}"
                )
                names = levers_of(opened[0], end)
                order = [names[row["Step"]] for row in rows[1:-1]]
                assert sorted(order) == sorted(one.levers)
                baseline = one.number("tokens_per_second_per_gpu")
                tokens = [*accumulate((one.levers[name] for name in order), mul, initial=baseline)]
                for row, rate in zip(rows, [*tokens, tokens[-1]], strict=True):
                    expected = {"Tokens [tok/s/GPU]": rate, "Cost": one.per_mtok(rate)}
                    wrong += faults(row, expected, f"{label} {row['Step']}")
        assert wrong == []

    def test_bars_of_the_steps(self, driven: Driven) -> None:
        """Each bar begins where the last ended; falls and rises lead from first to last."""
        for _, cells, sides in driven:
            for label in sides:
                rows = table(
                    cells["Denominator"], f"Levers switched on one after another{after(label)}"
                )
                for last, row in pairwise(rows[:-1]):
                    assert row["Beneath"] == min(last["Cost"], row["Cost"])
                    assert row["Falls by"] == max(0.0, last["Cost"] - row["Cost"])
                    assert row["Rises by"] == max(0.0, row["Cost"] - last["Cost"])
                    assert row["Total"] == 0.0
                assert [rows[0]["Total"], rows[-1]["Total"]] == [rows[0]["Cost"], rows[-1]["Cost"]]

    def test_two_levers_that_multiply_are_warned_of(self, driven: Driven) -> None:
        seen = set()
        for _, cells, sides in driven:
            sheet = cells["Denominator"]
            said = {text: sheet.get(f"C{place[1:]}") for place, text in sheet.items()}
            for label, one in sides.items():
                count = sum(lever != 1 for lever in one.levers.values())
                warning = f"WARNING, {count} levers multiplied: they do not compose"
                quiet = "no two levers are multiplied"
                words = said[f"Levers together{after(label)}"]
                assert words == (warning if count > 1 else quiet)
                seen.add(count > 1)
        assert seen == {True, False}


def levers_of(file: WorkbookFile, end: str) -> dict[str, str]:
    """The levers of a platform by what the inquiry into each is called on Inputs."""
    found = {}
    for name in file.named("in_in_baseline_"):
        if name.endswith(end):
            key = name.removeprefix("in_in_baseline_")
            sheet, address = file.places[f"in_answer_{key}"]
            found[file.value(sheet, f"B{address[1:]}")] = key.removesuffix(end)
    return found


@pytest.mark.requires_libreoffice
def test_a_lever_inside_the_baseline_does_not_count(
    opened: tuple[WorkbookFile, LibreOffice],
) -> None:
    file, libreoffice = opened
    end, stored = suffixes(file.named("in_"))[-1], file.named("")
    outs = [name for name in stored if name.startswith(("out_", "rel_"))]
    row = {f"in_in_baseline_speculative_decoding{end}": "yes", f"in_speculative_decoding{end}": 4}
    libreoffice.open(file.content)
    (found,) = libreoffice.drive([row], [*outs, *file.named("check_")])
    assert [name for name in outs if not same(found[name], stored[name])] == []
    failed = {name for name in file.named("check_") if found[name] == 0.0}
    assert failed == {f"check_levers_counted_once{end}", "check_master"}


# --- Alarms

# What is done to one platform's inputs, and checks of that platform that must fail of it.
CORRUPTED = {
    "negative throughput": (
        {"tokens_per_second_per_gpu": -90},
        ("inputs_in_limits", "functions_agree", "energy_identity"),
    ),
    "no throughput": (
        {"tokens_per_second_per_gpu": None},
        ("inputs_in_limits", "functions_agree", "energy_identity", "split_adds_up"),
    ),
    "text for a number": (
        {"cost_per_gpu_hour": "about two"},
        ("inputs_in_limits", "functions_agree", "catalog_has_figures", "split_adds_up"),
    ),
    "utilization 2": ({"utilization": 2}, ("inputs_in_limits", "functions_agree")),
    "utilization 0": (
        {"utilization": 0},
        ("inputs_in_limits", "functions_agree", "split_adds_up", "revenue_agrees"),
    ),
    "pue below 1": (
        {"pue": 0.9, "power_basis": "it"},
        ("inputs_in_limits", "functions_agree", "energy_identity"),
    ),
    "pue over utility power": ({"pue": 1.3, "power_basis": "utility"}, ("power_basis",)),
    "unknown basis": ({"power_basis": "solar"}, ("inputs_in_limits",)),
    "unknown tokens": ({"tokens_counted": "some"}, ("inputs_in_limits",)),
    "unknown platform": ({"platform": "h300"}, ("inputs_in_limits", "catalog_has_figures")),
    "unknown tier": ({"tier": "free"}, ("inputs_in_limits",)),
    "unknown date": ({"as_of": "2026-01"}, ("inputs_in_limits",)),
    "unknown source of cost": ({"cost_from": "rented"}, ("inputs_in_limits",)),
    "unknown answer": ({"answer_kv_routing": "perhaps"}, ("inputs_in_limits",)),
    "no life": ({"life_years": None}, ("inputs_in_limits", "owned_agrees", "parts_sum")),
    "negative capex": ({"server_capex_per_gpu": -1}, ("inputs_in_limits",)),
    "text for a lever": (
        {"kv_routing": "much"},
        ("inputs_in_limits", "functions_agree", "delivered_agrees"),
    ),
    # Nothing is delivered then, and both ways of computing it say so.
    "lever of 0": ({"runtime": 0}, ("inputs_in_limits", "functions_agree")),
    "no price": (
        {"input_price_per_mtok": 0, "output_price_per_mtok": 0},
        ("revenue_agrees",),
    ),
    "cache hits above 1": ({"cache_hit_rate": 1.5}, ("inputs_in_limits",)),
    "nothing generated": (
        {"output_tokens": 0},
        ("inputs_in_limits", "split_adds_up", "revenue_agrees"),
    ),
}
# Where the price is 0 nothing is out of limits; there is no margin to agree on.


@pytest.mark.requires_libreoffice
def test_a_corrupted_input_raises_the_alarm_on_every_sheet(
    opened: tuple[WorkbookFile, LibreOffice],
) -> None:
    file, libreoffice = opened
    stored, checks = file.named(""), sorted(file.named("check_"))
    shared = {"check_master", "check_same_tokens"}
    libreoffice.open(file.content)
    for case, (corrupted, fail) in CORRUPTED.items():
        for suffix in suffixes(stored):
            inputs = {f"in_{name}{suffix}": value for name, value in corrupted.items()}
            (found,) = libreoffice.drive([inputs], checks)
            failed = {name for name in checks if found[name] != 1.0}
            assert failed >= {f"check_{name}{suffix}" for name in fail} | {"check_master"}, case
            assert all(name.endswith(suffix) or name in shared for name in failed), case
            tokens = "tokens_counted" in corrupted and bool(suffix)
            assert ("check_same_tokens" in failed) == tokens, case
            assert all(found[name] == 0.0 for name in failed), "a check is FALSE, not an error"
            assert set(statuses(file, libreoffice)) == {"ALERT"}, case
            (restored,) = libreoffice.drive([{name: stored[name] for name in inputs}], checks)
            assert set(restored.values()) == {1.0}, case
            assert set(statuses(file, libreoffice)) == {"OK"}, case


def statuses(file: WorkbookFile, libreoffice: LibreOffice) -> list[str]:
    """What each sheet says of the master check, in its second row."""
    places = [(sheet, address) for sheet, address in file.formulas() if address == "B2"]
    assert [sheet for sheet, _ in places] == file.book.sheetnames
    return [str(text).partition(":")[0] for text in libreoffice.peek(places)]


# A result that is off by a millionth, and the checks of its platform that see it.
WRONG_RESULTS = {
    "flops_per_dollar": ("functions_agree",),
    "tokens_per_mw": ("functions_agree", "energy_identity"),
    "joules_per_token": ("functions_agree", "energy_identity"),
    "cost_per_mtok": ("functions_agree",),
    "gpu_hour_cost": ("owned_agrees", "parts_sum"),
    "delivered_tokens": ("delivered_agrees",),
    "cost_per_mtok_input": ("split_adds_up",),
    "cost_per_mtok_output": ("split_adds_up",),
    "revenue_per_gpu_hour": ("revenue_agrees",),
    "revenue_per_mw_year": ("revenue_agrees",),
    "gross_margin": ("revenue_agrees",),
}
# An input within its limits that is wrong all the same, or a setting, and the check that sees it.
WRONG_INPUTS = {
    "power_basis": {"in_pue{end}": 1.2, "in_power_basis{end}": "utility"},
    "inputs_in_limits": {"in_average_load{end}": 1.01},
    "catalog_has_figures": {"in_platform{end}": "tpuv7"},
    "levers_counted_once": {"in_in_baseline_runtime{end}": "yes", "in_runtime{end}": 1.5},
    "settings_in_limits": {"in_utilization_point_5": 1.5},
    "same_tokens": {"in_tokens_counted{end}": "output"},
}


@pytest.mark.requires_libreoffice
def test_something_flips_each_of_the_checks(opened: tuple[WorkbookFile, LibreOffice]) -> None:
    """Every check name but the published table's, which the next test turns."""
    file, libreoffice = opened
    stored, checks = file.named(""), sorted(file.named("check_"))
    libreoffice.open(file.content)
    flipped = set()
    for end in suffixes(stored):
        for metric, seen_by in WRONG_RESULTS.items():
            out = f"out_{metric}{end}"
            found = libreoffice.overwritten({out: stored[out] * (1 + 1e-6)}, checks)
            failed = {name for name in checks if found[name] != 1.0}
            assert failed == {f"check_{name}{end}" for name in seen_by} | {"check_master"}, out
            flipped |= failed
        for check, wrong in WRONG_INPUTS.items():
            row = {name.format(end=end): value for name, value in wrong.items()}
            found = libreoffice.overwritten(row, checks)
            failed = {name for name in checks if found[name] != 1.0}
            if check != "same_tokens" or end:
                assert failed & {f"check_{check}{end}", f"check_{check}"}, check
            flipped |= failed
    (restored,) = libreoffice.drive([{}], checks)
    assert set(restored.values()) == {1.0}
    assert flipped == {*checks} - {"check_published_accounted_for"}


@pytest.mark.requires_libreoffice
def test_a_printed_figure_that_does_not_follow_is_seen(
    built: Built, libreoffice: LibreOffice
) -> None:
    """1.41 printed, of an interval that begins at 1.5: nothing explains that."""

    def edit(book: openpyxl.Workbook) -> None:
        sheet = book["Inputs"]
        heading = "Published table: each printed figure and the interval it stands for"
        start = next(cell.row for cell in sheet["B"] if cell.value == heading)
        row = next(cell.row for cell in sheet["B"][start:] if "Hopper" in str(cell.value))
        assert (sheet[f"C{row}"].value, sheet[f"F{row}"].value) == (1.41, 1.405)
        sheet[f"F{row}"].value = 1.5

    file = built(PAIR, "native").edited(edit)
    libreoffice.open(file.content)
    checks = sorted(file.named("check_"))
    (found,) = libreoffice.drive([{}], checks)
    assert {name for name in checks if found[name] != 1.0} == {
        "check_published_accounted_for",
        "check_master",
    }


@pytest.mark.requires_libreoffice
def test_different_tokens_cannot_be_compared(built: Built, libreoffice: LibreOffice) -> None:
    file = built(PAIR, "native")
    libreoffice.open(file.content)
    checks = sorted(file.named("check_"))
    (found,) = libreoffice.drive([{"in_tokens_counted_blackwell": "output"}], checks)
    assert {name for name in checks if found[name] == 0.0} == {"check_same_tokens", "check_master"}
    assert set(statuses(file, libreoffice)) == {"ALERT"}


@pytest.mark.requires_libreoffice
def test_a_wrong_formula_raises_the_alarm(
    name: str, built: Built, libreoffice: LibreOffice
) -> None:
    """3601 seconds in an hour, in a result but not in its cross-check."""
    file = built(name, "native")
    part = f"xl/worksheets/sheet{file.book.sheetnames.index('Calc') + 1}.xml"
    file = file.replaced(part, r"\*3600\)", "*3601)")
    libreoffice.open(file.content)
    checks, end = sorted(file.named("check_")), suffixes(file.named("in_"))[0]
    (found,) = libreoffice.drive([{}], [*checks, f"out_cost_per_mtok{end}"])
    cost = side(file.named("in_"), end)
    wrong_cost = float(cost.per_mtok(cost.tokens) * 3600 / 3601)
    assert found[f"out_cost_per_mtok{end}"] == pytest.approx(wrong_cost)
    assert {check for check in checks if found[check] != 1.0} == {
        f"check_functions_agree{end}",
        "check_master",
    }


# --- Printed


def dollars(value: Fraction) -> str:
    """As the workbooks show dollars: three decimals below one, else two."""
    places = "0.001" if value < 1 else "0.01"
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return f"${number.quantize(Decimal(places), ROUND_HALF_UP):,}"


def headlines(file: WorkbookFile) -> list[str]:
    """The cost of a million tokens of each platform, and how many times lower."""
    inputs = file.named("in_")
    costs = [cost_per_mtok(side(inputs, end)) for end in suffixes(inputs)]
    shown = [dollars(cost) for cost in costs]
    if len(costs) == 2:
        shown.append(f"{round(max(costs) / min(costs))}x lower")
    return shown


def test_headlines_are_those_of_the_article(built: Built) -> None:
    """$4.20 as printed; 0.12 and 35x as they follow from unrounded inputs."""
    assert headlines(built(PAIR, "native")) == ["$4.20", "$0.124", "34x lower"]
    assert headlines(built(ONE, "native")) == ["$4.20"]
    assert exact(4.2) == Fraction(21, 5)


@pytest.mark.requires_libreoffice("pdftotext", "pdftoppm")
def test_prints_again_and_again(name: str, built: Built, tmp_path: Path) -> None:
    """LibreOffice 25.2 has been seen to crash while it drew such sheets, not every time."""
    file = built(name, "native")
    path = tmp_path / f"{name}.xlsx"
    path.write_bytes(file.content)
    for number in range(CONVERSIONS):
        folder = tmp_path / str(number)
        folder.mkdir()
        pdf = to_pdf(path, folder, tmp_path / "profile")
        text = run("pdftotext", "-layout", "-enc", "UTF-8", str(pdf), "-").decode()
        assert ERROR_TEXT.findall(text) == []
        words = " ".join(text.split())
        assert [shown for shown in headlines(file) if shown not in words] == []
        run("pdftoppm", "-r", "30", "-gray", str(pdf), str(folder / "page"))
        pages = sorted(folder.glob("page*.pgm"))
        assert len(pages) == text.count("\f") >= len(file.book.sheetnames)
        assert [page.name for page in pages if is_blank(page)] == []
        shutil.rmtree(folder)


def run(*command: str) -> bytes:
    return subprocess.run(command, capture_output=True, check=True).stdout


def is_blank(page: Path) -> bool:
    """Tell whether a picture (PGM) has nothing on it but a footer."""
    *_, dots = page.read_bytes().split(b"\n", 3)
    return sum(dot < 200 for dot in dots) < 400


def test_errors_in_print_are_seen() -> None:
    for text in ("#######", "#NAME?", "Err:509", "$ #VALUE!"):
        assert ERROR_TEXT.search(text)
    assert not ERROR_TEXT.search("# 1: $4.20, Error: none")
