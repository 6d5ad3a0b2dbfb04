"""Cost of tokens, and what a dollar buys."""

from typing import Annotated

from annotated_types import Gt

from xl_tco.kernel.constants import SECONDS_PER_HOUR, TOKENS_PER_MTOK
from xl_tco.kernel.quantities import (
    CostPerGpuHour,
    CostPerMtok,
    FlopsPerDollar,
    PflopsPerGpu,
    TokensPerSecondPerGpu,
    Utilization,
)


def cost_per_mtok(
    cost_per_gpu_hour: CostPerGpuHour,
    tokens_per_second_per_gpu: TokensPerSecondPerGpu,
    utilization: Utilization = 1.0,
) -> CostPerMtok:
    """Cost in USD of one million delivered tokens.

    The cost of a GPU-hour over the tokens delivered in it. Tokens are of the kind that
    ``tokens_per_second_per_gpu`` counts: total or output.

    Source: the cost equation of NVIDIA's cost-per-token article; the same as in SemiAnalysis
    InferenceX.

    Examples
    --------
    >>> round(cost_per_mtok(1.41, 93.25), 4)
    4.2002
    >>> round(cost_per_mtok(1.41, 93.25, utilization=0.5), 4)
    8.4004

    """
    tokens_per_gpu_hour = tokens_per_second_per_gpu * utilization * SECONDS_PER_HOUR
    return cost_per_gpu_hour * TOKENS_PER_MTOK / tokens_per_gpu_hour


def flops_per_dollar(
    pflops_per_gpu: PflopsPerGpu,
    cost_per_gpu_hour: Annotated[CostPerGpuHour, Gt(0)],
) -> FlopsPerDollar:
    """Peak PFLOP/s bought by one US dollar an hour.

    An input metric: it says what was bought, not what was delivered. The result is of the
    precision and sparsity that ``pflops_per_gpu`` names.

    Source: the FLOPS-per-dollar row of NVIDIA's cost-per-token article.

    Examples
    --------
    >>> round(flops_per_dollar(3.958, 1.41), 3)
    2.807

    """
    return pflops_per_gpu / cost_per_gpu_hour
