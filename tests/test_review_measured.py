"""Workbooks of measurements that come back: built again the same, changes seen, faults said."""

import io
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import libreoffice as office
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_measure_workbook import rows_under
from test_review import edited, kinds, place
from workbook_file import WorkbookFile

from xl_tco import InputFileError
from xl_tco.measured import build_measured
from xl_tco.measurements import Given, Measurement, load_measurements
from xl_tco.measurements.own import fingerprint, line
from xl_tco.measurements.record import Tool
from xl_tco.recalculate import recalculate
from xl_tco.review import check, extracted_files, open_workbook
from xl_tco.review.check import Kind
from xl_tco.workbook.measured.study import Operation

DATA = Path(__file__).parent / "data" / "measurements"
INFERENCEX = DATA / "inferencex_dsr1_h200_gb300.json"
VLLM = DATA / "vllm_bench_serve_2025-05_llm-d.json"
XL_TCO = [sys.executable, "-c", "from xl_tco.cli import main; main()"]


@cache
def built(flavour: str = "native") -> bytes:
    return build_measured(load_measurements([INFERENCEX]).measurements, None, flavour).content


@cache
def of_another_platform() -> bytes:
    """A platform that the catalog lacks, so that its cost and power are inputs."""
    found = load_measurements([VLLM], Given("tpu-x", 4, "fp8")).measurements
    operation = Operation(cost_per_gpu_hour=1.9, kw_per_gpu=0.8)
    return build_measured(found, operation, "native").content


EDITS: dict[str, Any] = {
    "in_interactivity": 45.5,
    "in_workload": "DeepSeek-R1 8192/1024",
    "in_baseline": "gb300",
    "in_candidate": "h200",
    "in_tier": "rental_3yr",
    "in_as_of": "2026-08",
    "in_power_basis": "utility",
    "in_utilization": 0.65,
    "in_pue_1": 1.25,
    "in_p99_tpot_ms": 80,
    "in_check_tolerance": 1e-8,
}


@cache
def changed() -> bytes:
    return recalculate(edited(built(), EDITS)).content


def built_again(content: bytes, folder: Path, flavour: str = "native") -> bytes:
    """As a user does: extract, then measure."""
    (folder / "book.xlsx").write_bytes(content)
    run("extract", folder / "book.xlsx", "--out", folder)
    out = folder / "again.xlsx"
    inputs = ("--inputs", folder / "measured.toml", "--functions", flavour)
    run("measure", folder / "measured.jsonl", *inputs, "--out", out)
    return out.read_bytes()


def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*XL_TCO, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize("flavour", ["native", "lambda", "addin"])
def test_a_workbook_as_built_passes(flavour: str) -> None:
    report = check(built(flavour), "file.xlsx")
    assert (report.findings, report.edits, report.flavour) == ((), (), flavour)


def test_one_of_a_platform_that_the_catalog_lacks_passes() -> None:
    assert check(of_another_platform(), "file.xlsx").findings == ()


