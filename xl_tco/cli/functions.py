"""``xl-tco functions``: the worksheet functions with their units."""

import click
from rich.table import Table
from rich.text import Text

from xl_tco.cli.consoles import OUT
from xl_tco.cli.reference import reference
from xl_tco.errors import UnknownKeyError
from xl_tco.functions import BY_NAME, TABLE, Argument, Function, Shape


@click.command("functions")
@click.argument("names", nargs=-1)
@click.option("--markdown", is_flag=True, help="Print the reference page of docs/functions.md.")
def functions(names: tuple[str, ...], *, markdown: bool) -> None:
    """List the worksheet functions with units; with NAMES, also their arguments."""
    wanted = [_function(name) for name in names]
    if markdown:
        click.echo(reference(wanted or TABLE), nl=False)
        return
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
            default = f", default {argument.default_text}" if argument.default_text else ""
            optional = default or ("" if argument.default is None else ", optional")
            table.add_row(
                f"  {argument.name}",
                argument.quantity.unit,
                f"{_taken(argument)}{optional}",
                argument.quantity.help,
            )
    OUT.print(table)


def _taken(argument: Argument) -> str:
    is_number = argument.shape is Shape.NUMBER
    return argument.limits.words if is_number else argument.shape.value


def _function(name: str) -> Function:
    try:
        return BY_NAME[name.lower()]
    except KeyError:
        known = ", ".join(function.worksheet_name for function in TABLE)
        raise UnknownKeyError(f"{name}: no such function; there are {known}") from None
