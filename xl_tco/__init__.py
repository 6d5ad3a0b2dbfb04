"""AI token economics: cost per delivered token, as Python functions, Excel functions, workbooks.

>>> from xl_tco import cost_per_mtok
>>> round(cost_per_mtok(2.65, 6000), 4)
0.1227
"""

from typing import TYPE_CHECKING, Any

from xl_tco import kernel, lookups
from xl_tco.calls import checked
from xl_tco.errors import (
    ArgumentTypeError,
    ExcelError,
    FunctionError,
    GivenError,
    InputFileError,
    NotFiniteError,
    NotMeasuredError,
    OutOfDomainError,
    ShapeError,
    UnknownKeyError,
    XlTcoError,
)

if TYPE_CHECKING:
    from xl_tco.hosts.frames import compare as compare
    from xl_tco.hosts.frames import cost_per_mtok_at as cost_per_mtok_at
    from xl_tco.hosts.frames import platforms as platforms
    from xl_tco.hosts.frames import tokens_per_mw_at as tokens_per_mw_at
    from xl_tco.scenario import Comparison, Scenario, load_scenario
    from xl_tco.templates import build

__version__ = "0.1.0"

cost_per_mtok = checked(kernel.cost_per_mtok)
tokens_per_mw = checked(kernel.tokens_per_mw)
joules_per_token = checked(kernel.joules_per_token)
flops_per_dollar = checked(kernel.flops_per_dollar)
relative = checked(kernel.relative)
capital_recovery_factor = checked(kernel.capital_recovery_factor)
gpu_hour_cost = checked(kernel.gpu_hour_cost)
gpu_hour_cost_breakdown = checked(kernel.gpu_hour_cost_breakdown)
delivered_tokens = checked(kernel.delivered_tokens)
tokens_needed = checked(kernel.tokens_needed)
cost_per_mtok_input = checked(kernel.cost_per_mtok_input)
cost_per_mtok_output = checked(kernel.cost_per_mtok_output)
cost_per_request = checked(kernel.cost_per_request)
revenue_per_gpu_hour = checked(kernel.revenue_per_gpu_hour)
revenue_per_mw_hour = checked(kernel.revenue_per_mw_hour)
revenue_per_mw_year = checked(kernel.revenue_per_mw_year)
gross_margin = checked(kernel.gross_margin)
breakeven_price = checked(kernel.breakeven_price)
breakeven_utilization = checked(kernel.breakeven_utilization)
payback_years = checked(kernel.payback_years)
platform_figure = checked(lookups.platform_figure)
tco_version = checked(lookups.tco_version)
tco_engine = checked(lookups.tco_engine)

# Loaded on first use: these need pandas, pydantic or openpyxl, the functions do not.
_LAZY = {
    "build": "xl_tco.templates",
    "compare": "xl_tco.hosts.frames",
    "cost_per_mtok_at": "xl_tco.hosts.frames",
    "tokens_per_mw_at": "xl_tco.hosts.frames",
    "platforms": "xl_tco.hosts.frames",
    "Comparison": "xl_tco.scenario",
    "Scenario": "xl_tco.scenario",
    "load_scenario": "xl_tco.scenario",
}

__all__ = [
    *kernel.__all__,
    *lookups.__all__,
    "ArgumentTypeError",
    "Comparison",
    "ExcelError",
    "FunctionError",
    "GivenError",
    "InputFileError",
    "NotFiniteError",
    "NotMeasuredError",
    "OutOfDomainError",
    "Scenario",
    "ShapeError",
    "UnknownKeyError",
    "XlTcoError",
    "build",
    "load_scenario",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'xl_tco' has no attribute {name!r}")
