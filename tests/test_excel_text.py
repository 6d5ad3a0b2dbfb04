"""Formulas printed as Excel text, read back by a spreadsheet engine (formualizer)."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import formualizer
import pytest
from case_table import ALL_CASES, Case, agrees
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xl_tco.excel_text import Symbol, arithmetic, guarded, number_text, outside_limits
from xl_tco.functions import BY_NAME, TABLE, Function

FUNCTIONS = [pytest.param(function, id=function.name) for function in TABLE]
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
        result: Any = self._workbook.evaluate_cell("S", 2, 1)
        return ERROR_KINDS[result["kind"]] if isinstance(result, dict) else float(result)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


# A tree is a cell's place, a constant, or (operator, left tree, right tree).
OPERANDS = [2, 3, 5, 7, 0.5]
CELLS = ["A1", "B1", "C1", "D1", "E1"]
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
        Symbol("a") ** 2  # type: ignore[operator]


def with_defaults(case: Case) -> list[float]:
    """The arguments of a numeric case; those left out are 1, as the contract says."""
    size = len(BY_NAME[case.function].arguments)
    return [*case.arguments, *[1.0] * size][:size]


def cell_of_each_argument(function: Function) -> dict[str, str]:
    return {argument.name: CELLS[place] for place, argument in enumerate(function.arguments)}


@pytest.mark.parametrize("case", [case for case in ALL_CASES if case.is_numeric], ids=str)
def test_guarded_text_gives_the_case(engine: Engine, case: Case) -> None:
    function = BY_NAME[case.function]
    text = guarded(function, cell_of_each_argument(function))
    assert agrees(engine.value(text, with_defaults(case)), case.expected)


@pytest.mark.parametrize(
    "case", [case for case in ALL_CASES if isinstance(case.expected, Fraction)], ids=str
)
def test_literals_in_the_text_give_the_case(engine: Engine, case: Case) -> None:
    """A native cell may hold figures in place of references."""
    function = BY_NAME[case.function]
    numbers = [value for value in case.arguments if isinstance(value, int | float)]
    numbers += [1.0] * (len(function.arguments) - len(numbers))
    names = (argument.name for argument in function.arguments)
    texts = {name: f"({number_text(value)})" for name, value in zip(names, numbers, strict=True)}
    assert agrees(engine.value(guarded(function, texts), []), case.expected)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_guards_stand_before_the_arithmetic(function: Function) -> None:
    texts = cell_of_each_argument(function)
    outside = outside_limits(function, texts)
    assert guarded(function, texts) == f"IF({outside},#NUM!,{arithmetic(function, texts)})"
    assert not any(word in outside for word in ("AND", "OR"))
