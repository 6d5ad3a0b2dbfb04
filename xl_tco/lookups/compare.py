"""A table of platforms, compared by the metrics of the article."""

from typing import Annotated, Any, Final

from xl_tco import kernel
from xl_tco.cells import evaluate_cells
from xl_tco.declaration import Function
from xl_tco.errors import ExcelError
from xl_tco.kernel.quantities import Quantity
from xl_tco.lookups.kinds import CellValue, Grid, Scenarios
from xl_tco.lookups.tables import columns_of

METRICS: Final = (
    "cost_per_mtok",
    "tokens_per_mw",
    "joules_per_token",
    "flops_per_dollar",
    "revenue_per_gpu_hour",
    "revenue_per_mw_hour",
    "gross_margin",
)
"""The functions whose results are appended, in this order; a later one may use an earlier one."""

_RELATIVE: Final = Function.of(kernel.relative)
_COMPUTED: Final = {name: Function.of(getattr(kernel, name)) for name in METRICS}


def compare(
    table: Scenarios,
) -> Annotated[
    Grid,
    Quantity("Comparison", "table", "The table with results and ratios appended, with headers."),
]:
    """Table of platforms with cost, tokens and margins appended, and each against the first row.

    Columns are found by their headers, the names of the functions' arguments. A result that lacks
    a column it needs is ``#N/A``; the ratios are to the first row below the headers.

    Source: the table of NVIDIA's cost-per-token article.

    Examples
    --------
    >>> rows = [["platform", "cost_per_gpu_hour", "tokens_per_second_per_gpu"]]
    >>> rows += [["Hopper", 1.41, 93.25], ["Blackwell", 2.652, 5950]]
    >>> compared = compare(rows)
    >>> compared[0][3], round(compared[2][3], 4)
    ('cost_per_mtok', 0.1238)

    """
    columns = {
        key: [[value] for value in column] for key, column in columns_of("compare", table).items()
    }
    headers, *rows = table
    results: dict[str, list[Any]] = {}
    for name in METRICS:
        results[name] = _column(name, columns | results, len(rows))
    ratios = {f"relative_{name}": _ratios(column) for name, column in results.items()}
    appended = results | ratios
    return [
        [*map(_carried, headers), *appended],
        *(
            [*map(_carried, row), *(column[number][0] for column in appended.values())]
            for number, row in enumerate(rows)
        ),
    ]


def _column(name: str, columns: dict[str, Any], count: int) -> list[Any]:
    """A metric of every row; a column that is needed and not there is one of ``#N/A``."""
    given = [
        columns.get(item.name, ExcelError.NA.value if item.default is None else None)
        for item in _COMPUTED[name].arguments
    ]
    found = evaluate_cells(_COMPUTED[name], given)
    return found if isinstance(found, list) else [[found]] * count


def _ratios(column: list[Any]) -> list[Any]:
    found = evaluate_cells(_RELATIVE, [column, column[0][0]])
    return found if isinstance(found, list) else [[found]]


def _carried(value: CellValue | None) -> CellValue:
    return "" if value is None else value
