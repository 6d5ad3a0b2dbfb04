"""Taking fields out of a document: present, of their kind, finite; or a fault that says so."""

import math
from collections.abc import Mapping
from typing import Any, Final

from xl_tco.errors import InputFileError, shown

_MISSING: Final = object()


class Fields:
    """The fields of one record, and where it stands."""

    def __init__(self, document: Mapping[str, Any], place: str) -> None:
        self._document = document
        self._place = place

    @property
    def document(self) -> Mapping[str, Any]:
        """The record as it stands in the file."""
        return self._document

    def number(self, *path: str) -> float:
        """A number that has to be there.

        Raises
        ------
        InputFileError
            It is not, or it is no finite number.

        """
        value = self.maybe(*path)
        if value is None:
            raise self.fault(f"{'.'.join(path)} is missing or empty; the importer needs it")
        return value

    def maybe(self, *path: str) -> float | None:
        """A number, or None where the file has none."""
        value = self._at(path)
        if value is _MISSING or value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.fault(f"{'.'.join(path)} = {shown(value)} is no number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.fault(f"{'.'.join(path)} = {shown(value)} is no finite number")
        return number

    def positive(self, *path: str) -> float:
        """A number above 0 that has to be there."""
        value = self.number(*path)
        if value <= 0:
            raise self.fault(f"{'.'.join(path)} = {value:g}; it has to be greater than 0")
        return value

    def whole(self, *path: str) -> int:
        """A whole number above 0 that has to be there."""
        value = self.positive(*path)
        if not value.is_integer():
            raise self.fault(f"{'.'.join(path)} = {value:g} is no whole number")
        return int(value)

    def word(self, *path: str) -> str:
        """A text that has to be there."""
        text = self.text(*path)
        if not text.strip():
            raise self.fault(f"{'.'.join(path)} is missing or empty; the importer needs it")
        return text

    def text(self, *path: str) -> str:
        """A text; empty where the file has none."""
        value = self._at(path)
        if value is _MISSING or value is None:
            return ""
        if not isinstance(value, str):
            raise self.fault(f"{'.'.join(path)} = {shown(value)} is no text")
        return value

    def logical(self, *path: str) -> bool | None:
        """A logical, or None where the file has none."""
        value = self._at(path)
        if value is _MISSING or value is None:
            return None
        if not isinstance(value, bool):
            raise self.fault(f"{'.'.join(path)} = {shown(value)} is neither true nor false")
        return value

    def fault(self, message: str) -> InputFileError:
        """A fault of this record."""
        return InputFileError(f"{self._place}: {message}")

    def _at(self, path: tuple[str, ...]) -> Any:
        found: Any = self._document
        for key in path:
            if not isinstance(found, Mapping):
                return _MISSING
            found = found.get(key, _MISSING)
        return found
