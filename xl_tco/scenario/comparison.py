"""A comparison: a baseline, a candidate, and what somebody published about the two."""

from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from xl_tco.catalog.models import AsOf, Key, Strict, Text, load_catalog
from xl_tco.scenario.fields import Settings, one_of

PUBLISHED_METRICS = (
    "cost_per_gpu_hour",
    "flops_per_dollar",
    "tokens_per_second_per_gpu",
    "tokens_per_mw",
    "cost_per_mtok",
)


RELATIVE_SUFFIX: Final = "_relative"
"""What the names of the ratios bear, where those of a platform bear its label."""


class PublishedCell(Strict):
    """A figure as printed, and with it the values that are printed so."""

    shown: Text = Field(description="As printed, e.g. 54K.")
    value: float
    step: Annotated[float, Field(gt=0, description="One unit of the last digit that counts.")]
    rounding: Annotated[str, one_of(("nearest", "truncated"))] = "nearest"
    note: Text = Field("", description="Why the figure does not follow, where it does not.")

    @property
    def lowest(self) -> float:
        """The smallest value that is printed so."""
        below = Decimal(str(self.step)) / 2 if self.rounding == "nearest" else Decimal(0)
        return float(Decimal(str(self.value)) - below)

    @property
    def beyond(self) -> float:
        """The smallest value above that is printed otherwise."""
        return float(Decimal(str(self.lowest)) + Decimal(str(self.step)))


class PublishedMetric(Strict):
    """One row of the published table."""

    metric: Annotated[str, one_of(PUBLISHED_METRICS)]
    baseline: PublishedCell
    candidate: PublishedCell
    relative: PublishedCell


class Side(Strict):
    """One of the two scenarios."""

    scenario: Text = Field(description="Name of a shipped scenario, or a file beside this one.")
    label: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 ]{0,19}$")]

    @property
    def suffix(self) -> str:
        """What tells this side's defined names from the other's."""
        return "_" + self.label.lower().replace(" ", "_")


class Comparison(Strict):
    """A comparison file is this, in TOML."""

    title: Text
    as_of: AsOf
    source: Annotated[Key, one_of(load_catalog().sources)] = "assumption"
    baseline: Side
    candidate: Side
    published: Annotated[tuple[PublishedMetric, ...], Field(strict=False)] = ()
    settings: Settings = Settings()

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        faults: list[Any] = []
        if self.baseline.suffix == self.candidate.suffix:
            faults.append("baseline.label and candidate.label must differ")
        if RELATIVE_SUFFIX in (self.baseline.suffix, self.candidate.suffix):
            faults.append("label: Relative is the name of the ratio; give another")
        metrics = [row.metric for row in self.published]
        faults += [
            f"published: {metric} is given more than once"
            for metric in sorted(set(metrics))
            if metrics.count(metric) > 1
        ]
        if faults:
            raise ValueError("\n  ".join(faults))
        return self
