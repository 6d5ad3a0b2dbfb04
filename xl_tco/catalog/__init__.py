"""Dated figures of platforms and their sources, validated as they are loaded."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from xl_tco.catalog.models import Catalog

_FIGURE_FILES = ("cost_per_gpu_hour.toml", "kw_per_gpu.toml", "hardware.toml")


@cache
def load_catalog() -> Catalog:
    """Load the catalog that ships with the package.

    >>> load_catalog().figure("h200", "kw_per_gpu", "2026-02", basis="utility").value
    1.73
    """
    return Catalog.model_validate(
        {
            "platforms": _toml("platforms.toml"),
            "sources": _toml("sources.toml"),
            "revisions": [
                revision for name in _FIGURE_FILES for revision in _toml(name)["revision"]
            ],
        }
    )


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))
