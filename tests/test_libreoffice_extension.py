"""The LibreOffice extension as a file, its component without LibreOffice, and its installation."""

import inspect
import io
import json
import struct
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from case_table import ALL_CASES, agrees, cell_value
from click.testing import CliRunner
from lxml import etree
from test_imports import arithmetic_on_numbers

import xl_tco
from xl_tco import __version__
from xl_tco.catalog.records import FIGURE_FILES
from xl_tco.cli.libreoffice import libreoffice as command
from xl_tco.errors import XlTcoError
from xl_tco.functions import TABLE, Function
from xl_tco.libreoffice import calc_component, extension, installation
from xl_tco.libreoffice.installation import LibreOffice

REGISTRY = "{http://openoffice.org/2001/registry}"
SOURCES = sorted(Path(calc_component.__file__).parent.glob("*.py"))
ADAPTER_LINES = 200
FUNCTIONS = [pytest.param(function, id=function.name) for function in TABLE]


@pytest.fixture(scope="module")
def content() -> bytes:
    return extension.build()


@pytest.fixture(scope="module")
def parts(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class TestFile:
    def test_the_same_bytes_every_time(self, content: bytes) -> None:
        assert extension.build() == content

    def test_nothing_of_this_machine_in_the_zip(self, content: bytes) -> None:
        with ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                assert entry.date_time == (1980, 1, 1, 0, 0, 0)
                assert (entry.create_system, entry.compress_type) == (0, ZIP_STORED)
        assert str(Path(xl_tco.__file__).parent).encode() not in content

    def test_parts(self, parts: dict[str, bytes]) -> None:
        package = Path(xl_tco.__file__).parent
        modules = [*(package / "kernel").glob("*.py"), *(package / "lookups").glob("*.py")]
        assert set(parts) == {
            "META-INF/manifest.xml",
            "description.xml",
            "functions.idl",
            "xl_tco.components",
            "CalcAddIn.xcu",
            "calc_component.py",
            "licences/xl_tco.txt",
            "licences/annotated_types.txt",
            "pythonpath/annotated_types/__init__.py",
            *(f"pythonpath/xl_tco/{name}.py" for name in ("__init__", "calls", "cells", "errors")),
            *(f"pythonpath/xl_tco/{name}.py" for name in ("declaration", "functions", "limits")),
            *(f"pythonpath/xl_tco/{file.relative_to(package).as_posix()}" for file in modules),
            "pythonpath/xl_tco/catalog/__init__.py",
            "pythonpath/xl_tco/catalog/records.py",
            *(f"pythonpath/xl_tco/catalog/{name}" for name in FIGURE_FILES),
            "pythonpath/xl_tco/catalog/platforms.toml",
        }

    def test_xml_is_well_formed(self, parts: dict[str, bytes]) -> None:
        names = [name for name in parts if name.endswith((".xml", ".xcu", ".components"))]
        assert len(names) == 4
        for name in names:
            etree.fromstring(parts[name])

    def test_manifest_names_parts_that_are_there(self, parts: dict[str, bytes]) -> None:
        listed = {
            value
            for entry in etree.fromstring(parts["META-INF/manifest.xml"])
            for key, value in entry.attrib.items()
            if key.endswith("full-path")
        }
        assert listed == {"functions.idl", "xl_tco.components", "CalcAddIn.xcu"} & set(parts)

    def test_identity(self, parts: dict[str, bytes]) -> None:
        root = etree.fromstring(parts["description.xml"])
        values = {etree.QName(element).localname: element.get("value") for element in root}
        assert (values["identifier"], values["version"]) == (extension.IDENTIFIER, __version__)

    def test_licences_travel_along(self, parts: dict[str, bytes]) -> None:
        for package in ("xl_tco", "annotated_types"):
            text = parts[f"licences/{package}.txt"]
            assert b"MIT" in text
            assert b"Copyright" in text

    def test_component_is_the_one_of_the_interface(self, parts: dict[str, bytes]) -> None:
        assert parts["calc_component.py"] == Path(calc_component.__file__).read_bytes()
        assert calc_component.SERVICE.encode() in parts["xl_tco.components"]


def wizard_node(parts: dict[str, bytes], *names: str) -> Any:
    node = etree.fromstring(parts["CalcAddIn.xcu"])
    for name in ("AddInInfo", calc_component.SERVICE, "AddInFunctions", *names):
        (node,) = [child for child in node if child.get(f"{REGISTRY}name") == name]
    return node


def properties(node: Any) -> dict[str, str]:
    return {prop.get(f"{REGISTRY}name"): prop.findtext("value") for prop in node.findall("prop")}


class TestEveryFunction:
    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_in_the_interface(self, parts: dict[str, bytes], function: Function) -> None:
        arguments = ", ".join(
            f"[in] any {calc_component.uno_name(argument.name)}" for argument in function.arguments
        )
        name = calc_component.uno_name(function.name)
        assert f"sequence< sequence< any > > {name}({arguments});" in parts[
            "functions.idl"
        ].decode().replace("\n", "")

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_in_the_function_wizard(self, parts: dict[str, bytes], function: Function) -> None:
        node = wizard_node(parts, calc_component.uno_name(function.name))
        assert properties(node) == {
            "DisplayName": function.worksheet_name,
            "Description": function.help,
            "Category": "Add-In",
            "CompatibilityName": function.worksheet_name,
        }
        found = {
            parameter.get(f"{REGISTRY}name"): properties(parameter)
            for parameter in node.find("node")
        }
        assert found == {
            calc_component.uno_name(argument.name): {
                "DisplayName": argument.name,
                "Description": argument.help,
            }
            for argument in function.arguments
        }

    def test_no_other(self, parts: dict[str, bytes]) -> None:
        assert parts["functions.idl"].count(b"[in]") == sum(len(f.arguments) for f in TABLE)
        assert len(wizard_node(parts)) == len(TABLE)


ALONE = """
import json, sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/pythonpath"]
import calc_component
from xl_tco.functions import BY_NAME
from xl_tco.cells import evaluate_cells
from xl_tco import cost_per_mtok

calls = json.load(sys.stdin)
found = [evaluate_cells(BY_NAME[name], arguments) for name, arguments in calls]
homes = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
print(json.dumps([found, cost_per_mtok(7.0, 3.0), sorted(homes - {""})]))
"""


def test_computes_with_nothing_else_installed(content: bytes, tmp_path: Path) -> None:
    with ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    cases = [case for case in ALL_CASES if not any(type(item) is date for item in case.arguments)]
    calls = [(case.function, [cell_value(item) for item in case.arguments]) for case in cases]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ALONE, str(tmp_path)],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found, cost, homes = json.loads(done.stdout)
    assert {case.function for case in cases} == {function.name for function in TABLE}
    assert [
        str(case)
        for case, value in zip(cases, found, strict=True)
        if not agrees(value, case.expected)
    ] == []
    assert cost == 7e6 / (3 * 3600)
    assert not [home for home in homes if "site-packages" in home]
    assert [home for home in homes if home.startswith(str(tmp_path / "pythonpath"))]


