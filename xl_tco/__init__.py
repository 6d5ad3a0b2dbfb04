"""AI token economics: cost per delivered token, as Python functions, Excel functions, workbooks.

>>> from xl_tco import cost_per_mtok
>>> round(cost_per_mtok(2.65, 6000), 4)
0.1227
"""

from typing import TYPE_CHECKING, Any

from xl_tco import kernel
from xl_tco.calls import checked
from xl_tco.errors import (
    ArgumentTypeError,
    ExcelError,
    FunctionError,
    InputFileError,
    NotFiniteError,
    OutOfDomainError,
    ShapeError,
    UnknownKeyError,
    XlTcoError,
)

if TYPE_CHECKING:
    from xl_tco.scenario import Comparison, Scenario, load_scenario
    from xl_tco.templates import build

__version__ = "0.1.0"

cost_per_mtok = checked(kernel.cost_per_mtok)
tokens_per_mw = checked(kernel.tokens_per_mw)
joules_per_token = checked(kernel.joules_per_token)
flops_per_dollar = checked(kernel.flops_per_dollar)
relative = checked(kernel.relative)

# Loaded on first use: these need pydantic and openpyxl, the functions do not.
_LAZY = {
    "build": "xl_tco.templates",
    "Comparison": "xl_tco.scenario",
    "Scenario": "xl_tco.scenario",
    "load_scenario": "xl_tco.scenario",
}

__all__ = [
    *kernel.__all__,
    "ArgumentTypeError",
    "Comparison",
    "ExcelError",
    "FunctionError",
    "InputFileError",
    "NotFiniteError",
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
