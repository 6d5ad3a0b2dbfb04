"""The rules on what Excel reads otherwise see what they are for, and nothing else."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from excel_faults import (
    as_shown,
    excel_faults,
    formats_stay_on_their_sheet,
    nothing_is_cut,
    reads_alike_everywhere,
)
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from workbook_file import WorkbookFile


def file_with(change: Callable[[Any], Any], **cells: Any) -> WorkbookFile:
    """A workbook of two sheets: numbers in A1:B9 of the first, the cells given, a change."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Here"
    book.create_sheet("There")
    for row in range(1, 10):
        sheet.append([row + 0.5, row])
        sheet.cell(row, 1).number_format = "0.00"
        sheet.cell(row, 2).number_format = "0"
    sheet["C1"] = "a word"
    for address, value in cells.items():
        sheet[address] = value
    for name, text in (("many", "Here!$A$1:$A$9"), ("one", "Here!$A$1"), ("double", "Here!$A$1*2")):
        book.defined_names.add(DefinedName(name, attr_text=text))
    change(sheet)
    saved = io.BytesIO()
    book.save(saved)
    return WorkbookFile(saved.getvalue())


def seen(rule: Any, formula: Any) -> list[str]:
    return list(rule(file_with(lambda _: None, E1=formula)))


class TestNothingIsCut:
    @pytest.mark.parametrize(
        ("formula", "shown"),
        [
            ("=INDEX(A1:A9,B1)", "=@INDEX(A1:A9,B1)"),
            ("=INDEX(many,B1)*2", "=@INDEX(many,B1)*2"),
            ('=IF(B1>0,INDEX(many,B1),"-")', '=@IF(B1>0,INDEX(many,B1),"-")'),
            ("=A1:A9*2", "=@A1:A9*2"),
            ("=many", "=@many"),
            # What LibreOffice computes of all cells, and Excel of one.
            ("=SUM(A1:A9*B1:B9)", "=SUM(@A1:A9*@B1:B9)"),
            ("=MAX(A1:A9*B1:B9)", "=MAX(@A1:A9*@B1:B9)"),
            ("=AVERAGE(A1:A9/B1:B9)", "=AVERAGE(@A1:A9/@B1:B9)"),
            ("=MATCH(1,A1:A9*B1:B9,0)", "=MATCH(1,@A1:A9*@B1:B9,0)"),
            ("=SUMPRODUCT(IF(A1:A9>3,B1:B9))", "=SUMPRODUCT(IF(@A1:A9>3,B1:B9))"),
            ("=SUMPRODUCT(MAX(ABS(A1:A9)))", "=SUMPRODUCT(MAX(ABS(@A1:A9)))"),
            ("=SUMPRODUCT(MAX(LEN(A1:A9)*B1:B9))", "=SUMPRODUCT(MAX(LEN(@A1:A9)*@B1:B9))"),
            ("=N(INDEX(A1:A9,B1:B9))", "=N(INDEX(A1:A9,@B1:B9))"),
        ],
    )
    def test_what_excel_cuts(self, formula: str, shown: str) -> None:
        assert seen(nothing_is_cut, formula) == [f"Here!E1: Excel shows {shown}"]

    @pytest.mark.parametrize(
        "formula",
        [
            "=N(INDEX(A1:A9,B1))",
            "=T(INDEX(many,MATCH(B1,B1:B9,0)))",
            "=SUMPRODUCT((A1:A9>3)*B1:B9)",
            "=SUMPRODUCT(MAX((A1:A9>3)*B1:B9))",
            "=SUMPRODUCT(MAX((many=B1)*(A1:A9<=B2)*many))",
            "=LOOKUP(2,1/(A1:A9>3),B1:B9)",
            "=SUM(many)+one",
            "=INDEX(A1:A9,2)",
            ArrayFormula("E1", "=INDEX(A1:A9,B1)"),
        ],
    )
    def test_what_it_does_not(self, formula: Any) -> None:
        assert seen(nothing_is_cut, formula) == []

    def test_a_name_that_is_a_formula_may_be_many(self) -> None:
        assert as_shown("=double+1", (("DOUBLE", "Here!$A$1:$A$9*2"),)) == "=@double+1"


