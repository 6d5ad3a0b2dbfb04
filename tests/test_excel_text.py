"""Formulas printed as Excel text, read back by a spreadsheet engine (formualizer)."""

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import formualizer
import pytest
from case_table import ALL_CASES, Blank, Case, agrees, as_rows
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xl_tco.excel_text import Symbol, arithmetic, guarded, number_text, outside_limits
from xl_tco.functions import BY_NAME, TABLE, Function
from xl_tco.kernel.operations import where

FORMULAS = tuple(function for function in TABLE if function.is_formula)
FUNCTIONS = [pytest.param(function, id=function.name) for function in FORMULAS]
PARTS = BY_NAME["gpu_hour_cost_breakdown"]
ERROR_KINDS = {"Num": "#NUM!", "Div": "#DIV/0!", "Value": "#VALUE!", "Na": "#N/A"}


class Engine:
    """One sheet whose first row holds the operands; formulas go in the second."""

    def __init__(self) -> None:
        self._workbook = formualizer.Workbook()
        self._sheet = self._workbook.sheet("S")

    def value(self, text: str, operands: list[float]) -> float | str:
        for column, operand in enumerate(operands, 1):
            self._sheet.set_value(1, column, operand)
        self._sheet.set_formula(2, 1, f"={text}")
        return shown(self._workbook.evaluate_cell("S", 2, 1))

    def row(self, text: str, operands: list[float]) -> list[float | str]:
        """What an array spills from the formula's cell to the right."""
        first = self.value(text, operands)
        others = (self._workbook.get_value("S", 2, column) for column in range(2, 5))
        return [first, *(shown(value) for value in others if value is not None)]


def shown(value: Any) -> float | str:
    return ERROR_KINDS[value["kind"]] if isinstance(value, dict) else float(value)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


# A tree is a cell's place, a constant, or (operator, left tree, right tree).
OPERANDS = [2, 3, 5, 7, 0.5]
CELLS = ["A1", "B1", "C1", "D1", "E1"]
ARGUMENT_CELLS = [f"{letter}1" for letter in "ABCDEFGHIJ"]
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
cells = st.sampled_from(CELLS)
constants = st.sampled_from([1, 4, 3600, -3, 0.25, -1.5, 1_000_000])
trees: st.SearchStrategy[Any] = st.recursive(
    cells | constants,
    lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner),
    max_leaves=8,
)


def computed(tree: Any, leaf: Callable[[Any], Any]) -> Any:
    """The tree's value, with ``leaf`` for cells and constants."""
    if not isinstance(tree, tuple):
        return leaf(tree)
    operator, left, right = tree
    return OPERATORS[operator](computed(left, leaf), computed(right, leaf))


def as_symbol(leaf: str | float) -> Symbol | float:
    return Symbol(leaf) if isinstance(leaf, str) else leaf


def as_fraction(leaf: str | float) -> Fraction:
    return Fraction(OPERANDS[CELLS.index(leaf)] if isinstance(leaf, str) else leaf)


@settings(deadline=None, max_examples=1000)
@given(tree=trees)
def test_any_arithmetic_reads_back(engine: Engine, tree: Any) -> None:
    try:
        symbol, exact = computed(tree, as_symbol), computed(tree, as_fraction)
    except ZeroDivisionError:
        assume(False)
    assume(isinstance(symbol, Symbol))
    result = engine.value(symbol.text, OPERANDS)
    assert isinstance(result, float), symbol.text
    assert math.isclose(result, exact, rel_tol=1e-6, abs_tol=1e-9), symbol.text


