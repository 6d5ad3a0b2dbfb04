"""The denominator: tokens that are delivered, and tokens that are needed."""

from xl_tco.kernel.constants import SECONDS_PER_HOUR, TOKENS_PER_MTOK
from xl_tco.kernel.quantities import (
    CostPerGpuHour,
    DeliveredTokens,
    DisaggregationLever,
    Fp4Lever,
    InterconnectLever,
    KvOffloadLever,
    KvRoutingLever,
    RuntimeLever,
    SpeculativeDecodingLever,
    TargetCostPerMtok,
    TokensPerSecondPerGpu,
    TokensPerSecondPerGpuNeeded,
    Utilization,
    WorkloadLever,
)


def delivered_tokens(
    tokens_per_second_per_gpu: TokensPerSecondPerGpu,
    utilization: Utilization = 1.0,
    fp4_precision: Fp4Lever = 1.0,
    speculative_decoding: SpeculativeDecodingLever = 1.0,
    disaggregation: DisaggregationLever = 1.0,
    kv_routing: KvRoutingLever = 1.0,
    kv_offload: KvOffloadLever = 1.0,
    interconnect: InterconnectLever = 1.0,
    runtime: RuntimeLever = 1.0,
    workload: WorkloadLever = 1.0,
) -> DeliveredTokens:
    """Tokens per second that one GPU delivers, averaged over the hours paid for.

    A measured baseline times levers times utilization. What the baseline already holds stays at
    1. Published effects of levers depend on the operating point and do not compose: a measurement
    with all of them on beats any product.

    Source: the denominator of NVIDIA's cost-per-token article.

    Examples
    --------
    >>> delivered_tokens(1000, 0.5, speculative_decoding=1.5)
    750.0

    """
    levers = fp4_precision * speculative_decoding * disaggregation * kv_routing * kv_offload
    return tokens_per_second_per_gpu * utilization * levers * interconnect * runtime * workload


def tokens_needed(
    target_cost_per_mtok: TargetCostPerMtok,
    cost_per_gpu_hour: CostPerGpuHour,
    utilization: Utilization = 1.0,
) -> TokensPerSecondPerGpuNeeded:
    """Tokens per second per GPU at which a million tokens costs the target.

    With a selling price as the target, the break-even throughput.

    Source: the cost equation of NVIDIA's cost-per-token article, solved for the tokens.

    Examples
    --------
    >>> round(tokens_needed(0.12, 2.652), 1)
    6138.9

    """
    target_per_hour = target_cost_per_mtok * utilization * SECONDS_PER_HOUR
    return cost_per_gpu_hour * TOKENS_PER_MTOK / target_per_hour
