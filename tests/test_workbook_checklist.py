"""The checklist for workbooks: no shipped one has a fault, and every rule sees what it is for."""

import datetime
import io
import re
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pandas
import pytest
from colour_contrast import contrast
from conftest import Built
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from workbook_faults import (
    FUNCTION_NAMES,
    LIMITS,
    READABLE,
    RULES,
    conditional_pairs,
    faults,
    flavour,
    shown_as,
    style_colours,
    styles_of,
    validations,
)
from workbook_file import WorkbookFile, formula_of

import xl_tco
from xl_tco.functions import TABLE
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.scenario.kinds import INPUT_KINDS
from xl_tco.scenario.loading import shipped
from xl_tco.templates import build
from xl_tco.workbook.description import Ink
from xl_tco.workbook.styles import ACCENT, BASELINE_FILL, CONTRASTS, GREY, INKS

ONE, PAIR = "hopper_hgx_h200", "hopper_vs_blackwell"
BY_RULE = [pytest.param(rule, id=rule.__name__) for rule in RULES]


@pytest.mark.parametrize("rule", BY_RULE)
def test_no_shipped_workbook_has_a_fault(rule: Any, workbook: WorkbookFile) -> None:
    assert list(rule(workbook)) == []


# --- Broken on purpose: (workbook, what is done to it, the faults that must be seen)


@dataclass(frozen=True)
class Break:
    """A workbook broken on purpose, and all the new faults that must be seen then.

    ``*`` in a fault is anything; with ``more`` there may be other faults in its train.
    """

    edit: Callable[[Workbook], Any]
    faults: tuple[str, ...]
    workbook: str = ONE
    more: bool = False
    flavour: str = "native"


def at(book: Workbook, name: str) -> Any:
    """The cell with a defined name."""
    sheet, _, address = book.defined_names[name].attr_text.rpartition("!")
    return book[sheet][address.replace("$", "")]


def put(name: str, **attributes: Any) -> Callable[[Workbook], None]:
    """Set attributes of a named cell."""

    def edit(book: Workbook) -> None:
        for attribute, value in attributes.items():
            setattr(at(book, name), attribute, value)

    return edit


def beside(name: str, columns: int, value: Any) -> Callable[[Workbook], None]:
    """Put a value so many columns right of a named cell."""

    def edit(book: Workbook) -> None:
        at(book, name).offset(0, columns).value = value

    return edit


def cell(address: str, value: Any) -> Callable[[Workbook], None]:
    """Put a value into a cell: ``Cover!C4``."""

    def edit(book: Workbook) -> None:
        sheet, _, local = address.partition("!")
        book[sheet][local].value = value

    return edit


def validation(name: str, **attributes: Any) -> Callable[[Workbook], None]:
    """Change the data validation of a named cell."""

    def edit(book: Workbook) -> None:
        found = validations(book["Inputs"])[at(book, name).coordinate]
        for attribute, value in attributes.items():
            setattr(found, attribute, value)

    return edit


def style(name: str, **attributes: Any) -> Callable[[Workbook], None]:
    """Change a named style, as a careless restyling would: for all its cells."""

    def edit(book: Workbook) -> None:
        found = next(style for style in book._named_styles if style.name == name)
        for attribute, value in attributes.items():
            setattr(found, attribute, value)
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for item in row:
                    if item.style == name:
                        shown = item.number_format
                        item.style = name
                        item.number_format = shown

    return edit


def font(name: str, **attributes: Any) -> Callable[[Workbook], None]:
    """Change the font of a named style."""

    def edit(book: Workbook) -> None:
        found = next(style for style in book._named_styles if style.name == name)
        changed = copy(found.font)
        for attribute, value in attributes.items():
            setattr(changed, attribute, value)
        style(name, font=changed)(book)

    return edit


def sheet(title: str, change: Callable[[Any], Any]) -> Callable[[Workbook], None]:
    """Change a sheet."""

    def edit(book: Workbook) -> None:
        change(book[title])

    return edit


def label_row(book: Workbook, title: str, label: str) -> Any:
    """The first cell of a sheet that reads so."""
    return next(c for row in book[title].iter_rows() for c in row if c.value == label)


def forget_cover(label: str) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        label_row(book, "Cover", label).value = "Something else"

    return edit


def cover_says(label: str, words: str) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        label_row(book, "Cover", label).offset(0, 1).value = words

    return edit


def redefine(name: str, text: str) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        book.defined_names[name] = DefinedName(name, attr_text=text)

    return edit


def forget(name: str) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        del book.defined_names[name]

    return edit


def forget_source(book: Workbook) -> None:
    label_row(book, "Sources", "reconciliation").value = "reconciled"


def edited(name: str, old: str, new: str) -> Callable[[Workbook], None]:
    """Change a piece of a named cell's formula."""

    def edit(book: Workbook) -> None:
        found = at(book, name)
        assert old in found.value
        found.value = found.value.replace(old, new, 1)

    return edit


def labelled(title: str, label: str, columns: int) -> Callable[[Workbook], Any]:
    """Find the cell so many columns right of a label."""
    return lambda book: label_row(book, title, label).offset(0, columns)


def formula(find: Callable[[Workbook], Any], old: str, new: str) -> Callable[[Workbook], None]:
    """Change a piece of a found cell's formula."""

    def edit(book: Workbook) -> None:
        found = find(book)
        assert old in formula_of(found), formula_of(found)
        found.value = formula_of(found).replace(old, new, 1)

    return edit


def setting(find: Callable[[Workbook], Any], value: Any) -> Callable[[Workbook], None]:
    """Put a value into a found cell."""

    def edit(book: Workbook) -> None:
        find(book).value = value

    return edit


def below(find: Callable[[Workbook], Any], rows: int) -> Callable[[Workbook], Any]:
    """Find the cell so many rows below."""
    return lambda book: find(book).offset(rows, 0)


