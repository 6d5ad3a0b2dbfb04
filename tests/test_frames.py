"""Tables in Python: DataFrames equal to what the worksheet functions spill."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from case_table import CASES, Case, Table, agrees, cell_value

import xl_tco
from xl_tco import udfs
from xl_tco.lookups.compare import METRICS

SEED = {
    "platform": ["Hopper", "Blackwell"],
    "cost_per_gpu_hour": [1.41, 2.652],
    "tokens_per_second_per_gpu": [93.25, 5950],
}
FAULTS = ("#VALUE!", "#NUM!", "#DIV/0!")


def as_cells(frame: pd.DataFrame) -> list[list[Any]]:
    """A frame as a sheet would show it: headers, then rows, ``#N/A`` for what is missing."""
    rows = frame.astype(object).where(frame.notna(), "#N/A").to_numpy().tolist()
    return [list(frame.columns), *rows]


def tables(faulty: bool) -> list[Any]:
    """The cases of COMPARE that give a table; those with a fault in it, or the others."""
    return [
        pytest.param(case, id=str(number))
        for number, case in enumerate(CASES["compare"])
        if isinstance(case.expected, tuple)
        and any(value in FAULTS for row in case.expected for value in row) is faulty
    ]


def frame_of(case: Case) -> pd.DataFrame:
    (argument,) = case.arguments
    assert isinstance(argument, Table)
    headers, *rows = cell_value(argument)
    return pd.DataFrame(rows, columns=headers)


class TestPlatforms:
    def test_the_same_as_the_worksheet_function(self) -> None:
        (case,) = CASES["platforms"]
        assert as_cells(xl_tco.platforms()) == udfs.PLATFORMS()
        assert agrees(as_cells(xl_tco.platforms()), case.expected)

    def test_figures_are_numbers_and_missing_ones_are_nan(self) -> None:
        frame = xl_tco.platforms().set_index("platform")
        assert frame.loc["h200", "kw_per_gpu it"] == 1.37
        assert math.isnan(frame.loc["vr200", "kw_per_gpu utility"])
        described = {"name", "vendor", "architecture"}
        assert {str(frame[name].dtype) for name in frame.columns if name not in described} == {
            "float64"
        }

    def test_a_change_to_it_stays_with_the_caller(self) -> None:
        mine = xl_tco.platforms()
        mine.loc[0, "tdp_watts"] = -1
        assert xl_tco.platforms().loc[0, "tdp_watts"] == 700


