"""Cost and power of a platform at an interactivity between its measurements."""

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import Any, Final

from xl_tco import kernel
from xl_tco.calls import evaluate
from xl_tco.cells import is_number
from xl_tco.declaration import Function
from xl_tco.errors import (
    ArgumentTypeError,
    ExcelError,
    GivenError,
    NotMeasuredError,
    OutOfDomainError,
    UnknownKeyError,
    shown,
)
from xl_tco.kernel.frontier import Point, frontier, throughput_at
from xl_tco.kernel.quantities import CostPerMtok, TokensPerMw
from xl_tco.limits import Limits
from xl_tco.lookups.kinds import Grid, Interactivity, Measured
from xl_tco.lookups.tables import Column, columns_of

CURVE: Final = ("interactivity", "tokens_per_second_per_gpu")
"""The columns that a measurement needs."""

FIGURES: Final = {
    "cost_per_mtok_at": Function.of(kernel.cost_per_mtok),
    "tokens_per_mw_at": Function.of(kernel.tokens_per_mw),
}
"""What each function of this module gives, once throughput is known."""

_BLANK: Final = (None, "")
_ERRORS: Final = {error.value: error for error in ExcelError}


def cost_per_mtok_at(interactivity: Interactivity, table: Measured) -> CostPerMtok:
    """Cost per million tokens at an interactivity, from measurements.

    Only measurements on the frontier count, those that no other beats in both throughput and
    interactivity. Between two of them the logarithm of throughput is linear, and cost is derived
    from it. Beyond what was measured there is no answer.

    Source: docs/measure.md.

    Examples
    --------
    >>> rows = [["interactivity", "tokens_per_second_per_gpu", "cost_per_gpu_hour"]]
    >>> rows += [[20, 900, 2.16], [40, 400, 2.16]]
    >>> round(cost_per_mtok_at(30, rows), 9)
    1.0

    """
    return _figure_at("cost_per_mtok_at", interactivity, table)


def tokens_per_mw_at(interactivity: Interactivity, table: Measured) -> TokensPerMw:
    """Tokens per second from one megawatt at an interactivity, from measurements.

    Throughput is taken from the measurements as in COST_PER_MTOK_AT.

    Source: docs/measure.md.

    Examples
    --------
    >>> rows = [["interactivity", "tokens_per_second_per_gpu", "kw_per_gpu"]]
    >>> rows += [[20, 900, 2], [40, 400, 2]]
    >>> round(tokens_per_mw_at(30, rows), 6)
    300000.0

    """
    return _figure_at("tokens_per_mw_at", interactivity, table)


def limits_of_curve() -> tuple[Limits, Limits]:
    """The limits of the two columns that a measurement needs, as their kinds declare them."""
    declared = (Function.of(cost_per_mtok_at), FIGURES["cost_per_mtok_at"])
    known = {item.name: item.limits for function in declared for item in function.arguments}
    return known[CURVE[0]], known[CURVE[1]]


def _figure_at(function: str, interactivity: float, table: Grid) -> Any:
    figure = FIGURES[function]
    others = [argument for argument in figure.arguments if argument.name not in CURVE]
    columns = columns_of(function, table)
    for name in (*CURVE, *(other.name for other in others if other.default is None)):
        if name not in columns:
            raise UnknownKeyError(f"{function}: the table has no column {name}; give it one")
    count = len(columns[CURVE[0]])
    taken = {name: columns[name] for name in CURVE} | {
        other.name: [
            other.default if value in _BLANK and other.default is not None else value
            for value in columns.get(other.name, [None] * count)
        ]
        for other in others
    }
    _refuse_errors(function, taken)
    points = _points(function, [taken[name] for name in CURVE])
    measured = [number for number, point in enumerate(points) if point]
    if not measured:
        raise UnknownKeyError(f"{function}: no row has both {' and '.join(CURVE)}; give some")
    given = {
        other.name: [_number(function, other.name, row, taken[other.name][row]) for row in measured]
        for other in others
    }
    same = {name: _the_same(function, name, values) for name, values in given.items()}
    curve = frontier(point for point in points if point)
    throughput = throughput_at(curve, interactivity)
    if throughput is None:
        raise NotMeasuredError(
            f"{function}: interactivity = {shown(interactivity)} was not measured; give one from "
            f"{curve[0].interactivity:g} to {curve[-1].interactivity:g} tok/s/user"
        )
    return evaluate(figure, [same.get(argument.name, throughput) for argument in figure.arguments])


def _refuse_errors(function: str, columns: Mapping[str, Column]) -> None:
    for name, column in columns.items():
        for row, value in enumerate(column):
            if isinstance(value, str) and value in _ERRORS:
                raise GivenError(f"{function}: row {row}: {name} is {value}", _ERRORS[value])


def _points(function: str, curve: Sequence[Column]) -> list[Point | None]:
    """The measurement of each row; None where there is none."""
    numbers = [
        [
            None if value in _BLANK else _number(function, name, row, value)
            for row, value in enumerate(column)
        ]
        for name, column in zip(CURVE, curve, strict=True)
    ]
    for name, limits, column in zip(CURVE, limits_of_curve(), numbers, strict=True):
        for row, value in enumerate(column):
            if value is not None and not limits.contains(value):
                raise OutOfDomainError(
                    f"{function}: row {row}: {name} = {shown(value)} is outside its limits; "
                    f"give a number {limits.words}, or none where it was not measured"
                )
    return [
        None if speed is None or output is None else Point(speed, output)
        for speed, output in zip(*numbers, strict=True)
    ]


def _number(function: str, name: str, row: int, value: Any) -> float:
    if not is_number(value):
        raise ArgumentTypeError(f"{function}: row {row}: {name} = {shown(value)} is no number")
    try:
        number = float(value)
    except (OverflowError, ValueError):  # an integer or Decimal that no float can hold
        number = nan
    if not isfinite(number):
        raise OutOfDomainError(f"{function}: row {row}: {name} = {shown(value)} is not finite")
    return number


def _the_same(function: str, name: str, values: Sequence[float]) -> float:
    if len(set(values)) > 1:
        raise OutOfDomainError(
            f"{function}: {name} is {shown(min(values))} in one row and {shown(max(values))} in "
            "another; give the measurements of one platform"
        )
    return values[0]
