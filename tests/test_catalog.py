"""The catalog holds the published figures and no others, and picks by date, tier and basis."""

import csv
import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import xl_tco
import xl_tco.catalog
from xl_tco.catalog import records
from xl_tco.catalog.models import Catalog, load_catalog
from xl_tco.errors import UnknownKeyError
from xl_tco.functions import BY_NAME

# Constants of SemiAnalysis' InferenceX dashboard by date of revision: the project's own record.
TABLE = Path(__file__).parent / "data" / "gpu_cost_and_power.csv"

Key = tuple[str, str, str, str | None, str | None]

# Column: figure, unit, as-of date, tier, basis.
COLUMNS: dict[str, tuple[str, str, str, str | None, str | None]] = {
    "kw_per_gpu_v2(<=2026-07-13)": ("kw_per_gpu", "kW/GPU", "2026-02", None, "utility"),
    "kw_per_gpu(>=2026-07-14)": ("kw_per_gpu", "kW/GPU", "2026-07-14", None, "it"),
    "tdp_w": ("tdp_watts", "W", "2026-11", None, None),
    **{
        f"{column}_{revision}": ("cost_per_gpu_hour", "USD/GPU-h", as_of, tier, None)
        for column, tier in (
            ("costh", "owned_hyperscaler"),
            ("costn", "owned_neocloud"),
            ("costr", "rental_3yr"),
        )
        for revision, as_of in (("v2", "2026-02"), ("aug2026", "2026-08"), ("latest", "2026-11"))
        if (column, revision) != ("costn", "latest")
    },
}

# Per GPU: makers' figures as recorded in ai-dynamo/aiconfigurator and InferenceX gpu-specs.
# HGX B300 is published as 270 to 288 GB and 7.75 to 8 TB/s; the catalog takes the upper ones.
HARDWARE_UNITS = {
    "pflops_fp8_dense": "PFLOP/s/GPU",
    "pflops_fp8_sparse": "PFLOP/s/GPU",
    "pflops_fp4_dense": "PFLOP/s/GPU",
    "pflops_fp4_sparse": "PFLOP/s/GPU",
    "hbm_gb": "GB",
    "hbm_tb_per_second": "TB/s",
    "tdp_watts": "W",
    "nvlink_gb_per_second": "GB/s",
}
HARDWARE_ROWS = {
    "h200": (1.979, 3.958, None, None, 141, 4.8, 700, 900),
    "gb300": (5, 10, 15, 20, 288, 8, 1400, 1800),
    "b300": (4.5, 9, 14, 18, 288, 8, 1100, 1800),
}


