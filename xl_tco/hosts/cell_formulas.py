"""A function in a cell, in the three flavours of one workbook."""

from collections.abc import Sequence
from enum import StrEnum

from xl_tco.excel_text import guarded
from xl_tco.functions import Function


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
    """The cell's text, without the leading ``=``, for one reference per argument."""
    if flavour.calls_by_name:
        return f"{function.worksheet_name}({','.join(references)})"
    names = [argument.name for argument in function.arguments]
    return guarded(function, dict(zip(names, references, strict=True)))
