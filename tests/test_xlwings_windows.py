"""xlwings on a real Windows: import, registration, wrapper generation, calls as from VBA.

Everywhere else there is nothing here to run: xlwings' decorators do nothing outside Windows, and
tests/test_host_com.py runs Windows' own Python under Wine.
"""

import io
import sys
from datetime import date
from types import SimpleNamespace

import pytest
from case_table import ALL_CASES, Blank, Case, CellError, Table, agrees, serial
from host_report import Tally

from xl_tco import udfs
from xl_tco.functions import CATEGORY, TABLE

MODULE = "xl_tco.udfs"
MISSING = -2147352572
COM_ERRORS = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
}


def as_vba_hands_it_over(argument: object) -> object:
    match argument:
        case Blank():
            return None
        case CellError(code):
            return COM_ERRORS[code]
        case bool() | str():
            return argument
        case Table(rows):
            return tuple(tuple(as_vba_hands_it_over(cell) for cell in row) for row in rows)
        case date():
            return float(serial(argument))
    return float(argument)


if sys.platform == "win32":
    from xlwings.udfs import call_udf, generate_vba_wrapper

    @pytest.mark.parametrize("function", TABLE, ids=lambda function: function.name)
    def test_registration(function) -> None:
        registered = getattr(udfs, function.worksheet_name).__xlfunc__
        assert registered["name"] == function.worksheet_name
        assert registered["category"] == CATEGORY
        assert registered["ret"]["doc"] == function.help
        assert not registered["volatile"]
        assert [(item["name"], item["doc"]) for item in registered["args"]] == [
            (argument.name, argument.help) for argument in function.arguments
        ]

    def test_wrapper_generation() -> None:
        written = io.StringIO()
        generate_vba_wrapper(MODULE, udfs, written, SimpleNamespace(Name="book.xlsm"))
        for function in TABLE:
            assert f"Function {function.worksheet_name}(" in written.getvalue()

    @pytest.fixture(scope="module")
    def tally():
        counted = Tally()
        yield counted
        counted.report("xlwings on Windows, in process")

    @pytest.mark.parametrize("case", ALL_CASES, ids=str)
    def test_call(case: Case, tally: Tally) -> None:
        function = next(item for item in TABLE if item.name == case.function)
        given = [as_vba_hands_it_over(argument) for argument in case.arguments]
        given += [MISSING] * (len(function.arguments) - len(given))
        with tally.counted(case):
            result = call_udf(MODULE, function.worksheet_name, tuple(given))
            assert agrees(
                result if isinstance(case.expected, tuple) else result[0][0], case.expected
            )
