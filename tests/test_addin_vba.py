"""The add-in's VBA, run: which formulas are entered again, on which sheets, and what stays."""

import io
import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
import vba_bench
from conftest import Built
from libreoffice import LibreOffice
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.formula import ArrayFormula
from pyopenvba.apps.excel import ExcelApplication

from xl_tco.functions import TABLE

ONE = "hopper_vs_blackwell"
OURS = " COST_PER_MTOK RELATIVE PLATFORM_FIGURE "
PROBE = f"""
Public Function Tried(ByVal formula As String) As String
    Dim names As String
    Tried = XlTcoReentered(formula, "{OURS}", names)
    Tried = Tried & "|" & Trim$(names)
End Function

Public Function TriedPlain(ByVal text As String) As Boolean
    TriedPlain = XlTcoIsPlain(text)
End Function
"""

# Entered again: the formula, what is entered, the names it uses.
ENTERED = [
    ("=COST_PER_MTOK(1,2)", "=COST_PER_MTOK(1,2)", ""),
    ("=cost_per_mtok(1,2)", "=cost_per_mtok(1,2)", ""),
    ("=COST_PER_MTOK(1,2,)", "=COST_PER_MTOK(1,2,)", ""),
    ("=COST_PER_MTOK(,2)", "=COST_PER_MTOK(,2)", ""),
    ("=-COST_PER_MTOK( A1 , $B$2 )^2%", "=-COST_PER_MTOK( A1 , $B$2 )^2%", ""),
    ("=@COST_PER_MTOK(A:A,1:3)", "=@COST_PER_MTOK(A:A,1:3)", ""),
    ("=COST_PER_MTOK($A:$XFD,$1:$1048576)", "=COST_PER_MTOK($A:$XFD,$1:$1048576)", ""),
    ("=COST_PER_MTOK(A1#,B2:C3 C1:C9)", "=COST_PER_MTOK(A1#,B2:C3 C1:C9)", ""),
    ("=COST_PER_MTOK({1,2;3,4},1E-3)", "=COST_PER_MTOK({1,2;3,4},1E-3)", ""),
    ("=COST_PER_MTOK(.5,1.5e+10,TRUE)", "=COST_PER_MTOK(.5,1.5e+10,TRUE)", ""),
    ("=COST_PER_MTOK(#N/A,#REF!,#DIV/0!)", "=COST_PER_MTOK(#N/A,#REF!,#DIV/0!)", ""),
    ("=COST_PER_MTOK(Sheet1!A1,Sheet1!#REF!)", "=COST_PER_MTOK(Sheet1!A1,Sheet1!#REF!)", ""),
    ("=COST_PER_MTOK('Anna''s sheet'!A1,1)", "=COST_PER_MTOK('Anna''s sheet'!A1,1)", ""),
    ("=COST_PER_MTOK(Prices[USD],1)", "=COST_PER_MTOK(Prices[USD],1)", ""),
    (
        "=COST_PER_MTOK(Prices[[#This Row],[a']b]],1)",
        "=COST_PER_MTOK(Prices[[#This Row],[a']b]],1)",
        "",
    ),
    ('=PLATFORM_FIGURE("gb300","RUN(""x"")")', '=PLATFORM_FIGURE("gb300","RUN(""x"")")', ""),
    ("=IF(A1>0,COST_PER_MTOK(1,2),NA())", "=IF(A1>0,COST_PER_MTOK(1,2),NA())", ""),
    ('=TEXT(RELATIVE(1,2),"0")&"x"', '=TEXT(RELATIVE(1,2),"0")&"x"', ""),
    ("=COST_PER_MTOK(in_cost,ввод)", "=COST_PER_MTOK(in_cost,ввод)", "in_cost  ввод"),
    # Beyond the last column and row an address is a name.
    ("=COST_PER_MTOK(XFE1,A1048577)", "=COST_PER_MTOK(XFE1,A1048577)", "XFE1  A1048577"),
    ("=xl_tco.xlam!COST_PER_MTOK(1,2)", "=COST_PER_MTOK(1,2)", ""),
    (r"='C:\Anna''s\XL_TCO.xlam'!COST_PER_MTOK(1,2)", "=COST_PER_MTOK(1,2)", ""),
    ("='https://x.example/a b/xl_tco.xlam'!RELATIVE(1,2)", "=RELATIVE(1,2)", ""),
    (
        r"=RELATIVE('C:\a\xl_tco.xlam'!COST_PER_MTOK(1,2),'D:\xl_tco.xlam'!COST_PER_MTOK(3,4))",
        "=RELATIVE(COST_PER_MTOK(1,2),COST_PER_MTOK(3,4))",
        "",
    ),
    # What stands in a text is text.
    (
        r"""=RELATIVE(1,"'C:\a\xl_tco.xlam'!RELATIVE(")""",
        r"""=RELATIVE(1,"'C:\a\xl_tco.xlam'!RELATIVE(")""",
        "",
    ),
]