def limits(name: str, text: str) -> Callable[[Workbook], None]:
    """Give an input's validation, and what is told beside it, another condition."""

    def edit(book: Workbook) -> None:
        place = at(book, name).coordinate
        validation(name, formula1=text.format(place))(book)
        sheet = book["Inputs"]
        told = next(c for row in sheet.iter_rows() for c in row if c.value == "In limits")
        sheet.cell(at(book, name).row, told.column).value = "=" + text.format(place)

    return edit


def name_beside(name: str) -> Callable[[Workbook], None]:
    """Let a name refer to the label of its row."""

    def edit(book: Workbook) -> None:
        label = at(book, name).offset(0, -1).coordinate
        redefine(name, f"Inputs!${label[0]}${label[1:]}")(book)

    return edit


def shorter(name: str) -> Callable[[Workbook], None]:
    """Let the name of a range miss its last row."""

    def edit(book: Workbook) -> None:
        text = book.defined_names[name].attr_text
        redefine(name, re.sub(r"\d+$", lambda last: str(int(last[0]) - 1), text))(book)

    return edit


def unused_alarm(book: Workbook) -> None:
    book["Calc"].conditional_formatting = type(book["Calc"].conditional_formatting)()


def dark_heat(book: Workbook) -> None:
    for area in book["Sensitivity"].conditional_formatting:
        for found in area.rules:
            if found.colorScale:
                found.colorScale.color[1].rgb = "FF404040"


def short_master(book: Workbook) -> None:
    found = at(book, "check_master")
    found.value = re.sub(r":C(\d+)", lambda last: f":C{int(last[1]) - 1}", found.value)


def select(book: Workbook) -> None:
    book["Calc"].sheet_view.tabSelected = True


def unvalidated(book: Workbook) -> None:
    rules = book["Inputs"].data_validations
    place = at(book, "in_pue").coordinate
    rules.dataValidation = [rule for rule in rules.dataValidation if str(rule.sqref) != place]


def elsewhere_formatted(book: Workbook) -> None:
    book["Summary"].conditional_formatting.add("A1", FormulaRule(formula=["Calc!D7<1"]))


def header_alone(book: Workbook) -> None:
    cell = book["Sources"].cell(book["Sources"].max_row + 2, 2, "Figure")
    cell.style = "Heading column"


def unspilled(book: Workbook) -> None:
    """The first of several parts alone is a formula: the others are typed then."""
    for row in book["Ownership"].iter_rows():
        for found in row:
            if isinstance(found.value, ArrayFormula) and ":" in found.value.ref:
                found.value = ArrayFormula(found.coordinate, found.value.text)


