"""The checklist for workbooks: no shipped one has a fault, and every rule sees what it is for."""

import datetime
import io
import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas
import pytest
from colour_contrast import contrast
from conftest import Built
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill, Protection
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from workbook_faults import LIMITS, READABLE, RULES, faults, flavour, style_colours, validations
from workbook_file import WorkbookFile, formula_of

import xl_tco
from xl_tco.functions import ARGUMENTS, TABLE
from xl_tco.hosts.cell_formulas import Flavour
from xl_tco.scenario.loading import shipped
from xl_tco.templates import build
from xl_tco.workbook.styles import CONTRASTS

ONE, PAIR = "hopper_hgx_h200", "hopper_vs_blackwell"
BY_RULE = [pytest.param(rule, id=rule.__name__) for rule in RULES]


@pytest.mark.parametrize("rule", BY_RULE)
def test_no_shipped_workbook_has_a_fault(rule: Any, workbook: WorkbookFile) -> None:
    assert list(rule(workbook)) == []


# --- Broken on purpose: (workbook, what is done to it, the faults that must be seen)


@dataclass(frozen=True)
class Break:
    """A workbook broken on purpose, and all the new faults that must be seen then."""

    edit: Callable[[Workbook], Any]
    faults: tuple[str, ...]
    workbook: str = ONE
    more: bool = False


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


def another_step(book: Workbook) -> None:
    found = at(book, "out_tokens_per_mw_blackwell")
    found.value = found.value.replace("*1000/", "*1*1000/")


def another_link(book: Workbook) -> None:
    link = label_row(book, "Calc", "Power per GPU").offset(0, 2)
    link.value = "=Inputs!C8"


def unused_alarm(book: Workbook) -> None:
    book["Calc"].conditional_formatting = type(book["Calc"].conditional_formatting)()


def short_master(book: Workbook) -> None:
    found = at(book, "check_master")
    found.value = re.sub(r":C(\d+)", lambda last: f":C{int(last[1]) - 1}", found.value)


def select(book: Workbook) -> None:
    book["Calc"].sheet_view.tabSelected = True


def unvalidated(book: Workbook) -> None:
    rules = book["Inputs"].data_validations
    place = at(book, "in_pue").coordinate
    rules.dataValidation = [rule for rule in rules.dataValidation if str(rule.sqref) != place]