class TestRoundTrip:
    @pytest.mark.parametrize("flavour", ["native", "lambda", "addin"])
    def test_unchanged_it_is_the_same_bytes(self, flavour: str, tmp_path: Path) -> None:
        assert built_again(built(flavour), tmp_path, flavour) == built(flavour)

    def test_typed_cost_and_power_come_back(self, tmp_path: Path) -> None:
        assert built_again(of_another_platform(), tmp_path) == of_another_platform()

    def test_every_input_comes_back(self, tmp_path: Path) -> None:
        again = open_workbook(built_again(changed(), tmp_path), "again.xlsx")
        before = open_workbook(built(), "before.xlsx")
        names = {name for name in before.places if name.startswith("in_")}
        assert names > EDITS.keys()
        for name in names:
            assert again.value(name) == EDITS.get(name, before.value(name)), name

    def test_every_value_comes_back(self, tmp_path: Path) -> None:
        """What the edited workbook shows, the one built from its files shows too."""
        again = open_workbook(built_again(changed(), tmp_path), "again.xlsx").values
        seen = open_workbook(changed(), "changed.xlsx").values
        compared = 0
        for sheet in ("Summary", "Levers", "Configurations", "Frontier", "Measurements"):
            for row in seen[sheet].iter_rows():
                for cell in row:
                    other = again[sheet][cell.coordinate].value
                    if isinstance(cell.value, float):
                        compared += 1
                        assert other == pytest.approx(cell.value, rel=1e-9)
                    else:
                        assert other == cell.value
        assert compared > 1000

    def test_a_second_time_changes_nothing(self, tmp_path: Path) -> None:
        again = built_again(changed(), tmp_path)
        assert check(again, "again.xlsx").edits == ()
        assert built_again(again, tmp_path) == again

    def test_ranges_come_back(self, tmp_path: Path) -> None:
        sheet, _, address = place(built(), "in_utilization").partition("!")
        book = openpyxl.load_workbook(io.BytesIO(built()))
        row = book[sheet][address].row
        titles = {cell.value: cell.column_letter for cells in book[sheet] for cell in cells}
        low = f"{sheet}!{titles['Low']}{row}"
        again = built_again(recalculate(edited(built(), {low: 0.4})).content, tmp_path)
        assert open_workbook(again, "again").values[sheet][low.partition("!")[2]].value == 0.4

    def test_measurements_are_those_of_the_files(self) -> None:
        lines = extracted_files(open_workbook(built(), "f.xlsx")).texts["measured.jsonl"]
        stored = [item.model_dump() | {"source_file": INFERENCEX.name} for item in original()]
        assert len(lines.splitlines()) == len(stored) == 100
        for text, item in zip(lines.splitlines(), stored, strict=True):
            found = json.loads(text)
            assert found.pop("xl_tco") == "measurement 1"
            assert found.keys() == {k for k, v in item.items() if v not in (None, "")}
            for key, value in found.items():
                is_number = isinstance(value, float)
                assert value == (float(f"{item[key]:.15g}") if is_number else item[key])


@cache
def original() -> tuple[Measurement, ...]:
    return load_measurements([INFERENCEX]).measurements


@cache
def of_typed_rates() -> bytes:
    """Cost of one catalog platform and power of the other typed; the rest is the catalog's."""
    operation = Operation(cost_per_gpu_hour={"H200": 3.1}, kw_per_gpu={"gb300": 2.5})
    return build_measured(original(), operation, "native").content


class TestTypedRates:
    """Cost and power that somebody gives for a platform of the catalog."""

    def test_they_are_used_and_said(self) -> None:
        opened = open_workbook(of_typed_rates(), "f.xlsx")
        assert opened.value("in_cost_per_gpu_hour_1") == 3.1
        assert opened.value("in_kw_per_gpu_2") == 2.5
        typed, shipped = (rows_under(WorkbookFile(content), "Summary", "Platform") for content in (
            of_typed_rates(), built(),
        ))  # fmt: skip
        # Cost goes with the rate: 1.22 USD and 2.12 kW are the catalog's.
        assert typed["h200"]["USD/Mtok"] == pytest.approx(
            shipped["h200"]["USD/Mtok"] * 3.1 / 1.22, rel=1e-12
        )
        assert typed["gb300"]["tok/s/MW"] == pytest.approx(
            shipped["gb300"]["tok/s/MW"] * 2.12 / 2.5, rel=1e-12
        )
        assert typed["gb300"]["USD/Mtok"] == shipped["gb300"]["USD/Mtok"]
        assert typed["h200"]["tok/s/MW"] == shipped["h200"]["tok/s/MW"]
        rates = rows_under(WorkbookFile(of_typed_rates()), "Summary", "Platform", "Cost of")
        wanted = {
            "h200": ("typed", 3.1, "it, 2026-07-14", 1.37),
            "gb300": ("owned_hyperscaler, 2026-11", 2.31, "typed", 2.5),
        }
        titles = ("Cost of", "USD/GPU-h", "Power of", "kW/GPU")
        assert {key: tuple(row[title] for title in titles) for key, row in rates.items()} == wanted

    def test_typed_power_is_it_power(self) -> None:
        """So PUE counts, whatever the basis of the catalog's figures."""
        edits = {"in_power_basis": "utility"}
        rows = rows_under(
            WorkbookFile(recalculate(edited(of_typed_rates(), edits)).content),
            *("Summary", "Platform"),
        )
        before = rows_under(WorkbookFile(of_typed_rates()), "Summary", "Platform")
        assert rows["gb300"]["tok/s/MW"] == before["gb300"]["tok/s/MW"]
        # 1.37 kW of IT power times 1.3 became 1.73 kW that hold the overhead.
        assert rows["h200"]["tok/s/MW"] == pytest.approx(
            before["h200"]["tok/s/MW"] * 1.37 * 1.3 / 1.73, rel=1e-12
        )

    def test_they_come_back(self, tmp_path: Path) -> None:
        assert check(of_typed_rates(), "f.xlsx").findings == ()
        assert built_again(of_typed_rates(), tmp_path) == of_typed_rates()

    def test_records_carry_them(self, tmp_path: Path) -> None:
        """The command's closing table says it too."""
        first, book = tmp_path / "h200.jsonl", tmp_path / "book.xlsx"
        answers = ("--platform", "h200", "--gpus", 4, "--cost-per-gpu-hour", 3.5)
        run("measure", VLLM, *answers, "--out", first)
        assert json.loads(first.read_text(encoding="utf-8"))["cost_per_gpu_hour"] == 3.5
        said = run("measure", first, "--functions", "native", "--out", book).stdout
        assert "3.5  typed  " in " ".join(said.split(" ")).replace("   ", "  ")
        assert re.search(r"1\.37\s+it, 2026-07-14", said)
        assert open_workbook(book.read_bytes(), "b").value("in_cost_per_gpu_hour_1") == 3.5

    def test_records_that_differ(self) -> None:
        (item,) = load_measurements([VLLM], Given("h200", 8)).measurements
        others = [item.model_copy(update={"cost_per_gpu_hour": cost}) for cost in (2.0, 3.0)]
        with pytest.raises(InputFileError, match="cost_per_gpu_hour of h200 is 2 in one record"):
            build_measured(others, None, "native")


