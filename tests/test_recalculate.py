"""Headless recalculation: values follow changed inputs, and nothing else in the file changes."""

import io
import subprocess
import sys
import zipfile
from fractions import Fraction
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from exact_economics import differing, named_outputs
from workbook_file import WorkbookFile

from xl_tco import InputFileError, build
from xl_tco.recalculate import recalculate

FLAVOURS = ("addin", "lambda", "native")
PAIR = "hopper_vs_blackwell"
XL_TCO = [sys.executable, "-c", "from xl_tco.cli import main; main()"]


@cache
def pair(flavour: str) -> bytes:
    """The comparison, built once."""
    return build(PAIR, flavour).content


def edited(content: bytes, changes: dict[str, object]) -> bytes:
    """What a user does with openpyxl: set inputs by their names, save."""
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    for name, value in changes.items():
        ((sheet, cell),) = workbook.defined_names[name].destinations
        workbook[sheet][cell.replace("$", "")] = value
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def named(content: bytes, name: str) -> object:
    workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    ((sheet, cell),) = workbook.defined_names[name].destinations
    return workbook[sheet][cell.replace("$", "")].value


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("name", ["hopper_hgx_h200", "my_platform", PAIR])
def test_a_built_workbook_is_already_up_to_date(name: str, flavour: str) -> None:
    content = build(name, flavour).content
    result = recalculate(content)
    assert result.content == content
    assert result.kept == ()
    assert result.mended == ()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_values_follow_inputs_changed_with_openpyxl(flavour: str) -> None:
    content = edited(
        pair(flavour),
        {"in_cost_per_gpu_hour_hopper": 2.5, "in_utilization_hopper": 0.4},
    )
    assert named(content, "out_cost_per_mtok_hopper") is None, "openpyxl writes no values"
    result = recalculate(content)
    exact = Fraction("2.5") * 10**6 / (Fraction("93.25") * Fraction("0.4") * 3600)
    assert named(result.content, "out_cost_per_mtok_hopper") == pytest.approx(
        float(exact), rel=1e-12
    )
    assert named(result.content, "check_master") is True


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_values_follow_the_scenario_selector_and_ownership(flavour: str) -> None:
    """What spills is computed anew: the parts of the owned GPU-hour beside their sum."""
    changes = {
        "in_platform_hopper": "b300",
        "in_as_of_hopper": "2026-08",
        "in_tier_hopper": "rental_3yr",
        "in_life_years_blackwell": 4,
        "in_depreciation_blackwell": "straight line",
        "in_cost_from_blackwell": "owned",
    }
    result = recalculate(edited(pair(flavour), changes))
    assert result.kept == ()
    file = WorkbookFile(result.content)
    values = file.named()
    computes = {"_hopper": "FP8 sparse", "_blackwell": "FP4 dense"}
    assert differing(values, named_outputs(values, computes)) == []
    assert values["check_master"] is True
    ownership = file.values["Ownership"]
    row = next(cell.row for cell in ownership["B"] if cell.value == "Blackwell, owned")
    parts = [ownership.cell(row, column).value for column in range(4, 8)]
    assert sum(parts) == pytest.approx(values["out_gpu_hour_cost_blackwell"], rel=1e-12)


@pytest.mark.parametrize(
    ("flavour", "words"),
    [
        ("lambda", "LAMBDA names in this workbook"),
        ("addin", "The Python functions of xl_tco"),
        ("native", "The cells' own arithmetic"),
    ],
)
def test_the_cover_goes_on_saying_what_computes(flavour: str, words: str) -> None:
    """The words are those of the file when it is opened, not of this recalculation."""
    content = edited(pair(flavour), {"in_pue_hopper": 1.0})
    cover = openpyxl.load_workbook(io.BytesIO(recalculate(content).content), data_only=True)[
        "Cover"
    ]
    assert words in [cell.value for cell in cover["C"]]


def test_what_the_catalog_lacks_turns_up_as_not_available() -> None:
    content = edited(pair("lambda"), {"in_platform_hopper": "tpuv7"})
    result = recalculate(content)
    assert named(result.content, "out_cost_per_mtok_hopper") == "#N/A"
    assert named(result.content, "rel_cost_per_mtok") == "#N/A"
    assert named(result.content, "check_catalog_has_figures_hopper") is False
    assert named(result.content, "check_catalog_has_figures_blackwell") is True
    assert named(result.content, "check_master") is False


def test_a_bad_input_turns_up_as_its_error_and_a_red_check() -> None:
    content = edited(pair("addin"), {"in_tokens_per_second_per_gpu_hopper": -1})
    result = recalculate(content)
    assert named(result.content, "out_cost_per_mtok_hopper") == "#NUM!"
    assert named(result.content, "check_inputs_in_limits_hopper") is False
    assert named(result.content, "check_master") is False


def test_everything_but_the_sheets_keeps_its_bytes() -> None:
    content = edited(pair("lambda"), {"in_pue_hopper": 1.2})
    before, after = parts_of(content), parts_of(recalculate(content).content)
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} <= {
        name for name in before if name.startswith("xl/worksheets/sheet")
    }


