"""Field types of scenario files: figures with their limits and units from the function table."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any, Final, Generic, Self, TypeVar

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from xl_tco.catalog.models import AsOf, Key, Strict, Text
from xl_tco.catalog.records import PowerBasis
from xl_tco.errors import shown
from xl_tco.functions import ARGUMENTS
from xl_tco.scenario.kinds import INPUT_KINDS

# The first word of each is what holds where a scenario says nothing.
COST_FROM: Final = ("rate", "owned")
DEPRECIATION: Final = ("annuity", "straight line")
FACILITY: Final = ("colocation", "owned")
_Capex = Annotated[float, ARGUMENTS["capex_per_gpu"].limits]


class Kind(StrEnum):
    """How a figure came to be; shown by a word and a mark beside every input."""

    PUBLISHED = "published"
    MEASURED = "measured"
    RECOMPUTED = "recomputed"
    ASSUMED = "assumed"


class OneOf(GroupedMetadata):
    """Allow only these words, and say so."""

    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed

    def __iter__(self) -> Iterator[Any]:
        yield AfterValidator(self._check)
        yield WithJsonSchema({"type": "string", "enum": list(self.allowed)})

    def _check(self, value: str) -> str:
        if value not in self.allowed:
            raise ValueError(f"{shown(value)}: allowed: {', '.join(self.allowed)}")
        return value


def one_of(allowed: Iterable[str]) -> OneOf:
    """Allow only these words."""
    return OneOf(*allowed)


def unit_of(name: str) -> OneOf:
    """Allow only the unit of that function argument."""
    return OneOf(ARGUMENTS[name].quantity.unit)


class Given(Strict):
    """A figure that the scenario states itself, with where it comes from."""

    low: float | None = Field(None, description="Lower end of the range worth trying.")
    high: float | None = Field(None, description="Upper end of the range worth trying.")
    kind: Annotated[Kind, Field(strict=False)] = Kind.ASSUMED
    source: Key = "assumption"
    as_of: AsOf | None = None
    note: Text = ""

    def around(self, value: float) -> tuple[float, float]:
        """The range from low to high; an end that is not given is the value itself."""
        return (
            value if self.low is None else self.low,
            value if self.high is None else self.high,
        )

    @model_validator(mode="after")
    def _says_where_its_own_value_is_from(self) -> Self:
        stated = self.model_fields_set & {"kind", "source", "as_of"}
        if getattr(self, "value", 0) is None and stated:
            raise ValueError(f"{', '.join(sorted(stated))}: goes with a value; give one too")
        return self


class Cost(Given):
    """Cost per GPU-hour, where the catalog's figure is not the user's."""

    value: Annotated[float, ARGUMENTS["cost_per_gpu_hour"].limits]
    unit: Annotated[str | None, unit_of("cost_per_gpu_hour")] = None


class Throughput(Given):
    """Tokens per second per GPU, and which tokens are counted."""

    value: Annotated[float, ARGUMENTS["tokens_per_second_per_gpu"].limits]
    unit: Annotated[str, unit_of("tokens_per_second_per_gpu")]
    tokens: Annotated[str, one_of(("total", "output"))] = Field(
        description="Which tokens the value counts: input + output, or output alone."
    )


class Utilization(Given):
    """Share of paid hours in which the throughput is delivered."""

    value: Annotated[float, ARGUMENTS["utilization"].limits] = 1.0


class Power(Given):
    """Power per GPU; without a value, the catalog's figure of that basis and date."""

    basis: Annotated[PowerBasis, Field(strict=False)]
    value: Annotated[float, ARGUMENTS["kw_per_gpu"].limits] | None = None
    unit: Annotated[str | None, unit_of("kw_per_gpu")] = None


class Pue(Given):
    """Power usage effectiveness; 1 with utility power."""

    value: Annotated[float, ARGUMENTS["pue"].limits] = 1.0


class Compute(Given):
    """Peak compute; without a value, the catalog's figure of that precision and sparsity."""

    figure: Annotated[
        str,
        one_of(
            f"pflops_{precision}_{sparsity}"
            for precision in ("fp8", "fp4")
            for sparsity in ("dense", "sparse")
        ),
    ]
    value: Annotated[float, ARGUMENTS["pflops_per_gpu"].limits] | None = None
    unit: Annotated[str | None, unit_of("pflops_per_gpu")] = None


def compute_basis(figure: str) -> str:
    """A compute figure's precision and sparsity in words.

    >>> compute_basis("pflops_fp8_sparse")
    'FP8 sparse'
    """
    precision, sparsity = figure.removeprefix("pflops_").split("_")
    return f"{precision.upper()} {sparsity}"


Value = TypeVar("Value")


class Stated(Given, Generic[Value]):
    """A figure of the scenario that has a package-wide assumption to fall back on."""

    value: Value
    unit: Text | None = None


Yes = Annotated[str, one_of(("yes", "no", "unknown"))]