BREAKS = {
    "order": Break(
        lambda book: book.move_sheet("Sources", -1),
        (
            "sheets in the order Cover, Summary, Inputs, Ownership, Denominator, Calc, Revenue, "
            "Catalog, Sensitivity, Sources, Checks",
        ),
    ),
    "extra sheet": Break(
        lambda book: book.create_sheet("Notes"), ("unknown sheet Notes",), more=True
    ),
    "hidden sheet": Break(
        sheet("Calc", lambda it: setattr(it, "sheet_state", "hidden")), ("sheet Calc is hidden",)
    ),
    "no licence": Break(forget_cover("Licence"), ("Cover says nothing of Licence",)),
    "no legend": Break(forget_cover("Link"), ("Cover says nothing of Link",)),
    "no version": Break(cover_says("Package", "xl_tco"), ("Cover's Package reads 'xl_tco'",)),
    "engine not said": Break(
        cover_says("What computes", "The cells' own arithmetic."),
        ("Cover's What computes does not say 'Nothing to install'",),
    ),
    "engine by formula": Break(
        cover_says("What computes", '="own arithmetic. Nothing to install"'),
        ("Cover's What computes is a formula", "Cover!C5: Text note holds a formula"),
        more=True,
    ),
    "engine not computed": Break(
        cover_says("Computing now", "python"),
        ("Cover's Computing now is no formula", "Cover!C*: Calc text holds 'python'"),
    ),
    "opens elsewhere": Break(lambda book: setattr(book, "active", 3), ("opens on Ownership",)),
    "two selected": Break(select, ("Calc: selected is True",)),
    "scrolled": Break(
        sheet("Calc", lambda it: setattr(it.sheet_view, "topLeftCell", "A9")),
        ("Calc: scrolled to A9",),
    ),
    "title": Break(lambda book: setattr(book.properties, "title", None), ("title is None",)),
    "creator": Break(
        lambda book: setattr(book.properties, "creator", "openpyxl"),
        ("creator is 'openpyxl', last modified by 'xl_tco'",),
    ),
    "clock": Break(
        lambda book: setattr(book.properties, "created", datetime.datetime(2026, 12, 24, 7, 1)),
        ("created is 2026-12-24 07:01:00, not 2026-11-01",),
    ),
    "merged": Break(sheet("Cover", lambda it: it.merge_cells("D3:E3")), ("Cover!D3:E3: merged",)),
    "comment": Break(
        put("in_pue", comment=Comment("air: 1.3", "somebody")), ("{in_pue}: a comment",)
    ),
    "own font": Break(put("in_pue", font=Font(color="00FF0000")), ("{in_pue}: its own font",)),
    "own fill": Break(
        put("out_tokens_per_mw", fill=PatternFill("solid", fgColor="00FFFF00")),
        ("{out_tokens_per_mw}: its own fill",),
    ),
    "no style": Break(cell("Cover!C3", "mine"), ("Cover!C3: no named style",)),
    "input computed": Break(
        put("in_pue", value="=1"), ("{in_pue}: Input holds a formula",), more=True
    ),
    "result typed in": Break(
        put("out_cost_per_mtok", value=4.2),
        ("{out_cost_per_mtok}: Output holds 4.2", "{out_cost_per_mtok}: the number 4.2"),
    ),
    "published computed": Break(
        beside("in_pue", 2, "=1*1"), ("{in_pue+2}: Published holds a formula",), more=True
    ),
    "text computed": Break(
        beside("in_pue", -1, "=A1"),
        (
            "{in_pue-1}: Text label holds a formula",
            "{in_pue-1}: no stored value",
        ),
    ),
    "link computes": Break(
        formula(labelled("Calc", "Power per GPU", 2), "=", "=1*"),
        ("{Calc|Power per GPU+2}: Link is not a reference to another sheet",),
    ),
    "calculation links": Break(
        put("check_power_basis", value="=Inputs!C9"),
        ("{check_power_basis}: Check is a link",),
        more=True,
    ),
    "inputs black": Break(font("Input", color="FF000000"), ("Input is black, not blue",)),
    "links blue": Break(font("Link", color="FF0000C0"), ("Link is blue, not green",)),
    "links by colour alone": Break(
        font("Link", i=False),
        (
            "Calc differs from another style by its font's colour alone",
            "Link differs from another style by its font's colour alone",
        ),
    ),
    "pale ink": Break(font("Text unit", color="FF9FB3C0"), ("Text unit: contrast 2.2",)),
    "locked input": Break(
        style("Input", protection=Protection(locked=True)),
        ("{in_pue}: Input is locked",),
        more=True,
    ),
    "a word that is no number": Break(
        put("in_pue", value="x"), ("{in_pue}: x is not from 1 to 1",)
    ),
    "unlocked result": Break(
        put("out_cost_per_mtok", protection=Protection(locked=False)),
        ("{out_cost_per_mtok}: Output is unlocked", "{out_cost_per_mtok}: its own protection"),
    ),
    "unprotected": Break(
        sheet("Calc", lambda it: setattr(it.protection, "sheet", False)), ("Calc: not protected",)
    ),
    "password": Break(
        sheet("Calc", lambda it: setattr(it.protection, "password", "secret")),
        ("Calc: protected by a password",),
    ),
    "no unit": Break(
        beside("in_pue", 1, None),
        ("{in_pue}: no Unit", "{in_pue}: a number without a unit"),
        more=True,
    ),
    "no low": Break(beside("in_power_basis", 3, None), ("{in_power_basis}: no Low",)),
    "no source": Break(
        beside("in_pue", 6, None),
        ("{in_pue}: no Source", "{in_pue+6}: source None is not on Sources"),
    ),
    "unknown kind": Break(beside("in_pue", 5, "guessed"), ("{in_pue}: of kind 'guessed'",)),
    "no date": Break(beside("in_pue", 7, "today"), ("{in_pue}: as of 'today'",)),
    "outside its range": Break(put("in_pue", value=3), ("{in_pue}: 3 is not from 1 to 1",)),
    "source gone": Break(
        forget_source,
        (
            "{in_tokens_per_second_per_gpu+6}: source 'reconciliation' is not on Sources",
            "{in_tokens_counted+6}: source 'reconciliation' is not on Sources",
        ),
    ),
    "source of the catalog": Break(
        setting(below(labelled("Catalog", "Value", 2), 1), "somewhere"),
        ("Catalog!H*: source 'somewhere' is not*",),
    ),
    "source of an effect": Break(
        setting(below(labelled("Denominator", "Source", 0), 7), "somewhere"),
        ("Denominator!*: source 'somewhere'*",),
    ),
    "source without a title": Break(
        setting(below(labelled("Sources", "Source", 1), 1), None),
        ("Sources!row *: no Title",),
    ),
    "number on Calc": Break(
        cell("Calc!D3", 1.3), ("Calc!D3: the number 1.3", "Calc!D3: no named style")
    ),
    "number in the catalog": Break(
        setting(below(labelled("Catalog", "Unit", 1), 1), 1.3),
        ("Catalog!*: the number 1.3",),
        more=True,
    ),
    "parts typed in": Break(
        unspilled,
        tuple(
            f"Ownership!{column}*: {words}"
            for column in "EFG"
            for words in ("Calc holds *", "the number *")
        ),
        flavour="lambda",
        more=True,
    ),
    "number in a formula": Break(
        put("out_joules_per_token", value="=D7/D6*1.1"),
        ("{out_joules_per_token}: the number 1.1 in a formula",),
    ),
    "not validated": Break(unvalidated, ("{in_pue}: no data validation",)),
    "no prompt": Break(validation("in_pue", prompt=None), ("{in_pue}: no prompt",)),
    "prompt off": Break(validation("in_pue", showInputMessage=False), ("{in_pue}: no prompt",)),
    "no error text": Break(validation("in_pue", error=None), ("{in_pue}: no error text",)),
    "warning only": Break(
        validation("in_pue", errorStyle="warning"), ("{in_pue}: an error is only a warning",)
    ),
    "blank allowed": Break(validation("in_pue", allow_blank=True), ("{in_pue}: may be blank",)),
    "other limits": Break(
        limits("in_utilization", "AND(ISNUMBER({0}),{0}>=0,{0}<1)"),
        (
            "{in_utilization}: 0 is accepted",
            "{in_utilization}: 1 is refused",
        ),
    ),
    "limits of a low": Break(
        lambda book: setattr(
            validations(book["Inputs"])[at(book, "in_usd_per_kwh").offset(0, 3).coordinate],
            "formula1",
            "ISNUMBER(A1)",
        ),
        ("{in_usd_per_kwh+3}: *",),
        more=True,
    ),
    "text allowed": Break(
        limits("in_kw_per_gpu", "{0}>0"),
        tuple(f"{{in_kw_per_gpu}}: {value!r} is accepted" for value in ("x", "1", True)),
    ),
    "other words": Break(
        validation("in_power_basis", formula1='"utility,it,none"'),
        (
            '{in_power_basis}: list "utility,it,none", not the list utility,it',
            "Inputs!*: *is not that of the list",
        ),
    ),
    "a word that is not offered": Break(
        put("in_tier", value="owned"), ("{in_tier}: not one of owned_hyperscaler,*",)
    ),
    "a word that may become a date": Break(
        put("in_as_of", number_format="General"),
        ("{in_as_of}: a word that is not in text format",),
    ),
    "selector short": Break(
        validation("in_platform", formula1='"own figures,h200"'),
        ('{in_platform}: list "own figures,h200", not the list own figures,h100,*',),
    ),
    "selector without a list": Break(
        validation("in_platform", type="custom", formula1="TRUE"),
        ("{in_platform}: custom TRUE, not the list own figures,h100,*", "Inputs!*, not =TRUE"),
    ),
    "selector offers what is not there": Break(
        setting(labelled("Catalog", "h100", 0), "h99"),
        ("h100: offered by*", "h99: offered by*"),
        more=True,
    ),
    "limits not told": Break(
        beside("in_pue", 8, "=TRUE"), ("{in_pue+8}: =TRUE, not =AND(ISNUMBER(*",)
    ),
    "an input that no contract knows": Break(
        redefine("in_price", "Inputs!$C$16"),
        ("*: no limits are contracted for in_price",),
        more=True,
    ),
    "volatile": Break(
        put("out_joules_per_token", value='=INDIRECT("D7")/D6'),
        (
            "{out_joules_per_token}: INDIRECT",
            '{out_joules_per_token}: Excel shows =@INDIRECT("D7")/D6',
        ),
    ),
    "present value": Break(
        put("out_joules_per_token", value="=NPV(D6,D7)"), ("{out_joules_per_token}: NPV",)
    ),
    "nested IF": Break(
        put("out_joules_per_token", value="=IF(D6>1,IF(D7>1,D6,D7),D7)"),
        ("{out_joules_per_token}: a nested IF",),
    ),
    "long formula": Break(
        put("out_joules_per_token", value="=D6" + "+D7" * 33),
        ("{out_joules_per_token}: a formula of 102 characters",),
    ),
    "one platform otherwise": Break(
        edited("out_tokens_per_mw_blackwell", "*1000/", "*1*1000/"),
        ("Calc!row *: E* otherwise than the rest",),
        PAIR,
    ),
    "one platform from the other": Break(
        formula(labelled("Revenue", "Capex per GPU", 3), "Ownership!E", "Ownership!D"),
        (
            "Revenue!row *: E* otherwise than the rest",
            "Revenue!E*: a link of Blackwell to Hopper",
        ),
        PAIR,
    ),
    "one year otherwise": Break(
        formula(below(labelled("Ownership", "Year", 6), 4), "=", "=1*"),
        ("Ownership!column H: H* otherwise than the rest",),
    ),
    "a year is skipped": Break(
        formula(below(labelled("Ownership", "Year", 0), 4), "+1", "+1+1"),
        ("Ownership!column B: B* otherwise than the rest",),
    ),
    "a part from another": Break(
        formula(labelled("Ownership", "Hopper, owned", 3), "=D33", "=D34"),
        ("Ownership!column E: E* otherwise than the rest",),
        PAIR,
    ),
    "one step otherwise": Break(
        formula(below(labelled("Denominator", "Step", 5), 3), "MIN(", "MAX("),
        ("Denominator!column G: G* otherwise than the rest",),
    ),
    "an end otherwise": Break(
        formula(below(labelled("Denominator", "Step", 4), 1), ",", ",1*"),
        ("Denominator!column F: F* otherwise than the rest",),
    ),
    "a lever of another row": Break(
        formula(below(labelled("Denominator", "Step", 3), 4), "*H14", "*H13"),
        ("Denominator!column E: E* otherwise than the rest",),
    ),
    "one cell of a grid": Break(
        formula(below(labelled("Sensitivity", "At cost per GPU-hour", 5), 2), "=", "=1*"),
        (
            "Sensitivity!row *: G* otherwise than the rest",
            "Sensitivity!column G: G* otherwise than the rest",
        ),
    ),
    "a corner of a grid": Break(
        formula(labelled("Sensitivity", "At cost per GPU-hour", 3), "=", "=1*"),
        (
            "Sensitivity!row *: E* otherwise than the rest",
            "Sensitivity!column E: E* otherwise than the rest",
        ),
    ),
    "one rank": Break(
        formula(below(labelled("Sensitivity", "Ranked", 3), 2), "INDEX(H", "INDEX(I"),
        (
            "Sensitivity!column E: E* otherwise than the rest",
            "Sensitivity!row *: F* otherwise than the rest",
        ),
    ),
    "low for high": Break(
        formula(below(labelled("Ownership", "At low\n[$]", 0), 1), "F", "G"),
        ("Ownership!row *: * otherwise than the rest",),
    ),
    "low and high": Break(
        formula(below(labelled("Ownership", "At low\n[$]", 0), 1), "=", "=1*"),
        ("Ownership!row *: * otherwise than the rest",),
    ),
    "a ratio upside down": Break(
        lambda book: setattr(
            at(book, "rel_tokens_per_mw"), "value", at(book, "rel_tokens_per_mw").offset(0, 1).value
        ),
        ("Calc!column F: F* otherwise than the rest",),
        PAIR,
    ),
    "one point of a curve": Break(
        formula(below(labelled("Revenue", "Price\n[x]", 2), 3), "=", "=1*"),
        (
            "Revenue!column D: D* otherwise than the rest",
            "Revenue!row *: F* otherwise than the rest",
        ),
        PAIR,
    ),
    "one figure reconciled otherwise": Break(
        formula(below(labelled("Reconciliation", "Metric", 10), 3), "AND(", "OR("),
        ("Reconciliation!column L: L* otherwise than the rest",),
        PAIR,
    ),
    "the selector's key": Break(
        formula(below(labelled("Catalog", "Key", 0), 2), '"|"', '"/"'),
        ("Catalog!column Q: Q* otherwise than the rest",),
    ),
    "link astray": Break(
        setting(labelled("Calc", "Power per GPU", 2), "=Inputs!C16"),
        (
            "{Calc|Power per GPU+2}: a link in kW/GPU to ratio",
            "{Calc|Power per GPU+2}: 'Power per GPU' links to 'PUE'",
        ),
    ),
    "name broken": Break(
        redefine("out_cost_per_mtok", "Calc!#REF!"), ("out_cost_per_mtok: #REF!",), more=True
    ),
    "name astray": Break(
        name_beside("in_pue"),
        ("in_pue: Inputs!B* is Text label", "{in_pue}: an input without a name"),
    ),
    "name of a range": Break(
        redefine("rel_all", "Calc!$F$36:$F$42"), ("rel_all: refers to Calc!$F$36:$F$42",), PAIR
    ),
    "range too short": Break(
        shorter("catalog_rows"),
        ("catalog_keys, catalog_rows, catalog_values, catalog_since: not the same rows",),
    ),
    "range of one cell": Break(
        redefine("catalog_values", "Catalog!$F$30"),
        ("catalog_values: refers to Catalog!$F$30", "catalog_keys, *: not the same rows"),
    ),
    "range with a gap": Break(
        setting(below(labelled("Catalog", "Row", 0), 60), None),
        ("catalog_rows: nothing in rows *",),
    ),
    "range's name gone": Break(
        forget("catalog_until"),
        ("no name catalog_until", "Catalog!*: no name catalog_until"),
    ),
    "name that is not there": Break(
        put("out_joules_per_token", value="=price*D7"),
        (
            "{out_joules_per_token}: no name price",
            "{out_joules_per_token}: Excel shows =@price*D7",
        ),
    ),
    "name of no kind": Break(redefine("price", "Calc!$D$6"), ("price: a name of no kind",)),
    "output's name gone": Break(
        forget("out_joules_per_token"),
        ("no name out_joules_per_token", "{out_joules_per_token}: no name"),
    ),
    "ratio's name gone": Break(
        forget("rel_cost_per_mtok"),
        (
            "no name rel_cost_per_mtok",
            "{rel_cost_per_mtok}: no name",
            "Summary!* (format): no name rel_cost_per_mtok",
        ),
        PAIR,
    ),
    "a sign before a formula": Break(
        put("out_joules_per_token", value="=INDEX(catalog_values,D7)"),
        ("{out_joules_per_token}: Excel shows =@INDEX(catalog_values,D7)",),
        more=True,
    ),
    "a decimal comma elsewhere": Break(
        put("out_joules_per_token", value='="about "&TEXT(D7,"0.0")'),
        ("{out_joules_per_token}: TEXT with the format '0.0'",),
        more=True,
    ),
    "a format of another sheet": Break(elsewhere_formatted, ("Summary!A1 (format): Calc!D7<1",)),
    "reference broken": Break(
        put("out_joules_per_token", value="=D7/#REF!"), ("{out_joules_per_token}: #REF!",)
    ),
    "sheet not there": Break(
        put("out_joules_per_token", value="=D7/Prices!B3"),
        ("{out_joules_per_token}: no sheet Prices",),
    ),
    "master covers less": Break(
        short_master, ("check_master does not cover check_settings_in_limits",)
    ),
    "master out of sight": Break(
        cell("Calc!B2", "OK"), ("Calc: the master check is not in the frozen pane",)
    ),
    "no alarm": Break(unused_alarm, ("Calc: a failing master check looks like a passing one",)),
    "general format": Break(
        put("in_pue", number_format="General"), ("{in_pue}: a number in General format",)
    ),
    "percent of dollars": Break(
        put("in_cost_per_gpu_hour", number_format="0%"),
        ("{in_cost_per_gpu_hour}: USD/GPU-h shown as 0%",),
    ),
    "dollars of tokens": Break(
        put("in_tokens_per_second_per_gpu", number_format='"$"0.0'),
        ('{in_tokens_per_second_per_gpu}: tok/s/GPU shown as "$"0.0',),
    ),
    "unknown unit": Break(
        beside("in_pue", 1, "furlong"),
        ("{in_pue*}: furlong is a unit of no kind",),
        more=True,
    ),
    "column without its unit": Break(
        setting(below(labelled("Catalog", "Value", 3), 0), "Since"),
        ("Catalog!I*: USD/GPU-h shown as 0", "Catalog!I*: * shown as 0"),
    ),
    "nothing under a header": Break(header_alone, ("Sources: nothing under *",), more=True),
    "numbers without a title": Break(
        setting(below(labelled("Catalog", "Since\n[yyyymmdd]", 2), 20), 1.0),
        ("Catalog!column K: numbers without a title",),
        more=True,
    ),
    "dollars without sign": Break(
        put("in_cost_per_gpu_hour", number_format="0.0"),
        ("{in_cost_per_gpu_hour}: USD/GPU-h shown as 0.0",),
    ),
    "not frozen": Break(
        sheet("Checks", lambda it: setattr(it, "freeze_panes", None)),
        ("Checks: no frozen panes",),
        more=True,
    ),
    "no print titles": Break(
        sheet("Checks", lambda it: setattr(it, "print_title_rows", "1:2")),
        ("Checks: print titles $1:$2, not 1:3",),
    ),
    "wide": Break(
        sheet("Inputs", lambda it: setattr(it.sheet_properties.pageSetUpPr, "fitToPage", False)),
        ("Inputs: not fitted to the page's width",),
    ),
    "portrait": Break(
        sheet("Inputs", lambda it: setattr(it.page_setup, "orientation", "portrait")),
        ("Inputs: portrait",),
    ),
    "footer": Break(
        sheet("Inputs", lambda it: setattr(it.oddFooter.left, "text", "Page")),
        ("Inputs: no version in the footer",),
    ),
    "heat too dark": Break(dark_heat, ("Sensitivity!*: contrast *",)),
    "column without a width": Break(
        setting(lambda book: book["Checks"]["H9"], "aside"),
        ("Checks: column H without a width",),
        more=True,
    ),
    "column too narrow": Break(
        sheet("Inputs", lambda it: setattr(it.column_dimensions["C"], "width", 4)),
        ("Inputs!C*: * does not fit",),
    ),
    "summary too wide": Break(
        sheet("Summary", lambda it: setattr(it.column_dimensions["B"], "width", 160)),
        ("Summary: * x * pixels",),
    ),
    "summary too high": Break(
        sheet("Summary", lambda it: setattr(it.row_dimensions[5], "height", 120)),
        ("Summary: * x * pixels",),
    ),
    "summary zoomed out": Break(
        sheet("Summary", lambda it: setattr(it.sheet_view, "zoomScale", 70)),
        ("Summary: zoomed to 70 %",),
    ),
    "sentence typed": Break(
        cell("Summary!F4", "A million tokens for $4.20"),
        (
            "Summary!F4: Headline sentence holds *",
            "Summary!F4: no sentence over a chart",
        ),
    ),
    "chart moved": Break(
        sheet("Revenue", lambda it: setattr(it._charts[0].anchor._from, "rowOff", 99)),
        ("Revenue!*: a chart that does not begin right below it",),
    ),
    "page number": Break(
        sheet("Inputs", lambda it: setattr(it.oddFooter.right, "text", "Page")),
        ("Inputs: no page number in the footer",),
    ),
}


