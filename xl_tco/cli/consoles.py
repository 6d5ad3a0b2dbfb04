"""Where the command writes: results to standard output, everything else to standard error."""

from typing import Final

from rich.console import Console, ConsoleDimensions
from rich.table import Table

_NARROWEST: Final = 40
_ENDLESS: Final = 1_000_000


class _Console(Console):
    """A terminal is as wide as it is; a pipe or file has no width, so that nothing is cut."""

    @property  # type: ignore[misc]
    def size(self) -> ConsoleDimensions:
        """Columns and lines."""
        if not self.file.isatty():
            return ConsoleDimensions(_ENDLESS, super().size.height)
        width, height = super().size
        # Some say 0 or 1, in which no table can be laid out.
        return ConsoleDimensions(max(width, _NARROWEST), height)


# What is printed is often a user's own text: no markup is read in it.
OUT: Final = _Console(highlight=False, markup=False, emoji=False)
ERR: Final = _Console(stderr=True, highlight=False, markup=False, emoji=False)


def table(titles: tuple[str, ...], numbers: tuple[str, ...] = (), *, header: bool = True) -> Table:
    """A table without lines, numbers to the right; what is too long for its column is folded."""
    found = Table(box=None, pad_edge=False, header_style="bold", show_header=header)
    for title in titles:
        found.add_column(title, overflow="fold", justify="right" if title in numbers else "left")
    return found
