"""The economics once more, in exact fractions: the oracle of the workbook tests.

Written from the definitions, not from the kernel: an annuity is what its payments are worth
today, the catalog is read from the CSV file of its source. A float stands for the decimal typed.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache, cached_property
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

TOLERANCE = Fraction(1, 10**12)

LIKE_FOR_LIKE = "flops_per_dollar_like_for_like"
OWN_FIGURES = "own figures"
NEVER = "never"
NOT_AVAILABLE = "#N/A"
SETTINGS = ("check_tolerance", "utilization_point", "grid_step", "target_cost_per_mtok")
CAPEX = ("server_capex_per_gpu", "network_capex_per_gpu", "storage_capex_per_gpu")
PARTS = ("capital", "opex", "facility", "energy")

Expected: TypeAlias = Fraction | str

_DIGITS = Context(prec=60)
_PRICES_AND_POWER = Path(__file__).parent / "data" / "gpu_cost_and_power.csv"
# Columns of that file: what they are, and since when they hold.
_COSTS = {
    "owned_hyperscaler": {
        "2026-02": "costh_v2",
        "2026-08": "costh_aug2026",
        "2026-11": "costh_latest",
    },
    "owned_neocloud": {"2026-02": "costn_v2", "2026-08": "costn_aug2026"},
    "rental_3yr": {"2026-02": "costr_v2", "2026-08": "costr_aug2026", "2026-11": "costr_latest"},
}
_POWER = {
    "utility": {"2026-02": "kw_per_gpu_v2(<=2026-07-13)"},
    "it": {"2026-07-14": "kw_per_gpu(>=2026-07-14)"},
}
# Peak PFLOP/s of one GPU as their makers publish them, known since February 2026.
PEAK = {
    "h200": {"FP8 dense": "1.979", "FP8 sparse": "3.958"},
    "gb300": {"FP8 dense": "5", "FP8 sparse": "10", "FP4 dense": "15", "FP4 sparse": "20"},
    "b300": {"FP8 dense": "4.5", "FP8 sparse": "9", "FP4 dense": "14", "FP4 sparse": "18"},
}
COMMON = "FP8 dense"
TIERS, BASES = tuple(_COSTS), tuple(_POWER)
DATES = ("2026-02", "2026-08", "2026-11")


class NotInCatalogError(LookupError):
    """Nothing was published by then."""


class Difference(Fraction):
    """A difference of two figures: it is as exact as they are, not as small as it is."""

    scale: Fraction

    @classmethod
    def of(cls, value: Fraction, scale: Fraction) -> "Difference":
        made = cls(value)
        made.scale = abs(scale)
        return made


def exact(typed: float) -> Fraction:
    """The decimal number that was typed."""
    return Fraction(repr(typed))


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """Exact for whole exponents, to 60 digits for others."""
    if exponent.denominator == 1:
        return base**exponent.numerator
    return Fraction(_DIGITS.power(_decimal(base), _decimal(exponent)))


def _decimal(value: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def annuity(capex: Fraction, residual: Fraction, rate: Fraction, years: Fraction) -> Fraction:
    """The level yearly payment that is worth, today, what is spent and not got back."""
    if rate == 0:
        return (capex - residual) / years
    discounted = 1 / power(1 + rate, years)
    return (capex - residual * discounted) / ((1 - discounted) / rate)


@cache
def catalog() -> dict[str, dict[str, str]]:
    """The rows of the source's constants by platform."""
    with _PRICES_AND_POWER.open(encoding="utf-8") as file:
        return {row["gpu"]: row for row in csv.DictReader(file)}


def newest(platform: str, columns: Mapping[str, str], as_of: str) -> Fraction:
    """The newest figure that was published by then; a month means its end."""
    row = catalog()[platform]
    known = [
        row[column]
        for since, column in sorted(columns.items())
        if f"{since}-00" <= f"{as_of}-99" and row[column]
    ]
    if not known:
        raise NotInCatalogError(platform)
    return Fraction(known[-1])


