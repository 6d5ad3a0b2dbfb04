"""Files that cannot be used: each refused with a message that helps, and nothing is written."""

import contextlib
import io
import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from xl_tco.cli import main
from xl_tco.errors import InputFileError
from xl_tco.scenario import Scenario, load_scenario, shipped
from xl_tco.templates import build

HOPPER = shipped()["hopper_hgx_h200"].read_text(encoding="utf-8")
COMPARISON = shipped()["hopper_vs_blackwell"].read_text(encoding="utf-8")
TITLE = 'title = "HGX H200 (Hopper)"'
RANGE = "low = 1.709\nhigh = 1.745"

Edit = tuple[str, str]


def edited(text: str, *edits: Edit) -> str:
    """A text with each first part replaced by its second; each must be there."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def written(folder: Path, content: str | bytes, name: str = "bad.toml") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@contextlib.contextmanager
def shallow() -> Iterator[None]:
    """A RecursionError fails the test without a traceback: pytest itself may die of a deep one."""
    try:
        yield
    except RecursionError:
        pytest.fail("a RecursionError escaped", pytrace=False)


def fault_of(path: str | Path) -> str:
    with shallow(), pytest.raises(InputFileError) as caught:
        load_scenario(path)
    return str(caught.value)


def run_build(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str, str]:
    """The command in this process: exit code, stdout, stderr."""
    out = path.parent / "built"
    monkeypatch.setattr(sys, "argv", ["xl-tco", "build", str(path), "--out", str(out)])
    with shallow(), pytest.raises(SystemExit) as caught:
        main()
    captured = capsys.readouterr()
    assert isinstance(caught.value.code, int)
    return caught.value.code, captured.out, captured.err


# Edits of the shipped scenario, and words that its message must hold.
BAD_SCENARIOS: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "unknown key": (("as_of =", "asof ="), ("asof: unknown key", "operating_point", "as_of")),
    "unknown nested key": (
        ("low = 93.14", "lowest = 93.14"),
        ("throughput.lowest: unknown key", "low, high", "tokens"),
    ),
    "unknown key of power": (
        (RANGE, "watts = 1"),
        ("power.watts: unknown key", "basis", "value", "unit"),
    ),
    "unknown key of a source": (
        ("[pue]", "[sources.x]\ntitle='a'\npublisher='b'\ndate='2026'\npage=1\n[pue]"),
        ("sources.x.page: unknown key", "title, publisher, date, url, note"),
    ),
    "missing key": (('model = "DeepSeek-R1"\n', ""), ("model: missing",)),
    "missing figure": (("value = 93.25\n", ""), ("throughput.value: missing",)),
    "missing unit": (('unit = "tok/s/GPU"\n', ""), ("throughput.unit: missing",)),
    "missing basis": (('basis = "utility"\n', ""), ("power.basis: missing",)),
    "wrong unit": (("tok/s/GPU", "tok/s"), ("throughput.unit = 'tok/s'", "tok/s/GPU")),
    "wrong unit of cost": (
        ("[pue]", "[cost]\nvalue=1\nunit='EUR/GPU-h'\n[pue]"),
        ("cost.unit = 'EUR/GPU-h'", "allowed: USD/GPU-h"),
    ),
    "wrong unit of power": (
        (RANGE, "value=700\nunit='W'"),
        ("power.unit = 'W'", "allowed: kW/GPU"),
    ),
    "text for a number": (
        ("value = 93.25", 'value = "93.25"'),
        ("throughput.value = '93.25'", "number"),
    ),
    "bool for a number": (("value = 93.25", "value = true"), ("throughput.value = True", "number")),
    "date for a number": (("value = 93.25", "value = 2026-01-01"), ("throughput.value", "number")),
    "table for a number": (("value = 93.25", "value = {a = 1}"), ("throughput.value", "number")),
    "number for a text": ((TITLE, "title = 7"), ("title = 7", "string")),
    "number for a table": (
        ('[compute]\nfigure = "pflops_fp8_sparse"', "[sources]\ncompute = 5"),
        ("compute", "sources.compute = 5"),
    ),
    "integer too large": (("value = 93.25", f"value = 1{'0' * 400}"), ("throughput.value = 1000",)),
    "integer too long to read": (("value = 93.25", f"value = 1{'0' * 5000}"), ()),
    "integer too long to print": (
        ("value = 93.25", f"value = 0x{'F' * 5000}"),
        ("throughput.value",),
    ),
    "integer too long to print, for a text": ((TITLE, f"title = 0x{'F' * 5000}"), ("title",)),
    "not a number": (("value = 93.25", "value = nan"), ("throughput.value = nan", "finite")),
    "infinite": (("value = 93.25", "value = inf"), ("throughput.value = inf", "finite")),
    "infinite range": (("high = 93.37", "high = inf"), ("throughput.high = inf", "finite")),
    "zero throughput": (("value = 93.25", "value = 0"), ("throughput.value = 0", "greater than 0")),
    "utilization above 1": (
        ("[utilization]\nvalue = 1.0", "[utilization]\nvalue = 1.5"),
        ("utilization.value = 1.5", "less than or equal to 1"),
    ),
    "utilization as a percentage": (
        ("[utilization]\nvalue = 1.0", "[utilization]\nvalue = 50"),
        ("utilization.value = 50", "1"),
    ),
    "pue below 1": (
        ("[pue]\nvalue = 1.0", "[pue]\nvalue = 0.9"),
        ("pue.value = 0.9", "greater than or equal to 1"),
    ),
    "negative cost": (("[pue]", "[cost]\nvalue=-1\n[pue]"), ("cost.value = -1", "0")),
    "low above high": (
        ("low = 93.14", "low = 93.5"),
        ("throughput", "low <= value <= high", "93.5"),
    ),
    "value above high": (("high = 93.37", "high = 93.2"), ("throughput", "93.2", "93.25")),
    "low above high around the catalog's figure": (
        (RANGE, "low = 1.9\nhigh = 1.5"),
        ("power", "low", "high"),
    ),
    "range beside the catalog's figure": (
        (RANGE, "low = 2.5\nhigh = 3"),
        ("power", "low", "high"),
    ),
    "low out of limits": (("low = 0.5", "low = -3"), ("utilization", "low", "-3")),
    "high out of limits": (("low = 0.5", "high = 7"), ("utilization", "high", "7")),
    "unknown platform": (('"h200"', '"h300"'), ("platform = 'h300'", "h100, h200", "gb300")),
    "unknown tier": (
        ('"owned_hyperscaler"', '"mine"'),
        ("tier = 'mine'", "owned_hyperscaler", "rental_3yr"),
    ),
    "unknown basis": (('"utility"', '"peak"'), ("power.basis = 'peak'", "utility", "it")),
    "unknown kind": (('"recomputed"', '"felt"'), ("throughput.kind = 'felt'", "measured")),
    "unknown tokens": (('"total"', '"input"'), ("throughput.tokens = 'input'", "total, output")),
    "unknown figure": (
        ('"pflops_fp8_sparse"', '"pflops_int4"'),
        ("compute.figure = 'pflops_int4'", "pflops_fp8_dense"),
    ),
    "unknown source": (
        ('"reconciliation"', '"hearsay"'),
        ("throughput.source = 'hearsay'", "seed_table", "[sources.NAME]"),
    ),
    "figure the platform lacks": (
        ('"pflops_fp8_sparse"', '"pflops_fp4_dense"'),
        ("compute: give a value", "pflops_fp4_dense of h200"),
    ),
    "basis not yet published": (
        ('"utility"', '"it"'),
        ("power: give a value", "2026-02", "it 2026-07-14"),
    ),
    "date before all figures": (
        ('as_of = "2026-02"', 'as_of = "2025-12"'),
        ("cost: give a value", "power: give a value", "compute: give a value", "2025-12"),
    ),
    "month 13": (('"2026-02"', '"2026-13"'), ("as_of = '2026-13'", "YYYY-MM")),
    "day 31 of February": (('"2026-02"', '"2026-02-31"'), ("as_of", "2026-02-31")),
    "digits of another script": (('"2026-02"', '"20२६-02"'), ("as_of", "YYYY-MM")),
    "date in words": (('"2026-02"', '"February"'), ("as_of = 'February'", "YYYY-MM")),
    "date with time": (('"2026-02"', "2026-02-01T00:00:00"), ("as_of", "YYYY-MM")),
    "number for a date": (('"2026-02"', "2026"), ("as_of = 2026", "string")),
    "the price of old": (
        ("[pue]", "[price]\nvalue = 1\n[pue]"),
        ("price: unknown key", "ownership, business, levers, inquiries"),
    ),
    "unknown lever": (
        ("[pue]", "[levers.warp_drive]\nvalue = 2\n[pue]"),
        ("levers.warp_drive: unknown key; allowed: interconnect, fp4_precision", "runtime"),
    ),
    "unknown inquiry": (
        ('token_cost = "yes"', 'colour = "yes"'),
        ("inquiries.colour: unknown key; allowed: gpu_hour", "lifecycle"),
    ),
    "lever counted twice": (
        ("[pue]", "[levers.runtime]\nvalue = 2\nin_baseline = 'yes'\n[pue]"),
        ("levers.runtime.value = 2: ", "leave it at 1", 'in_baseline = "no"'),
    ),
    "lever of zero": (
        ("[pue]", "[levers.runtime]\nvalue = 0\n[pue]"),
        ("levers.runtime.value = 0", "greater than 0"),
    ),
    "low of a lever": (
        ("[pue]", "[levers.kv_offload]\nvalue = 3\nlow = -1\n[pue]"),
        ("levers.kv_offload.low = -1: give greater than 0",),
    ),
    "answer that is none": (
        ("[pue]", "[levers.runtime]\nanswer = 'perhaps'\n[pue]"),
        ("levers.runtime.answer = 'perhaps': allowed: yes, no, unknown",),
    ),
    "cost from nowhere": (
        ("[pue]", "[ownership]\ncost_from = 'rented'\n[pue]"),
        ("ownership.cost_from = 'rented': allowed: rate, owned",),
    ),
    "both facilities": (
        ("[pue]", "[ownership]\nfacility = 'both'\n[pue]"),
        ("ownership.facility = 'both': allowed: colocation, owned",),
    ),
    "unknown depreciation": (
        ("[pue]", "[ownership]\ndepreciation = 'declining'\n[pue]"),
        ("ownership.depreciation = 'declining': allowed: annuity, straight line",),
    ),
    "unknown figure of ownership": (
        ("[pue]", "[ownership]\nlifetime = {value = 5}\n[pue]"),
        ("ownership.lifetime: unknown key", "life_years, cost_of_capital"),
    ),
    "number for a figure of ownership": (
        ("[pue]", "[ownership]\nlife_years = 5\n[pue]"),
        ("ownership.life_years = 5: give a table of keys and values",),
    ),
    "figure of ownership without value": (
        ("[pue]", "[ownership]\nlife_years = {low = 4}\n[pue]"),
        ("ownership.life_years.value: missing",),
    ),
    "units of ownership": (
        (
            "[pue]",
            "[ownership]\nlife_years = {value = 60, unit = 'months'}\n"
            "usd_per_kwh = {value = 8, unit = 'cent/kWh'}\n[pue]",
        ),
        (
            "2 faults",
            "ownership.life_years.unit = 'months': allowed: yr",
            "ownership.usd_per_kwh.unit = 'cent/kWh': allowed: USD/kWh",
        ),
    ),
    "cost of capital as a percentage": (
        ("[pue]", "[ownership]\ncost_of_capital = {value = 8}\n[pue]"),
        ("ownership.cost_of_capital.value = 8", "less than or equal to 1"),
    ),
    "low of a life": (
        ("[pue]", "[ownership]\nlife_years = {value = 5, low = 0}\n[pue]"),
        ("ownership.life_years.low = 0: give greater than 0",),
    ),
    "high of a life": (
        ("[pue]", "[ownership]\nlife_years = {value = 5, high = 4}\n[pue]"),
        ("ownership.life_years: low <= value <= high must hold, not 5 <= 5 <= 4",),
    ),
    "source of a figure of ownership": (
        ("[pue]", "[ownership]\nlife_years = {value = 5, source = 'hearsay'}\n[pue]"),
        ("ownership.life_years.source = 'hearsay'", "book_lives", "[sources.NAME]"),
    ),
    "owned without capex": (
        (
            'platform = "h200"',
            'platform = "h100"\nownership = {cost_from = "owned"}',
        ),
        ("ownership.server_capex_per_gpu: give a value", "owned GPU-hour"),
    ),
    "a platform of one's own without figures": (
        ('platform = "h200"', 'platform = "own"'),
        ("3 faults", "cost: give a value", "power: give a value", "compute: give a value"),
    ),
    "nothing generated": (
        ("[pue]", "[business]\noutput_tokens = {value = 0}\n[pue]"),
        ("business.output_tokens.value = 0", "greater than 0"),
    ),
    "price in euros": (
        ("[pue]", "[business]\ninput_price_per_mtok = {value = 1, unit = 'EUR/Mtok'}\n[pue]"),
        ("business.input_price_per_mtok.unit = 'EUR/Mtok': allowed: USD/Mtok",),
    ),
    "control character": ((TITLE, 'title = "a\\u0007b"'), ("title", "\\x07")),
    "character no file can hold": ((TITLE, 'title = "a\\uFFFFb"'), ("title",)),
    "text too long": ((TITLE, f'title = "{"x" * 501}"'), ("title = 'xxx", "500")),
    "name that is no key": (
        ('"reconciliation"', '"My Run"'),
        ("throughput.source = 'My Run'", "match"),
    ),
    "same key twice": ((TITLE, f"{TITLE}\n{TITLE}"), ("not TOML", "line 2")),
    "not TOML": ((TITLE, "title: HGX"), ("not TOML", "line 1")),
    "deep dotted key": ((TITLE, f"title{'.a' * 3000} = 1"), ()),
    "deep array": ((TITLE, f"title = {'[' * 100_000}"), ("not TOML",)),
}
BAD_COMPARISONS: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "names itself": (('"hopper_hgx_h200"', '"bad"'), ("Hopper", "bad", "comparison")),
    "names a comparison": (
        ('"hopper_hgx_h200"', '"hopper_vs_blackwell"'),
        ("Hopper", "hopper_vs_blackwell is a comparison"),
    ),
    "missing scenario": (('"hopper_hgx_h200"', '"nowhere"'), ("nowhere", "hopper_hgx_h200")),
    "missing file": (('"hopper_hgx_h200"', '"nowhere.toml"'), ("nowhere.toml",)),
    "empty name": (('"hopper_hgx_h200"', '""'), ()),
    "very long name": (('"hopper_hgx_h200"', f'"{"a" * 400}"'), ("aaa",)),
    "equal labels": (('"Blackwell"', '"hopper"'), ("baseline.label", "candidate.label", "differ")),
    "label that is no name": (('"Hopper"', '"H-200"'), ("baseline.label = 'H-200'",)),
    "metric twice": (
        ('metric = "tokens_per_mw"', 'metric = "cost_per_mtok"'),
        ("published", "cost_per_mtok", "more than once"),
    ),
    "unknown metric": (
        ('metric = "tokens_per_mw"', 'metric = "speed"'),
        ("published.3.metric = 'speed'", "tokens_per_mw"),
    ),
    "unknown rounding": (('"truncated"', '"up"'), ("rounding = 'up'", "nearest, truncated")),
    "step of zero": (("step = 0.01", "step = 0"), ("published.0.baseline.step = 0", "0")),
    "unknown key of a cell": (
        ("step = 0.01", "digits = 2"),
        ("published.0.baseline.digits: unknown key", "shown, value, step, rounding, note"),
    ),
    "one side only": (
        ('[baseline]\nscenario = "hopper_hgx_h200"\nlabel = "Hopper"', ""),
        ("baseline: missing",),
    ),
    "unknown source": (('"seed_table"', '"hearsay"'), ("source = 'hearsay'", "seed_table")),
}
BAD_CONTENT: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty file": (b"", ("title: missing", "throughput: missing")),
    "not UTF-8": (b'title = "caf\xe9"', ("not UTF-8", "byte 12")),
    "UTF-16": (HOPPER.encode("utf-16"), ("not UTF-8",)),
    "binary": (bytes(range(256)), ("not UTF-8",)),
    "zip archive": (b"PK\x03\x04" + bytes(26), ("not TOML",)),
    "NUL": (b'title = "a\x00b"', ("not TOML",)),
    "above 1 MB": (b"#" * 1_000_001, ("larger than 1,000,000 bytes",)),
    "deeply nested arrays": (b"a=" + b"[" * 100_000, ("not TOML",)),
    "deeply nested tables": (b"a=" + b"{a=" * 100_000, ("not TOML",)),
}
EVERY = {
    **{
        f"scenario: {name}": (edited(HOPPER, edit).encode(), words)
        for name, (edit, words) in BAD_SCENARIOS.items()
    },
    **{
        f"comparison: {name}": (edited(COMPARISON, edit).encode(), words)
        for name, (edit, words) in BAD_COMPARISONS.items()
    },
    **{f"content: {name}": case for name, case in BAD_CONTENT.items()},
}


@pytest.mark.parametrize(("content", "words"), EVERY.values(), ids=EVERY)
def test_refused_with_all_that_helps(
    tmp_path: Path,
    content: bytes,
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = written(tmp_path, content)
    code, out, err = run_build(path, capsys, monkeypatch)
    assert code == 1
    assert out == ""
    assert err.startswith("xl-tco: ")
    assert "Traceback" not in err
    for word in (str(path), *words):
        assert word in err
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", EVERY)
def test_the_loader_itself_refuses(tmp_path: Path, name: str) -> None:
    """Before any building; the message names the file and is short, however large the value."""
    content, words = EVERY[name]
    path = written(tmp_path, content)
    message = fault_of(path)
    for word in (str(path), *words):
        assert word in message
    assert max(map(len, message.splitlines())) < 1000


class TestPlaces:
    """Paths that lead to no scenario file."""

    def test_a_missing_file(self, tmp_path: Path) -> None:
        path = tmp_path / "nowhere.toml"
        assert str(path) in fault_of(path)

    def test_an_unknown_name(self) -> None:
        message = fault_of("hopper")
        assert "hopper: no such scenario" in message
        for name in shipped():
            assert name in message

    def test_a_folder(self, tmp_path: Path) -> None:
        folder = tmp_path / "folder.toml"
        folder.mkdir()
        assert str(folder) in fault_of(folder)

    def test_below_a_file(self, tmp_path: Path) -> None:
        path = written(tmp_path, HOPPER) / "below.toml"
        assert str(path) in fault_of(path)

    @pytest.mark.parametrize(
        "name", ["a" * 300, f"{'a' * 300}.toml", "a\0b", "a\0b.toml", "", "."], ids=ascii
    )
    def test_names_no_file_can_have(self, name: str) -> None:
        assert fault_of(name)


class TestSeveralFaults:
    """All faults of a file in one report, each on a line of its own."""

    FAULTS: tuple[Edit, ...] = (
        ('"h200"', '"h300"'),
        ("tok/s/GPU", "tok/s"),
        ("value = 93.25", "value = -1"),
        ("low = 1.709", "lowest = 1.709"),
        ("[utilization]\nvalue = 1.0", "[utilization]\nvalue = 2"),
        ('model = "DeepSeek-R1"\n', ""),
    )
    KEYS = (
        "platform", "throughput.unit", "throughput.value", "power.lowest", "utilization.value",
        "model",
    )  # fmt: skip

    def test_of_a_scenario(self, tmp_path: Path) -> None:
        message = fault_of(written(tmp_path, edited(HOPPER, *self.FAULTS)))
        first, *lines = message.splitlines()
        assert first.endswith(f"{len(self.KEYS)} faults")
        found = {line.strip().split(" = ")[0].split(": ")[0] for line in lines}
        assert found == set(self.KEYS)

    MORE = """
