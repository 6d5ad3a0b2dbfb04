"""The zip parts of every shipped workbook: our own lint, and openxml-audit."""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from itertools import permutations
from pathlib import Path
from zipfile import BadZipFile

import openpyxl
import pytest
from conftest import Built
from openpyxl.styles import Font
from openxml_audit import FileFormat, OpenXmlValidator
from package_lint import (
    RULES,
    Package,
    balanced,
    lint,
    looks_like_a_cell,
    well_formed,
    zip_is_plain,
)
from workbook_file import WorkbookFile

from xl_tco.hosts.cell_formulas import Flavour

ONE = "hopper_hgx_h200"
BOOK, TYPES = "xl/workbook.xml", "[Content_Types].xml"
CALC, INPUTS, STYLES = "xl/worksheets/sheet6.xml", "xl/worksheets/sheet3.xml", "xl/styles.xml"
OWNERSHIP, CHART = "xl/worksheets/sheet4.xml", "xl/charts/chart3.xml"
RELS = "xl/_rels/workbook.xml.rels"


@pytest.mark.parametrize("flavour", list(Flavour))
def test_no_shipped_workbook_has_a_fault(flavour: Flavour, name: str, built: Built) -> None:
    assert lint(built(name, flavour), flavour) == []


# What is done to a part of a flavour, and all that the lint must say then.
# @name@ is the address of a name; * in a fault is anything.
BREAKS = {
    "not well-formed": ("native", CALC, "</sheetData>", "", [f"{CALC}: not well-formed"]),
    "entities": (
        "native",
        BOOK,
        "^",
        "<!DOCTYPE x [<!ENTITY e 'x'>]>",
        [f"{BOOK}: a document type declaration"],
    ),
    "dangling relation": (
        "native",
        RELS,
        "theme/theme1.xml",
        "theme/theme2.xml",
        [
            f"{RELS}: * points to xl/theme/theme2.xml, which is not there",
            "xl/theme/theme1.xml: nothing points to it",
        ],
    ),
    "unknown id": (
        "native",
        "xl/worksheets/sheet2.xml",
        'r:id="rId1"',
        'r:id="rId7"',
        ["xl/worksheets/sheet2.xml: rId7 is not related to anything"],
    ),
    "no content type": (
        "native",
        TYPES,
        '<Override[^>]*PartName="/xl/charts/chart1.xml"[^>]*/>',
        "",
        ["xl/charts/chart1.xml: no content type of its own"],
    ),
    "content type of nothing": (
        "native",
        TYPES,
        "</Types>",
        '<Override PartName="/xl/x.xml" ContentType="x"/></Types>',
        ["/xl/x.xml: a content type of no part"],
    ),
    "two content types": (
        "native",
        TYPES,
        r'(<Override[^>]*PartName="/xl/styles.xml"[^>]*/>)',
        r"\1\1",
        ["/xl/styles.xml: 2 content types"],
    ),
    "metadata not related": (
        "lambda",
        RELS,
        r'<Relationship [^>]*metadata.xml"[^>]*/>',
        "",
        ["xl/metadata.xml: nothing points to it", "cells with cm, and no relation to metadata"],
    ),
    "metadata without type": (
        "lambda",
        TYPES,
        r'<Override[^>]*/xl/metadata.xml"[^>]*/>',
        "",
        [
            "xl/metadata.xml: no content type of its own",
            "cells with cm, and no content type of metadata",
        ],
    ),
    "metadata short": (
        "lambda",
        CALC,
        'cm="1"',
        'cm="2"',
        ["sheet6!*: cm=2, of 1", "sheet6!*: t=array, cm=2"],
    ),
    "comment too long": (
        "lambda",
        BOOK,
        'comment="',
        'comment="' + "c" * 200,
        ["COST_PER_MTOK: a comment of * characters"],
    ),
    "brackets": (
        "lambda",
        BOOK,
        r"_xlop\.utilization,",
        "[_xlpm.utilization],",
        [
            "COST_PER_MTOK: not in the form _xlfn.LAMBDA(_xlpm.…,_xlop.…,…)",
            "COST_PER_MTOK: brackets around a parameter",
        ],
    ),
    "no prefix": (
        "lambda",
        BOOK,
        r"_xlfn\.LAMBDA",
        "LAMBDA",
        [
            "COST_PER_MTOK: LAMBDA without _xlfn.",
            "COST_PER_MTOK: not in the form _xlfn.LAMBDA(_xlpm.…,_xlop.…,…)",
        ],
    ),
    "no prefix within": (
        "lambda",
        BOOK,
        r"_xlfn\.LET",
        "LET",
        ["COST_PER_MTOK: LET without _xlfn."],
    ),
    "optional in the body": (
        "lambda",
        BOOK,
        r"ISOMITTED\(_xlpm\.utilization",
        "ISOMITTED(_xlop.utilization",
        ["COST_PER_MTOK: _xlop. in the body"],
    ),
    "unbalanced": (
        "lambda",
        BOOK,
        r"\)</definedName>",
        "</definedName>",
        ["COST_PER_MTOK: parentheses do not balance"],
    ),
    "too long": (
        "lambda",
        BOOK,
        r"\)</definedName>",
        "+0" * 4000 + ")</definedName>",
        ["COST_PER_MTOK: a text of * characters"],
    ),
    "leading equals sign": (
        "lambda",
        BOOK,
        r">_xlfn\.LAMBDA",
        ">=_xlfn.LAMBDA",
        [
            "COST_PER_MTOK: its text is '=_xlfn.LA'",
            "COST_PER_MTOK: not in the form _xlfn.LAMBDA(_xlpm.…,_xlop.…,…)",
        ],
    ),
    "defined twice": (
        "native",
        BOOK,
        "</definedNames>",
        '<definedName name="IN_PUE">Inputs!$C$13</definedName></definedNames>',
        ["in_pue: defined 2 times"],
    ),
    "like a cell": (
        "native",
        BOOK,
        'name="in_pue"',
        'name="PUE1"',
        ["PUE1: reads like a cell"],
    ),
    "not a name": ("native", BOOK, 'name="in_pue"', 'name="in pue"', ["in pue: not a name"]),
    "lambda gone": (
        "lambda",
        BOOK,
        r'<definedName name="TOKENS_PER_MW".*?</definedName>',
        "",
        ["TOKENS_PER_MW: called, and no LAMBDA"],
    ),
    "lambda in native": (
        "native",
        BOOK,
        "</definedNames>",
        '<definedName name="F">_xlfn.LAMBDA(_xlpm.x,_xlpm.x)</definedName></definedNames>',
        ["F: a LAMBDA in the native flavour"],
    ),
    "lambda in addin": (
        "addin",
        BOOK,
        "</definedNames>",
        '<definedName name="F">_xlfn.LAMBDA(_xlpm.x,_xlpm.x)</definedName></definedNames>',
        ["F: a LAMBDA in the addin flavour"],
    ),
    "call in native": (
        "native",
        CALC,
        r'(<c r="@out_flops_per_dollar@"[^>]*><f>)[^<]*',
        r"\1FLOPS_PER_DOLLAR(D7,D6)",
        ["sheet6!@out_flops_per_dollar@: calls a function in the native flavour"],
    ),
    "plain call": (
        "addin",
        CALC,
        r'(<c r="\w+"[^>]*) cm="1"([^>]*><f) t="array" ref="\w+"',
        r"\1\2",
        ["sheet6!*: a call that Excel shows with @"],
    ),
    "call without cm": (
        "lambda",
        CALC,
        ' cm="1"',
        "",
        ["sheet6!*: t=array, cm=None"],
    ),
    "spills": (
        "lambda",
        CALC,
        r'(t="array" ref=")\w+',
        r"\1A1:Z9",
        ["sheet6!*: spills over A1:Z9"],
    ),
    "spills too little": (
        "addin",
        OWNERSHIP,
        r'(t="array" ref="D(\d+)):G\d+',
        r"\1:F\2",
        ["sheet4!D*: spills over D*:F*"],
    ),
    "nothing spilled": (
        "addin",
        OWNERSHIP,
        r'(ref="D\d+:G\d+">[^<]*</f><v>[^<]*</v></c><c [^>]*>)<v>[^<]*</v>',
        r"\1",
        ["sheet4!E*: no value where D* spills"],
    ),
    "in the way": (
        "lambda",
        OWNERSHIP,
        r'(ref="D\d+:G\d+">[^<]*</f><v>[^<]*</v></c><c [^>]*>)(<v>)',
        r"\1<f>0+0</f>\2",
        ["sheet4!E*: in the way of what D* spills"],
    ),
    "name of a lambda gone": (
        "lambda",
        BOOK,
        r'<definedName name="catalog_platforms".*?</definedName>',
        "",
        ["*: catalog_platforms is no name of the workbook"],
    ),
    "name in a cell gone": (
        "native",
        BOOK,
        r'<definedName name="catalog_until".*?</definedName>',
        "",
        ["sheet8!*: catalog_until is no name of the workbook"] * 4,
    ),
    "name of another sheet": (
        "native",
        BOOK,
        r">Catalog!\$B",
        ">Katalog!$B",
        ["catalog_*: refers to Katalog!$B*"],
    ),
    "name that moves": (
        "native",
        BOOK,
        r">Catalog!\$B",
        ">Catalog!B",
        ["catalog_*: refers to Catalog!B*"],
    ),
    "series numbered twice": (
        "native",
        CHART,
        r'<idx val="1"/>',
        '<idx val="0"/>',
        ["chart3: idx 0 2 times"],
    ),
    "order twice": (
        "native",
        CHART,
        r'<order val="1"/>',
        '<order val="0"/>',
        ["chart3: order 0 2 times"],
    ),
    "legend of nothing": (
        "native",
        "xl/charts/chart4.xml",
        r'<legendEntry><idx val="0"/>',
        '<legendEntry><idx val="9"/>',
        ["chart4: a legend entry of series 9"],
    ),
    "a point missing": (
        "native",
        CHART,
        r'(<val>.*?)<pt idx="1">.*?</pt>',
        r"\1",
        ["chart3: series 0 keeps 1 of 2 points"],
    ),
    "fewer values": (
        "native",
        CHART,
        r'(<val>.*?)<ptCount val="2"/>(<pt idx="0">.*?</pt>)<pt idx="1">.*?</pt>',
        r'\1<ptCount val="1"/>\2',
        ["chart3: series 0 has 1 values for 2 categories"],
    ),
    "array of no call": (
        "addin",
        CALC,
        r"(<f t=.array. ref=.\w+.>)[^<]*",
        r"\1D7/D6",
        ["sheet6!*: an array formula that calls none of our functions"],
    ),
    "not computed": ("native", BOOK, ' fullCalcOnLoad="1"', "", ["not computed on load"]),
    "unknown style": (
        "native",
        CALC,
        r'<c r="@out_flops_per_dollar@" s="\d+"',
        '<c r="@out_flops_per_dollar@" s="900"',
        [f"{CALC}!@out_flops_per_dollar@: style 900 of *"],
    ),
    "unknown look": (
        "native",
        CALC,
        r'dxfId="0"',
        'dxfId="77"',
        [f"{CALC}: conditional look 77 of *"],
    ),
    "rows out of order": (
        "native",
        CALC,
        r'(<row r="2".*?</row>)(<row r="3"[^>]*?/>|<row r="3".*?</row>)',
        r"\2\1",
        [f"{CALC}: rows out of order"],
    ),
    "cells out of order": (
        "native",
        CALC,
        r'(<c r="B6".*?</c>)(<c r="C6".*?</c>)',
        r"\2\1",
        [f"{CALC}: cells out of order in row 6"],
    ),
    "cell astray": (
        "native",
        CALC,
        '<c r="B6"',
        '<c r="B7"',
        [f"{CALC}: B7 in row 6"],
    ),
    "unknown type": (
        "native",
        CALC,
        r'(<c r="B6"[^>]*) t="\w+"',
        r'\1 t="zz"',
        [f"{CALC}!B6: of type zz"],
    ),
    "text too long": (
        "native",
        CALC,
        r'(<c r="B6"[^>]*><is><t>)',
        r"\1" + "x" * 32_767,
        [f"{CALC}!B6: a text too long"],
    ),
    "formula too long": (
        "native",
        CALC,
        r'(<c r="@out_flops_per_dollar@"[^>]*><f>)',
        r"\g<1>" + "0+" * 4100,
        ["sheet6!@out_flops_per_dollar@: a formula too long"],
    ),
    "formula unbalanced": (
        "native",
        CALC,
        r'(<c r="@out_flops_per_dollar@"[^>]*><f>)[^<]*',
        r"\1D7/(D6",
        ["sheet6!@out_flops_per_dollar@: not a formula: 'D7/(D6'"],
    ),
    "newer function": (
        "native",
        CALC,
        r'(<c r="@out_flops_per_dollar@"[^>]*><f>)[^<]*',
        r"\1LET(x,D7,x/D6)",
        [
            "sheet6!@out_flops_per_dollar@: x is no name of the workbook",
            "sheet6!@out_flops_per_dollar@: LET without _xlfn.",
        ],
    ),
    "prompt too long": (
        "native",
        INPUTS,
        r'(sqref="@in_pue@"[^>]*) prompt="',
        r'\1 prompt="' + "p" * 256,
        [f"{INPUTS}!@in_pue@: prompt too long"],
    ),
    "prompt title too long": (
        "native",
        INPUTS,
        r'(sqref="@in_pue@"[^>]*) promptTitle="',
        r'\1 promptTitle="' + "p" * 33,
        [f"{INPUTS}!@in_pue@: promptTitle too long"],
    ),
}


