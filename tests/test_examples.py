"""The examples do what they say."""

import runpy
import tomllib
from pathlib import Path

import pytest
from exact_economics import catalog, differing, named_outputs

from xl_tco import Scenario, build

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_the_measurement_builds_and_its_checks_hold() -> None:
    book = build(EXAMPLES / "my_measurement.toml", "native")
    assert book.values["check_master"] is True
    # 2.35 USD/GPU-h, 410 tok/s/GPU with routing at 60 %: 2.35e6 / (410 * 1.2 * 0.6 * 3600)
    assert book.values["out_cost_per_mtok"] == pytest.approx(2_350_000 / 1_062_720, rel=1e-12)
    # The catalog's 1.37 kW of IT power times a PUE of 1.3
    assert book.values["out_tokens_per_mw"] == pytest.approx(492_000 / (1.37 * 1.3), rel=1e-12)
    # As many input tokens as output tokens, 30 % of them at a quarter of the price.
    sold = 492 * (0.60 * (1 - 0.3 * 0.75) + 1.20)
    revenue = sold * 0.6 * 3600 / 1e6
    assert book.values["out_revenue_per_gpu_hour"] == pytest.approx(revenue, rel=1e-12)
    assert differing(book.values, named_outputs(book.values)) == []
    assert book.warnings == ()


def test_the_measurement_uses_every_key() -> None:
    """All but [power] and [compute] values, which the catalog gives, and what extract writes."""
    document = tomllib.loads((EXAMPLES / "my_measurement.toml").read_text(encoding="utf-8"))
    assert document.keys() == Scenario.model_fields.keys() - {"settings", "catalog_platform"}
    for table in ("ownership", "business"):
        assert document[table].keys() == Scenario.model_fields[table].annotation.model_fields.keys()
    levers = document["levers"].values()
    assert {key for lever in levers for key in lever} >= {"answer", "value", "in_baseline", "low"}


def test_the_comparison_of_platforms_prints(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "compare_platforms.py"))
    title, header, _, *lines = capsys.readouterr().out.splitlines()
    assert title == "Relative to h100, the first row"
    assert header.split()[:2] == ["cost_per_mtok", "tokens_per_mw"]
    found = {line.split()[0]: [float(value) for value in line.split()[1:]] for line in lines}
    assert found.keys() == catalog().keys()
    for key, row in catalog().items():
        # 1000 tok/s/GPU at 60 %, against an H100 at 2.00 USD/GPU-h; a PUE of 1.3.
        cost, power = float(row["costr_latest"]), float(row["kw_per_gpu(>=2026-07-14)"]) * 1.3
        expected = [cost * 1e6 / (1000 * 0.6 * 3600), 1e6 / power, power, cost / 2]
        assert found[key] == pytest.approx(expected, abs=0.0006)
    costs = [values[0] for values in found.values()]
    assert costs == sorted(costs)


def test_the_sensitivity_grid_prints(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "sensitivity.py"))
    # 1.5 USD/GPU-h at 500 tok/s/GPU and 60 %: 1.5e6 / (500 * 0.6 * 3600) = 1.3888...
    assert "1.389" in capsys.readouterr().out
