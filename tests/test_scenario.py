"""Scenarios and comparisons: what they come to, what overrides what, and their JSON Schema."""

import shutil
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from xl_tco.errors import InputFileError
from xl_tco.functions import ARGUMENTS
from xl_tco.scenario import Comparison, Pair, Scenario, json_schema, load_scenario, shipped
from xl_tco.scenario.comparison import PublishedCell
from xl_tco.scenario.inputs import InputFigure, input_figures, input_words, like_for_like

HOPPER = shipped()["hopper_hgx_h200"].read_text(encoding="utf-8")
COMPARISON = shipped()["hopper_vs_blackwell"].read_text(encoding="utf-8")


def edited(text: str, *edits: tuple[str, str]) -> str:
    """A text with each first part replaced by its second; each must be there."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def scenario(folder: Path, *edits: tuple[str, str], more: str = "") -> Scenario:
    """The shipped Hopper scenario, edited, by way of a file."""
    loaded = load_scenario(written(folder, f"{edited(HOPPER, *edits)}\n{more}"))
    assert isinstance(loaded, Scenario)
    return loaded


def rows(loaded: Scenario) -> dict[str, InputFigure]:
    return {figure.name: figure for figure in input_figures(loaded)}


def words(loaded: Scenario | Pair) -> dict[str, str]:
    assert isinstance(loaded, Scenario)
    found = input_words(loaded)
    assert all(word.value in word.words for word in found)
    return {word.name: word.value for word in found}


def values(loaded: Scenario) -> dict[str, float]:
    return {name: figure.value for name, figure in rows(loaded).items()}


# The unrounded inputs from which the published table follows; peak compute as printed:
# FP8 sparse for H200, FP4 dense for GB300.
SHIPPED_INPUTS = {
    "hopper_hgx_h200": (1.41, 3.958, 93.25, 1, 1.73, 1),
    "blackwell_gb300_nvl72": (2.652, 15, 5950, 1, 2.10, 1),
}
PLATFORM_NAMES = [
    "cost_per_gpu_hour",
    "pflops_per_gpu",
    "tokens_per_second_per_gpu",
    "utilization",
    "kw_per_gpu",
    "pue",
]
# What holds where a scenario says nothing, as the economics' reference and the sources have it:
# value, low, high. Server capex is the one that differs from platform to platform.
OWNERSHIP_DEFAULTS = {
    "network_capex_per_gpu": (4000, 2000, 8000),
    "storage_capex_per_gpu": (1000, 500, 2000),
    "life_years": (5, 4, 6),
    "cost_of_capital": (0.08, 0.05, 0.12),
    "residual_value_share": (0, 0, 0.2),
    "opex_rate": (0.05, 0.03, 0.08),
    "colocation_per_kw_month": (217.30, 150, 300),
    "facility_capex_per_kw": (10700, 7000, 20000),
    "facility_life_years": (15, 10, 20),
    "usd_per_kwh": (0.0806, 0.06, 0.13),
    "average_load": (0.8, 0.6, 1),
}
CAPEX_DEFAULTS = {
    "h200": (37500, 30000, 43750),  # 300 000 USD for a server of 8
    "gb300": (48600, 41700, 55600),  # 3 to 4 million USD for a rack of 72
    "h100": (40000, 30000, 60000),  # a placeholder, of no platform
}
BUSINESS_DEFAULTS = {
    "input_tokens": (1024, 1024, 8192),
    "output_tokens": (1024, 1024, 8192),
    "input_token_weight": (0.25, 0.25, 1),
    "input_price_per_mtok": (0.55, 0.14, 0.55),
    "output_price_per_mtok": (2.19, 1.1, 2.19),
    "cache_hit_rate": (0, 0, 0.5),
    "cached_input_price_ratio": (0.2545, 0.2545, 1),
}
LEVER_NAMES = [
    "interconnect",
    "fp4_precision",
    "speculative_decoding",
    "disaggregation",
    "kv_routing",
    "kv_offload",
    "workload",
    "runtime",
]
INQUIRY_NAMES = [
    "gpu_hour",
    "peak_compute",
    "flops_per_dollar",
    "token_cost",
    "tokens_per_megawatt",
    "lifecycle",
]
INPUT_NAMES = [
    *PLATFORM_NAMES,
    "server_capex_per_gpu",
    *OWNERSHIP_DEFAULTS,
    *LEVER_NAMES,
    *BUSINESS_DEFAULTS,
]
# The published table: baseline, candidate, ratio.
PUBLISHED = {
    "cost_per_gpu_hour": ("1.41", "2.65", "2"),
    "flops_per_dollar": ("2.8", "5.6", "2"),
    "tokens_per_second_per_gpu": ("90", "6000", "65"),
    "tokens_per_mw": ("54000", "2800000", "50"),
    "cost_per_mtok": ("4.20", "0.12", "35"),
}


class TestShipped:
    """The scenarios that come with the package."""

    def test_which_there_are(self) -> None:
        assert set(shipped()) == {*SHIPPED_INPUTS, "hopper_vs_blackwell", "my_platform"}

    def test_the_blank_to_fill_in(self) -> None:
        """Round placeholders that nobody takes for a platform's figures."""
        loaded = load_scenario("my_platform")
        assert isinstance(loaded, Scenario)
        figures = rows(loaded)
        assert list(figures) == INPUT_NAMES
        assert {figure.kind for name, figure in figures.items() if name in PLATFORM_NAMES} == {
            "assumed"
        }
        assert [figures[name].value for name in PLATFORM_NAMES] == [1, 1, 1000, 1, 1, 1.3]
        assert loaded.platform_name == "My platform"
        assert like_for_like(loaded) is None
        assert loaded.warnings == []

    @pytest.mark.parametrize("name", SHIPPED_INPUTS)
    def test_inputs(self, name: str) -> None:
        loaded = load_scenario(name)
        assert isinstance(loaded, Scenario)
        figures = input_figures(loaded)
        assert [figure.name for figure in figures] == INPUT_NAMES
        assert tuple(figure.value for figure in figures[:6]) == SHIPPED_INPUTS[name]
        assert loaded.warnings == []

    @pytest.mark.parametrize("name", SHIPPED_INPUTS)
    def test_what_is_said_of_them(self, name: str) -> None:
        loaded = load_scenario(name)
        assert isinstance(loaded, Scenario)
        assert loaded.tier == "owned_hyperscaler"
        assert loaded.power.basis == "utility"
        assert loaded.throughput.tokens == "total"
        assert loaded.operating_point == "not published"
        platform = input_figures(loaded)[: len(PLATFORM_NAMES)]
        assert [row.kind for row in platform] == [
            "published", "published", "recomputed", "assumed", "published", "assumed",
        ]  # fmt: skip
        assert [row.source for row in platform] == [
            "inferencex_v2", "aiconfigurator", "reconciliation", "assumption", "inferencex_v2",
            "assumption",
        ]  # fmt: skip
        assert {row.as_of for row in platform} == {"2026-02"}

    @pytest.mark.parametrize("name", SHIPPED_INPUTS)
    def test_no_lever_multiplies_as_shipped(self, name: str) -> None:
        """Published effects are offered, not applied."""
        loaded = load_scenario(name)
        assert isinstance(loaded, Scenario)
        assert {values(loaded)[lever] for lever in LEVER_NAMES} == {1}

    def test_what_is_known_of_levers(self) -> None:
        hopper, blackwell = (words(load_scenario(name)) for name in SHIPPED_INPUTS)
        assert hopper["answer_fp4_precision"] == "no"
        for lever in ("fp4_precision", "interconnect"):
            assert blackwell[f"answer_{lever}"] == blackwell[f"in_baseline_{lever}"] == "yes"
        others = set(LEVER_NAMES) - {"fp4_precision", "interconnect"}
        assert {hopper[f"answer_{lever}"] for lever in others} == {"unknown"}

    @pytest.mark.parametrize("name", SHIPPED_INPUTS)
    def test_words(self, name: str) -> None:
        found = words(load_scenario(name))
        assert list(found) == [
            "platform", "tier", "as_of", "tokens_counted", "power_basis",
            "cost_from", "depreciation", "facility",
            *(
                word
                for key in (*INQUIRY_NAMES[:5], *LEVER_NAMES, INQUIRY_NAMES[5])
                for word in (f"answer_{key}", f"in_baseline_{key}")
                if key in LEVER_NAMES or word.startswith("answer")
            ),
        ]  # fmt: skip
        assert [found[word] for word in list(found)[:8]] == [
            "own figures", "owned_hyperscaler", "2026-02", "total", "utility",
            "rate", "annuity", "colocation",
        ]  # fmt: skip

    @pytest.mark.parametrize("name", SHIPPED_INPUTS)
    def test_ranges_hold_their_values_and_limits(self, name: str) -> None:
        loaded = load_scenario(name)
        assert isinstance(loaded, Scenario)
        for row in input_figures(loaded):
            assert row.low <= row.value <= row.high
            assert row.limits.contains(row.low)
            assert row.limits.contains(row.high)

    @pytest.mark.parametrize(
        ("name", "low", "high"),
        [("hopper_hgx_h200", 93.14, 93.37), ("blackwell_gb300_nvl72", 5893, 5985)],
    )
    def test_interval_of_the_unrounded_tokens(self, name: str, low: float, high: float) -> None:
        loaded = load_scenario(name)
        assert isinstance(loaded, Scenario)
        row = rows(loaded)["tokens_per_second_per_gpu"]
        assert (row.low, row.high) == (low, high)

    @pytest.mark.parametrize(
        ("name", "value"), [("hopper_hgx_h200", 1.979), ("blackwell_gb300_nvl72", 5)]
    )
    def test_like_for_like_is_fp8_dense(self, name: str, value: float) -> None:
        loaded = load_scenario(name)
        assert isinstance(loaded, Scenario)
        found = like_for_like(loaded)
        assert found is not None
        assert found.value == value

    def test_comparison(self) -> None:
        pair = load_scenario("hopper_vs_blackwell")
        assert isinstance(pair, Pair)
        assert pair.baseline == load_scenario("hopper_hgx_h200")
        assert pair.candidate == load_scenario("blackwell_gb300_nvl72")
        sides = pair.comparison.baseline, pair.comparison.candidate
        assert [(side.label, side.suffix) for side in sides] == [
            ("Hopper", "_hopper"),
            ("Blackwell", "_blackwell"),
        ]

    def test_published_table(self) -> None:
        pair = load_scenario("hopper_vs_blackwell")
        assert isinstance(pair, Pair)
        cells = {
            row.metric: (row.baseline, row.candidate, row.relative)
            for row in pair.comparison.published
        }
        assert cells.keys() == PUBLISHED.keys()
        for metric, texts in PUBLISHED.items():
            for cell, text in zip(cells[metric], texts, strict=True):
                assert cell.value == float(text)

    def test_what_is_not_simple_rounding_has_a_note(self) -> None:
        """The cells that do not follow from the printed inputs, and the truncated ones."""
        pair = load_scenario("hopper_vs_blackwell")
        assert isinstance(pair, Pair)
        table = {row.metric: row for row in pair.comparison.published}
        for cell in (
            table["cost_per_mtok"].baseline,
            table["tokens_per_mw"].baseline,
            table["tokens_per_mw"].candidate,
            table["tokens_per_second_per_gpu"].relative,
            table["flops_per_dollar"].candidate,
            table["tokens_per_mw"].relative,
        ):
            assert cell.note


