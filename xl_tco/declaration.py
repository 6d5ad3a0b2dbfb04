"""What is declared of a worksheet function, read from its signature: arguments, result, help."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Any, Self, get_type_hints

from xl_tco import kernel
from xl_tco.kernel.quantities import Quantity
from xl_tco.limits import Limits


class Shape(Enum):
    """What an argument takes or a function gives."""

    NUMBER = "number"
    WORD = "text"
    DATE = "date"
    ROW = "row of numbers"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function; ``default`` is None when it must be given."""

    name: str
    quantity: Quantity
    limits: Limits
    default: float | str | None
    shape: Shape = Shape.NUMBER

    @property
    def help(self) -> str:
        """What the function wizard shows: meaning, unit, limits, default."""
        limits = f" {self.limits.words.capitalize()}." if self.limits.bounds else ""
        default = f" Default {self.default_text}." if self.default_text else ""
        return f"{self.quantity.help} [{self.quantity.unit}]{limits}{default}"

    @property
    def default_text(self) -> str:
        """The default as people write it; empty where there is none, or where it is a blank."""
        return f"{self.default:g}" if isinstance(self.default, (int, float)) else self.default or ""

    @property
    def usage(self) -> str:
        """The argument as people write it in a call, in brackets where it is optional."""
        if self.default is None:
            return self.name
        return f"[{self.name}={self.default_text}]" if self.default_text else f"[{self.name}]"


@dataclass(frozen=True, slots=True)
class Function:
    """One worksheet function: what computes it and all that is said about it."""

    formula: Callable[..., Any]
    arguments: tuple[Argument, ...]
    result: Quantity
    shape: Shape = Shape.NUMBER
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, formula: Callable[..., Any]) -> Self:
        """Read a function's entry from its signature."""
        hints = get_type_hints(formula, include_extras=True)
        arguments = tuple(
            Argument(
                name=parameter.name,
                quantity=quantity_of(hints[parameter.name]),
                limits=Limits.of(hints[parameter.name].__metadata__),
                default=None if parameter.default is parameter.empty else parameter.default,
                shape=_shape_of(hints[parameter.name]),
            )
            for parameter in inspect.signature(formula).parameters.values()
        )
        result = hints["return"]
        parts = getattr(result.__origin__, "_fields", ())
        return cls(formula, arguments, quantity_of(result), _shape_of(result), parts)

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
        return f"{self.worksheet_name}({', '.join(item.usage for item in self.arguments)})"

    @property
    def is_formula(self) -> bool:
        """Tell whether it is arithmetic of the kernel, so that it has an Excel text."""
        return self.name in kernel.__all__

    @property
    def is_elementwise(self) -> bool:
        """Tell whether it gives one value for one value of each argument."""
        return self.shape in (Shape.NUMBER, Shape.WORD)


def quantity_of(annotation: Any) -> Quantity:
    """The words of a kind of number."""
    return next(item for item in annotation.__metadata__ if isinstance(item, Quantity))


def _shape_of(annotation: Any) -> Shape:
    kind = annotation.__origin__
    if kind is str:
        return Shape.WORD
    if isinstance(kind, UnionType):
        return Shape.DATE
    if kind in (Any, float):
        return Shape.NUMBER
    return Shape.ROW if hasattr(kind, "_fields") else Shape.TABLE
