"""Workbooks that come back: changes are seen, inputs round-trip, hostile files are refused."""

import contextlib
import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xl_tco import InputFileError, build
from xl_tco.recalculate import recalculate
from xl_tco.review import check, extract, open_workbook
from xl_tco.review.check import Kind
from xl_tco.scenario.loading import shipped

FLAVOURS = ("native", "lambda", "addin")
ONE, PAIR = "hopper_hgx_h200", "hopper_vs_blackwell"
XL_TCO = [sys.executable, "-c", "from xl_tco.cli import main; main()"]


@cache
def native() -> bytes:
    """The workbook of one platform, built once."""
    return build(ONE, "native").content


def edited(content: bytes, changes: dict[str, Any]) -> bytes:
    """What a person does: cells set by name or by address; no values are stored then."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for where, value in changes.items():
        if "!" in where:
            sheet, _, address = where.partition("!")
        else:
            ((sheet, address),) = book.defined_names[where].destinations
        book[sheet][address.replace("$", "")].value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def place(content: bytes, name: str) -> str:
    """``Calc!C8`` of a name."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    ((sheet, address),) = book.defined_names[name].destinations
    return f"{sheet}!{address.replace('$', '')}"


def kinds(content: bytes) -> dict[Kind, set[str]]:
    """The places of each kind of finding."""
    found: dict[Kind, set[str]] = {}
    for finding in check(content, "file.xlsx").findings:
        found.setdefault(finding.kind, set()).add(finding.place)
    return found


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("name", list(shipped()))
def test_a_workbook_as_built_passes(name: str, flavour: str) -> None:
    report = check(build(name, flavour).content, "file.xlsx")
    assert report.findings == ()
    assert report.edits == ()
    assert report.flavour == flavour


EDITS: dict[str, Any] = {
    "in_cost_per_gpu_hour_hopper": 1.5,
    "in_tokens_per_second_per_gpu_blackwell": 5900,
    "in_tokens_counted_hopper": "output",
    "in_tokens_counted_blackwell": "output",
    "in_power_basis_hopper": "it",
    "in_pue_hopper": 1.3,
    "in_utilization_blackwell": 0.6,
    "in_life_years_hopper": 4,
    "in_cost_from_hopper": "owned",
    "in_facility_blackwell": "owned",
    "in_depreciation_blackwell": "straight line",
    "in_server_capex_per_gpu_hopper": 41000,
    "in_runtime_hopper": 1.2,
    "in_in_baseline_disaggregation_blackwell": "yes",
    "in_answer_lifecycle_hopper": "yes",
    "in_output_price_per_mtok_blackwell": 1.9,
    "in_cache_hit_rate_hopper": 0.25,
    "in_platform_blackwell": "gb300",
    "in_tier_blackwell": "rental_3yr",
    "in_as_of_blackwell": "2026-11",
    "in_target_cost_per_mtok": 0.5,
    "in_utilization_point_2": 0.3,
    "in_grid_step_7": 8,
}


@pytest.fixture(scope="module")
def changed() -> bytes:
    """The comparison with many inputs changed, and its values brought up to date."""
    return recalculate(edited(build(PAIR, "lambda").content, EDITS)).content


