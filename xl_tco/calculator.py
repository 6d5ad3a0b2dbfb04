"""A formula typed at the command line, computed by the engine that computes workbooks."""

from dataclasses import dataclass
from itertools import count
from typing import Any

import formualizer

from xl_tco.calls import evaluate
from xl_tco.errors import ExcelError, FunctionError, InputFileError
from xl_tco.functions import TABLE, Function
from xl_tco.hosts.formualizer_engine import from_engine, register


@dataclass(frozen=True, slots=True)
class Answer:
    """What a formula comes to, its unit if it has one, and what the functions found wrong.

    A formula that spills comes to rows of values.
    """

    value: Any
    unit: str
    faults: tuple[str, ...]


def answer(formula: str) -> Answer:
    """Compute one Excel formula, with or without its leading ``=``.

    Raises
    ------
    InputFileError
        It is not a formula.

    Examples
    --------
    >>> answer("=ROUND(COST_PER_MTOK(2.65, 6000), 4)").value
    0.1227
    >>> answer("COST_PER_MTOK(2.65, 6000)").unit
    'USD/Mtok'

    """
    text = "=" + formula.strip().removeprefix("=")
    faults: list[str] = []
    engine = formualizer.Workbook()
    register(engine, lambda function, given: faults.extend(_faults(function, given)))
    sheet = engine.sheet("Sheet1")
    try:
        tree = formualizer.parse(text)
        sheet.set_formula(1, 1, text)
        engine.evaluate_cell("Sheet1", 1, 1)
        value = _spilled(engine)
    except (formualizer.ParserError, formualizer.TokenizerError) as error:
        raise InputFileError(f"not a formula: {formula!r}: {error}") from None
    except formualizer.ExcelEvaluationError as error:
        raise InputFileError(f"cannot be computed: {formula!r}: {error}") from None
    if value == ExcelError.NAME and not faults:
        faults.append(f"of ours there are {', '.join(f.worksheet_name for f in TABLE)}")
    return Answer(value, _unit(tree), tuple(dict.fromkeys(faults)))


def _spilled(engine: Any) -> Any:
    """The value of the first cell, or the grid that it spills."""

    def at(row: int, column: int) -> Any:
        return from_engine(engine.get_value("Sheet1", row, column))

    width = next(column for column in count(2) if at(1, column) is None) - 1
    height = next(row for row in count(2) if at(row, 1) is None) - 1
    if width == height == 1:
        return at(1, 1)
    return [[at(row, column) for column in range(1, width + 1)] for row in range(1, height + 1)]


def _faults(function: Function, given: tuple[Any, ...]) -> list[str]:
    """What the Python call says of the same arguments."""
    if len(given) > len(function.arguments):
        return [f"too many arguments: {function.usage}"]
    filled = [*given, *[None] * (len(function.arguments) - len(given))]
    values = [
        argument.default if value in (None, "") else value
        for argument, value in zip(function.arguments, filled, strict=True)
    ]
    missing = [
        argument.name
        for argument, value in zip(function.arguments, values, strict=True)
        if value is None
    ]
    if missing:
        return [f"{', '.join(missing)} must be given: {function.usage}"]
    try:
        evaluate(function, values)
    except FunctionError as error:
        return [str(error)]
    return []


def _unit(tree: Any) -> str:
    """The unit of a formula that is one call of a worksheet function."""
    called = str(tree.to_dict().get("name")).upper()
    return next((f.result.unit for f in TABLE if f.worksheet_name == called), "")
