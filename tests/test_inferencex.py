"""A hundred real benchmark rows, exactly, through every way in.

``data/inferencex_dsr1_h200_gb300.json`` holds rows of SemiAnalysis' InferenceX dashboard
(inferencex.semianalysis.com) for DeepSeek-R1 on H200 and GB300, as downloaded; its
``tput_per_gpu`` counts total tokens over all GPUs, prefill and decode, each once.
"""

import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import ironcalc
import numpy as np
import pytest
from exact_economics import differs
from libreoffice import LibreOffice
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

import xl_tco
from xl_tco.cells import evaluate_cells
from xl_tco.functions import BY_NAME
from xl_tco.hosts.cell_formulas import Flavour, cell_formula
from xl_tco.hosts.lambda_names import lambda_text

DATA = Path(__file__).parent / "data" / "inferencex_dsr1_h200_gb300.json"
ROWS = json.loads(DATA.read_text(encoding="utf-8"))
# Figures of February 2026: USD per GPU-hour and kW of utility power, so that PUE is 1.
FIGURES = {"h200": (1.41, 1.73), "gb300": (2.652, 2.10)}
COST, POWER = BY_NAME["cost_per_mtok"], BY_NAME["tokens_per_mw"]
SPLIT = (BY_NAME["cost_per_mtok_input"], BY_NAME["cost_per_mtok_output"])
FIRST = 2


def figures(row: dict[str, Any]) -> tuple[float, float, float]:
    """USD per GPU-hour, total tokens per second per GPU, kW per GPU."""
    cost, power = FIGURES[row["hardware"]]
    return cost, row["metrics"]["tput_per_gpu"], power


def exact_results(row: dict[str, Any]) -> tuple[Fraction, Fraction]:
    """USD per million tokens, tokens per second per MW."""
    cost, tokens, power = (Fraction(repr(value)) for value in figures(row))
    return cost * 10**6 / (tokens * 3600), tokens * 1000 / power


def streams(row: dict[str, Any]) -> tuple[Fraction, Fraction]:
    """Input and output tokens per second per GPU: the total by the lengths of a request."""
    total = Fraction(repr(row["metrics"]["tput_per_gpu"]))
    given, made = row["isl"], row["osl"]
    return total * given / (given + made), total * made / (given + made)


def test_what_the_rows_are() -> None:
    assert len(ROWS) == 100
    assert {row["hardware"] for row in ROWS} == FIGURES.keys()
    assert {row["disagg"] for row in ROWS} == {True, False}
    assert {(row["isl"], row["osl"]) for row in ROWS} == {(1024, 1024), (8192, 1024), (1024, 8192)}


@pytest.mark.parametrize("hardware", FIGURES)
def test_the_catalog_has_these_figures(hardware: str) -> None:
    cost, power = FIGURES[hardware]
    found = xl_tco.platform_figure(hardware, "cost_per_gpu_hour", "owned_hyperscaler", "2026-02")
    assert found == cost
    assert xl_tco.platform_figure(hardware, "kw_per_gpu", "utility", "2026-02") == power


def test_python_row_by_row() -> None:
    for row in ROWS:
        cost, tokens, power = figures(row)
        per_mtok, per_mw = exact_results(row)
        assert not differs(xl_tco.cost_per_mtok(cost, tokens), per_mtok)
        assert not differs(xl_tco.tokens_per_mw(tokens, power), per_mw)


def test_arrays_at_once() -> None:
    cost, tokens, power = np.array([figures(row) for row in ROWS]).T
    found = zip(
        xl_tco.cost_per_mtok(cost, tokens), xl_tco.tokens_per_mw(tokens, power), strict=True
    )
    for values, row in zip(found, ROWS, strict=True):
        for value, expected in zip(values, exact_results(row), strict=True):
            assert not differs(float(value), expected)


def test_cells_as_one_column() -> None:
    cost, tokens, power = (
        [[value] for value in column] for column in zip(*map(figures, ROWS), strict=True)
    )
    for function, given, place in ((COST, [cost, tokens], 0), (POWER, [tokens, power], 1)):
        found = evaluate_cells(function, given)
        assert isinstance(found, list)
        for (value,), row in zip(found, ROWS, strict=True):
            assert not differs(value, exact_results(row)[place])


