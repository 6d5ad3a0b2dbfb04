"""The published table against the economics, cell by cell, in exact fractions.

Hopper is HGX H200, Blackwell is GB300 NVL72. What was printed, and the interval of values that
are printed so, stand here as they are in the article; nothing is taken from the package.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import formualizer
import pytest
from conftest import Built
from exact_economics import differs, outputs
from workbook_file import WorkbookFile

WORKBOOK = "hopper_vs_blackwell"

# What the article prints: shown, rounds from, up to but not including.
PRINTED: dict[str, dict[str, tuple[str, str, str]]] = {
    "Cost per GPU-hour": {
        "Hopper": ("1.41", "1.405", "1.415"),
        "Blackwell": ("2.65", "2.645", "2.655"),
        "Relative": ("2", "1.5", "2.5"),
    },
    "FLOPS per dollar": {
        "Hopper": ("2.8", "2.75", "2.85"),
        "Blackwell": ("5.6", "5.6", "5.7"),  # truncated: 5.66 is printed as 5.6
        "Relative": ("2", "1.5", "2.5"),
    },
    "Token output per GPU": {
        "Hopper": ("90", "85", "95"),  # one significant figure
        "Blackwell": ("6000", "5500", "6500"),
        "Relative": ("65", "64.5", "65.5"),
    },
    "Token output per MW": {
        "Hopper": ("54000", "53500", "54500"),
        "Blackwell": ("2800000", "2750000", "2850000"),
        "Relative": ("50", "50", "60"),  # "more than 50x": truncated
    },
    "Cost per million tokens": {
        "Hopper": ("4.20", "4.195", "4.205"),
        "Blackwell": ("0.12", "0.115", "0.125"),
        "Relative": ("35", "34.5", "35.5"),
    },
}
CELLS = [(metric, platform) for metric, row in PRINTED.items() for platform in row]

# Inputs: as printed, and as they must have been before rounding. kW and PFLOP/s are not printed.
COMMON = {"utilization": 1, "pue": 1}
HOPPER = {"kw_per_gpu": 1.73, "pflops_per_gpu": 3.958, **COMMON}  # FP8 sparse
BLACKWELL = {"kw_per_gpu": 2.1, "pflops_per_gpu": 15, **COMMON}  # FP4 dense
INPUTS = {
    "printed": (
        {"cost_per_gpu_hour": 1.41, "tokens_per_second_per_gpu": 90, **HOPPER},
        {"cost_per_gpu_hour": 2.65, "tokens_per_second_per_gpu": 6000, **BLACKWELL},
    ),
    "unrounded": (
        {"cost_per_gpu_hour": 1.41, "tokens_per_second_per_gpu": 93.25, **HOPPER},
        {"cost_per_gpu_hour": 2.652, "tokens_per_second_per_gpu": 5950, **BLACKWELL},
    ),
}
NAMES = {
    "FLOPS per dollar": "flops_per_dollar",
    "Token output per MW": "tokens_per_mw",
    "Cost per million tokens": "cost_per_mtok",
}
OUTSIDE = {
    "printed": {
        ("Cost per million tokens", "Hopper"): "4.352",
        ("Token output per MW", "Hopper"): "52.0K",
        ("Token output per MW", "Blackwell"): "2.857M",
        ("Token output per GPU", "Relative"): "66.7x",
    },
    "unrounded": {
        ("Token output per GPU", "Relative"): "63.8x",
        ("Cost per million tokens", "Relative"): "33.9x",
    },
}


def recomputed(way: str) -> dict[tuple[str, str], Fraction]:
    """What follows from the inputs, by metric and platform."""
    sides = []
    for inputs in INPUTS[way]:
        results = outputs(inputs)
        sides.append(
            {
                "Cost per GPU-hour": Fraction(repr(inputs["cost_per_gpu_hour"])),
                "Token output per GPU": Fraction(repr(inputs["tokens_per_second_per_gpu"])),
            }
            | {metric: results[name] for metric, name in NAMES.items()}
        )
    hopper, blackwell = sides
    found = {}
    for metric in PRINTED:
        ratio = blackwell[metric] / hopper[metric]
        found[metric, "Hopper"] = hopper[metric]
        found[metric, "Blackwell"] = blackwell[metric]
        # "35x lower": the cost's ratio is read the other way round
        found[metric, "Relative"] = 1 / ratio if metric == "Cost per million tokens" else ratio
    return found


@dataclass(frozen=True)
class Row:
    """One cell of the published table, as the workbook's sheet tells it."""

    published: Any
    lowest: Any
    beyond: Any
    recomputed: dict[str, Any]
    within: dict[str, str]
    accounted: Any
    note: str


