"""The kinds of number that formulas take and give: unit, limits, label and help, each said once.

A kind is an ``Annotated`` type: limits are annotated-types constraints (pydantic reads the same
ones), :class:`Quantity` carries the words. A formula's signature names kinds, nothing more.
"""

from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from annotated_types import Ge, Gt, Interval

Numeric: TypeAlias = Any
"""A float, or an array of any library whose operators broadcast (NumPy, pandas, ...)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What people are told about a kind of number."""

    label: str
    unit: str
    help: str


CostPerGpuHour = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Cost per GPU-hour",
        "USD/GPU-h",
        "All-in cost of one GPU for one hour, rented or owned, in USD.",
    ),
]
TokensPerSecondPerGpu = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Token output per GPU",
        "tok/s/GPU",
        "Measured tokens per second per GPU. Total (input + output) or output tokens: "
        "say which, and never compare one with the other.",
    ),
]
Utilization = Annotated[
    Numeric,
    Interval(gt=0, le=1),
    Quantity(
        "Utilization",
        "ratio",
        "Share of paid hours in which that throughput is delivered. "
        "It scales the tokens, never also the cost.",
    ),
]
KwPerGpu = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Power per GPU",
        "kW/GPU",
        "Power per GPU in kW. Utility power (all-in provisioned) already holds the facility "
        "overhead: leave PUE at 1. IT power (chip + share of host): multiply by PUE.",
    ),
]
Pue = Annotated[
    Numeric,
    Ge(1),
    Quantity(
        "PUE",
        "ratio",
        "Power usage effectiveness: facility power over IT power. "
        "1 when the power per GPU is utility power.",
    ),
]
PflopsPerGpu = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Peak compute per GPU",
        "PFLOP/s/GPU",
        "Peak PFLOP/s of one GPU at a named precision and sparsity; compare like with like only.",
    ),
]
Candidate = Annotated[
    Numeric, Quantity("Candidate", "any", "The figure of the platform that is being judged.")
]
Baseline = Annotated[
    Numeric,
    Gt(0),
    Quantity("Baseline", "same as candidate", "The same figure of the platform compared against."),
]

CostPerMtok = Annotated[
    Numeric,
    Quantity("Cost per million tokens", "USD/Mtok", "Cost of one million delivered tokens."),
]
PricePerMtok = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Price per million tokens",
        "USD/Mtok",
        "Selling price of one million tokens of the kind that the throughput counts.",
    ),
]
TokensPerMw = Annotated[
    Numeric,
    Quantity("Token output per MW", "tok/s/MW", "Tokens per second from one megawatt."),
]
JoulesPerToken = Annotated[
    Numeric, Quantity("Energy per token", "J/tok", "Energy drawn for one token.")
]
FlopsPerDollar = Annotated[
    Numeric,
    Quantity("FLOPS per dollar", "PFLOP/s per USD/h", "Peak compute bought by one dollar an hour."),
]
Ratio = Annotated[
    Numeric, Quantity("Relative", "x", "How many times the baseline the candidate is.")
]
