"""Revenue, margin and what it takes to break even."""

from typing import Annotated

from annotated_types import Gt

from xl_tco.kernel.constants import HOURS_PER_YEAR, KW_PER_MW, SECONDS_PER_HOUR, TOKENS_PER_MTOK
from xl_tco.kernel.cost import cost_per_mtok
from xl_tco.kernel.quantities import (
    BreakevenPrice,
    BreakevenUtilization,
    CachedInputPriceRatio,
    CacheHitRate,
    CapexPerGpu,
    CashMarginPerGpuHour,
    CostPerGpuHour,
    GrossMargin,
    InputPricePerMtok,
    InputTokensPerSecond,
    KwPerGpu,
    OutputPricePerMtok,
    OutputTokensPerSecond,
    PaybackYears,
    Pue,
    RevenuePerGpuHour,
    RevenuePerMwHour,
    RevenuePerMwYear,
    TokensPerSecondPerGpu,
    Utilization,
)


def revenue_per_gpu_hour(
    input_tokens_per_second: InputTokensPerSecond,
    output_tokens_per_second: OutputTokensPerSecond,
    input_price_per_mtok: InputPricePerMtok,
    output_price_per_mtok: OutputPricePerMtok,
    cache_hit_rate: CacheHitRate = 0.0,
    cached_input_price_ratio: CachedInputPriceRatio = 1.0,
    utilization: Utilization = 1.0,
) -> RevenuePerGpuHour:
    """Revenue in USD from the tokens that one GPU delivers in an hour.

    Input tokens that hit the cache are sold at ``cached_input_price_ratio`` of the input price.

    Source: the revenue equation of the package's economics.

    Examples
    --------
    >>> round(revenue_per_gpu_hour(500, 500, 0.55, 2.19), 4)
    4.932
    >>> round(revenue_per_gpu_hour(500, 500, 0.55, 2.19, 0.5, 0.25), 4)
    4.5607

    """
    discount = cache_hit_rate * (1 - cached_input_price_ratio)
    from_input = input_tokens_per_second * input_price_per_mtok * (1 - discount)
    from_output = output_tokens_per_second * output_price_per_mtok
    return (from_input + from_output) * utilization * SECONDS_PER_HOUR / TOKENS_PER_MTOK


def revenue_per_mw_hour(
    revenue_per_gpu_hour: RevenuePerGpuHour, kw_per_gpu: KwPerGpu, pue: Pue = 1.0
) -> RevenuePerMwHour:
    """Revenue in USD from one megawatt of power in an hour.

    With utility power leave ``pue`` at 1: the facility overhead is already in it.

    Source: revenue of a GPU-hour over its power.

    Examples
    --------
    >>> round(revenue_per_mw_hour(4.932, 2.1), 2)
    2348.57

    """
    return revenue_per_gpu_hour * KW_PER_MW / (kw_per_gpu * pue)


def revenue_per_mw_year(
    revenue_per_gpu_hour: RevenuePerGpuHour, kw_per_gpu: KwPerGpu, pue: Pue = 1.0
) -> RevenuePerMwYear:
    """Revenue in USD from one megawatt of power in a year of 8760 hours.

    Source: as ``revenue_per_mw_hour``.

    Examples
    --------
    >>> round(revenue_per_mw_year(4.932, 2.1))
    20573486

    """
    return revenue_per_mw_hour(revenue_per_gpu_hour, kw_per_gpu, pue) * HOURS_PER_YEAR


def gross_margin(
    revenue_per_gpu_hour: Annotated[RevenuePerGpuHour, Gt(0)],
    cost_per_gpu_hour: CostPerGpuHour,
) -> GrossMargin:
    """Share of the revenue that is left after the cost of the GPU-hour.

    Both of the same hour: revenue at the utilization that is reached, cost of the hour paid for.

    Source: the definition of gross margin.

    Examples
    --------
    >>> gross_margin(4, 1)
    0.75

    """
    return (revenue_per_gpu_hour - cost_per_gpu_hour) / revenue_per_gpu_hour


def breakeven_price(
    cost_per_gpu_hour: CostPerGpuHour,
    tokens_per_second_per_gpu: TokensPerSecondPerGpu,
    utilization: Utilization = 1.0,
) -> BreakevenPrice:
    """Price in USD of one million tokens at which revenue covers cost.

    By definition the cost of one million tokens at that utilization.

    Source: the definition of break-even.

    Examples
    --------
    >>> round(breakeven_price(2.652, 5950, utilization=0.5), 4)
    0.2476

    """
    return cost_per_mtok(cost_per_gpu_hour, tokens_per_second_per_gpu, utilization)


def breakeven_utilization(
    cost_per_gpu_hour: CostPerGpuHour,
    full_revenue_per_gpu_hour: Annotated[RevenuePerGpuHour, Gt(0)],
) -> BreakevenUtilization:
    """Utilization at which revenue covers cost; above 1 it never does.

    ``full_revenue_per_gpu_hour`` is the revenue at utilization 1.

    Source: the definition of break-even.

    Examples
    --------
    >>> breakeven_utilization(1.5, 6)
    0.25

    """
    return cost_per_gpu_hour / full_revenue_per_gpu_hour


def payback_years(
    capex_per_gpu: CapexPerGpu, cash_margin_per_gpu_hour: CashMarginPerGpuHour
) -> PaybackYears:
    """Years until the cash margin of a GPU has paid for it.

    The cash margin is revenue less opex, facility and energy: the capital charge is not in it. One
    that is not above 0 never pays back: outside the limits.

    Source: the definition of simple payback.

    Examples
    --------
    >>> round(payback_years(40000, 3.3), 3)
    1.384

    """
    return capex_per_gpu / (cash_margin_per_gpu_hour * HOURS_PER_YEAR)