COST = "[cost]\nvalue = 1.99\nkind = 'measured'\nnote = 'Our invoice'\n"
MY_RUN = "[sources.my_run]\ntitle = 'Our run'\npublisher = 'We'\ndate = '2026-10-05'\n"
OWNERSHIP = """[ownership]
cost_from = "owned"
depreciation = "straight line"
facility = "owned"
life_years = { value = 4, unit = "yr", low = 3.5, kind = "measured" }
usd_per_kwh = { value = 0.07 }
"""
BASIS = 'basis = "utility"\nlow = 1.709\nhigh = 1.745'


class TestOverrides:
    """What a scenario states itself goes before the catalog."""

    def test_cost(self, tmp_path: Path) -> None:
        row = rows(scenario(tmp_path, more=COST))["cost_per_gpu_hour"]
        assert (row.value, row.low, row.high) == (1.99, 1.99, 1.99)
        assert (row.kind, row.source, row.as_of) == ("measured", "assumption", "2026-02")
        assert row.note == "Our invoice"

    def test_power(self, tmp_path: Path) -> None:
        own = 'basis = "it"\nvalue = 1.2\nhigh = 1.3\nas_of = "2026-10"'
        row = rows(scenario(tmp_path, (BASIS, own)))["kw_per_gpu"]
        assert (row.value, row.low, row.high) == (1.2, 1.2, 1.3)
        assert (row.kind, row.as_of) == ("assumed", "2026-10")

    def test_compute(self, tmp_path: Path) -> None:
        figure = 'figure = "pflops_fp8_sparse"'
        row = rows(scenario(tmp_path, (figure, f"{figure}\nvalue = 3")))["pflops_per_gpu"]
        assert row.value == 3

    def test_a_source_of_ones_own(self, tmp_path: Path) -> None:
        loaded = scenario(tmp_path, ('source = "reconciliation"', 'source = "my_run"'), more=MY_RUN)
        assert rows(loaded)["tokens_per_second_per_gpu"].source == "my_run"
        assert loaded.all_sources["my_run"].title == "Our run"
        assert loaded.all_sources["my_run"].date == "2026-10-05"

    @pytest.mark.parametrize("platform", CAPEX_DEFAULTS)
    def test_what_is_not_said_is_assumed(self, tmp_path: Path, platform: str) -> None:
        """Value, low, high of all that a scenario need not give; with a source of its own."""
        figure = 'figure = "pflops_fp8_sparse"'
        edits = (
            ('"h200"', f'"{platform}"'),
            (figure, f"{figure}\nvalue = 3"),
            (BASIS, 'basis = "utility"'),
        )
        found = rows(scenario(tmp_path, *edits))
        expected = {
            "server_capex_per_gpu": CAPEX_DEFAULTS[platform],
            **OWNERSHIP_DEFAULTS,
            **BUSINESS_DEFAULTS,
        }
        for name, numbers in expected.items():
            assert (found[name].value, found[name].low, found[name].high) == numbers
            assert found[name].note

    def test_ownership(self, tmp_path: Path) -> None:
        loaded = scenario(tmp_path, more=OWNERSHIP)
        found = rows(loaded)
        assert list(found) == INPUT_NAMES
        life = found["life_years"]
        assert (life.value, life.low, life.high) == (4, 3.5, 4)
        assert (life.kind, life.source, life.as_of) == ("measured", "assumption", "2026-02")
        assert found["usd_per_kwh"].value == 0.07
        assert found["opex_rate"].value == OWNERSHIP_DEFAULTS["opex_rate"][0]
        said = words(loaded)
        assert [said[word] for word in ("cost_from", "depreciation", "facility")] == [
            "owned", "straight line", "owned",
        ]  # fmt: skip

    def test_business(self, tmp_path: Path) -> None:
        loaded = scenario(
            tmp_path,
            more="[business]\ninput_tokens = {value = 8192}\n"
            "output_price_per_mtok = {value = 3.5, unit = 'USD/Mtok', low = 3}\n",
        )
        found = rows(loaded)
        price = found["output_price_per_mtok"]
        assert (price.value, price.low, price.high) == (3.5, 3, 3.5)
        assert found["input_tokens"].value == 8192
        assert found["output_tokens"].value == 1024

    def test_levers_and_inquiries(self, tmp_path: Path) -> None:
        more = "[levers.runtime]\nanswer = 'yes'\nvalue = 1.4\nhigh = 2\n"
        more += "[levers.kv_offload]\nin_baseline = 'yes'\n"
        loaded = scenario(tmp_path, ('token_cost = "yes"', 'token_cost = "no"'), more=more)
        found, said = rows(loaded), words(loaded)
        assert (found["runtime"].value, found["runtime"].low, found["runtime"].high) == (
            1.4,
            1.4,
            2,
        )
        assert found["kv_offload"].value == 1
        assert said["answer_runtime"] == said["in_baseline_kv_offload"] == "yes"
        assert said["in_baseline_runtime"] == said["answer_token_cost"] == "no"

    @pytest.mark.parametrize(
        ("as_of", "basis", "cost", "power"),
        [
            ("2026-02", "utility", 1.41, 1.73),
            ("2026-07-14", "it", 1.41, 1.37),
            ("2026-08", "utility", 1.22, 1.73),
            ("2026-11", "it", 1.22, 1.37),
        ],
    )
    def test_date_picks_the_figures(
        self, tmp_path: Path, as_of: str, basis: str, cost: float, power: float
    ) -> None:
        edits = ('as_of = "2026-02"', f'as_of = "{as_of}"'), (BASIS, f'basis = "{basis}"')
        found = values(scenario(tmp_path, *edits))
        assert (found["cost_per_gpu_hour"], found["kw_per_gpu"]) == (cost, power)

    def test_an_unquoted_date_is_the_same(self, tmp_path: Path) -> None:
        loaded = scenario(tmp_path, ('as_of = "2026-02"', "as_of = 2026-08-01"))
        assert loaded.as_of == "2026-08-01"
        assert values(loaded)["cost_per_gpu_hour"] == 1.22

    @pytest.mark.parametrize(("tier", "cost"), [("owned_neocloud", 1.74), ("rental_3yr", 1.60)])
    def test_tier_picks_the_cost(self, tmp_path: Path, tier: str, cost: float) -> None:
        loaded = scenario(tmp_path, ('"owned_hyperscaler"', f'"{tier}"'))
        assert values(loaded)["cost_per_gpu_hour"] == cost

    def test_what_the_catalog_lacks_has_to_be_stated(self, tmp_path: Path) -> None:
        edits = ('"h200"', '"tpuv7"'), (BASIS, 'basis = "it"')
        with pytest.raises(InputFileError) as caught:
            scenario(tmp_path, *edits)
        for key in ("cost: give a value", "power: give a value", "compute: give a value"):
            assert key in str(caught.value)
        stated = 'basis = "it"\nvalue = 1.2', 'figure = "pflops_fp8_dense"\nvalue = 4.6'
        loaded = scenario(
            tmp_path,
            edits[0],
            (BASIS, stated[0]),
            ('figure = "pflops_fp8_sparse"', stated[1]),
            more=COST,
        )
        assert list(values(loaded).values())[:2] == [1.99, 4.6]
        assert like_for_like(loaded) is None


