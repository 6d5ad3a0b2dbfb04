"""The workbook of the 100 InferenceX rows against an exact computation from the raw rows.

The reference knows nothing of the importers, the frontier or the workbook: it reads the JSON,
takes the costs and kW printed below, and computes with fractions and 50 digits.
"""

import io
import json
import math
import os
import re
import subprocess
import sys
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import ironcalc
import openpyxl
import pandas
import pytest
from chart_faults import cells_of, chart_faults
from excel_faults import excel_faults
from libreoffice import LibreOffice
from package_lint import lint
from test_workbook_package import audit
from workbook_file import WorkbookFile

from xl_tco.errors import InputFileError
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.measured import MeasuredWorkbook, build_measured
from xl_tco.measurements import Given, Measurement, load_measurements
from xl_tco.measurements.frontier import frame, frontiers
from xl_tco.recalculate import recalculate
from xl_tco.workbook.measured.study import Operation

DATA = Path(__file__).parent / "data" / "measurements"
INFERENCEX = DATA / "inferencex_dsr1_h200_gb300.json"
VLLM = DATA / "vllm_bench_serve_2025-05_llm-d.json"
COMMAND = [sys.executable, "-c", "from xl_tco.cli import main; main()"]
TOLERANCE = Fraction(1, 10**12)
# tests/data/gpu_cost_and_power.csv, in USD per GPU-hour by tier and date, and kW by basis.
COSTS = {
    ("h200", "owned_hyperscaler", "2026-11"): Fraction("1.22"),
    ("gb300", "owned_hyperscaler", "2026-11"): Fraction("2.31"),
    ("h200", "owned_hyperscaler", "2026-02"): Fraction("1.41"),
    ("gb300", "owned_hyperscaler", "2026-02"): Fraction("2.652"),
    ("h200", "rental_3yr", "2026-11"): Fraction("2.90"),
    ("gb300", "rental_3yr", "2026-11"): Fraction("5.00"),
}
KW = {
    ("h200", "it"): Fraction("1.37"),
    ("gb300", "it"): Fraction("2.12"),
    ("h200", "utility"): Fraction("1.73"),
    ("gb300", "utility"): Fraction("2.10"),
}
PUE = {"h200": Fraction("1.3"), "gb300": Fraction("1.1")}
WORKLOADS = {
    f"DeepSeek-R1 {isl}/{osl}": (isl, osl)
    for isl, osl in ((1024, 1024), (1024, 8192), (8192, 1024))
}
OUTSIDE = "outside"


@cache
def raw() -> list[dict[str, Any]]:
    return json.loads(INFERENCEX.read_text(encoding="utf-8"))


@cache
def measured() -> tuple[Measurement, ...]:
    return load_measurements([INFERENCEX]).measurements


@cache
def built(flavour: str) -> MeasuredWorkbook:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        return build_measured(measured(), functions=flavour)


@cache
def file_of(flavour: str) -> WorkbookFile:
    return WorkbookFile(built(flavour).content)


# --- The reference


Key = tuple[Any, ...]
Curve = list[tuple[float, float]]


def key_of(row: dict[str, Any]) -> Key:
    """Platform, lengths, precision, stack, speculation, disaggregation."""
    names = ("hardware", "isl", "osl", "precision", "framework", "spec_method", "disagg")
    return tuple(row[name] for name in names)


def point_of(row: dict[str, Any]) -> tuple[float, float]:
    return row["metrics"]["median_intvty"], row["metrics"]["tput_per_gpu"]


def unbeaten(points: Curve) -> Curve:
    """By definition: no other point is at least as good in both."""
    return sorted(
        (x, y)
        for x, y in points
        if not any((u, v) != (x, y) and u >= x and v >= y for u, v in points)
    )


@cache
def curves() -> dict[Key, Curve]:
    groups: dict[Key, Curve] = {}
    for row in raw():
        groups.setdefault(key_of(row), []).append(point_of(row))
    return {key: unbeaten(points) for key, points in groups.items()}


