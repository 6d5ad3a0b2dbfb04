"""The commands of ``xl-tco``, collected; and what their faults come to."""

import gc
from typing import Any

import click
from lxml.etree import SerialisationError

from xl_tco import __version__
from xl_tco.cli.addin import addin
from xl_tco.cli.build import build
from xl_tco.cli.check import check
from xl_tco.cli.evaluate import evaluate
from xl_tco.cli.extract import extract
from xl_tco.cli.functions import functions
from xl_tco.cli.libreoffice import libreoffice
from xl_tco.cli.measure import measure
from xl_tco.cli.platforms import platforms
from xl_tco.cli.process import FAULT, say
from xl_tco.cli.recalculate import recalculate
from xl_tco.cli.schema import schema
from xl_tco.cli.serve import serve
from xl_tco.errors import XlTcoError


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
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
    platforms,
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


def invoked() -> int:
    """Run the command that is asked for: 0 done, 1 a fault in what was given, 2 wrong usage."""
    try:
        code: Any = cli.main(standalone_mode=False)
    except click.ClickException as error:
        return say(error.format_message(), error.exit_code)
    except XlTcoError as error:
        return say(str(error), FAULT)
    except SerialisationError as error:
        fault = f"the folder of temporary files cannot be written to: {error}"
    except click.Abort:
        raise KeyboardInterrupt from None
    except SystemExit:  # click's answer to a pipe that was closed
        raise BrokenPipeError from None
    else:
        return code if isinstance(code, int) else 0
    # The writers that are left fail once more when they go.
    gc.collect()
    return say(fault, FAULT)
