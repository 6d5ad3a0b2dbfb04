"""The doctor on recorded facts: each known cause, its fix, and silence where all is well."""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import pytest

from xl_tco.addin import facts as module
from xl_tco.addin.doctor import CHECKS, examine
from xl_tco.addin.facts import Facts, gather, read_registry
from xl_tco.addin.home import Home
from xl_tco.addin.installation import Status, install_plan
from xl_tco.addin.settings import Settings

ADDIN = Path("home", "Microsoft", "Excel", "XLSTART", "xl_tco.xlam")
SETTINGS = Settings("C:\\env\\Scripts\\python.exe", "C:\\env", "0.37.8")
WELL = Facts(
    windows=True,
    status=Status("0.1.0", {ADDIN: "as installed"}, SETTINGS),
    addin_path=ADDIN,
    running_interpreter="c:\\env\\scripts\\Python.exe",
    excel_bits=64,
    excel_path="C:\\Program Files\\Microsoft Office\\root\\Office16\\",
)
LIBRARIES = tuple(map(str, SETTINGS.libraries()))
NO_WIN32 = "ModuleNotFoundError: No module named 'pythoncom'"
NO_PACKAGE = "ModuleNotFoundError: No module named 'xl_tco'"
OTHER_XLWINGS = "xlwings 0.38.0 is installed, the add-in was made for 0.37.8"

# Name: changed facts; words of the cause; words of the fix.
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "not_windows": ({"windows": False}, "on Windows only", "lambda flavour"),
    "not_installed": (
        {"status": Status("", {ADDIN: "missing"}, SETTINGS)},
        "#NAME?",
        "xl-tco addin install",
    ),
    "no_settings": (
        {"status": Status("0.1.0", {ADDIN: "as installed"}, None)},
        "#VALUE!",
        "xl-tco addin install",
    ),
    "old_file": ({"addin_is_current": False}, "not that of this version", "addin install"),
    "store_python": (
        {"running_interpreter": "C:\\Program Files\\WindowsApps\\Python\\python.exe"},
        "Microsoft Store",
        "python.org",
    ),
    "moved_interpreter": ({"interpreter_exists": False}, "is gone: C:\\env", "addin install"),
    "other_interpreter": ({"running_interpreter": "D:\\python.exe"}, "another Python", "install"),
    "unreadable_path": ({"readable_paths": False}, "letters", "plain letters"),
    "missing_library": ({"missing_libraries": LIBRARIES}, "64-bit Excel", "reinstall xlwings"),
    "python_does_not_start": ({"start_fault": NO_WIN32}, "pywin32 is missing", "pywin32"),
    "blocked_file": ({"blocked": True}, "from the internet", "Unblock"),
    "store_excel": (
        {"excel_path": "C:\\Program Files\\WindowsApps\\Microsoft.Office.Desktop.Excel\\"},
        "Store edition",
        "desktop edition",
    ),
    "macros_are_off": ({"macros_off": True}, "disable all macros", "Trust Center"),
    "signed_addins_only": ({"signed_only": True}, "signed", "Trust Center"),
    "disabled_by_excel": ({"disabled": True}, "after a crash", "Disabled Items"),
    "opened_twice": ({"loaded_twice": ("C:\\x\\xl_tco.xlam",)}, "second copy", "XLSTART stays"),
}


def found(**changes: Any) -> dict[str, str]:
    return {item.cause: item.fix for item in examine(dataclasses.replace(WELL, **changes))}


def test_silence_where_all_is_well() -> None:
    assert found() == {}


def test_every_check_has_a_case() -> None:
    assert set(CASES) == {check.__name__ for check in CHECKS}


@pytest.mark.parametrize("name", CASES)
def test_cause_and_fix(name: str) -> None:
    changes, cause, fix = CASES[name]
    facts = dataclasses.replace(WELL, **changes)
    check = next(check for check in CHECKS if check.__name__ == name)
    finding = check(facts)
    assert finding is not None
    assert finding in examine(facts)
    assert cause in finding.cause
    assert fix in finding.fix
    assert "\n" not in finding.cause + finding.fix


@pytest.mark.parametrize("name", CASES)
def test_one_cause_alone(name: str) -> None:
    """A cause does not set off others, but for a Python that also is another than this one."""
    changes, *_ = CASES[name]
    assert len(found(**changes)) == (2 if name == "store_python" else 1)


def test_library_of_the_other_bitness_is_not_needed() -> None:
    assert found(missing_libraries=LIBRARIES[1:]) == {}
    assert found(missing_libraries=LIBRARIES[:1], excel_bits=32) == {}
    (cause,) = found(missing_libraries=LIBRARIES, excel_bits=32)
    assert "32-bit Excel" in cause
    assert "xlwings64" not in cause
    assert len(found(missing_libraries=LIBRARIES[1:], excel_bits=None)) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [(NO_PACKAGE, "lacks what it needs"), (OTHER_XLWINGS, "lacks"), ("boom", "does not start")],
)
def test_faults_of_python(fault: str, words: str) -> None:
    (cause,) = found(start_fault=fault)
    assert words in cause
    assert fault in cause