def test_the_split_adds_up() -> None:
    """The two streams are the total, and their costs the GPU-hour, whatever an input weighs."""
    for row in ROWS:
        cost, total, _ = figures(row)
        given, made = streams(row)
        assert given + made == Fraction(repr(total))
        for weight in (0.0, 0.25, 1.0):
            rates = float(given), float(made)
            parts = [
                Fraction(f(cost, *rates, input_token_weight=weight)) * rate * 3600 / 10**6
                for f, rate in (
                    (xl_tco.cost_per_mtok_input, given),
                    (xl_tco.cost_per_mtok_output, made),
                )
            ]
            assert not differs(float(sum(parts)), Fraction(repr(cost)))


def test_the_streams_are_those_that_were_measured() -> None:
    """By all GPUs, where prefill and decode share them; the tools round lengths of requests."""
    for row in ROWS:
        metrics = row["metrics"]
        if row["disagg"]:
            gpus = row["num_prefill_gpu"], row["num_decode_gpu"]
            of_each = metrics["input_tput_per_gpu"], metrics["output_tput_per_gpu"]
            measured = [rate * count / sum(gpus) for rate, count in zip(of_each, gpus, strict=True)]
        else:
            measured = [metrics["input_tput_per_gpu"], metrics["output_tput_per_gpu"]]
        for stream, value in zip(streams(row), measured, strict=True):
            assert float(stream) == pytest.approx(value, rel=0.05)


def sheet(flavour: Flavour) -> Workbook:
    """All rows on one sheet: figures in A to E, results in F to I."""
    book = Workbook()
    cells = book.active
    assert cells is not None
    cells.append(["USD/GPU-h", "tok/s/GPU", "kW/GPU", "ISL", "OSL", "USD/Mtok", "tok/s/MW"])
    for number, row in enumerate(ROWS, start=FIRST):
        given = f"B{number}*D{number}/(D{number}+E{number})"
        made = f"B{number}*E{number}/(D{number}+E{number})"
        texts = [
            cell_formula(COST, [f"A{number}", f"B{number}"], flavour),
            cell_formula(POWER, [f"B{number}", f"C{number}"], flavour),
            *(
                cell_formula(function, [f"A{number}", f"({given})", f"({made})"], flavour)
                for function in SPLIT
            ),
        ]
        cells.append([*figures(row), row["isl"], row["osl"], *(f"={text}" for text in texts)])
    if flavour.calls_by_name:
        for function in (COST, POWER, *SPLIT):
            name = function.worksheet_name
            book.defined_names[name] = DefinedName(name, attr_text=lambda_text(function))
    return book


def expected_cells() -> dict[str, Fraction]:
    """What each result cell must be; the split by weight 0.25."""
    found = {}
    for number, row in enumerate(ROWS, start=FIRST):
        found[f"F{number}"], found[f"G{number}"] = exact_results(row)
        given, made = streams(row)
        cost = Fraction(repr(figures(row)[0]))
        found[f"I{number}"] = cost * 10**6 / ((made + given / 4) * 3600)
        found[f"H{number}"] = found[f"I{number}"] / 4
    return found


@pytest.mark.requires_libreoffice
def test_a_sheet_in_libreoffice(libreoffice: LibreOffice) -> None:
    """The cells' own arithmetic."""
    content = io.BytesIO()
    sheet(Flavour.NATIVE).save(content)
    libreoffice.open(content.getvalue())
    (cells,) = libreoffice.read().values()
    expected = expected_cells()
    assert len(expected) == 400
    wrong = {
        place: cells[place] for place, value in expected.items() if differs(cells[place], value)
    }
    assert wrong == {}


def test_a_sheet_of_lambda_names_in_ironcalc(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    sheet(Flavour.LAMBDA).save(path)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
    model.evaluate()
    columns = "ABCDEFGHI"
    found = {
        place: model.get_cell_value(0, int(place[1:]), columns.index(place[0]) + 1)
        for place in expected_cells()
    }
    wrong = {
        place: found[place]
        for place, value in expected_cells().items()
        if differs(found[place], value)
    }
    assert wrong == {}
