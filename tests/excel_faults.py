"""What Excel reads otherwise than other programs: ``@``, cut arrays, regional settings, formats.

What Excel shows of a plain formula is told by pyOpenVBA, whose rules were measured in Excel.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from openpyxl.worksheet.formula import ArrayFormula
from pyopenvba.formula import parse
from pyopenvba.formula._formula2 import formula2
from pyopenvba.formula._parse import (
    ArrayLiteral,
    Binary,
    Call,
    Invoke,
    Literal,
    NameNode,
    Node,
    Reference,
    Unary,
)
from workbook_file import WorkbookFile

# pyOpenVBA's one reading that Excel was measured to be better than: a largest of operations on
# ranges, with no function called within, is computed whole inside SUMPRODUCT.
_LARGEST: Final = re.compile(r"SUMPRODUCT\(MAX\(((?:[^()]|\([^()]*\))*)\)\)")
_A_CALL: Final = re.compile(r"[\w.]\(")

# These read a text, or write one, by the reader's settings.
_READERS: Final = {"VALUE", "DATEVALUE", "TIMEVALUE", "DOLLAR"}
_A_NUMBER_IN_TEXT: Final = re.compile(r"[<>=]*[-+]?\d*[.,]\d+%?")
_PLAIN_FORMAT: Final = re.compile(r"[0#%;\-+ $]*")
# A format of whole numbers; signs in quotes are taken out before.
_WHOLE_FORMAT: Final = re.compile(r"[0#,;\-@ ]+")
_TEXTS: Final = {"T", "TEXT", "SUBSTITUTE", "LEFT", "RIGHT", "MID", "TRIM", "UPPER", "LOWER"} | {
    "REPT", "CHAR", "FIXED", "TCO_ENGINE", "TCO_VERSION",
}  # fmt: skip
_COUNTS: Final = {"ROWS", "COLUMNS", "COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "MATCH", "LEN"} | {
    "ROW", "COLUMN", "INT",
}  # fmt: skip
# Which of their arguments they give.
_CHOICES: Final = {"IF": slice(1, 3), "IFERROR": slice(0, 2), "CHOOSE": slice(1, None)}
# They take their first argument, or all, as text.
_TEXT_TAKERS: Final = {"SUBSTITUTE", "LEFT", "RIGHT", "MID", "TRIM", "UPPER", "LOWER", "LEN"}
_JOINERS: Final = {"CONCATENATE", "CONCAT", "_XLFN.CONCAT"}
_SIGNS: Final = {'","', "MID(FIXED(0,1),2,1)"}


def nothing_is_cut(file: WorkbookFile) -> Iterator[str]:
    """No plain formula that Excel cuts to one value, and shows with an ``@``."""
    named = tuple(
        (name.upper(), str(defined.attr_text)) for name, defined in file.book.defined_names.items()
    )
    for where, cell in _formula_cells(file):
        if not isinstance(cell.value, ArrayFormula):
            formula = str(cell.value)
            shown = as_shown(formula, named)
            if "@" in shown and shown != formula:
                yield f"{where}: Excel shows {shown}"


@cache
def as_shown(formula: str, named: tuple[tuple[str, str], ...] = ()) -> str:
    """A plain formula as Excel shows it."""
    texts = dict(named)
    for found in _LARGEST.finditer(formula):
        if not _A_CALL.search(found[1]):
            formula = formula.replace(found[0], f"SUMPRODUCT({found[1]})")
    return str(formula2(formula, lambda name: texts.get(name.upper())))


def reads_alike_everywhere(file: WorkbookFile) -> Iterator[str]:
    """Nothing in a formula depends on the reader's decimal sign, list or date words."""
    for where, cell in _formula_cells(file):
        value = cell.value
        text = value.text if isinstance(value, ArrayFormula) else value
        for fault in regional_faults(file, cell.parent.title, str(text)):
            yield f"{where}: {fault}"
    for name, defined in file.book.defined_names.items():
        if "(" in defined.attr_text:
            for fault in regional_faults(file, "", f"={defined.attr_text}", joins=False):
                yield f"{name}: {fault}"


def regional_faults(
    file: WorkbookFile, sheet: str, formula: str, *, joins: bool = True
) -> Iterator[str]:
    """What in a formula reads otherwise in another country.

    Without ``joins`` nothing is said of what is joined to a text: of names' parameters nobody
    knows the kind.
    """
    pointed: set[int] = set()
    for node in _nodes(_tree(formula)):
        if isinstance(node, Literal):
            if isinstance(node.value, str) and _A_NUMBER_IN_TEXT.fullmatch(node.value.strip()):
                yield f"the number in text {node.value!r}"
            continue
        if isinstance(node, Binary) and node.op == "&":
            taken = [node.left, node.right]
        elif isinstance(node, Call):
            called = node.name.upper()
            if called == "SUBSTITUTE" and len(node.args) > 2 and _is_sign(formula, node.args[1]):
                pointed |= {id(inner) for inner in _nodes(node.args[0])}
                continue
            yield from _call_faults(node, is_pointed=id(node) in pointed)
            taken = node.args if called in _JOINERS else []
            taken = node.args[:1] if called in _TEXT_TAKERS else taken
        else:
            continue
        for item in taken if joins else []:
            if id(item) not in pointed:
                yield from _join_faults(file, sheet, item)