class TestRoundTrip:
    def test_every_input_comes_back(self, changed: bytes, tmp_path: Path) -> None:
        found = extract(open_workbook(changed, "file.xlsx"))
        rebuilt = build(found.save(tmp_path, found.buildable), "lambda")
        before = build(PAIR, "lambda").values
        for name, value in rebuilt.values.items():
            if name.startswith("in_"):
                assert value == EDITS.get(name, before[name]), name

    def test_every_output_comes_back(self, changed: bytes, tmp_path: Path) -> None:
        found = extract(open_workbook(changed, "file.xlsx"))
        rebuilt = build(found.save(tmp_path, found.buildable), "lambda")
        opened = open_workbook(changed, "file.xlsx")
        outputs = {k: v for k, v in rebuilt.values.items() if k.startswith(("out_", "rel_"))}
        assert outputs
        for name, value in outputs.items():
            seen = opened.value(name)
            assert seen == (value if isinstance(value, str) else pytest.approx(value, rel=1e-9))

    def test_a_second_time_changes_nothing(self, changed: bytes, tmp_path: Path) -> None:
        found = extract(open_workbook(changed, "file.xlsx"))
        rebuilt = build(found.save(tmp_path, found.buildable), "lambda")
        again = extract(open_workbook(rebuilt.content, "file.xlsx"))
        assert again.edits == ()
        assert again.edited == found.buildable

    def test_edits_are_named_and_nothing_else(self, changed: bytes) -> None:
        report = check(changed, "file.xlsx")
        named = {re.split(r" \(| = | to ", edit)[0] for edit in report.edits}
        points = {
            "in_utilization_point_2": "in_utilization_point_1",
            "in_grid_step_7": "in_grid_step_1",
        }
        assert named == {points.get(name, name) for name in EDITS}

    def test_comments_and_order_stay(self, changed: bytes) -> None:
        found = extract(open_workbook(changed, "file.xlsx"))
        for name, path in shipped().items():
            if name in found.edited:
                comments = [
                    line for line in path.read_text("utf-8").splitlines() if line.startswith("#")
                ]
                kept = found.edited[name].splitlines()
                assert [line for line in kept if line.startswith("#")] == comments
                tomllib.loads(found.edited[name])

    def test_a_value_beyond_its_range_widens_it(self, tmp_path: Path) -> None:
        content = edited(native(), {"in_life_years": 9})
        found = extract(open_workbook(content, "file.xlsx"))
        assert tomllib.loads(found.edited[ONE])["ownership"]["life_years"]["high"] == 6
        assert tomllib.loads(found.buildable[ONE])["ownership"]["life_years"]["high"] == 9
        assert build(found.save(tmp_path, found.buildable)).values["in_life_years"] == 9


