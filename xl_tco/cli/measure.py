"""``xl-tco measure``: the workbook of benchmark results."""

import math
import re
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from xl_tco.catalog.models import load_catalog
from xl_tco.catalog.records import Tier
from xl_tco.cli.consoles import ERR, OUT
from xl_tco.errors import InputFileError, XlTcoError
from xl_tco.files import replace_file
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.measured import STAGES, TITLE, MeasuredWorkbook, build_measured
from xl_tco.measurements import Given, Imported, load_measurements
from xl_tco.measurements.own import line
from xl_tco.scenario.loading import load_stated
from xl_tco.scenario.stated import StatedInputs
from xl_tco.workbook.measured.study import Operation

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,39}")
_WHOLE: Final = 1000
_WORKBOOK, _RECORDS = ".xlsx", ".jsonl"
_OF_INPUTS: Final = ("interactivity", "tier", "as_of", "cost_per_gpu_hour", "kw_per_gpu")


class _Above0(click.FloatRange):
    """A number above 0; not NaN, which is neither below nor above."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Take the number out of the text."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number", param, ctx)
        return number


_ABOVE_0: Final = _Above0(min=0, min_open=True, max=1e12)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The workbook to write, .xlsx; or .jsonl: the measurements alone, with what was answered.",
)
@click.option("--platform", help="Hardware, where a file does not say: a catalog key such as h200.")
@click.option(
    "--gpus", type=click.IntRange(min=1), help="GPUs that served, where a file does not say."
)
@click.option("--model", help="Model that was served, where the file does not say or says a path.")
@click.option("--precision", default="", help="Precision, where a file does not say: fp8, fp4.")
@click.option(
    "--speculative-decoding",
    default="",
    help="How drafts were made, where a file does not say: none, mtp, eagle.",
)
@click.option("--keep-going", is_flag=True, help="Leave out files that cannot be used, and say so.")
@click.option(
    "--functions",
    type=click.Choice([flavour.value for flavour in Flavour]),
    default=Flavour.LAMBDA.value,
    show_default=True,
    help="Who computes: the Python add-in, LAMBDA names in the file, the cells' own arithmetic.",
)
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Inputs as xl-tco extract gives them back; instead of the options below.",
)
@click.option("--interactivity", type=_ABOVE_0, help="Target in tok/s/user; else one in range.")
@click.option(
    "--tier",
    type=click.Choice([tier.value for tier in Tier]),
    default=Tier.OWNED_HYPERSCALER.value,
    show_default=True,
    help="Ownership tier of the catalog's cost.",
)
@click.option(
    "--as-of",
    type=click.Choice(load_catalog().dates),
    default=load_catalog().dates[-1],
    show_default=True,
    help="Date of the catalog's cost and power.",
)
@click.option(
    "--cost-per-gpu-hour", type=_ABOVE_0, help="USD, for a platform that the catalog lacks."
)
@click.option(
    "--kw-per-gpu", type=_ABOVE_0, help="IT power, for a platform that the catalog lacks."
)
def measure(files: tuple[Path, ...], out: Path, **options: Any) -> None:
    """Build a workbook of the benchmark results in FILES and folders.

    Reads vLLM bench serve, SGLang bench_serving, GenAI-Perf, AIPerf, InferenceX and the .jsonl that
    it writes itself, told apart by content. Platforms that need answers of their own are written as
    .jsonl one by one, and then put into one workbook.
    """
    suffix = out.suffix.lower()
    if suffix not in (_WORKBOOK, _RECORDS):
        raise click.UsageError(f"--out {out}: give a name that ends in {_WORKBOOK} or {_RECORDS}")
    platform = options["platform"]
    if platform is not None and not _KEY.fullmatch(platform):
        raise click.UsageError(
            f"--platform {platform!r}: give up to 40 letters, digits, spaces and . _ + -"
        )
    stated = _stated(options["inputs"])
    operation = Operation(
        Tier(options["tier"]),
        options["as_of"],
        options["interactivity"],
        options["cost_per_gpu_hour"],
        options["kw_per_gpu"],
        stated.inputs,
    )
    given = Given(
        platform,
        options["gpus"],
        options["precision"],
        options["model"],
        options["speculative_decoding"],
    )
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=ERR,
        transient=True,
        disable=not ERR.is_terminal,
    ) as progress:
        task = progress.add_task("importing", total=len(STAGES) + 1)

        def watch(stage: str) -> None:
            progress.update(task, description=stage, advance=1)

        imported = _imported(files, given, keep_going=options["keep_going"])
        if suffix == _RECORDS:
            replace_file(out, "".join(f"{line(item)}\n" for item in imported.measurements).encode())
            OUT.print(str(out), soft_wrap=True)
            _say_left_out(imported)
            return
        built = build_measured(
            imported.measurements,
            operation,
            options["functions"],
            title=stated.title,
            watcher=watch,
        )
        progress.advance(task)
    replace_file(out, built.content)
    OUT.print(_headlines(built))
    OUT.print(str(out), soft_wrap=True)
    _say_left_out(imported)
    failed = [
        name
        for name, value in built.values.items()
        if name.startswith("check_") and name != "check_master" and value is not True
    ]
    if failed:
        raise XlTcoError(f"written, but a check fails: {', '.join(failed)}")


def _stated(path: Path | None) -> StatedInputs:
    """The inputs of a file; it says all, so other options that say the same are refused."""
    if path is None:
        return StatedInputs(title=TITLE, inputs={})
    context = click.get_current_context()
    for name in _OF_INPUTS:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"--inputs says what {option} says; give one of the two")
    return load_stated(path)


def _imported(files: tuple[Path, ...], given: Given, *, keep_going: bool) -> Imported:
    imported = load_measurements(files, given, keep_going=keep_going)
    if not imported.measurements:
        raise InputFileError(f"no file could be used: {'; '.join(imported.faults)}")
    return imported


def _say_left_out(imported: Imported) -> None:
    for fault in imported.faults:
        ERR.print(f"left out: {fault}", style="yellow", soft_wrap=True)


def _headlines(built: MeasuredWorkbook) -> Table:
    """The closing table: each platform at the target."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(
        f"{built.values['in_workload']}, {built.values['in_interactivity']:g} tok/s/user"
    )
    for unit in ("USD/Mtok", "tok/s/MW"):
        table.add_column(unit, justify="right")
    table.add_column("Best configuration")
    for platform, (cost, power, label) in built.compared.items():
        table.add_row(platform, _figure(cost), _figure(power), str(label))
    return table


def _figure(value: Any) -> str:
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if value >= _WHOLE else f"{value:,.4f}"