def between(curve: Curve, x: float) -> Fraction | None:
    """Throughput, linear in its logarithm, in 50 digits; None outside."""
    for (left, high), (right, low) in zip(curve, curve[1:] or curve, strict=False):
        if left <= x <= right:
            if x in (left, right):
                return Fraction(high if x == left else low)
            with localcontext() as context:
                context.prec = 50
                share = (Decimal(x) - Decimal(left)) / (Decimal(right) - Decimal(left))
                rise = Decimal(low).ln() - Decimal(high).ln()
                return Fraction((Decimal(high).ln() + share * rise).exp())
    return None


def best(platform: str, workload: str, x: float) -> Fraction | None:
    """The best configuration's throughput."""
    isl, osl = WORKLOADS[workload]
    found = [
        value
        for key, curve in curves().items()
        if key[:3] == (platform, isl, osl) and (value := between(curve, x)) is not None
    ]
    return max(found, default=None)


def cost_per_mtok(platform: str, tier: str, as_of: str, throughput: Fraction) -> Fraction:
    return COSTS[platform, tier, as_of] * 10**6 / (throughput * 3600)


def tokens_per_mw(platform: str, basis: str, throughput: Fraction) -> Fraction:
    pue = PUE[platform] if basis == "it" else 1
    return throughput * 1000 / (KW[platform, basis] * pue)


def close(value: Any, expected: Fraction) -> bool:
    return abs(Fraction(value) - expected) <= TOLERANCE * abs(expected)


# --- Reading the workbook


def summary(flavour: str) -> dict[str, dict[str, Any]]:
    """The rows of the platforms on sheet Summary, by title of their columns."""
    return rows_under(file_of(flavour), "Summary", "Platform")


def rows_under(
    file: WorkbookFile, sheet: str, first: str, second: str = ""
) -> dict[str, dict[str, Any]]:
    """The rows below the header that has the titles, by what stands in their first column."""
    wanted = {first, second or first}
    lines = [[cell.value for cell in row] for row in file.values[sheet].iter_rows()]
    start = next(number for number, line in enumerate(lines) if wanted <= set(line))
    titles = [" ".join(str(title).split()) for title in lines[start]]
    found = {}
    for line in lines[start + 1 :]:
        if line[1] is None:
            break
        found[line[1]] = dict(zip(titles, line, strict=True))
    return found


def plotted(file: WorkbookFile, source: Any) -> list[Any]:
    """What the cells come to that a series of a chart takes its values from."""
    return [file.value(*place) for place in cells_of(source.numRef.f)]


