"""Pure formulas on numbers and arrays, grouped by topic. ``__all__`` is their order everywhere.

A formula is declared by its own signature: names, kinds (unit, limits, help), defaults. It
checks nothing itself; :mod:`xl_tco.calls` enforces the limits for every caller.
"""

from xl_tco.kernel.comparison import relative
from xl_tco.kernel.cost import cost_per_mtok, flops_per_dollar
from xl_tco.kernel.power import joules_per_token, tokens_per_mw

__all__ = [
    "cost_per_mtok",
    "tokens_per_mw",
    "joules_per_token",
    "flops_per_dollar",
    "relative",
]
