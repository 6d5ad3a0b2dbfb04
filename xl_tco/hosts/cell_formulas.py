"""A function in a cell, in the three flavours of one workbook."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from xl_tco.excel_text import arithmetic, guarded
from xl_tco.functions import Function

LENGTH_LIMIT: Final = 95
"""What people still read in one cell."""


class Flavour(StrEnum):
    """Who computes: the Python add-in, LAMBDA names in the file, or the cell's own arithmetic."""

    ADDIN = "addin"
    LAMBDA = "lambda"
    NATIVE = "native"

    @property
    def calls_by_name(self) -> bool:
        """Tell whether cells hold ``COST_PER_MTOK(...)`` rather than arithmetic."""
        return self is not Flavour.NATIVE


def cell_formula(function: Function, references: Sequence[str], flavour: Flavour) -> str:
    """The cell's text, without the leading ``=``, for references to its leading arguments.

    Arithmetic goes without its guard where people could no longer read both in one cell; what
    checks the inputs stands for it.
    """
    if flavour.calls_by_name:
        return f"{function.worksheet_name}({','.join(references)})"
    names = [argument.name for argument in function.arguments]
    texts = dict(zip(names, references, strict=False))
    texts |= {item.name: item.default_text for item in function.arguments[len(references) :]}
    text = guarded(function, texts)
    return text if len(text) <= LENGTH_LIMIT else arithmetic(function, texts)
