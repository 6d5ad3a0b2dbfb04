"""The examples do what they say."""

import runpy
from pathlib import Path

import pytest

from xl_tco import build

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_the_measurement_builds_and_its_checks_hold() -> None:
    book = build(EXAMPLES / "my_measurement.toml", "native")
    assert book.values["check_master"] is True
    # 2.35 USD/GPU-h, 410 tok/s/GPU at 60 %: 2.35e6 / (410 * 0.6 * 3600)
    assert book.values["out_cost_per_mtok"] == pytest.approx(2_350_000 / 885_600, rel=1e-12)
    # The catalog's 1.37 kW of IT power times a PUE of 1.3
    assert book.values["out_tokens_per_mw"] == pytest.approx(410_000 / (1.37 * 1.3), rel=1e-12)
    assert book.warnings == ()


def test_the_sensitivity_grid_prints(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "sensitivity.py"))
    # 1.5 USD/GPU-h at 500 tok/s/GPU and 60 %: 1.5e6 / (500 * 0.6 * 3600) = 1.3888...
    assert "1.389" in capsys.readouterr().out