[ownership]
cost_from = "x"
facility = "none"
life_years = { value = 0 }
lifetime = 5
[business]
output_tokens = { value = 0 }
[levers.nitro]
value = 2
[levers.runtime]
value = 2
in_baseline = "yes"
"""
    MORE_KEYS = (
        "ownership.cost_from", "ownership.facility", "ownership.life_years.value",
        "ownership.lifetime", "business.output_tokens.value", "levers.nitro",
        "levers.runtime.value",
    )  # fmt: skip

    def test_of_ownership_levers_and_business(self, tmp_path: Path) -> None:
        text = edited(HOPPER, *self.FAULTS) + self.MORE
        first, *lines = fault_of(written(tmp_path, text)).splitlines()
        assert first.endswith(f"{len(self.KEYS) + len(self.MORE_KEYS)} faults")
        found = {line.strip().split(" = ")[0].split(": ")[0] for line in lines}
        assert found == {*self.KEYS, *self.MORE_KEYS}

    def test_of_ranges(self, tmp_path: Path) -> None:
        more = "[ownership]\nlife_years = {value = 5, low = 0}\n"
        more += "opex_rate = {value = 0.1, high = 0.05}\n"
        more += "[levers.runtime]\nvalue = 2\nlow = 3\n"
        first, *lines = fault_of(written(tmp_path, f"{HOPPER}\n{more}")).splitlines()
        assert first.endswith("3 faults")
        assert [line.strip().split(" = ")[0].split(": ")[0] for line in lines] == [
            "ownership.life_years.low", "ownership.opex_rate", "levers.runtime",
        ]  # fmt: skip

    def test_of_what_belongs_together(self, tmp_path: Path) -> None:
        edits = ('"reconciliation"', '"hearsay"'), ('"utility"', '"it"')
        message = fault_of(written(tmp_path, edited(HOPPER, *edits)))
        assert "throughput.source = 'hearsay'" in message
        assert "power: give a value" in message

    def test_of_a_comparison(self, tmp_path: Path) -> None:
        edits = ('"Blackwell"', '"hopper"'), ('"tokens_per_mw"', '"cost_per_mtok"')
        message = fault_of(written(tmp_path, edited(COMPARISON, *edits)))
        assert "differ" in message
        assert "more than once" in message


class TestOddButAllowed:
    """Texts that look dangerous, and are only texts."""

    @pytest.mark.parametrize(
        "text", ["=1+1", '=cmd|"/c calc"!A1', "+1", "-1", "@SUM(1)", "#N/A", "TRUE", "{0}", "<b>&"]
    )
    def test_a_text_stays_a_text(self, tmp_path: Path, text: str) -> None:
        note = f"note = {json.dumps(text)}"
        content = edited(
            HOPPER,
            (TITLE, f"title = {json.dumps(text)}"),
            ('note = "Utility power already holds the facility overhead."', note),
        )
        content += f"\n[cost]\nvalue = 1\nsource = 'mine'\n{note}\n[sources.mine]\n"
        content += f"title = {json.dumps(text)}\npublisher = {json.dumps(text)}\ndate = '2026-01'\n"
        built = build(written(tmp_path, content))
        workbook = load_workbook(io.BytesIO(built.content))
        cells = [
            cell
            for sheet in workbook.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.value == text
        ]
        # The notes of PUE and cost, and the source's title and publisher, at least.
        assert len(cells) >= 4
        assert {cell.data_type for cell in cells} <= {"s", "e"}
        assert workbook.properties.title == text
        assert built.values["check_master"] is True

    @pytest.mark.parametrize("text", ["", "日本語 ✓ 😀", "a\tb", "a\nb", "é" * 500])
    def test_any_other_text(self, tmp_path: Path, text: str) -> None:
        quoted = json.dumps(text, ensure_ascii=False)
        content = edited(HOPPER, (TITLE, f"title = {quoted}"))
        loaded = load_scenario(written(tmp_path, content))
        assert isinstance(loaded, Scenario)
        assert loaded.title == text

    @pytest.mark.parametrize(
        "text", ["", "日本語 ✓ 😀", "a\tb", "a\nb", "é" * 500, "a\x7fb\x85"], ids=ascii
    )
    def test_any_other_text_can_be_built(self, tmp_path: Path, text: str) -> None:
        content = edited(HOPPER, (TITLE, f"title = {json.dumps(text, ensure_ascii=False)}"))
        content = content.replace("\x7f", "\\u007F")
        assert build(written(tmp_path, content)).values["check_master"] is True

    @pytest.mark.parametrize(
        "label", ["Relative", "Printed", "Unrounded", "Master", "Like for like", "Low", "A1", "A "]
    )
    def test_any_label_is_built_or_refused(self, tmp_path: Path, label: str) -> None:
        """A label becomes part of names in the workbook; it must not break them."""
        path = written(tmp_path, edited(COMPARISON, ('"Hopper"', f'"{label}"')))
        try:
            built = build(path)
        except InputFileError as error:
            assert label in str(error)  # noqa: PT017
        else:
            assert built.values["check_master"] is True
            assert built.platforms.keys() == {f"_{label.lower().replace(' ', '_')}", "_blackwell"}

    def test_line_ends_of_windows(self, tmp_path: Path) -> None:
        path = written(tmp_path, HOPPER.replace("\n", "\r\n"))
        assert load_scenario(path) == load_scenario("hopper_hgx_h200")

    def test_whole_numbers(self, tmp_path: Path) -> None:
        loaded = load_scenario(written(tmp_path, edited(HOPPER, ("value = 1.0", "value = 1"))))
        assert loaded == load_scenario("hopper_hgx_h200")


def loads_or_refuses(path: Path) -> None:
    """Anything but these two outcomes fails the test by itself."""
    with contextlib.suppress(InputFileError):
        load_scenario(path)


FUZZ = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _delete(content: bytearray, place: int, noise: bytes) -> None:
    del content[place : place + max(1, len(noise))]


def _replace(content: bytearray, place: int, noise: bytes) -> None:
    content[place : place + len(noise)] = noise


def _insert(content: bytearray, place: int, noise: bytes) -> None:
    content[place:place] = noise


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from([_delete, _replace, _insert]),
        st.integers(0, 4000),
        st.one_of(
            st.binary(max_size=4),
            st.sampled_from(
                [b"\n", b"[", b"]", b"=", b'"', b"#", b".", b"nan", b"-", b"\xff", b"[[a]]\n"]
            ),
        ),
    ),
    min_size=1,
    max_size=6,
)


@FUZZ
@given(text=st.sampled_from([HOPPER, COMPARISON]), mutations=MUTATIONS)
def test_mutated_bytes(
    tmp_path: Path,
    text: str,
    mutations: list[tuple[Callable[[bytearray, int, bytes], None], int, bytes]],
) -> None:
    content = bytearray(text.encode())
    for mutate, place, noise in mutations:
        mutate(content, place % (len(content) + 1), noise)
    loads_or_refuses(written(tmp_path, bytes(content), "fuzzed.toml"))


@FUZZ
@given(text=st.sampled_from([HOPPER, COMPARISON]), seed=st.integers(0, 2**32))
def test_lines_in_disorder(tmp_path: Path, text: str, seed: int) -> None:
    """Whole lines lost, doubled and moved: this still parses as TOML rather often."""
    chance = random.Random(seed)
    lines = text.splitlines()
    for _ in range(chance.randint(1, 4)):
        line = lines.pop(chance.randrange(len(lines)))
        for _ in range(chance.randint(0, 2)):
            lines.insert(chance.randrange(len(lines)), line)
    loads_or_refuses(written(tmp_path, "\n".join(lines), "fuzzed.toml"))


def toml_text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value)
        case list():
            return f"[{', '.join(map(toml_text, value))}]"
        case dict():
            pairs = (f"{json.dumps(key)} = {toml_text(item)}" for key, item in value.items())
            return f"{{{', '.join(pairs)}}}"
    return repr(value)


KEYS = st.one_of(
    st.sampled_from(
        [
            *Scenario.model_fields, "value", "low", "high", "unit", "kind", "note", "source",
            "basis", "tokens", "figure", "baseline", "candidate", "published", "metric", "step",
            "label", "scenario", "relative", "shown", "rounding", "runtime", "kv_offload",
            "answer", "in_baseline", "life_years", "cost_from", "output_tokens", "gpu_hour",
        ]
    ),
    st.text(max_size=3),
)  # fmt: skip
LEAVES = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.dates().map(lambda date: date.isoformat()),
    st.sampled_from(["h200", "utility", "it", "total", "2026-02", "tok/s/GPU", "my_run", "Hopper"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@FUZZ
@given(document=st.dictionaries(KEYS, VALUES, max_size=12))
def test_documents_of_any_shape(tmp_path: Path, document: dict[str, Any]) -> None:
    lines = [f"{json.dumps(key)} = {toml_text(value)}" for key, value in document.items()]
    loads_or_refuses(written(tmp_path, "\n".join(lines), "fuzzed.toml"))


PLACES = ["title", "throughput", "power", "sources", "cost", "ownership", "business", "levers"]


@FUZZ
@given(value=VALUES, place=st.sampled_from(PLACES))
def test_one_wrong_part(tmp_path: Path, value: Any, place: str) -> None:
    """The shipped scenario with one part of any shape."""
    parts = {
        "title": TITLE,
        "throughput": "[throughput]\nvalue = 93.25",
        "power": 'basis = "utility"',
        "sources": "[pue]",
        "cost": "[pue]",
        "ownership": "[pue]",
        "business": "[pue]",
        "levers": "[pue]",
    }
    new = {
        "title": f"title = {toml_text(value)}",
        "throughput": f"[throughput]\nvalue = {toml_text(value)}",
        "power": f"basis = {toml_text(value)}",
        "sources": f"[sources]\nmine = {toml_text(value)}\n[pue]",
        "cost": f"[cost]\nvalue = 1\nlow = {toml_text(value)}\n[pue]",
        "ownership": f"[ownership]\nlife_years = {toml_text(value)}\n[pue]",
        "business": f"[business]\noutput_tokens = {toml_text(value)}\n[pue]",
        "levers": f"[levers]\nruntime = {toml_text(value)}\n[pue]",
    }
    text = edited(HOPPER, (parts[place], new[place]))
    loads_or_refuses(written(tmp_path, text, "fuzzed.toml"))
