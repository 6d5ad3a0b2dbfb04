"""Worksheet functions that look up rather than compute. ``__all__`` is their order everywhere.

Like the kernel's formulas they are declared by their signatures. They load nothing but the
standard library, so every host of the functions can.
"""

from xl_tco.lookups.about import tco_engine, tco_version
from xl_tco.lookups.compare import compare
from xl_tco.lookups.operating_point import cost_per_mtok_at, tokens_per_mw_at
from xl_tco.lookups.platforms import platform_figure, platforms

__all__ = [
    "cost_per_mtok_at",
    "tokens_per_mw_at",
    "platform_figure",
    "platforms",
    "compare",
    "tco_version",
    "tco_engine",
]
