"""``xl-tco functions``: the worksheet functions with their units."""

import ast
import doctest
import inspect
import json
from typing import Any, Final

import click

from xl_tco.cli.consoles import OUT, table
from xl_tco.cli.reference import reference
from xl_tco.errors import UnknownKeyError
from xl_tco.functions import BY_NAME, TABLE, Argument, Function, Shape
from xl_tco.near import nearest

_TABLE_RANGE: Final = "A1:D20"


@click.command("functions")
@click.argument("names", nargs=-1)
@click.option("--markdown", is_flag=True, help="Print the reference page of docs/functions.md.")
@click.option("--json", "as_json", is_flag=True, help="Print all that is said as JSON.")
def functions(names: tuple[str, ...], *, markdown: bool, as_json: bool) -> None:
    """List the worksheet functions with units; with NAMES, also their arguments, and examples."""
    if markdown and as_json:
        raise click.UsageError("give one of --markdown and --json")
    wanted = [_function(name) for name in names]
    if markdown:
        click.echo(reference(wanted or TABLE), nl=False)
    elif as_json:
        click.echo(json.dumps([_as_json(function) for function in wanted or TABLE], indent=2))
    elif names:
        _print(wanted)
    else:
        listed = table(("Function", "Unit"))
        for function in TABLE:
            listed.add_row(function.usage, function.result.unit)
        OUT.print(listed)


def examples_of(function: Function) -> list[str]:
    """The calls of a function's own examples, as typed in a cell.

    >>> examples_of(BY_NAME["cost_per_mtok"])
    ['=COST_PER_MTOK(1.41, 93.25)', '=COST_PER_MTOK(1.41, 93.25, 0.5)']
    """
    parsed = doctest.DocTestParser().get_examples(inspect.getdoc(function.formula) or "")
    return [
        f"={function.worksheet_name}({', '.join(_arguments(function, node))})"
        for example in parsed
        for node in ast.walk(ast.parse(example.source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function.name
    ]


def _arguments(function: Function, call: ast.Call) -> list[str]:
    """Every argument up to the last that is given; those left out between are their defaults."""
    given = [*map(_in_cell, call.args)]
    named = {item.arg: _in_cell(item.value) for item in call.keywords}
    last = max(
        (place for place, item in enumerate(function.arguments, 1) if item.name in named),
        default=0,
    )
    for argument in function.arguments[len(given) : last]:
        given.append(named.get(argument.name, argument.default_text))
    return given


def _in_cell(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return f'"{text}"'
        case ast.Constant(value=number):
            return str(number)
    return _TABLE_RANGE


def _print(wanted: list[Function]) -> None:
    for function in wanted:
        OUT.print(f"{function.usage}  {function.result.unit}  {function.summary}", soft_wrap=True)
        listed = table(("",) * 4, header=False)
        for argument in function.arguments:
            listed.add_row(
                f"  {argument.name}",
                argument.quantity.unit,
                _allowed(argument),
                argument.quantity.help,
            )
        if function.arguments:
            OUT.print(listed)
        for example in examples_of(function):
            OUT.print(example, soft_wrap=True)


def _allowed(argument: Argument) -> str:
    taken = argument.limits.words if argument.shape is Shape.NUMBER else argument.shape.value
    default = f", default {argument.default_text}" if argument.default_text else ""
    return taken + (default or ("" if argument.default is None else ", optional"))


def _as_json(function: Function) -> dict[str, Any]:
    return {
        "name": function.worksheet_name,
        "usage": function.usage,
        "unit": function.result.unit,
        "help": function.summary,
        "arguments": [
            {
                "name": argument.name,
                "unit": argument.quantity.unit,
                "allowed": _allowed(argument),
                "default": argument.default,
                "help": argument.quantity.help,
            }
            for argument in function.arguments
        ],
        "examples": examples_of(function),
    }


def _function(name: str) -> Function:
    """A function by its name, as it stands in a call or alone."""
    wanted = name.strip().lstrip("=").partition("(")[0].strip().lower()
    try:
        return BY_NAME[wanted]
    except KeyError:
        known = [function.worksheet_name for function in TABLE]
        raise UnknownKeyError(
            f"{name}: no such function.{nearest(wanted, known)} There are {', '.join(known)}"
        ) from None
