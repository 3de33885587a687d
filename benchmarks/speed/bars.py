"""What perflint must reach, as data, and whether it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from benchmarks.speed.figures import Key, Line, Measurement, Measurements, fitted
from benchmarks.speed.subjects import COLD, EDITED, STARTUP, WARM

AIRFLOW, MLFLOW, WAGTAIL, OPEN_WEBUI = "apache-airflow-core", "mlflow-skinny", "wagtail", "open-webui"
PACKAGES = (AIRFLOW, WAGTAIL, MLFLOW, OPEN_WEBUI)
SIZES = (50_000, 100_000, 200_000, 400_000, 700_000, 1_000_000)
# Of a tree that was made to see how time grows.
GROWTH = "growth"

_seconds: Callable[[Measurement], float] = attrgetter("cost.seconds")
_megabytes: Callable[[Measurement], float] = attrgetter("cost.megabytes")
_microseconds: Callable[[Measurement], float] = attrgetter("microseconds_a_line")


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` is None where what it takes was not measured."""

    name: str
    value: Callable[[Measurements], float | None]
    limit: float
    at_least: bool = False

    def verdict(self, measurements: Measurements) -> str:
        value = self.value(measurements)
        if value is None:
            return "not measured"
        return "met" if (value >= self.limit if self.at_least else value <= self.limit) else "missed"


def _figure(key: Key, quantity: Callable[[Measurement], float]) -> Callable[[Measurements], float | None]:
    return lambda measurements: quantity(measurements[key]) if key in measurements else None


def _ratio(above: Key, below: Key) -> Callable[[Measurements], float | None]:
    """Of wall times."""

    def value(measurements: Measurements) -> float | None:
        if above not in measurements or below not in measurements:
            return None
        return _seconds(measurements[above]) / _seconds(measurements[below])

    return value


def growth(measurements: Measurements) -> Line | None:
    """Seconds of a cold run over lines."""
    found = [each for each in measurements.values() if each.key.target.startswith(GROWTH)]
    return fitted([(each.lines, _seconds(each)) for each in found])


def _straightness(measurements: Measurements) -> float | None:
    line = growth(measurements)
    return line.r_squared if line else None


def bars() -> Iterator[Bar]:
    """In the order of the table; all on two cores."""
    cold = {package: Key(package, "perflint", COLD) for package in PACKAGES}
    for tool, times in (("fixit", 40), ("semgrep", 3)):
        value = _ratio(Key(AIRFLOW, tool, COLD), cold[AIRFLOW])
        yield Bar(f"{AIRFLOW}: wall time of {tool} / perflint cold", value, times, at_least=True)
    for package in (AIRFLOW, MLFLOW):
        yield Bar(f"{package}: cold, µs of CPU a line", _figure(cold[package], _microseconds), 40)
    for package in PACKAGES:
        value = _ratio(Key(package, "perflint", WARM), Key(package, "ruff", COLD))
        yield Bar(f"{package}: wall time of perflint warm / Ruff uncached", value, 3)
    edited = _figure(Key(WAGTAIL, "perflint", EDITED), _seconds)
    yield Bar(f"{WAGTAIL}, 270,000 lines: one edited file, warm, s", edited, 0.7)
    start, click = (Key("", tool, STARTUP) for tool in ("perflint", "python -c 'import click'"))
    yield Bar("perflint --version / python with click imported", _ratio(start, click), 2.5)
    yield Bar(f"{WAGTAIL}, 270,000 lines: cold, peak memory in MB", _figure(cold[WAGTAIL], _megabytes), 400)
    yield Bar("cold time over lines: R² of a straight line", _straightness, 0.99, at_least=True)
