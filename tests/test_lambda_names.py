"""LAMBDA names: the stored form Excel accepts, and a second engine (IronCalc) against Python."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ironcalc
import openpyxl
import pytest
from case_table import CASES, Blank, CaseArgument, CellError, agrees, cell_value
from host_report import Tally
from openpyxl.workbook.defined_name import DefinedName

from xl_tco.functions import TABLE, Argument, Function
from xl_tco.hosts.cells import evaluate_cells
from xl_tco.hosts.lambda_names import lambda_comment, lambda_text

FUNCTIONS = [pytest.param(function, id=function.name) for function in TABLE]
DRAWN_ROWS = 1500
IRONCALC_ZERO = 2.0**-52
NAME_TEXT_LIMIT = 7900
COMMENT_TEXT_LIMIT = 255

ERROR_FORMULAS = {
    "#NULL!": "=#NULL!",
    "#DIV/0!": "=1/0",
    "#VALUE!": '="text"+1',
    "#REF!": "=#REF!",
    "#NAME?": "=NO_SUCH_NAME",
    "#NUM!": "=SQRT(-1)",
    "#N/A": "=NA()",
}


def parameters_and_body(text: str) -> tuple[list[str], str]:
    """A LAMBDA text taken apart: its parameters, and what it computes."""
    inside = text.removeprefix("_xlfn.LAMBDA(").removesuffix(")")
    parameters = re.match(r"(?:_xl[po][mp]\.\w+,)*", inside)
    assert parameters
    return parameters.group().rstrip(",").split(","), inside[parameters.end() :]


def without_texts(text: str) -> str:
    """The text with its string literals and error literals taken out."""
    return re.sub(r'"[^"]*"|#[A-Z/0]+[!?]|#N/A', "", text)


class TestForm:
    """The form in which Excel itself stores a LAMBDA name."""

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_a_lambda_of_the_functions_arguments(self, function: Function) -> None:
        text = lambda_text(function)
        assert text.startswith("_xlfn.LAMBDA(")
        parameters, _ = parameters_and_body(text)
        assert parameters == [
            ("_xlpm." if argument.default is None else "_xlop.") + argument.name
            for argument in function.arguments
        ]
        assert parameters == sorted(parameters, key=lambda name: name.startswith("_xlop."))

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_every_name_in_the_body_is_a_parameter_or_a_known_function(
        self, function: Function
    ) -> None:
        parameters, body = parameters_and_body(lambda_text(function))
        names = set(re.findall(r"[A-Za-z_][\w.]*", without_texts(body)))
        variables = {name for name in names if name.startswith("_xlpm.")}
        assert names - variables <= {"IF", "ISERROR", "ISNUMBER", "_xlfn.LET", "_xlfn.ISOMITTED"}
        assert {name.replace("_xlop.", "_xlpm.") for name in parameters} <= variables
        bound_by_let = set(re.findall(r"[(,](_xlpm\.\w+_or_default),IF\(_xlfn\.ISOMITTED", body))
        assert variables - bound_by_let == {n.replace("_xlop.", "_xlpm.") for n in parameters}

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_newer_functions_bear_their_prefix(self, function: Function) -> None:
        text = lambda_text(function)
        assert not re.search(r"(?<!_xlfn\.)\b(LET|LAMBDA|ISOMITTED)\(", text)

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_nothing_that_excel_repairs_or_collapses(self, function: Function) -> None:
        text = lambda_text(function)
        assert "[" not in text
        assert "\n" not in text
        assert " " not in without_texts(text)
        assert not re.search(r"\b(AND|OR)\(", text)
        assert len(text) < NAME_TEXT_LIMIT

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_parentheses_balance(self, function: Function) -> None:
        depth = 0
        for character in without_texts(lambda_text(function)):
            depth += {"(": 1, ")": -1}.get(character, 0)
            assert depth >= 0
        assert depth == 0

    @pytest.mark.parametrize("function", FUNCTIONS)
    def test_comment(self, function: Function) -> None:
        comment = lambda_comment(function)
        assert 0 < len(comment) <= COMMENT_TEXT_LIMIT
        assert comment.startswith(f"{function.worksheet_name}(")
        assert function.result.unit in comment


class Sheet:
    """A workbook with one LAMBDA name; one call a row, its arguments in the cells beside it."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._book = openpyxl.Workbook()
        name = DefinedName(function.worksheet_name, attr_text=lambda_text(function))
        self._book.defined_names.add(name)
        self._rows = 0

    def call_cells(self, arguments: tuple[CaseArgument, ...]) -> None:
        """Add a call by reference: ``=F(A1,B1)``."""
        row = self._rows + 1
        for column, argument in enumerate(arguments, 2):
            if not isinstance(argument, Blank):
                self._book.active.cell(row, column, _cell_content(argument))
        self._call(f"{column}{row}" for column, _ in zip("BCD", arguments, strict=False))

    def call_literals(self, arguments: tuple[CaseArgument, ...]) -> None:
        """Add a call with the values written into it: ``=F(1.41,93.25,)``."""
        self._call(_literal(argument) for argument in arguments)

    def _call(self, words: Any) -> None:
        self._rows += 1
        text = f"={self._function.worksheet_name}({','.join(words)})"
        self._book.active.cell(self._rows, 1, text)

    def results(self, path: Path) -> list[Any]:
        """What IronCalc computes, row by row."""
        self._book.save(path)
        model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
        model.evaluate()
        return [model.get_cell_value(0, row, 1) for row in range(1, self._rows + 1)]


