"""Which formulas the add-in enters again: its own VBA, run by LibreOffice's Basic."""

import pytest
from libreoffice import LibreOffice

from xl_tco.addin.package import addin_modules
from xl_tco.functions import TABLE

pytestmark = pytest.mark.requires_libreoffice

OURS = f" {' '.join(function.worksheet_name for function in TABLE)} "
# As they stand, and as they are entered: without the path of anybody's copy of the add-in.
TAKEN = {
    "=COST_PER_MTOK(1,2)": "=COST_PER_MTOK(1,2)",
    "=cost_per_mtok(A1:A3, $B$2)*100%": "=cost_per_mtok(A1:A3, $B$2)*100%",
    r"='C:\o''brien\xl_tco.xlam'!COST_PER_MTOK(1,2)": "=COST_PER_MTOK(1,2)",
    "=xl_tco.xlam!COST_PER_MTOK(1,2)+1": "=COST_PER_MTOK(1,2)+1",
    "=IF(Sheet1!A1>0,RELATIVE('a b'!A1,2),\"RunPython(\")": (
        "=IF(Sheet1!A1>0,RELATIVE('a b'!A1,2),\"RunPython(\")"
    ),
    '=COST_PER_MTOK({1,2;3,4},1E-3)&"say ""CALL()"""': (
        '=COST_PER_MTOK({1,2;3,4},1E-3)&"say ""CALL()"""'
    ),
    "=SUM(COST_PER_MTOK(T1[cost],T1[[#This Row],[tps]]))": (
        "=SUM(COST_PER_MTOK(T1[cost],T1[[#This Row],[tps]]))"
    ),
}
LEFT = (
    '=COST_PER_MTOK(1,RunFrozenPython("calc.exe"))',
    '=COST_PER_MTOK(1,RunPython("import os"))',
    '=COST_PER_MTOK(1,CALL("kernel32","WinExec","JCJ","calc",0))',
    '=COST_PER_MTOK(1,REGISTER.ID("a","b"))',
    '=COST_PER_MTOK(1,WEBSERVICE("http://127.0.0.1"))',
    '=HYPERLINK("file:calc.exe",COST_PER_MTOK(1,2))',
    "=COST_PER_MTOK(1,INDIRECT(A1))",
    "=COST_PER_MTOK(1,cmd|'/c calc'!A1)",
    "=COST_PER_MTOK(1,'[other.xlsx]Sheet1'!A1)",
    "=COST_PER_MTOK(1,[1]Sheet1!A1)",
    r"='C:\x\my_xl_tco.xlam'!COST_PER_MTOK(1,2)",
    "=my_xl_tco.xlam!COST_PER_MTOK(1,2)",
    "=COST_PER_MTOK(1,xl_tco.xlam!RunPython(2))",
    "=MY_COST_PER_MTOK(1,2)",
    "=SUM(1,2)",
    '=COST_PER_MTOK(1,"open)',
    "COST_PER_MTOK(1,2)",
    "",
)


def test_what_is_entered_again(libreoffice: LibreOffice) -> None:
    modules = {"XlTcoFormulas": addin_modules()["XlTcoFormulas"]}
    formulas = [*TAKEN, *LEFT]
    given = libreoffice.basic(
        modules, "XlTcoFormulas.XlTcoReentered", [[text, OURS, ""] for text in formulas]
    )
    wanted = [*TAKEN.values(), *[""] * (len(formulas) - len(TAKEN))]
    assert dict(zip(formulas, given, strict=True)) == dict(zip(formulas, wanted, strict=True))