BREAKS = {
    "order": Break(
        lambda book: book.move_sheet("Sources", -1),
        ("sheets in the order Cover, Summary, Inputs, Calc, Sources, Checks",),
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
    "opens elsewhere": Break(lambda book: setattr(book, "active", 3), ("opens on Calc",)),
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
    "no style": Break(cell("Cover!F3", "mine"), ("Cover!F3: no named style",)),
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
        cell("Calc!D11", "=Inputs!C13*1"),
        ("Calc!D11: Link is not a reference to another sheet",),
        more=True,
    ),
    "calculation links": Break(
        put("check_power_basis", value="=Inputs!C9"), ("{check_power_basis}: Check is a link",)
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
    "number on Calc": Break(
        cell("Calc!F3", 1.3), ("Calc!F3: the number 1.3", "Calc!F3: no named style")
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
        validation("in_utilization", formula1="AND(ISNUMBER(C11),C11>=0,C11<1)"),
        (
            "{in_utilization}: 0 is accepted",
            "{in_utilization}: 1 is refused",
        ),
    ),
    "text allowed": Break(
        validation("in_kw_per_gpu", formula1="C12>0"),
        tuple(f"{{in_kw_per_gpu}}: {value!r} is accepted" for value in ("x", "1", True)),
    ),
    "other words": Break(
        validation("in_power_basis", formula1='"utility,it,none"'),
        ('{in_power_basis}: list "utility,it,none", not the list utility,it',),
    ),
    "volatile": Break(
        put("out_joules_per_token", value='=INDIRECT("D7")/D6'),
        ("{out_joules_per_token}: INDIRECT",),
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
        another_step,
        (
            "Calc!row 17: =IF((R[-9]C[0]<=0)+(R[-7]C[0]<=0)+(R[-6]C[0]<1),#NUM!,"
            "R[-9]C[0]*1*1000/(R[-7]C[0]*R[-6]C[0])) | "
            "=IF((R[-9]C[0]<=0)+(R[-7]C[0]<=0)+(R[-6]C[0]<1),#NUM!,"
            "R[-9]C[0]*1000/(R[-7]C[0]*R[-6]C[0]))",
        ),
        PAIR,
    ),
    "link astray": Break(
        another_link,
        ("Calc!D10: another step than D9", "Calc!D11: another step than D10"),
        more=True,
    ),
    "name broken": Break(
        redefine("out_cost_per_mtok", "Calc!#REF!"), ("out_cost_per_mtok: #REF!",), more=True
    ),
    "name astray": Break(
        redefine("in_pue", "Inputs!$B$13"),
        ("in_pue: Inputs!B13 is Text label", "{in_pue}: an input without a name"),
    ),
    "name of a range": Break(
        redefine("rel_all", "Calc!$F$36:$F$42"), ("rel_all: refers to Calc!$F$36:$F$42",), PAIR
    ),
    "name of no kind": Break(redefine("price", "Calc!$D$6"), ("price: a name of no kind",)),
    "output's name gone": Break(
        forget("out_joules_per_token"),
        ("no name out_joules_per_token", "{out_joules_per_token}: no name"),
    ),
    "ratio's name gone": Break(
        forget("rel_cost_per_mtok"),
        ("no name rel_cost_per_mtok", "{rel_cost_per_mtok}: no name"),
        PAIR,
    ),
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
    "page number": Break(
        sheet("Inputs", lambda it: setattr(it.oddFooter.right, "text", "Page")),
        ("Inputs: no page number in the footer",),
    ),
}


class Places(dict[str, str]):
    """Addresses by defined name; ``in_pue+2`` is two columns to the right of ``in_pue``."""

    def __init__(self, file: WorkbookFile) -> None:
        self._file = file

    def __missing__(self, key: str) -> str:
        name, sign, steps = re.fullmatch(r"(\w+)([+-]?)(\d*)", key).groups()
        sheet, address = self._file.places[name]
        found = self._file.book[sheet][address].offset(0, int(f"{sign}{steps or 0}"))
        return f"{sheet}!{found.coordinate}"


def lasting_faults(file: WorkbookFile) -> set[str]:
    """All faults but the time of saving, which openpyxl stamps."""
    return {fault for fault in faults(file) if not fault.startswith("modified is ")}


@pytest.fixture(scope="module")
def resaved(built: Built) -> Callable[[str], set[str]]:
    """The faults that openpyxl alone brings in when it saves."""
    known: dict[str, set[str]] = {}

    def found(name: str) -> set[str]:
        if name not in known:
            known[name] = lasting_faults(built(name, "native").edited(lambda _: None))
        return known[name]

    return found


@pytest.mark.parametrize("broken", BREAKS.values(), ids=list(BREAKS))
def test_a_broken_workbook_is_seen(
    broken: Break, built: Built, resaved: Callable[[str], set[str]]
) -> None:
    file = built(broken.workbook, "native")
    expected = {fault.format_map(Places(file)) for fault in broken.faults}
    new = lasting_faults(file.edited(broken.edit)) - resaved(broken.workbook)
    assert expected <= new
    if not broken.more:
        assert new == expected


# Breaks that openpyxl cannot make: (part, pattern, by, faults)
PART_BREAKS = {
    "no stored value": (
        "xl/worksheets/sheet4.xml",
        r'(<c r="(@out_tokens_per_mw@)"[^>]*><f>[^<]*</f>)<v>[^<]*</v>',
        r"\1",
        "Calc!@out_tokens_per_mw@: no stored value",
    ),
    "stored error": (
        "xl/worksheets/sheet4.xml",
        r'(<c r="@out_tokens_per_mw@")([^>]*)>(<f>[^<]*</f>)<v>[^<]*</v>',
        r'\1\2 t="e">\3<v>#NUM!</v>',
        "Calc!@out_tokens_per_mw@: #NUM!",
    ),
    "failing check": (
        "xl/worksheets/sheet5.xml",
        r'(<c r="@check_inputs_in_limits@"[^>]*><f>[^<]*</f>)<v>1</v>',
        r"\1<v>0</v>",
        "check_inputs_in_limits is False",
    ),
    "chart title typed": (
        "xl/charts/chart1.xml",
        r"<tx><strRef><f>[^<]*</f><strCache>.*?</strCache></strRef></tx>",
        "",
        "chart1.xml: its title is not a cell's",
    ),
    "chart title from a constant": (
        "xl/charts/chart1.xml",
        r"<strRef><f>Calc![^<]*</f><strCache>.*?</strCache></strRef>",
        r"<strRef><f>Cover!$A$1</f><strCache><pt idx='0'><v>HGX H200 (Hopper)</v></pt></strCache>"
        r"</strRef>",
        "chart1.xml: its title's cell is not a formula",
    ),
    "axis without a title": (
        "xl/charts/chart2.xml",
        r"(<valAx>.*?)<title>.*?</title>",
        r"\1",
        "chart2.xml: valAx has no title",
    ),
    "axis without a unit": (
        "xl/charts/chart2.xml",
        r"(<valAx>.*<a:t>)USD per million tokens",
        r"\1Cost",
        "chart2.xml: valAx says no unit: Cost",
    ),
    "hidden axis": (
        "xl/charts/chart2.xml",
        r'<delete val="0"/>',
        r'<delete val="1"/>',
        "chart2.xml: catAx is hidden",
    ),
    "no alt text": (
        "xl/drawings/drawing1.xml",
        r' descr="[^"]*"',
        "",
        "drawing1.xml: a chart without alt text",
    ),
    "external target": (
        "xl/worksheets/_rels/sheet2.xml.rels",
        "</Relationships>",
        r'<Relationship Id="rId9" Type="x" Target="file:///c:/x.xlsx" TargetMode="External"/>'
        r"</Relationships>",
        "xl/worksheets/_rels/sheet2.xml.rels: an external target",
    ),
}


@pytest.mark.parametrize("case", PART_BREAKS.values(), ids=list(PART_BREAKS))
def test_a_broken_part_is_seen(case: tuple[str, str, str, str], built: Built) -> None:
    file = built(ONE, "native")
    part, pattern, by, expected = (
        re.sub("@(.*)@", lambda match: file.places[match[1]][1], text) for text in case
    )
    assert faults(file.replaced(part, pattern, by)) == [expected]


def test_stale_chart_data_are_seen(built: Built) -> None:
    stale = built(PAIR, "native").replaced("xl/charts/chart1.xml", r"<v>4\.2\d+</v>", "<v>4.35</v>")
    assert faults(stale) == [
        "chart1.xml: 'Summary'!$D$18:$E$18 holds [4.200178731009831, 0.12380952380952381], "
        "the chart keeps [4.35, 0.12380952380952381]"
    ]


@pytest.mark.parametrize(
    ("pattern", "by", "expected"),
    [
        (
            '<logBase val="10"/>',
            "",
            [
                "chart2.xml: tokens per MW without a log axis",
                "chart2.xml: log axis is False, and its title says 'tok/s per MW, log scale'",
            ],
        ),
        ("8D9AA6", "14506E", ["chart2.xml: its bars are the same grey"]),
    ],
)
def test_a_misleading_chart_is_seen(
    pattern: str, by: str, expected: list[str], built: Built
) -> None:
    assert faults(built(PAIR, "native").replaced("xl/charts/chart2.xml", pattern, by)) == expected


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
    for name in LIMITS.keys() & ARGUMENTS.keys():
        table = {(bound.symbol, float(bound.value)) for bound in ARGUMENTS[name].limits.bounds}
        assert table == {(symbol, float(bound)) for symbol, bound in LIMITS[name]}, name
    arguments = {argument.name for function in TABLE for argument in function.arguments}
    assert arguments - LIMITS.keys() == {"candidate", "baseline"}


def test_both_platforms_are_named_as_contracted(built: Built) -> None:
    names = built(PAIR, "native").named()
    for output in ("cost_per_mtok", "tokens_per_mw", "joules_per_token", "flops_per_dollar"):
        assert {f"out_{output}_hopper", f"out_{output}_blackwell", f"rel_{output}"} <= names.keys()
    assert {name for name in names if name.startswith("in_utilization")} == {
        "in_utilization_hopper",
        "in_utilization_blackwell",
    }


def test_cover_names_the_package_that_built_it(workbook: WorkbookFile) -> None:
    package = label_row(workbook.book, "Cover", "Package").offset(0, 1).value
    assert package == f"xl_tco {xl_tco.__version__}"
    for sheet in workbook.book.worksheets:
        assert f"xl_tco {xl_tco.__version__}" in str(sheet.oddFooter.left.text)


def test_wcag_examples() -> None:
    """Known ratios: black on white, and #767676, the lightest grey that passes on white."""
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("767676", "FFFFFF") == pytest.approx(4.54, abs=0.005)
    assert contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(("ink", "paper"), CONTRASTS)
def test_declared_contrasts(ink: str, paper: str) -> None:
    assert contrast(ink, paper) >= READABLE


def test_every_pair_of_colours_in_use_is_declared(workbook: WorkbookFile) -> None:
    used = {style_colours(style) for style in workbook.book._named_styles if style.name != "Normal"}
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


def test_text_that_became_a_formula_is_seen(built: Built) -> None:
    file = built(ONE, "native").edited(cell("Cover!A1", "=1+1"))
    assert formula_of(file.book["Cover"]["A1"]) == "=1+1"
    assert "Cover!A1: Heading title holds a formula" in faults(file)