class Places(dict[str, str]):
    """Addresses by defined name, or by sheet and label; ``in_pue+2`` is two columns right of it."""

    def __init__(self, file: WorkbookFile) -> None:
        self._file = file

    def __missing__(self, key: str) -> str:
        if key.endswith("*"):
            return self[key[:-1]].rstrip("0123456789")[:-1] + "*"
        name, sign, steps = re.fullmatch(r"(.+?)([+-]?)(\d*)", key).groups()
        sheet, _, label = name.partition("|")
        if label:
            found = label_row(self._file.book, sheet, label)
        else:
            sheet, address = self._file.places[name]
            found = self._file.book[sheet][address]
        return f"{sheet}!{found.offset(0, int(f'{sign}{steps or 0}')).coordinate}"


# Breaks that openpyxl cannot make: (part, pattern, by, faults); @name@ is a name's address.
@dataclass(frozen=True)
class PartBreak:
    """A part of a workbook broken on purpose; stored values stay, as openpyxl's do not."""

    part: str
    pattern: str
    by: str
    faults: tuple[str, ...]
    workbook: str = ONE
    flavour: str = "native"


CALC, OWNERSHIP, CHECKS = (f"xl/worksheets/sheet{number}.xml" for number in (6, 4, 10))
CHART = "xl/charts/chart{}.xml".format
PART_BREAKS = {
    "no stored value": PartBreak(
        CALC,
        r'(<c r="(@out_tokens_per_mw@)"[^>]*><f>[^<]*</f>)<v>[^<]*</v>',
        r"\1",
        ("Calc!@out_tokens_per_mw@: no stored value",),
    ),
    "stored error": PartBreak(
        CALC,
        r'(<c r="@out_tokens_per_mw@")([^>]*)>(<f>[^<]*</f>)<v>[^<]*</v>',
        r'\1\2 t="e">\3<v>#NUM!</v>',
        ("Calc!@out_tokens_per_mw@: #NUM!",),
    ),
    "nothing spilled": PartBreak(
        OWNERSHIP,
        r'(<f t="array" ref="\w+:\w+">[^<]*</f><v>[^<]*</v></c><c [^>]*>)<v>[^<]*</v>',
        r"\1",
        ("Ownership!E*: no stored value", "chart3.xml: 'Ownership'!$E* holds [[]None, *"),
        flavour="addin",
    ),
    "failing check": PartBreak(
        CHECKS,
        r'(<c r="@check_inputs_in_limits@"[^>]*><f>[^<]*</f>)<v>1</v>',
        r"\1<v>0</v>",
        ("check_inputs_in_limits is False",),
    ),
    "no chart title": PartBreak(
        CHART(1), r"(<chart>)<title>.*?</title>", r"\1", ("chart1.xml: no title",)
    ),
    "chart title from a cell": PartBreak(
        CHART(1),
        r"(<title><tx>)<rich>.*?</rich>",
        r"\1<strRef><f>Calc!$B$1</f><strCache><ptCount val='1'/></strCache></strRef>",
        ("chart1.xml: its title is a cell's", "chart1.xml: Calc!$B$1 holds *"),
    ),
    "figure in a chart title": PartBreak(
        CHART(1),
        "Cost of a million tokens against",
        "Cost of a million tokens is 4.20 USD against",
        ("chart1.xml: a figure in its title: *",),
    ),
    "chart title without a unit": PartBreak(
        CHART(1),
        r"Cost of a million tokens against utilization, USD",
        "Cost of a million tokens against utilization",
        ("chart1.xml: its title says no unit: *",),
    ),
    "axis without a title": PartBreak(
        CHART(2),
        r"(<valAx>.*?)<title>.*?</title>",
        r"\1",
        ("chart2.xml: valAx has no title",),
    ),
    "axis without a unit": PartBreak(
        CHART(2),
        r"(<valAx>.*<a:t>)USD per million tokens",
        r"\1Cost",
        ("chart2.xml: valAx says no unit: Cost",),
    ),
    "hidden axis": PartBreak(
        CHART(2),
        r'<delete val="0"/>',
        r'<delete val="1"/>',
        ("chart2.xml: catAx is hidden",),
    ),
    "no alt text": PartBreak(
        "xl/drawings/drawing1.xml",
        r' descr="[^"]*"',
        "",
        ("drawing1.xml: a chart without alt text",),
    ),
    "alt text twice": PartBreak(
        "xl/drawings/drawing1.xml",
        r'( descr="[^"]*")(.*) descr="[^"]*"',
        r"\1\2\1",
        ("drawing1.xml: two charts with the alt text *",),
    ),
    "stale data": PartBreak(
        CHART(1),
        r"<v>4\.2\d+</v>",
        "<v>4.35</v>",
        (
            "chart1.xml: 'Summary'!$D$18:$E$18 holds [[]4.200178731009831, 0.12380952380952381], "
            "the chart keeps [[]4.35, 0.12380952380952381]",
        ),
        workbook=PAIR,
    ),
    "no log axis": PartBreak(
        CHART(2),
        '<logBase val="10"/>',
        "",
        (
            "chart2.xml: tokens per MW without a log axis",
            "chart2.xml: log axis is False, and its title says 'tok/s per MW, log scale'",
        ),
        workbook=PAIR,
    ),
    "bars of one grey": PartBreak(
        CHART(2), BASELINE_FILL, ACCENT, ("chart2.xml: its bars are the same grey",), workbook=PAIR
    ),
    "parts of one grey": PartBreak(
        CHART(3),
        INKS[Ink.THIRD],
        "B0C4B0",
        ("chart3.xml: Opex and Energy are the same grey",),
    ),
    "lines of one grey": PartBreak(
        CHART(6),
        f"{BASELINE_FILL}(.*?){BASELINE_FILL}",
        r"2B4A2B\g<1>2B4A2B",
        ("chart6.xml: Hopper and Blackwell are the same grey",),
        workbook=PAIR,
    ),
    "lines of one kind": PartBreak(
        CHART(6),
        r'<a:prstDash val="dash"/>(.*?)<symbol val="square"/>',
        r'<a:prstDash val="solid"/>\1<symbol val="circle"/>',
        ("chart6.xml: Hopper and Blackwell are the same line but for colour",),
        workbook=PAIR,
    ),
    "chart without a legend": PartBreak(
        CHART(3), r"<legend>.*?</legend>", "", ("chart3.xml: 5 series and no legend",)
    ),
    "hidden bars in the legend": PartBreak(
        CHART(4),
        r"<legendEntry>.*?</legendEntry>",
        "",
        ("chart4.xml: Beneath is in the legend",),
    ),
    "bars missing in the legend": PartBreak(
        CHART(4),
        r'<legendEntry><idx val="0"/>',
        '<legendEntry><idx val="1"/>',
        ("chart4.xml: Beneath is in the legend", "chart4.xml: Cost is not in the legend"),
    ),
    "series without a name": PartBreak(
        CHART(3), r"<tx><v>Capital</v></tx>", "", ("chart3.xml: series 0 has no name",)
    ),
    "pale text": PartBreak(CHART(1), GREY, "B0B8C0", ("chart1.xml: text in B0B8C0: contrast *",)),
    "external target": PartBreak(
        "xl/worksheets/_rels/sheet2.xml.rels",
        "</Relationships>",
        r'<Relationship Id="rId9" Type="x" Target="file:///c:/x.xlsx" TargetMode="External"/>'
        r"</Relationships>",
        ("xl/worksheets/_rels/sheet2.xml.rels: an external target",),
    ),
}

