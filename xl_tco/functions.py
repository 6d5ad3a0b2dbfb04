"""The table of worksheet functions. All hosts derive from it."""

from dataclasses import replace
from typing import Final

from xl_tco import kernel, lookups
from xl_tco.declaration import Argument, Function, Shape, quantity_of
from xl_tco.limits import Limits

__all__ = [
    "ARGUMENTS",
    "BY_NAME",
    "CATEGORY",
    "TABLE",
    "Argument",
    "Function",
    "Shape",
    "quantity_of",
]

CATEGORY: Final = "AI token economics"


def _takers() -> dict[str, list[Argument]]:
    takers: dict[str, list[Argument]] = {}
    for function in TABLE:
        for argument in function.arguments:
            takers.setdefault(argument.name, []).append(argument)
    return takers


TABLE: Final = tuple(
    Function.of(getattr(room, name)) for room in (kernel, lookups) for name in room.__all__
)
BY_NAME: Final = {function.name: function for function in TABLE}
# Each argument name once, within the limits of every function that takes it: what a figure has to
# be to feed them all.
ARGUMENTS: Final = {
    name: replace(takers[0], limits=Limits.all_of(taker.limits for taker in takers))
    for name, takers in _takers().items()
}