LEFT_ALONE = [
    "",
    "COST_PER_MTOK(1,2)",
    "=1+1",
    "=SUM(A1:A3)",
    '="COST_PER_MTOK(1,2)"',
    "=XCOST_PER_MTOK(1)",
    "=COST_PER_MTOK",
    # Programs, files, the net, code held as text, macros of others.
    '=COST_PER_MTOK(1,RunFrozenPython("x"))',
    '=COST_PER_MTOK(1,RunPython("x"))',
    '=RunPython(COST_PER_MTOK(1,2)&"x")',
    '=COST_PER_MTOK(1,CALL("kernel32","WinExec","JCJ","calc",0))',
    '=COST_PER_MTOK(1,REGISTER.ID("kernel32","WinExec"))',
    '=COST_PER_MTOK(1,REGISTER("a","b"))',
    '=COST_PER_MTOK(1,EXEC("calc"))',
    '=COST_PER_MTOK(1,EVALUATE("x"))',
    '=COST_PER_MTOK(1,HYPERLINK("http://x.example"))',
    '=COST_PER_MTOK(1,WEBSERVICE("http://x.example"))',
    '=COST_PER_MTOK(1,FILTERXML("a","b"))',
    '=COST_PER_MTOK(1,RTD("a",,"b"))',
    '=COST_PER_MTOK(1,INDIRECT("A1"))',
    '=COST_PER_MTOK(1,IMAGE("http://x.example"))',
    "=COST_PER_MTOK(1,PY(1,2))",
    '=HYPERLINK("file:calc.exe",COST_PER_MTOK(1,2))',
    "=COST_PER_MTOK(1,xl_tco.xlam!RunPython(2))",
    "=COST_PER_MTOK(1,_xll.ANYTHING(2))",
    "=COST_PER_MTOK(1,_xlfn.LAMBDA(x,x)(2))",
    "=COST_PER_MTOK(1,run (2))+evil(3)",
    "=COST_PER_MTOK(1,sum.evil(2))",
    # Letters that only look like ours.
    "=COST_PER_MTOK(1,ＳＵＭ(2))",
    "=ＣＯＳＴ_PER_MTOK(1,2)",
    # Other programs and workbooks, in every notation.
    "=COST_PER_MTOK(1,cmd|'/C calc'!A0)",
    "=COST_PER_MTOK(1,'cmd|/C calc'!A1)",
    "=COST_PER_MTOK(1,[1]Sheet1!A1)",
    r"=COST_PER_MTOK(1,'C:\[other.xlsx]Sheet1'!A1)",
    "=COST_PER_MTOK(1,'[other.xlsx]Sheet1'!A1)",
    "=COST_PER_MTOK(1,'http://x.example/[o.xlsx]Sheet1'!A1)",
    "=COST_PER_MTOK(1,other.xlam!evil(1))",
    "=COST_PER_MTOK(1,other.xlsx!name)",
    "=COST_PER_MTOK(1,other.xlsx!Prices[USD])",
    "=COST_PER_MTOK(1,Sheet1!evil(1))",
    "=COST_PER_MTOK(1,'Sheet1'!name)",
    "=[1]!COST_PER_MTOK(1,2)",
    # Files whose names merely end as ours, and others' functions in a file of our name.
    "=my_xl_tco.xlam!COST_PER_MTOK(1,2)",
    r"='C:\a\my_xl_tco.xlam'!COST_PER_MTOK(1,2)",
    r"='C:\a\xl_tco.xlam.xlam'!COST_PER_MTOK(1,2)",
    r"=COST_PER_MTOK(1,'C:\a\xl_tco.xlam'!evil(2))",
    r"='C:\a\xl_tco.xlam'!XlTcoPython(1,2)+COST_PER_MTOK(1,2)",
    # Torn text.
    '=COST_PER_MTOK(1,"a)',
    "=COST_PER_MTOK(1,'a)",
    "=COST_PER_MTOK(1,Prices[USD)",
    "=COST_PER_MTOK(1,Prices[USD](2))",
    "=COST_PER_MTOK(1,Prices[1]Sheet!A1)",
    "=COST_PER_MTOK(1,A1(2))",
    r"=COST_PER_MTOK(1,\name)",
    "=COST_PER_MTOK(1,`a)",
]