class TestFindings:
    def test_changed_inputs_alone_are_no_fault(self) -> None:
        report = check(changed(), "file.xlsx")
        assert report.findings == ()
        assert set(report.edits) == {f"{name} = {value}" for name, value in EDITS.items()}

    def test_an_overwritten_formula(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(built()))
        cell = next(c for row in book["Summary"] for c in row if c.data_type == "f" and c.row > 5)
        where = f"Summary!{cell.coordinate}"
        found = kinds(recalculate(edited(built(), {where: 3})).content)
        assert found[Kind.OVERWRITTEN] == {where}

    def test_a_changed_formula(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(built()))
        cell = next(c for row in book["Levers"] for c in row if c.data_type == "f" and c.row > 5)
        where = f"Levers!{cell.coordinate}"
        found = kinds(recalculate(edited(built(), {where: "=1+1"})).content)
        assert where in found[Kind.FORMULA]

    @pytest.mark.parametrize(
        ("title", "value"), [("Total tok/s/GPU", 500.0), ("Precision", "fp4"), ("Date", None)]
    )
    def test_a_measurement_that_was_changed(self, title: str, value: object) -> None:
        book = openpyxl.load_workbook(io.BytesIO(built()))
        head = next(c for row in book["Measurements"] for c in row if c.value == title)
        where = f"Measurements!{head.offset(3, 0).coordinate}"
        found = kinds(recalculate(edited(built(), {where: value})).content)
        assert found[Kind.FIGURE] == {f"Measurements row {head.row + 3}"}

    def test_rounded_as_other_programs_store_it_is_no_change(self) -> None:
        item = original()[0]
        shorter = {
            name: float(f"{value:.15g}")
            for name, value in item.model_dump().items()
            if isinstance(value, float)
        }
        assert shorter != {name: getattr(item, name) for name in shorter}
        assert shorter == {name: float(f"{value:.16g}") for name, value in shorter.items()}
        assert fingerprint(item.model_copy(update=shorter)) == fingerprint(item)

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("in_interactivity", -5, "interactivity.value = -5.0: give a number greater than 0"),
            ("in_interactivity", "fast", "in_interactivity = 'fast': give numbers"),
            ("in_interactivity", None, "in_interactivity = None: give numbers"),
            ("in_utilization", True, "in_utilization = True: give numbers"),
            ("in_tier", "owned", "tier = 'owned': give one of owned_hyperscaler"),
            ("in_tier", 3, "in_tier = 3: give a word"),
            ("in_as_of", "1999", "as_of = '1999': give one of"),
            ("in_workload", "x", "workload = 'x': give one of DeepSeek-R1"),
            ("in_candidate", "b300", "candidate = 'b300': give one of h200, gb300"),
        ],
    )
    def test_an_input_that_cannot_be(self, name: str, value: object, words: str) -> None:
        report = check(recalculate(edited(built(), {name: value})).content, "file.xlsx")
        (refused,) = (item for item in report.findings if item.kind is Kind.INPUT)
        assert words in refused.message
        assert Kind.CHECK in {item.kind for item in report.findings}

    def test_no_values_stored(self) -> None:
        report = check(edited(built(), {}), "file.xlsx")
        assert [finding.kind for finding in report.findings] == [Kind.STALE]

    @pytest.mark.parametrize(
        ("title", "value"), [("GPUs", "eight"), ("Output tok/s/GPU", -1), ("Tool", "a clock")]
    )
    def test_a_row_that_is_no_measurement(self, title: str, value: object) -> None:
        book = openpyxl.load_workbook(io.BytesIO(built()))
        head = next(c for row in book["Measurements"] for c in row if c.value == title)
        where = f"Measurements!{head.offset(2, 0).coordinate}"
        with pytest.raises(InputFileError, match=rf"f\.xlsx: Measurements row {head.row + 2}"):
            check(edited(built(), {where: value}), "f.xlsx")


