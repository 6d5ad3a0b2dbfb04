"""Worksheet functions as LAMBDA names: text in the stored form that Excel accepts in a file.

``_xlfn.`` marks newer functions, ``_xlpm.`` a parameter, ``_xlop.`` an optional one in the list.
"""

from typing import Final

from xl_tco.excel_text import guarded
from xl_tco.functions import Argument, Function

COMMENT_LIMIT: Final = 255


def lambda_text(function: Function) -> str:
    """The name's text. Guards are element-wise, so ranges spill with errors where they belong."""
    parameters = [
        ("_xlpm." if argument.default is None else "_xlop.") + argument.name
        for argument in function.arguments
    ]
    texts = {argument.name: _local(argument) for argument in function.arguments}
    numbers = "*".join(f"ISNUMBER({text})" for text in texts.values())
    body = f"IF({numbers},{guarded(function, texts)},#VALUE!)"
    for text in reversed(texts.values()):
        body = f"IF(ISERROR({text}),{text},{body})"
    defaults = [
        f"{_local(argument)},{_or_default(argument)}"
        for argument in function.arguments
        if argument.default is not None
    ]
    if defaults:
        body = f"_xlfn.LET({','.join(defaults)},{body})"
    return f"_xlfn.LAMBDA({','.join(parameters)},{body})"


def lambda_comment(function: Function) -> str:
    """The name's comment, which Excel shows as help: usage first, then meaning.

    Excel refuses a file with a longer one.
    """
    return f"{function.usage}: {function.help}"[:COMMENT_LIMIT]


def _local(argument: Argument) -> str:
    return f"_xlpm.{argument.name}" + ("" if argument.default is None else "_or_default")


def _or_default(argument: Argument) -> str:
    given = f"_xlpm.{argument.name}"
    default = f"{argument.default:g}"
    return f'IF(_xlfn.ISOMITTED({given}),{default},IF({given}="",{default},{given}))'
