"""``xl-tco measure``: the workbook of benchmark results."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from xl_tco.catalog.models import load_catalog
from xl_tco.catalog.records import Tier
from xl_tco.cli.consoles import ERR, OUT, table
from xl_tco.cli.process import refuse_if_interrupted
from xl_tco.cli.rates import ABOVE_0, RATE, given_rates
from xl_tco.errors import InputFileError, XlTcoError
from xl_tco.files import is_same, refuse_overwriting, replace_file
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.measured import STAGES, TITLE, MeasuredWorkbook, build_measured, study_of
from xl_tco.measurements import Given, Imported, Measurement, load_measurements
from xl_tco.measurements.loading import measurement_files
from xl_tco.measurements.own import line
from xl_tco.scenario.loading import load_stated
from xl_tco.scenario.stated import StatedInputs
from xl_tco.workbook.measured.study import RATES, Operation, Study

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,39}")
_WHOLE: Final = 1000
_WORKBOOK, _RECORDS = ".xlsx", ".jsonl"
_OF_WORKBOOKS: Final = ("functions", "inputs", "interactivity", "tier", "as_of")
_OF_INPUTS: Final = ("interactivity", "tier", "as_of", "cost_per_gpu_hour", "kw_per_gpu")


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
@click.option("--interactivity", type=ABOVE_0, help="Target in tok/s/user; else one in range.")
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
    "--cost-per-gpu-hour",
    type=RATE,
    multiple=True,
    help="USD, in place of the catalog's; with several platforms PLATFORM=USD for each.",
)
@click.option(
    "--kw-per-gpu",
    type=RATE,
    multiple=True,
    help="IT power, in place of the catalog's; with several platforms PLATFORM=kW for each.",
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
    if suffix == _RECORDS:
        _refuse_beside_records()
    _refuse_onto_inputs(out, files, options["inputs"])
    stated = _stated(options["inputs"])
    operation = Operation(
        Tier(options["tier"]),
        options["as_of"],
        options["interactivity"],
        given_rates(options["cost_per_gpu_hour"], "--cost-per-gpu-hour"),
        given_rates(options["kw_per_gpu"], "--kw-per-gpu"),
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
        study = study_of(imported.measurements, operation, Flavour(options["functions"]))
        study.refuse_rates()
        if suffix == _RECORDS:
            refuse_if_interrupted()
            replace_file(out, _records(study.rated(imported.measurements)))
            OUT.print(str(out), soft_wrap=True)
            _say_left_out(imported)
            return
        _refuse_without_effect(study)
        built = build_measured(
            imported.measurements,
            operation,
            options["functions"],
            title=stated.title,
            watcher=watch,
        )
        progress.advance(task)
    refuse_if_interrupted()
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


def _records(measurements: Iterable[Measurement]) -> bytes:
    return "".join(f"{line(item)}\n" for item in measurements).encode()


def _stated(path: Path | None) -> StatedInputs:
    """The inputs of a file; it says all, so other options that say the same are refused."""
    if path is None:
        return StatedInputs(title=TITLE, inputs={})
    for option in _said(_OF_INPUTS):
        raise click.UsageError(f"--inputs says what {option} says; give one of the two")
    return load_stated(path)


def _refuse_beside_records() -> None:
    """Records hold measurements, cost and power, and nothing else that a workbook has."""
    for option in _said(_OF_WORKBOOKS):
        raise click.UsageError(f"{option} goes with a workbook; {_RECORDS} holds measurements")


def _refuse_onto_inputs(out: Path, files: tuple[Path, ...], inputs: Path | None) -> None:
    """What is written must not be read, now or when the same command runs again."""
    refuse_overwriting(out, [*measurement_files(files), *([inputs] if inputs else [])])
    if out.suffix.lower() != _RECORDS:
        return
    folders = [path for path in files if path.is_dir()]
    for above in out.absolute().parents:
        for folder in folders:
            if is_same(above, folder):
                raise InputFileError(
                    f"--out {out}: lies in {folder}, whose {_RECORDS} files are read; name a place "
                    "outside"
                )


def _refuse_without_effect(study: Study) -> None:
    """A tier and a date choose among the catalog's figures, so there have to be some."""
    costs, powers = (study.catalogued(name) for name in RATES)
    for name, chosen in (("tier", costs), ("as_of", (*costs, *powers))):
        for option in _said((name,)):
            if not chosen:
                raise click.UsageError(
                    f"{option} chooses among the catalog's figures, but all are given; leave it out"
                )


def _said(names: Iterable[str]) -> Iterator[str]:
    """Those of some options that stand on the command line."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            yield f"--{name.replace('_', '-')}"


def _imported(files: tuple[Path, ...], given: Given, *, keep_going: bool) -> Imported:
    imported = load_measurements(files, given, keep_going=keep_going)
    if not imported.measurements:
        raise InputFileError(f"no file could be used: {'; '.join(imported.faults)}")
    for name in imported.unused:
        raise click.UsageError(
            f"--{name.replace('_', '-')}: every file says it and is not overridden; leave it out"
        )
    return imported


def _say_left_out(imported: Imported) -> None:
    for fault in imported.faults:
        ERR.print(f"left out: {fault}", style="yellow", soft_wrap=True)
    if imported.repeated:
        number = len(imported.repeated)
        ERR.print(
            f"counted once: {number:,} measurement{'s' * (number > 1)} that had been read before, "
            f"the first of them {imported.repeated[0]}",
            style="yellow",
            soft_wrap=True,
        )


def _headlines(built: MeasuredWorkbook) -> Table:
    """The closing table: each platform at the target, and at what cost and power."""
    point = f"{built.values['in_workload']}, {built.values['in_interactivity']:g} tok/s/user"
    numbers = ("USD/Mtok", "tok/s/MW", "USD/GPU-h", "kW/GPU")
    found = table(
        (point, *numbers[:2], "Best configuration", numbers[2], "cost", numbers[3], "power"),
        numbers,
    )
    for platform, (cost, power, label) in built.compared.items():
        cost_from, per_hour, power_from, kw = built.rates[platform]
        found.add_row(
            *(platform, _figure(cost), _figure(power), str(label)),
            *(_given(per_hour), str(cost_from), _given(kw), str(power_from)),
        )
    return found


def _given(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _figure(value: Any) -> str:
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if value >= _WHOLE else f"{value:,.4f}"
