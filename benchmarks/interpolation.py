"""How far a point between two measurements errs: each row of InferenceX left out and foretold.

python benchmarks/interpolation.py

Needs SciPy (pip install scipy). Of each configuration's frontier every inner point is left out in
turn and foretold from the others, by three ways: linear on the logarithm of throughput (what the
product does), SciPy's PCHIP on the logarithm, and cost interpolated linearly.
"""

import math
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median
from typing import Final

import numpy as np
from scipy.interpolate import PchipInterpolator

from xl_tco.kernel.frontier import Point, frontier, throughput_at
from xl_tco.measurements import load_measurements
from xl_tco.measurements.frontier import CONFIGURATION, frame, points_of

ROWS: Final = Path(__file__).parents[1] / "tests/data/measurements/inferencex_dsr1_h200_gb300.json"
Way = Callable[[list[Point], float], float]


def log_linear(points: list[Point], interactivity: float) -> float:
    """What the product does."""
    found = throughput_at(points, interactivity)
    return math.nan if found is None else found


def pchip_of_log(points: list[Point], interactivity: float) -> float:
    """A monotone cubic through the logarithms."""
    xs, ys = zip(*points, strict=True)
    return float(np.exp(PchipInterpolator(xs, np.log(ys))(interactivity)))


def cost_linear(points: list[Point], interactivity: float) -> float:
    """Linear in cost, which goes as one over throughput."""
    xs, ys = zip(*points, strict=True)
    return float(1 / np.interp(interactivity, xs, 1 / np.array(ys)))


WAYS: Final[dict[str, Way]] = {
    "log-linear": log_linear,
    "PCHIP of the log": pchip_of_log,
    "cost, linear": cost_linear,
}


GROUPS: Final = {
    "by configuration, as the product has it": list(CONFIGURATION),
    "by platform, model, precision and lengths": [
        "platform",
        "model",
        "precision",
        "operating_point",
    ],
}


def ratios(way: Way, columns: list[str]) -> list[float]:
    """Each inner point of each frontier, left out: foretold throughput over measured."""
    rows = frame(load_measurements([ROWS]).measurements)
    found = []
    for _, group in rows.groupby(columns, dropna=False):
        best = frontier(points_of(group))
        for place in range(1, len(best) - 1):
            point, others = best[place], [*best[:place], *best[place + 1 :]]
            found.append(way(others, point.interactivity) / point.throughput)
    return found


def main() -> None:
    """One line a way: relative errors of throughput, and of the cost derived from it."""
    for title, columns in GROUPS.items():
        print(title)
        for name, way in WAYS.items():
            found = ratios(way, columns)
            throughput = [abs(ratio - 1) for ratio in found]
            cost = [abs(1 / ratio - 1) for ratio in found]
            print(
                f"  {name:18} {len(found)} points"
                f"  throughput: mean {mean(throughput):4.0%}, median {median(throughput):4.0%}"
                f"  cost: mean {mean(cost):4.0%}, median {median(cost):4.0%}"
            )


if __name__ == "__main__":
    main()
