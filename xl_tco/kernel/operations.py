"""What a formula may do beside arithmetic, on numbers, arrays and symbols alike."""

from collections.abc import Callable
from typing import Any


def where(condition: Any, if_true: Callable[[], Any], if_false: Callable[[], Any]) -> Any:
    """Give one of two values; for arrays element by element.

    A single number computes its own branch alone, so the other may divide by zero.

    Examples
    --------
    >>> where(0 > 1, lambda: 1 / 0, lambda: 2)
    2

    """
    if hasattr(condition, "choose_text"):
        return condition.choose_text(if_true(), if_false())
    if not getattr(condition, "shape", ()):
        return if_true() if condition else if_false()
    if hasattr(condition, "__array_namespace__"):
        return condition.__array_namespace__().where(condition, if_true(), if_false())
    # A pandas Series chooses by itself.
    return if_true().where(condition, if_false())
