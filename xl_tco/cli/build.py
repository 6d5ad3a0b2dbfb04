"""``xl-tco build``: the workbooks of scenarios."""

from pathlib import Path
from typing import Any, Final

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from xl_tco.cli.consoles import ERR, OUT, table
from xl_tco.cli.process import refuse_if_interrupted
from xl_tco.errors import InputFileError, XlTcoError
from xl_tco.files import refuse_overwriting
from xl_tco.functions import BY_NAME
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.scenario import shipped
from xl_tco.scenario.loading import locate
from xl_tco.templates import BuiltWorkbook, save
from xl_tco.templates import build as build_one

DEFAULT_FOLDER: Final = Path("workbook_templates")
_ALL: Final = "all"
_HEADLINES: Final = ("cost_per_mtok", "tokens_per_mw", "flops_per_dollar")
_WHOLE: Final = 1000


@click.command()
@click.argument("scenarios", nargs=-1)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Folder to write to; other flavours than lambda go to folders of their own in it.",
)
@click.option(
    "--functions",
    type=click.Choice([*(flavour.value for flavour in Flavour), _ALL]),
    default=Flavour.LAMBDA.value,
    show_default=True,
    help="Who computes: the Python add-in, LAMBDA names in the file, the cells' own arithmetic.",
)
@click.option(
    "--macro", is_flag=True, help="Write .xlsm with the add-in's VBA in it; flavour addin only."
)
def build(scenarios: tuple[str, ...], out: Path, functions: str, macro: bool) -> None:
    """Build workbooks of SCENARIOS: shipped names or .toml files; all shipped ones if none."""
    if macro and functions != Flavour.ADDIN:
        raise click.UsageError("--macro goes with --functions addin")
    flavours = list(Flavour) if functions == _ALL else [Flavour(functions)]
    jobs = [(name, flavour) for name in scenarios or shipped() for flavour in flavours]
    built = []
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=ERR,
        transient=True,
        disable=not ERR.is_terminal,
    ) as progress:
        task = progress.add_task("building", total=len(jobs))
        for name, flavour in jobs:
            progress.update(task, description=f"{Path(name).stem} ({flavour})")
            built.append(build_one(name, flavour, macro=macro))
            progress.advance(task)
    _refuse_clashes([workbook.path_under(out) for workbook in built])
    for workbook in built:
        refuse_overwriting(workbook.path_under(out), map(locate, scenarios))
    refuse_if_interrupted()
    paths = save(built, out)
    OUT.print(_headlines(built))
    for path in paths:
        OUT.print(str(path), soft_wrap=True)
    failed = []
    for workbook in built:
        for warning in workbook.warnings:
            ERR.print(f"warning: {workbook.name}: {warning}", style="yellow", soft_wrap=True)
        failed += [
            f"{workbook.name}: {name}"
            for name, value in workbook.values.items()
            if name.startswith("check_") and name != "check_master" and value is not True
        ]
    if failed:
        raise XlTcoError(f"written, but a check fails: {', '.join(dict.fromkeys(failed))}")


def _refuse_clashes(paths: list[Path]) -> None:
    # Windows and macOS take names that differ in case alone for one file.
    folded = [str(path).casefold() for path in paths]
    twice = sorted({str(path) for path in paths if folded.count(str(path).casefold()) > 1})
    if twice:
        raise InputFileError(f"two scenarios would be written to {', '.join(twice)}; rename one")


def _headlines(workbooks: list[BuiltWorkbook]) -> Table:
    """The closing table: what each platform of each workbook comes to."""
    units = tuple(BY_NAME[metric].result.unit for metric in _HEADLINES)
    found = table(("Workbook", "Platform", *units, "Checks"), units)
    for name, workbook in {workbook.name: workbook for workbook in workbooks}.items():
        values = workbook.values
        checks = "pass" if values["check_master"] is True else "FAIL"
        for suffix, label in workbook.platforms.items():
            figures = [_figure(values[f"out_{metric}{suffix}"]) for metric in _HEADLINES]
            found.add_row(name, label, *figures, checks)
        if len(workbook.platforms) > 1:
            ratios = [_ratio(values[f"rel_{metric}"]) for metric in _HEADLINES]
            found.add_row(name, "relative", *ratios, checks)
    return found


def _figure(value: Any) -> str:
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:,.4f}"


def _ratio(value: Any) -> str:
    if not isinstance(value, (int, float)) or value <= 0:
        return str(value)
    return f"{value:.2f}x" if value >= 1 else f"{1 / value:.2f}x lower"
