"""What computes, and which version of it."""

from typing import Annotated, Final

from xl_tco.kernel.quantities import Quantity

PYTHON_ENGINE: Final = "The Python functions of xl_tco"
LAMBDA_ENGINE: Final = "LAMBDA names in this workbook"
CELL_ENGINE: Final = "The cells' own arithmetic"


def tco_version() -> Annotated[str, Quantity("Version", "text", "Version of the package.")]:
    """Version of xl_tco that computes here.

    Examples
    --------
    >>> tco_version().count(".")
    2

    """
    from xl_tco import __version__

    return __version__


def tco_engine() -> Annotated[str, Quantity("Engine", "text", "What computes the functions.")]:
    """What computes the functions here: Python, or LAMBDA names in the workbook.

    Examples
    --------
    >>> tco_engine()
    'The Python functions of xl_tco'

    """
    return PYTHON_ENGINE
