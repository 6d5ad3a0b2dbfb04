"""What a workbook of measurements is described from: measurements, configurations, curves."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

from xl_tco.catalog.models import load_catalog
from xl_tco.catalog.records import PowerBasis, Tier
from xl_tco.errors import InputFileError, UnknownKeyError
from xl_tco.kernel.frontier import Point, frontier, throughput_at
from xl_tco.measurements import Measurement
from xl_tco.measurements.asking import NO_SPECULATION
from xl_tco.measurements.record import Tool
from xl_tco.scenario.stated import Stated, StatedFigure
from xl_tco.workbook.content import Subject

_LAUNCHER: Final = "dynamo-"
RATES: Final = ("cost_per_gpu_hour", "kw_per_gpu")
"""What a GPU costs and draws: the catalog's, or typed."""
TYPED: Final = "typed"
"""Where cost or power comes from that is not the catalog's, in a word."""

Given: TypeAlias = float | Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Operation:
    """What a person decides: where on the curves, at whose cost, and of which date.

    Cost and power by platform come before the catalog's; a single number is that of the platforms
    that the catalog lacks, or of the only one measured. ``stated`` are inputs by name, which come
    before all others.
    """

    tier: Tier = Tier.OWNED_HYPERSCALER
    as_of: str = ""
    interactivity: float | None = None
    cost_per_gpu_hour: Given = None
    kw_per_gpu: Given = None
    stated: Mapping[str, Stated] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is the same for all points of one frontier; ``rows`` are places of measurements."""

    platform: str
    workload: str
    precision: str
    stack: str
    speculation: str
    disaggregated: bool | None
    rows: tuple[int, ...]

    @property
    def engine(self) -> str:
        """The serving framework, whatever launches it."""
        return self.stack.removeprefix(_LAUNCHER)

    @property
    def speculates(self) -> bool:
        """Tell whether it decodes speculatively, as far as somebody said."""
        return self.speculation not in ("", NO_SPECULATION)

    @property
    def label(self) -> str:
        """The configuration in words."""
        serving = {True: "disaggregated", False: "aggregated", None: ""}[self.disaggregated]
        speculation = {"": "", NO_SPECULATION: "no speculation"}
        words = (
            self.precision,
            self.stack,
            speculation.get(self.speculation, self.speculation),
            serving,
        )
        return ", ".join(word for word in words if word) or "as given"


class Sample(NamedTuple):
    """A point of a platform's curve, by places of frontier rows.

    ``measured`` is where its interactivity was measured, ``best`` the row of the best configuration
    there, at that interactivity or the last below it.
    """

    measured: int
    best: int


@dataclass(frozen=True)
class Study:
    """Measurements made ready for a workbook.

    Platforms and workloads are spelled one way each, since a spreadsheet knows no case.
    """

    subject: Subject
    measurements: tuple[Measurement, ...]
    operation: Operation

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        """Those on a frontier, in the order of the catalog, others after them."""
        order = {key: place for place, key in enumerate(load_catalog().platforms)}
        found = dict.fromkeys(item.platform for item in self.configurations)
        return tuple(sorted(found, key=lambda key: (order.get(key, len(order)), key)))

    @cached_property
    def listed_platforms(self) -> tuple[str, ...]:
        """All platforms measured: those on a frontier first."""
        spelled = dict.fromkeys(self.platform_of(item) for item in self.measurements)
        return tuple(dict.fromkeys((*self.platforms, *spelled)))

    @property
    def unpublished(self) -> tuple[str, ...]:
        """Platforms that the catalog does not have."""
        known = load_catalog().platforms
        return tuple(key for key in self.listed_platforms if key not in known)

    @cached_property
    def workloads(self) -> tuple[str, ...]:
        """Model with lengths; the one that most platforms and measurements have comes first."""
        platforms: dict[str, set[str]] = {}
        points: dict[str, int] = {}
        for item in self.configurations:
            platforms.setdefault(item.workload, set()).add(item.platform)
            points[item.workload] = points.get(item.workload, 0) + len(item.rows)
        return tuple(sorted(platforms, key=lambda key: (-len(platforms[key]), -points[key], key)))

    @cached_property
    def configurations(self) -> tuple[Configuration, ...]:
        """The frontiers, sorted by platform, workload and words."""
        groups: dict[tuple[str, str, str, str, str, bool | None], list[int]] = {}
        for place, item in enumerate(self.measurements):
            if item.interactivity and item.total_tokens_per_second_per_gpu:
                key = (
                    self.platform_of(item),
                    self.workload_of(item),
                    item.precision,
                    item.stack,
                    item.speculative_decoding,
                    item.disaggregated,
                )
                groups.setdefault(key, []).append(place)
        found = [Configuration(*key, rows=self._best(rows)) for key, rows in groups.items()]
        return tuple(sorted(found, key=lambda item: (item.platform, item.workload, item.label)))

    @cached_property
    def frontier_rows(self) -> tuple[tuple[Configuration, int], ...]:
        """Every point of every frontier: its configuration and its measurement."""
        return tuple((item, row) for item in self.configurations for row in item.rows)

    @cached_property
    def numbers(self) -> dict[Configuration, int]:
        """The number of each configuration, from 1."""
        return {item: number for number, item in enumerate(self.configurations, start=1)}

    @cached_property
    def starts(self) -> dict[Configuration, int]:
        """The first frontier row of each configuration, from 1."""
        ends = accumulate(len(item.rows) for item in self.configurations)
        return {
            item: end - len(item.rows) + 1
            for item, end in zip(self.configurations, ends, strict=True)
        }

    @cached_property
    def curves(self) -> dict[tuple[str, str], tuple[Sample, ...]]:
        """Per platform and workload the best configuration at every interactivity measured."""
        groups: dict[tuple[str, str], list[Configuration]] = {}
        for item in self.configurations:
            groups.setdefault((item.platform, item.workload), []).append(item)
        return {key: tuple(self._samples(items)) for key, items in groups.items()}

    def _samples(self, items: Sequence[Configuration]) -> Iterator[Sample]:
        points = {item: [self.point(row) for row in item.rows] for item in items}
        measured: dict[float, int] = {}
        for item in items:
            for step, point in enumerate(points[item]):
                measured.setdefault(point.interactivity, self.starts[item] - 1 + step)
        for speed, place in sorted(measured.items()):
            reached = {item: throughput_at(points[item], speed) or 0 for item in items}
            best = max(items, key=lambda item: reached[item])
            below = sum(point.interactivity <= speed for point in points[best]) - 1
            yield Sample(place, self.starts[best] - 1 + below)

    @cached_property
    def interactivity(self) -> float:
        """The target: what was asked for, else the middle of what all platforms were measured at.

        The middle is by ratio, and a whole number.
        """
        if self.operation.interactivity:
            return self.operation.interactivity
        groups: dict[str, list[Point]] = {}
        for item, row in self.frontier_rows:
            if item.workload == self.workloads[0]:
                groups.setdefault(item.platform, []).append(self.point(row))
        best = [frontier(points) for points in groups.values()]
        ends = [(points[0].interactivity, points[-1].interactivity) for points in best]
        low, high = max(end[0] for end in ends), min(end[1] for end in ends)
        middle = math.sqrt(low) * math.sqrt(high)
        return float(round(middle)) if low <= round(middle) <= high else low

    @property
    def basis(self) -> PowerBasis:
        """IT power where the catalog has it for all platforms at that date, else utility power.

        Raises
        ------
        InputFileError
            A platform has neither, or no cost at that tier.

        """
        platforms = self.catalogued("kw_per_gpu")
        for basis in (PowerBasis.IT, PowerBasis.UTILITY):
            if all(self._has(key, "kw_per_gpu", basis) for key in platforms):
                return basis
        raise InputFileError(
            f"as of {self.as_of} the catalog has kW per GPU on no one basis for "
            f"{', '.join(platforms)}; give a later --as-of"
        )

    @property
    def tier(self) -> str:
        """The ownership tier of the cost."""
        return self._word("tier", tuple(Tier)) or self.operation.tier

    @property
    def as_of(self) -> str:
        """The date of cost and power."""
        dates = load_catalog().dates
        return self._word("as_of", dates) or self.operation.as_of or dates[-1]

    def typed(self, name: str, platform: str) -> float | None:
        """Cost or power that somebody gave for a platform; None where the catalog's holds."""
        stated = self.operation.stated.get(f"{name}_{self.listed_platforms.index(platform) + 1}")
        if isinstance(stated, StatedFigure):
            return stated.value
        recorded = self._recorded.get((name, platform))
        return self._asked_for(name).get(platform, recorded)

    def catalogued(self, name: str) -> tuple[str, ...]:
        """The platforms whose cost or power is the catalog's."""
        return tuple(key for key in self.listed_platforms if self.typed(name, key) is None)

    def rated(self, measurements: Iterable[Measurement]) -> Iterator[Measurement]:
        """Its measurements, each with the cost and power that somebody gave for its platform."""
        for item in measurements:
            platform = self.platform_of(item)
            yield item.model_copy(update={name: self.typed(name, platform) for name in RATES})

    @property
    def dates(self) -> str:
        """When the measurements were taken, as far as the files say."""
        said = sorted({item.date for item in self.measurements if item.date})
        if not said:
            return "on dates that the files do not say"
        return said[0] if len(said) == 1 else f"from {said[0]} to {said[-1]}"

    @property
    def limits(self) -> tuple[str, ...]:
        """What the data cannot tell, in words."""
        tools = {item.tool for item in self.measurements}
        number = len(self.measurements)
        words = [f"{number:,} measurement{'s' * (number > 1)}, taken {self.dates}."]
        if Tool.INFERENCEX in tools:
            words.append(
                "InferenceX sends random data with prefix caching off: real traffic repeats "
                "itself, accepts drafts at another rate, and comes in waves."
            )
        words += [
            "Tokens are total tokens, input and output, per GPU that took part.",
            "Between two measurements throughput is interpolated, linear in its logarithm; outside "
            "what was measured there is no answer.",
            "Platforms were measured with the software of their dates; a newer run may differ.",
        ]
        return tuple(words)

    def validate(self) -> None:
        """Refuse what cannot be computed, before anything is built.

        Raises
        ------
        InputFileError
            No frontier, or a platform without cost or power.

        """
        if not self.configurations:
            raise InputFileError(
                "no measurement has both interactivity and total tokens per second: no frontier"
            )
        self.refuse_rates()
        if any(key in self.catalogued(name) for name in RATES for key in self.unpublished):
            raise InputFileError(
                f"the catalog has no {', '.join(self.unpublished)}; give --cost-per-gpu-hour and "
                "--kw-per-gpu, or a platform of the catalog by --platform"
            )
        for key in self.catalogued("cost_per_gpu_hour"):
            if not self._has(key, "cost_per_gpu_hour", Tier(self.tier)):
                raise InputFileError(
                    f"the catalog has no cost of {key} at {self.tier} as of "
                    f"{self.as_of}; give another --tier or a later --as-of"
                )
        self.basis  # noqa: B018

    def refuse_rates(self) -> None:
        """Refuse cost and power of which nobody can tell whose they are.

        Raises
        ------
        InputFileError
            One number for several platforms of the catalog, a platform that was not measured, or
            records of one platform that differ.

        """
        measured = {key.casefold() for key in self.listed_platforms}
        for name in RATES:
            given, option = getattr(self.operation, name), f"--{name.replace('_', '-')}"
            if isinstance(given, Mapping):
                for key in given:
                    if key.casefold() not in measured:
                        raise InputFileError(
                            f"{option} {key}={given[key]:g}: no measurement of {key}; there are "
                            f"{', '.join(self.listed_platforms)}"
                        )
            elif given is not None and not self._meant:
                each = " ".join(f"{option} {key}=..." for key in self.listed_platforms)
                raise InputFileError(f"{option} {given:g}: of which platform? give {each}")
        self._recorded  # noqa: B018

    def platforms_of(self, workload: str) -> tuple[str, ...]:
        """The platforms on which a workload was measured."""
        return tuple(key for key in self.platforms if (key, workload) in self.curves)

    def platform_of(self, item: Measurement) -> str:
        """The platform as the workbook spells it."""
        return self._spelled[item.platform.casefold()]

    def workload_of(self, item: Measurement) -> str:
        """Model and lengths in a word."""
        return self._spelled[_workload(item).casefold()]

    def point(self, row: int) -> Point:
        """Interactivity and total throughput of a measurement that has both."""
        item = self.measurements[row]
        return Point(item.interactivity or 0, item.total_tokens_per_second_per_gpu or 0)

    @cached_property
    def _spelled(self) -> dict[str, str]:
        spelled = {key: key for key in load_catalog().platforms}
        for item in self.measurements:
            for word in (item.platform, _workload(item)):
                spelled.setdefault(word.casefold(), word)
        return spelled

    @property
    def _meant(self) -> tuple[str, ...]:
        """Whose cost or power a number is that names no platform."""
        only = self.listed_platforms if len(self.listed_platforms) == 1 else ()
        return self.unpublished or only

    def _asked_for(self, name: str) -> dict[str, float]:
        given: Given = getattr(self.operation, name)
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            return dict.fromkeys(self._meant, given)
        return {self._spelled.get(key.casefold(), key): value for key, value in given.items()}

    @cached_property
    def _recorded(self) -> dict[tuple[str, str], float]:
        """Cost and power that records say, by name and platform."""
        found: dict[tuple[str, str], float] = {}
        for item in self.measurements:
            for name in RATES:
                value, platform = getattr(item, name), self.platform_of(item)
                if value is not None and found.setdefault((name, platform), value) != value:
                    raise InputFileError(
                        f"{name} of {platform} is {found[name, platform]:g} in one record and "
                        f"{value:g} in another; give one"
                    )
        return found

    def _word(self, name: str, allowed: Collection[str]) -> str:
        stated = self.operation.stated.get(name)
        return stated if isinstance(stated, str) and stated in allowed else ""

    def _has(self, platform: str, figure: str, variant: Tier | PowerBasis) -> bool:
        wanted = {"tier" if isinstance(variant, Tier) else "basis": variant}
        try:
            load_catalog().figure(platform, figure, self.as_of, **wanted)
        except UnknownKeyError:
            return False
        return True

    def _best(self, rows: Iterable[int]) -> tuple[int, ...]:
        """Rows on the frontier by rising interactivity; of equal ones the first."""
        by_point: dict[Point, int] = {}
        for row in rows:
            by_point.setdefault(self.point(row), row)
        return tuple(by_point[point] for point in frontier(by_point))


def _workload(item: Measurement) -> str:
    return f"{item.model} {item.operating_point}"
