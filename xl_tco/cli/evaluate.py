"""``xl-tco eval``: one formula, computed."""

import click

from xl_tco.calculator import answer
from xl_tco.cli.consoles import OUT
from xl_tco.errors import ExcelError, XlTcoError


@click.command("eval")
@click.argument("formula")
def evaluate(formula: str) -> None:
    """Compute one Excel FORMULA, for example 'COST_PER_MTOK(2.65, 6000)'.

    A formula that spills prints its rows, with tabs between the values.
    """
    found = answer(formula)
    if isinstance(found.value, list):
        for row in found.value:
            click.echo("\t".join(map(str, row)))
        return
    if found.value in list(ExcelError):
        raise XlTcoError(f"{found.value} {'; '.join(found.faults)}".rstrip())
    value = str(found.value).upper() if isinstance(found.value, bool) else found.value
    OUT.print(f"{value} {found.unit}".rstrip(), soft_wrap=True)
