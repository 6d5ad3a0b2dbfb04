"""Errors as values: Excel's error values as a type, and the exceptions that carry one."""

from enum import StrEnum
from typing import Final

_SHOWN: Final = 60


class ExcelError(StrEnum):
    """The error values a cell can hold."""

    NULL = "#NULL!"
    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    REF = "#REF!"
    NAME = "#NAME?"
    NUM = "#NUM!"
    NA = "#N/A"
    SPILL = "#SPILL!"
    CALC = "#CALC!"
    GETTING_DATA = "#GETTING_DATA"


class XlTcoError(Exception):
    """Base of all errors of this package: one clear line for a person."""


class FunctionError(XlTcoError):
    """A function was called with something it cannot compute; ``excel_error`` is its cell value."""

    excel_error: ExcelError


class ArgumentTypeError(FunctionError, TypeError):
    """An argument is not a number."""

    excel_error = ExcelError.VALUE


class OutOfDomainError(FunctionError, ValueError):
    """An argument is a number outside the limits."""

    excel_error = ExcelError.NUM


class ShapeError(FunctionError, ValueError):
    """Arrays that do not broadcast together."""

    excel_error = ExcelError.NA


class NotFiniteError(FunctionError, ArithmeticError):
    """A result too large, or not a number, for a floating-point cell."""

    excel_error = ExcelError.NUM


class UnknownKeyError(FunctionError, LookupError):
    """A name the catalog or the package does not hold."""

    excel_error = ExcelError.NA


class NotMeasuredError(UnknownKeyError):
    """An operating point beyond what was measured: there is no answer, and none is made up."""


class GivenError(FunctionError, ValueError):
    """A cell of a table holds an error, which comes out again."""

    def __init__(self, message: str, excel_error: ExcelError) -> None:
        super().__init__(message)
        self.excel_error = excel_error


class InputFileError(XlTcoError, ValueError):
    """A file that cannot be used: the message names file, key, value and what is allowed."""


def shown(value: object) -> str:
    """A value in a message: short, and never a fault of its own."""
    try:
        text = repr(value)
    except ValueError:  # Python prints no integer of thousands of digits
        return "a very large integer"
    except RecursionError:
        return "a very deep value"
    if "\n" in text:  # tables of numbers
        text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
