"""Where the command writes: results to standard output, everything else to standard error."""

from typing import Final

from rich.console import Console

# What is printed is often a user's own text: no markup is read in it.
OUT: Final = Console(highlight=False, markup=False, emoji=False)
ERR: Final = Console(stderr=True, highlight=False, markup=False, emoji=False)
