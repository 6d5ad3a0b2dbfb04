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
CapexPerGpu = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Capex per GPU",
        "USD/GPU",
        "Investment in one GPU with its share of server, network and storage, in USD.",
    ),
]
LifeYears = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Life",
        "yr",
        "Years over which the investment is written off.",
    ),
]
CostOfCapital = Annotated[
    Numeric,
    Interval(ge=0, le=1),
    Quantity(
        "Cost of capital",
        "ratio/yr",
        "Interest asked of the money, a year, as a ratio: 0.08 or 8%. 0 is straight-line "
        "depreciation.",
    ),
]
UsdPerKwh = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Electricity price",
        "USD/kWh",
        "Price of one kilowatt-hour.",
    ),
]
FacilityPerKwMonth = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Facility",
        "USD/kW-month",
        "Colocation rent, or the charge of an owned facility, for one kW in a month, "
        "without electricity. One of the two, never both.",
    ),
]
OpexRate = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Operating cost",
        "ratio/yr",
        "Maintenance, staff, software and insurance of a year, as a ratio of the capex.",
    ),
]
ResidualValueShare = Annotated[
    Numeric,
    Interval(ge=0, le=1),
    Quantity(
        "Residual value",
        "ratio",
        "What the equipment is worth at the end of its life, as a ratio of the capex.",
    ),
]
Load = Annotated[
    Numeric,
    Interval(ge=0, le=1),
    Quantity(
        "Average load",
        "ratio",
        "Energy drawn over what the power per GPU would draw at all hours.",
    ),
]
InputTokensPerSecond = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Input tokens per GPU",
        "tok/s/GPU",
        "Input (prompt) tokens per second per GPU; of total tokens the share ISL / (ISL + OSL).",
    ),
]
OutputTokensPerSecond = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Output tokens per GPU",
        "tok/s/GPU",
        "Output (generated) tokens per second per GPU; of total tokens the share OSL / "
        "(ISL + OSL).",
    ),
]
InputTokenWeight = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Weight of an input token",
        "ratio",
        "What an input token weighs in the cost, where an output token weighs 1.",
    ),
]
InputTokensPerRequest = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Input tokens per request",
        "tok",
        "Input sequence length (ISL): tokens of the prompt.",
    ),
]
OutputTokensPerRequest = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Output tokens per request",
        "tok",
        "Output sequence length (OSL): tokens generated.",
    ),
]
InputPricePerMtok = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Price of input",
        "USD/Mtok",
        "Selling price of one million input tokens that miss the cache.",
    ),
]
OutputPricePerMtok = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Price of output",
        "USD/Mtok",
        "Selling price of one million output tokens.",
    ),
]
CacheHitRate = Annotated[
    Numeric,
    Interval(ge=0, le=1),
    Quantity(
        "Cache hit rate",
        "ratio",
        "Share of the input tokens that is served from the prefix cache at the cached price.",
    ),
]
CachedInputPriceRatio = Annotated[
    Numeric,
    Interval(ge=0, le=1),
    Quantity(
        "Price of cached input",
        "ratio",
        "Price of a cached input token over the price of one that misses the cache.",
    ),
]
CashMarginPerGpuHour = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Cash margin per GPU-hour",
        "USD/GPU-h",
        "Revenue less opex, facility and energy of one GPU-hour, without the capital charge.",
    ),
]
TargetCostPerMtok = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Target cost per million tokens",
        "USD/Mtok",
        "Cost of one million tokens that is aimed at, or the price that has to be met.",
    ),
]
Fp4Lever = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "FP4 precision",
        "x",
        "Throughput with FP4 over the baseline's precision, at equal interactivity and "
        "accuracy. 1 where the baseline holds it.",
    ),
]
SpeculativeDecodingLever = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Speculative decoding, MTP",
        "x",
        "Throughput with speculative decoding or multi-token prediction over the "
        "baseline's. 1 where the baseline holds it.",
    ),
]
DisaggregationLever = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Disaggregated serving",
        "x",
        "Throughput with prefill and decode on GPUs of their own over the baseline's. 1 "
        "where the baseline holds it.",
    ),
]
KvRoutingLever = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "KV-aware routing",
        "x",
        "Throughput with requests routed to where their KV cache lies over the "
        "baseline's. 1 where the baseline holds it.",
    ),
]
KvOffloadLever = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "KV-cache offloading",
        "x",
        "Throughput with the KV cache offloaded to host or storage over the baseline's. 1 "
        "where the baseline holds it.",
    ),
]
InterconnectLever = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Scale-up interconnect",
        "x",
        "Throughput with the interconnect that carries the all-to-all traffic of experts "
        "over the baseline's. 1 where the baseline holds it.",
    ),
]
RuntimeLever = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Runtime",
        "x",
        "Throughput of the inference runtime that is in use over the runtime of the "
        "baseline. 1 where the baseline holds it.",
    ),
]
WorkloadLever = Annotated[
    Numeric,
    Gt(0),
    Quantity(
        "Workload",
        "x",
        "Throughput at your lengths and latency, e.g. agentic, over the baseline's "
        "operating point. 1 where the baseline holds it.",
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
CapitalRecoveryFactor = Annotated[
    Numeric,
    Quantity(
        "Capital recovery factor",
        "1/yr",
        "Level yearly payment for one dollar invested.",
    ),
]
GpuHourCost = Annotated[
    Numeric,
    Quantity(
        "Cost of an owned GPU-hour",
        "USD/GPU-h",
        "Capital, operation, facility and energy of one hour.",
    ),
]
DeliveredTokens = Annotated[
    Numeric,
    Quantity(
        "Delivered tokens per GPU",
        "tok/s/GPU",
        "Tokens per second per GPU over all hours paid for.",
    ),
]
TokensPerSecondPerGpuNeeded = Annotated[
    Numeric,
    Quantity(
        "Token output needed per GPU",
        "tok/s/GPU",
        "Tokens per second per GPU at which the target is met.",
    ),
]
CostPerMtokInput = Annotated[
    Numeric,
    Quantity(
        "Cost per million input tokens",
        "USD/Mtok",
        "Cost of one million input tokens by token weight.",
    ),
]
CostPerMtokOutput = Annotated[
    Numeric,
    Quantity(
        "Cost per million output tokens",
        "USD/Mtok",
        "Cost of one million output tokens by token weight.",
    ),
]
CostPerRequest = Annotated[
    Numeric,
    Quantity(
        "Cost per request",
        "USD",
        "Cost of one request.",
    ),
]
RevenuePerGpuHour = Annotated[
    Numeric,
    Ge(0),
    Quantity(
        "Revenue per GPU-hour",
        "USD/GPU-h",
        "Revenue from the tokens of one GPU in an hour.",
    ),
]
RevenuePerMwHour = Annotated[
    Numeric,
    Quantity(
        "Revenue per MW-hour",
        "USD/MWh",
        "Revenue of one megawatt in an hour.",
    ),
]
RevenuePerMwYear = Annotated[
    Numeric,
    Quantity(
        "Revenue per MW-year",
        "USD/MW-yr",
        "Revenue of one megawatt in a year of 8760 hours.",
    ),
]
GrossMargin = Annotated[
    Numeric,
    Quantity(
        "Gross margin",
        "ratio",
        "Share of the revenue left after cost.",
    ),
]
BreakevenPrice = Annotated[
    Numeric,
    Quantity(
        "Break-even price",
        "USD/Mtok",
        "Price of one million tokens that covers the cost.",
    ),
]
BreakevenUtilization = Annotated[
    Numeric,
    Quantity(
        "Break-even utilization",
        "ratio",
        "Utilization that covers the cost; above 1: never.",
    ),
]
PaybackYears = Annotated[
    Numeric,
    Quantity(
        "Payback",
        "yr",
        "Years until the cash margin has paid the capex.",
    ),
]
