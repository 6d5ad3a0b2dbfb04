"""What is wrong with the text of a formula, said before an engine says it in its own words."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xl_tco.functions import TABLE
from xl_tco.near import nearest

LENGTH_LIMIT: Final = 8192
DEPTH_LIMIT: Final = 64
_QUOTED: Final = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|\{[^{}]*\}")
_CLOSING: Final = {"(": ")", "{": "}"}
_SHOWN: Final = 200


def fault_of(formula: str) -> str:
    """What is wrong with a formula without its ``=``, as far as its text tells; empty if nothing.

    >>> fault_of("COST_PER_MTOK(2,65; 6000)")
    'write a point in numbers and commas between arguments: COST_PER_MTOK(2.65, 6000)'
    >>> fault_of("SUM(1, 2")
    "a closing ')' is missing"
    """
    if not formula.strip():
        return "it is empty; give one such as COST_PER_MTOK(2.65, 6000)"
    if len(formula) > LENGTH_LIMIT:
        return f"it has {len(formula):,} characters; as in Excel, at most {LENGTH_LIMIT:,}"
    bare = _QUOTED.sub(lambda found: " " * len(found[0]), formula)
    for mark in "\"'":
        if mark in bare:
            return f"a closing {mark} is missing"
    if ";" in bare:
        return f"write a point in numbers and commas between arguments: {_points(formula)}"
    return _unbalanced(bare)


def unknown_names(tree: Mapping[str, Any]) -> Iterator[str]:
    """What is said of the functions that a formula calls and nobody knows."""
    known = [function.worksheet_name for function in TABLE]
    called = dict.fromkeys(str(name).upper() for name in _called(tree))
    for name in called:
        if name not in known and (meant := nearest(name, known)):
            yield f"{name}: no such function.{meant}"
    yield f"of ours there are {', '.join(known)}"


def _called(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if node.get("node_type") == "Function":
            yield node["name"]
        for part in node.values():
            yield from _called(part)
    elif isinstance(node, list):
        for part in node:
            yield from _called(part)


def _points(formula: str) -> str:
    """A formula as written where the decimal sign is a comma, in the way of files."""
    parts = re.split(f"({_QUOTED.pattern})", formula)
    # Texts and arrays in braces stand at the odd places.
    for place in range(0, len(parts), 2):
        part = re.sub(r"(?<=\d),(?=\d)", ".", parts[place])
        parts[place] = re.sub(r";\s*", ", ", part)
    return "".join(parts)[:_SHOWN]


def _unbalanced(bare: str) -> str:
    """Which parenthesis lacks its other half; texts count for nothing."""
    expected: list[str] = []
    for sign in bare:
        if sign in _CLOSING:
            expected.append(_CLOSING[sign])
            if len(expected) > DEPTH_LIMIT:
                return f"it is nested more than {DEPTH_LIMIT} deep; as in Excel, that is the most"
        elif sign in _CLOSING.values() and (not expected or expected.pop() != sign):
            return f"a {sign!r} is too many"
    return f"a closing {expected[-1]!r} is missing" if expected else ""
