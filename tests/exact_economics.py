"""The formulas of the economics once more, in exact fractions: the oracle of the workbook tests.

Written from the definitions, not from the kernel. A float stands for the decimal that was typed.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

TOLERANCE = Fraction(1, 10**12)

LIKE_FOR_LIKE = "flops_per_dollar_like_for_like"


def exact(typed: float) -> Fraction:
    """The decimal number that was typed."""
    return Fraction(repr(typed))


def outputs(inputs: Mapping[str, float]) -> dict[str, Fraction]:
    """What one platform comes to, from its inputs by name."""
    given = {name: exact(value) for name, value in inputs.items()}
    dollars, tokens = given["cost_per_gpu_hour"], given["tokens_per_second_per_gpu"]
    tokens_per_hour = 3600 * given["utilization"] * tokens
    watts = 1000 * given["kw_per_gpu"] * given["pue"]
    found = {
        "cost_per_mtok": dollars / tokens_per_hour * 10**6,
        "tokens_per_mw": tokens / watts * 10**6,
        "joules_per_token": watts / tokens,
        "flops_per_dollar": given["pflops_per_gpu"] / dollars,
    }
    if "pflops_like_for_like" in given:
        found[LIKE_FOR_LIKE] = given["pflops_like_for_like"] / dollars
    if "price_per_mtok" in given:
        found["price_over_cost"] = given["price_per_mtok"] / found["cost_per_mtok"]
    return found


def suffixes(names: Mapping[str, Any]) -> list[str]:
    """What the names of each platform end with; one empty suffix where there is one platform."""
    stem = "in_cost_per_gpu_hour"
    return [name.removeprefix(stem) for name in names if name.startswith(stem)]


def side(names: Mapping[str, Any], suffix: str) -> dict[str, float]:
    """The numeric inputs of one platform, without prefix and suffix."""
    return {
        name.removeprefix("in_").removesuffix(suffix): value
        for name, value in names.items()
        if name.startswith("in_")
        and name.endswith(suffix)
        and isinstance(value, (int, float))
        and not name.startswith(("in_check_tolerance", "in_utilization_point"))
    }


def named_outputs(inputs: Mapping[str, Any]) -> dict[str, Fraction]:
    """Every ``out_`` and ``rel_`` name that follows from the ``in_`` names."""
    found: dict[str, Fraction] = {}
    sides = []
    for suffix in suffixes(inputs):
        given = side(inputs, suffix)
        results = outputs(given)
        found |= {f"out_{metric}{suffix}": value for metric, value in results.items()}
        compared = ("cost_per_gpu_hour", "tokens_per_second_per_gpu")
        sides.append({metric: exact(given[metric]) for metric in compared} | results)
    if len(sides) == 2:
        baseline, candidate = sides
        found |= {
            f"rel_{metric}": candidate[metric] / baseline[metric]
            for metric in (baseline.keys() & candidate.keys()) - {"price_over_cost"}
        }
    return found


def differs(value: Any, expected: Fraction) -> bool:
    """Tell whether a cell's value is not the exact one, but for rounding."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return True
    return abs(Fraction(value) - expected) > TOLERANCE * abs(expected)


def differing(values: Mapping[str, Any], expected: Mapping[str, Fraction]) -> list[str]:
    """Each named value that is not what it must be."""
    return [
        f"{name}: {values.get(name)!r}, not {float(exact_value)!r}"
        for name, exact_value in expected.items()
        if differs(values.get(name), exact_value)
    ]