PLAIN = [
    "=Sheet1!$A$1",
    "='Anna''s sheet'!$A$1:$B$9",
    "=#REF!",
    "=1.5",
    '="text"',
    "={1,2}",
    "=Sheet1!$A$1,Sheet1!$B$2",
    "=Prices[USD]",
]
NOT_PLAIN = [
    "",
    "Sheet1!$A$1",
    '=EXEC("calc")',
    "=ABS(1)",
    "=_xlfn.LAMBDA(_xlpm.x,_xlpm.x)",
    "=other_name",
    "='[1]Sheet1'!$A$1",
    "=[1]Sheet1!$A$1",
    "=cmd|'/C calc'!A0",
    "=!A1",
]


@pytest.fixture(scope="module")
def running() -> ExcelApplication:
    """The formulas' module alone, with no workbook of interest."""
    return vba_bench.excel(None, ["XlTcoFormulas"], Probe=PROBE)


class TestFormulas:
    """Every formula in two engines of different make."""

    @pytest.mark.parametrize(("formula", "entered", "names"), ENTERED)
    def test_entered(
        self, running: ExcelApplication, formula: str, entered: str, names: str
    ) -> None:
        assert running.run("Tried", formula) == f"{entered}|{names}"

    @pytest.mark.parametrize("formula", LEFT_ALONE)
    def test_left_alone(self, running: ExcelApplication, formula: str) -> None:
        assert str(running.run("Tried", formula)).startswith("|")

    @pytest.mark.parametrize("text", PLAIN)
    def test_plain(self, running: ExcelApplication, text: str) -> None:
        assert running.run("TriedPlain", text) is True

    @pytest.mark.parametrize("text", NOT_PLAIN)
    def test_not_plain(self, running: ExcelApplication, text: str) -> None:
        assert running.run("TriedPlain", text) is False

    @pytest.mark.requires_libreoffice
    def test_all_of_them_in_libreoffice_basic(self, libreoffice: LibreOffice) -> None:
        modules = {"Formulas": vba_bench.without_attributes("XlTcoFormulas") + PROBE}

        def given(function: str, texts: list[str]) -> list[Any]:
            return libreoffice.basic(modules, f"Formulas.{function}", [[text] for text in texts])

        entered = given("Tried", [formula for formula, _, _ in ENTERED])
        assert entered == [f"{text}|{names}" for _, text, names in ENTERED]
        left = dict(zip(LEFT_ALONE, given("Tried", LEFT_ALONE), strict=True))
        assert {formula: text for formula, text in left.items() if text[:1] != "|"} == {}
        assert given("TriedPlain", PLAIN) == [True] * len(PLAIN)
        assert given("TriedPlain", NOT_PLAIN) == [False] * len(NOT_PLAIN)


