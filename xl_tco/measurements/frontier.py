"""Measurements as pandas DataFrames: all of them, and the frontier of each configuration."""

from collections.abc import Iterable
from typing import Final

import pandas

from xl_tco.kernel.frontier import Point, frontier, throughput_at
from xl_tco.measurements.record import Measurement

CONFIGURATION: Final = (
    "platform",
    "model",
    "precision",
    "operating_point",
    "stack",
    "speculative_decoding",
    "disaggregated",
)
"""What has to be the same for two measurements to lie on one frontier."""


def frame(measurements: Iterable[Measurement]) -> pandas.DataFrame:
    """One row a measurement, its fields as columns; what a file did not say is NaN."""
    rows = [
        {**item.model_dump(), "tool": str(item.tool), "operating_point": item.operating_point}
        for item in measurements
    ]
    columns = [*Measurement.model_fields, "operating_point"]
    return pandas.DataFrame(rows, columns=columns)


def frontiers(measurements: pandas.DataFrame) -> pandas.DataFrame:
    """The rows on the frontier of total throughput against interactivity, by configuration.

    Rows without interactivity or total throughput cannot lie on it.
    """
    usable = measurements.dropna(subset=["interactivity", "total_tokens_per_second_per_gpu"])
    kept: list[int] = []
    for _, group in usable.groupby(list(CONFIGURATION), dropna=False, sort=False):
        best = frontier(points_of(group))
        kept += _rows_of(group, best)
    return usable.loc[kept]


def points_of(rows: pandas.DataFrame) -> list[Point]:
    """Interactivity and total throughput of some rows."""
    pairs = zip(rows["interactivity"], rows["total_tokens_per_second_per_gpu"], strict=True)
    return [Point(float(x), float(y)) for x, y in pairs]


def at(measurements: pandas.DataFrame, interactivity: float) -> pandas.DataFrame:
    """Total throughput of each configuration at one interactivity; NaN outside its range."""
    rows = []
    for key, group in frontiers(measurements).groupby(
        list(CONFIGURATION), dropna=False, sort=False
    ):
        best = frontier(points_of(group))
        rows.append((*key, throughput_at(best, interactivity)))
    return pandas.DataFrame(rows, columns=[*CONFIGURATION, "total_tokens_per_second_per_gpu"])


def _rows_of(group: pandas.DataFrame, best: list[Point]) -> list[int]:
    wanted = set(best)
    found = []
    for label, point in zip(group.index, points_of(group), strict=True):
        if point in wanted:
            wanted.remove(point)
            found.append(label)
    return found
