"""Inputs of a workbook drawn at random within their limits, and the checks that must then fail."""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from exact_economics import (
    BASES,
    DATES,
    NOT_AVAILABLE,
    OWN_FIGURES,
    TIERS,
    NotInCatalogError,
    Side,
    catalog,
    side,
    suffixes,
)
from workbook_file import WorkbookFile

Draw = random.Random
KEPT = "in_check_tolerance"
# What each check needs; where the catalog lacks it, the check is FALSE.
NEEDS = {
    "functions_agree": ("flops_per_dollar", "tokens_per_mw", "joules_per_token", "cost_per_mtok"),
    "energy_identity": ("tokens_per_mw", "joules_per_token"),
    "owned_agrees": ("gpu_hour_cost",),
    "parts_sum": ("gpu_hour_cost",),
    "split_adds_up": ("cost_per_mtok_input", "cost_per_mtok_output"),
    "delivered_agrees": ("delivered_tokens",),
    "revenue_agrees": ("revenue_per_gpu_hour", "revenue_per_mw_year", "gross_margin"),
}


def _one_of(*choices: Any) -> Callable[[Draw], Any]:
    return lambda draw: draw.choice(choices)


def _between(low: float, high: float, digits: int = 4) -> Callable[[Draw], float]:
    return lambda draw: round(draw.uniform(low, high), digits)


def _decades(low: float, high: float) -> Callable[[Draw], float]:
    """Evenly over orders of magnitude."""
    return lambda draw: round(10 ** draw.uniform(low, high), draw.randint(2, 6)) or 0.01


def _either(*ways: Callable[[Draw], Any]) -> Callable[[Draw], Any]:
    return lambda draw: draw.choice(ways)(draw)


_YEARS = _either(lambda draw: draw.randint(1, 15), _between(0.5, 12, 2))
_LEVER = _either(_one_of(1), _one_of(1), _decades(-0.5, 1))
_CAPEX = _decades(3, 5.5)
_WAYS: dict[str, Callable[[Draw], Any]] = {
    "platform": _either(_one_of(OWN_FIGURES), _one_of(OWN_FIGURES, *catalog())),
    "tier": _one_of(*TIERS),
    "as_of": _one_of(*DATES),
    "tokens_counted": _one_of("total", "output"),
    "power_basis": _one_of(*BASES),
    "cost_from": _one_of("rate", "owned"),
    "depreciation": _one_of("annuity", "straight line"),
    "facility": _one_of("colocation", "owned"),
    "cost_per_gpu_hour": _decades(-2, 2),
    "tokens_per_second_per_gpu": _decades(-1, 5),
    "kw_per_gpu": _decades(-2, 2),
    "pflops_per_gpu": _decades(-2, 2),
    "pflops_like_for_like": _decades(-2, 2),
    "utilization": _either(_one_of(1), _between(0.01, 1)),
    "pue": _either(_one_of(1), _between(1, 2.5)),
    "server_capex_per_gpu": _CAPEX,
    "network_capex_per_gpu": _either(_one_of(0), _CAPEX),
    "storage_capex_per_gpu": _either(_one_of(0), _CAPEX),
    "life_years": _YEARS,
    "facility_life_years": _YEARS,
    "cost_of_capital": _either(_one_of(0), _between(0.005, 0.3)),
    "residual_value_share": _either(_one_of(0), _between(0, 0.9)),
    "opex_rate": _between(0, 0.2),
    "colocation_per_kw_month": _between(0, 500, 2),
    "facility_capex_per_kw": _decades(2, 5),
    "usd_per_kwh": _between(0, 0.5),
    "average_load": _either(_one_of(0, 1), _between(0, 1)),
    "input_tokens": _either(_one_of(0), lambda draw: draw.randint(1, 9000)),
    "output_tokens": lambda draw: draw.randint(1, 9000),
    "input_token_weight": _between(0, 1.5),
    "input_price_per_mtok": _decades(-2, 2),
    "output_price_per_mtok": _decades(-2, 2),
    "cache_hit_rate": _between(0, 1),
    "cached_input_price_ratio": _between(0, 1),
    "target_cost_per_mtok": _decades(-2, 2),
    "utilization_point": _between(0.01, 1),
    "grid_step": _decades(-1, 1),
}


def drawn(draw: Draw, name: str) -> Any:
    """A value of an input, by its name without prefix and suffix."""
    if name.startswith("answer_"):
        return draw.choice(["yes", "no", "unknown"])
    if name.startswith("in_baseline_"):
        return draw.choice(["yes", "no", "no"])
    return _WAYS.get(name.rstrip("_0123456789"), _LEVER)(draw)


def drawn_rows(file: WorkbookFile, count: int) -> Iterator[dict[str, Any]]:
    """Every input of all platforms and of the settings, drawn anew for every row."""
    draw = Draw("2026-02")
    inputs = file.named("in_")
    ends = sorted(suffixes(inputs), key=len, reverse=True)
    names = {
        name: name.removeprefix("in_").removesuffix(
            next((end for end in ends if name.endswith(end)), "")
        )
        for name in inputs
        if name != KEPT
    }
    for _ in range(count):
        yield {name: drawn(draw, plain) for name, plain in names.items()}


def computes(file: WorkbookFile) -> dict[str, str]:
    """Precision and sparsity of each platform's peak compute, as the label of its input says."""
    found = {}
    for end in suffixes(file.named("in_")):
        sheet, address = file.places[f"in_pflops_per_gpu{end}"]
        found[end] = str(file.value(sheet, f"B{address[1:]}")).partition(", ")[2]
    return found


def failing(row: Mapping[str, Any], bases: Mapping[str, str]) -> set[str]:
    """The checks that must fail though all inputs are within their limits."""
    found = {
        f"check_{check}{end}"
        for end in suffixes(row)
        for check in _failing(side(row, end, bases[end]))
    }
    if len({row[f"in_tokens_counted{end}"] for end in suffixes(row)}) > 1:
        found.add("check_same_tokens")
    return found | {"check_master"} if found else found


def _failing(one: Side) -> Iterator[str]:
    given, results = one.given, one.outputs()
    if given["power_basis"] == "utility" and given["pue"] != 1:
        yield "power_basis"
    if any(given[name] != 1 for name in one.levers if given[f"in_baseline_{name}"] == "yes"):
        yield "levers_counted_once"
    if lacks_a_figure(one):
        yield "catalog_has_figures"
    for check, needed in NEEDS.items():
        if any(results[name] == NOT_AVAILABLE for name in needed):
            yield check


def lacks_a_figure(one: Side) -> bool:
    """Tell whether the catalog does not have what the scenario selector asks for."""
    try:
        assert one.hourly_rate and one.kw and one.pflops  # noqa: PT018
    except NotInCatalogError:
        return True
    return False