class TestWarnings:
    """What is allowed, and very probably counts something twice."""

    def test_utility_power_with_pue(self, tmp_path: Path) -> None:
        loaded = scenario(tmp_path, ("[pue]\nvalue = 1.0", "[pue]\nvalue = 1.3"))
        assert len(loaded.warnings) == 1
        for word in ("power.basis", "utility", "1.3", "twice"):
            assert word in loaded.warnings[0]

    def test_it_power_with_pue(self, tmp_path: Path) -> None:
        loaded = scenario(
            tmp_path,
            ("[pue]\nvalue = 1.0", "[pue]\nvalue = 1.3"),
            (BASIS, 'basis = "it"'),
            ('as_of = "2026-02"', 'as_of = "2026-11"'),
        )
        assert loaded.warnings == []


class TestComparison:
    """Labels, and where the two scenarios are looked for."""

    @pytest.mark.parametrize(
        ("label", "suffix"),
        [("GB300", "_gb300"), ("Rack of two", "_rack_of_two"), ("x", "_x")],
    )
    def test_suffix(self, tmp_path: Path, label: str, suffix: str) -> None:
        text = edited(COMPARISON, ('label = "Blackwell"', f'label = "{label}"'))
        pair = load_scenario(written(tmp_path, text))
        assert isinstance(pair, Pair)
        assert (pair.comparison.candidate.label, pair.comparison.candidate.suffix) == (
            label,
            suffix,
        )

    @pytest.mark.parametrize("named", ["hopper_hgx_h200", "hopper_hgx_h200.toml"])
    def test_a_file_beside_goes_before_a_shipped_one(self, tmp_path: Path, named: str) -> None:
        own = edited(HOPPER, ('title = "HGX H200 (Hopper)"', 'title = "Ours"'))
        written(tmp_path, own, "hopper_hgx_h200.toml")
        text = edited(COMPARISON, ('"hopper_hgx_h200"', f'"{named}"'))
        pair = load_scenario(written(tmp_path, text))
        assert isinstance(pair, Pair)
        assert pair.baseline.title == "Ours"
        assert pair.candidate == load_scenario("blackwell_gb300_nvl72")

    def test_beside_means_the_comparison_not_the_working_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "a folder"
        folder.mkdir()
        for title, place in (("Beside", folder), ("Elsewhere", tmp_path)):
            text = edited(HOPPER, ('title = "HGX H200 (Hopper)"', f'title = "{title}"'))
            written(place, text, "ours.toml")
        written(folder, edited(COMPARISON, ('"hopper_hgx_h200"', '"ours"')), "both.toml")
        monkeypatch.chdir(tmp_path)
        pair = load_scenario(Path("a folder") / "both.toml")
        assert isinstance(pair, Pair)
        assert pair.baseline.title == "Beside"

    def test_a_scenario_against_itself(self, tmp_path: Path) -> None:
        text = edited(COMPARISON, ('"blackwell_gb300_nvl72"', '"hopper_hgx_h200"'))
        pair = load_scenario(written(tmp_path, text))
        assert isinstance(pair, Pair)
        assert pair.baseline == pair.candidate

    def test_a_name_goes_before_a_file_without_suffix(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copy(shipped()["hopper_hgx_h200"], tmp_path / "no_suffix")
        monkeypatch.chdir(tmp_path)
        assert load_scenario("no_suffix") == load_scenario("hopper_hgx_h200")

    def test_published_figures_may_be_left_out(self, tmp_path: Path) -> None:
        pair = load_scenario(written(tmp_path, COMPARISON.partition("[[published]]")[0]))
        assert isinstance(pair, Pair)
        assert isinstance(pair.comparison, Comparison)
        assert pair.comparison.published == ()


DECIMALS = st.decimals(min_value=0, max_value=1000, places=3)


class TestRounding:
    """The values that are printed as a published figure."""

    @pytest.mark.parametrize(
        ("value", "step", "rounding", "lowest", "beyond"),
        [
            (4.2, 0.01, "nearest", 4.195, 4.205),
            (0.12, 0.01, "nearest", 0.115, 0.125),
            (90, 10, "nearest", 85, 95),
            (6000, 1000, "nearest", 5500, 6500),
            (54000, 1000, "nearest", 53500, 54500),
            (2.8e6, 1e5, "nearest", 2.75e6, 2.85e6),
            (2.8, 0.1, "nearest", 2.75, 2.85),
            (5.6, 0.1, "truncated", 5.6, 5.7),
            (50, 10, "truncated", 50, 60),
            (2, 1, "nearest", 1.5, 2.5),
        ],
    )
    def test_of_the_published_table(
        self, value: float, step: float, rounding: str, lowest: float, beyond: float
    ) -> None:
        cell = PublishedCell(shown="x", value=value, step=step, rounding=rounding)
        assert (cell.lowest, cell.beyond) == (lowest, beyond)

    @given(count=st.integers(0, 100_000), digit=st.integers(-3, 6), truncated=st.booleans())
    def test_no_binary_noise(self, count: int, digit: int, truncated: bool) -> None:
        """``count`` units of the digit 10**digit, against exact arithmetic."""
        step = Fraction(10) ** digit
        cell = PublishedCell(
            shown="x",
            value=float(count * step),
            step=float(step),
            rounding="truncated" if truncated else "nearest",
        )
        lowest = count * step - (0 if truncated else step / 2)
        assert cell.lowest == float(lowest)
        assert cell.beyond == float(lowest + step)

    @given(DECIMALS, st.sampled_from([Decimal("0.01"), Decimal("0.1"), Decimal(1), Decimal(10)]))
    def test_a_printed_value_lies_in_its_own_interval(self, exact: Decimal, step: Decimal) -> None:
        """Truncated as a printer does it, any value lies within what its print stands for."""
        printed = exact // step * step
        cell = PublishedCell(
            shown="x", value=float(printed), step=float(step), rounding="truncated"
        )
        assert cell.lowest <= float(exact) < cell.beyond


def in_schema(document: dict[str, Any]) -> bool:
    return Draft202012Validator(json_schema()).is_valid(document)


# Edits of the shipped scenario that break a type, a limit, a word list or the set of keys.
FAULTY = {
    "unknown key": ('title = "HGX', 'titel = "HGX'),
    "unknown nested key": ("low = 93.14", "lowest = 93.14"),
    "missing platform": ('platform = "h200"\n', ""),
    "missing unit": ('unit = "tok/s/GPU"\n', ""),
    "missing tokens": ('tokens = "total"\n', ""),
    "missing basis": ('basis = "utility"\n', ""),
    "wrong unit": ('"tok/s/GPU"', '"tok/s"'),
    "wrong tokens": ('"total"', '"input"'),
    "wrong basis": ('"utility"', '"nameplate"'),
    "wrong kind": ('"recomputed"', '"guessed"'),
    "wrong figure": ('"pflops_fp8_sparse"', '"pflops_fp16"'),
    "wrong tier": ('"owned_hyperscaler"', '"borrowed"'),
    "wrong platform": ('"h200"', '"h300"'),
    "zero throughput": ("value = 93.25", "value = 0"),
    "negative throughput": ("value = 93.25", "value = -1"),
    "zero utilization": ("[utilization]\nvalue = 1.0", "[utilization]\nvalue = 0.0"),
    "utilization above 1": ("[utilization]\nvalue = 1.0", "[utilization]\nvalue = 1.01"),
    "pue below 1": ("[pue]\nvalue = 1.0", "[pue]\nvalue = 0.99"),
    "zero power": (BASIS, 'basis = "utility"\nvalue = 0'),
    "zero compute": ('_sparse"', '_sparse"\nvalue = 0'),
    "negative cost": ("[throughput]", "[cost]\nvalue = -0.01\n[throughput]"),
    "the price of old": ("[throughput]", "[price]\nvalue = 1\n[throughput]"),
    "unknown lever": ("[pue]", "[levers.warp_drive]\nvalue = 2\n[pue]"),
    "an inquiry that is no lever": ("[pue]", "[levers.gpu_hour]\nvalue = 2\n[pue]"),
    "unknown key of a lever": ("[pue]", "[levers.runtime]\nfactor = 2\n[pue]"),
    "lever of zero": ("[pue]", "[levers.runtime]\nvalue = 0\n[pue]"),
    "wrong answer to a lever": ("[pue]", "[levers.runtime]\nanswer = 'perhaps'\n[pue]"),
    "wrong word for the baseline": ("[pue]", "[levers.runtime]\nin_baseline = 'unknown'\n[pue]"),
    "unknown inquiry": ('token_cost = "yes"', 'colour = "yes"'),
    "a lever among the inquiries": ('token_cost = "yes"', 'runtime = "yes"'),
    "wrong answer to an inquiry": ('token_cost = "yes"', 'token_cost = "si"'),
    **{
        f"{table}: {text}": ("[pue]", f"[{table}]\n{text}\n[pue]")
        for table, texts in {
            "ownership": (
                "cost_from = 'rented'",
                "depreciation = 'declining'",
                "facility = 'both'",
                "lifetime = {value = 5}",
                "life_years = 5",
                "life_years = {low = 4}",
                "life_years = {value = 0}",
                "life_years = {value = 5, unit = 'months'}",
                "life_years = {value = 5, lowest = 4}",
                "facility_life_years = {value = 0}",
                "cost_of_capital = {value = -0.01}",
                "cost_of_capital = {value = 1.01}",
                "residual_value_share = {value = 1.01}",
                "average_load = {value = 1.01}",
                "opex_rate = {value = -0.01}",
                "server_capex_per_gpu = {value = -1}",
                "colocation_per_kw_month = {value = -1}",
                "facility_capex_per_kw = {value = -1}",
                "usd_per_kwh = {value = -1}",
                "usd_per_kwh = {value = 8, unit = 'cent/kWh'}",
            ),
            "business": (
                "margin = {value = 1}",
                "input_tokens = {value = -1}",
                "output_tokens = {value = 0}",
                "input_token_weight = {value = -0.1}",
                "input_price_per_mtok = {value = -0.1}",
                "output_price_per_mtok = {value = 2, unit = 'EUR/Mtok'}",
                "cache_hit_rate = {value = 1.1}",
                "cached_input_price_ratio = {value = 1.1}",
            ),
        }.items()
        for text in texts
    },
    "text for a number": ("value = 93.25", 'value = "93.25"'),
    "bool for a number": ("value = 93.25", "value = true"),
    "array for a number": ("value = 93.25", "value = [93.25]"),
    "number for a text": ('model = "DeepSeek-R1"', "model = 1"),
    "array for a range": ("[pue]\nvalue = 1.0", "[pue]\nlow = []"),
    "bad month": ('as_of = "2026-02"', 'as_of = "2026-13"'),
    "too long": ('model = "DeepSeek-R1"', f'model = "{"x" * 501}"'),
    "control character": ('model = "DeepSeek-R1"', 'model = "a\\u0007"'),
    "bad key of a source": ("[pue]", "[sources.'My Run']\ntitle = 'a'\n[pue]"),
}
FAULTY_COMPARISON = {
    "unknown key": ('title = "Hopper', 'titel = "Hopper'),
    "unknown nested key": ('label = "Hopper"', 'lable = "Hopper"'),
    "bad label": ('label = "Hopper"', 'label = "1st"'),
    "long label": ('label = "Hopper"', f'label = "{"x" * 21}"'),
    "unknown metric": ('metric = "tokens_per_mw"', 'metric = "tokens_per_kw"'),
    "unknown rounding": ('rounding = "truncated"', 'rounding = "up"'),
    "zero step": ("step = 0.01", "step = 0"),
    "unknown source": ('source = "seed_table"', 'source = "hearsay"'),
    "one side only": ('[baseline]\nscenario = "hopper_hgx_h200"\nlabel = "Hopper"', ""),
    "table for an array": ("[[published]]", "[published_]\n[[published]]"),
}
CASES = [
    pytest.param(text, fault, id=f"{kind}: {name}")
    for kind, text, faults in (
        ("scenario", HOPPER, FAULTY),
        ("comparison", COMPARISON, FAULTY_COMPARISON),
    )
    for name, fault in faults.items()
]
# Limits as they stand in the formulas' reference, by table of the scenario file.
LIMITS = {
    "Cost": ("cost_per_gpu_hour", {"exclusiveMinimum": 0}),
    "Throughput": ("tokens_per_second_per_gpu", {"exclusiveMinimum": 0}),
    "Utilization": ("utilization", {"exclusiveMinimum": 0, "maximum": 1}),
    "Power": ("kw_per_gpu", {"exclusiveMinimum": 0}),
    "Pue": ("pue", {"minimum": 1}),
    "Compute": ("pflops_per_gpu", {"exclusiveMinimum": 0}),
    "Lever": ("fp4_precision", {"exclusiveMinimum": 0}),
}
KEYWORDS = {">": "exclusiveMinimum", ">=": "minimum", "<": "exclusiveMaximum", "<=": "maximum"}


class TestJsonSchema:
    """What editors are told is what the loader enforces."""

    def test_it_is_a_schema(self) -> None:
        Draft202012Validator.check_schema(json_schema())

    @pytest.mark.parametrize("name", shipped())
    def test_shipped_files_are_valid(self, name: str) -> None:
        text = shipped()[name].read_text(encoding="utf-8")
        assert list(Draft202012Validator(json_schema()).iter_errors(tomllib.loads(text))) == []

    @pytest.mark.parametrize(("text", "fault"), CASES)
    def test_both_refuse(self, tmp_path: Path, text: str, fault: tuple[str, str]) -> None:
        faulty = edited(text, fault)
        assert not in_schema(tomllib.loads(faulty))
        with pytest.raises(InputFileError):
            load_scenario(written(tmp_path, faulty))

    @pytest.mark.parametrize(
        "more",
        [
            COST,
            MY_RUN,
            OWNERSHIP,
            "[cost]\nvalue = 1\n",
            "[ownership]\ncost_of_capital = {value = 0}\nresidual_value_share = {value = 1}\n",
            "[ownership]\nserver_capex_per_gpu = {value = 0}\naverage_load = {value = 0}\n",
            "[business]\ninput_tokens = {value = 0}\ncache_hit_rate = {value = 1}\n",
            "[business]\noutput_price_per_mtok = {value = 0, unit = 'USD/Mtok'}\n",
            "[levers.runtime]\nvalue = 0.13\nanswer = 'unknown'\nin_baseline = 'no'\n",
        ],
    )
    def test_both_accept(self, tmp_path: Path, more: str) -> None:
        assert in_schema(tomllib.loads(HOPPER + "\n" + more))
        assert scenario(tmp_path, more=more)

    @pytest.mark.parametrize("table", LIMITS)
    def test_limits(self, table: str) -> None:
        argument, expected = LIMITS[table]
        field = json_schema()["$defs"][table]["properties"]["value"]
        number = field if "anyOf" not in field else field["anyOf"][0]
        said = {key: value for key, value in number.items() if key in KEYWORDS.values()}
        assert said == expected
        bounds = ARGUMENTS[argument].limits.bounds
        assert said == {KEYWORDS[bound.symbol]: bound.value for bound in bounds}

    def test_no_table_takes_unknown_keys(self) -> None:
        tables = [item for item in json_schema()["$defs"].values() if item["type"] == "object"]
        assert len(tables) > len(LIMITS)
        assert {item["additionalProperties"] for item in tables} == {False}
