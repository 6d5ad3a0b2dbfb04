"""Field types of scenario files: figures with their limits and units from the function table."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from xl_tco.catalog.models import AsOf, Key, PowerBasis, Strict, Text
from xl_tco.errors import shown
from xl_tco.functions import ARGUMENTS, quantity_of
from xl_tco.kernel.quantities import PricePerMtok
from xl_tco.limits import Limits

PRICE: Final = quantity_of(PricePerMtok)
PRICE_LIMITS: Final = Limits.of(PricePerMtok.__metadata__)


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


class Price(Given):
    """Selling price of a million tokens, of the same kind that the throughput counts."""

    value: Annotated[float, PRICE_LIMITS]
    unit: Annotated[str | None, one_of((PRICE.unit,))] = None
