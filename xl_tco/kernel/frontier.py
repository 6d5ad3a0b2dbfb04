"""The frontier of throughput against interactivity, and points between its measurements."""

from collections.abc import Iterable, Sequence
from math import exp, log
from typing import NamedTuple


class Point(NamedTuple):
    """A measurement: tokens per second per user, tokens per second per GPU."""

    interactivity: float
    throughput: float


def frontier(points: Iterable[Point]) -> list[Point]:
    """Points that no other beats in both, by rising interactivity.

    Examples
    --------
    >>> frontier([Point(20, 900), Point(40, 500), Point(30, 400), Point(20, 800)])
    [Point(interactivity=20, throughput=900), Point(interactivity=40, throughput=500)]

    """
    best: list[Point] = []
    for point in sorted(points, reverse=True):
        if not best or point.throughput > best[-1].throughput:
            best.append(point)
    return best[::-1]


def throughput_at(points: Sequence[Point], interactivity: float) -> float | None:
    """Throughput of a frontier at an interactivity; None outside what was measured.

    Between two measurements the logarithm of throughput is linear: it passes through the
    measurements, keeps their order, and never extrapolates. Cost is derived afterwards: to
    interpolate cost itself errs more, since it goes as one over throughput.

    Examples
    --------
    >>> round(throughput_at([Point(20, 900), Point(40, 400)], 30), 6)
    600.0
    >>> throughput_at([Point(20, 900), Point(40, 400)], 41) is None
    True

    """
    for point in points:
        if point.interactivity == interactivity:
            return point.throughput
    above = next((i for i, point in enumerate(points) if point.interactivity > interactivity), 0)
    if above == 0:
        return None
    left, right = points[above - 1], points[above]
    share = (interactivity - left.interactivity) / (right.interactivity - left.interactivity)
    return exp(log(left.throughput) + share * (log(right.throughput) - log(left.throughput)))
