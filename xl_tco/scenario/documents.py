"""The TOML text of a scenario or comparison, validated with all faults at once."""

import tomllib
from collections.abc import Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from xl_tco.errors import InputFileError, shown

_KEY = "[key]"
"""What pydantic calls the place of a key, where it is the key that is wrong."""

Model = TypeVar("Model", bound=BaseModel)


def document_of(text: str, place: str) -> dict[str, Any]:
    """Read TOML.

    Raises
    ------
    InputFileError
        It is none.

    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InputFileError(f"{place}: not TOML: {error}") from None


def validated(model: type[Model], document: dict[str, Any], place: str) -> Model:
    """What a document says, as a model.

    Raises
    ------
    InputFileError
        The message lists every fault.

    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False)
        refuse(place, [fault for item in found for fault in _faults(model, item)])
        raise


def refuse(place: str, faults: list[str]) -> None:
    """Refuse what has faults.

    Raises
    ------
    InputFileError
        There is one at least.

    """
    if faults:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise InputFileError("\n  ".join([f"{place}: {count}", *faults])) from None


def _faults(model: type[BaseModel], item: Any) -> list[str]:
    """What is wrong, each fault in one line: key, value, what is allowed."""
    key = ".".join(str(part) for part in item["loc"] if part != _KEY)
    message = item["msg"].removeprefix("Value error, ")
    match item["type"]:
        case "extra_forbidden":
            allowed = ", ".join(_keys_beside(model, item["loc"]))
            return [f"{key}: unknown key; allowed: {allowed}"]
        case "missing":
            return [f"{key}: missing; it has to be given"]
        case "model_type":
            return [f"{key} = {shown(item['input'])}: give a table of keys and values"]
        case "value_error" if item["loc"][-1:] == (_KEY,):
            return [f"{key}: unknown key; {message.partition(': ')[2]}"]
        case "value_error":
            return [_placed(key, line) for line in message.split("\n  ")]
    return [f"{key} = {shown(item['input'])}: {message[0].lower()}{message[1:]}"]


def _placed(key: str, message: str) -> str:
    """A fault of a whole table names the key inside it, after a dot."""
    return f"{key}{message}" if not key or message.startswith(".") else f"{key} = {message}"


def _keys_beside(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    for part in loc[:-1]:
        field = model.model_fields.get(str(part))
        model = (field and _model_in(field.annotation)) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