@dataclass(frozen=True)
class Side:
    """One platform: its inputs by name, numbers and words, and what they come to."""

    given: Mapping[str, Any]
    compute: str = ""

    def number(self, name: str) -> Fraction:
        return exact(self.given[name])

    def changed(self, name: str, value: float) -> "Side":
        """The same with one input at another value."""
        return Side({**self.given, name: value}, self.compute)

    def _in_force(self, name: str, looked_up: Callable[[str, str], Fraction]) -> Fraction:
        platform = self.given["platform"]
        if platform == OWN_FIGURES:
            return self.number(name)
        return looked_up(platform, self.given["as_of"])

    def _peak(self, name: str, basis: str) -> Fraction:
        def published(platform: str, _as_of: str) -> Fraction:
            if basis not in PEAK.get(platform, {}):
                raise NotInCatalogError(platform)
            return Fraction(PEAK[platform][basis])

        return self._in_force(name, published)

    @property
    def hourly_rate(self) -> Fraction:
        return self._in_force(
            "cost_per_gpu_hour", lambda key, by: newest(key, _COSTS[self.given["tier"]], by)
        )

    @property
    def kw(self) -> Fraction:
        return self._in_force(
            "kw_per_gpu", lambda key, by: newest(key, _POWER[self.given["power_basis"]], by)
        )

    @property
    def pflops(self) -> Fraction:
        return self._peak("pflops_per_gpu", self.compute)

    @property
    def like_for_like(self) -> Fraction:
        return self._peak("pflops_like_for_like", COMMON)

    @property
    def capex(self) -> Fraction:
        return sum((self.number(name) for name in CAPEX), Fraction(0))

    @property
    def rate(self) -> Fraction:
        """Cost of capital in the charge: none in straight-line depreciation."""
        annuities = self.given["depreciation"] == "annuity"
        return self.number("cost_of_capital") if annuities else Fraction(0)

    @property
    def facility_per_kw_year(self) -> Fraction:
        if self.given["facility"] == "colocation":
            return 12 * self.number("colocation_per_kw_month")
        built, years = self.number("facility_capex_per_kw"), self.number("facility_life_years")
        return annuity(built, Fraction(0), self.rate, years)

    @cached_property
    def yearly(self) -> dict[str, Fraction]:
        """USD of a year of one owned GPU, part by part."""
        residual = self.number("residual_value_share") * self.capex
        return {
            "capital": annuity(self.capex, residual, self.rate, self.number("life_years")),
            "opex": self.number("opex_rate") * self.capex,
            "facility": self.facility_per_kw_year * self.kw,
            "energy": 8760
            * self.number("usd_per_kwh")
            * self.kw
            * self.number("pue")
            * self.number("average_load"),
        }

    @property
    def owned(self) -> Fraction:
        return sum(self.yearly.values(), Fraction(0)) / 8760

    @property
    def cash_cost(self) -> Fraction:
        return self.owned - self.yearly["capital"] / 8760

    @property
    def cost(self) -> Fraction:
        """The GPU-hour that feeds the model."""
        return self.owned if self.given["cost_from"] == "owned" else self.hourly_rate

    @property
    def levers(self) -> dict[str, Fraction]:
        """The multipliers in force: a lever inside the baseline does not count."""
        marker = "in_baseline_"
        names = [name.removeprefix(marker) for name in self.given if name.startswith(marker)]
        return {
            name: Fraction(1) if self.given[marker + name] == "yes" else self.number(name)
            for name in names
        }

    @property
    def tokens(self) -> Fraction:
        """Tokens per second per GPU with the levers in force, of the kind that is counted."""
        return self.number("tokens_per_second_per_gpu") * prod(self.levers.values())

    @property
    def streams(self) -> tuple[Fraction, Fraction]:
        """Input and output tokens per second per GPU."""
        given, made = self.number("input_tokens"), self.number("output_tokens")
        requests = self.tokens / (
            made if self.given["tokens_counted"] == "output" else given + made
        )
        return requests * given, requests * made

    @property
    def utilization(self) -> Fraction:
        return self.number("utilization")

    def per_mtok(self, tokens: Fraction) -> Fraction:
        """What a million tokens costs, of so many a second while the GPU works."""
        return self.cost / (tokens * self.utilization * 3600) * 10**6

    @property
    def weighted(self) -> Fraction:
        given, made = self.streams
        return made + self.number("input_token_weight") * given

    @property
    def full_revenue(self) -> Fraction:
        """USD of a GPU-hour without a pause."""
        given, made = self.streams
        hits = self.number("cache_hit_rate")
        paid = (1 - hits) + hits * self.number("cached_input_price_ratio")
        sold = given * paid * self.number("input_price_per_mtok")
        return 3600 * (sold + made * self.number("output_price_per_mtok")) / 10**6

    @property
    def revenue(self) -> Fraction:
        return self.full_revenue * self.utilization

    def per_mw(self, of_a_gpu: Fraction) -> Fraction:
        return of_a_gpu / (self.kw * self.number("pue")) * 1000

    @property
    def margin(self) -> Fraction:
        ratio = self.cost / self.revenue
        return Difference.of(1 - ratio, 1 + ratio)

    @property
    def margin_per_mw_year(self) -> Fraction:
        left, whole = self.revenue - self.cost, self.revenue + self.cost
        return Difference.of(8760 * self.per_mw(left), 8760 * self.per_mw(whole))

    @property
    def payback(self) -> Expected:
        cash = self.revenue - self.cash_cost
        if cash <= 0:
            return NEVER
        years = self.capex / (8760 * cash)
        return Difference.of(years, years * (self.revenue + self.cash_cost) / cash)

    def outputs(self) -> dict[str, Expected]:
        """Every output by name; #N/A where the catalog lacks what it needs."""
        found: dict[str, Expected] = {}
        for name, formula in FORMULAS.items():
            if name == LIKE_FOR_LIKE and "pflops_like_for_like" not in self.given:
                continue
            try:
                found[name] = formula(self)
            except NotInCatalogError:
                found[name] = NOT_AVAILABLE
        return found


