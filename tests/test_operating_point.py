"""Figures between measurements: against NumPy, of real rows, and in Python's own forms."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xl_tco
from xl_tco.cells import evaluate_cells
from xl_tco.functions import BY_NAME
from xl_tco.kernel.frontier import frontier
from xl_tco.measurements import load_measurements
from xl_tco.measurements.frontier import frame, points_of

INFERENCEX = Path(__file__).parent / "data" / "measurements" / "inferencex_dsr1_h200_gb300.json"
HEADERS = ["interactivity", "tokens_per_second_per_gpu", "cost_per_gpu_hour", "kw_per_gpu"]
MEASURED = pd.DataFrame([[20, 900, 2.16, 2], [40, 400, 2.16, 2]], columns=HEADERS)
COST, POWER = BY_NAME["cost_per_mtok_at"], BY_NAME["tokens_per_mw_at"]

numbers = st.floats(1e-2, 1e4)
curves = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=12)
shares = st.floats(0, 1)


def table(curve: list[tuple[float, float]], cost: float = 3.6, kw: float = 2.0) -> list[list[Any]]:
    return [HEADERS, *([*point, cost, kw] for point in curve)]


def unbeaten(curve: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The frontier by its definition, by rising interactivity."""

    def beaten(x: float, y: float) -> bool:
        return any((a >= x and b > y) or (a > x and b >= y) for a, b in curve)

    return sorted({(x, y) for x, y in curve if not beaten(x, y)})


def within(curve: list[tuple[float, float]], share: float) -> float:
    (low, _), *_, (high, _) = unbeaten(curve) * 2
    return min(max(low + share * (high - low), low), high)


@given(curves, shares)
def test_numpy_on_the_logarithms_gives_the_throughput(
    curve: list[tuple[float, float]], share: float
) -> None:
    place = within(curve, share)
    best = unbeaten(curve)
    output = math.exp(np.interp(place, [x for x, _ in best], np.log([y for _, y in best])))
    assert evaluate_cells(COST, [place, table(curve)]) == pytest.approx(1000 / output, rel=1e-9)
    assert evaluate_cells(POWER, [place, table(curve)]) == pytest.approx(output * 500, rel=1e-9)


@given(curves, shares, st.randoms())
def test_the_order_of_the_rows_does_not_matter(
    curve: list[tuple[float, float]], share: float, shuffle: Any
) -> None:
    place = within(curve, share)
    before = evaluate_cells(COST, [place, table(curve)])
    shuffle.shuffle(curve)
    assert evaluate_cells(COST, [place, table(curve)]) == before


@given(curves, shares, shares)
def test_faster_never_costs_less(
    curve: list[tuple[float, float]], one: float, other: float
) -> None:
    slow, fast = sorted((within(curve, one), within(curve, other)))
    costs = evaluate_cells(COST, [[[slow], [fast]], table(curve)])
    assert costs[0][0] <= costs[1][0] * (1 + 1e-12)


@given(curves, shares, st.floats(0.1, 10))
def test_cost_scales_with_the_rate_and_tokens_with_the_power(
    curve: list[tuple[float, float]], share: float, times: float
) -> None:
    place = within(curve, share)
    cost, power = (evaluate_cells(it, [place, table(curve)]) for it in (COST, POWER))
    scaled = table(curve, 3.6 * times, 2 * times)
    assert evaluate_cells(COST, [place, scaled]) == pytest.approx(cost * times, rel=1e-9)
    assert evaluate_cells(POWER, [place, scaled]) == pytest.approx(power / times, rel=1e-9)


class TestRealRows:
    """InferenceX, H200, TensorRT-LLM with MTP, 1k/1k: 72.363 tok/s/user at 277.63 tok/s/GPU, 30.653
    at 1779.8. At 40 the share is (40 - 30.653)/(72.363 - 30.653) = 0.22409, the throughput
    1779.8 x (277.63/1779.8)^0.22409 = 1173.7: 1.41 USD/h make 0.33370 USD/Mtok, 1.37 kW 856,700
    tok/s/MW.
    """

    rows = frame(load_measurements([INFERENCEX]).measurements)
    mine = rows[
        (rows["platform"] == "h200")
        & (rows["stack"] == "trt")
        & (rows["operating_point"] == "1024/1024")
        & (rows["speculative_decoding"] == "mtp")
    ].rename(columns={"total_tokens_per_second_per_gpu": "tokens_per_second_per_gpu"})

    def test_by_hand(self) -> None:
        known = self.mine.assign(cost_per_gpu_hour=1.41, kw_per_gpu=1.37)
        assert xl_tco.cost_per_mtok_at(40, known) == pytest.approx(0.33370, rel=1e-4)
        assert xl_tco.tokens_per_mw_at(40, known) == pytest.approx(856_700, rel=1e-4)

    def test_every_measurement_on_the_frontier_is_itself(self) -> None:
        known = self.mine.assign(cost_per_gpu_hour=3.6)
        for point in frontier(
            points_of(
                self.mine.rename(
                    columns={"tokens_per_second_per_gpu": "total_tokens_per_second_per_gpu"}
                )
            )
        ):
            found = xl_tco.cost_per_mtok_at(point.interactivity, known)
            assert found == pytest.approx(1000 / point.throughput, rel=1e-12)

    def test_two_platforms_at_once_are_refused(self) -> None:
        """A rate for each: what would the cost between two of them be?"""
        both = self.rows.rename(
            columns={"total_tokens_per_second_per_gpu": "tokens_per_second_per_gpu"}
        ).assign(cost_per_gpu_hour=self.rows["platform"].map({"h200": 1.41, "gb300": 2.652}))
        with pytest.raises(xl_tco.OutOfDomainError, match=r"1.41 in one row and 2.652 in another"):
            xl_tco.cost_per_mtok_at(40, both)


