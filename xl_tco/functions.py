"""The table of worksheet functions, read from the kernel's signatures. All hosts derive from it."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Self, get_type_hints

from xl_tco import kernel
from xl_tco.kernel.quantities import Quantity
from xl_tco.limits import Limits

CATEGORY: Final = "AI token economics"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function; ``default`` is None when it must be given."""

    name: str
    quantity: Quantity
    limits: Limits
    default: float | None

    @property
    def help(self) -> str:
        """What the function wizard shows: meaning, unit, limits, default."""
        limits = f" {self.limits.words.capitalize()}." if self.limits.bounds else ""
        default = "" if self.default is None else f" Default {self.default:g}."
        return f"{self.quantity.help} [{self.quantity.unit}]{limits}{default}"


@dataclass(frozen=True, slots=True)
class Function:
    """One worksheet function: a kernel formula and all that is said about it."""

    formula: Callable[..., Any]
    arguments: tuple[Argument, ...]
    result: Quantity

    @classmethod
    def of(cls, formula: Callable[..., Any]) -> Self:
        """Read a function's entry from its formula's signature."""
        hints = get_type_hints(formula, include_extras=True)
        arguments = tuple(
            Argument(
                name=parameter.name,
                quantity=quantity_of(hints[parameter.name]),
                limits=Limits.of(hints[parameter.name].__metadata__),
                default=None if parameter.default is parameter.empty else parameter.default,
            )
            for parameter in inspect.signature(formula).parameters.values()
        )
        return cls(formula, arguments, quantity_of(hints["return"]))

    @property
    def name(self) -> str:
        """The Python name, ``cost_per_mtok``."""
        return self.formula.__name__

    @property
    def worksheet_name(self) -> str:
        """The name in a cell, ``COST_PER_MTOK``."""
        return self.name.upper()

    @property
    def summary(self) -> str:
        """One sentence, and the unit of the result."""
        return f"{inspect.getdoc(self.formula) or ''}".partition("\n")[0]

    @property
    def help(self) -> str:
        """What the function wizard shows of the function."""
        return f"{self.summary} [{self.result.unit}]"

    @property
    def usage(self) -> str:
        """The call as people write it, optional arguments in brackets."""
        words = (
            argument.name if argument.default is None else f"[{argument.name}={argument.default:g}]"
            for argument in self.arguments
        )
        return f"{self.worksheet_name}({', '.join(words)})"


def quantity_of(annotation: Any) -> Quantity:
    """The words of a kind of number."""
    return next(item for item in annotation.__metadata__ if isinstance(item, Quantity))


def _takers() -> dict[str, list[Argument]]:
    takers: dict[str, list[Argument]] = {}
    for function in TABLE:
        for argument in function.arguments:
            takers.setdefault(argument.name, []).append(argument)
    return takers


TABLE: Final = tuple(Function.of(getattr(kernel, name)) for name in kernel.__all__)
BY_NAME: Final = {function.name: function for function in TABLE}
# Each argument name once, within the limits of every function that takes it: what a figure has to
# be to feed them all.
ARGUMENTS: Final = {
    name: replace(takers[0], limits=Limits.all_of(taker.limits for taker in takers))
    for name, takers in _takers().items()
}