class TestReadsAlikeEverywhere:
    @pytest.mark.parametrize(
        ("formula", "fault"),
        [
            ('=TEXT(A1,"0.00")', "TEXT with the format '0.00'"),
            ('=TEXT(A1,"$#,##0")', "TEXT with the format '$#,##0'"),
            ('=TEXT(A1,"yyyy-mm")', "TEXT with the format 'yyyy-mm'"),
            ("=TEXT(A1,C1)", "TEXT with the format None"),
            ('=IF(A1>1,"about "&TEXT(A1,"0.0"),C1)', "TEXT with the format '0.0'"),
            ("=FIXED(A1,1,TRUE)", "FIXED with the reader's signs"),
            ('=SUBSTITUTE(FIXED(A1,1),",",".")', "FIXED with the reader's signs"),
            ("=DOLLAR(A1)", "DOLLAR"),
            ('=VALUE("1.5")', "VALUE"),
            ('=DATEVALUE("2026-02-01")', "DATEVALUE"),
            ('=A1+"1.5"', "the number in text '1.5'"),
            ('=A1="2,5"', "the number in text '2,5'"),
            ('=COUNTIF(A1:A9,">2.5")', "the number in text '>2.5'"),
            ('="x"&A1', "A1 joined to a text"),
            ('="x"&one', "one joined to a text"),
            ('="x"&1.5', "the number 1.5 joined to a text"),
            ('="x"&ROUND(A1,1)', "ROUND joined to a text"),
            ('="x"&A1*2', "arithmetic joined to a text"),
            ('=C1&IF(B1>1,A1,"none")', "A1 joined to a text"),
            ('=COUNTIF(A1:A9,">"&A2)', "A2 joined to a text"),
            ('=CONCATENATE("x",A1)', "A1 joined to a text"),
            ("=LEFT(A1,3)", "A1 joined to a text"),
            ('=SUBSTITUTE(A1,"5","6")', "A1 joined to a text"),
        ],
    )
    def test_what_differs_by_country(self, formula: str, fault: str) -> None:
        assert f"Here!E1: {fault}" in seen(reads_alike_everywhere, formula)

    @pytest.mark.parametrize(
        "formula",
        [
            '=TEXT(A1,"0%")',
            '=SUBSTITUTE(FIXED(A1,2,TRUE),",",".")&"x"',
            '="$"&SUBSTITUTE(FIXED(A1,2,TRUE),MID(FIXED(0,1),2,1),".")',
            '=SUBSTITUTE(ROUND(A1,1),MID(FIXED(0,1),2,1),".")&" tok/s"',
            '="row "&B1&" of "&ROWS(A1:A9)',
            '=C1&IF(A1<1," lower"," higher")',
            '=COUNTIF(A1:A9,">"&B2)&" of 9"',
            "=A1*1.5",
        ],
    )
    def test_what_does_not(self, formula: str) -> None:
        assert seen(reads_alike_everywhere, formula) == []

    def test_names_are_looked_at(self) -> None:
        def named(sheet: Any) -> None:
            text = '_xlfn.LAMBDA(_xlpm.x,TEXT(_xlpm.x,"0.0"))'
            sheet.parent.defined_names.add(DefinedName("SAID", attr_text=text))

        file = file_with(named)
        assert "SAID: TEXT with the format '0.0'" in list(reads_alike_everywhere(file))


class TestFormatsStayOnTheirSheet:
    def test_what_reaches_out(self) -> None:
        def reach_out(sheet: Any) -> None:
            sheet.conditional_formatting.add("A1", FormulaRule(formula=["There!A1<1"]))
            sheet.conditional_formatting.add("A2", FormulaRule(formula=['A2="There!"']))
            sheet.conditional_formatting.add("A3", FormulaRule(formula=["one<1"]))
            for number, text in enumerate(("There!$A$1:$A$9", "many", '"a!,b"'), start=1):
                validation = DataValidation(type="list", formula1=text)
                validation.add(f"B{number}")
                sheet.add_data_validation(validation)

        assert list(formats_stay_on_their_sheet(file_with(reach_out))) == [
            "Here!A1 (format): There!A1<1",
            "Here!B1 (validation): There!$A$1:$A$9",
        ]


def test_a_plain_workbook_has_no_fault() -> None:
    assert excel_faults(file_with(lambda _: None)) == []
