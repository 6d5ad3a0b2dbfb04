"""Pure formulas on numbers and arrays, grouped by topic. ``__all__`` is their order everywhere.

A formula is declared by its own signature: names, kinds (unit, limits, help), defaults. It
checks nothing itself; :mod:`xl_tco.calls` enforces the limits for every caller.
"""

from xl_tco.kernel.business import (
    breakeven_price,
    breakeven_utilization,
    gross_margin,
    payback_years,
    revenue_per_gpu_hour,
    revenue_per_mw_hour,
    revenue_per_mw_year,
)
from xl_tco.kernel.comparison import relative
from xl_tco.kernel.cost import cost_per_mtok, flops_per_dollar
from xl_tco.kernel.delivery import delivered_tokens, tokens_needed
from xl_tco.kernel.ownership import (
    capital_recovery_factor,
    gpu_hour_cost,
    gpu_hour_cost_breakdown,
)
from xl_tco.kernel.power import joules_per_token, tokens_per_mw
from xl_tco.kernel.split import cost_per_mtok_input, cost_per_mtok_output, cost_per_request

__all__ = [
    "cost_per_mtok",
    "tokens_per_mw",
    "joules_per_token",
    "flops_per_dollar",
    "relative",
    "capital_recovery_factor",
    "gpu_hour_cost",
    "gpu_hour_cost_breakdown",
    "delivered_tokens",
    "tokens_needed",
    "cost_per_mtok_input",
    "cost_per_mtok_output",
    "cost_per_request",
    "revenue_per_gpu_hour",
    "revenue_per_mw_hour",
    "revenue_per_mw_year",
    "gross_margin",
    "breakeven_price",
    "breakeven_utilization",
    "payback_years",
]
