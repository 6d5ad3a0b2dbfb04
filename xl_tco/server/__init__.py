"""The functions for Excel on the web and Mac: served by xlwings Server, an optional extra.

xlwings Server is a product of its own with a licence of its own: see ``LICENCE``. Nothing else
in this package imports this folder, and this folder imports xlwings Server only to start it.
"""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from xl_tco.errors import XlTcoError

LICENCE: Final = (
    "xlwings Server is not part of xl_tco and not under its MIT licence. It is free for\n"
    "noncommercial use only (PolyForm Noncommercial 1.0.0). All other use needs a paid plan;\n"
    "its maker counts internal tools within your organization as commercial use.\n"
    "Terms: https://polyformproject.org/licenses/noncommercial/1.0.0\n"
    "Plans: https://www.xlwings.org/pricing"
)
KEY: Final = "XLWINGS_LICENSE_KEY"
HOST: Final = "127.0.0.1"
PORT: Final = 8000
# What xlwings Server looks through for ``custom_functions.py``.
_PROJECT: Final = Path(__file__).parent / "project"
# Bare names, COST_PER_MTOK rather than XLWINGS.COST_PER_MTOK or XLWINGS_DEV.COST_PER_MTOK: the
# workbooks call the functions by these names, so a user's environment does not change them.
_FIXED: Final = {
    "XLWINGS_ON_SERVER": "true",
    "XLWINGS_PROJECT_DIR": str(_PROJECT),
    "XLWINGS_ENVIRONMENT": "prod",
    "XLWINGS_FUNCTIONS_NAMESPACE": "",
}
# What a user's environment may change: sign-in, host name, log level and the rest.
_DEFAULTS: Final = {
    "XLWINGS_PROJECT_NAME": "xl_tco",
    "XLWINGS_MANIFEST_ID_PROD": "5b0e4c53-3c0c-4f0a-9b5e-6d0a2f5b7c41",
    "XLWINGS_ENABLE_SOCKETIO": "false",
    "XLWINGS_LOG_LEVEL": "WARNING",
}


class ServerUnavailableError(XlTcoError):
    """The server cannot start: what is missing, and who has to supply it."""


def settings() -> dict[str, str]:
    """Give the environment variables that xlwings Server reads, for this package's functions."""
    return {key: os.environ.get(key, value) for key, value in _DEFAULTS.items()} | _FIXED


def check() -> None:
    """Refuse to start without the user's own licence key, or without xlwings Server."""
    if not os.environ.get(KEY):
        raise ServerUnavailableError(
            f"no licence key: read the terms, then set {KEY} yourself, to `noncommercial` if your "
            "use is noncommercial, or to the key of your paid plan"
        )
    if not find_spec("xlwings_server") or not find_spec("uvicorn"):
        raise ServerUnavailableError(
            "xlwings Server is not installed here: read its licence, then "
            'python -m pip install "xl-tco[server]"'
        )
    if "xlwings" in sys.modules and os.environ.get("XLWINGS_ON_SERVER") != "true":
        raise ServerUnavailableError(
            "xlwings was imported before its settings were made: start the server in a process "
            "of its own, with `xl-tco serve`"
        )


def prepare() -> None:
    """Make this process a server's: the settings, before xlwings is imported."""
    os.environ.update(settings())
    # xlwings tries to import it once per cell, and Python searches its whole path each time anew:
    # three quarters of the time of a large range. None makes it fail at once.
    sys.modules.setdefault("pyodide.ffi", None)  # type: ignore[arg-type]


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a server that listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def run(
    host: str = HOST, port: int = PORT, certificate: Path | None = None, key: Path | None = None
) -> None:
    """Serve until interrupted."""
    check()
    prepare()
    try:
        # Only now: xlwings decides on import what its decorators are.
        application = import_module("xlwings_server.main").main_app
    except Exception as error:
        if type(error).__name__ != "LicenseError":
            raise
        raise ServerUnavailableError(f"xlwings does not accept {KEY}: {error}") from error
    import_module("uvicorn").run(
        application,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
