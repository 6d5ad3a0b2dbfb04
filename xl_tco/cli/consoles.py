"""Where the command writes: results to standard output, everything else to standard error."""

from typing import Final

from rich.console import Console

OUT: Final = Console(highlight=False)
ERR: Final = Console(stderr=True, highlight=False)
