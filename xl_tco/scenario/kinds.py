"""The kinds of number that are inputs: the functions' arguments, and what feeds them."""

from dataclasses import dataclass, replace
from typing import Final

from xl_tco.functions import ARGUMENTS
from xl_tco.kernel.quantities import Quantity
from xl_tco.limits import Limits


@dataclass(frozen=True, slots=True)
class InputKind:
    """What is said of an input, and what it may be."""

    quantity: Quantity
    limits: Limits


def _like(name: str, label: str, unit: str, help: str) -> InputKind:  # noqa: A002
    """Make a kind with the limits of a function's argument."""
    return InputKind(Quantity(label, unit, help), ARGUMENTS[name].limits)


def _share(part: str) -> InputKind:
    whole = ARGUMENTS["capex_per_gpu"]
    quantity = replace(
        whole.quantity,
        label=f"{part} capex per GPU",
        help=f"Investment in the {part.lower()} share of one GPU, in USD.",
    )
    return InputKind(quantity, whole.limits)


INPUT_KINDS: Final = {
    **{name: InputKind(item.quantity, item.limits) for name, item in ARGUMENTS.items()},
    "server_capex_per_gpu": _share("Server"),
    "network_capex_per_gpu": _share("Network"),
    "storage_capex_per_gpu": _share("Storage"),
    "colocation_per_kw_month": _like(
        "facility_per_kw_month",
        "Colocation rent",
        "USD/kW-month",
        "Rent of one kW in a month, without electricity.",
    ),
    "facility_capex_per_kw": _like(
        "capex_per_gpu",
        "Capex of an owned facility",
        "USD/kW",
        "Building, power and cooling for one kW of IT load, in USD.",
    ),
    "facility_life_years": _like(
        "life_years",
        "Life of an owned facility",
        "yr",
        "Years over which the facility is written off.",
    ),
}