class TestPython:
    def test_forms_of_interactivity(self) -> None:
        expected = [1 / 1.5, 1.0, 1.5, math.nan]
        points = [20, 30, 40, 41]
        for given_as in (points, tuple(points), np.array(points)):
            found = xl_tco.cost_per_mtok_at(given_as, MEASURED)
            np.testing.assert_allclose(found, expected)
        square = xl_tco.cost_per_mtok_at(np.array([[20.0, 30.0], [40.0, 41.0]]), MEASURED)
        np.testing.assert_allclose(square, [expected[:2], expected[2:]])
        series = pd.Series([30, None], index=["a", "b"])
        found = xl_tco.cost_per_mtok_at(series, MEASURED)
        assert found.index.tolist() == ["a", "b"]
        assert found.isna().tolist() == [False, True]
        assert xl_tco.cost_per_mtok_at([], MEASURED).shape == (0,)

    def test_a_mapping_is_a_table_too(self) -> None:
        assert xl_tco.tokens_per_mw_at(30, MEASURED.to_dict("list")) == pytest.approx(300_000)

    def test_missing_figures_are_not_measured(self) -> None:
        more = pd.concat([MEASURED, pd.DataFrame([[35, np.nan, np.nan, np.nan]], columns=HEADERS)])
        assert xl_tco.cost_per_mtok_at(30, more) == pytest.approx(1.0)

    def test_beyond_what_was_measured(self) -> None:
        with pytest.raises(
            xl_tco.NotMeasuredError, match=r"41 was not measured.* 20 to 40"
        ) as caught:
            xl_tco.cost_per_mtok_at(41, MEASURED)
        assert caught.value.excel_error == "#N/A"

    @pytest.mark.parametrize(
        ("change", "error", "words"),
        [
            ({"interactivity": [20, -1]}, xl_tco.OutOfDomainError, "row 1: interactivity = -1"),
            ({"interactivity": [20, math.inf]}, xl_tco.OutOfDomainError, "not finite"),
            ({"tokens_per_second_per_gpu": ["x", 1]}, xl_tco.ArgumentTypeError, "row 0: .* 'x'"),
            ({"cost_per_gpu_hour": [None, 1]}, xl_tco.ArgumentTypeError, "row 0: .* no number"),
            ({"cost_per_gpu_hour": [-1, -1]}, xl_tco.OutOfDomainError, "cost_per_gpu_hour = -1"),
            ({"cost_per_gpu_hour": ["#REF!", 1]}, xl_tco.GivenError, "row 0: .* #REF!"),
            ({"interactivity": [None, None]}, xl_tco.UnknownKeyError, "no row has both"),
        ],
    )
    def test_faults_say_where(self, change: Any, error: type[Exception], words: str) -> None:
        with pytest.raises(error, match=f"^cost_per_mtok(_at)?: .*{words}"):
            xl_tco.cost_per_mtok_at(30, MEASURED.astype(object).assign(**change))

    @pytest.mark.parametrize("value", ["30", None, True, b"30"])
    def test_no_number(self, value: Any) -> None:
        with pytest.raises(xl_tco.ArgumentTypeError, match="interactivity = "):
            xl_tco.cost_per_mtok_at(value, MEASURED)

    def test_limits(self) -> None:
        with pytest.raises(xl_tco.OutOfDomainError, match="interactivity = 0 is outside"):
            xl_tco.cost_per_mtok_at(0, MEASURED)

    def test_a_column_that_lacks(self) -> None:
        with pytest.raises(xl_tco.UnknownKeyError, match="no column kw_per_gpu; give it one"):
            xl_tco.tokens_per_mw_at(30, MEASURED.drop(columns="kw_per_gpu"))

    def test_no_rows(self) -> None:
        with pytest.raises(xl_tco.UnknownKeyError, match="no row below its headers"):
            xl_tco.cost_per_mtok_at(30, MEASURED[:0])
