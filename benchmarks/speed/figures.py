"""Medians, ratios and straight lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import correlation, linear_regression, median

from benchmarks.processes import Cost


@dataclass(frozen=True, slots=True)
class Key:
    """What was measured: a tool in a scenario on a target; no target for the time to start."""

    target: str
    tool: str
    scenario: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """The medians of several runs; `note` says what is odd about them."""

    key: Key
    files: int
    lines: int
    runs: int
    cost: Cost
    note: str = ""

    @property
    def microseconds_a_line(self) -> float:
        """Of processor time."""
        return self.cost.cpu_seconds * 1e6 / self.lines

    @property
    def lines_a_second(self) -> float:
        return self.lines / self.cost.seconds


Measurements = Mapping[Key, Measurement]


@dataclass(frozen=True, slots=True)
class Line:
    """The straight line through points that fits best, and how well."""

    slope: float
    intercept: float
    r_squared: float


def typical(costs: Sequence[Cost], megabytes: float) -> Cost:
    """Times by their medians; memory is measured apart, for that slows a run down."""
    return Cost(median(cost.seconds for cost in costs), median(cost.cpu_seconds for cost in costs), megabytes)


def fitted(points: Sequence[tuple[float, float]]) -> Line | None:
    """None for fewer than three places on the first axis, which say nothing about straightness."""
    if len({x for x, _ in points}) < 3:
        return None
    xs, ys = zip(*points, strict=True)
    if min(ys) == max(ys):
        return Line(0.0, ys[0], 1.0)
    slope, intercept = linear_regression(xs, ys)
    return Line(slope, intercept, correlation(xs, ys) ** 2)
