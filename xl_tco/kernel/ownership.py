"""The numerator: what an hour of an owned GPU costs."""

from typing import Annotated, NamedTuple

from xl_tco.kernel.constants import HOURS_PER_YEAR, MONTHS_PER_YEAR
from xl_tco.kernel.operations import where
from xl_tco.kernel.quantities import (
    CapexPerGpu,
    CapitalRecoveryFactor,
    CostOfCapital,
    FacilityPerKwMonth,
    GpuHourCost,
    KwPerGpu,
    LifeYears,
    Load,
    Numeric,
    OpexRate,
    Pue,
    Quantity,
    ResidualValueShare,
    UsdPerKwh,
)


class GpuHourCostParts(NamedTuple):
    """The cost of an owned GPU-hour, part by part, in USD."""

    capital: Numeric
    opex: Numeric
    facility: Numeric
    energy: Numeric


def capital_recovery_factor(
    cost_of_capital: CostOfCapital, life_years: LifeYears
) -> CapitalRecoveryFactor:
    """Share of an investment that has to come back each year of its life.

    The level payment of an annuity for one dollar; without cost of capital, one over the life.
    A tiny rate loses digits beside 1: twelve are right from 0.1 % on, about seven at 1e-9. One that
    vanishes beside 1 is none.

    Source: engineering economics; the same as Excel's ``PMT(cost_of_capital, life_years, -1)``.

    Examples
    --------
    >>> round(capital_recovery_factor(0.08, 5), 6)
    0.250456
    >>> capital_recovery_factor(0, 5)
    0.2

    """
    growth = (1 + cost_of_capital) ** life_years
    # Growth stands before the choice: a missing rate is above nothing, and must stay missing.
    return growth * where(
        1 + cost_of_capital > 1,
        lambda: cost_of_capital / (growth - 1),
        lambda: 1 / life_years,
    )


def gpu_hour_cost(
    capex_per_gpu: CapexPerGpu,
    life_years: LifeYears,
    cost_of_capital: CostOfCapital,
    kw_per_gpu: KwPerGpu,
    usd_per_kwh: UsdPerKwh,
    facility_per_kw_month: FacilityPerKwMonth = 0.0,
    opex_rate: OpexRate = 0.0,
    residual_value_share: ResidualValueShare = 0.0,
    pue: Pue = 1.0,
    average_load: Load = 1.0,
) -> GpuHourCost:
    """All-in cost in USD of one hour of an owned GPU.

    Capital charge, operation, facility and energy of a year over its 8760 hours. The capital charge
    is an annuity; with ``cost_of_capital`` 0 it is straight-line depreciation.

    Source: the owned GPU-hour of the package's economics; capital charge as in Barroso, Hölzle,
    Ranganathan, The Datacenter as a Computer.

    Examples
    --------
    >>> round(gpu_hour_cost(40000, 5, 0.08, 1.37, 0.08, 217.30, 0.03, pue=1.3), 4)
    1.8309

    """
    parts = gpu_hour_cost_breakdown(
        capex_per_gpu,
        life_years,
        cost_of_capital,
        kw_per_gpu,
        usd_per_kwh,
        facility_per_kw_month,
        opex_rate,
        residual_value_share,
        pue,
        average_load,
    )
    return parts.capital + parts.opex + parts.facility + parts.energy


def gpu_hour_cost_breakdown(
    capex_per_gpu: CapexPerGpu,
    life_years: LifeYears,
    cost_of_capital: CostOfCapital,
    kw_per_gpu: KwPerGpu,
    usd_per_kwh: UsdPerKwh,
    facility_per_kw_month: FacilityPerKwMonth = 0.0,
    opex_rate: OpexRate = 0.0,
    residual_value_share: ResidualValueShare = 0.0,
    pue: Pue = 1.0,
    average_load: Load = 1.0,
) -> Annotated[
    GpuHourCostParts,
    Quantity(
        "Parts of the owned GPU-hour",
        "USD/GPU-h",
        "Capital, opex, facility and energy, in that order; together the cost of the GPU-hour.",
    ),
]:
    """Cost of an owned GPU-hour in its four parts: capital, opex, facility, energy.

    Source: as ``gpu_hour_cost``, which is their sum.

    Examples
    --------
    >>> parts = gpu_hour_cost_breakdown(40000, 5, 0.08, 1.37, 0.08, 217.30, 0.03, pue=1.3)
    >>> round(parts.energy, 6)
    0.14248
    >>> [round(part, 3) for part in parts]
    [1.144, 0.137, 0.408, 0.142]

    """
    return GpuHourCostParts(
        capital=_capital(capex_per_gpu, life_years, cost_of_capital, residual_value_share),
        opex=opex_rate * capex_per_gpu / HOURS_PER_YEAR,
        facility=MONTHS_PER_YEAR * facility_per_kw_month * kw_per_gpu / HOURS_PER_YEAR,
        energy=usd_per_kwh * kw_per_gpu * pue * average_load,
    )


def _capital(
    capex_per_gpu: CapexPerGpu,
    life_years: LifeYears,
    cost_of_capital: CostOfCapital,
    residual_value_share: ResidualValueShare,
) -> Numeric:
    """Capital charge of an hour: what is not got back at the end of life, as an annuity."""
    residual = residual_value_share / (1 + cost_of_capital) ** life_years
    yearly = capex_per_gpu * (1 - residual) * capital_recovery_factor(cost_of_capital, life_years)
    return yearly / HOURS_PER_YEAR
