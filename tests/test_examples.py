"""The examples do what they say."""

import json
import math
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from exact_economics import catalog, differing, named_outputs
from test_measure_workbook import rows_under
from workbook_file import WorkbookFile

from xl_tco import Scenario, build
from xl_tco.cli import cli

EXAMPLES = Path(__file__).parents[1] / "examples"
SAMPLES = EXAMPLES / "benchmarks"


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


def shipped() -> dict[str, bytes]:
    """The sample results by name."""
    found = [*SAMPLES.rglob("*.json"), *SAMPLES.rglob("*.jsonl")]
    return {path.relative_to(SAMPLES).as_posix(): path.read_bytes() for path in found}


def sample_runs() -> list[dict[str, Any]]:
    """Every run of the samples, whichever tool it stands for."""
    return [
        json.loads(text)
        for name, content in shipped().items()
        for text in (content.splitlines() if name.endswith(".jsonl") else [content])
    ]


def throughput(users: float, tpot: float, ttft: float, gpus: int) -> float:
    """Total tokens per second per GPU: users x (1024 + 1024) / (TTFT + 1023 TPOT)."""
    return users * 2048 / ((ttft + 1023 * tpot) / 1000) / gpus


def between(target: float, slow: tuple[float, float], fast: tuple[float, float]) -> float:
    """Throughput at a target between two runs of some TPOT and throughput, by its logarithm."""
    (left, high), (right, low) = ((1000 / tpot, tokens) for tpot, tokens in (slow, fast))
    return high * math.pow(low / high, (target - left) / (right - left))


# H200: 128 users at 12 + 0.15 x 128 = 31.2 ms and 60 + 1.5 x 128 = 252 ms; 64 at 21.6 and 156;
# 16 at 14.4 and 84.
H200 = {
    128: (31.2, throughput(128, 31.2, 252, 8)),
    64: (21.6, throughput(64, 21.6, 156, 8)),
    16: (14.4, throughput(16, 14.4, 84, 8)),
}
# GB300: FP8 with 256 users at 8 + 0.04 x 256 = 18.24 ms and 40 + 0.4 x 256 = 142.4 ms, with 64 at
# 10.56 and 65.6; FP4 with 512 at 6 + 0.025 x 512 = 18.8 and 30 + 0.3 x 512 = 183.6, with 256 at
# 12.4 and 106.8.
GB300_FP8 = ((18.24, throughput(256, 18.24, 142.4, 4)), (10.56, throughput(64, 10.56, 65.6, 4)))
GB300_FP4 = ((18.8, throughput(512, 18.8, 183.6, 4)), (12.4, throughput(256, 12.4, 106.8, 4)))


def test_the_sample_results_are_what_their_script_writes() -> None:
    written = runpy.run_path(str(SAMPLES / "make.py"))["files"]()
    assert {name: text.encode() for name, text in written} == shipped()


def test_the_sample_results_say_that_they_are_made_up() -> None:
    assert len(sample_runs()) == 5 + 5 + 5
    for run in sample_runs():
        assert "made up" in (run.get("label") or run["tag"])
        assert "made-up" in (run.get("model_id") or run["server_info"]["model_path"])


def test_the_sample_results_agree_with_themselves() -> None:
    for run in sample_runs():
        seconds, users = run["duration"], run["max_concurrency"]
        assert run["request_throughput"] * seconds == pytest.approx(run["completed"], rel=1e-12)
        output, total = run["total_output_tokens"], run.get("total_token_throughput")
        assert run["output_throughput"] * seconds == pytest.approx(output, rel=1e-12)
        total = total or run["total_throughput"]
        assert total * seconds == pytest.approx(output + run["total_input_tokens"], rel=1e-12)
        # Little's law: users in flight are requests a second times the seconds of a request.
        later = output / run["completed"] - 1
        latency = (run["mean_ttft_ms"] + later * run["mean_tpot_ms"]) / 1000
        assert run["request_throughput"] * latency == pytest.approx(users, rel=1e-12)