class TestFindings:
    @pytest.mark.parametrize("flavour", FLAVOURS)
    def test_changed_inputs_alone_are_no_fault(self, flavour: str) -> None:
        inputs = {"in_life_years": 4, "in_utilization": 0.7, "in_input_tokens": 2000}
        content = recalculate(edited(build(ONE, flavour).content, inputs)).content
        report = check(content, "file.xlsx")
        assert report.findings == ()
        assert len(report.edits) == len(inputs)

    def test_an_overwritten_formula(self) -> None:
        output = place(native(), "out_tokens_per_mw")
        found = kinds(overwritten())
        assert found[Kind.OVERWRITTEN] == {output}
        assert output in found[Kind.VALUE]

    def test_a_changed_formula(self) -> None:
        content = native()
        changed = edited(content, {"out_tokens_per_mw": "=1000*2"})
        found = kinds(recalculate(changed).content)
        assert found[Kind.FORMULA] == {place(content, "out_tokens_per_mw")}

    def test_a_stored_value_that_does_not_follow(self) -> None:
        content = native()
        output = place(content, "out_cost_per_mtok")
        sheet, _, address = output.partition("!")
        number = openpyxl.load_workbook(io.BytesIO(content)).sheetnames.index(sheet) + 1
        stale = replaced(
            content,
            f"xl/worksheets/sheet{number}.xml",
            rf'(<c r="{address}"[^>]*>.*?<v>)[^<]*(</v>)',
            r"\g<1>4.35\g<2>",
        )
        assert kinds(stale) == {Kind.VALUE: {output}}

    def test_no_values_stored(self) -> None:
        content = edited(native(), {})
        report = check(content, "file.xlsx")
        assert [finding.kind for finding in report.findings] == [Kind.STALE]
        assert "recalculate" in report.findings[0].message

    def test_an_input_outside_its_limits(self) -> None:
        content = recalculate(edited(native(), {"in_pue": 0.5})).content
        report = check(content, "file.xlsx")
        refused = [finding for finding in report.findings if finding.kind is Kind.INPUT]
        assert len(refused) == 1
        assert "pue.value = 0.5" in refused[0].message
        assert "check_inputs_in_limits" in kinds(content)[Kind.CHECK]

    @pytest.mark.parametrize("value", ["about two", True, None])
    def test_an_input_of_another_type(self, value: object) -> None:
        content = edited(native(), {"in_cost_per_gpu_hour": value})
        assert Kind.INPUT in kinds(recalculate(content).content)

    def test_a_red_check(self) -> None:
        content = recalculate(edited(native(), {"in_pue": 1.2})).content
        assert kinds(content) == {Kind.CHECK: {"check_power_basis", "check_master"}}

    def test_a_figure_of_the_catalog_changed(self) -> None:
        content = native()
        book = openpyxl.load_workbook(io.BytesIO(content))
        ((sheet, area),) = book.defined_names["catalog_values"].destinations
        first = area.replace("$", "").partition(":")[0]
        changed = recalculate(edited(content, {f"{sheet}!{first}": 0.01})).content
        assert kinds(changed)[Kind.FIGURE] == {f"{sheet}!{first}"}

    def test_a_sheet_taken_out(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(native()))
        del book["Sensitivity"]
        saved = io.BytesIO()
        book.save(saved)
        assert "Sensitivity" in kinds(saved.getvalue())[Kind.MISSING]

    def test_another_version_is_read_by_names_and_styles(self) -> None:
        content = native()
        output = place(content, "out_joules_per_token")
        book = openpyxl.load_workbook(io.BytesIO(content))
        label = next(c for row in book["Cover"].iter_rows() for c in row if c.value == "Package")
        version = f"Cover!{label.offset(0, 1).coordinate}"
        older = recalculate(edited(content, {version: "xl_tco 0.0.9"})).content
        assert kinds(older) == {}
        changed = recalculate(edited(older, {"out_joules_per_token": 3})).content
        found = kinds(changed)
        assert found[Kind.OVERWRITTEN] == {output}
        assert "out_joules_per_token" in found[Kind.VALUE]


# --- Hostile and foreign files


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


def replaced(content: bytes, part: str, pattern: str, by: str) -> bytes:
    parts = parts_of(content)
    text, count = re.subn(pattern, by, parts[part].decode(), count=1, flags=re.DOTALL)
    assert count
    return zipped({**parts, part: text.encode()})


def with_part(name: str, part: bytes) -> Callable[[bytes], bytes]:
    return lambda content: zipped({**parts_of(content), name: part})


ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">&b;</worksheet>'
)
ROWS = b"<row r='1'><c r='A1'><v>1</v></c></row>" * 400_000
HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "zip bomb": (
        lambda content: zipped(
            {**parts_of(content), "xl/media/a.xml": b"\0" * 300_000_000}, zipfile.ZIP_DEFLATED
        ),
        "expands",
    ),
    "entities": (with_part("xl/worksheets/sheet1.xml", ENTITY), "document type"),
    "external link": (with_part("xl/externalLinks/externalLink1.xml", b"<x/>"), "links to other"),
    "macros": (with_part("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0"), "macros"),
    "connections": (with_part("xl/connections.xml", b"<x/>"), "connections"),
    "embedded": (with_part("xl/embeddings/a.docx", b"x"), "embedded"),
    "too many rows": (
        with_part("xl/worksheets/sheet1.xml", b"<worksheet>" + ROWS),
        "cells and rows",
    ),
    "encrypted": (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "encrypted"),
    "another program's file": (lambda _: b"%PDF-1.7\n", "not a workbook"),
    "a text": (lambda _: b"a,b\n1,2\n", "not a workbook"),
    "empty": (lambda _: b"", "not a workbook"),
    "a zip of something else": (lambda _: zipped({"a.txt": b"a"}), "not an Excel workbook"),
    "not XML": (with_part("xl/worksheets/sheet1.xml", b"<worksheet"), "damaged"),
}