REPAIR = ["XlTcoFormulas", "XlTcoRepair"]
# A function that the model can compute stands for ours, which no engine but Excel with the add-in
# can: stored as #NAME?, it shows its value once it is entered again.
STAND_IN = {
    "XlTcoHelp": "Public Function XlTcoNames() As Variant\n"
    '    XlTcoNames = Array("SQRT")\n'
    "End Function",
    "Probe": "Public Sub Go()\n    XlTcoReenter ActiveWorkbook\nEnd Sub",
}
CELLS = {
    "A1": ("=SQRT(16)", 4.0),
    "A2": ("=SQRT(EVIL(16))", None),
    "A3": ("=EVIL(16)", None),
    "A4": ("=SQRT(in_x)", 3.0),
    "A5": ("=SQRT(computed)", None),
    "A6": ("=SQRT(unknown_name)", None),
    "A7": ("=SUM(1,2)", None),
    "A8": ("=SQRT(two_faced)", None),
}
FLAGS = (
    "formatCells",
    "formatColumns",
    "formatRows",
    "insertColumns",
    "insertRows",
    "insertHyperlinks",
    "deleteColumns",
    "deleteRows",
    "sort",
    "autoFilter",
    "pivotTables",
)


def workbook(path: Path, *, locked: bool = False, password: str = "", **options: Any) -> Path:
    """CELLS, each stored as #NAME?, as another program leaves them."""
    book = openpyxl.Workbook()
    sheet = book.active
    for address, (formula, _) in CELLS.items():
        sheet[address] = formula
    sheet["B1"] = 9
    book.defined_names["in_x"] = DefinedName("in_x", attr_text="Sheet!$B$1")
    book.defined_names["computed"] = DefinedName("computed", attr_text="ABS(9)")
    book.defined_names["two_faced"] = DefinedName("two_faced", attr_text="Sheet!$B$1")
    sheet.defined_names["two_faced"] = DefinedName("two_faced", attr_text='EXEC("calc")')
    sheet.protection.sheet = locked
    for name, value in options.items():
        setattr(sheet.protection, name, value)
    if password:
        sheet.protection.password = password
    return stored_unknown(book, path)


def stored_unknown(book: openpyxl.Workbook, path: Path) -> Path:
    plain = path.with_suffix(".plain")
    book.save(plain)
    with ZipFile(plain) as source, ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name.startswith("xl/worksheets/"):
                text = re.sub(
                    rb"<c r=\"(\w+)\"([^>]*)>(<f[ >].*?</f>)<v ?/?>(?:</v>)?",
                    rb'<c r="\1" t="e"\2>\3<v>#NAME?</v>',
                    text,
                )
            target.writestr(name, text)
    return path


def repaired(path: Path) -> ExcelApplication:
    running = vba_bench.excel(path, REPAIR, **STAND_IN)
    running.run("Go")
    return running


def shown(running: ExcelApplication) -> dict[str, Any]:
    sheet = running.sheet(1)
    return {
        address: value if isinstance(value := sheet.value(address), float) else None
        for address in CELLS
    }


WANTED = {address: value for address, (_, value) in CELLS.items()}
UNTOUCHED = dict.fromkeys(CELLS)


def protection(running: ExcelApplication) -> tuple[Any, ...]:
    asked = (
        *("ProtectContents", "ProtectDrawingObjects", "ProtectScenarios", "EnableSelection"),
        *(f"Protection.Allow{name}" for name in ALLOWED),
    )
    return tuple(running.evaluate(f"ActiveSheet.{name}") for name in asked)


ALLOWED = (
    *("FormattingCells", "FormattingColumns", "FormattingRows", "InsertingColumns"),
    *("InsertingRows", "InsertingHyperlinks", "DeletingColumns", "DeletingRows"),
    *("Sorting", "Filtering", "UsingPivotTables"),
)


