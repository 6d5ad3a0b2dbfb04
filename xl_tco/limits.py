"""The limits of a number, read from annotated-types constraints; every host derives from them."""

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from annotated_types import BaseMetadata, Ge, GroupedMetadata, Gt, Le, Lt


@dataclass(frozen=True, slots=True)
class Bound:
    """One side of a limit: ``x <symbol> value`` holds for every number allowed."""

    constraint: BaseMetadata
    symbol: str
    value: float
    holds: Callable[[Any, Any], Any]
    broken_symbol: str
    words: str


def _bound(constraint: object) -> Bound | None:
    match constraint:
        case Gt(gt=value):
            return Bound(constraint, ">", _number(value), operator.gt, "<=", "greater than {}")
        case Ge(ge=value):
            return Bound(constraint, ">=", _number(value), operator.ge, "<", "at least {}")
        case Lt(lt=value):
            return Bound(constraint, "<", _number(value), operator.lt, ">=", "less than {}")
        case Le(le=value):
            return Bound(constraint, "<=", _number(value), operator.le, ">", "at most {}")
    return None


def _number(value: object) -> float:
    if not isinstance(value, (int, float)):
        raise TypeError(f"a limit must be a number, not {value!r}")
    return value


def _flat(metadata: Iterable[object]) -> Iterator[object]:
    for item in metadata:
        if isinstance(item, GroupedMetadata):
            yield from _flat(item)
        else:
            yield item


@dataclass(frozen=True, slots=True)
class Limits(GroupedMetadata):
    """All bounds of one argument. No bounds: any finite number.

    It may stand in an ``Annotated`` type itself: pydantic then enforces the same limits.
    """

    bounds: tuple[Bound, ...] = ()

    @classmethod
    def all_of(cls, limits: Iterable["Limits"]) -> Self:
        """What lies within all of them."""
        return cls.of(constraint for item in limits for constraint in item)

    def __iter__(self) -> Iterator[BaseMetadata]:
        return (bound.constraint for bound in self.bounds)

    @classmethod
    def of(cls, metadata: Iterable[object]) -> Self:
        """Collect the bounds among an ``Annotated`` type's metadata, dropping implied ones."""
        found = [bound for item in _flat(metadata) if (bound := _bound(item))]
        needed = [bound for bound in found if not _implied(bound, found)]
        return cls(tuple(dict.fromkeys(needed)))

    def contains(self, value: Any) -> bool:
        """Tell whether one number lies within."""
        return all(bound.holds(value, bound.value) for bound in self.bounds)

    def within(self, array: Any) -> Any:
        """Tell the same of an array, element by element."""
        result: Any = True
        for bound in self.bounds:
            result = bound.holds(array, bound.value) & result
        return result

    @property
    def words(self) -> str:
        """The limits as people say them: ``greater than 0 and at most 1``."""
        if not self.bounds:
            return "any finite number"
        return " and ".join(bound.words.format(bound.value) for bound in self.bounds)


def _implied(bound: Bound, others: list[Bound]) -> bool:
    """``x >= 0`` says nothing beside ``x > 0``."""
    return bound.symbol in (">=", "<=") and any(
        other.symbol == bound.symbol[0] and other.value == bound.value for other in others
    )
