"""Cost and power on the command line: a number, or one for each platform."""

import math
from collections.abc import Iterable
from typing import Any, Final

import click


class _Above0(click.FloatRange):
    """A number above 0; not NaN, which is neither below nor above."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Take the number out of the text."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number", param, ctx)
        return number


class _Rate(click.ParamType):  # type: ignore[type-arg]
    """A number above 0, after a platform and ``=`` where it is that of one platform."""

    name = "[PLATFORM=]NUMBER"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """Take platform and number out of the text."""
        platform, _, number = str(value).rpartition("=")
        return platform.strip(), ABOVE_0.convert(number, param, ctx)


ABOVE_0: Final = _Above0(min=0, min_open=True, max=1e12)
RATE: Final = _Rate()


def given_rates(rates: Iterable[tuple[str, float]], option: str) -> float | dict[str, float] | None:
    """What was given: nothing, one number, or numbers by platform.

    Raises
    ------
    click.UsageError
        A platform is given twice, or a number beside those of platforms.

    """
    found: dict[str, float] = {}
    for platform, value in rates:
        if any(platform.casefold() == other.casefold() for other in found):
            raise click.UsageError(
                f"{option} is given twice{f' for {platform}' if platform else ''}"
            )
        found[platform] = value
    if "" in found and len(found) > 1:
        raise click.UsageError(f"{option}: give PLATFORM=NUMBER for each platform, or one number")
    return found.get("", found or None)
