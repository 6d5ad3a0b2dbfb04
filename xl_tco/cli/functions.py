"""``xl-tco functions``: the worksheet functions with their units."""

import click
from rich.table import Table
from rich.text import Text

from xl_tco.cli.consoles import OUT
from xl_tco.errors import UnknownKeyError
from xl_tco.functions import BY_NAME, TABLE, Function


@click.command("functions")
@click.argument("names", nargs=-1)
def functions(names: tuple[str, ...]) -> None:
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
    OUT.print(table)


def _function(name: str) -> Function:
    try:
        return BY_NAME[name.lower()]
    except KeyError:
        known = ", ".join(function.worksheet_name for function in TABLE)
        raise UnknownKeyError(f"{name}: no such function; there are {known}") from None