assert not BREAKS.keys() & PART_BREAKS.keys()
Seen = dict[str, set[str]]


def seen_in(file: WorkbookFile) -> Seen:
    """The faults that each rule sees, but for the time of saving, which openpyxl stamps."""
    return {
        rule.__name__: {fault for fault in rule(file) if not fault.startswith("modified is ")}
        for rule in RULES
    }


@pytest.fixture(scope="module")
def seen(built: Built) -> Callable[[str], Seen]:
    """What each rule sees anew in a workbook broken on purpose."""

    @cache
    def resaved(name: str, flavour: str) -> Seen:
        """The faults that openpyxl alone brings in when it saves."""
        return seen_in(built(name, flavour).edited(lambda _: None))

    @cache
    def found(name: str) -> Seen:
        if name in PART_BREAKS:
            broken = PART_BREAKS[name]
            file = built(broken.workbook, broken.flavour)
            pattern, by = (placed(file, text) for text in (broken.pattern, broken.by))
            return seen_in(file.replaced(broken.part, pattern, by))
        edit = BREAKS[name]
        known = resaved(edit.workbook, edit.flavour)
        after = seen_in(built(edit.workbook, edit.flavour).edited(edit.edit))
        return {rule: faults - known[rule] for rule, faults in after.items()}

    return found