@pytest.mark.parametrize("case", BREAKS.values(), ids=list(BREAKS))
def test_a_broken_part_is_seen(case: tuple[str, str, str, str, list[str]], built: Built) -> None:
    flavour, part, pattern, by, expected = case
    file = built(ONE, flavour)

    found = lint(file.replaced(part, placed(file, pattern), placed(file, by)), flavour)
    assert len(found) == len(expected), found
    for fault, pattern in zip(found, expected, strict=True):
        assert fnmatchcase(fault, placed(file, pattern)), fault


def placed(file: WorkbookFile, text: str) -> str:
    """A text with the addresses of names."""
    return re.sub("@(.*?)@", lambda match: file.places[match[1]][1], text)


def test_every_rule_sees_something(built: Built) -> None:
    """No rule is dead: each has a workbook broken on purpose with a fault that it sees."""
    seen: set[str] = set()
    for flavour, part, pattern, by, _ in BREAKS.values():
        file = built(ONE, flavour)
        pattern, by = placed(file, pattern), placed(file, by)
        package = Package(file.replaced(part, pattern, by), flavour)
        if not list(well_formed(package)):
            seen |= {rule.__name__ for rule in RULES if list(rule(package))}
    assert {rule.__name__ for rule in RULES} - seen == {zip_is_plain.__name__}