class TestComponent:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (1.5, 1.5),
            (None, None),
            ("", ""),
            ("text", "text"),
            ("#N/A", "'#N/A"),
            (((1.0, "#N/A"), ("", None)), [[1.0, "'#N/A"], ["", None]]),
        ],
    )
    def test_argument(self, value: Any, expected: Any) -> None:
        assert calc_component.from_calc(value) == expected

    def test_numbers_become_a_grid(self) -> None:
        assert calc_component.to_calc(1.5) == ((1.5,),)
        assert calc_component.to_calc([[1.0, 2.0], [3.0, 4.0]]) == ((1.0, 2.0), (3.0, 4.0))

    @pytest.mark.parametrize(
        ("error", "number"),
        [
            ("#NUM!", 503), ("#VALUE!", 519), ("#NULL!", 521), ("#REF!", 524), ("#NAME?", 525),
            ("#DIV/0!", 532), ("#N/A", 32767),
        ],
    )  # fmt: skip
    def test_errors_become_numbers_that_carry_them(self, error: str, number: int) -> None:
        ((value,),) = calc_component.to_calc(error)
        (bits,) = struct.unpack("<Q", struct.pack("<d", value))
        assert value != value
        assert bits & 0xFFFF_FFFF == number

    @pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.stem)
    def test_thin(self, file: Path) -> None:
        assert len(file.read_text(encoding="utf-8").splitlines()) < ADAPTER_LINES

    @pytest.mark.parametrize("module", [calc_component, extension], ids=lambda m: m.__name__)
    def test_no_arithmetic(self, module: ModuleType) -> None:
        assert arithmetic_on_numbers(inspect.getsource(module)) == []


