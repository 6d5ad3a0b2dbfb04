"""The reference page of the worksheet functions, in Markdown, made from their table."""

from collections.abc import Iterable

from xl_tco.functions import Argument, Function, Shape

_HEAD = """\
# Worksheet functions

Made from the table of functions by `xl-tco functions --markdown`. In Python the names are the same
in lower case: `xl_tco.cost_per_mtok`. What an argument may be is enforced everywhere: text or a
logical where a number belongs gives `#VALUE!`, a number outside its limits `#NUM!`, a key that the
catalog does not know `#N/A`; an error in gives the same error out; a blank optional argument means
its default. Ranges give ranges.
"""


def reference(functions: Iterable[Function]) -> str:
    """All that is said of some functions."""
    return "\n".join([_HEAD, *map(_section, functions)])


def _section(function: Function) -> str:
    lines = [f"## {function.worksheet_name}", "", f"`={function.usage}`", "", function.help, ""]
    if function.parts:
        lines += [
            f"Gives {len(function.parts)} cells side by side: {', '.join(function.parts)}.",
            "",
        ]
    if function.arguments:
        lines += ["| argument | unit | allowed | meaning |", "|---|---|---|---|"]
        lines += [_row(argument) for argument in function.arguments]
        lines.append("")
    return "\n".join(lines)


def _row(argument: Argument) -> str:
    is_number = argument.shape is Shape.NUMBER
    allowed = argument.limits.words if is_number else argument.shape.value
    if argument.default_text:
        allowed += f"; default {argument.default_text}"
    elif argument.default is not None:
        allowed += "; may be left out"
    unit, meaning = argument.quantity.unit, argument.quantity.help
    return f"| `{argument.name}` | {unit} | {allowed} | {meaning} |"
