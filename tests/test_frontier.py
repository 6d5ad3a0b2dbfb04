"""The frontier against its definition, and points between measurements against NumPy."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_tco.kernel.frontier import Point, frontier, throughput_at
from xl_tco.measurements import load_measurements
from xl_tco.measurements.frontier import CONFIGURATION, at, frame, frontiers, points_of

INFERENCEX = Path(__file__).parent / "data" / "measurements" / "inferencex_dsr1_h200_gb300.json"
NUMBERS = st.floats(1e-3, 1e6)
# Few different numbers, so that points tie in one or both.
TIES = st.integers(1, 6).map(float)
POINTS = st.lists(
    st.builds(Point, TIES, TIES) | st.builds(Point, NUMBERS, NUMBERS), min_size=1, max_size=25
)


def beaten(point: Point, points: list[Point]) -> bool:
    """By definition: another is at least as good in both, and better in one."""
    return any(
        other != point
        and other.interactivity >= point.interactivity
        and other.throughput >= point.throughput
        for other in points
    )


@given(POINTS)
def test_the_frontier_by_its_definition(points: list[Point]) -> None:
    assert frontier(points) == sorted({point for point in points if not beaten(point, points)})


@given(POINTS)
def test_throughput_falls_as_interactivity_rises(points: list[Point]) -> None:
    best = frontier(points)
    assert [point.interactivity for point in best] == sorted({p.interactivity for p in best})
    assert [point.throughput for point in best] == sorted(
        {p.throughput for p in best}, reverse=True
    )


@given(POINTS)
def test_it_passes_through_the_measurements(points: list[Point]) -> None:
    best = frontier(points)
    assert all(throughput_at(best, point.interactivity) == point.throughput for point in best)


@given(POINTS, st.floats(0, 1))
def test_between_two_measurements_it_is_between_them(points: list[Point], share: float) -> None:
    best = frontier(points)
    for left, right in pairwise(best):
        x = left.interactivity + share * (right.interactivity - left.interactivity)
        found = throughput_at(best, x)
        assert found is not None
        assert right.throughput * (1 - 1e-12) <= found <= left.throughput * (1 + 1e-12)


@given(POINTS, st.lists(st.floats(0, 1), min_size=2, max_size=10))
def test_it_never_rises(points: list[Point], shares: list[float]) -> None:
    best = frontier(points)
    low, high = best[0].interactivity, best[-1].interactivity
    places = sorted(min(low + share * (high - low), high) for share in shares)
    found = [throughput_at(best, place) for place in places]
    for left, right in pairwise(found):
        assert left is not None
        assert right is not None
        assert right <= left * (1 + 1e-12)


@given(POINTS)
def test_outside_what_was_measured_there_is_no_answer(points: list[Point]) -> None:
    best = frontier(points)
    low, high = best[0].interactivity, best[-1].interactivity
    for outside in (math.nextafter(low, 0), low / 2, math.nextafter(high, math.inf), high * 2):
        assert throughput_at(best, outside) is None
    assert throughput_at([], low) is None


@given(POINTS, st.floats(0, 1))
def test_it_is_numpy_on_the_logarithms(points: list[Point], share: float) -> None:
    best = frontier(points)
    low, high = best[0].interactivity, best[-1].interactivity
    place = min(low + share * (high - low), high)
    logs = np.log([point.throughput for point in best])
    expected = np.exp(np.interp(place, [point.interactivity for point in best], logs))
    assert throughput_at(best, place) == pytest.approx(float(expected), rel=1e-9)


class TestRealRows:
    rows = frame(load_measurements([INFERENCEX]).measurements)

    def test_by_configuration_and_definition(self) -> None:
        kept = frontiers(self.rows)
        groups = self.rows.groupby(list(CONFIGURATION), dropna=False)
        expected = {
            label
            for _, group in groups
            for label, point in zip(group.index, points_of(group), strict=True)
            if not beaten(point, points_of(group))
        }
        assert set(kept.index) == expected
        # GB300, FP4, dynamo-sglang: more users gave fewer tokens, at 1k/1k (rows 98 and 99) and
        # at 8k/1k (row 94), and one beaten row more.
        assert {94, 98, 99} <= set(self.rows.index) - expected

    def test_one_row_where_two_are_the_same(self) -> None:
        twice = self.rows.iloc[[0, 1, 0]].reset_index(drop=True)
        assert len(frontiers(twice)) == 2

    def test_between_two_rows(self) -> None:
        """H200, trt, MTP, 1k/1k: rows 17 and 19.

        72.363 tok/s/user at 277.63 and 30.653 at 1779.8. At 40 the share is
        (40 - 30.653)/(72.363 - 30.653) = 0.22409; 1779.8 x (277.63/1779.8)^0.22409 = 1173.7.
        """
        found = at(self.rows, 40)
        one = found[
            (found["stack"] == "trt")
            & (found["operating_point"] == "1024/1024")
            & (found["speculative_decoding"] == "mtp")
        ]
        assert one["total_tokens_per_second_per_gpu"].item() == pytest.approx(1173.7, rel=1e-4)

    def test_no_answer_outside(self) -> None:
        assert at(self.rows, 1000)["total_tokens_per_second_per_gpu"].isna().all()

    def test_rows_without_a_total_lie_on_no_frontier(self) -> None:
        rows = self.rows.copy()
        rows.loc[rows["platform"] == "h200", "total_tokens_per_second_per_gpu"] = np.nan
        assert set(frontiers(rows)["platform"]) == {"gb300"}
