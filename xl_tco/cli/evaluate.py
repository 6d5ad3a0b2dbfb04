"""``xl-tco eval``: one formula, computed."""

import json
import re
import sys
from datetime import date
from typing import Any, Final

import click

from xl_tco.calculator import Answer, answer, cells_of
from xl_tco.cli.process import FAULT, refuse_if_interrupted
from xl_tco.errors import ExcelError, InputFileError, XlTcoError, shown
from xl_tco.formula_text import LENGTH_LIMIT

_OPTION: Final = re.compile(r"-|--|-h|--[a-z][a-z-]*(=.*)?", re.DOTALL)
_NO_TEXT: Final = re.compile("[\ud800-\udfff]")
_ERRORS: Final = frozenset(error.value for error in ExcelError)


class _Formula(click.Command):
    """A command whose argument may begin with a minus."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what looks like an option and is none for the formula."""
        for place, item in enumerate(args):
            if item == "--":
                break
            if item.startswith("-") and not _OPTION.fullmatch(item):
                args = [*args[:place], *args[place + 1 :], "--", item]
                break
        return super().parse_args(ctx, args)


@click.command("eval", cls=_Formula)
@click.argument("formula")
@click.option(
    "--let",
    "given",
    multiple=True,
    metavar="CELL=VALUE",
    help="A cell that the formula refers to, A1=2.65, or several, A1:A3=1,2,3.",
)
@click.option("--json", "as_json", is_flag=True, help="Print value, unit and faults as JSON.")
def evaluate(formula: str, given: tuple[str, ...], *, as_json: bool) -> None:
    """Compute one Excel FORMULA, for example 'COST_PER_MTOK(2.65, 6000)'; - reads standard input.

    A formula that spills prints its rows, with tabs between the values.
    """
    if formula == "-":
        formula = sys.stdin.read(LENGTH_LIMIT + 2)
    for text in (formula, *given):
        if not text.isascii() and _NO_TEXT.search(text):
            raise InputFileError(f"not UTF-8 text: {shown(text)}")
    cells: dict[str, Any] = {}
    for item in given:
        area, sign, values = item.partition("=")
        if not sign:
            raise click.UsageError(f"--let {item}: give a cell and its value, such as A1=2.65")
        texts = re.split("[,;]", values) if ":" in area else [values]
        cells |= cells_of(area, [_cell_value(text.strip()) for text in texts])
    found = answer(formula, cells)
    refuse_if_interrupted()
    if as_json:
        click.echo(json.dumps(_document(found)))
        if _is_error(found.value):
            click.get_current_context().exit(FAULT)
    elif isinstance(found.value, list):
        for row in found.value:
            click.echo("\t".join(map(_text, row)))
    elif _is_error(found.value):
        raise XlTcoError(f"{found.value} {'; '.join(found.faults)}".rstrip())
    else:
        unit = found.unit if _is_number(found.value) else ""
        click.echo(f"{_text(found.value)} {unit}".rstrip() if unit else _text(found.value))


def _cell_value(text: str) -> Any:
    """What a cell holds into which a text is typed; in quotes it stays a text."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, re.ASCII):
        return text or None
    return float(text)


def _document(found: Answer) -> dict[str, Any]:
    if _is_error(found.value):
        return {"error": found.value, "faults": list(found.faults)}
    value = (
        [[*map(_in_json, row)] for row in found.value]
        if isinstance(found.value, list)
        else (_in_json(found.value))
    )
    unit = found.unit if isinstance(found.value, list) or _is_number(found.value) else ""
    return {"value": value, "unit": unit, "faults": list(found.faults)}


def _in_json(value: Any) -> Any:
    if _is_error(value):
        return {"error": value}
    return value.isoformat() if isinstance(value, date) else value


def _text(value: Any) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)


def _is_error(value: Any) -> bool:
    return isinstance(value, str) and value in _ERRORS


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
