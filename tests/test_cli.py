"""The command as people run it: a process of its own, its output, its exit code, its files."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from exact_economics import catalog
from jsonschema import Draft202012Validator

import xl_tco
from xl_tco.scenario import json_schema, shipped

HOPPER = shipped()["hopper_hgx_h200"].read_text(encoding="utf-8")
COMMAND = [sys.executable, "-c", "from xl_tco.cli import main; main()"]

# Function: unit of its result, then its arguments with unit and limits.
NONNEGATIVE, POSITIVE = "at least 0", "greater than 0"
UTILIZATION = ("ratio", "greater than 0 and at most 1, default 1")
PUE = ("ratio", "at least 1, default 1")
COST = ("USD/GPU-h", NONNEGATIVE)
TOKENS = ("tok/s/GPU", POSITIVE)
KW = ("kW/GPU", POSITIVE)
OPTIONAL_SHARE = "at least 0 and at most 1, default {}"
LEVER = ("x", "greater than 0, default 1")
OWNED = {
    "capex_per_gpu": ("USD/GPU", NONNEGATIVE),
    "life_years": ("yr", POSITIVE),
    "cost_of_capital": ("ratio/yr", "at least 0 and at most 1"),
    "kw_per_gpu": KW,
    "usd_per_kwh": ("USD/kWh", NONNEGATIVE),
    "facility_per_kw_month": ("USD/kW-month", "at least 0, default 0"),
    "opex_rate": ("ratio/yr", "at least 0, default 0"),
    "residual_value_share": ("ratio", OPTIONAL_SHARE.format(0)),
    "pue": PUE,
    "average_load": ("ratio", OPTIONAL_SHARE.format(1)),
}
SPLIT = {
    "cost_per_gpu_hour": COST,
    "input_tokens_per_second": ("tok/s/GPU", NONNEGATIVE),
    "output_tokens_per_second": TOKENS,
    "utilization": UTILIZATION,
    "input_token_weight": ("ratio", "at least 0, default 0.25"),
}
REVENUE_OF_POWER = {"revenue_per_gpu_hour": COST, "kw_per_gpu": KW, "pue": PUE}
COST_OF_TOKENS = {
    "cost_per_gpu_hour": COST,
    "tokens_per_second_per_gpu": TOKENS,
    "utilization": UTILIZATION,
}
FUNCTIONS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "COST_PER_MTOK": ("USD/Mtok", COST_OF_TOKENS),
    "TOKENS_PER_MW": (
        "tok/s/MW",
        {"tokens_per_second_per_gpu": TOKENS, "kw_per_gpu": KW, "pue": PUE},
    ),
    "JOULES_PER_TOKEN": (
        "J/tok",
        {"tokens_per_second_per_gpu": TOKENS, "kw_per_gpu": KW, "pue": PUE},
    ),
    "FLOPS_PER_DOLLAR": (
        "PFLOP/s per USD/h",
        {
            "pflops_per_gpu": ("PFLOP/s/GPU", POSITIVE),
            "cost_per_gpu_hour": ("USD/GPU-h", POSITIVE),
        },
    ),
    "RELATIVE": (
        "x",
        {
            "candidate": ("any", "any finite number"),
            "baseline": ("same as candidate", POSITIVE),
        },
    ),
    "CAPITAL_RECOVERY_FACTOR": (
        "1/yr",
        {name: OWNED[name] for name in ("cost_of_capital", "life_years")},
    ),
    "GPU_HOUR_COST": ("USD/GPU-h", OWNED),
    "GPU_HOUR_COST_BREAKDOWN": ("USD/GPU-h", OWNED),
    "DELIVERED_TOKENS": (
        "tok/s/GPU",
        {
            "tokens_per_second_per_gpu": TOKENS,
            "utilization": UTILIZATION,
            "fp4_precision": LEVER,
            "speculative_decoding": LEVER,
            "disaggregation": LEVER,
            "kv_routing": LEVER,
            "kv_offload": LEVER,
            "interconnect": LEVER,
            "runtime": LEVER,
            "workload": LEVER,
        },
    ),
    "TOKENS_NEEDED": (
        "tok/s/GPU",
        {
            "target_cost_per_mtok": ("USD/Mtok", POSITIVE),
            "cost_per_gpu_hour": COST,
            "utilization": UTILIZATION,
        },
    ),
    "COST_PER_MTOK_INPUT": ("USD/Mtok", SPLIT),
    "COST_PER_MTOK_OUTPUT": ("USD/Mtok", SPLIT),
    "COST_PER_REQUEST": (
        "USD",
        {
            "cost_per_gpu_hour": COST,
            "tokens_per_second_per_gpu": TOKENS,
            "input_tokens": ("tok", NONNEGATIVE),
            "output_tokens": ("tok", POSITIVE),
            "utilization": UTILIZATION,
        },
    ),
    "REVENUE_PER_GPU_HOUR": (
        "USD/GPU-h",
        {
            "input_tokens_per_second": ("tok/s/GPU", NONNEGATIVE),
            "output_tokens_per_second": TOKENS,
            "input_price_per_mtok": ("USD/Mtok", NONNEGATIVE),
            "output_price_per_mtok": ("USD/Mtok", NONNEGATIVE),
            "cache_hit_rate": ("ratio", OPTIONAL_SHARE.format(0)),
            "cached_input_price_ratio": ("ratio", OPTIONAL_SHARE.format(1)),
            "utilization": UTILIZATION,
        },
    ),
    "REVENUE_PER_MW_HOUR": ("USD/MWh", REVENUE_OF_POWER),
    "REVENUE_PER_MW_YEAR": ("USD/MW-yr", REVENUE_OF_POWER),
    "GROSS_MARGIN": (
        "ratio",
        {"revenue_per_gpu_hour": ("USD/GPU-h", POSITIVE), "cost_per_gpu_hour": COST},
    ),
    "BREAKEVEN_PRICE": ("USD/Mtok", COST_OF_TOKENS),
    "BREAKEVEN_UTILIZATION": (
        "ratio",
        {"cost_per_gpu_hour": COST, "full_revenue_per_gpu_hour": ("USD/GPU-h", POSITIVE)},
    ),
    "PAYBACK_YEARS": (
        "yr",
        {
            "capex_per_gpu": ("USD/GPU", NONNEGATIVE),
            "cash_margin_per_gpu_hour": ("USD/GPU-h", POSITIVE),
        },
    ),
    "COST_PER_MTOK_AT": (
        "USD/Mtok",
        {"interactivity": ("tok/s/user", POSITIVE), "table": ("table", "table")},
    ),
    "TOKENS_PER_MW_AT": (
        "tok/s/MW",
        {"interactivity": ("tok/s/user", POSITIVE), "table": ("table", "table")},
    ),
    "PLATFORM_FIGURE": (
        "as the figure",
        {
            "platform": ("text", "text"),
            "figure": ("text", "text"),
            "tier": ("text", "text, optional"),
            "as_of": ("text", "date, optional"),
        },
    ),
    "PLATFORMS": ("table", {}),
    "COMPARE": ("table", {"table": ("table", "table")}),
    "TCO_VERSION": ("text", {}),
    "TCO_ENGINE": ("text", {}),
}


def run(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command, on a wide terminal so that tables do not wrap."""
    inherited = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        cwd=cwd,
        encoding="utf-8",
        env={**inherited, "PYTHONIOENCODING": "utf-8", "COLUMNS": "250", **environment},
    )


