"""What a mistyped name was most likely meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message: the names that are near, or nothing.

    >>> nearest("COST_PER_TOK", ["COST_PER_MTOK", "RELATIVE"])
    ' Did you mean COST_PER_MTOK?'
    """
    spelled = {item.casefold(): item for item in known}
    found = get_close_matches(name.casefold()[:100], spelled, n=3)
    return f" Did you mean {' or '.join(spelled[item] for item in found)}?" if found else ""
