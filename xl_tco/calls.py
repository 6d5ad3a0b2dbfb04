"""Calling a formula with its limits enforced: the one mechanism behind Python and every cell."""

import functools
import inspect
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from numbers import Real
from typing import Any, Final, ParamSpec, TypeVar

from xl_tco.declaration import Argument, Function, Shape
from xl_tco.errors import (
    ArgumentTypeError,
    FunctionError,
    NotFiniteError,
    OutOfDomainError,
    ShapeError,
    shown,
)

P = ParamSpec("P")
R = TypeVar("R")

_PLAIN: Final = frozenset((float, int))
_TAKEN: Final = {
    Shape.WORD: (str,),
    Shape.DATE: (str, date, int, float),
    Shape.TABLE: (list,),
}


def checked(formula: Callable[P, R]) -> Callable[P, R]:
    """Give a kernel formula its public face: limits enforced, documentation completed.

    A scalar outside the limits raises; so does an array with an element outside, naming its
    place. NaN elements of an array pass through as missing data.
    """
    function = Function.of(formula)
    signature = inspect.signature(formula)

    @functools.wraps(formula)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        result: R = evaluate(function, list(bound.arguments.values()))
        return result

    call.__doc__ = documentation(function)
    call.__module__ = "xl_tco"
    plain = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    call.__signature__ = inspect.Signature(plain)  # type: ignore[attr-defined]
    return call


def evaluate(function: Function, values: Sequence[Any]) -> Any:
    """Compute a function from one value per argument: numbers, or arrays that broadcast.

    Lookups take texts and dates instead.
    """
    pairs = list(zip(function.arguments, values, strict=True))
    if not function.is_formula:
        return _looked_up(function, pairs)
    for argument, value in pairs:
        _require_numbers(function, argument, value)
    for argument, value in pairs:
        _require_within(function, argument, value)
    numbers = [_not_fixed_width(value) for value in values]
    if all(map(_is_number, numbers)):
        result = _computed(function, pairs, numbers)
        finite = all(map(_is_finite, _parts(result)))
    else:
        _require_aligned(function, pairs)
        with warnings.catch_warnings():
            # What NumPy warns of is raised below.
            warnings.simplefilter("ignore", RuntimeWarning)
            result = _computed(function, pairs, numbers)
            finite = all(
                bool(((abs(part) < math.inf) | _missing(numbers)).all()) for part in _parts(result)
            )
    if not finite:
        raise NotFiniteError(_too_extreme(function, pairs))
    return result


def documentation(function: Function) -> str:
    """Complete a formula's docstring with what its signature declares."""
    text = inspect.getdoc(function.formula) or ""
    head, _, examples = text.partition("Examples\n--------\n")
    lines = [head.rstrip(), "", "Parameters", "----------"]
    for argument in function.arguments:
        optional = f", default {argument.default_text}" if argument.default_text else ""
        lines += [
            f"{argument.name} : {_taken_words(argument)}{optional or _optional(argument)}",
            f"    {argument.quantity.help} [{argument.quantity.unit}]",
        ]
    lines += ["", "Returns", "-------", _given_words(function)]
    lines += [f"    {function.result.help} [{function.result.unit}]"]
    lines += ["", "Raises", "------", "ArgumentTypeError", "    An argument is of another type."]
    if function.is_formula:
        lines += ["OutOfDomainError", "    An argument is outside its limits."]
        lines += ["ShapeError", "    Arrays do not broadcast together."]
        lines += ["NotFiniteError", "    The result is too large for a floating-point number."]
    else:
        lines += ["UnknownKeyError", "    The catalog has no such platform or figure."]
    lines += ["", "Examples", "--------", examples.rstrip()]
    return "\n".join(lines)


def _taken_words(argument: Argument) -> str:
    if argument.shape is Shape.NUMBER:
        return f"float or array, {argument.limits.words}"
    return {Shape.WORD: "str", Shape.DATE: "str or date"}[argument.shape]


def _optional(argument: Argument) -> str:
    return "" if argument.default is None else ", optional"


def _given_words(function: Function) -> str:
    if not function.is_formula:
        return "float or str"
    parts = f"named tuple ({', '.join(function.parts)}) of " if function.parts else ""
    return f"{parts}float or array, of the shape the arguments broadcast to"


def _looked_up(function: Function, pairs: Sequence[tuple[Argument, Any]]) -> Any:
    for argument, value in pairs:
        if argument.shape is Shape.NUMBER:
            _require_numbers(function, argument, value)
            _require_within(function, argument, value)
        elif not isinstance(value, _TAKEN[argument.shape]) or isinstance(value, bool):
            raise ArgumentTypeError(
                f"{function.name}: {argument.name} = {shown(value)} is a {type(value).__name__}; "
                f"give a {argument.shape.value}: {argument.quantity.help}"
            )
    try:
        return function.formula(*(value for _, value in pairs))
    except FunctionError:
        raise
    except ValueError as error:
        raise ArgumentTypeError(
            f"{function.name}: {shown(str(error))} is no date; give YYYY, YYYY-MM or YYYY-MM-DD"
        ) from None


