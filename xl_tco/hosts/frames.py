"""Tables as pandas DataFrames: the only place that loads pandas."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas

from xl_tco import lookups
from xl_tco.errors import ExcelError, OutOfDomainError
from xl_tco.lookups.kinds import Grid


def platforms() -> pandas.DataFrame:
    """Give all platforms of the catalog with their newest figures; NaN where there is none.

    The same as ``=PLATFORMS()`` spills.

    Examples
    --------
    >>> float(platforms().set_index("platform").loc["h200", "kw_per_gpu it"])
    1.37

    """
    return _frame(lookups.platforms())


def compare(table: pandas.DataFrame | Mapping[str, Sequence[Any]]) -> pandas.DataFrame:
    """Append cost, tokens and margins to a table of platforms, and each against the first row.

    The same as ``=COMPARE(table)`` spills: columns are named as the functions' arguments, others
    are carried along; a result that lacks a column it needs is NaN.

    Raises
    ------
    UnknownKeyError
        The table has no rows.
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
    frame = pandas.DataFrame(table)
    values = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    return _frame(lookups.compare([list(map(str, frame.columns)), *values]))


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