class TestCompare:
    @pytest.mark.parametrize("case", tables(faulty=False))
    def test_the_same_as_the_worksheet_function(self, case: Case) -> None:
        compared = xl_tco.compare(frame_of(case))
        assert agrees(as_cells(compared), case.expected)

    @pytest.mark.parametrize("case", tables(faulty=True))
    def test_a_fault_is_an_exception(self, case: Case) -> None:
        """A cell shows a fault in its place; Python says where it is."""
        with pytest.raises(xl_tco.OutOfDomainError, match=r"^compare: row \d: \w+ is #") as caught:
            xl_tco.compare(frame_of(case))
        assert "within the limits" in str(caught.value)

    def test_the_message_names_row_and_column(self) -> None:
        with pytest.raises(xl_tco.OutOfDomainError, match="row 1: cost_per_mtok is #NUM!"):
            xl_tco.compare(SEED | {"tokens_per_second_per_gpu": [93.25, 0]})
        with pytest.raises(ValueError, match="row 0: cost_per_mtok is #VALUE!"):
            xl_tco.compare(SEED | {"cost_per_gpu_hour": ["dear", 2.652]})

    def test_of_a_mapping_or_a_frame(self) -> None:
        compared = xl_tco.compare(SEED)
        pd.testing.assert_frame_equal(compared, xl_tco.compare(pd.DataFrame(SEED)))
        assert list(compared.columns) == [
            *SEED,
            *METRICS,
            *(f"relative_{name}" for name in METRICS),
        ]
        assert round(1 / compared["relative_cost_per_mtok"][1], 1) == 33.9
        assert compared["tokens_per_mw"].isna().all()

    @pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
    def test_a_missing_optional_figure_is_its_default(self, missing: Any) -> None:
        compared = xl_tco.compare(SEED | {"utilization": [missing, 0.5]})
        assert compared["cost_per_mtok"].tolist() == [
            xl_tco.cost_per_mtok(1.41, 93.25),
            xl_tco.cost_per_mtok(2.652, 5950, 0.5),
        ]

    @pytest.mark.parametrize("dtype", ["float64", "Float64", "float32", "object"])
    def test_any_type_of_number(self, dtype: str) -> None:
        frame = pd.DataFrame(
            {"cost_per_gpu_hour": [1.5, 2.5], "tokens_per_second_per_gpu": [90, 60]}
        )
        compared = xl_tco.compare(frame.astype(dtype))
        expected = [xl_tco.cost_per_mtok(1.5, 90), xl_tco.cost_per_mtok(2.5, 60)]
        assert compared["cost_per_mtok"].tolist() == pytest.approx(expected, rel=1e-12)

    def test_whole_numbers(self) -> None:
        frame = pd.DataFrame({"cost_per_gpu_hour": [3], "tokens_per_second_per_gpu": [90]})
        assert xl_tco.compare(frame)["cost_per_mtok"][0] == xl_tco.cost_per_mtok(3, 90)

    def test_a_later_column_may_use_an_earlier_one(self) -> None:
        compared = xl_tco.compare(
            {
                "cost_per_gpu_hour": [1.41],
                "kw_per_gpu": [2.1],
                "input_tokens_per_second": [500],
                "output_tokens_per_second": [500],
                "input_price_per_mtok": [0.55],
                "output_price_per_mtok": [2.19],
            }
        ).loc[0]
        revenue = xl_tco.revenue_per_gpu_hour(500, 500, 0.55, 2.19)
        assert compared["revenue_per_gpu_hour"] == revenue
        assert compared["revenue_per_mw_hour"] == xl_tco.revenue_per_mw_hour(revenue, 2.1)
        assert compared["gross_margin"] == xl_tco.gross_margin(revenue, 1.41)

    @pytest.mark.parametrize("empty", [{}, {"platform": []}, pd.DataFrame()], ids=repr)
    def test_no_rows(self, empty: Any) -> None:
        with pytest.raises(xl_tco.UnknownKeyError, match="no row below its headers"):
            xl_tco.compare(empty)

    def test_the_argument_is_left_alone(self) -> None:
        frame = pd.DataFrame(SEED)
        before = frame.copy()
        xl_tco.compare(frame)
        pd.testing.assert_frame_equal(frame, before)

    def test_platforms_can_be_compared(self) -> None:
        """Headers with a tier in them are no arguments; renamed, they are."""
        frame = xl_tco.platforms().rename(
            columns={
                "cost_per_gpu_hour rental_3yr": "cost_per_gpu_hour",
                "pflops_fp8_dense": "pflops_per_gpu",
            }
        )
        known = frame[frame["pflops_per_gpu"].notna()].reset_index(drop=True)
        compared = xl_tco.compare(known)
        assert compared.loc[0, "platform"] == "h200"
        assert compared.loc[0, "flops_per_dollar"] == 1.979 / 2.9
        assert (compared["relative_flops_per_dollar"] > 0).all()


class TestColumnsThatDoNotFit:
    def test_series_of_other_labels(self) -> None:
        table = {
            "cost_per_gpu_hour": pd.Series([1.0, 2.0]),
            "tokens_per_second_per_gpu": pd.Series([90.0, 80.0], index=[1, 2]),
        }
        words = "indexes of cost_per_gpu_hour and tokens_per_second_per_gpu differ"
        with pytest.raises(xl_tco.ShapeError, match=words):
            xl_tco.compare(table)

    def test_columns_of_other_lengths(self) -> None:
        with pytest.raises(xl_tco.ShapeError, match="no table can be made"):
            xl_tco.compare({"platform": ["a", "b"], "cost_per_gpu_hour": [1.0]})

    def test_a_point_that_is_missing(self) -> None:
        points = pd.Series([30, pd.NA], dtype="Float64")
        measured = {
            "interactivity": [20, 40],
            "tokens_per_second_per_gpu": [900, 400],
            "cost_per_gpu_hour": [2.16, 2.16],
        }
        found = xl_tco.cost_per_mtok_at(points, measured)
        assert found[0] == pytest.approx(1.0)
        assert pd.isna(found[1])