def program(folder: Path, text: str) -> LibreOffice:
    """A stand-in for unopkg."""
    path = folder / "unopkg"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return LibreOffice(path, {"UserInstallation": (folder / "profile").as_uri()})


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")
class TestInstallation:
    def test_without_libreoffice(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(installation, "_FOLDERS", ())
        with pytest.raises(XlTcoError, match="LibreOffice is not found"):
            LibreOffice.found()

    @pytest.mark.parametrize(
        "folder", ["python-core-3.10.18", "../Frameworks/LibreOfficePython.framework/Versions/3.10"]
    )
    def test_with_a_python_too_old(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
    ) -> None:
        place = tmp_path / "program"
        (place / folder).mkdir(parents=True)
        program(place, "exit 0")
        monkeypatch.setenv("PATH", str(place))
        with pytest.raises(XlTcoError, match=r"brings Python 3\.10, and the functions need 3\.11"):
            LibreOffice.found()

    def test_with_a_python_new_enough(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "python-core-3.12.14").mkdir()
        monkeypatch.setenv("PATH", str(tmp_path))
        office = program(tmp_path, "exit 0")
        assert LibreOffice.found().unopkg == office.unopkg

    def test_while_it_is_running(self, tmp_path: Path) -> None:
        office = program(tmp_path, "echo 'Identifier: org.xltco.calc'; echo '  Version: 0.1.0'")
        (tmp_path / "profile").mkdir()
        (tmp_path / "profile" / ".lock").touch()
        with pytest.raises(XlTcoError, match="LibreOffice is running; close it first"):
            office.install(b"")
        with pytest.raises(XlTcoError, match="LibreOffice is running; close it first"):
            office.uninstall()
        assert office.installed_version() == "0.1.0"

    def test_refusal_is_passed_on_in_one_line(self, tmp_path: Path) -> None:
        office = program(tmp_path, "echo 'ERROR: no room' >&2; echo >&2; exit 3")
        with pytest.raises(XlTcoError, match=r"^unopkg add ended with 3: ERROR: no room$"):
            office.install(b"")

    def test_not_there_is_nothing_to_take_out(self, tmp_path: Path) -> None:
        assert not program(tmp_path, "echo '<none>'").uninstall()


class TestCommand:
    def test_build(self, tmp_path: Path, content: bytes) -> None:
        target = tmp_path / "folder" / "functions.oxt"
        done = CliRunner().invoke(command, ["build", "--out", str(target)])
        assert done.exit_code == 0, done.output
        assert target.read_bytes() == content

    @pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
    def test_status_install_uninstall(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        there = tmp_path / "there"
        program(
            tmp_path,
            f"case $1 in add) touch {there};; remove) rm {there};; esac; [ ! -e {there} ] || "
            "printf 'Identifier: org.xltco.calc\\n  Version: 0.1.0\\n'",
        )
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        said = [
            CliRunner().invoke(command, [word], catch_exceptions=False).exit_code
            for word in ("status", "uninstall", "install", "install", "status", "uninstall")
        ]
        assert said == [0] * 6
        assert not there.exists()
