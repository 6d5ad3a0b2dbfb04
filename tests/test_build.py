"""Workbooks as files: the same bytes everywhere, whole or not at all, with the right values."""

import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from fractions import Fraction
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from exact_economics import differing, named_outputs
from openpyxl import load_workbook

from xl_tco.errors import InputFileError
from xl_tco.scenario import shipped
from xl_tco.templates import build, save

COMMITTED = Path(__file__).parent.parent / "workbook_templates"
HOPPER = shipped()["hopper_hgx_h200"].read_text(encoding="utf-8")
COMPARISON = shipped()["hopper_vs_blackwell"].read_text(encoding="utf-8")
FOLDERS = {"lambda": "", "addin": "addin", "native": "native"}
EVERY = [
    pytest.param(name, flavour, id=f"{name}-{flavour}") for name in shipped() for flavour in FOLDERS
]
# The catalog's newest figures are of November 2026: the workbooks' date, first of the month.
DATE = (2026, 11, 1, 0, 0, 0)


@pytest.fixture(autouse=True)
def _no_date_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@cache
def first_built(name: str, flavour: str) -> bytes:
    """A shipped workbook as this process built it the first time, without a date from outside."""
    return build(name, flavour).content


def edited(text: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


class TestCommitted:
    """The templates in the repository."""

    @pytest.mark.parametrize(("name", "flavour"), EVERY)
    def test_what_the_code_builds(self, name: str, flavour: str) -> None:
        content = (COMMITTED / FOLDERS[flavour] / f"{name}.xlsx").read_bytes()
        # Not `==` on the bytes themselves: a difference of 100 kB is no help to anybody.
        assert parts_of(first_built(name, flavour)) == parts_of(content)
        assert digest(first_built(name, flavour)) == digest(content)

    def test_no_others(self) -> None:
        found = {path.relative_to(COMMITTED) for path in COMMITTED.rglob("*.xls*")}
        assert found == {
            Path(folder, f"{name}.xlsx") for folder in FOLDERS.values() for name in shipped()
        }


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def parts_of(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: digest(archive.read(name)) for name in archive.namelist()}


DIGESTS = """
import hashlib, json
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.scenario import shipped
from xl_tco.templates import build
print(json.dumps({
    f"{name}-{flavour}": hashlib.sha256(build(name, flavour).content).hexdigest()
    for name in reversed(shipped()) for flavour in reversed(Flavour)
}))
"""


class TestSameBytes:
    """Whatever the process, its clock, language and place."""

    @pytest.mark.parametrize(("name", "flavour"), EVERY)
    def test_twice_in_one_process(self, name: str, flavour: str) -> None:
        assert digest(build(name, flavour).content) == digest(first_built(name, flavour))

    @pytest.mark.parametrize(
        "environment",
        [
            {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LANG": "C", "LC_ALL": "C"},
            {"PYTHONHASHSEED": "4242", "TZ": "UTC", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "1"},
        ],
        ids=lambda environment: environment["LANG"],
    )
    def test_in_another_process(self, tmp_path: Path, environment: dict[str, str]) -> None:
        inherited = {key: value for key, value in os.environ.items() if key[:3] != "LC_"}
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            encoding="utf-8",
            env={**inherited, **environment},
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {
            f"{name}-{flavour}": digest(first_built(name, flavour))
            for name in shipped()
            for flavour in FOLDERS
        }

    def test_by_name_and_by_path(self) -> None:
        by_path = build(shipped()["hopper_hgx_h200"])
        assert digest(by_path.content) == digest(build("hopper_hgx_h200").content)


def core_dates(content: bytes) -> dict[str, str | None]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("docProps/core.xml"))
    terms = "{http://purl.org/dc/terms/}"
    return {tag: root.findtext(f"{terms}{tag}") for tag in ("created", "modified")}


class TestArchive:
    """The zip file that a workbook is."""

    @pytest.mark.parametrize(("name", "flavour"), EVERY)
    def test_entries(self, name: str, flavour: str) -> None:
        content = first_built(name, flavour)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            assert archive.testzip() is None
            assert archive.comment == b""
        assert entries[0].filename == "[Content_Types].xml"
        assert len({entry.filename for entry in entries}) == len(entries)
        for entry in entries:
            assert entry.compress_type == zipfile.ZIP_STORED
            assert entry.date_time == DATE
            assert (entry.extra, entry.comment) == (b"", b"")
            # Neither the system it was made on nor that system's permissions.
            assert (entry.create_system, entry.external_attr) == (0, 0o600 << 16)
            # The entry's own header, as well as the one in the directory: 26 bytes in stand
            # the lengths of its name and its extra field.
            assert struct.unpack_from("<HH", content, entry.header_offset + 26) == (
                len(entry.filename),
                0,
            )

    def test_date_of_the_data(self) -> None:
        dates = core_dates(build("hopper_hgx_h200").content)
        assert dates == dict.fromkeys(("created", "modified"), "2026-11-01T00:00:00Z")

    @pytest.mark.parametrize(
        ("epoch", "date"),
        [
            ("1700000000", (2023, 11, 14, 22, 13, 20)),
            ("315532800", (1980, 1, 1, 0, 0, 0)),
        ],
    )
    def test_date_of_source_date_epoch(
        self, monkeypatch: pytest.MonkeyPatch, epoch: str, date: tuple[int, ...]
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        content = build("hopper_vs_blackwell").content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {date}
        text = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*date)
        assert core_dates(content) == dict.fromkeys(("created", "modified"), text)
        monkeypatch.delenv("SOURCE_DATE_EPOCH")
        changed = parts_of(content).items() ^ parts_of(build("hopper_vs_blackwell").content).items()
        assert {name for name, _ in changed} == {"docProps/core.xml"}


class TestSaving:
    """Each file whole or not at all, and nothing left lying about."""

    def test_an_older_file_is_replaced(self, tmp_path: Path) -> None:
        built = build("hopper_hgx_h200")
        path = tmp_path / "hopper_hgx_h200.xlsx"
        path.write_bytes(b"older" * 100_000)
        assert save([built], tmp_path) == [path]
        assert digest(path.read_bytes()) == digest(built.content)
        assert list(tmp_path.iterdir()) == [path]

    @pytest.mark.parametrize("flavour", FOLDERS)
    def test_places(self, tmp_path: Path, flavour: str) -> None:
        place = tmp_path / "not" / "yet"
        (path,) = save([build("hopper_hgx_h200", flavour)], place)
        assert path == place / FOLDERS[flavour] / "hopper_hgx_h200.xlsx"
        assert load_workbook(path).sheetnames[0] == "Cover"

    @pytest.mark.parametrize("flavour", FOLDERS)
    def test_a_folder_in_its_place(self, tmp_path: Path, flavour: str) -> None:
        place = tmp_path / FOLDERS[flavour] / "hopper_hgx_h200.xlsx"
        inside = place / "inside.txt"
        place.mkdir(parents=True)
        inside.write_text("mine", encoding="utf-8")
        with pytest.raises(InputFileError) as caught:
            save([build("hopper_hgx_h200", flavour)], tmp_path)
        assert str(place) in str(caught.value)
        assert inside.read_text(encoding="utf-8") == "mine"
        assert set(tmp_path.rglob("*")) - {place.parent} == {place, inside}

    def test_a_file_for_a_folder(self, tmp_path: Path) -> None:
        file = tmp_path / "addin"
        file.write_text("mine", encoding="utf-8")
        with pytest.raises(InputFileError, match="cannot be written"):
            save([build("hopper_hgx_h200", "addin")], tmp_path)
        assert file.read_text(encoding="utf-8") == "mine"
        assert list(tmp_path.iterdir()) == [file]

    def test_files_before_a_failing_one_are_whole(self, tmp_path: Path) -> None:
        first, second = build("hopper_hgx_h200"), build("blackwell_gb300_nvl72")
        blocked = second.path_under(tmp_path)
        blocked.mkdir()
        with pytest.raises(InputFileError):
            save([first, second], tmp_path)
        path = first.path_under(tmp_path)
        assert digest(path.read_bytes()) == digest(first.content)
        assert set(tmp_path.iterdir()) == {path, blocked}


# The inputs from which the published table follows, and peak FP8 dense for like with like.
INPUTS = {
    "hopper": {"cost": "1.41", "tokens": "93.25", "kw": "1.73", "pf": "3.958", "dense": "1.979"},
    "blackwell": {"cost": "2.652", "tokens": "5950", "kw": "2.10", "pf": "15", "dense": "5"},
}
NAMES = {"hopper": "hopper_hgx_h200", "blackwell": "blackwell_gb300_nvl72"}


def exact(
    cost: str, tokens: str, kw: str, pf: str, dense: str, share: str = "1", pue: str = "1"
) -> dict[str, Fraction]:
    """The outputs of a platform by exact arithmetic."""
    usd, rate, power = Fraction(cost), Fraction(tokens), Fraction(kw) * Fraction(pue)
    return {
        "cost_per_mtok": usd / (rate * Fraction(share) * 3600) * 1_000_000,
        "tokens_per_mw": rate / (power / 1000),
        "joules_per_token": power * 1000 / rate,
        "flops_per_dollar": Fraction(pf) / usd,
        "flops_per_dollar_like_for_like": Fraction(dense) / usd,
    }


def assert_values(built: dict[str, object], prefix: str, expected: dict[str, Fraction]) -> None:
    """Named values of a prefix, to 12 digits."""
    for name, value in expected.items():
        given = built[f"{prefix}{name}"]
        assert isinstance(given, float)
        assert abs(Fraction(given) - value) <= value * Fraction(1, 10**12), name


MINE = """
[cost]
value = 3.3
[ownership]
server_capex_per_gpu = { value = 55000 }
life_years = { value = 4, low = 3 }
residual_value_share = { value = 0.2 }
[business]
input_tokens = { value = 8192 }
output_price_per_mtok = { value = 20, unit = "USD/Mtok" }
[levers.runtime]
answer = "yes"
value = 1.5
"""


@pytest.mark.parametrize("flavour", FOLDERS)
class TestValues:
    """What the named cells come to."""

    @pytest.mark.parametrize("side", INPUTS)
    def test_of_one_platform(self, side: str, flavour: str) -> None:
        built = build(NAMES[side], flavour)
        assert_values(built.values, "out_", exact(**INPUTS[side]))
        assert not any(name.startswith("rel_") for name in built.values)

    @pytest.mark.parametrize("name", shipped())
    def test_of_every_output(self, name: str, flavour: str) -> None:
        """Ownership, levers, revenue and margins as well; a check is TRUE, or the file is bad."""
        values = build(name, flavour).values
        expected = named_outputs(values)
        assert expected.keys() == {key for key in values if key.startswith(("out_", "rel_"))}
        assert differing(values, expected) == []
        checks = {key: value for key, value in values.items() if key.startswith("check_")}
        assert len(checks) > len(values) // 20
        assert set(checks.values()) == {True}

    def test_of_a_comparison(self, flavour: str) -> None:
        values = build("hopper_vs_blackwell", flavour).values
        hopper, blackwell = (exact(**inputs) for inputs in INPUTS.values())
        sides = {"hopper": hopper, "blackwell": blackwell}
        assert_values(
            values,
            "out_",
            {f"{name}_{side}": x for side, found in sides.items() for name, x in found.items()},
        )
        relative = {name: blackwell[name] / hopper[name] for name in hopper}
        relative["cost_per_gpu_hour"] = Fraction("2.652") / Fraction("1.41")
        relative["tokens_per_second_per_gpu"] = Fraction("5950") / Fraction("93.25")
        assert_values(values, "rel_", relative)

    def test_of_a_scenario_of_ones_own(self, tmp_path: Path, flavour: str) -> None:
        path = tmp_path / "mine.toml"
        text = edited(
            HOPPER,
            ("[utilization]\nvalue = 1.0", "[utilization]\nvalue = 0.6"),
            ("[pue]\nvalue = 1.0", "[pue]\nvalue = 1.25"),
            ('basis = "utility"\nlow = 1.709\nhigh = 1.745', 'basis = "it"\nvalue = 0.9'),
        )
        path.write_text(f"{text}\n{MINE}", encoding="utf-8", newline="\n")
        built = build(path, flavour)
        given = dict(INPUTS["hopper"], cost="3.3", kw="0.9")
        given["tokens"] = str(Fraction("93.25") * Fraction("1.5"))
        assert_values(built.values, "out_", exact(**given, share="0.6", pue="1.25"))
        # A life of 4 years at 8 %: 12 000 USD of 60 000 come back at the end.
        left = Fraction(12_000) / Fraction("1.08") ** 4
        charge = (60_000 - left) / sum(1 / Fraction("1.08") ** year for year in range(1, 5))
        energy = Fraction("0.0806") * Fraction("0.9") * Fraction("1.25") * Fraction("0.8")
        rent = Fraction("217.30") * 12 * Fraction("0.9") / 8760
        owned = (charge + Fraction("0.05") * 60_000) / 8760 + rent + energy
        assert_values(built.values, "out_", {"gpu_hour_cost": owned})
        assert differing(built.values, named_outputs(built.values)) == []
        assert built.values["check_master"] is True
        assert built.warnings == ()

    def test_of_an_owned_gpu_hour(self, tmp_path: Path, flavour: str) -> None:
        path = tmp_path / "owned.toml"
        more = '[ownership]\ncost_from = "owned"\ndepreciation = "straight line"\n'
        path.write_text(f"{HOPPER}\n{more}", encoding="utf-8")
        values = build(path, flavour).values
        # 42 500 USD over 5 years, 5 % opex, rent and 80 % of the energy of 1.73 kW.
        yearly = Fraction(42_500, 5) + Fraction("0.05") * 42_500
        yearly += 12 * Fraction("217.30") * Fraction("1.73")
        owned = yearly / 8760 + Fraction("0.0806") * Fraction("1.73") * Fraction("0.8")
        assert_values(values, "out_", {"gpu_hour_cost": owned})
        assert_values(values, "out_", exact(str(owned), "93.25", "1.73", "3.958", "1.979"))
        assert values["check_master"] is True

    def test_the_file_holds_the_same_values(self, flavour: str) -> None:
        """Not a name without its value: a viewer that does not calculate shows these."""
        built = build("hopper_vs_blackwell", flavour)
        stored = load_workbook(io.BytesIO(built.content), data_only=True)
        for name, value in built.values.items():
            ((title, place),) = stored.defined_names[name].destinations
            assert stored[title][place].value == value, name


def test_own_sources_of_both_sides_are_in_the_workbook(tmp_path: Path) -> None:
    """Two scenarios may well call their sources by the same key."""
    for side in ("a", "b"):
        source = f"[sources.my_run]\ntitle = 'Run {side}'\npublisher = 'We'\ndate = '2026-10'\n"
        text = edited(HOPPER, ('source = "reconciliation"', 'source = "my_run"'))
        (tmp_path / f"side_{side}.toml").write_text(f"{text}\n{source}", encoding="utf-8")
    path = tmp_path / "both.toml"
    edits = ('"hopper_hgx_h200"', '"side_a"'), ('"blackwell_gb300_nvl72"', '"side_b"')
    path.write_text(edited(COMPARISON, *edits), encoding="utf-8")
    try:
        built = build(path)
    except InputFileError as error:
        assert "my_run" in str(error)  # noqa: PT017
        return
    cells = {
        cell.value
        for sheet in load_workbook(io.BytesIO(built.content)).worksheets
        for row in sheet.iter_rows()
        for cell in row
    }
    assert cells >= {"Run a", "Run b"}
