"""Tokens against power and energy."""

from xl_tco.kernel.constants import KW_PER_MW, WATTS_PER_KW
from xl_tco.kernel.quantities import (
    JoulesPerToken,
    KwPerGpu,
    Pue,
    TokensPerMw,
    TokensPerSecondPerGpu,
)


def tokens_per_mw(
    tokens_per_second_per_gpu: TokensPerSecondPerGpu,
    kw_per_gpu: KwPerGpu,
    pue: Pue = 1.0,
) -> TokensPerMw:
    """Tokens per second that one megawatt of power yields.

    With utility power leave ``pue`` at 1: the facility overhead is already in it.

    Source: InferenceX's throughput per megawatt.

    Examples
    --------
    >>> round(tokens_per_mw(93.25, 1.73), 1)
    53901.7

    """
    return tokens_per_second_per_gpu * KW_PER_MW / (kw_per_gpu * pue)


def joules_per_token(
    tokens_per_second_per_gpu: TokensPerSecondPerGpu,
    kw_per_gpu: KwPerGpu,
    pue: Pue = 1.0,
) -> JoulesPerToken:
    """Energy in joules that one token takes.

    The reciprocal view of ``tokens_per_mw``: their product is exactly one million.

    Source: the definition of power, W = J/s.

    Examples
    --------
    >>> round(joules_per_token(93.25, 1.73), 2)
    18.55

    """
    return kw_per_gpu * pue * WATTS_PER_KW / tokens_per_second_per_gpu
