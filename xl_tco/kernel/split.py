"""The cost of tokens split over input and output, and over requests."""

from xl_tco.kernel.constants import SECONDS_PER_HOUR
from xl_tco.kernel.cost import cost_per_mtok
from xl_tco.kernel.quantities import (
    CostPerGpuHour,
    CostPerMtokInput,
    CostPerMtokOutput,
    CostPerRequest,
    InputTokensPerRequest,
    InputTokensPerSecond,
    InputTokenWeight,
    OutputTokensPerRequest,
    OutputTokensPerSecond,
    TokensPerSecondPerGpu,
    Utilization,
)


def cost_per_mtok_input(
    cost_per_gpu_hour: CostPerGpuHour,
    input_tokens_per_second: InputTokensPerSecond,
    output_tokens_per_second: OutputTokensPerSecond,
    utilization: Utilization = 1.0,
    input_token_weight: InputTokenWeight = 0.25,
) -> CostPerMtokInput:
    """Cost in USD of one million input tokens, by token weight.

    The GPU-hour is charged once: an output token weighs 1, an input token less. Together with
    ``cost_per_mtok_output`` it adds up to the whole GPU-hour at any mix of input and output.

    Source: the weighting of the package's economics; 0.25 is the published choice.

    Examples
    --------
    >>> round(cost_per_mtok_input(3.6, 500, 500), 6)
    0.4

    """
    return input_token_weight * cost_per_mtok_output(
        cost_per_gpu_hour,
        input_tokens_per_second,
        output_tokens_per_second,
        utilization,
        input_token_weight,
    )


def cost_per_mtok_output(
    cost_per_gpu_hour: CostPerGpuHour,
    input_tokens_per_second: InputTokensPerSecond,
    output_tokens_per_second: OutputTokensPerSecond,
    utilization: Utilization = 1.0,
    input_token_weight: InputTokenWeight = 0.25,
) -> CostPerMtokOutput:
    """Cost in USD of one million output tokens, by token weight.

    The counterpart of ``cost_per_mtok_input``. Not the GPU-hour over output tokens alone: that
    charges all of it to the output, and does not add to a cost of input.

    Source: the weighting of the package's economics.

    Examples
    --------
    >>> round(cost_per_mtok_output(3.6, 500, 500), 6)
    1.6

    """
    weighted = output_tokens_per_second + input_token_weight * input_tokens_per_second
    return cost_per_mtok(cost_per_gpu_hour, weighted, utilization)


def cost_per_request(
    cost_per_gpu_hour: CostPerGpuHour,
    tokens_per_second_per_gpu: TokensPerSecondPerGpu,
    input_tokens: InputTokensPerRequest,
    output_tokens: OutputTokensPerRequest,
    utilization: Utilization = 1.0,
) -> CostPerRequest:
    """Cost in USD of one request of so many input and output tokens.

    ``tokens_per_second_per_gpu`` counts total tokens, input + output.

    Source: cost per token times the tokens of a request.

    Examples
    --------
    >>> round(cost_per_request(2.652, 5950, 1024, 1024), 6)
    0.000254

    """
    tokens = input_tokens + output_tokens
    tokens_per_gpu_hour = tokens_per_second_per_gpu * utilization * SECONDS_PER_HOUR
    return cost_per_gpu_hour * tokens / tokens_per_gpu_hour