@pytest.mark.requires_libreoffice
@pytest.mark.parametrize("content", [built, changed, of_another_platform], ids=lambda f: f.__name__)
def test_libreoffice_saves_one_that_passes(content: Callable[[], bytes], tmp_path: Path) -> None:
    """And what can be built again is the same as before."""
    (tmp_path / "book.xlsx").write_bytes(content())
    saved = office.saved_again(tmp_path / "book.xlsx", tmp_path / "saved", tmp_path / "profile")
    assert saved.read_bytes() != content()
    report = check(saved.read_bytes(), "saved.xlsx")
    assert report.findings == ()
    assert set(report.edits) == set(check(content(), "book.xlsx").edits)


class TestCommand:
    def test_a_file_of_inputs_and_options_that_say_the_same(self, tmp_path: Path) -> None:
        found = extracted_files(open_workbook(built(), "f.xlsx"))
        (tmp_path / "in.toml").write_text(found.texts["measured.toml"], encoding="utf-8")
        inputs = ("--inputs", tmp_path / "in.toml", "--tier", "rental_3yr")
        done = run("measure", INFERENCEX, *inputs, "--out", tmp_path / "b.xlsx", code=2)
        assert "--inputs says what --tier says; give one of the two" in done.stderr
        assert not (tmp_path / "b.xlsx").exists()

    def test_measurements_alone_then_together(self, tmp_path: Path) -> None:
        """Two imports with answers of their own, one workbook of both."""
        for platform in ("h200", "gb300"):
            answers = ("--platform", platform, "--gpus", 4)
            out = tmp_path / f"{platform}.jsonl"
            assert run("measure", VLLM, *answers, "--out", out).stdout.strip() == str(out)
            (item,) = load_measurements([VLLM], Given(platform, 4)).measurements
            assert load_measurements([out]).measurements == (item,)
        book = tmp_path / "book.xlsx"
        run("measure", tmp_path / "h200.jsonl", tmp_path / "gb300.jsonl", "--out", book)
        found = extracted_files(open_workbook(book.read_bytes(), "book")).texts["measured.jsonl"]
        assert [json.loads(text)["platform"] for text in found.splitlines()] == ["h200", "gb300"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("inputs = 3", "title: missing"),
            ('title = "t"\n[inputs]\ncolour = "red"', "colour: no input of this workbook"),
            ('title = "t"\n[inputs]\ninteractivity = 40', "interactivity"),
            ('title = "t"\n[inputs]\ninteractivity = "40"', "give a table of value, low and high"),
            ('title = "t"\n[inputs]\ntier = "owned"', "tier = 'owned': give one of"),
            (
                'title = "t"\n[inputs]\npue_1 = { value = 1.2, low = 0.9, high = 2.0 }',
                "pue_1.low = 0.9: give a number at least 1",
            ),
            ("no toml", "not TOML"),
        ],
    )
    def test_inputs_that_cannot_be(self, text: str, words: str, tmp_path: Path) -> None:
        (tmp_path / "in.toml").write_text(text, encoding="utf-8")
        inputs = ("--inputs", tmp_path / "in.toml")
        done = run("measure", INFERENCEX, *inputs, "--out", tmp_path / "b.xlsx", code=1)
        assert words in done.stderr
        assert not (tmp_path / "b.xlsx").exists()

    def test_check_says_what_was_edited(self, tmp_path: Path) -> None:
        (tmp_path / "book.xlsx").write_bytes(changed())
        lines = run("check", tmp_path / "book.xlsx").stdout.splitlines()
        assert lines[0].endswith("book.xlsx (native): pass")
        assert "  edited: in_interactivity = 45.5" in lines