class Lever(Given):
    """A lever of the denominator: whether it is there, what it multiplies, whether it is measured.

    A lever that is inside the measured baseline stays at 1: it is not counted twice.
    """

    answer: Yes = "unknown"
    in_baseline: Annotated[str, one_of(("yes", "no"))] = "no"
    value: Annotated[float, ARGUMENTS["fp4_precision"].limits] = 1.0

    @model_validator(mode="after")
    def _counted_once(self) -> Self:
        if self.in_baseline == "yes" and self.value != 1:
            raise ValueError(
                f".value = {self.value:g}: the baseline holds this lever; leave it at 1, or say "
                'in_baseline = "no"'
            )
        return self


def _with_units(schema: dict[str, Any]) -> None:
    """Tell editors the one unit that each figure of a group is given in."""
    for name, item in schema["properties"].items():
        if name in INPUT_KINDS:
            item["properties"] = {"unit": {"enum": [INPUT_KINDS[name].quantity.unit, None]}}


class Figures(Strict):
    """A group of figures that fall back on the package's assumptions."""

    model_config = ConfigDict(json_schema_extra=_with_units)

    @model_validator(mode="after")
    def _in_their_units(self) -> Self:
        faults = [
            f".{name}.unit = {given.unit!r}: allowed: {INPUT_KINDS[name].quantity.unit}"
            for name, given in self.stated().items()
            if given.unit not in (None, INPUT_KINDS[name].quantity.unit)
        ]
        if faults:
            raise ValueError("\n  ".join(faults))
        return self

    def stated(self) -> dict[str, Stated[float]]:
        """The figures that the scenario gives itself, by name."""
        return {name: given for name, given in self if isinstance(given, Stated)}

    @classmethod
    def names(cls) -> list[str]:
        """Every figure of the group, in order."""
        return [name for name in cls.model_fields if name in INPUT_KINDS]


class Ownership(Figures):
    """What an owned GPU-hour is made of, and whether it feeds the model."""

    cost_from: Annotated[str, one_of(COST_FROM)] = Field(
        COST_FROM[0],
        description="The GPU-hour that feeds the model: hourly rate or owned.",
    )
    depreciation: Annotated[str, one_of(DEPRECIATION)] = DEPRECIATION[0]
    facility: Annotated[str, one_of(FACILITY)] = Field(
        FACILITY[0], description="Colocation or an owned facility: one of the two is charged."
    )
    server_capex_per_gpu: Stated[_Capex] | None = None
    network_capex_per_gpu: Stated[_Capex] | None = None
    storage_capex_per_gpu: Stated[_Capex] | None = None
    life_years: Stated[Annotated[float, ARGUMENTS["life_years"].limits]] | None = None
    cost_of_capital: Stated[Annotated[float, ARGUMENTS["cost_of_capital"].limits]] | None = None
    residual_value_share: (
        Stated[Annotated[float, ARGUMENTS["residual_value_share"].limits]] | None
    ) = None
    opex_rate: Stated[Annotated[float, ARGUMENTS["opex_rate"].limits]] | None = None
    colocation_per_kw_month: (
        Stated[Annotated[float, INPUT_KINDS["colocation_per_kw_month"].limits]] | None
    ) = None
    facility_capex_per_kw: (
        Stated[Annotated[float, INPUT_KINDS["facility_capex_per_kw"].limits]] | None
    ) = None
    facility_life_years: (
        Stated[Annotated[float, INPUT_KINDS["facility_life_years"].limits]] | None
    ) = None
    usd_per_kwh: Stated[Annotated[float, ARGUMENTS["usd_per_kwh"].limits]] | None = None
    average_load: Stated[Annotated[float, ARGUMENTS["average_load"].limits]] | None = None


class Business(Figures):
    """What tokens are sold for, and how total tokens split into input and output."""

    input_tokens: Stated[Annotated[float, ARGUMENTS["input_tokens"].limits]] | None = None
    output_tokens: Stated[Annotated[float, ARGUMENTS["output_tokens"].limits]] | None = None
    input_token_weight: Stated[Annotated[float, ARGUMENTS["input_token_weight"].limits]] | None = (
        None
    )
    input_price_per_mtok: (
        Stated[Annotated[float, ARGUMENTS["input_price_per_mtok"].limits]] | None
    ) = None
    output_price_per_mtok: (
        Stated[Annotated[float, ARGUMENTS["output_price_per_mtok"].limits]] | None
    ) = None
    cache_hit_rate: Stated[Annotated[float, ARGUMENTS["cache_hit_rate"].limits]] | None = None
    cached_input_price_ratio: (
        Stated[Annotated[float, ARGUMENTS["cached_input_price_ratio"].limits]] | None
    ) = None


_Utilization = Annotated[float, ARGUMENTS["utilization"].limits]
_Positive = Annotated[float, Field(gt=0)]


class Settings(Strict):
    """What belongs to the workbook rather than to a platform."""

    check_tolerance: _Positive = Field(
        1e-9, description="Relative difference that two ways of computing may show."
    )
    target_cost_per_mtok: Annotated[float, ARGUMENTS["target_cost_per_mtok"].limits] = 1.0
    utilization_points: Annotated[
        tuple[_Utilization, ...], Field(strict=False, min_length=5, max_length=5)
    ] = (0.2, 0.4, 0.6, 0.8, 1.0)
    grid_steps: Annotated[
        tuple[_Positive, ...], Field(strict=False, min_length=7, max_length=7)
    ] = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)