def placed(file: WorkbookFile, text: str) -> str:
    """A text with the addresses of names."""
    return re.sub("@(.*?)@", lambda match: file.places[match[1]][1], text)


def unmatched(patterns: Iterable[str], found: Iterable[str]) -> tuple[list[str], list[str]]:
    """The patterns that nothing matches, and what matches none of them."""
    patterns, found = list(patterns), list(found)
    return (
        [p for p in patterns if not any(fnmatchcase(fault, p) for fault in found)],
        [fault for fault in found if not any(fnmatchcase(fault, p) for p in patterns)],
    )


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_workbook_is_seen(name: str, seen: Callable[[str], Seen], built: Built) -> None:
    broken = BREAKS[name]
    places = Places(built(broken.workbook, broken.flavour))
    expected = [fault.format_map(places) for fault in broken.faults]
    missed, more = unmatched(expected, set().union(*seen(name).values()))
    assert missed == []
    if not broken.more:
        assert more == []


@pytest.mark.parametrize("name", PART_BREAKS)
def test_a_broken_part_is_seen(name: str, seen: Callable[[str], Seen], built: Built) -> None:
    broken = PART_BREAKS[name]
    file = built(broken.workbook, broken.flavour)
    expected = [placed(file, fault) for fault in broken.faults]
    assert unmatched(expected, set().union(*seen(name).values())) == ([], [])


