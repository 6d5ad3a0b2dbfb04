"""xlwings' DLLs, the bridge between Excel and Python: their version, names and folder."""

import sysconfig
from importlib.metadata import version
from pathlib import Path


def bridge_version() -> str:
    """The version in the DLLs' names: that of the installed xlwings, which brings them."""
    return version("xlwings")


def library_name(bits: int, bridge: str) -> str:
    """The file that an Excel of this bitness loads, of this version of xlwings."""
    return f"xlwings{bits}-{bridge}.dll"


def bridge_folder() -> str:
    """Where pip put the DLLs: the environment's top, or the user's for ``pip --user``."""
    schemes = [sysconfig.get_preferred_scheme(key) for key in ("prefix", "user")]
    folders = [sysconfig.get_path("data", scheme) for scheme in schemes]
    name = library_name(64, bridge_version())
    return next((folder for folder in folders if Path(folder, name).exists()), folders[0])
