"""Workbooks with other inputs: checks hold where nothing is wrong, words say what tables say."""

from typing import Any

import pytest
from openpyxl import Workbook
from workbook_faults import shown_as

from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.templates import subject_of
from xl_tco.workbook.description import Book, Format
from xl_tco.workbook.evaluation import Values, recomputed
from xl_tco.workbook.layout import Layout
from xl_tco.workbook.sheets.book import describe

ONE, PAIR = "my_platform", "hopper_vs_blackwell"


def book_of(name: str) -> Book:
    return describe(subject_of(name, Flavour.ADDIN))


def with_inputs(name: str, **inputs: Any) -> tuple[dict[str, Any], Values]:
    """The named cells, and all cells, of a shipped workbook with inputs of its own."""

    def replace(workbook: Workbook) -> None:
        for key, value in inputs.items():
            sheet, _, address = workbook.defined_names[f"in_{key}"].attr_text.rpartition("!")
            workbook[sheet][address.replace("$", "")].value = value

    named, values = recomputed(book_of(name), replace)
    return dict(named), values


class TestChecksHoldWhereNothingIsWrong:
    def test_a_gpu_hour_that_costs_its_owner_nothing(self) -> None:
        free = dict.fromkeys(
            (
                "server_capex_per_gpu",
                "network_capex_per_gpu",
                "storage_capex_per_gpu",
                "opex_rate",
                "colocation_per_kw_month",
                "usd_per_kwh",
            ),
            0,
        )
        named, _ = with_inputs(ONE, **free)
        assert named["out_gpu_hour_cost"] == 0
        assert named["check_master"] is True

    @pytest.mark.parametrize("price", [0.5, 0.1 + 0.2, 0.30000000000001])
    def test_a_margin_of_nothing_or_of_rounding(self, price: float) -> None:
        # 1000 tok/s are 3.6 million tokens an hour.
        named, _ = with_inputs(
            ONE,
            tokens_per_second_per_gpu=1000,
            utilization=1,
            tokens_counted="output",
            input_tokens=0,
            output_price_per_mtok=price,
            cost_per_gpu_hour=1.8 if price == 0.5 else 1.08,
        )
        assert abs(named["out_gross_margin"]) < 1e-12
        assert named["check_master"] is True

    @pytest.mark.parametrize("tokens", [1e-290, 1e290])
    def test_figures_near_the_ends_of_what_numbers_hold(self, tokens: float) -> None:
        named, _ = with_inputs(ONE, tokens_per_second_per_gpu=tokens)
        assert named["check_functions_agree"] is True

    def test_a_wrong_figure_is_still_seen(self) -> None:
        named, _ = with_inputs(ONE, check_tolerance=1e-300, cost_per_gpu_hour=1 / 3)
        assert named["check_inputs_in_limits"] is True
        assert named["check_master"] is False


# The candidate's cost per million tokens, at the baseline's of 1 USD, and what the card says.
RATIOS = [
    (1 / 1.4, "1.4x lower"),
    (1.4, "1.4x higher"),
    (1, "the same"),
    (1 / 33.92, "34x lower"),
    (9.94, "9.9x higher"),
    (9.96, "10x higher"),
    (1 / 9.96, "10x lower"),
    (1.04, "1.0x higher"),
    (1234.4, "1234x higher"),
]


@pytest.mark.parametrize(("ratio", "words"), RATIOS)
def test_a_card_a_title_and_the_table_say_the_same(ratio: float, words: str) -> None:
    book = book_of(PAIR)
    layout = Layout(book)
    same = {
        f"{key}_{side}": value
        for side in ("hopper", "blackwell")
        for key, value in {"tokens_per_second_per_gpu": 1000, "utilization": 1}.items()
    }
    _, values = with_inputs(
        PAIR, **same, cost_per_gpu_hour_hopper=3.6, cost_per_gpu_hour_blackwell=3.6 * ratio
    )
    texts = [value for (sheet, _), value in values.items() if sheet == "Summary"]
    assert words in texts
    title = layout["chart_title_cost"]
    assert values[title.sheet, title.local] == f"Blackwell: cost per million tokens {words}"
    table = layout["summary_times_cost_per_mtok"]
    shown = shown_as(float(values[table.sheet, table.local]), Format.TIMES)
    assert shown.strip("x") == words.partition("x ")[0]