def with_more_styles(parts: dict[str, bytes]) -> dict[str, bytes]:
    more = b"<xf/>" * 200 + b"</cellXfs>"
    return {**parts, STYLES: parts[STYLES].replace(b"</cellXfs>", more)}


def with_calc_chain(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {**parts, "xl/calcChain.xml": b"<calcChain/>"}


def with_two_cases(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {**parts, "XL/Styles.xml": parts[STYLES]}


def with_a_way_out(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {**parts, "../evil.xml": b"<x/>"}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (with_more_styles, "2* cell formats"),
        (with_calc_chain, "xl/calcChain.xml: a stored order of calculation"),
        (with_two_cases, "xl/styles.xml: 2 times in the zip"),
        (with_a_way_out, "../evil.xml: leads elsewhere"),
    ],
)
def test_a_broken_package_is_seen(
    edit: Callable[[dict[str, bytes]], dict[str, bytes]], expected: str, built: Built
) -> None:
    file = built(ONE, "native")
    found = lint(file.with_parts(edit(file.parts)), "native")
    assert any(fnmatchcase(fault, expected) for fault in found), found


def test_damage_is_seen(built: Built) -> None:
    """One byte changed, as on a bad disk."""
    content = bytearray(built(ONE, "native").content)
    content[content.index(b"Waterline")] = ord("w")
    with pytest.raises(BadZipFile):
        lint(WorkbookFile(bytes(content)), "native")


def test_a_file_of_another_flavour_is_seen(built: Built) -> None:
    """What is right in one flavour is a fault in another."""
    for flavour, other in permutations(Flavour, 2):
        assert lint(built(ONE, flavour), other) != [], (flavour, other)


def test_names_that_read_like_cells() -> None:
    like = ["A1", "xfd1048576", "R", "c", "R1C1", "r2", "LOG10"]
    unlike = ["in_pue", "XFE1", "A1048577", "A0", "COST_PER_MTOK", "RELATIVE", "check_master"]
    assert [name for name in like if not looks_like_a_cell(name)] == []
    assert [name for name in unlike if looks_like_a_cell(name)] == []


def test_balance() -> None:
    assert balanced('IF(A1="(",1,2)')
    assert not balanced("IF(A1,(1)")
    assert not balanced("1)+(2")


# --- openxml-audit

# What it says of any file of openpyxl 3.1, and Excel opens without repair.
OPENPYXL = {
    # openpyxl writes a font's name first; the schema has b, i, u, color before it.
    ("/xl/styles.xml", "Unexpected element '*' found", ("b", "color", "i", "u")),
    # openpyxl writes texts into the cells; Excel moves them to a table of strings when it saves.
    ("/xl/worksheets/sheet*.xml", "Worksheet sheet*.xml has * inline-string cell(s) *", ("c",)),
}


def audit(file: WorkbookFile, folder: Path) -> list[str]:
    """What openxml-audit finds, the baseline left out."""
    path = folder / "audited.xlsx"
    path.write_bytes(file.content)
    found = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365, max_errors=0).validate(path)
    return [
        f"{error.part_uri}: {error.description}"
        for error in found.errors
        if not any(
            fnmatchcase(error.part_uri, part)
            and fnmatchcase(error.description, words)
            and error.node in nodes
            for part, words, nodes in OPENPYXL
        )
    ]


