"""The kinds of text and table that lookups take and give."""

from datetime import date
from typing import Annotated, TypeAlias

from annotated_types import Gt

from xl_tco.kernel.quantities import Quantity

CellValue: TypeAlias = float | str
Grid: TypeAlias = list[list[CellValue]]

Platform = Annotated[
    str, Quantity("Platform", "text", "Key of a platform in the catalog, e.g. h200 or gb300.")
]
FigureName = Annotated[
    str,
    Quantity(
        "Figure",
        "text",
        "Key of a figure: cost_per_gpu_hour, kw_per_gpu, pflops_fp8_dense, hbm_gb, tdp_watts, ...",
    ),
]
TierOrBasis = Annotated[
    str,
    Quantity(
        "Tier",
        "text",
        "Ownership tier of a cost (owned_hyperscaler, owned_neocloud, rental_3yr) or basis of a kW "
        "figure (utility, it). Left out for other figures.",
    ),
]
AsOf = Annotated[
    str | date | float,
    Quantity(
        "As of",
        "text",
        "The newest figure published by then: YYYY, YYYY-MM (its end), YYYY-MM-DD, or a date. Left "
        "out: the newest of all.",
    ),
]
Scenarios = Annotated[
    Grid,
    Quantity(
        "Table",
        "table",
        "A range with headers: columns named as the functions' arguments, one row a platform; "
        "other columns are carried along.",
    ),
]
Interactivity = Annotated[
    float,
    Gt(0),
    Quantity(
        "Interactivity",
        "tok/s/user",
        "Tokens per second that one user sees: 1000 over the TPOT in ms.",
    ),
]
Measured = Annotated[
    Grid,
    Quantity(
        "Measurements",
        "table",
        "A range with headers, one row a measurement of one platform: interactivity, "
        "tokens_per_second_per_gpu, and the other arguments of the figure, the same in all rows. "
        "A row without one of the first two is not measured.",
    ),
]