@pytest.mark.parametrize(("harm", "reason"), HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_file_is_refused_with_a_reason(
    harm: Callable[[bytes], bytes], reason: str
) -> None:
    content = harm(native())
    with pytest.raises(InputFileError, match=reason) as refused:
        check(content, "file.xlsx")
    assert str(refused.value).startswith("file.xlsx: ")


def test_a_workbook_of_somebody_else_is_refused() -> None:
    book = openpyxl.Workbook()
    saved = io.BytesIO()
    book.save(saved)
    with pytest.raises(InputFileError, match="no workbook of xl_tco"):
        check(saved.getvalue(), "file.xlsx")


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/b", ""])
def test_a_file_name_cannot_leave_its_folder(name: str) -> None:
    content = native()
    book = openpyxl.load_workbook(io.BytesIO(content))
    mark = next(
        cell
        for row in book["Sources"].iter_rows()
        for cell in row
        if str(cell.value).startswith("#: ")
    )
    with pytest.raises(InputFileError, match="name of a scenario file"):
        extract(
            open_workbook(edited(content, {f"Sources!{mark.coordinate}": f"#: {name}.toml"}), "f")
        )


SMALL = build("my_platform", "native").content


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_bytes_are_refused_or_opened(data: st.DataObject) -> None:
    """Bytes changed anywhere: an InputFileError, or a workbook; never anything else."""
    content = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    # Any other exception than this one fails the test.
    with contextlib.suppress(InputFileError):
        opened = open_workbook(bytes(content), "file.xlsx")
        assert opened.formulas.sheetnames == opened.values.sheetnames


# --- The commands


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*XL_TCO, *arguments], capture_output=True, text=True)


@cache
def overwritten() -> bytes:
    """An output typed over, and the values brought up to date."""
    return recalculate(edited(native(), {"out_tokens_per_mw": 99999})).content


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.xlsx").write_bytes(native())
    (tmp_path / "bad.xlsx").write_bytes(overwritten())
    (tmp_path / "foreign.xlsx").write_bytes(b"no")
    return tmp_path


class TestCommands:
    def test_check_passes(self, folder: Path) -> None:
        done = run("check", str(folder / "good.xlsx"))
        assert done.returncode == 0
        assert done.stdout.strip() == f"{folder / 'good.xlsx'} (native): pass"

    def test_check_reports_and_fails(self, folder: Path) -> None:
        done = run("check", *(str(folder / f"{name}.xlsx") for name in ("good", "bad", "foreign")))
        assert done.returncode == 1
        assert "formula overwritten: 99999 stands for" in done.stdout
        assert "foreign.xlsx: not a workbook" in done.stdout
        assert "2 of 3 workbooks did not pass" in done.stderr
        assert "Traceback" not in done.stderr

    def test_check_as_json(self, folder: Path) -> None:
        done = run("check", "--format", "json", str(folder / "bad.xlsx"))
        (report,) = json.loads(done.stdout)
        assert report["passed"] is False
        assert "formula overwritten" in {finding["kind"] for finding in report["findings"]}

    def test_check_as_annotations(self, folder: Path) -> None:
        done = run("check", "--format", "github", str(folder / "bad.xlsx"))
        lines = done.stdout.splitlines()
        assert lines
        assert all(line.startswith("::error file=") for line in lines)

    def test_extract_then_build(self, folder: Path) -> None:
        done = run("extract", str(folder / "good.xlsx"), "--out", str(folder / "out"))
        assert done.returncode == 0
        text = (folder / "out" / f"{ONE}.toml").read_text("utf-8")
        assert text == shipped()[ONE].read_text("utf-8")

    def test_extract_refuses_in_one_line(self, folder: Path) -> None:
        done = run("extract", str(folder / "foreign.xlsx"), "--out", str(folder / "out"))
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert not (folder / "out").exists()