def test_openxml_audit_finds_nothing_but_the_baseline(
    workbook: WorkbookFile, tmp_path: Path
) -> None:
    assert audit(workbook, tmp_path) == []


def test_the_baseline_is_of_openpyxl_itself(tmp_path: Path) -> None:
    """A plain file of openpyxl has the same findings; when it has not, the baseline may go."""
    book = openpyxl.Workbook()
    book.active["A1"] = "text"
    book.active["A1"].font = Font(name="Calibri", bold=True, italic=True, color="FF0000")
    path = tmp_path / "plain.xlsx"
    book.save(path)
    found = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365, max_errors=0).validate(path)
    assert {error.part_uri for error in found.errors} == {
        "/xl/styles.xml",
        "/xl/worksheets/sheet1.xml",
    }
    assert audit(WorkbookFile(path.read_bytes()), tmp_path) == []


@pytest.mark.parametrize(
    ("part", "pattern", "by", "part_uri"),
    [
        (CALC, "<sheetData>", '<mergeCells><mergeCell ref="A1:B1"/></mergeCells><sheetData>', CALC),
        (CALC, "</sheetData>", "</sheetData><foo/>", CALC),
        (CALC, r'(<c r="B6"[^>]*) t="\w+"', r'\1 t="zz"', CALC),
    ],
)
def test_openxml_audit_sees_a_broken_part(
    part: str, pattern: str, by: str, part_uri: str, built: Built, tmp_path: Path
) -> None:
    found = audit(built(ONE, "native").replaced(part, pattern, by), tmp_path)
    assert found
    assert {fault.partition(":")[0] for fault in found} == {f"/{part_uri}"}