MACHINE = r"SOFTWARE\Microsoft\Office"
OFFICE = r"Software\Microsoft\Office\16.0\Excel"
PATH = "C:\\Users\\x\\AppData\\xl_tco.xlam"


def gathered(home: Home, values: dict[tuple[str, str, str], Any]) -> Facts:
    return gather(home, lambda hive, key, name: values.get((hive, key, name)))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    install_plan(home, Settings.of_this_python()).apply()
    return home


class TestGather:
    """Facts of this machine, with a recorded registry."""

    def test_installed_here(self, home: Home) -> None:
        facts = gathered(home, {})
        assert facts.addin_is_current
        assert facts.interpreter_exists
        assert facts.readable_paths
        assert facts.running_interpreter == sys.executable
        assert facts.start_fault == ""
        assert set(facts.status.files.values()) == {"as installed"}
        assert (facts.excel_bits, facts.excel_path) == (None, "")
        assert not any([facts.blocked, facts.disabled, facts.macros_off, facts.signed_only])
        assert {item.cause for item in examine(facts)} <= {
            "the add-in computes in Excel on Windows only"
        }

    def test_nothing_installed(self, tmp_path: Path) -> None:
        facts = gathered(Home(tmp_path), {})
        assert facts.settings is None
        causes = [item.cause for item in examine(facts)]
        assert any("not in Excel's start folder" in cause for cause in causes)
        assert any("does not know its Python" in cause for cause in causes)
        assert list(tmp_path.iterdir()) == []

    def test_moved_interpreter(self, home: Home, tmp_path: Path) -> None:
        gone = dataclasses.replace(
            Settings.of_this_python(), interpreter=str(tmp_path / "gone" / "python.exe")
        )
        install_plan(home, gone).apply()
        facts = gathered(home, {})
        assert not facts.interpreter_exists
        assert facts.start_fault

    def test_interpreter_with_another_xlwings(self, home: Home) -> None:
        other = dataclasses.replace(Settings.of_this_python(), xlwings="0.1")
        install_plan(home, other).apply()
        assert "made for 0.1" in gathered(home, {}).start_fault

    def test_interpreter_that_fails(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        def failed(*_: Any, **__: Any) -> Any:
            return module.subprocess.CompletedProcess([], 1, "", f"Traceback\n{NO_WIN32}\n")

        monkeypatch.setattr(module.subprocess, "run", failed)
        assert gathered(home, {}).start_fault == NO_WIN32

    def test_interpreter_that_hangs(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        def hangs(*_: Any, **__: Any) -> Any:
            raise module.subprocess.TimeoutExpired("python", 60)

        monkeypatch.setattr(module.subprocess, "run", hangs)
        assert "timed out" in gathered(home, {}).start_fault

    @pytest.mark.parametrize(
        ("values", "bits"),
        [
            ({("HKLM", rf"{MACHINE}\ClickToRun\Configuration", "Platform"): "x86"}, 32),
            ({("HKLM", rf"{MACHINE}\ClickToRun\Configuration", "Platform"): "x64"}, 64),
            ({("HKLM", rf"{MACHINE}\16.0\Outlook", "Bitness"): "x86"}, 32),
        ],
    )
    def test_bitness(self, home: Home, values: dict[Any, Any], bits: int) -> None:
        assert gathered(home, values).excel_bits == bits

    def test_registry(self, home: Home) -> None:
        facts = gathered(
            home,
            {
                ("HKCU", rf"{OFFICE}\Security", "VBAWarnings"): 4,
                ("HKCU", rf"{OFFICE}\Security", "RequireAddinSig"): 1,
                ("HKCU", rf"{OFFICE}\Resiliency\DisabledItems", ""): {
                    "a": b"\x01\0\0\0" + PATH.encode("utf-16-le"),
                    "b": 3,
                },
                ("HKCU", rf"{OFFICE}\Options", ""): {"OPEN": f'"{PATH}"', "OPEN1": "other.xlam"},
            },
        )
        assert facts.macros_off
        assert facts.signed_only
        assert facts.disabled
        assert facts.loaded_twice == (f'"{PATH}"',)

    def test_real_registry_never_fails(self) -> None:
        assert read_registry("HKCU", r"Software\xl_tco\nothing", "x") is None
        assert read_registry("HKCU", r"Software\xl_tco\nothing", "") is None

    def test_changes_nothing(self, home: Home) -> None:
        def files() -> dict[Path, bytes]:
            return {path: path.read_bytes() for path in home.root.rglob("*") if path.is_file()}

        before = files()
        gathered(home, {})
        assert files() == before