def read(file: WorkbookFile) -> dict[tuple[str, str], Row]:
    """The sheet Reconciliation by metric and platform, from the stored values."""
    values = file.values["Reconciliation"]
    table = next(table for table in file.tables["Reconciliation"] if "Published" in table.columns)
    found = {}
    for row in table.rows:

        def cell(title: str, right: int = 0, row: int = row) -> Any:
            return values.cell(row, table.columns[title] + right).value

        found[cell("Metric"), cell("Platform")] = Row(
            published=cell("Published"),
            lowest=cell("Rounds from"),
            beyond=cell("Up to, below"),
            recomputed={
                "printed": cell("Recomputed from printed"),
                "unrounded": cell("Recomputed unrounded"),
            },
            within={
                "printed": cell("Recomputed from printed", 1),
                "unrounded": cell("Recomputed unrounded", 1),
            },
            accounted=cell("Follows, or says why"),
            note=cell("Note") or "",
        )
    return found


@pytest.fixture(scope="module", params=["native", "lambda", "addin"])
def table(request: pytest.FixtureRequest, built: Built) -> dict[tuple[str, str], Row]:
    return read(built(WORKBOOK, request.param))


def test_all_fifteen_cells_are_there(table: dict[tuple[str, str], Row]) -> None:
    assert list(table) == CELLS
    assert len(table) == 15


@pytest.mark.parametrize(("metric", "platform"), CELLS)
class TestCell:
    def test_published_and_interval(
        self, metric: str, platform: str, table: dict[tuple[str, str], Row]
    ) -> None:
        row = table[metric, platform]
        shown = [Fraction(text) for text in PRINTED[metric][platform]]
        for value, expected in zip((row.published, row.lowest, row.beyond), shown, strict=True):
            assert not differs(value, expected), f"{value}, not {expected}"

    @pytest.mark.parametrize("way", list(INPUTS))
    def test_recomputed(
        self, way: str, metric: str, platform: str, table: dict[tuple[str, str], Row]
    ) -> None:
        row, expected = table[metric, platform], recomputed(way)[metric, platform]
        assert not differs(row.recomputed[way], expected)
        _, lowest, beyond = (Fraction(text) for text in PRINTED[metric][platform])
        word = "within" if lowest <= expected < beyond else "outside"
        assert row.within[way] == word
        assert word == ("outside" if (metric, platform) in OUTSIDE[way] else "within")

    def test_what_is_outside_says_why(
        self, metric: str, platform: str, table: dict[tuple[str, str], Row]
    ) -> None:
        row = table[metric, platform]
        assert row.accounted is True
        if "outside" in row.within.values():
            assert len(row.note) > 20


@pytest.mark.parametrize("way", list(INPUTS))
def test_exactly_these_are_outside(way: str, table: dict[tuple[str, str], Row]) -> None:
    outside = {key for key, row in table.items() if row.within[way] == "outside"}
    assert outside == OUTSIDE[way].keys()
    for key in outside:
        assert shown(table[key].recomputed[way], OUTSIDE[way][key]) == OUTSIDE[way][key]


def shown(value: float, like: str) -> str:
    """A value with the digits and the ending of another text."""
    ending = like.lstrip("0123456789.")
    scale = {"K": 1e3, "M": 1e6}.get(ending, 1)
    digits = len(like.removesuffix(ending).partition(".")[2])
    return f"{value / scale:.{digits}f}{ending}"


def test_notes_say_the_figure_that_follows(table: dict[tuple[str, str], Row]) -> None:
    """A note beside a figure that does not follow names the figure that would."""
    said = {
        key: figure
        for figures in OUTSIDE.values()
        for key, figure in figures.items()
        if key != ("Token output per GPU", "Relative")
    }
    assert [key for key, figure in said.items() if figure not in table[key].note] == []
    assert "66.7x" in table["Token output per GPU", "Relative"].note


def test_no_pair_of_inputs_gives_65x_together_with_the_rest() -> None:
    """The seed's own contradiction, in exact arithmetic: what the note on 65x claims."""
    kw, seconds, mtok = Fraction("2.1"), 3600, 10**6
    lowest_h200 = Fraction("1.41") * mtok / (Fraction("4.205") * seconds)
    least_for_65x = Fraction("64.5") * lowest_h200
    assert least_for_65x * 1000 / kw >= Fraction("2850000"), "then it would print as 2.9M"


def test_a_figure_that_follows_from_nothing_is_not_accounted_for(built: Built) -> None:
    """The check is alive: without its note, an outside figure fails it, and the master with it."""
    file = built(WORKBOOK, "native")

    def forget_notes(book: Any) -> None:
        for row in book["Reconciliation"].iter_rows():
            for cell in row:
                if cell.style == "Text note":
                    cell.value = None

    engine = formualizer.Workbook.from_bytes(file.edited(forget_notes).content, backend="umya")
    engine.evaluate_all()
    for name in ("check_published_accounted_for", "check_master"):
        sheet, address = file.places[name]
        place = file.book[sheet][address]
        assert engine.get_value(sheet, place.row, place.column) is False