def published() -> dict[Key, tuple[float, str]]:
    """Value and unit of every figure, as the two records above give them."""
    found: dict[Key, tuple[float, str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            platform = row.pop("gpu")
            assert row.keys() == COLUMNS.keys()
            for column, text in row.items():
                figure, unit, as_of, tier, basis = COLUMNS[column]
                if text:
                    found[platform, figure, as_of, tier, basis] = float(text), unit
    for platform, values in HARDWARE_ROWS.items():
        for (figure, unit), value in zip(HARDWARE_UNITS.items(), values, strict=True):
            if value is not None:
                found[platform, figure, "2026-02", None, None] = float(value), unit
    return found


PUBLISHED = published()


class TestFigures:
    """What the catalog holds."""

    @pytest.mark.parametrize("key", PUBLISHED, ids=lambda key: " ".join(filter(None, key)))
    def test_every_published_value(self, key: Key) -> None:
        platform, figure, as_of, tier, basis = key
        found = load_catalog().figure(platform, figure, as_of, tier=tier, basis=basis)
        assert (found.value, found.unit) == PUBLISHED[key]
        assert found.as_of == as_of

    def test_no_other_values(self) -> None:
        held = [
            (item.platform, item.figure, item.as_of, item.tier, item.basis)
            for item in load_catalog().figures
        ]
        assert len(held) == len(set(held)) == len(PUBLISHED)
        assert set(held) == PUBLISHED.keys()

    def test_every_figure_can_be_traced(self) -> None:
        catalog = load_catalog()
        for item in catalog.figures:
            assert item.unit
            assert re.fullmatch(r"2026-\d\d(-\d\d)?", item.as_of)
            source = catalog.sources[item.source]
            assert source.title
            assert source.publisher
            assert source.date
            assert catalog.platforms[item.platform].name
            assert (item.tier is not None) is (item.figure == "cost_per_gpu_hour")
            assert (item.basis is not None) is (item.figure == "kw_per_gpu")

    def test_every_platform_has_a_figure(self) -> None:
        assert set(load_catalog().platforms) == {platform for platform, *_ in PUBLISHED}

    def test_the_placeholder_says_so(self) -> None:
        """2.652 is 1.2 x GB200, says its own source; so must the catalog."""
        found = load_catalog().figure(
            "gb300", "cost_per_gpu_hour", "2026-02", tier="owned_hyperscaler"
        )
        assert math.isclose(found.value, 1.2 * 2.21)
        assert "placeholder" in load_catalog().sources[found.source].note

    def test_newest_date(self) -> None:
        assert load_catalog().as_of == "2026-11"


class TestSelection:
    """The latest figure on or before the date asked for; a month means its end."""

    @pytest.mark.parametrize(
        ("as_of", "value"),
        [
            ("2026-02", 1.41),
            ("2026-02-01", 1.41),
            ("2026-07-31", 1.41),
            ("2026-07", 1.41),
            ("2026-08", 1.22),
            ("2026-12-31", 1.22),
            ("2031-01", 1.22),
        ],
    )
    def test_owned(self, as_of: str, value: float) -> None:
        found = load_catalog().figure("h200", "cost_per_gpu_hour", as_of, tier="owned_hyperscaler")
        assert found.value == value

    @pytest.mark.parametrize(
        ("as_of", "value"),
        [("2026-02", 1.60), ("2026-08", 2.05), ("2026-10", 2.05), ("2026-11", 2.90)],
    )
    def test_rented(self, as_of: str, value: float) -> None:
        found = load_catalog().figure("h200", "cost_per_gpu_hour", as_of, tier="rental_3yr")
        assert found.value == value

    @pytest.mark.parametrize(
        ("as_of", "value", "dated"),
        [("2026-10", 1.59, "2026-08"), ("2027-01", 1.59, "2026-08")],
    )
    def test_a_tier_that_ends_keeps_its_date(self, as_of: str, value: float, dated: str) -> None:
        """The latest revision has no neocloud column: the August figure stands, and says so."""
        found = load_catalog().figure("h200", "cost_per_gpu_hour", as_of, tier="owned_neocloud")
        assert (found.value, found.as_of) == (value, dated)

    @pytest.mark.parametrize(
        ("as_of", "basis", "value"),
        [
            ("2026-07-13", "utility", 1.73),
            ("2026-07", "utility", 1.73),
            ("2026-11", "utility", 1.73),
            ("2026-07-14", "it", 1.37),
            ("2026-07", "it", 1.37),
            ("2026-11", "it", 1.37),
        ],
    )
    def test_power_of_the_basis_asked_for(self, as_of: str, basis: str, value: float) -> None:
        assert load_catalog().figure("h200", "kw_per_gpu", as_of, basis=basis).value == value

    @pytest.mark.parametrize("as_of", ["2026-07-13", "2026-06", "2026-02"])
    def test_it_power_is_unknown_before_it_was_published(self, as_of: str) -> None:
        with pytest.raises(UnknownKeyError) as caught:
            load_catalog().figure("h200", "kw_per_gpu", as_of, basis="it")
        for word in ("h200", "kw_per_gpu", "it", as_of, "utility 2026-02", "it 2026-07-14"):
            assert word in str(caught.value)

    def test_tier_and_basis_are_never_guessed(self) -> None:
        with pytest.raises(UnknownKeyError):
            load_catalog().figure("h200", "cost_per_gpu_hour", "2026-02")
        with pytest.raises(UnknownKeyError):
            load_catalog().figure("h200", "kw_per_gpu", "2026-02")

    @pytest.mark.parametrize(
        ("platform", "figure", "words"),
        [
            ("h300", "tdp_watts", ("h300", "h100, h200, b200")),
            ("h200", "pflops_fp4_dense", ("no pflops_fp4_dense of h200",)),
            ("h200", "colour", ("no colour of h200",)),
        ],
    )
    def test_unknown_names_say_what_there_is(
        self, platform: str, figure: str, words: tuple[str, ...]
    ) -> None:
        with pytest.raises(LookupError) as caught:
            load_catalog().figure(platform, figure, "2026-11")
        for word in words:
            assert word in str(caught.value)


def real_document() -> dict[str, Any]:
    """The catalog's own files, unchecked."""
    folder = Path(xl_tco.catalog.__file__).parent
    files = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in folder.glob("*.toml")}
    others = {name: files.pop(name) for name in ("platforms", "sources", "assumptions")}
    inquiries = files.pop("levers")["inquiry"]
    revisions = [revision for name in sorted(files) for revision in files[name]["revision"]]
    return others | {"revisions": revisions, "inquiries": inquiries}


def revision_of(document: dict[str, Any], figure: str) -> dict[str, Any]:
    return next(item for item in document["revisions"] if item["figure"] == figure)


def _set(figure: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: revision_of(document, figure).update(changes)


def _value(figure: str, value: Any, platform: str = "h200") -> Callable[[dict[str, Any]], None]:
    return lambda document: revision_of(document, figure)["values"].update({platform: value})


def _without(figure: str, key: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: revision_of(document, figure).pop(key)


def _inquiry(key: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: next(
        item for item in document["inquiries"] if item["key"] == key
    ).update(changes)


def _effect_of_hearsay(document: dict[str, Any]) -> None:
    next(item for item in document["inquiries"] if item.get("effect"))["effect"][0].update(
        source="hearsay"
    )


def _twice(document: dict[str, Any]) -> None:
    document["revisions"].append(dict(document["revisions"][0], values={"h200": 1.0}))


BROKEN = {
    "unknown platform": (_value("cost_per_gpu_hour", 1.0, "h300"), "unknown platform h300"),
    "unknown source": (_set("kw_per_gpu", source="hearsay"), "unknown source hearsay"),
    "given twice": (_twice, "given twice"),
    "wrong unit": (_set("cost_per_gpu_hour", unit="EUR/GPU-h"), "must be USD/GPU-h"),
    "wrong unit of power": (_set("kw_per_gpu", unit="W/GPU"), "must be kW/GPU"),
    "wrong unit of compute": (_set("pflops_fp8_dense", unit="TFLOP/s"), "must be PFLOP/s/GPU"),
    "negative cost": (_value("cost_per_gpu_hour", -0.01), "-0.01: give greater than 0"),
    "no power": (_value("kw_per_gpu", 0.0), "0.0: give greater than 0"),
    "no compute": (_value("pflops_fp8_dense", 0.0), "0.0: give greater than 0"),
    "unknown key of the catalog": (lambda document: document.update(colour={}), "colour"),
    "unknown key of a revision": (_set("kw_per_gpu", colour="red"), "colour"),
    "unknown key of a platform": (lambda d: d["platforms"]["h200"].update(color="red"), "color"),
    "unknown key of a source": (lambda d: d["sources"]["seed_table"].update(page=1), "page"),
    "not a number": (_value("kw_per_gpu", math.nan), "finite number"),
    "infinite": (_value("cost_per_gpu_hour", math.inf), "finite number"),
    "infinite, no function's argument": (_value("hbm_gb", math.inf), "finite number"),
    "text for a number": (_value("kw_per_gpu", "1.73"), "valid number"),
    "bool for a number": (_value("kw_per_gpu", True), "valid number"),
    "unknown tier": (_set("cost_per_gpu_hour", tier="borrowed"), "owned_hyperscaler"),
    "unknown basis": (_set("kw_per_gpu", basis="nameplate"), "utility"),
    "bad month": (_set("kw_per_gpu", as_of="2026-13"), "YYYY-MM"),
    "bad date": (_set("kw_per_gpu", as_of="14 July 2026"), "YYYY-MM"),
    "no values": (_set("kw_per_gpu", values={}), "at least 1"),
    "no source": (_without("kw_per_gpu", "source"), "source"),
    "no date": (_without("kw_per_gpu", "as_of"), "as_of"),
    "no unit": (_without("hbm_gb", "unit"), "unit"),
    "key that is no name": (_value("kw_per_gpu", 1.0, "H 200"), "match pattern"),
    "source of an assumption": (
        lambda d: d["assumptions"]["network_capex_per_gpu"].update(source="hearsay"),
        "network_capex_per_gpu: unknown source hearsay",
    ),
    "source of a platform's assumption": (
        lambda d: d["assumptions"]["server_capex_per_gpu"]["platforms"]["h200"].update(
            source="hearsay"
        ),
        "server_capex_per_gpu: unknown source hearsay",
    ),
    "source of an effect": (_effect_of_hearsay, "unknown source hearsay"),
    "a lever that is none": (_inquiry("gpu_hour", lever=True), "argument of DELIVERED_TOKENS"),
    "a lever not named one": (_inquiry("runtime", lever=False), "argument of DELIVERED_TOKENS"),
    "unknown depth": (_inquiry("gpu_hour", depth="deep"), "surface"),
    "control character": (_set("kw_per_gpu", note="a\x07b"), "match pattern"),
}


class TestValidation:
    """A catalog that does not hold together is refused as it is loaded."""

    def test_the_real_files_are_accepted(self) -> None:
        catalog = Catalog.model_validate(real_document())
        assert catalog.platforms == load_catalog().platforms
        assert catalog.sources == load_catalog().sources
        assert catalog.assumptions == load_catalog().assumptions
        assert catalog.inquiries == load_catalog().inquiries
        assert set(catalog.figures) == set(load_catalog().figures)

    @pytest.mark.parametrize(("break_it", "words"), BROKEN.values(), ids=BROKEN)
    def test_broken(self, break_it: Callable[[dict[str, Any]], None], words: str) -> None:
        document = real_document()
        break_it(document)
        with pytest.raises(ValidationError, match=re.escape(words)):
            Catalog.model_validate(document)

    def test_it_cannot_be_changed_after_loading(self) -> None:
        catalog = load_catalog()
        with pytest.raises(ValidationError, match="frozen"):
            catalog.revisions = ()
        with pytest.raises(ValidationError, match="frozen"):
            catalog.revisions[0].unit = "EUR"
        for name, value in (("value", 0.0), ("as_of", "2027"), ("tier", None)):
            with pytest.raises(FrozenInstanceError):
                setattr(catalog.figures[0], name, value)


class TestAssumptionsAndInquiries:
    """What stands where a scenario says nothing, and what to ask of a platform."""

    def test_a_value_lies_in_its_range_and_says_why(self) -> None:
        catalog = load_catalog()
        for assumption in catalog.assumptions.values():
            for item in (assumption, *assumption.platforms.values()):
                assert item.low <= item.value <= item.high
                assert item.note
            assert assumption.platforms.keys() <= catalog.platforms.keys()

    def test_a_platform_has_its_own_assumption_or_the_common_one(self) -> None:
        catalog = load_catalog()
        common = catalog.assumptions["server_capex_per_gpu"]
        assert catalog.assumption("server_capex_per_gpu", "h200").value == 37500
        assert catalog.assumption("server_capex_per_gpu", "tpuv7") == common

    def test_every_lever_is_asked_for(self) -> None:
        levers = [item.key for item in load_catalog().inquiries if item.lever]
        arguments = [argument.name for argument in BY_NAME["delivered_tokens"].arguments]
        assert set(arguments[2:]) <= set(levers) <= set(arguments)

    # docs/economics.md, section 4: the lowest and the highest published effect.
    @pytest.mark.parametrize(
        ("lever", "low", "high"),
        [
            ("fp4_precision", 3.4, 8.2),
            ("interconnect", 0.82, 4.39),
            ("disaggregation", 0.13, None),
            ("kv_routing", 1.25, 1.30),
        ],
    )
    def test_published_effects(self, lever: str, low: float, high: float | None) -> None:
        (inquiry,) = (item for item in load_catalog().inquiries if item.key == lever)
        assert min(effect.low for effect in inquiry.effect) == low
        assert high is None or max(effect.high for effect in inquiry.effect) == high
        assert all(effect.low <= effect.high for effect in inquiry.effect)
        assert all(effect.operating_point for effect in inquiry.effect)


class TestRecords:
    """The same figures as plain records, which the worksheet functions look up in."""

    def test_the_same_as_the_validated_catalog(self) -> None:
        assert records.all_figures() == load_catalog().figures
        assert {
            key: platform.model_dump() for key, platform in load_catalog().platforms.items()
        } == records.all_platforms()

    def test_by_platform(self) -> None:
        found = records.figures_by_platform()
        assert list(found) == list(records.all_platforms())
        assert {item for items in found.values() for item in items} == set(records.all_figures())
        for platform, items in found.items():
            assert {item.platform for item in items} == {platform}

    def test_every_figure_file_is_read(self) -> None:
        folder = Path(xl_tco.catalog.__file__).parent
        others = {"platforms.toml", "sources.toml", "assumptions.toml", "levers.toml"}
        assert {path.name for path in folder.glob("*.toml")} - others == set(records.FIGURE_FILES)

    @pytest.mark.parametrize("key", PUBLISHED, ids=lambda key: " ".join(filter(None, key)))
    def test_every_published_value(self, key: Key) -> None:
        platform, figure, as_of, tier, basis = key
        found = xl_tco.platform_figure(platform, figure, tier or basis or "", as_of)
        assert found == PUBLISHED[key][0]

    def test_dates_sort_as_numbers(self) -> None:
        dates = ["2025", "2026-02", "2026-02-01", "2026-07-13", "2026-07-14", "2026-08"]
        numbers = [records.date_number(text, "00") for text in dates]
        assert numbers == sorted(numbers)
        assert records.date_number("2026", "99") > records.date_number("2026-12-31", "99")
        for item in records.all_figures():
            assert item.since == records.date_number(item.as_of, "00")

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            ("", ""),
            ("2026-02", "2026-02"),
            (date(2026, 7, 14), "2026-07-14"),
            (datetime(2026, 7, 14, 23, 59), "2026-07-14"),
            (2026, "2026"),
            (2026.9, "2026"),
            (46217, "2026-07-14"),
            (46217.99, "2026-07-14"),
            (36526, "2000-01-01"),
            (73050, "2099-12-31"),
        ],
        ids=repr,
    )
    def test_a_date_in_any_form(self, given: Any, text: str) -> None:
        assert records.date_text(given) == text

    @pytest.mark.parametrize(
        "given",
        [
            "today",
            "2026-13",
            "2026-2",
            "26",
            "2026-02-30 ",
            0,
            -1,
            99,
            1999,
            2100,
            36525,
            73051,
            3e6,
            *(math.nan, math.inf, date(1999, 12, 31)),
        ],
        ids=repr,
    )
    def test_what_is_no_date_of_this_century(self, given: Any) -> None:
        with pytest.raises(ValueError, match=r".*"):
            records.date_text(given)

    def test_tier_and_basis_are_of_their_kinds(self) -> None:
        for item in records.all_figures():
            assert item.tier is None or isinstance(item.tier, records.Tier)
            assert item.basis is None or isinstance(item.basis, records.PowerBasis)
            assert item.variant == (item.tier or item.basis or "")
        labels = [tier.label for tier in records.Tier]
        assert len(set(labels)) == len(labels)