@pytest.fixture(params=list(Flavour), ids=str)
def flavour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestValues:
    def test_every_run(self, flavour: str) -> None:
        frame = pandas.read_excel(
            io.BytesIO(built(flavour).content), sheet_name="Measurements", header=4
        )
        assert len(frame) == 100
        for row, line in zip(raw(), frame.to_dict("records"), strict=True):
            platform, total = row["hardware"], Fraction(row["metrics"]["tput_per_gpu"])
            assert line["Platform"] == platform
            # openpyxl writes 16 digits.
            assert close(line["Total tok/s/GPU"], total)
            expected = cost_per_mtok(platform, "owned_hyperscaler", "2026-11", total)
            assert close(line["USD/Mtok"], expected)
            assert close(line["tok/s/MW"], tokens_per_mw(platform, "it", total))
            ttft, tpot = row["metrics"]["p99_ttft"], row["metrics"]["p99_tpot"]
            assert line["p99 limits"] == ("pass" if ttft <= 10 and tpot <= 0.05 else "fail")
            assert line["GPUs"] == (
                row["num_prefill_gpu"] + row["num_decode_gpu"] if row["disagg"] else 8
            )

    def test_the_frontier(self, flavour: str) -> None:
        frame = pandas.read_excel(
            io.BytesIO(built(flavour).content), sheet_name="Frontier", header=4
        )
        found: dict[int, Curve] = {}
        for line in frame.dropna(subset=["Configuration no."]).to_dict("records"):
            point = (line["tok/s/user"], line["Total tok/s/GPU"])
            found.setdefault(line["Configuration no."], []).append(point)
        for curve, expected in zip(sorted(found.values()), sorted(curves().values()), strict=True):
            assert curve == [pytest.approx(point, rel=1e-14) for point in expected]

    def test_the_operating_point(self, flavour: str) -> None:
        values = built(flavour).values
        x, workload = values["in_interactivity"], values["in_workload"]
        assert workload == "DeepSeek-R1 1024/1024"
        costs = {}
        for platform in ("h200", "gb300"):
            throughput = best(platform, workload, x)
            assert throughput is not None
            line = summary(flavour)[platform]
            assert close(line["Total tok/s/GPU"], throughput)
            costs[platform] = cost_per_mtok(platform, "owned_hyperscaler", "2026-11", throughput)
            assert close(line["USD/Mtok"], costs[platform])
            assert close(line["tok/s/MW"], tokens_per_mw(platform, "it", throughput))
            ratio = costs["h200"] / costs[platform]
            assert close(line["x cheaper than baseline"], ratio)
        assert close(values["out_baseline_cost"], costs["h200"])
        assert close(values["out_candidate_cost"], costs["gb300"])

    def test_levers(self, flavour: str) -> None:
        """Every pair that differs in one thing over a common range, and its ratios at both ends."""

        def engine(key: Key) -> Any:
            return key[4].removeprefix("dynamo-")

        expected = []
        for (before, left), (after, right) in product(curves().items(), repeat=2):
            changed = [place for place in range(7) if before[place] != after[place]]
            is_lever = {
                (3,): before[3] == "fp8" and after[3] == "fp4",
                (5,): before[5] == "none" and after[5] == "mtp",
                (4, 6): not before[6] and after[6] and engine(before) == engine(after),
            }.get(tuple(changed), False)
            low, high = max(left[0][0], right[0][0]), min(left[-1][0], right[-1][0])
            if is_lever and low < high:
                ratios = [between(right, x) / between(left, x) for x in (low, high)]  # type: ignore[operator]
                target = [between(curve, 60.0) for curve in (right, left)]
                at_target = None if None in target else target[0] / target[1]  # type: ignore[operator]
                expected.append((low, high, *ratios, at_target))
        frame = pandas.read_excel(io.BytesIO(built(flavour).content), sheet_name="Levers", header=6)
        lines = frame[frame["Platform"].isin(["h200", "gb300"])].to_dict("records")
        assert built(flavour).values["in_interactivity"] == 60
        assert len(lines) == len(expected) > 20
        for line, wanted in zip(
            sorted(lines, key=lambda item: item["x at the low end"]),
            sorted(expected, key=lambda item: item[2]),
            strict=True,
        ):
            low, high, at_low, at_high, at_target = wanted
            assert close(line["Both from tok/s/user"], Fraction(low))
            assert close(line["Both to tok/s/user"], Fraction(high))
            assert close(line["x at the low end"], at_low)
            assert close(line["x at the high end"], at_high)
            shown = line["x at the target"]
            assert shown == OUTSIDE if at_target is None else close(shown, at_target)

    def test_checks_hold_and_no_cell_is_an_error(self, flavour: str) -> None:
        checks = {k: v for k, v in built(flavour).values.items() if k.startswith("check_")}
        assert len(checks) > 5
        assert set(checks.values()) == {True}
        for sheet in file_of(flavour).values.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    assert not str(cell.value).startswith("#"), f"{sheet.title}!{cell.coordinate}"

    def test_every_formula_has_its_value(self, flavour: str) -> None:
        file = file_of(flavour)
        missing = [place for place in file.formulas() if file.value(*place) is None]
        assert missing == []

    def test_the_data_limits_are_said(self, flavour: str) -> None:
        for sheet in ("Cover", "Summary"):
            words = " ".join(
                str(cell.value)
                for row in file_of(flavour).values[sheet].iter_rows()
                for cell in row
            )
            assert "random data with prefix caching off" in words
            assert "from 2025-11-02 to 2026-05-20" in words


