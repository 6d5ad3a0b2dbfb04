"""xlwings Lite's way: the functions as WebAssembly in Pyodide, through xlwings' own runtime."""

from collections.abc import Iterator
from typing import Any

import pytest
import web_bench as bench
from case_table import ALL_CASES, agrees
from host_report import Tally
from web_bench import BLANKS, RANGES, requires_web_bench, shown

from xl_tco.functions import TABLE

pytestmark = requires_web_bench
HEAVY = {"numpy", "pandas", "pydantic", "openpyxl", "lxml", "formualizer", "click", "rich"}


@pytest.fixture(scope="module")
def pyodide() -> Iterator[bench.Driver]:
    with bench.pyodide() as started:
        yield started


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    counted = Tally()
    yield counted
    counted.report("xlwings in Pyodide under Node.js")


@pytest.fixture(scope="module")
def computed(pyodide: bench.Driver) -> dict[str | None, list[Any]]:
    """Every case; by what an empty cell comes as."""
    return {blank: pyodide.compute(bench.CASE_CALLS, blank) for blank in BLANKS}


@pytest.mark.parametrize("blank", BLANKS, ids=["empty as text", "empty as null"])
@pytest.mark.parametrize("number", range(len(ALL_CASES)), ids=[str(case) for case in ALL_CASES])
def test_every_case(
    computed: dict[str | None, list[Any]], tally: Tally, number: int, blank: str | None
) -> None:
    with tally.counted(number):
        result = shown(computed[blank][number])
        assert agrees(result, ALL_CASES[number].expected), result


@pytest.mark.parametrize("blank", BLANKS, ids=["empty as text", "empty as null"])
@pytest.mark.parametrize("name", RANGES)
def test_ranges_keep_their_shape(pyodide: bench.Driver, name: str, blank: str | None) -> None:
    function, arguments, expected = RANGES[name]
    assert shown(pyodide.compute([(function, arguments)], blank)[0]) == expected


def test_anything_gives_what_python_gives(pyodide: bench.Driver) -> None:
    calls, expected = zip(*bench.random_calls(500), strict=True)
    for call, result, value in zip(calls, pyodide.compute(calls), expected, strict=True):
        assert shown(result) == value, call


def test_one_import_in_main_gives_all_functions_their_bare_names(pyodide: bench.Driver) -> None:
    told = {
        entry["name"]: [
            (parameter["name"], parameter["description"], parameter.get("optional", False))
            for parameter in entry["parameters"]
        ]
        for entry in pyodide.metadata["functions"]
    }
    assert told == {
        function.worksheet_name: [
            (argument.name, argument.help, argument.default is not None)
            for argument in function.arguments
        ]
        for function in TABLE
    }


def test_it_runs_in_webassembly_and_loads_nothing_heavy(pyodide: bench.Driver) -> None:
    assert pyodide.opened["python"].endswith("emscripten")
    modules = set(pyodide.opened["modules"])
    assert {"xl_tco", "xlwings", "wasm_runtime"} <= modules
    assert not modules & HEAVY
