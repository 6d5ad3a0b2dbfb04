"""The command ``xl-tco``: one module per command, collected here."""

import sys
from io import TextIOWrapper

import click

from xl_tco import __version__
from xl_tco.cli.addin import addin
from xl_tco.cli.build import build
from xl_tco.cli.check import check
from xl_tco.cli.consoles import ERR
from xl_tco.cli.evaluate import evaluate
from xl_tco.cli.extract import extract
from xl_tco.cli.functions import functions
from xl_tco.cli.libreoffice import libreoffice
from xl_tco.cli.measure import measure
from xl_tco.cli.recalculate import recalculate
from xl_tco.cli.schema import schema
from xl_tco.cli.serve import serve
from xl_tco.errors import XlTcoError


@click.group(invoke_without_command=True)
@click.version_option(__version__, message="xl_tco %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """AI token economics inside the spreadsheet."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


COMMANDS = (
    build,
    measure,
    functions,
    evaluate,
    schema,
    recalculate,
    check,
    extract,
    addin,
    libreoffice,
    serve,
)
for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command; every fault is a clear message and a non-zero exit, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A file name that the terminal's encoding lacks must not end in a traceback.
            stream.reconfigure(errors="backslashreplace")
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
    ERR.print(f"xl-tco: {message}", style="red", soft_wrap=True)
    return code
