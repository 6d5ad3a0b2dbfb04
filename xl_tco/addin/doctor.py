"""Known causes of ``#NAME?``, of ``#VALUE!`` everywhere, and of a Python that does not start.

Each check is a function of facts: what it finds, and the fix.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xl_tco.addin.facts import Facts

_AGAIN: Final = "run: xl-tco addin install"


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause, and what to do about it."""

    cause: str
    fix: str


Check = Callable[[Facts], Finding | None]


def examine(facts: Facts) -> list[Finding]:
    """Every known cause that is present, the deepest first."""
    return [finding for check in CHECKS if (finding := check(facts))]


def not_windows(facts: Facts) -> Finding | None:
    """COM exists on Windows only."""
    if facts.windows:
        return None
    return Finding(
        "the add-in computes in Excel on Windows only",
        "here use workbooks of the lambda flavour: xl-tco build",
    )


def not_installed(facts: Facts) -> Finding | None:
    """Without the file every call is ``#NAME?``."""
    if facts.status.files.get(facts.addin_path) != "missing":
        return None
    return Finding("the add-in file is not in Excel's start folder: cells show #NAME?", _AGAIN)


def no_settings(facts: Facts) -> Finding | None:
    """Without settings the add-in finds no Python."""
    if facts.settings:
        return None
    return Finding("the add-in does not know its Python: cells show #VALUE!", _AGAIN)


def old_file(facts: Facts) -> Finding | None:
    """An add-in of another version of this package or of xlwings."""
    if not_installed(facts) or facts.addin_is_current:
        return None
    return Finding("the add-in file is not that of this version of xl_tco and xlwings", _AGAIN)


def store_python(facts: Facts) -> Finding | None:
    """What a Store app writes to APPDATA, other programs do not see."""
    if "windowsapps" not in facts.running_interpreter.lower():
        return None
    return Finding(
        "this Python comes from the Microsoft Store: Excel does not see the files it writes",
        "install Python from python.org, xl_tco in it, and there run: xl-tco addin install",
    )


def moved_interpreter(facts: Facts) -> Finding | None:
    """The environment was deleted, moved or renamed."""
    if not facts.settings or facts.interpreter_exists:
        return None
    return Finding(
        f"the Python of the add-in is gone: {facts.settings.interpreter}",
        f"with the Python that has xl_tco now, {_AGAIN}",
    )


def other_interpreter(facts: Facts) -> Finding | None:
    """Fine if meant, puzzling if not: what is upgraded here does not reach Excel."""
    settings = facts.settings
    if not settings or not facts.interpreter_exists:
        return None
    if settings.interpreter.lower() == facts.running_interpreter.lower():
        return None
    return Finding(
        f"the add-in uses another Python than this one: {settings.interpreter}",
        f"if this one should compute, {_AGAIN}",
    )


def unreadable_path(facts: Facts) -> Finding | None:
    """VBA and the DLL take text of the Windows code page only."""
    if facts.readable_paths:
        return None
    return Finding(
        "the path of Python or of the user's folder has letters that Excel's bridge cannot read",
        "make the environment in a folder with plain letters, such as C:\\xl_tco",
    )


def missing_library(facts: Facts) -> Finding | None:
    """The DLL for Excel's bitness must be there, in the version the add-in calls."""
    needed = [
        name
        for name in facts.missing_libraries
        if facts.excel_bits is None or f"xlwings{facts.excel_bits}-" in name
    ]
    if not needed or not facts.windows:
        return None
    bits = f"{facts.excel_bits}-bit " if facts.excel_bits else ""
    return Finding(
        f"xlwings' library for {bits}Excel is missing: {', '.join(needed)}",
        "run: pip install --force-reinstall xlwings, then: xl-tco addin install",
    )


def python_does_not_start(facts: Facts) -> Finding | None:
    """Could not activate Python COM server, and its relatives."""
    if not facts.start_fault or not facts.interpreter_exists:
        return None
    fault = facts.start_fault
    if any(name in fault for name in ("pythoncom", "win32", "pywintypes")):
        return Finding(
            f"pywin32 is missing or broken: {fault}",
            "run: pip install --force-reinstall pywin32",
        )
    if "xlwings" in fault or "xl_tco" in fault:
        return Finding(f"the add-in's Python lacks what it needs: {fault}", f"{_AGAIN} with it")
    return Finding(f"the add-in's Python does not start: {fault}", f"repair it, then {_AGAIN}")


def blocked_file(facts: Facts) -> Finding | None:
    """Windows marks files from the internet, Excel then loads no macros of them."""
    if not facts.blocked:
        return None
    return Finding(
        "Windows blocks the add-in file as one from the internet",
        f"in its Properties tick Unblock, or {_AGAIN}",
    )


def store_excel(facts: Facts) -> Finding | None:
    """The Store's Excel lives in a container that loads no library from outside."""
    if "windowsapps" not in facts.excel_path.lower():
        return None
    return Finding(
        "this Excel is the Microsoft Store edition, which cannot load the add-in's library",
        "install the desktop edition from office.com, or use the lambda flavour",
    )


def macros_are_off(facts: Facts) -> Finding | None:
    """All macros disabled without notification."""
    if not facts.macros_off:
        return None
    return Finding(
        "Excel is set to disable all macros",
        "File > Options > Trust Center > Macro Settings: disable with notification; "
        "or ask the administrator",
    )


def signed_addins_only(facts: Facts) -> Finding | None:
    """The add-in bears no signature."""
    if not facts.signed_only:
        return None
    return Finding(
        "Excel is set to load signed add-ins only, or none",
        "File > Options > Trust Center > Add-ins: clear the boxes; or ask the administrator",
    )


def disabled_by_excel(facts: Facts) -> Finding | None:
    """After a crash Excel switches off what it suspects."""
    if not facts.disabled:
        return None
    return Finding(
        "Excel switched the add-in off after a crash",
        "File > Options > Add-ins > Manage: Disabled Items > Go: enable xl_tco.xlam",
    )


def opened_twice(facts: Facts) -> Finding | None:
    """A second copy hides the first, and its version."""
    if not facts.loaded_twice:
        return None
    return Finding(
        f"Excel opens a second copy of the add-in: {', '.join(facts.loaded_twice)}",
        "File > Options > Add-ins > Go: clear xl_tco there; the one in XLSTART stays",
    )


CHECKS: Final[tuple[Check, ...]] = (
    not_windows,
    store_excel,
    store_python,
    not_installed,
    old_file,
    blocked_file,
    disabled_by_excel,
    macros_are_off,
    signed_addins_only,
    opened_twice,
    no_settings,
    moved_interpreter,
    other_interpreter,
    unreadable_path,
    missing_library,
    python_does_not_start,
)