@pytest.mark.parametrize("rule", BY_RULE)
def test_every_rule_sees_something(rule: Any, seen: Callable[[str], Seen]) -> None:
    """No rule is dead: some workbook broken on purpose has a fault that it sees."""
    assert any(seen(name)[rule.__name__] for name in (*PART_BREAKS, *BREAKS))


def test_foreign_parts_are_seen(built: Built) -> None:
    file = built(ONE, "native")
    foreign = ["xl/vbaProject.bin", "xl/connections.xml", "xl/externalLinks/externalLink1.xml"]
    broken = file.with_parts({**file.parts, **dict.fromkeys(foreign, b"<x/>")})
    assert faults(broken) == [f"part {name}" for name in foreign]


# --- What is said of the file elsewhere


@pytest.mark.parametrize("kind", list(Flavour))
def test_a_flavour_is_known_by_its_cells(kind: Flavour, name: str, built: Built) -> None:
    assert flavour(built(name, kind)) == kind


def test_limits_are_those_of_the_function_table() -> None:
    """The contract's limits, against which the validations are tried, are the table's."""
    settings = {"utilization_point", "grid_step", "check_tolerance", "pflops_like_for_like"}
    assert LIMITS.keys() - INPUT_KINDS.keys() == settings
    for name in LIMITS.keys() - settings:
        table = {(bound.symbol, float(bound.value)) for bound in INPUT_KINDS[name].limits.bounds}
        assert table == {(symbol, float(bound)) for symbol, bound in LIMITS[name]}, name


