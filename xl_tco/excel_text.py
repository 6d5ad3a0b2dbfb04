"""A kernel formula as Excel text: called with symbols instead of numbers, it prints itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from xl_tco.functions import Function

_COMPARISON, _SUM, _PRODUCT, _POWER, _ATOM = range(5)


@dataclass(frozen=True, slots=True)
class Symbol:
    """Excel text that stands for a number, and how tightly its outermost operator binds."""

    text: str
    binding: int = _ATOM

    def _joined(self, operator: str, other: "Symbol | float", binding: int, swap: bool) -> Self:
        left, right = self, _symbol(other)
        if swap:
            left, right = right, left  # type: ignore[assignment]
        # The right side keeps its parentheses at equal binding: a-(b-c), a/(b*c).
        tight = operator in "-/^"
        return type(self)(
            f"{_wrapped(left, binding)}{operator}{_wrapped(right, binding + tight)}", binding
        )

    def __add__(self, other: "Symbol | float") -> Self:
        return self._joined("+", other, _SUM, swap=False)

    def __radd__(self, other: float) -> Self:
        return self._joined("+", other, _SUM, swap=True)

    def __sub__(self, other: "Symbol | float") -> Self:
        return self._joined("-", other, _SUM, swap=False)

    def __rsub__(self, other: float) -> Self:
        return self._joined("-", other, _SUM, swap=True)

    def __mul__(self, other: "Symbol | float") -> Self:
        return self._joined("*", other, _PRODUCT, swap=False)

    def __rmul__(self, other: float) -> Self:
        return self._joined("*", other, _PRODUCT, swap=True)

    def __truediv__(self, other: "Symbol | float") -> Self:
        return self._joined("/", other, _PRODUCT, swap=False)

    def __rtruediv__(self, other: float) -> Self:
        return self._joined("/", other, _PRODUCT, swap=True)

    def __pow__(self, other: "Symbol | float") -> Self:
        return self._joined("^", other, _POWER, swap=False)

    def __gt__(self, other: "Symbol | float") -> Self:
        return self._joined(">", other, _COMPARISON, swap=False)

    def choose_text(self, if_true: "Symbol | float", if_false: "Symbol | float") -> Self:
        """Print a choice between two texts, with this one as its condition."""
        texts = (self, _symbol(if_true), _symbol(if_false))
        return type(self)(f"IF({','.join(item.text for item in texts)})")


def number_text(value: float) -> str:
    """A number as Excel writes it, losing no digit."""
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(float(value))


def arithmetic(function: Function, texts: Mapping[str, str]) -> str:
    """The formula's arithmetic, with a text for each argument's name.

    A formula of several parts gives them side by side, as an array.

    Raises
    ------
    TypeError
        The formula uses an operation that Excel text does not have yet.

    """
    symbols = {name: Symbol(text) for name, text in texts.items()}
    result = function.formula(**symbols)
    if isinstance(result, tuple):
        return _side_by_side([_symbol(part).text for part in result])
    return _symbol(result).text


def outside_limits(function: Function, texts: Mapping[str, str]) -> str:
    """A text that is true, or not zero, where an argument is outside its limits; else empty.

    Sums, not OR: OR would collapse an array to one answer.
    """
    broken = [
        f"{texts[argument.name]}{bound.broken_symbol}{number_text(bound.value)}"
        for argument in function.arguments
        for bound in argument.limits.bounds
    ]
    return broken[0] if len(broken) == 1 else "+".join(f"({text})" for text in broken)


def guarded(function: Function, texts: Mapping[str, str]) -> str:
    """The arithmetic behind the limits: ``IF(outside,#NUM!,arithmetic)``."""
    outside = outside_limits(function, texts)
    body = arithmetic(function, texts)
    return f"IF({outside},#NUM!,{body})" if outside else body


def _side_by_side(parts: list[str]) -> str:
    """An array of one row. IF, not CHOOSE: not every engine lets CHOOSE pick by an array."""
    text = parts[-1]
    for place in reversed(range(len(parts) - 1)):
        mask = ",".join(str(int(column == place)) for column in range(len(parts)))
        text = f"IF({{{mask}}},{parts[place]},{text})"
    return text


def _symbol(value: "Symbol | float") -> Symbol:
    if isinstance(value, Symbol):
        return value
    text = number_text(value)
    return Symbol(f"({text})" if text.startswith("-") else text)


def _wrapped(symbol: Symbol, binding: int) -> str:
    return symbol.text if symbol.binding >= binding else f"({symbol.text})"
