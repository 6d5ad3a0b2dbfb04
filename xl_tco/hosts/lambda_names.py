"""Worksheet functions as LAMBDA names: text in the stored form that Excel accepts in a file.

``_xlfn.`` marks newer functions, ``_xlpm.`` a parameter, ``_xlop.`` an optional one in the list.
"""

from typing import Final

from xl_tco.excel_text import guarded
from xl_tco.functions import BY_NAME, Argument, Function, Shape
from xl_tco.hosts.lambda_lookups import lookup_body

COMMENT_LIMIT: Final = 255


def lambda_text(function: Function) -> str:
    """The name's text. Guards are element-wise, so ranges spill with errors where they belong."""
    parameters = [
        ("_xlpm." if argument.default is None else "_xlop.") + _name(argument)
        for argument in function.arguments
    ]
    texts = {argument.name: _local(argument) for argument in function.arguments}
    body = _body(function, texts)
    defaults = [
        f"{_local(argument)},{_or_default(argument)}"
        for argument in function.arguments
        if argument.default is not None
    ]
    if defaults:
        body = f"_xlfn.LET({','.join(defaults)},{body})"
    return f"_xlfn.LAMBDA({','.join([*parameters, body])})"


def _body(function: Function, texts: dict[str, str]) -> str:
    if function.is_formula:
        numbers = "*".join(f"ISNUMBER({text})" for text in texts.values())
        body = f"IF({numbers},{guarded(function, texts)},#VALUE!)"
    else:
        body = lookup_body(function, texts)
    for argument in reversed(function.arguments):
        body = _unless_fault(argument, texts[argument.name], body)
    return body


def _unless_fault(argument: Argument, text: str, body: str) -> str:
    """What is computed if an argument is no error, and a table is no single cell."""
    if argument.shape is Shape.TABLE:
        fault = f"IF(ISERROR({text}),{text},#VALUE!)"
        return f"IF(ROWS({text})*COLUMNS({text})=1,{fault},{body})"
    return f"IF(ISERROR({text}),{text},{body})"


def lambda_comment(function: Function) -> str:
    """The name's comment, which Excel shows as help: usage first, then meaning.

    Excel refuses a file with a longer one; optional arguments are left out where they do not fit.
    """
    needed = ", ".join(item.name for item in function.arguments if item.default is None)
    for usage in (function.usage, f"{function.worksheet_name}({needed}, ...)"):
        comment = f"{usage}: {function.help}"
        if len(comment) <= COMMENT_LIMIT:
            break
    return comment[:COMMENT_LIMIT]


def _name(argument: Argument) -> str:
    """The parameter's name; names know no case, and a function's name stands for it alone."""
    return f"given_{argument.name}" if argument.name in BY_NAME else argument.name


def _local(argument: Argument) -> str:
    return f"_xlpm.{_name(argument)}" + ("" if argument.default is None else "_or_default")


def _or_default(argument: Argument) -> str:
    given = f"_xlpm.{_name(argument)}"
    default = argument.default_text or '""'
    return f'IF(_xlfn.ISOMITTED({given}),{default},IF({given}="",{default},{given}))'