class TestFile:
    def test_parts(self, flavour: str, tmp_path: Path) -> None:
        file = file_of(flavour)
        assert audit(file, tmp_path) == []
        # What the lint says of TCO_ENGINE and PLATFORM_FIGURE it says of every workbook.
        known = ("an array formula that calls none of our", "not in the form _xlfn.LAMBDA")
        assert [
            fault for fault in lint(file, flavour) if not any(word in fault for word in known)
        ] == []

    def test_excel_reads_it_as_it_is_written(self, flavour: str) -> None:
        assert excel_faults(file_of(flavour)) == []

    def test_charts(self, flavour: str) -> None:
        assert list(chart_faults(file_of(flavour))) == []
        charts = file_of(flavour).book["Summary"]._charts
        assert [len(chart.series) for chart in charts] == [3, 3]
        for chart in charts:
            looks = {(s.marker.symbol, s.graphicalProperties.line.dashStyle) for s in chart.series}
            assert len(looks) == 3
            assert chart.y_axis.scaling.logBase == 10
            assert chart.x_axis.scaling.logBase is None

    def test_the_target_is_drawn(self, flavour: str) -> None:
        """A line at 60 tok/s/user over the whole decades that hold every point drawn."""
        for chart in file_of(flavour).book["Summary"]._charts:
            *platforms, target = chart.series
            assert target.tx.v == "target"
            assert target.graphicalProperties.line.dashStyle == "sysDash"
            assert plotted(file_of(flavour), target.xVal) == [60, 60]
            bottom, top = plotted(file_of(flavour), target.yVal)
            points = [y for one in platforms for y in plotted(file_of(flavour), one.yVal)]
            assert bottom == pytest.approx(10 ** math.floor(math.log10(min(points))), rel=1e-12)
            assert top == pytest.approx(10 ** math.ceil(math.log10(max(points))), rel=1e-12)
            assert bottom <= min(points) < max(points) <= top
        for name, part in file_of(flavour).parts.items():
            # openpyxl reads no marker as it reads an automatic one.
            if "charts/chart" in name:
                assert part.count(b'<symbol val="none"/>') == 1

    @pytest.mark.parametrize(("sheet", "name", "rows"), [("Measurements", "measurements", 100)])
    def test_tables(self, flavour: str, sheet: str, name: str, rows: int) -> None:
        worksheet = file_of(flavour).book[sheet]
        made = worksheet.tables[name]
        header, *lines = worksheet[made.ref]
        titles = [column.name for column in made.tableColumns]
        assert [cell.value for cell in header] == titles
        assert len(set(titles)) == len(titles)
        assert len(lines) == rows
        assert made.autoFilter.ref == made.ref
        assert not made.autoFilter.filterColumn
        assert "_xlnm._FilterDatabase" not in file_of(flavour).book.defined_names
        # A locked sheet can be filtered all the same.
        assert worksheet.protection.sheet
        assert not worksheet.protection.autoFilter

    def test_every_input_is_validated(self, flavour: str) -> None:
        sheet = file_of(flavour).book["Inputs"]
        covered = {
            cell
            for validation in sheet.data_validations.dataValidation
            for area in validation.sqref.ranges
            for cell in area.cells
        }
        inputs = [
            (cell.row, cell.column)
            for row in sheet.iter_rows()
            for cell in row
            if cell.style == "Input"
        ]
        assert len(inputs) > 20
        assert set(inputs) == covered

    def test_same_bytes(self, flavour: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        again = build_measured(measured(), functions=flavour)
        assert again.content == built(flavour).content

    def test_no_path_of_a_machine(self, flavour: str) -> None:
        for part in file_of(flavour).parts.values():
            assert str(DATA).encode() not in part

    def test_formulas_are_simple(self) -> None:
        for (sheet, address), text in file_of("native").formulas().items():
            assert not re.search(r"\b(OFFSET|INDIRECT|NOW|TODAY|RAND|NPV)\(", text)
            # Guards of the functions reach 118 characters; longer is hard to read in a cell.
            assert len(text) <= 120, f"{sheet}!{address}"


@pytest.mark.requires_libreoffice
class TestLibreOffice:
    def test_every_formula_comes_to_its_stored_value(self, libreoffice: LibreOffice) -> None:
        file = file_of("native")
        libreoffice.open(file.content)
        cells = libreoffice.read()
        wrong = []
        for sheet, address in file.formulas():
            stored, found = file.value(sheet, address), cells[sheet].get(address)
            # The check's own difference is rounding itself.
            is_difference = sheet == "Checks" and address.startswith("D")
            if isinstance(stored, str) or stored is None:
                same = found == stored
            elif is_difference:
                same = isinstance(found, float) and abs(found) < 1e-12
            else:
                same = isinstance(found, float) and close(found, Fraction(stored))
            if not same:
                wrong.append(f"{sheet}!{address}: {found!r}, stored {stored!r}")
        assert wrong == []

    def test_the_inputs_drive_the_summary(self, libreoffice: LibreOffice) -> None:
        """Target, workload, tier, date and basis, against the reference."""
        file = file_of("native")
        libreoffice.open(file.content)
        rows = [
            {
                "in_interactivity": x,
                "in_workload": workload,
                "in_tier": tier,
                "in_as_of": as_of,
                "in_power_basis": basis,
            }
            for x, workload, (tier, as_of), basis in product(
                (5.0, 20.1, 40.0, 60.0, 88.8, 120.0, 300.0, 400.0),
                WORKLOADS,
                (("owned_hyperscaler", "2026-11"), ("rental_3yr", "2026-11")),
                ("it", "utility"),
            )
        ]
        rows.append(rows[2] | {"in_as_of": "2026-02", "in_power_basis": "utility"})
        names = ["out_baseline_cost", "out_candidate_cost", "check_master"]
        answers = libreoffice.drive(rows, names)
        inside = 0
        for row, answer in zip(rows, answers, strict=True):
            assert answer["check_master"] == 1, row
            for name, platform in (("out_baseline_cost", "h200"), ("out_candidate_cost", "gb300")):
                throughput = best(platform, row["in_workload"], row["in_interactivity"])
                if throughput is None:
                    assert answer[name] == OUTSIDE, row
                    continue
                inside += 1
                expected = cost_per_mtok(platform, row["in_tier"], row["in_as_of"], throughput)
                assert close(answer[name], expected), row
        assert inside > 60

    def test_a_broken_input_shows(self, libreoffice: LibreOffice) -> None:
        libreoffice.open(file_of("native").content)
        rows = [
            {"in_interactivity": -1.0},
            {"in_interactivity": 60.0, "in_workload": "another"},
            {"in_workload": "DeepSeek-R1 1024/1024", "in_as_of": "2026-02"},
            {"in_as_of": "2026-11", "in_tier": "stolen"},
            {"in_tier": "rental_3yr"},
        ]
        answers = libreoffice.drive(rows, ["check_master"])
        # As of February 2026 nobody had published IT power.
        assert [answer["check_master"] for answer in answers] == [0, 0, 0, 0, 1]


def test_ironcalc_comes_to_the_stored_values(tmp_path: Path) -> None:
    """The lambda flavour in an engine that computes its LAMBDA names, without Python."""
    file = file_of("lambda")
    path = tmp_path / "book.xlsx"
    path.write_bytes(file.content)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
    model.evaluate()
    names = file.book.sheetnames
    wrong = []
    for sheet, address in file.formulas():
        cell = file.book[sheet][address]
        found = model.get_cell_value(names.index(sheet), cell.row, cell.column)
        stored = file.value(sheet, address)
        if isinstance(stored, (str, bool)):
            same = found == stored
        elif sheet == "Checks":
            same = abs(found) < 1e-12
        else:
            same = isinstance(found, (int, float)) and close(found, Fraction(stored))
        if not same and sheet != "Cover":
            wrong.append(f"{sheet}!{address}: {found!r}, stored {stored!r}")
    assert wrong == []


def test_the_workbook_and_the_data_frame_have_one_frontier() -> None:
    """The workbook groups without pandas; both keep the same runs."""
    rows = {row for _, row in built("native").study.frontier_rows}
    assert rows == set(frontiers(frame(measured())).index)


def test_recalculate_changes_nothing() -> None:
    file = file_of("native")
    again = WorkbookFile(recalculate(file.content, "book.xlsx").content)
    assert all(again.value(*place) == file.value(*place) for place in file.formulas())


def test_the_target_drawn_follows_the_input() -> None:
    """Another target, and costs twenty times as high: from 0.035 ... 8.97 USD to 0.70 ... 179."""
    file = file_of("native")

    def edit(book: openpyxl.Workbook) -> None:
        for name, value in (("in_interactivity", 41.5), ("in_utilization", 0.05)):
            sheet, address = file.places[name]
            book[sheet][address].value = value

    again = WorkbookFile(recalculate(file.edited(edit).content, "book.xlsx").content)
    cost, power = (chart.series[-1] for chart in file.book["Summary"]._charts)
    for line in (cost, power):
        assert plotted(again, line.xVal) == [41.5, 41.5]
    assert plotted(file, cost.yVal) == pytest.approx([0.01, 10], rel=1e-12)
    assert plotted(again, cost.yVal) == pytest.approx([0.1, 1000], rel=1e-12)
    assert plotted(again, power.yVal) == plotted(file, power.yVal)


class TestOtherData:
    def test_one_platform_one_run(self) -> None:
        given = Given(platform="h200", gpus=4)
        one = build_measured(load_measurements([VLLM], given).measurements, functions="native")
        # 1000 / 13.5125 tok/s/user, the only place that was measured; 1.22 USD at 2641.58 tok/s.
        assert one.values["in_interactivity"] == pytest.approx(74.00539, rel=1e-6)
        expected = 1.22e6 / (2641.5821515302246 * 3600)
        assert one.values["out_baseline_cost"] == pytest.approx(expected, rel=1e-12)
        assert one.values["check_master"] is True

    def test_a_platform_that_the_catalog_lacks(self) -> None:
        found = load_measurements([VLLM], Given(platform="L40S", gpus=4)).measurements
        with pytest.raises(InputFileError, match="the catalog has no L40S; give --cost-per-gpu"):
            build_measured(found)
        operation = Operation(cost_per_gpu_hour=0.8, kw_per_gpu=0.4)
        made = build_measured(found, operation, "native")
        expected = 0.8e6 / (2641.5821515302246 * 3600)
        assert made.values["out_baseline_cost"] == pytest.approx(expected, rel=1e-12)
        # 2641.58 tok/s over 0.4 kW x 1.3.
        assert made.values["out_baseline_power"] == pytest.approx(
            2641.5821515302246 * 1000 / 0.52, rel=1e-12
        )

    def test_names_differ_in_case_only(self) -> None:
        """A spreadsheet knows no case: H200 is h200, and one workload is one."""
        two = [
            item.model_copy(update={"platform": platform, "model": model})
            for item, platform, model in zip(
                measured()[:2], ("H200", "h200"), ("Some Model", "some model"), strict=True
            )
        ]
        study = build_measured(two, functions="native").study
        assert study.platforms == ("h200",)
        assert len(study.workloads) == 1

    @pytest.mark.parametrize("interactivity", [5e-324, 1e-300, 1e300, 1.7e308])
    def test_absurd_runs_end_in_no_traceback(self, interactivity: float) -> None:
        odd = [
            item.model_copy(
                update={"interactivity": interactivity, "total_tokens_per_second_per_gpu": 1e300}
            )
            for item in (measured()[0], measured()[40])
        ]
        made = build_measured(odd, functions="native")
        assert made.values["in_interactivity"] == pytest.approx(interactivity)

    def test_choices_are_lists_of_the_workbook(self) -> None:
        file = file_of("native")
        listed = {
            validation.formula1
            for validation in file.book["Inputs"].data_validations.dataValidation
            if validation.type == "list" and not validation.formula1.startswith('"')
        }
        assert listed == {"measured_workloads", "compared_platforms"}
        assert listed <= set(file.book.defined_names)

    def test_excel_reads_a_single_platform_as_it_is_written(self) -> None:
        given = Given(platform="b200", gpus=4)
        alone = load_measurements([VLLM], given).measurements
        assert excel_faults(WorkbookFile(build_measured(alone).content)) == []

    def test_runs_without_total_tokens_have_no_frontier(self) -> None:
        given = Given(platform="h200", gpus=8, model="m")
        found = load_measurements([DATA / "aiperf_genaiperf_aggregate.json"], given).measurements
        with pytest.raises(InputFileError, match="no frontier"):
            build_measured(found)
        both = build_measured([*measured(), *found], functions="native")
        assert both.values["check_master"] is True

    def test_text_that_looks_like_a_formula_stays_text(self) -> None:
        odd = [
            item.model_copy(update={"model": "=1+1", "stack": "@cmd", "date": "-1"})
            for item in measured()[:3]
        ]
        file = WorkbookFile(build_measured(odd, functions="native").content)
        cells = [cell for row in file.book["Measurements"].iter_rows() for cell in row]
        assert {cell.data_type for cell in cells if cell.value in ("=1+1", "@cmd", "-1")} == {"s"}

    def test_a_workload_that_one_platform_lacks(self, tmp_path: Path) -> None:
        given = Given(platform="b200", gpus=4)
        other = load_measurements([VLLM], given).measurements
        file = WorkbookFile(build_measured([*measured(), *other], functions="native").content)
        line = rows_under(file, "Summary", "Platform")["b200"]
        assert line["USD/Mtok"] == OUTSIDE
        assert line["Best configuration at the target"] == "outside what was measured"
        assert line["Measured from tok/s/user"] == "none"
        # Charts leave the platform out: no point is kept for it.
        charts = [part for name, part in file.parts.items() if "charts/chart" in name]
        assert charts
        assert all(b"#N/A" not in part for part in charts)
        # Nor does it move the line at the target.
        lines = [
            plotted(one, one.book["Summary"]._charts[0].series[-1].yVal)
            for one in (file, file_of("native"))
        ]
        assert lines[0] == lines[1]
        assert audit(file, tmp_path) == []


# --- The command


def run(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
    return subprocess.run(
        [*COMMAND, "measure", *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


class TestCommand:
    def test_writes_the_workbook(self, tmp_path: Path) -> None:
        done = run(INFERENCEX, "--out", "book.xlsx", "--functions", "native", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "gb300" in done.stdout
        assert (tmp_path / "book.xlsx").read_bytes() == built("native").content
        openpyxl.load_workbook(tmp_path / "book.xlsx")

    def test_what_is_decided(self, tmp_path: Path) -> None:
        options = ["--interactivity", "40", "--tier", "rental_3yr", "--as-of", "2026-02"]
        done = run(
            INFERENCEX, "--out", "book.xlsx", "--functions", "native", *options, folder=tmp_path
        )
        assert done.returncode == 0, done.stderr
        named = WorkbookFile((tmp_path / "book.xlsx").read_bytes()).named()
        assert named["in_interactivity"] == 40
        # 1.60 and 3.96 USD; before July 2026 only utility power was published.
        assert named["in_power_basis"] == "utility"
        throughput = best("h200", "DeepSeek-R1 1024/1024", 40.0)
        assert throughput is not None
        assert close(named["out_baseline_cost"], Fraction("1.60") * 10**6 / (throughput * 3600))

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--out", "book.xlsx"], "Missing argument"),
            ([VLLM], "Missing option '--out'"),
            ([VLLM, "--out", "book.xls"], "give a name that ends in .xlsx"),
            ([VLLM, "--out", "book.xlsx"], "does not say the number of GPUs; give --gpus"),
            ([VLLM, "--out", "book.xlsx", "--gpus", "0"], "0 is not in the range"),
            ([VLLM, "--out", "book.xlsx", "--gpus", "4"], "give --platform"),
            (
                [VLLM, "--out", "book.xlsx", "--gpus", "4", "--platform", "l40s"],
                "the catalog has no l40s; give --cost-per-gpu-hour and --kw-per-gpu",
            ),
            ([VLLM, "--out", "book.xlsx", "--platform", "=1"], "give up to 40 letters"),
            ([INFERENCEX, "--out", "book.xlsx", "--as-of", "2020"], "is not one of"),
            ([INFERENCEX, "--out", "book.xlsx", "--interactivity", "nan"], "nan is no number"),
            ([INFERENCEX, "--out", "book.xlsx", "--interactivity", "-1"], "not in the range"),
            (["nowhere.json", "--out", "book.xlsx"], "nowhere.json: cannot be read"),
            (
                ["nowhere.json", "--out", "book.xlsx", "--keep-going"],
                "no file could be used: nowhere.json: cannot be read",
            ),
        ],
    )
    def test_faults(self, tmp_path: Path, arguments: list[str | Path], words: str) -> None:
        done = run(*arguments, folder=tmp_path)
        assert done.returncode != 0
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == []

    def test_keep_going(self, tmp_path: Path) -> None:
        bad = tmp_path / "bad.json"
        bad.write_text("{", encoding="utf-8")
        files = [INFERENCEX, bad]
        refused = run(*files, "--out", "book.xlsx", folder=tmp_path)
        assert refused.returncode == 1
        assert "bad.json: not JSON at line 1" in refused.stderr
        assert not (tmp_path / "book.xlsx").exists()
        kept = run(*files, "--out", "book.xlsx", "--keep-going", folder=tmp_path)
        assert kept.returncode == 0
        assert "left out:" in kept.stderr
        assert "bad.json: not JSON at line 1" in kept.stderr
        assert (tmp_path / "book.xlsx").exists()


def test_h200_against_gb300() -> None:
    """The question that the rows answer, by hand for one point.

    1k/1k at 60 tok/s/user: H200, trt with MTP on one server, between 30.653 tok/s/user at 1779.74
    and 72.363 at 277.65 tok/s/GPU: the share is 0.70362, 1779.74 x 0.15601^0.70362 = 481.57, so
    1.22e6 / (481.57 x 3600) = 0.7037 USD. GB300, FP8 dynamo-trt with MTP: 5895.4, so
    2.31e6 / (5895.4 x 3600) = 0.10884 USD: 6.47 times lower.
    """
    values = built("native").values
    assert values["out_baseline_cost"] == pytest.approx(0.7037, rel=1e-3)
    assert values["out_candidate_cost"] == pytest.approx(0.10884, rel=1e-3)
    share = (60 - 30.653) / (72.363 - 30.653)
    assert 1779.74 * math.pow(277.65 / 1779.74, share) == pytest.approx(481.57, rel=1e-3)
