"""A scenario: one platform in one situation."""

from collections.abc import Iterator
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from xl_tco.catalog.models import AsOf, Key, Source, Strict, Text, load_catalog
from xl_tco.catalog.records import Figure, PowerBasis, Tier
from xl_tco.errors import UnknownKeyError
from xl_tco.scenario.fields import (
    Business,
    Compute,
    Cost,
    Given,
    Lever,
    Ownership,
    Power,
    Pue,
    Settings,
    Throughput,
    Utilization,
    Yes,
    compute_basis,
    one_of,
)

LEVERS: Final = tuple(item.key for item in load_catalog().inquiries if item.lever)
OWN: Final = "own"
"""The platform's key where the catalog knows nothing of it."""
INQUIRIES: Final = tuple(item.key for item in load_catalog().inquiries if not item.lever)


class Scenario(Strict):
    """What one platform costs, draws and delivers; a scenario file is this, in TOML."""

    title: Text
    model: Text = Field(description="The language model that was measured.")
    operating_point: Text = Field(
        "not published", description="ISL/OSL, interactivity, speculative decoding."
    )
    platform: Annotated[Key, one_of((*load_catalog().platforms, OWN))] = Field(
        description="A platform of the catalog, or own: then cost, power and compute are given."
    )
    tier: Annotated[Tier, Field(strict=False)]
    as_of: AsOf = Field(description="Figures published by then are used; a month means its end.")
    throughput: Throughput
    power: Power
    compute: Compute
    cost: Cost | None = None
    utilization: Utilization = Utilization()
    pue: Pue = Pue()
    catalog_platform: Annotated[Key, one_of(load_catalog().platforms)] | None = Field(
        None,
        description="A platform of the catalog whose cost, power and compute are in force instead "
        "of this scenario's.",
    )
    ownership: Ownership = Ownership()
    business: Business = Business()
    levers: dict[Annotated[Key, one_of(LEVERS)], Lever] = Field(
        {},
        description="Levers of the denominator, by name.",
        json_schema_extra={"propertyNames": {"enum": list(LEVERS)}},
    )
    inquiries: dict[Annotated[Key, one_of(INQUIRIES)], Yes] = Field(
        {},
        description="Answers to the inquiries that are no levers, by name.",
        json_schema_extra={"propertyNames": {"enum": list(INQUIRIES)}},
    )
    settings: Settings = Settings()
    sources: dict[Key, Source] = Field(
        {},
        description="Sources of your own, by key.",
        json_schema_extra={"additionalProperties": False},
    )

    @property
    def platform_name(self) -> str:
        """The platform as people call it."""
        known = load_catalog().platforms
        return known[self.platform].name if self.platform in known else self.title

    @property
    def all_sources(self) -> dict[str, Source]:
        """The catalog's sources and the scenario's own."""
        return {**load_catalog().sources, **self.sources}

    @property
    def compute_basis(self) -> str:
        """Precision and sparsity in words: ``FP8 sparse``."""
        return compute_basis(self.compute.figure)

    @property
    def warnings(self) -> list[str]:
        """What is allowed but very probably a mistake."""
        if self.power.basis is PowerBasis.UTILITY and self.pue.value != 1:
            return [
                f"power.basis is utility and pue is {self.pue.value:g}: facility overhead is "
                "counted twice; give pue 1, or power of basis it"
            ]
        return []

    def given(self) -> Iterator[tuple[str, Given]]:
        """Every figure that the scenario states itself, with its place in the file."""
        for key, item in self:
            if isinstance(item, Given):
                yield key, item
        for key, group in (("ownership", self.ownership), ("business", self.business)):
            yield from ((f"{key}.{name}", stated) for name, stated in group.stated().items())
        yield from ((f"levers.{name}", lever) for name, lever in self.levers.items())

    @property
    def _capex_is_known(self) -> bool:
        known = load_catalog().assumptions["server_capex_per_gpu"].platforms
        return self.ownership.server_capex_per_gpu is not None or self.platform in known

    def published_cost(self) -> Figure:
        """The catalog's cost per GPU-hour of this platform, tier and date."""
        return load_catalog().figure(self.platform, "cost_per_gpu_hour", self.as_of, tier=self.tier)

    def published_power(self) -> Figure:
        """The catalog's kW per GPU of this platform, basis and date."""
        return load_catalog().figure(
            self.platform, "kw_per_gpu", self.as_of, basis=self.power.basis
        )

    def published_compute(self) -> Figure:
        """The catalog's peak compute of this platform, precision and sparsity."""
        return load_catalog().figure(self.platform, self.compute.figure, self.as_of)

    @model_validator(mode="after")
    def _can_be_resolved(self) -> Self:
        needed = []
        if self.cost is None:
            needed.append(("cost", self.published_cost))
        if self.power.value is None:
            needed.append(("power", self.published_power))
        if self.compute.value is None:
            needed.append(("compute", self.published_compute))
        faults = []
        for key, published in needed:
            try:
                published()
            except UnknownKeyError as error:
                faults.append(f"{key}: give a value, since {error}")
        faults += [
            f"{key}.source = {given.source!r}: allowed: {', '.join(self.all_sources)}, "
            "or one of your own under [sources.NAME]"
            for key, given in self.given()
            if given.source not in self.all_sources
        ]
        if self.ownership.cost_from == "owned" and not self._capex_is_known:
            faults.append(
                "ownership.server_capex_per_gpu: give a value, since the owned GPU-hour feeds the "
                "model and the catalog has none for this platform"
            )
        if faults:
            raise ValueError("\n  ".join(faults))
        return self