def _is_sign(formula: str, node: Node) -> bool:
    """Tell whether a formula has, there, what finds the reader's decimal sign."""
    return any(_tree(f"={sign}") == node for sign in _SIGNS) and "FIXED" in formula.upper()


def _call_faults(node: Call, *, is_pointed: bool) -> Iterator[str]:
    called = node.name.upper()
    if called in _READERS:
        yield called
    if called == "FIXED":
        without_groups = len(node.args) > 2 and node.args[2] in (
            Literal(True),
            NameNode("TRUE"),
        )
        is_probe = node.args == [Literal(0.0), Literal(1.0)]
        if not is_probe and not (is_pointed and without_groups):
            yield "FIXED with the reader's signs"
    if called == "TEXT":
        shown = node.args[1] if len(node.args) > 1 else None
        text = shown.value if isinstance(shown, Literal) else None
        if not isinstance(text, str) or not _PLAIN_FORMAT.fullmatch(text):
            yield f"TEXT with the format {text!r}"


def _join_faults(file: WorkbookFile, sheet: str, node: Node | None) -> Iterator[str]:
    """What is wrong with a part of a text."""
    if isinstance(node, Literal):
        is_broken = isinstance(node.value, float) and node.value != int(node.value)
        if is_broken:
            yield f"the number {node.value} joined to a text"
    elif isinstance(node, Binary) and node.op == "&":
        return  # its own sides are looked at for themselves
    elif isinstance(node, (Reference, NameNode)):
        if not _is_text_or_whole(file, sheet, node):
            yield f"{_written(node)} joined to a text"
    elif isinstance(node, Call) and node.name.upper() in _CHOICES:
        for item in node.args[_CHOICES[node.name.upper()]]:
            yield from _join_faults(file, sheet, item)
    elif not (isinstance(node, Call) and node.name.upper() in _TEXTS | _COUNTS | _JOINERS):
        yield f"{_written(node)} joined to a text"


def _written(node: Node | None) -> str:
    if isinstance(node, Reference):
        return f"{node.sheet}!{node.text}" if node.sheet else node.text
    if isinstance(node, (NameNode, Call)):
        return node.name
    return "arithmetic"


def _is_text_or_whole(file: WorkbookFile, sheet: str, node: Reference | NameNode) -> bool:
    """Tell whether a cell holds text, or by its format a whole number."""
    if isinstance(node, NameNode):
        if node.name not in file.places:
            return False
        sheet, address = file.places[node.name]
    else:
        sheet, address = node.sheet.strip("'") or sheet, node.text.replace("$", "")
    if sheet not in file.book.sheetnames or not re.fullmatch(r"[A-Z]+\d+", address):
        return False
    shown = re.sub(r'"[^"]*"', "", file.book[sheet][address].number_format)
    if _WHOLE_FORMAT.fullmatch(shown):
        return True
    value = file.value(sheet, address)
    return shown == "General" and not isinstance(value, (int, float))


def formats_stay_on_their_sheet(file: WorkbookFile) -> Iterator[str]:
    """Conditional formats and data validations reach other sheets by names alone."""
    for sheet in file.book.worksheets:
        found = [
            (f"{area.sqref} (format)", text)
            for area in sheet.conditional_formatting
            for one in area.rules
            for text in one.formula
        ]
        found += [
            (f"{one.sqref} (validation)", text)
            for one in sheet.data_validations.dataValidation
            for text in (one.formula1, one.formula2)
            if text
        ]
        for where, text in found:
            if "!" in re.sub(r'"[^"]*"', "", text):
                yield f"{sheet.title}!{where}: {text}"


EXCEL_RULES: Final = (nothing_is_cut, reads_alike_everywhere, formats_stay_on_their_sheet)


def excel_faults(file: WorkbookFile) -> list[str]:
    """All faults of all rules here."""
    return [fault for rule in EXCEL_RULES for fault in rule(file)]


def _formula_cells(file: WorkbookFile) -> Iterator[tuple[str, Any]]:
    for sheet in file.book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield f"{sheet.title}!{cell.coordinate}", cell


@cache
def _tree(formula: str) -> Node:
    return parse(formula)


def _nodes(node: Node | None) -> Iterator[Node]:
    """A node and all beneath it."""
    if node is None:
        return
    yield node
    beneath: list[Node | None] = []
    if isinstance(node, Binary):
        beneath = [node.left, node.right]
    elif isinstance(node, Unary):
        beneath = [node.operand]
    elif isinstance(node, Call):
        beneath = list(node.args)
    elif isinstance(node, Invoke):
        beneath = [node.target, *node.args]
    elif isinstance(node, ArrayLiteral):
        beneath = [item for row in node.rows for item in row]
    for item in beneath:
        yield from _nodes(item)