def _parts(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def _computed(
    function: Function, pairs: Sequence[tuple[Argument, Any]], numbers: Sequence[Any]
) -> Any:
    try:
        return function.formula(*numbers)
    except (ZeroDivisionError, OverflowError):
        raise NotFiniteError(_too_extreme(function, pairs)) from None
    except ValueError as error:
        raise _shape_error(function, pairs) from error


def _not_fixed_width(value: Any) -> Any:
    """Integers of fixed width would wrap silently: NumPy's become floating-point."""
    if type(value) in _PLAIN or isinstance(value, (int, float, Fraction)):
        return value
    if _is_numeric_array(value):
        return value * 1.0 if value.dtype.kind in "iu" else value
    return float(value)


def _missing(numbers: Sequence[Any]) -> Any:
    missing: Any = False
    for value in numbers:
        missing = (value != value) | missing
    return missing


def _is_number(value: object) -> bool:
    # The plain types first: asking an abstract class takes longer than the formula.
    return type(value) in _PLAIN or (isinstance(value, Real) and not isinstance(value, bool))


def _is_numeric_array(value: Any) -> bool:
    return getattr(getattr(value, "dtype", None), "kind", None) in ("i", "u", "f")


def _require_numbers(function: Function, argument: Argument, value: Any) -> None:
    if _is_number(value) or _is_numeric_array(value):
        return
    kind, dtype = type(value).__name__, getattr(value, "dtype", None)
    if dtype is None:
        words = f"is a {kind}, not a number; give a number in {argument.quantity.unit} or an array"
        words += f" of numbers{', such as one column' if hasattr(value, 'columns') else ''}"
    else:
        words = f"is a {kind} of {dtype}, not of numbers; give floating-point numbers "
        words += f"in {argument.quantity.unit}"
    raise ArgumentTypeError(f"{function.name}: {argument.name} = {shown(value)} {words}")


def _require_aligned(function: Function, pairs: Sequence[tuple[Argument, Any]]) -> None:
    """Refuse Series of which one has labels that another lacks: pandas would make up gaps."""
    labelled = [(argument, value) for argument, value in pairs if hasattr(value, "index")]
    for argument, value in labelled[1:]:
        first = labelled[0]
        if not same_labels(first[1].index, value.index):
            raise ShapeError(
                f"{function.name}: the indexes of {first[0].name} and {argument.name} differ; give "
                "Series with the same labels, or .to_numpy() to go by position"
            )


def same_labels(one: Any, other: Any) -> bool:
    """Tell whether two indexes have the same labels, in whatever order if each is there once."""
    if len(one) != len(other) or one.equals(other):
        return len(one) == len(other)
    return bool(one.is_unique and other.is_unique and one.isin(other).all())


def _require_within(function: Function, argument: Argument, value: Any) -> None:
    if _is_number(value):
        if not (_is_finite(value) and argument.limits.contains(value)):
            raise _outside(function, argument, "", value)
        return
    missing = value != value
    allowed = ((argument.limits.within(value) & (abs(value) != math.inf)) | missing) == True  # noqa: E712
    if not bool(allowed.all()):
        place, element = next(
            (place, element)
            for (place, good), (_, element) in zip(
                _elements(allowed.tolist()), _elements(value.tolist()), strict=True
            )
            if good is False
        )
        raise _outside(function, argument, place, element)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond the range of floats
        return False


def _elements(nested: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(nested, list):
        for index, item in enumerate(nested):
            yield from _elements(item, f"{place}[{index}]")
    else:
        yield place, nested


def _outside(function: Function, argument: Argument, place: str, value: object) -> OutOfDomainError:
    return OutOfDomainError(
        f"{function.name}: {argument.name}{place} = {shown(value)} is outside its limits; "
        f"give {_article(argument.limits.words)} [{argument.quantity.unit}]"
    )


def _article(words: str) -> str:
    return words if words.startswith("any") else f"a finite number {words}"


def _too_extreme(function: Function, pairs: Sequence[tuple[Argument, Any]]) -> str:
    given = ", ".join(f"{argument.name} = {shown(value)}" for argument, value in pairs)
    return (
        f"{function.name}: the result is beyond the range of floating-point numbers for {given}; "
        "give figures of a plausible size"
    )


def _shape_error(function: Function, pairs: Sequence[tuple[Argument, Any]]) -> ShapeError:
    shapes = ", ".join(
        f"{argument.name} {tuple(getattr(value, 'shape', ()))}" for argument, value in pairs
    )
    return ShapeError(
        f"{function.name}: the shapes do not broadcast together: {shapes}; "
        "give arrays of equal shape, or a single number"
    )
