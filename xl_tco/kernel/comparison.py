"""One platform against another."""

from xl_tco.kernel.quantities import Baseline, Candidate, Ratio


def relative(candidate: Candidate, baseline: Baseline) -> Ratio:
    """How many times the baseline's figure the candidate's figure is.

    Where lower is better, swap the two to say "34x lower".

    Source: the "relative to Hopper" column of NVIDIA's cost-per-token article.

    Examples
    --------
    >>> relative(5950, 93.25) > 63
    True

    """
    return candidate / baseline