@pytest.mark.parametrize(
    ("symbol", "text"),
    [
        (Symbol("a") - (Symbol("b") - Symbol("c")), "a-(b-c)"),
        (Symbol("a") - Symbol("b") - Symbol("c"), "a-b-c"),
        (Symbol("a") / (Symbol("b") * Symbol("c")), "a/(b*c)"),
        (Symbol("a") / Symbol("b") * Symbol("c"), "a/b*c"),
        ((Symbol("a") + Symbol("b")) * Symbol("c"), "(a+b)*c"),
        (Symbol("a") * Symbol("b") + Symbol("c"), "a*b+c"),
        (1 - Symbol("a"), "1-a"),
        (2 / Symbol("a"), "2/a"),
        (Symbol("a") - -3, "a-(-3)"),
        ((1 + Symbol("a")) ** Symbol("b"), "(1+a)^b"),
        (Symbol("a") ** Symbol("b") * Symbol("c"), "a^b*c"),
        ((Symbol("a") * Symbol("b")) ** 2, "(a*b)^2"),
        ((Symbol("a") ** 2) ** 3, "a^2^3"),
        (Symbol("a") ** (Symbol("b") ** 2), "a^(b^2)"),
        (Symbol("a") ** (Symbol("b") / 2), "a^(b/2)"),
        (1 / Symbol("a") ** 2, "1/a^2"),
        (Symbol("a") + 1 > Symbol("b") * 2, "a+1>b*2"),
        ((Symbol("a") > 0) * Symbol("b"), "(a>0)*b"),
        (where(Symbol("a") > 0, lambda: Symbol("b") + 1, lambda: 2), "IF(a>0,b+1,2)"),
        (where(Symbol("a") > 0, lambda: 1, lambda: Symbol("b")) * 2, "IF(a>0,1,b)*2"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_parenthesis_too_few_or_too_many(symbol: Symbol, text: str) -> None:
    assert symbol.text == text


@settings(deadline=None)
@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_loses_no_digit_in_text(value: float) -> None:
    assert float(number_text(value)) == value


@settings(deadline=None)
@given(value=st.floats(1e-300, 1e300) | st.integers(0, 10**15))
def test_a_number_loses_no_digit_in_a_cell(engine: Engine, value: float) -> None:
    assert engine.value(number_text(value), []) == value


def test_an_operation_without_a_text_is_refused() -> None:
    with pytest.raises(TypeError):
        Symbol("a") % 2  # type: ignore[operator]
    with pytest.raises(TypeError):
        2 ** Symbol("a")  # type: ignore[operator]


@settings(deadline=None)
@given(tree=trees, power=st.integers(0, 3))
def test_any_power_and_choice_reads_back(engine: Engine, tree: Any, power: int) -> None:
    try:
        symbol, exact = computed(tree, as_symbol), computed(tree, as_fraction)
    except ZeroDivisionError:
        assume(False)
    assume(isinstance(symbol, Symbol))
    assume(abs(exact) > 1e-3)
    chosen = where(symbol > 0, lambda: symbol**power - 1, lambda: 1 - symbol)
    wanted = exact**power - 1 if exact > 0 else 1 - exact
    assert math.isclose(engine.value(chosen.text, OPERANDS), wanted, rel_tol=1e-6, abs_tol=1e-6)


def with_defaults(case: Case) -> list[float]:
    """The arguments of a case of numbers; those left out or blank are the defaults."""
    arguments = BY_NAME[case.function].arguments
    given = [*case.arguments, *[Blank()] * len(arguments)][: len(arguments)]
    return [
        argument.default if value == "" or isinstance(value, Blank) else value
        for argument, value in zip(arguments, given, strict=True)
    ]


def cell_of_each_argument(function: Function) -> dict[str, str]:
    return {argument.name: ARGUMENT_CELLS[at] for at, argument in enumerate(function.arguments)}


def agrees_in_all_parts(engine: Engine, text: str, operands: list[float], case: Case) -> bool:
    """Tell whether the text comes to the case; a row of parts spills."""
    (expected,) = as_rows(case.expected)
    return agrees([engine.row(text, operands)], (expected,))


@pytest.mark.parametrize(
    "case",
    [case for case in ALL_CASES if case.is_numeric and BY_NAME[case.function].is_formula],
    ids=str,
)
def test_guarded_text_gives_the_case(engine: Engine, case: Case) -> None:
    function = BY_NAME[case.function]
    text = guarded(function, cell_of_each_argument(function))
    assert agrees_in_all_parts(engine, text, with_defaults(case), case)


@pytest.mark.parametrize(
    "case",
    [case for case in ALL_CASES if BY_NAME[case.function].is_formula and not case.is_error],
    ids=str,
)
def test_literals_in_the_text_give_the_case(engine: Engine, case: Case) -> None:
    """A native cell may hold figures in place of references."""
    function = BY_NAME[case.function]
    names = (argument.name for argument in function.arguments)
    numbers = with_defaults(case)
    texts = {name: f"({number_text(value)})" for name, value in zip(names, numbers, strict=True)}
    assert agrees_in_all_parts(engine, guarded(function, texts), [], case)


def test_parts_beyond_the_range_of_numbers_are_so_alone(engine: Engine) -> None:
    """Python refuses the whole call; arithmetic in a cell cannot know of its neighbours."""
    text = guarded(PARTS, cell_of_each_argument(PARTS))
    split = engine.row(text, [1, 1, 0, 1e300, 1e300, 0, 0, 0, 1, 1])
    assert split == [pytest.approx(1 / 8760), 0.0, 0.0, "#NUM!"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_guards_stand_before_the_arithmetic(function: Function) -> None:
    texts = cell_of_each_argument(function)
    outside = outside_limits(function, texts)
    assert guarded(function, texts) == f"IF({outside},#NUM!,{arithmetic(function, texts)})"
    assert not re.search(r"\b(AND|OR)\(", outside)
    bounds = [bound for argument in function.arguments for bound in argument.limits.bounds]
    assert len(re.findall(r"<=?|>=?", outside)) == len(bounds)
