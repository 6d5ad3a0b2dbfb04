"""Inputs of a workbook of measurements as a file states them."""

from typing import TypeAlias

from xl_tco.catalog.models import Strict, Text


class StatedFigure(Strict):
    """A number, and the range that stands beside it."""

    value: float
    low: float
    high: float


Stated: TypeAlias = StatedFigure | Text


class StatedInputs(Strict):
    """Title and inputs by name, as on sheet Inputs; those not stated are as they would be."""

    title: Text
    inputs: dict[str, Stated]