def test_pandas_reads_the_new_values(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(recalculate(edited(pair("addin"), {"in_pue_hopper": 1.0})).content)
    frame = pd.read_excel(path, sheet_name="Calc", header=None)
    assert frame.notna().to_numpy().any()
    assert float(Fraction("2.652") / (5950 * 3600) * 10**6) in [
        pytest.approx(value, rel=1e-12) for value in frame[4] if isinstance(value, float)
    ]


def foreign(formulas: dict[str, str]) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Mine"
    for cell, formula in formulas.items():
        sheet[cell] = formula
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    "damaged",
    [
        "=_xldudf_COST_PER_MTOK(1.41,93.25)",
        "=_xldudf_XLTCO_COST_PER_MTOK(1.41,93.25)",
        "=_xll.COST_PER_MTOK(1.41,93.25)",
        "=[1]!COST_PER_MTOK(1.41,93.25)",
        "='C:\\Users\\me\\xl_tco.xlam'!COST_PER_MTOK(1.41,93.25)",
        "=_xlfn.cost_per_mtok(1.41,93.25)",
    ],
)
def test_a_damaged_name_is_mended_and_said(damaged: str) -> None:
    result = recalculate(foreign({"A1": damaged}))
    assert result.mended == ("Mine!A1",)
    mended = openpyxl.load_workbook(io.BytesIO(result.content))["Mine"]["A1"]
    assert mended.value == "=COST_PER_MTOK(1.41,93.25)"
    value = openpyxl.load_workbook(io.BytesIO(result.content), data_only=True)["Mine"]["A1"].value
    assert value == pytest.approx(float(Fraction(141 * 10**6, 100) / (Fraction("93.25") * 3600)))


def test_text_that_only_looks_like_damage_stays() -> None:
    formula = '="say [1]!COST_PER_MTOK(1,2)"'
    result = recalculate(foreign({"A1": formula}))
    assert result.mended == ()
    assert openpyxl.load_workbook(io.BytesIO(result.content))["Mine"]["A1"].value == formula


def test_a_function_nobody_knows_keeps_its_cell_as_it_was() -> None:
    result = recalculate(foreign({"A1": "=NO_SUCH_FUNCTION(1)", "A2": "=1+1"}))
    assert result.kept == ("Mine!A1",)
    assert result.computed == 1


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    return target.getvalue()


def with_entities() -> bytes:
    content = parts_of(foreign({"A1": "=1+1"}))
    sheet = content["xl/worksheets/sheet1.xml"]
    sheet = sheet[sheet.index(b"<worksheet") :]
    content["xl/worksheets/sheet1.xml"] = (
        b'<!DOCTYPE worksheet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + sheet
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a workbook"),
        (b"a,b\n1,2\n", "not a workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "encrypted"),
        (bomb(), "expands more than"),
        (with_entities(), "document type"),
        (pair("lambda")[:5000], "not a workbook"),
    ],
    ids=["empty", "csv", "encrypted", "bomb", "entities", "truncated"],
)
def test_what_is_no_safe_workbook_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(InputFileError, match=reason):
        recalculate(content, "theirs.xlsx")


def test_the_command_replaces_the_file_and_says_what_it_did(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(edited(pair("addin"), {"in_kw_per_gpu_hopper": 1.0}))
    done = subprocess.run(
        [*XL_TCO, "recalculate", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "cells computed" in done.stdout
    assert named(path.read_bytes(), "out_tokens_per_mw_hopper") == pytest.approx(93250.0)
    assert [item.name for item in tmp_path.iterdir()] == ["book.xlsx"]


def test_the_command_leaves_a_refused_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"no workbook")
    done = subprocess.run(
        [*XL_TCO, "recalculate", str(path), "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "not a workbook" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == b"no workbook"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["5", "#N/A", "#NUM!"])
def test_text_that_reads_like_something_else_stays_text(text: str) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"] = text
    sheet["A1"].data_type = "s"
    sheet["A2"] = "=COST_PER_MTOK(A1,6000)"
    target = io.BytesIO()
    workbook.save(target)
    result = openpyxl.load_workbook(
        io.BytesIO(recalculate(target.getvalue()).content), data_only=True
    )
    assert result.active["A2"].value == "#VALUE!"


# By hand: 100 tok/s each way at 1 and 2 USD/Mtok are 1.08 USD an hour; 2 USD over 0.36 Mtok; over
# 100 output and 100 input tokens a second of weight 1/4, and a quarter of that.
LEFT_OUT = {
    "REVENUE_PER_GPU_HOUR(100,100,1,2,0.3,,1)": 1.08,
    "COST_PER_MTOK_INPUT(2,100,100,1,)": 2 / 0.45 / 4,
    "COST_PER_MTOK(2,100,)": 2 / 0.36,
    "COST_PER_MTOK(2,100, ) + 1": 2 / 0.36 + 1,
    "SUM(COST_PER_MTOK(2,100,),IF(TRUE,,5))": 2 / 0.36,
    'IF(","="","(,)",COST_PER_MTOK(2,100,))': 2 / 0.36,
    "COST_PER_MTOK(,100)": "#VALUE!",
    "COST_PER_MTOK(2,,1)": "#VALUE!",
    "RELATIVE(,)": "#VALUE!",
}


def test_an_argument_left_out_is_its_default_or_no_value() -> None:
    workbook = openpyxl.Workbook()
    for row, formula in enumerate(LEFT_OUT, start=1):
        workbook.active.cell(row, 1, f"={formula}")
    target = io.BytesIO()
    workbook.save(target)
    result = recalculate(target.getvalue())
    assert result.kept == ()
    read = openpyxl.load_workbook(io.BytesIO(result.content), data_only=True).active
    for row, (formula, right) in enumerate(LEFT_OUT.items(), start=1):
        wanted = right if isinstance(right, str) else pytest.approx(right, rel=1e-14)
        assert read.cell(row, 1).value == wanted, formula
    formulas = openpyxl.load_workbook(io.BytesIO(result.content)).active
    assert formulas["A1"].value == f"={next(iter(LEFT_OUT))}"


def test_a_control_character_is_stored_as_excel_stores_it() -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = '=CHAR(7)&"_x0007_"'
    target = io.BytesIO()
    workbook.save(target)
    sheet = parts_of(recalculate(target.getvalue()).content)["xl/worksheets/sheet1.xml"]
    assert b">_x0007__x005F_x0007_<" in sheet