def test_the_walk_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every block of the document, in its order, where a clone would be."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    document = (SAMPLES / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    assert [language for language, _ in blocks] == ["", "", "python", "", "python"]
    names: dict[str, Any] = {}
    for language, text in blocks:
        if language:
            exec(compile(text, "README.md", "exec"), names)
            continue
        for command in text.splitlines():
            program, *arguments = shlex.split(command)
            assert program == "xl-tco"
            done = CliRunner().invoke(cli, arguments)
            assert done.exit_code == 0, done.output
    # Rented, as of November 2026: 2.90 USD for an H200, 5.00 for a GB300.
    alone = WorkbookFile((tmp_path / "h200.xlsx").read_bytes()).named()
    assert alone["in_interactivity"] == 40
    tokens = between(40, H200[128], H200[64])
    assert alone["out_baseline_cost"] == pytest.approx(2.90e6 / (tokens * 3600), rel=1e-9)
    both = WorkbookFile((tmp_path / "measured_60.xlsx").read_bytes())
    rows = rows_under(both, "Summary", "Platform")
    expected = {
        "h200": 2.90e6 / (between(60, H200[64], H200[16]) * 3600),
        "gb300": 5.00e6 / (between(60, *GB300_FP4) * 3600),
    }
    assert {key: row["USD/Mtok"] for key, row in rows.items()} == pytest.approx(expected, rel=1e-9)
    assert rows["gb300"]["Best configuration at the target"] == "fp4, sglang"
    lever = rows_under(both, "Levers", "Lever")["FP8 to FP4"]["x at the target"]
    ratio = between(60, *GB300_FP4) / between(60, *GB300_FP8)
    assert lever == pytest.approx(ratio, rel=1e-9)
    assert f"{between(60, *GB300_FP8):.2f}"[:-1] in capsys.readouterr().out


def test_the_measured_costs_print(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / "measured_costs.py"))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    costs, power = (
        {f"{line[0]} {line[1]}": list(map(float, line[2:])) for line in part}
        for part in (lines[2:5], lines[7:])
    )
    assert costs.keys() == power.keys() == {"h200 fp8", "gb300 fp8", "gb300 fp4"}
    tokens = between(40, H200[128], H200[64])
    assert costs["h200 fp8"][1] == pytest.approx(2.90e6 / (tokens * 3600), abs=0.0005)
    # 1.37 kW of IT power at a PUE of 1.3.
    assert power["h200 fp8"][1] == pytest.approx(tokens * 1000 / (1.37 * 1.3), abs=0.5)
    assert costs["gb300 fp4"][2] == pytest.approx(
        5.00e6 / (between(60, *GB300_FP4) * 3600), abs=0.0005
    )
    # H200 ends at 4 users: 1000 / 12.6 = 79.4; GB300 in FP8 begins at 1024: 1000 / 48.96 = 20.4.
    assert [math.isnan(value) for value in costs["h200 fp8"]] == [False, False, False, True, True]
    assert math.isnan(costs["gb300 fp8"][0])
    assert math.isnan(power["gb300 fp8"][0])


def steps() -> dict[str, str]:
    """The shell steps of the workflow that have a name."""
    text = (EXAMPLES / "workbooks.yml").read_text(encoding="utf-8")
    found = re.findall(r"- name: (.+)\n +run: (?:\|\n)?((?: {10}.+\n)+|.+\n)", text)
    return {name: textwrap.dedent(script) for name, script in found}


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A step as GitHub runs it."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the workflow runs on Linux")
def test_the_workflow_fails_on_what_it_says(tmp_path: Path) -> None:
    build_step, figures, check_step = (
        steps()[name] for name in ("Build", "Fail on a changed figure", "Check what people edited")
    )
    for name in ("scenarios", "workbooks"):
        (tmp_path / name).mkdir()
    scenario = tmp_path / "scenarios" / "mine.toml"
    shutil.copy(EXAMPLES / "my_measurement.toml", scenario)
    assert shell(figures, tmp_path).returncode == 0, "nothing was published yet"
    assert shell(build_step, tmp_path).returncode == 0
    (tmp_path / "built").rename(tmp_path / "published")
    assert shell(build_step, tmp_path).returncode == 0
    assert shell(figures, tmp_path).returncode == 0
    assert shell(check_step, tmp_path).returncode == 0, "nobody edited anything"
    edited = tmp_path / "workbooks" / "mine.xlsx"
    shutil.copy(tmp_path / "published" / "native" / "mine.xlsx", edited)
    assert shell(check_step, tmp_path).returncode == 0
    book = openpyxl.load_workbook(edited)
    sheet, address = next(book.defined_names["out_cost_per_mtok"].destinations)
    book[sheet][address.replace("$", "")] = 1
    book.save(edited)
    done = shell(check_step, tmp_path)
    assert done.returncode == 1
    assert "::error file=workbooks/mine.xlsx::" in done.stdout
    assert "formula overwritten: 1 stands for" in done.stdout
    text = scenario.read_text(encoding="utf-8")
    scenario.write_text(text.replace("2.35", "2.36"), encoding="utf-8")
    assert shell(build_step, tmp_path).returncode == 0
    done = shell(figures, tmp_path)
    assert done.returncode == 1
    assert "mine.xlsx differ" in done.stdout
