"""The command ``xl-tco``: build workbooks, list functions, compute a formula, print the schema."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from xl_tco import __version__
from xl_tco.errors import ExcelError, InputFileError, UnknownKeyError, XlTcoError
from xl_tco.functions import BY_NAME, TABLE, Function
from xl_tco.hosts.cell_formulas import Flavour

if TYPE_CHECKING:
    from xl_tco.templates import BuiltWorkbook

DEFAULT_FOLDER: Final = Path("workbook_templates")
_ALL: Final = "all"
_HEADLINES: Final = ("cost_per_mtok", "tokens_per_mw", "flops_per_dollar")
_WHOLE: Final = 1000

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def main() -> None:
    """Run the command; every fault is a clear message and a non-zero exit, never a traceback."""
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        code = _failed(error.format_message(), error.exit_code)
    except XlTcoError as error:
        code = _failed(str(error), 1)
    except (click.Abort, KeyboardInterrupt):
        code = _failed("interrupted; nothing half-written", 130)
    except BrokenPipeError:
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _failed(message: str, code: int) -> int:
    _err.print(f"xl-tco: {message}", style="red", markup=False, soft_wrap=True)
    return code


@click.group(invoke_without_command=True)
@click.version_option(__version__, message="xl_tco %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """AI token economics inside the spreadsheet."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command()
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
def build(scenarios: tuple[str, ...], out: Path, functions: str) -> None:
    """Build workbooks of SCENARIOS: shipped names or .toml files; all shipped ones if none."""
    from xl_tco.scenario import shipped
    from xl_tco.templates import build as build_one
    from xl_tco.templates import save

    flavours = list(Flavour) if functions == _ALL else [Flavour(functions)]
    jobs = [(name, flavour) for name in scenarios or shipped() for flavour in flavours]
    built = []
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=_err,
        transient=True,
        disable=not _err.is_terminal,
    ) as progress:
        task = progress.add_task("building", total=len(jobs))
        for name, flavour in jobs:
            progress.update(task, description=f"{Path(name).stem} ({flavour})")
            built.append(build_one(name, flavour))
            progress.advance(task)
    _refuse_clashes([workbook.path_under(out) for workbook in built])
    paths = save(built, out)
    _out.print(_headlines(built))
    for path in paths:
        _out.print(str(path), soft_wrap=True)
    failed = []
    for workbook in built:
        for warning in workbook.warnings:
            _err.print(f"warning: {workbook.name}: {warning}", style="yellow", soft_wrap=True)
        failed += [
            f"{workbook.name}: {name}"
            for name, value in workbook.values.items()
            if name.startswith("check_") and name != "check_master" and value is not True
        ]
    if failed:
        raise XlTcoError(f"written, but a check fails: {', '.join(dict.fromkeys(failed))}")


def _refuse_clashes(paths: list[Path]) -> None:
    twice = sorted({str(path) for path in paths if paths.count(path) > 1})
    if twice:
        raise InputFileError(f"two scenarios would be written to {', '.join(twice)}; rename one")


def _headlines(workbooks: "list[BuiltWorkbook]") -> Table:
    """The closing table: what each platform of each workbook comes to."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Workbook", overflow="fold")
    table.add_column("Platform")
    for metric in _HEADLINES:
        table.add_column(BY_NAME[metric].result.unit, justify="right")
    table.add_column("Checks")
    for name, workbook in {workbook.name: workbook for workbook in workbooks}.items():
        values = workbook.values
        checks = "pass" if values["check_master"] is True else "FAIL"
        for suffix, label in workbook.platforms.items():
            figures = [_figure(values[f"out_{metric}{suffix}"]) for metric in _HEADLINES]
            table.add_row(name, label, *figures, checks)
        if len(workbook.platforms) > 1:
            ratios = [_ratio(values[f"rel_{metric}"]) for metric in _HEADLINES]
            table.add_row(name, "relative", *ratios, checks)
    return table


def _figure(value: Any) -> str:
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:,.4f}"


def _ratio(value: Any) -> str:
    if not isinstance(value, (int, float)) or value <= 0:
        return str(value)
    return f"{value:.2f}x" if value >= 1 else f"{1 / value:.2f}x lower"


@cli.command("functions")
@click.argument("names", nargs=-1)
def list_functions(names: tuple[str, ...]) -> None:
    """List the worksheet functions with units; with NAMES, also their arguments."""
    wanted = [_function(name) for name in names]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Function", "Unit", "Limits", "Meaning") if names else ("Function", "Unit"):
        table.add_column(title, overflow="fold")
    for function in wanted or TABLE:
        usage = Text(function.usage)
        if not names:
            table.add_row(usage, function.result.unit)
            continue
        table.add_row(usage, function.result.unit, "", function.summary)
        for argument in function.arguments:
            default = "" if argument.default is None else f", default {argument.default:g}"
            table.add_row(
                f"  {argument.name}",
                argument.quantity.unit,
                f"{argument.limits.words}{default}",
                argument.quantity.help,
            )
    _out.print(table)


def _function(name: str) -> Function:
    try:
        return BY_NAME[name.lower()]
    except KeyError:
        known = ", ".join(function.worksheet_name for function in TABLE)
        raise UnknownKeyError(f"{name}: no such function; there are {known}") from None


@cli.command("eval")
@click.argument("formula")
def evaluate(formula: str) -> None:
    """Compute one Excel FORMULA, for example 'COST_PER_MTOK(2.65, 6000)'."""
    from xl_tco.calculator import answer

    found = answer(formula)
    if found.value in list(ExcelError):
        raise XlTcoError(f"{found.value} {'; '.join(found.faults)}".rstrip())
    _out.print(f"{found.value} {found.unit}".rstrip(), markup=False, soft_wrap=True)


@cli.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, so that editors complete and check them."""
    from xl_tco.scenario import json_schema

    _out.print(json.dumps(json_schema(), indent=2), markup=False, soft_wrap=True)