def good(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> str:
    done = run(*arguments, cwd=cwd, **environment)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def bad(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """What the command says of a call that must fail: one message, no traceback."""
    done = run(*arguments, cwd=cwd, **environment)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert done.stderr.startswith("xl-tco: ")
    assert "Traceback" not in done.stderr
    return done.stderr


def edited(*edits: tuple[str, str]) -> str:
    """The shipped Hopper scenario with each first part replaced by its second."""
    text = HOPPER
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def files_in(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(name for name in found if not (folder / name).is_dir())


class TestAbout:
    """Version, help, functions, schema."""

    def test_version(self) -> None:
        assert good("--version") == f"xl_tco {xl_tco.__version__}\n"

    @pytest.mark.parametrize("arguments", [[], ["--help"]], ids=str)
    def test_help_lists_the_commands(self, arguments: list[str]) -> None:
        text = good(*arguments)
        for command in ("build", "eval", "functions", "schema"):
            assert f"\n  {command} " in text

    def test_functions(self) -> None:
        """Every one in a line, in this order."""
        _, *lines = good("functions").splitlines()
        assert [line.partition("(")[0] for line in lines] == list(FUNCTIONS)
        for line, (name, (unit, arguments)) in zip(lines, FUNCTIONS.items(), strict=True):
            assert line.startswith(f"{name}(")
            assert line.rstrip().endswith(f"  {unit}")
            for argument in arguments:
                assert argument in line

    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_details_of_one(self, name: str) -> None:
        first, *lines = good("functions", name).splitlines()
        unit, arguments = FUNCTIONS[name]
        assert first.startswith(f"{name}(")
        assert f"  {unit}  " in first
        starts = [line for line in lines if line.startswith("  ") and line[2] != " "]
        assert len(starts) == len(arguments)
        for line, (argument, (its_unit, limits)) in zip(starts, arguments.items(), strict=True):
            assert line.split()[0] == argument
            assert f"  {its_unit}  " in line
            assert f"  {limits}  " in line

    def test_names_in_lower_case(self) -> None:
        in_capitals = good("functions", *FUNCTIONS)
        assert good("functions", *(name.lower() for name in FUNCTIONS)) == in_capitals

    @pytest.mark.parametrize(
        ("name", "argument", "taken"),
        [
            ("PLATFORM_FIGURE", "platform", "text"),
            ("PLATFORM_FIGURE", "figure", "text"),
            ("PLATFORM_FIGURE", "tier", "text, optional"),
            ("PLATFORM_FIGURE", "as_of", "date, optional"),
            ("COMPARE", "table", "table"),
            ("GPU_HOUR_COST", "life_years", "greater than 0"),
            ("GPU_HOUR_COST", "average_load", "at least 0 and at most 1, default 1"),
            ("PAYBACK_YEARS", "cash_margin_per_gpu_hour", "greater than 0"),
        ],
    )
    def test_what_an_argument_may_be(self, name: str, argument: str, taken: str) -> None:
        lines = good("functions", name).splitlines()
        (line,) = (line for line in lines if line.startswith(f"  {argument} "))
        assert f"  {taken}  " in line

    def test_details_of_several(self) -> None:
        text = good("functions", "relative", "cost_per_mtok")
        assert text.index("RELATIVE(") < text.index("COST_PER_MTOK(")
        assert "TOKENS_PER_MW" not in text

    def test_unknown_function(self) -> None:
        message = bad("functions", "cost")
        for word in ("cost: no such function", *FUNCTIONS):
            assert word in message

    @pytest.mark.parametrize("columns", ["20", "250"])
    def test_schema_is_json_however_narrow(self, columns: str) -> None:
        schema = json.loads(good("schema", COLUMNS=columns))
        Draft202012Validator.check_schema(schema)
        assert schema == json_schema()


H200_COST = Fraction("1.41") * 10**6 / (Fraction("93.25") * 3600)


class TestEval:
    """One formula, computed by the engine of the workbooks."""

    @pytest.mark.parametrize(
        ("formula", "expected", "unit"),
        [
            ("COST_PER_MTOK(1.41, 93.25)", H200_COST, "USD/Mtok"),
            ("=COST_PER_MTOK(1.41, 93.25)", H200_COST, "USD/Mtok"),
            ("cost_per_mtok(1.41, 93.25)", H200_COST, "USD/Mtok"),
            ("COST_PER_MTOK(1.41, 93.25, 0.4)", H200_COST / Fraction("0.4"), "USD/Mtok"),
            ("COST_PER_MTOK(0, 93.25)", Fraction(0), "USD/Mtok"),
            ("TOKENS_PER_MW(5950, 2.1)", Fraction(5950 * 1000) / Fraction("2.1"), "tok/s/MW"),
            (
                "JOULES_PER_TOKEN(5950, 2.1, 1.3)",
                Fraction("2.1") * Fraction("1.3") * 1000 / 5950,
                "J/tok",
            ),
            (
                "FLOPS_PER_DOLLAR(15, 2.652)",
                15 / Fraction("2.652"),
                "PFLOP/s per USD/h",
            ),
            ("RELATIVE(2.652, 1.41)", Fraction("2.652") / Fraction("1.41"), "x"),
            ("RELATIVE(-3, 2)", Fraction(-3, 2), "x"),
            ("GROSS_MARGIN(4, 1)", Fraction(3, 4), "ratio"),
            ("CAPITAL_RECOVERY_FACTOR(0, 5)", Fraction(1, 5), "1/yr"),
            ("TOKENS_NEEDED(1, 3.6)", Fraction(1000), "tok/s/GPU"),
            (
                'COST_PER_MTOK(PLATFORM_FIGURE("gb300","cost_per_gpu_hour","owned_hyperscaler",'
                '"2026-02"), 5950)',
                Fraction("2.652") * 10**6 / (5950 * 3600),
                "USD/Mtok",
            ),
            ("2*COST_PER_MTOK(1.41, 93.25)", 2 * H200_COST, ""),
            ("1+2", Fraction(3), ""),
        ],
    )
    def test_value_and_unit(self, formula: str, expected: Fraction, unit: str) -> None:
        number, _, said = good("eval", formula).strip().partition(" ")
        assert abs(Fraction(number) - expected) <= abs(expected) * Fraction(1, 10**12)
        assert said == unit

    @pytest.mark.parametrize(
        ("formula", "words"),
        [
            (
                "COST_PER_MTOK(2.65, 0)",
                ("#NUM!", "tokens_per_second_per_gpu", "greater than 0", "tok/s/GPU"),
            ),
            ("COST_PER_MTOK(-1, 90)", ("#NUM!", "cost_per_gpu_hour = -1", "at least 0")),
            ("COST_PER_MTOK(1, 90, 50)", ("#NUM!", "utilization = 50", "at most 1")),
            ("TOKENS_PER_MW(90, 1.73, 0.9)", ("#NUM!", "pue = 0.9", "at least 1")),
            ("FLOPS_PER_DOLLAR(3, 0)", ("#NUM!", "cost_per_gpu_hour = 0", "greater than 0")),
            ('COST_PER_MTOK("5", 90)', ("#VALUE!", "cost_per_gpu_hour = '5'", "number")),
            ("COST_PER_MTOK(TRUE, 90)", ("#VALUE!", "cost_per_gpu_hour = True", "number")),
            ("COST_PER_MTOK(1)", ("tokens_per_second_per_gpu must be given", "COST_PER_MTOK(")),
            ("COST_PER_MTOK()", ("cost_per_gpu_hour, tokens_per_second_per_gpu must be given",)),
            ("COST_PER_MTOK(1, 2, 1, 4)", ("too many arguments", "[utilization=1]")),
            ("COST_PER_MTOK(1E308, 1E-10)", ("#NUM!", "cost_per_gpu_hour = 1e+308")),
            ("COST_PER_MTOKS(1, 2)", ("#NAME?", *FUNCTIONS)),
            ("1/0", ("#DIV/0!",)),
            ("SUM(", ("not a formula", "'SUM('")),
            ("", ("not a formula",)),
            ("=", ("not a formula",)),
            ("[1]other!A1", ("#",)),
            ("(" * 5000 + "1" + ")" * 5000, ("not a formula",)),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_faults(self, formula: str, words: tuple[str, ...]) -> None:
        message = bad("eval", formula)
        for word in words:
            assert word in message

    @pytest.mark.parametrize(
        ("arguments", "value"),
        [
            ('"h200","cost_per_gpu_hour","owned_hyperscaler","2026-02"', "1.41"),
            ('"H200","cost_per_gpu_hour","rental_3yr"', "2.9"),
            ('"h200","cost_per_gpu_hour","owned_neocloud","2026-11"', "1.59"),
            ('"gb300","kw_per_gpu","utility"', "2.1"),
            ('"gb300","kw_per_gpu","it","2026-07-14"', "2.12"),
            ('"b300","pflops_fp4_dense"', "14.0"),
        ],
    )
    def test_a_figure_of_the_catalog(self, arguments: str, value: str) -> None:
        assert good("eval", f"PLATFORM_FIGURE({arguments})").split()[0] == value

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ('"h300","kw_per_gpu","it"', ("#N/A", "h300", "h100, h200")),
            ('"h200","cost_per_gpu_hour"', ("#N/A", "owned_hyperscaler 2026-02")),
            ('"h200","kw_per_gpu","it","2026-02"', ("#N/A", "as of 2026-02", "it 2026-07-14")),
            ('"h100","pflops_fp8_dense"', ("#N/A", "no pflops_fp8_dense of h100")),
            ('"h200"', ("#VALUE!", "figure must be given")),
            ('200,"kw_per_gpu"', ("#VALUE!", "platform")),
        ],
    )
    def test_a_figure_that_there_is_not(self, arguments: str, words: tuple[str, ...]) -> None:
        message = bad("eval", f"PLATFORM_FIGURE({arguments})")
        for word in words:
            assert word in message

    def test_the_table_of_platforms(self) -> None:
        """A row a line, tabs between: the rows of the source's file, newest figures."""
        headers, *rows = (line.split("\t") for line in good("eval", "PLATFORMS()").splitlines())
        assert headers[:4] == ["platform", "name", "vendor", "architecture"]
        found = {row[0]: dict(zip(headers, row, strict=True)) for row in rows}
        assert found.keys() == catalog().keys()
        for key, row in catalog().items():
            assert float(found[key]["kw_per_gpu it"]) == float(row["kw_per_gpu(>=2026-07-14)"])
            newest = float(found[key]["cost_per_gpu_hour rental_3yr"])
            assert newest == float(row["costr_latest"])
        assert found["tpuv7"]["kw_per_gpu utility"] == "#N/A"

    def test_a_comparison(self) -> None:
        columns = '{"platform","cost_per_gpu_hour","tokens_per_second_per_gpu"'
        formula = f'COMPARE({columns};"Hopper",1.41,93.25;"Blackwell",2.652,5950}})'
        headers, *rows = (line.split("\t") for line in good("eval", formula).splitlines())
        hopper, blackwell = (dict(zip(headers, row, strict=True)) for row in rows)
        cost = Fraction("2.652") * 10**6 / (5950 * 3600)
        assert (hopper["platform"], hopper["relative_cost_per_mtok"]) == ("Hopper", "1.0")
        assert float(blackwell["cost_per_mtok"]) == pytest.approx(float(cost), rel=1e-12)
        ratio = float(blackwell["relative_cost_per_mtok"])
        assert ratio == pytest.approx(float(cost / H200_COST), rel=1e-12)
        assert blackwell["tokens_per_mw"] == "#N/A"

    def test_parts_side_by_side(self) -> None:
        line = good("eval", "GPU_HOUR_COST_BREAKDOWN(87600, 10, 0, 2, 0.1, 73, 0.01)")
        # 8760 USD a year, 1 % of the capex, 73 USD x 12 x 2 kW a year, 0.1 USD x 2 kW.
        parts = [1, Fraction(876, 8760), Fraction(73 * 12 * 2, 8760), Fraction(2, 10)]
        assert [float(part) for part in line.split()] == pytest.approx([float(x) for x in parts])

    @pytest.mark.parametrize("text", [":x:", "[red]a", "[/]", "a\\[b]"])
    def test_a_text_is_printed_as_it_is(self, text: str) -> None:
        assert good("eval", f'"{text}"') == f"{text}\n"

    def test_what_is_wrong_is_quoted_as_it_is(self) -> None:
        assert "not a formula: 'SUM(\":x:\"'" in bad("eval", 'SUM(":x:"')


PLACES = {"lambda": "", "addin": "addin/", "native": "native/"}
# Inputs from which the published table follows: USD/GPU-h, tok/s/GPU, kW, PFLOP/s.
INPUTS = {
    "hopper_hgx_h200": ("1.41", "93.25", "1.73", "3.958"),
    "blackwell_gb300_nvl72": ("2.652", "5950", "2.1", "15"),
}


def headlines(name: str) -> tuple[Fraction, Fraction, Fraction]:
    """USD/Mtok, tok/s/MW, PFLOP/s per USD/h by exact arithmetic."""
    cost, tokens, power, compute = map(Fraction, INPUTS[name])
    return cost / (tokens * 3600) * 10**6, tokens / power * 1000, compute / cost


def shown(value: Fraction) -> str:
    return f"{float(value):,.0f}" if value >= 1000 else f"{float(value):.4f}"


class TestBuild:
    """Workbooks written, and what is said of them."""

    @pytest.mark.parametrize("flavour", PLACES)
    @pytest.mark.parametrize("name", INPUTS)
    def test_one_scenario(self, tmp_path: Path, name: str, flavour: str) -> None:
        out = tmp_path / "new" / "folder"
        header, line, *paths = good(
            "build", name, "--functions", flavour, "--out", out
        ).splitlines()
        assert files_in(tmp_path) == [f"new/folder/{PLACES[flavour]}{name}.xlsx"]
        assert [Path(path) for path in paths] == [out / PLACES[flavour] / f"{name}.xlsx"]
        words = line.split()
        assert words[0] == name
        assert words[-4:] == [*map(shown, headlines(name)), "pass"]
        units = [header.index(unit) for unit in ("USD/Mtok", "tok/s/MW", "PFLOP/s per USD/h")]
        assert units == sorted(units)

    def test_lambda_is_the_default(self, tmp_path: Path) -> None:
        good("build", "hopper_hgx_h200", "--out", tmp_path)
        assert files_in(tmp_path) == ["hopper_hgx_h200.xlsx"]

    def test_comparison(self, tmp_path: Path) -> None:
        _, *lines = good("build", "hopper_vs_blackwell", "--out", tmp_path).splitlines()
        hopper, blackwell = (headlines(name) for name in INPUTS)
        assert lines[0].split()[1:] == ["Hopper", *map(shown, hopper), "pass"]
        assert lines[1].split()[1:] == ["Blackwell", *map(shown, blackwell), "pass"]
        cost, power, compute = (float(b / a) for a, b in zip(hopper, blackwell, strict=True))
        ratios = f"{1 / cost:.2f}x lower {power:.2f}x {compute:.2f}x"
        assert lines[2].split()[1:] == ["relative", *ratios.split(), "pass"]

    def test_all_of_all_by_default_into_the_templates_folder(self, tmp_path: Path) -> None:
        good("build", "--functions", "all", cwd=tmp_path)
        assert files_in(tmp_path / "workbook_templates") == sorted(
            f"{place}{name}.xlsx" for place in PLACES.values() for name in shipped()
        )
        assert [path.name for path in tmp_path.iterdir()] == ["workbook_templates"]

    @pytest.mark.parametrize("stem", ["my run", "a[b]c", "[red]", "a'b", "100%", "日本", "x.y"])
    def test_a_file_of_any_name(self, tmp_path: Path, stem: str) -> None:
        path = tmp_path / f"{stem}.toml"
        path.write_text(HOPPER, encoding="utf-8")
        out = tmp_path / "out"
        lines = good("build", path, "--out", out).splitlines()
        assert files_in(out) == [f"{stem}.xlsx"]
        assert lines[1].startswith(f"{stem} ")
        assert lines[-1] == str(out / f"{stem}.xlsx")

    @pytest.mark.parametrize("folder", ["out[red]", "out[", "a[b]/[c]"])
    def test_a_folder_of_any_name(self, tmp_path: Path, folder: str) -> None:
        out = tmp_path / folder
        lines = good("build", "hopper_hgx_h200", "--out", out).splitlines()
        assert files_in(out) == ["hopper_hgx_h200.xlsx"]
        assert lines[-1] == str(out / "hopper_hgx_h200.xlsx")

    def test_output_that_cannot_hold_the_name(self, tmp_path: Path) -> None:
        """A Windows console or pipe of an old code page."""
        path = tmp_path / "日本.toml"
        path.write_text(HOPPER, encoding="utf-8")
        done = run("build", path, "--out", tmp_path / "out", PYTHONIOENCODING="cp1252")
        assert "Traceback" not in done.stderr
        assert files_in(tmp_path / "out") == ["日本.xlsx"]
        assert done.returncode == 0

    def test_a_failing_check_is_written_and_said(self, tmp_path: Path) -> None:
        path = tmp_path / "twice.toml"
        path.write_text(edited(("[pue]\nvalue = 1.0", "[pue]\nvalue = 1.3")), encoding="utf-8")
        done = run("build", path, "--out", tmp_path / "out")
        assert done.returncode == 1
        assert files_in(tmp_path / "out") == ["twice.xlsx"]
        assert done.stdout.splitlines()[1].rstrip().endswith(" FAIL")
        assert "check_power_basis" in done.stderr
        assert "check_functions_agree" not in done.stderr
        assert "warning: twice: " in done.stderr
        assert "counted twice" in done.stderr
        assert "Traceback" not in done.stderr

    def test_it_power_with_pue_is_fine(self, tmp_path: Path) -> None:
        path = tmp_path / "it.toml"
        basis = 'basis = "utility"\nlow = 1.709\nhigh = 1.745'
        text = edited(
            ("[pue]\nvalue = 1.0", "[pue]\nvalue = 1.3"),
            (basis, 'basis = "it"'),
            ('as_of = "2026-02"', 'as_of = "2026-11"'),
        )
        path.write_text(text, encoding="utf-8")
        line = good("build", path, "--out", tmp_path / "out").splitlines()[1]
        # The latest figures: 1.22 USD/GPU-h and 1.37 kW of IT power.
        cost = Fraction("1.22") * 10**6 / (Fraction("93.25") * 3600)
        per_mw = Fraction("93.25") * 1000 / (Fraction("1.37") * Fraction("1.3"))
        per_usd = Fraction("3.958") / Fraction("1.22")
        assert line.split()[-4:] == [*map(shown, (cost, per_mw, per_usd)), "pass"]


class TestRefusals:
    """Calls that must fail: non-zero exit, a clear message, nothing written."""

    def test_unknown_scenario(self, tmp_path: Path) -> None:
        message = bad("build", "hopper", "--out", tmp_path / "out")
        for word in ("hopper: no such scenario", ".toml", *shipped()):
            assert word in message
        assert list(tmp_path.iterdir()) == []

    def test_a_good_one_beside_a_bad_one(self, tmp_path: Path) -> None:
        bad("build", "hopper_hgx_h200", "nowhere.toml", "--out", tmp_path / "out")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("below", ["", "below"], ids=["the file", "below the file"])
    def test_out_is_a_file(self, tmp_path: Path, below: str) -> None:
        file = tmp_path / "file"
        file.write_text("mine", encoding="utf-8")
        out = file / below
        message = bad("build", "hopper_hgx_h200", "--out", out)
        assert str(out) in message
        assert "cannot be written" in message
        assert file.read_text(encoding="utf-8") == "mine"
        assert list(tmp_path.iterdir()) == [file]

    def test_a_folder_of_the_workbooks_name(self, tmp_path: Path) -> None:
        folder = tmp_path / "hopper_hgx_h200.xlsx"
        folder.mkdir()
        assert str(folder) in bad("build", "hopper_hgx_h200", "--out", tmp_path)
        assert list(tmp_path.rglob("*")) == [folder]

    def test_same_stem_in_two_folders(self, tmp_path: Path) -> None:
        paths = [tmp_path / folder / "run.toml" for folder in ("a", "b")]
        for path in paths:
            path.parent.mkdir()
            path.write_text(HOPPER, encoding="utf-8")
        message = bad("build", *paths, "--functions", "all", "--out", tmp_path / "out")
        assert str(tmp_path / "out" / "run.xlsx") in message
        assert not (tmp_path / "out").exists()

    def test_same_scenario_twice(self, tmp_path: Path) -> None:
        bad("build", "hopper_hgx_h200", "hopper_hgx_h200", "--out", tmp_path / "out")
        assert list(tmp_path.iterdir()) == []

    def test_a_very_long_name(self, tmp_path: Path) -> None:
        assert "aaa" in bad("build", "a" * 300, "--out", tmp_path / "out")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("epoch", ["yesterday", "-1", "0", "99999999999999999999"])
    def test_a_date_no_file_can_bear(self, tmp_path: Path, epoch: str) -> None:
        """Zip entries begin at 1980."""
        arguments = ["build", "hopper_hgx_h200", "--out", str(tmp_path / "out")]
        assert "SOURCE_DATE_EPOCH" in bad(*arguments, SOURCE_DATE_EPOCH=epoch)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["build", "--sheet"], ("--sheet",)),
            (["build", "--out"], ("--out",)),
            (["build", "--functions", "vba"], ("--functions", "addin", "lambda", "native", "all")),
            (["make"], ("make",)),
            (["eval"], ("FORMULA",)),
            (["eval", "1", "2"], ("2",)),
            (["schema", "x"], ("x",)),
            (["--verbose"], ("--verbose",)),
        ],
        ids=lambda value: " ".join(value),
    )
    def test_usage(self, tmp_path: Path, arguments: list[str], words: tuple[str, ...]) -> None:
        message = bad(*arguments, cwd=tmp_path)
        assert len(message.splitlines()) == 1
        for word in words:
            assert word in message
        assert list(tmp_path.iterdir()) == []