FORMULAS: dict[str, Callable[[Side], Expected]] = {
    "capital_recovery_factor": lambda side: annuity(
        Fraction(1), Fraction(0), side.rate, side.number("life_years")
    ),
    "gpu_hour_cost": lambda side: side.owned,
    "delivered_tokens": lambda side: side.tokens * side.utilization,
    "flops_per_dollar": lambda side: side.pflops / side.cost,
    "tokens_per_mw": lambda side: side.per_mw(side.tokens),
    "joules_per_token": lambda side: 1000 * side.kw * side.number("pue") / side.tokens,
    "cost_per_mtok": lambda side: side.per_mtok(side.tokens),
    LIKE_FOR_LIKE: lambda side: side.like_for_like / side.cost,
    "cost_per_mtok_input": lambda side: (
        side.number("input_token_weight") * side.per_mtok(side.weighted)
    ),
    "cost_per_mtok_output": lambda side: side.per_mtok(side.weighted),
    "cost_per_request": lambda side: (
        side.per_mtok(sum(side.streams, Fraction(0)))
        * (side.number("input_tokens") + side.number("output_tokens"))
        / 10**6
    ),
    "revenue_per_gpu_hour": lambda side: side.revenue,
    "revenue_per_mw_hour": lambda side: side.per_mw(side.revenue),
    "revenue_per_mw_year": lambda side: side.per_mw(side.revenue) * 8760,
    "gross_margin": lambda side: side.margin,
    "margin_per_mw_year": lambda side: side.margin_per_mw_year,
    "breakeven_price": lambda side: side.per_mtok(side.tokens),
    "breakeven_utilization": lambda side: side.cost / side.full_revenue,
    "tokens_needed": lambda side: (
        side.cost * 10**6 / (side.number("target_cost_per_mtok") * side.utilization * 3600)
    ),
    "payback_years": lambda side: side.payback,
}
PUBLISHED = ("flops_per_dollar", "tokens_per_mw", "joules_per_token", "cost_per_mtok")
COMPARED: dict[str, Callable[[Side], Expected]] = {
    "cost_per_gpu_hour": lambda side: side.cost,
    "tokens_per_second_per_gpu": lambda side: side.tokens,
    **{name: FORMULAS[name] for name in (*PUBLISHED, LIKE_FOR_LIKE)},
}


