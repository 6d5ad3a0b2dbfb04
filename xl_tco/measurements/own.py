"""Measurements as this package writes them, one JSON object each: ``xl-tco extract`` does."""

import json
from collections.abc import Mapping
from typing import Any, Final
from zlib import crc32

from xl_tco.measurements.asking import Asked
from xl_tco.measurements.fields import Fields
from xl_tco.measurements.record import Measurement, Tool

_MARK: Final = "xl_tco"
_FORMAT: Final = "measurement 1"


def recognises(document: Mapping[str, Any]) -> bool:
    """Tell whether a document is one of these."""
    return _MARK in document


def measurement(fields: Fields, asked: Asked) -> Measurement:
    """Read one record. It says all that there is to say; nothing is asked."""
    found = fields.word(_MARK)
    if found != _FORMAT:
        raise fields.fault(f"{_MARK} = {found!r}; this version reads {_FORMAT!r}")
    try:
        tool = Tool(fields.word("tool"))
    except ValueError:
        raise fields.fault(f"tool; give one of {', '.join(Tool)}") from None
    said = {"source_file": asked.file, "position": asked.position}
    said |= {key: value for key, value in fields.document.items() if key != _MARK}
    return Measurement.model_validate(said | {"tool": tool})


def fingerprint(item: Measurement) -> str:
    """A word that is another one, most likely, for any other measurement.

    Cost and power count for nothing: in a workbook they are inputs.
    """
    said = list(_kept(item, {"cost_per_gpu_hour", "kw_per_gpu"}).values())
    return f"r{crc32(json.dumps(said).encode()):08x}"


def same_run(item: Measurement) -> str:
    """A text that two measurements have in common only if they are of one run.

    Where they are stored counts for nothing.
    """
    said = _kept(item, {"source_file", "position"})
    return json.dumps(said | {"platform": item.platform.casefold()})


def _kept(item: Measurement, without: set[str]) -> dict[str, Any]:
    """What a measurement says; of numbers fifteen digits, which every program keeps."""
    return {
        name: f"{value:.15g}" if isinstance(value, float) else value
        for name, value in item.model_dump(mode="json", exclude=without).items()
    }


def line(item: Measurement) -> str:
    """A measurement as one line of a file."""
    return json.dumps({_MARK: _FORMAT, **item.model_dump(mode="json", exclude_defaults=True)})