def test_functions_are_those_of_the_table() -> None:
    """The contract's functions, by which the rules know a call, are the table's."""
    assert {function.worksheet_name for function in TABLE} == FUNCTION_NAMES


def test_both_platforms_are_named_as_contracted(built: Built) -> None:
    names = built(PAIR, "native").named()
    for output in ("cost_per_mtok", "tokens_per_mw", "joules_per_token", "flops_per_dollar"):
        assert {f"out_{output}_hopper", f"out_{output}_blackwell", f"rel_{output}"} <= names.keys()
    assert {name for name in names if re.match("in_utilization(?!_point)", name)} == {
        "in_utilization_hopper",
        "in_utilization_blackwell",
    }


def test_cover_names_the_package_that_built_it(workbook: WorkbookFile) -> None:
    package = label_row(workbook.book, "Cover", "Package").offset(0, 1).value
    assert package == f"xl_tco {xl_tco.__version__}"
    for sheet in workbook.book.worksheets:
        assert f"xl_tco {xl_tco.__version__}" in str(sheet.oddFooter.left.text)


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (2_833_333, '[>=1000000]0.00,,"M";[>=1000]0.00,"K";0.00', "M2.83"),
        (53_901, '[>=1000000]0.00,,"M";[>=1000]0.00,"K";0.00', "K53.90"),
        (90, '[>=1000000]0.00,,"M";[>=1000]0.00,"K";0.00', "90.00"),
        (0.124, '[<1]"$"0.000;"$"#,##0.00', "$0.124"),
        (1234.5, '[<1]"$"0.000;"$"#,##0.00', "$1,234.50"),
        (-1234.4, '"$"#,##0;-"$"#,##0', "-$1,234"),
        (0.5, "0.0%", "50.0%"),
        (1e-9, "0.0E+00", "1.0E-09"),
        (3, '"Year "0', "Year 3"),
    ],
)
def test_numbers_as_shown(value: float, code: str, text: str) -> None:
    """As long as Excel shows them, which is what counts for the width."""
    assert shown_as(value, code) == text


def test_wcag_examples() -> None:
    """Known ratios: black on white, and #767676, the lightest grey that passes on white."""
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("767676", "FFFFFF") == pytest.approx(4.54, abs=0.005)
    assert contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(("ink", "paper"), CONTRASTS)
def test_declared_contrasts(ink: str, paper: str) -> None:
    assert contrast(ink, paper) >= READABLE


def test_every_pair_of_colours_in_use_is_declared(workbook: WorkbookFile) -> None:
    used = {style_colours(style) for style in styles_of(workbook)}
    used |= {(ink, paper) for _, ink, paper in conditional_pairs(workbook)}
    assert used - set(CONTRASTS) == set()


def test_pandas_reads_the_stored_numbers(workbook: WorkbookFile) -> None:
    """Without any recalculation, as a previewer or a phone does."""
    frames = pandas.read_excel(io.BytesIO(workbook.content), sheet_name=None, header=None)
    assert list(frames) == workbook.book.sheetnames
    for (sheet, address), _ in workbook.formulas().items():
        place = workbook.book[sheet][address]
        seen = frames[sheet].iat[place.row - 1, place.column - 1]
        assert not pandas.isna(seen), f"{sheet}!{address}"
        assert seen == workbook.value(sheet, address)


def test_the_hopper_headline_is_stored(built: Built) -> None:
    """$4.20 and 54K per MW, with nothing but a reader of files."""
    for kind in Flavour:
        frame = pandas.read_excel(io.BytesIO(built(ONE, kind).content), "Summary", header=None)
        numbers = [value for value in frame.to_numpy().ravel() if isinstance(value, float)]
        assert any(round(value, 2) == 4.20 for value in numbers)
        assert any(round(value, -3) == 54_000 for value in numbers)


def test_source_date_epoch_sets_the_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")  # 2026-01-01T00:00:00Z
    file = WorkbookFile(build(ONE, "native").content)
    assert file.book.properties.created == datetime.datetime(2026, 1, 1)
    assert file.book.properties.modified == datetime.datetime(2026, 1, 1)


HOSTILE = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "=HYPERLINK(0)", "#REF!")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", list(Flavour))
def test_text_that_looks_like_a_formula_stays_text(
    text: str, kind: Flavour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    scenario = shipped()[ONE].read_text(encoding="utf-8")
    for title in ("title", "model"):
        old = next(line for line in scenario.splitlines() if line.startswith(f"{title} = "))
        scenario = scenario.replace(old, f'{title} = "{text}"')
    path = tmp_path / "mine.toml"
    path.write_text(scenario, encoding="utf-8")
    file = WorkbookFile(build(path, kind).content)
    assert faults(file) == []
    assert file.book.properties.title == text
    shown = [
        cell
        for sheet in file.book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == text
    ]
    assert {f"{cell.parent.title}!{cell.coordinate}" for cell in shown} >= {
        "Cover!A1",
        "Summary!A1",
    }
    raw = file.parts["xl/worksheets/sheet1.xml"].decode()
    assert f't="inlineStr"><is><t>{text}</t>' in raw
    assert not any(isinstance(cell.value, ArrayFormula) for cell in shown)


@pytest.mark.parametrize("kind", list(Flavour))
def test_the_longest_labels_fit(kind: Flavour, tmp_path: Path) -> None:
    """Formulas and titles hold the platforms' labels: at their longest too nothing is wrong."""
    text = shipped()[PAIR].read_text(encoding="utf-8")
    for label, longest in (
        ("Hopper", "Hopper with the rest"),
        ("Blackwell", "Blackwell and others"),
    ):
        assert f'label = "{label}"' in text
        text = text.replace(f'label = "{label}"', f'label = "{longest}"')
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    assert faults(WorkbookFile(build(path, kind).content)) == []


def test_text_that_became_a_formula_is_seen(built: Built) -> None:
    file = built(ONE, "native").edited(cell("Cover!A1", "=1+1"))
    assert formula_of(file.book["Cover"]["A1"]) == "=1+1"
    assert "Cover!A1: Heading title holds a formula" in faults(file)
