"""What the doctor looks at: files, the interpreter, and what Windows' registry says of Excel."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from xl_tco.addin.home import Home
from xl_tco.addin.installation import Status, status
from xl_tco.addin.package import build_addin
from xl_tco.addin.settings import ENCODING, WINDOWS, Settings

# Hive, key, value name -> value; None where there is none. An empty name gives all values.
Registry = Callable[[str, str, str], Any]

_OFFICE: Final = r"Software\Microsoft\Office\16.0\Excel"
_POLICIES: Final = r"Software\Policies\Microsoft\Office\16.0\Excel"
_CLICK_TO_RUN: Final = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
_EXCEL_PATH: Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
_MACROS_OFF: Final = 4
_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a check may ask; recorded facts make any machine's case a test."""

    windows: bool
    status: Status
    addin_path: Path
    addin_is_current: bool = True
    blocked: bool = False
    interpreter_exists: bool = True
    running_interpreter: str = ""
    readable_paths: bool = True
    missing_libraries: tuple[str, ...] = ()
    start_fault: str = ""
    excel_bits: int | None = None
    excel_path: str = ""
    macros_off: bool = False
    signed_only: bool = False
    disabled: bool = False
    loaded_twice: tuple[str, ...] = ()

    @property
    def settings(self) -> Settings | None:
        """What the add-in would read."""
        return self.status.settings


def gather(home: Home, registry: Registry | None = None) -> Facts:
    """Look at this machine, changing nothing."""
    read = registry or read_registry
    found = status(home)
    settings = found.settings
    try:
        current = home.addin.read_bytes() == build_addin()
    except OSError:
        current = False
    return Facts(
        windows=WINDOWS,
        status=found,
        addin_path=home.addin,
        addin_is_current=current,
        blocked=_is_blocked(home.addin),
        interpreter_exists=bool(settings and Path(settings.interpreter).is_file()),
        running_interpreter=sys.executable,
        readable_paths=_is_readable(f"{home.root}{sys.executable}"),
        missing_libraries=_missing(settings),
        start_fault=_start_fault(settings) if settings else "",
        excel_bits=_excel_bits(read),
        excel_path=str(read("HKLM", _EXCEL_PATH, "Path") or ""),
        macros_off=_MACROS_OFF
        in (
            read("HKCU", rf"{_OFFICE}\Security", "VBAWarnings"),
            read("HKCU", rf"{_POLICIES}\Security", "VBAWarnings"),
        ),
        signed_only=any(
            read("HKCU", rf"{place}\Security", name) == 1
            for place in (_OFFICE, _POLICIES)
            for name in ("RequireAddinSig", "DisableAllAddins")
        ),
        disabled=_names_us(read("HKCU", rf"{_OFFICE}\Resiliency\DisabledItems", "")),
        loaded_twice=_also_opened(read),
    )


def read_registry(hive: str, key: str, name: str) -> Any:
    """Read one value of Windows' registry, or all of a key for an empty name."""
    if not WINDOWS:
        return None
    winreg: Any = import_module("winreg")
    root = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}[hive]
    try:
        with winreg.OpenKey(root, key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as opened:
            if name:
                return winreg.QueryValueEx(opened, name)[0]
            count = winreg.QueryInfoKey(opened)[1]
            return {
                item[0]: item[1] for item in (winreg.EnumValue(opened, i) for i in range(count))
            }
    except OSError:
        return None


def _is_blocked(path: Path) -> bool:
    """Tell whether Windows marks the file as one that came from the internet."""
    if not WINDOWS:
        return False
    try:
        return "ZoneId=3" in Path(f"{path}:Zone.Identifier").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False


def _is_readable(text: str) -> bool:
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _missing(settings: Settings | None) -> tuple[str, ...]:
    if settings is None:
        return ()
    return tuple(str(path) for path in settings.libraries() if not path.exists())


def _start_fault(settings: Settings) -> str:
    """What the interpreter says when it loads what the add-in asks of it; empty if all is well."""
    server = ", pythoncom, win32com.client" if WINDOWS else ""
    program = (
        f"import xl_tco.udfs, xlwings{server}; from xl_tco.addin.bridge import bridge_version;"
        " print(bridge_version())"
    )
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that this user installed
            [settings.interpreter, "-E", "-P", "-B", "-c", program],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    version = done.stdout.strip()
    if version != settings.xlwings:
        return f"xlwings {version} is installed, the add-in was made for {settings.xlwings}"
    return ""


def _excel_bits(read: Registry) -> int | None:
    platform = read("HKLM", _CLICK_TO_RUN, "Platform") or read(
        "HKLM", r"SOFTWARE\Microsoft\Office\16.0\Outlook", "Bitness"
    )
    return {"x86": 32, "x64": 64}.get(str(platform).lower())


def _names_us(values: Any) -> bool:
    """Excel records what it switched off after a crash as bytes that hold the path."""
    return any(
        "xl_tco.xlam" in bytes(value).decode("utf-16-le", "replace").lower()
        for value in (values or {}).values()
        if isinstance(value, bytes)
    )


def _also_opened(read: Registry) -> tuple[str, ...]:
    values = read("HKCU", rf"{_OFFICE}\Options", "") or {}
    return tuple(
        str(value)
        for name, value in sorted(values.items())
        if name.upper().startswith("OPEN") and "xl_tco.xlam" in str(value).lower()
    )
