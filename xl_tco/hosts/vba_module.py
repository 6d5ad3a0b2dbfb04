"""Worksheet functions as VBA text: the wrappers that Excel on Windows calls, and their help.

The wrappers hold no formula: they hand their arguments to ``XlTcoCall`` (in the add-in's own
modules), which passes values to Python and brings values or errors back.
"""

from collections.abc import Iterable
from typing import Final

from xl_tco.functions import CATEGORY, TABLE, Argument, Function

FUNCTIONS_MODULE: Final = "XlTcoFunctions"
HELP_MODULE: Final = "XlTcoHelp"
HELP_LIMIT: Final = 255

_FUNCTIONS_HEAD: Final = f"""\
Attribute VB_Name = "{FUNCTIONS_MODULE}"
' The worksheet functions. Written by xl_tco from its table of functions: do not edit.
Option Explicit
"""

_HELP_HEAD: Final = f"""\
Attribute VB_Name = "{HELP_MODULE}"
' What the function wizard shows. Written by xl_tco from its table of functions: do not edit.
Option Explicit
Option Private Module
"""


def functions_module(functions: Iterable[Function] = TABLE) -> str:
    """The module of wrappers, one public function per function of the table."""
    return "\n".join([_FUNCTIONS_HEAD, *map(_wrapper, functions)])


def help_module(functions: Iterable[Function] = TABLE) -> str:
    """The module that tells Excel each function's help, and other modules the names."""
    functions = tuple(functions)
    return "\n".join(
        [
            _HELP_HEAD,
            "Public Function XlTcoNames() As Variant",
            "    Dim names As String",
            *(f'    names = names & "{function.worksheet_name} "' for function in functions),
            "    XlTcoNames = Split(RTrim$(names))",
            "End Function",
            "",
            "Public Sub XlTcoDescribe()",
            *map(_description, functions),
            "End Sub",
            "",
        ]
    )


def _wrapper(function: Function) -> str:
    name = function.worksheet_name
    parameters = ", ".join(map(_parameter, function.arguments))
    values = "".join(f", {argument.name}" for argument in function.arguments)
    return "\n".join(
        [
            f"Public Function {name}({parameters}) As Variant",
            # What the wizard shows should MacroOptions fail; 14 is "User Defined".
            f"Attribute {name}.VB_Description = {_text(function.help)}",
            f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n14"',
            f'    {name} = XlTcoCall("{name}"{values})',
            "End Function",
            "",
        ]
    )


def _parameter(argument: Argument) -> str:
    optional = "" if argument.default is None else "Optional "
    return f"{optional}{argument.name} As Variant"


def _description(function: Function) -> str:
    lines = [
        f"    Application.MacroOptions Macro:=XlTcoMacro({_text(function.worksheet_name)}), _",
        f"        Description:={_text(function.help)}, _",
        f"        Category:={_text(CATEGORY)}",
    ]
    if function.arguments:
        helps = ", _\n".join(f"            {_text(item.help)}" for item in function.arguments)
        lines[-1] += ", _"
        lines += ["        ArgumentDescriptions:=Array( _", f"{helps})"]
    return "\n".join(lines)


def _text(text: str) -> str:
    """A VBA string of a text: on one line, in ASCII, as long as Excel takes it."""
    line = " ".join(text.split())[:HELP_LIMIT].replace('"', '""')
    return f'"{line.encode("ascii", "replace").decode()}"'
