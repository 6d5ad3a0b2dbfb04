"""The command ``xl-tco``: one module per command, collected in :mod:`xl_tco.cli.commands`."""

import sys
from typing import Any

from xl_tco.cli.process import ended


def main() -> None:
    """Run the command; every fault is a clear message and a non-zero exit, never a traceback."""
    sys.exit(ended(_invoked))


def _invoked() -> int:
    # Here and not above, so that an interruption while libraries are loaded is caught too.
    from xl_tco.cli.commands import invoked

    return invoked()


def __getattr__(name: str) -> Any:
    if name == "cli":
        from xl_tco.cli.commands import cli

        return cli
    raise AttributeError(f"module 'xl_tco.cli' has no attribute {name!r}")
