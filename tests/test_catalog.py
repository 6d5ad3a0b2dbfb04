"""The catalog holds the published figures and no others, and picks by date, tier and basis."""

import csv
import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import xl_tco.catalog
from xl_tco.catalog import load_catalog
from xl_tco.catalog.models import Catalog
from xl_tco.errors import UnknownKeyError

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
    platforms, sources = files.pop("platforms"), files.pop("sources")
    revisions = [revision for name in sorted(files) for revision in files[name]["revision"]]
    return {"platforms": platforms, "sources": sources, "revisions": revisions}


def revision_of(document: dict[str, Any], figure: str) -> dict[str, Any]:
    return next(item for item in document["revisions"] if item["figure"] == figure)


def _set(figure: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: revision_of(document, figure).update(changes)


def _value(figure: str, value: Any, platform: str = "h200") -> Callable[[dict[str, Any]], None]:
    return lambda document: revision_of(document, figure)["values"].update({platform: value})


def _without(figure: str, key: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: revision_of(document, figure).pop(key)


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
    "control character": (_set("kw_per_gpu", note="a\x07b"), "match pattern"),
}


class TestValidation:
    """A catalog that does not hold together is refused as it is loaded."""

    def test_the_real_files_are_accepted(self) -> None:
        catalog = Catalog.model_validate(real_document())
        assert catalog.platforms == load_catalog().platforms
        assert catalog.sources == load_catalog().sources
        assert set(catalog.figures) == set(load_catalog().figures)

    @pytest.mark.parametrize(("break_it", "words"), BROKEN.values(), ids=BROKEN)
    def test_broken(self, break_it: Callable[[dict[str, Any]], None], words: str) -> None:
        document = real_document()
        break_it(document)
        with pytest.raises(ValidationError, match=re.escape(words)):
            Catalog.model_validate(document)

    def test_it_cannot_be_changed_after_loading(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            load_catalog().figures[0].value = 0.0
