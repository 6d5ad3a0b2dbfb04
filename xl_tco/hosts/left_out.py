"""Arguments left out between commas: blanks to the worksheet functions, zeros to the engine."""

import re
from typing import Final

import formualizer

from xl_tco.functions import TABLE

_OURS: Final = frozenset(function.worksheet_name for function in TABLE)
_LEFT_OUT: Final = re.compile(r"[,(]\s*[,)]")
_BLANK: Final = b'""'


def with_blanks(formula: str) -> str:
    """Put an empty text, which the functions take for a blank, where an argument is left out.

    Raises
    ------
    formualizer.TokenizerError
        It is not a formula.

    Examples
    --------
    >>> with_blanks("=COST_PER_MTOK(2.65,6000,)+IF(A1,,1)")
    '=COST_PER_MTOK(2.65,6000,"")+IF(A1,,1)'

    """
    if not _LEFT_OUT.search(formula):
        return formula
    places: list[int] = []
    calls: list[str] = []
    opened = separated = False
    for token in formualizer.tokenize(formula):
        if token is None or str(token.token_type) == "Whitespace":
            continue
        kind, part = str(token.token_type), str(token.subtype)
        closes = part == "Close"
        ends = closes or (kind, part) == ("Sep", "Arg")
        is_empty = separated or (opened and not closes)
        if ends and is_empty and calls and calls[-1] in _OURS:
            places.append(token.start)
        if part == "Open":
            calls.append(_called(token.value) if kind == "Func" else "")
        elif closes and calls:
            calls.pop()
        opened = kind == "Func" and part == "Open"
        separated = (kind, part) == ("Sep", "Arg")
    content = bytearray(formula.encode())  # the places are bytes
    for place in reversed(places):
        content[place:place] = _BLANK
    return content.decode()


def _called(opening: str) -> str:
    """The name of a call, without what a file puts before it."""
    return opening.rstrip("(").rpartition("!")[2].upper()