class TestOwnRecords:
    """Measurements as this package writes them."""

    good = json.loads(line(load_measurements([VLLM], Given("h200", 8, "fp8")).measurements[0]))

    def read(self, folder: Path, record: dict[str, Any]) -> Measurement:
        (folder / "own.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
        (found,) = load_measurements([folder / "own.jsonl"]).measurements
        return found

    def test_what_was_written_is_read(self, tmp_path: Path) -> None:
        (item,) = load_measurements([VLLM], Given("h200", 8, "fp8")).measurements
        assert self.read(tmp_path, self.good) == item

    def test_a_record_of_ones_own(self, tmp_path: Path) -> None:
        """The least that a person has to say; the place is that of the file."""
        found = self.read(
            tmp_path,
            {
                "xl_tco": "measurement 1",
                "tool": "vLLM bench serve",
                "platform": "h200",
                "gpus": 8,
                "model": "m",
                "output_tokens_per_second_per_gpu": 50,
            },
        )
        assert found.tool is Tool.VLLM
        assert found.source_file.endswith("own.jsonl")

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"xl_tco": "measurement 2"}, "'measurement 2'; this version reads 'measurement 1'"),
            ({"xl_tco": 1}, "xl_tco = 1 is no text"),
            ({"tool": "a clock"}, "tool; give one of vLLM bench serve, "),
            ({"gpus": 0}, "gpus = 0: "),
            ({"gpus": "8"}, "gpus = '8': "),
            ({"speed": 3}, "speed = 3: "),
            ({"interactivity": -1}, "interactivity = -1: "),
        ],
    )
    def test_faults_are_named(self, change: dict[str, Any], words: str, tmp_path: Path) -> None:
        with pytest.raises(InputFileError) as caught:
            self.read(tmp_path, self.good | change)
        assert words in str(caught.value)
        assert str(caught.value).startswith(str(tmp_path / "own.jsonl"))

    @given(
        st.builds(
            Measurement,
            tool=st.sampled_from(Tool),
            platform=st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1),
            gpus=st.integers(1, 10**6),
            model=st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"])),
            output_tokens_per_second_per_gpu=st.floats(1e-300, 1e300),
            interactivity=st.none() | st.floats(1e-300, 1e300),
            disaggregated=st.none() | st.booleans(),
            source_file=st.just("a.json"),
            precision=st.sampled_from(["", "fp8"]),
            stack=st.just(""),
            position=st.just("[0]"),
            speculative_decoding=st.just(""),
            date=st.just(""),
        )
    )
    def test_any_measurement_comes_back(self, item: Measurement) -> None:
        record = {k: v for k, v in json.loads(line(item)).items() if k != "xl_tco"}
        assert Measurement.model_validate(record | {"tool": Tool(record["tool"])}) == item


def test_the_inputs_file_is_toml_that_says_how_to_use_it() -> None:
    text = extracted_files(open_workbook(built(), "f.xlsx")).texts["measured.toml"]
    assert "# xl-tco measure measured.jsonl --inputs measured.toml" in text
    assert tomllib.loads(text)["inputs"]["tier"] == "owned_hyperscaler"