def outputs(inputs: Mapping[str, float]) -> dict[str, Expected]:
    """The metrics of the published table, from its own inputs: an hourly rate and no levers."""
    one = Side({"platform": OWN_FIGURES, "cost_from": "rate", **inputs})
    return {name: FORMULAS[name](one) for name in PUBLISHED}


def suffixes(names: Mapping[str, Any]) -> list[str]:
    """What the names of each platform end with; one empty suffix where there is one platform."""
    stem = "in_cost_per_gpu_hour"
    return [name.removeprefix(stem) for name in names if name.startswith(stem)]


def side(names: Mapping[str, Any], suffix: str, compute: str = "") -> Side:
    """The inputs of one platform, without prefix and suffix."""
    given = {
        name.removeprefix("in_").removesuffix(suffix): value
        for name, value in names.items()
        if name.startswith("in_")
        and name.endswith(suffix)
        and not name.removeprefix("in_").startswith(SETTINGS)
    }
    target = {"target_cost_per_mtok": names.get("in_target_cost_per_mtok", 1.0)}
    return Side(given | target, compute)


def named_outputs(
    inputs: Mapping[str, Any], computes: Mapping[str, str] | None = None
) -> dict[str, Expected]:
    """Every ``out_`` and ``rel_`` name that follows from the ``in_`` names.

    ``computes`` says the precision and sparsity of each platform's peak compute, by suffix.
    """
    found: dict[str, Expected] = {}
    ends = suffixes(inputs)
    sides = [side(inputs, end, (computes or {}).get(end, "")) for end in ends]
    for end, one in zip(ends, sides, strict=True):
        found |= {f"out_{metric}{end}": value for metric, value in one.outputs().items()}
    if len(sides) == 2:
        found |= {f"rel_{metric}": value for metric, value in _ratios(*sides).items()}
    return found


def _ratios(baseline: Side, candidate: Side) -> dict[str, Expected]:
    found: dict[str, Expected] = {}
    for name, formula in COMPARED.items():
        if name == LIKE_FOR_LIKE and LIKE_FOR_LIKE not in baseline.outputs():
            continue
        try:
            found[name] = formula(candidate) / formula(baseline)  # type: ignore[operator]
        except NotInCatalogError:
            found[name] = NOT_AVAILABLE
    return found


def differs(value: Any, expected: Expected) -> bool:
    """Tell whether a cell's value is not the exact one, but for rounding."""
    if isinstance(expected, str):
        return bool((value["error"] if isinstance(value, dict) else value) != expected)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return True
    scale = expected.scale if isinstance(expected, Difference) else abs(expected)
    return abs(Fraction(value) - expected) > TOLERANCE * scale


def differing(values: Mapping[str, Any], expected: Mapping[str, Expected]) -> list[str]:
    """Each named value that is not what it must be."""
    return [
        f"{name}: {values.get(name)!r}, not {shown(value)}"
        for name, value in expected.items()
        if differs(values.get(name), value)
    ]


def shown(value: Expected) -> str:
    """An exact value as a cell would hold it."""
    return value if isinstance(value, str) else repr(float(value))