class TestRepair:
    """Whole workbooks, in a model that answers as Excel was measured to answer."""

    def test_open_sheet(self, tmp_path: Path) -> None:
        running = repaired(workbook(tmp_path / "book.xlsx"))
        assert shown(running) == WANTED
        assert running.evaluate("ActiveWorkbook.Saved") is True
        assert running.evaluate("ActiveSheet.ProtectContents") is False

    @pytest.mark.parametrize("flag", [None, *FLAGS, "objects", "scenarios"])
    def test_protected_sheet(self, flag: str | None, tmp_path: Path) -> None:
        """Each option by itself comes back as it was."""
        turned = {} if flag is None else {flag: flag in ("objects", "scenarios")}
        path = workbook(tmp_path / "book.xlsx", locked=True, **turned)
        before = protection(vba_bench.excel(path, []))
        running = repaired(path)
        assert shown(running) == WANTED
        assert protection(running) == before
        assert before[0] is True
        assert running.evaluate("ActiveWorkbook.Saved") is True
        assert running.evaluate("Application.EnableEvents") is True

    @pytest.mark.parametrize("selection", ["selectLockedCells", "selectUnlockedCells"])
    def test_what_may_be_selected(self, selection: str, tmp_path: Path) -> None:
        path = workbook(tmp_path / "book.xlsx", locked=True, **{selection: True})
        before = protection(vba_bench.excel(path, []))
        running = repaired(path)
        assert shown(running) == WANTED
        assert protection(running) == before

    def test_password(self, tmp_path: Path) -> None:
        """The model would raise where Excel asks for a password."""
        path = workbook(tmp_path / "book.xlsx", locked=True, password="secret")
        before = protection(vba_bench.excel(path, []))
        running = repaired(path)
        assert shown(running) == UNTOUCHED
        assert protection(running) == before

    def test_a_protected_sheet_with_nothing_to_mend_is_not_opened(self, tmp_path: Path) -> None:
        """Protect empties the clipboard, and is not for sheets of others."""
        book = openpyxl.Workbook()
        book.active["A1"] = "=EVIL(1)"
        book.active.protection.sheet = True
        path = stored_unknown(book, tmp_path / "book.xlsx")
        text = vba_bench.SOURCES["XlTcoRepair"].replace(
            'sheet.Unprotect ""', 'sheet.Unprotect "": sheet.Range("Z9").Value = 1'
        )
        assert "Z9" in text
        running = vba_bench.excel(path, ["XlTcoFormulas"], XlTcoRepair=text, **STAND_IN)
        running.run("Go")
        assert running.sheet(1).value("A1") is not None
        assert running.evaluate("ActiveSheet.UsedRange.Address") == "$A$1"

    def test_other_sheets_go_on_after_one_with_a_password(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        for sheet in (book.active, book.create_sheet("Second")):
            sheet["A1"] = "=SQRT(16)"
        book.active.protection.password = "secret"
        book.active.protection.sheet = True
        book.security = WorkbookProtection(lockStructure=True)
        running = repaired(stored_unknown(book, tmp_path / "book.xlsx"))
        assert running.sheet("Second").value("A1") == 4.0
        assert running.evaluate("ActiveSheet.ProtectContents") is True

    def test_entered_with_ctrl_shift_enter(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active["A1"] = ArrayFormula("A1:A2", "=SQRT(B1:B2)")
        book.active["B1"], book.active["B2"] = 9, 16
        book.active.protection.sheet = True
        running = repaired(stored_unknown(book, tmp_path / "book.xlsx"))
        assert [running.sheet(1).value(place) for place in ("A1", "A2")] == [3.0, 4.0]
        assert running.evaluate('Range("A1").CurrentArray.Address') == "$A$1:$A$2"

    @pytest.mark.parametrize("scope", ["book", "sheet"])
    def test_a_workbook_that_defines_our_names_is_left_alone(
        self, scope: str, tmp_path: Path
    ) -> None:
        book = openpyxl.Workbook()
        book.active["A1"] = "=SQRT(16)"
        names = (book if scope == "book" else book.active).defined_names
        names["sqrt"] = DefinedName("sqrt", attr_text="Sheet!$B$1")
        running = repaired(stored_unknown(book, tmp_path / "book.xlsx"))
        assert not isinstance(running.sheet(1).value("A1"), float)


SERVER = """
Public Function XlTcoPython(ByVal functionName As String, ByVal values As Variant) As Variant
    Dim place As Long
    XlTcoPython = functionName
    For place = LBound(values) To UBound(values)
        XlTcoPython = XlTcoPython & " " & TypeName(values(place))
        If IsMissing(values(place)) Then XlTcoPython = XlTcoPython & "-missing"
    Next place
End Function
"""
CALLS = """
Public Function Told() As String
    Told = COST_PER_MTOK(1.5, "x")
    Told = Told & "; " & COST_PER_MTOK(1.5, Range("A1"), True) & "; " & TCO_VERSION()
End Function
"""


def test_a_missing_argument_reaches_python_as_missing() -> None:
    running = vba_bench.excel(
        None, ["XlTcoCells", "XlTcoFunctions"], XlTcoServer=SERVER, Probe=CALLS
    )
    first, second, third = str(running.run("Told")).split("; ")
    assert re.fullmatch(r"COST_PER_MTOK Double String \w+-missing", first)
    assert second == "COST_PER_MTOK Double Empty Boolean"
    assert third == "TCO_VERSION"


@pytest.mark.parametrize(
    ("name", "macro"),
    [
        ("plain.xlsm", "'plain.xlsm'!A.B"),
        ("Anna's book.xlsm", "'Anna''s book.xlsm'!A.B"),
        ("''.xlsm", "'''''.xlsm'!A.B"),
    ],
)
def test_an_apostrophe_in_the_workbook_s_name(name: str, macro: str, tmp_path: Path) -> None:
    path = tmp_path / name
    openpyxl.Workbook().save(path.with_suffix(".xlsx"))
    path.write_bytes(path.with_suffix(".xlsx").read_bytes())
    probe = 'Public Function Told() As String\n    Told = XlTcoMacro("A.B")\nEnd Function'
    running = vba_bench.excel(path, ["XlTcoOpening"], Probe=probe, XlTcoHelp=HELP)
    assert running.run("Told") == macro


HELP = "Public Sub XlTcoDescribe()\nEnd Sub"


def test_every_macro_of_this_file_is_named_by_one_function() -> None:
    others = {
        name: text
        for name, text in vba_bench.SOURCES.items()
        if name != "XlTcoOpening" and "ThisWorkbook.Name" in text
    }
    assert others == {}
    assert vba_bench.SOURCES["XlTcoHelp"].count("Macro:=XlTcoMacro(") == len(TABLE)


def test_the_shipped_workbooks_are_entered_again_whole(built: Built) -> None:
    """No cell of ours holds a function that the add-in does not know to be harmless."""
    running = vba_bench.excel(
        None,
        ["XlTcoFormulas", "XlTcoHelp"],
        Probe="Public Function Tried(ByVal formula As String) As String\n"
        "    Dim names As String\n"
        '    Tried = XlTcoReentered(formula, " " & Join(XlTcoNames(), " ") & " ", names)\n'
        "End Function",
        XlTcoOpening=vba_bench.SOURCES["XlTcoOpening"],
    )
    calls = re.compile(rf"\b(?:{'|'.join(function.worksheet_name for function in TABLE)})\(")
    patterns: dict[str, str] = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(built(ONE, "addin").content)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                text = getattr(cell.value, "text", cell.value)
                if isinstance(text, str) and text[:1] == "=" and calls.search(text):
                    patterns.setdefault(re.sub(r"\d+", "1", text), text)
    assert patterns
    left = [text for text in patterns.values() if running.run("Tried", text) != text]
    assert left == []
