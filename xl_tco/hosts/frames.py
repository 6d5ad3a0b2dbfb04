"""Tables as pandas DataFrames: the only place that loads pandas."""

from collections.abc import Callable, Mapping, Sequence
from math import nan
from typing import Any, TypeAlias

import numpy
import pandas

from xl_tco import lookups
from xl_tco.calls import evaluate, same_labels
from xl_tco.declaration import Function
from xl_tco.errors import ExcelError, NotMeasuredError, OutOfDomainError, ShapeError
from xl_tco.lookups.kinds import Grid

TableLike: TypeAlias = pandas.DataFrame | Mapping[str, Sequence[Any]]
Numbers: TypeAlias = "float | Sequence[float] | numpy.ndarray | pandas.Series[float]"


def platforms() -> pandas.DataFrame:
    """Give all platforms of the catalog with their newest figures; NaN where there is none.

    The same as ``=PLATFORMS()`` spills.

    Examples
    --------
    >>> float(platforms().set_index("platform").loc["h200", "kw_per_gpu it"])
    1.37

    """
    return _frame(lookups.platforms())


def compare(table: TableLike) -> pandas.DataFrame:
    """Append cost, tokens and margins to a table of platforms, and each against the first row.

    The same as ``=COMPARE(table)`` spills: columns are named as the functions' arguments, others
    are carried along; a result that lacks a column it needs is NaN.

    Raises
    ------
    UnknownKeyError
        The table has no rows.
    ShapeError
        Columns of different length, or Series of different labels.
    OutOfDomainError
        A figure is outside its limits, or no number; the message names row and column.

    Examples
    --------
    >>> compared = compare({
    ...     "platform": ["Hopper", "Blackwell"],
    ...     "cost_per_gpu_hour": [1.41, 2.652],
    ...     "tokens_per_second_per_gpu": [93.25, 5950],
    ... })
    >>> round(float(1 / compared["relative_cost_per_mtok"][1]), 1)
    33.9

    """
    return _frame(lookups.compare(_grid(table)))


def cost_per_mtok_at(interactivity: Numbers, table: TableLike) -> Any:
    """Cost per million tokens at an interactivity, from measurements of one platform.

    The same as ``=COST_PER_MTOK_AT(interactivity, table)``. Columns ``interactivity``,
    ``tokens_per_second_per_gpu``, ``cost_per_gpu_hour`` and, if wanted, ``utilization``; a row
    where one of the first two is missing counts for nothing. Several interactivities, as a list,
    an array or a Series, give as many figures.

    Raises
    ------
    NotMeasuredError
        The interactivity is beyond what was measured; in a list it gives NaN instead.
    UnknownKeyError
        The table has no rows, or lacks a column.
    OutOfDomainError, ArgumentTypeError
        A figure is outside its limits, or no number; the message names row and column.

    Examples
    --------
    >>> measured = {
    ...     "interactivity": [20, 40],
    ...     "tokens_per_second_per_gpu": [900, 400],
    ...     "cost_per_gpu_hour": [2.16, 2.16],
    ... }
    >>> round(cost_per_mtok_at(30, measured), 9)
    1.0
    >>> cost_per_mtok_at([20, 40, 60], measured).round(3).tolist()
    [0.667, 1.5, nan]

    """
    return _at(lookups.cost_per_mtok_at, interactivity, table)


def tokens_per_mw_at(interactivity: Numbers, table: TableLike) -> Any:
    """Tokens per second from one megawatt at an interactivity, from measurements of one platform.

    The same as ``=TOKENS_PER_MW_AT(interactivity, table)``: as :func:`cost_per_mtok_at`, with the
    columns ``kw_per_gpu`` and, if wanted, ``pue`` in place of cost and utilization.

    Examples
    --------
    >>> measured = {
    ...     "interactivity": [20, 40],
    ...     "tokens_per_second_per_gpu": [900, 400],
    ...     "kw_per_gpu": [2, 2],
    ... }
    >>> round(tokens_per_mw_at(30, measured), 6)
    300000.0

    """
    return _at(lookups.tokens_per_mw_at, interactivity, table)


def _at(function: Callable[..., Any], interactivity: Any, table: TableLike) -> Any:
    declared, grid = Function.of(function), _grid(table)

    def one(value: Any) -> Any:
        try:
            return nan if pandas.isna(value) else evaluate(declared, [value, grid])
        except NotMeasuredError:
            return nan

    if isinstance(interactivity, pandas.Series):
        return pandas.Series([one(value) for value in interactivity], interactivity.index)
    if isinstance(interactivity, (Sequence, numpy.ndarray)) and not isinstance(interactivity, str):
        return numpy.vectorize(one, otypes=[float])(interactivity)
    return evaluate(declared, [interactivity, grid])


def _grid(table: TableLike) -> Grid:
    if isinstance(table, Mapping):
        _refuse_misaligned(table)
    try:
        frame = pandas.DataFrame(table)
    except ValueError as error:
        raise ShapeError(f"no table can be made of the columns: {error}") from None
    values = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    return [list(map(str, frame.columns)), *values]


def _refuse_misaligned(table: Mapping[str, Any]) -> None:
    """Series of other labels would make rows of their own, with gaps."""
    labelled = [item for item in table.items() if isinstance(item[1], pandas.Series)]
    for name, column in labelled[1:]:
        first, index = labelled[0][0], labelled[0][1].index
        if not same_labels(index, column.index):
            raise ShapeError(
                f"the indexes of {first} and {name} differ; give Series with the same labels, or "
                "lists to go by position"
            )


def _frame(grid: Grid) -> pandas.DataFrame:
    headers, *rows = grid
    for number, row in enumerate(rows):
        for header, value in zip(headers, row, strict=True):
            if value in _FAULTS:
                raise OutOfDomainError(
                    f"compare: row {number}: {header} is {value}; give figures that are numbers "
                    "within the limits of the functions"
                )
    known = [[None if value == ExcelError.NA else value for value in row] for row in rows]
    return pandas.DataFrame(known, columns=headers)


_FAULTS = frozenset(error.value for error in ExcelError if error is not ExcelError.NA)