def test_ironcalc_still_compares_tiny_numbers_as_zero() -> None:
    """Its own: Excel and Python say FALSE. When this fails, ``as_ironcalc_sees_it`` may go."""
    model = ironcalc.create("tiny", "en", "UTC", "en")
    model.set_user_input(0, 1, 1, f"={IRONCALC_ZERO / 1.01!r}<=0")
    model.set_user_input(0, 2, 1, f"={IRONCALC_ZERO * 1.01!r}<=0")
    model.evaluate()
    assert [model.get_cell_value(0, row, 1) for row in (1, 2)] == [True, False]


def as_ironcalc_sees_it(function: Function, call: tuple[CaseArgument, ...], expected: Any) -> Any:
    """The expected value, but ``#NUM!`` for a number where 0 < x < 2^-52 must be greater than 0."""
    tiny = any(
        isinstance(value, float)
        and 0 < value < IRONCALC_ZERO
        and any((bound.symbol, bound.value) == (">", 0) for bound in argument.limits.bounds)
        for argument, value in zip(function.arguments, call, strict=False)
    )
    return "#NUM!" if tiny and not isinstance(expected, str) else expected


def _cell_content(argument: CaseArgument) -> Any:
    if isinstance(argument, CellError):
        return ERROR_FORMULAS[argument.code]
    return '=""' if argument == "" else argument


def _literal(argument: CaseArgument) -> str:
    match argument:
        case Blank():
            return ""
        case CellError(code):
            return code
        case bool():
            return str(argument).upper()
        case str():
            return f'"{argument}"'
    return repr(argument)


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    """The cases that were run, reported in one line at the end."""
    counted = Tally()
    yield counted
    counted.report("LAMBDA names (IronCalc)")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cases_in_cells(function: Function, tmp_path: Path, tally: Tally) -> None:
    sheet = Sheet(function)
    for case in CASES[function.name]:
        sheet.call_cells(case.arguments)
    wrong = wrong_cases(function, sheet.results(tmp_path / "cells.xlsx"))
    tally.run.update(CASES[function.name])
    tally.failed.update(case for case in CASES[function.name] if any(str(case) in w for w in wrong))
    assert wrong == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cases_as_literals(function: Function, tmp_path: Path) -> None:
    """A blank is an argument left empty between commas."""
    sheet = Sheet(function)
    for case in CASES[function.name]:
        sheet.call_literals(case.arguments)
    assert wrong_cases(function, sheet.results(tmp_path / "literals.xlsx")) == []


def wrong_cases(function: Function, results: list[Any]) -> list[str]:
    return [
        f"{case}: {result!r}, not {case.expected}"
        for case, result in zip(CASES[function.name], results, strict=True)
        if not agrees(result, as_ironcalc_sees_it(function, case.arguments, case.expected))
    ]


def drawn_argument(draw: random.Random, argument: Argument) -> CaseArgument:
    """Mostly numbers within the limits; else on a limit, outside, text, logical, blank, error."""
    kind = draw.random()
    if kind < 0.6:
        low = 1.0 if not argument.limits.contains(0.5) else 0.0
        high = 1.0 if not argument.limits.contains(2.0) else 10 ** draw.uniform(-3, 4) + low
        return round(draw.uniform(low, high), draw.randint(0, 9))
    if kind < 0.75:
        return draw.choice([0, 0.0, 1, 1.0, -1, -1e-9, 1.000000001, 1e-9, 1e6, 1e-250, 1e250])
    if kind < 0.82:
        return draw.choice(["x", "5", "", " ", "TRUE", "0.5", "1e3", "é"])
    if kind < 0.87:
        return draw.choice([True, False])
    if kind < 0.93:
        return Blank()
    return CellError(draw.choice(sorted(ERROR_FORMULAS)))


def drawn_call(draw: random.Random, function: Function) -> tuple[CaseArgument, ...]:
    """Arguments for every parameter, or for the required ones only."""
    arguments = function.arguments
    if draw.random() < 0.3:
        arguments = tuple(argument for argument in arguments if argument.default is None)
    return tuple(drawn_argument(draw, argument) for argument in arguments)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_drawn_calls_equal_python(function: Function, tmp_path: Path) -> None:
    draw = random.Random(f"2026-02-{function.name}")
    calls = [drawn_call(draw, function) for _ in range(DRAWN_ROWS)]
    sheet = Sheet(function)
    for call in calls:
        sheet.call_cells(call)
    python = [evaluate_cells(function, [cell_value(value) for value in call]) for call in calls]
    assert len({type(value) for value in python}) == 2, "both values and errors are drawn"
    wrong = [
        f"{call}: IronCalc {result!r}, Python {value!r}"
        for call, result, value in zip(
            calls, sheet.results(tmp_path / "drawn.xlsx"), python, strict=True
        )
        if not _same(result, as_ironcalc_sees_it(function, call, value))
    ]
    assert wrong == []


def _same(result: Any, value: float | str) -> bool:
    if isinstance(result, str) or isinstance(value, str):
        return result == value
    return result == pytest.approx(value, rel=1e-12, abs=0)
