"""The figures as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.speed.bars import bars, growth
from benchmarks.speed.figures import Key, Measurement, Measurements
from benchmarks.speed.subjects import COLD

_COLUMNS = (
    *("target", "tool", "scenario", "files", "lines", "runs", "wall s", "CPU s", "µs CPU/line", "peak MB", "lines/s"),
    *("wall / perflint cold", "CPU / perflint cold", "note"),
)
# No memory: these are over before it can be sampled.
_STARTS = ("command", "runs", "wall ms", "CPU ms")


def report(measurements: Measurements, heads: Iterable[str]) -> Iterator[str]:
    """Lines; `heads` say how it was measured."""
    yield from (f"* {head}" for head in heads)
    yield ""
    found = list(measurements.values())
    yield from _table(_COLUMNS, [_row(each, measurements) for each in found if each.key.target])
    yield from _table(_STARTS, [_start(each) for each in found if not each.key.target])
    if line := growth(measurements):
        seconds = f"{line.intercept:.2f} + {line.slope * 1e6:.2f} a million lines"
        yield f"Seconds of a cold run = {seconds}; R² = {line.r_squared:.4f}."
        yield ""
    yield from _table(("bar", "measured", "limit", "verdict"), list(_bars(measurements)))


def _row(each: Measurement, measurements: Measurements) -> tuple[str, ...]:
    key, cost = each.key, each.cost
    size = (f"{each.files:,}", f"{each.lines:,}", str(each.runs))
    took = (_seconds(cost.seconds), _seconds(cost.cpu_seconds), f"{each.microseconds_a_line:.1f}")
    rest = (f"{cost.megabytes:.0f}", f"{each.lines_a_second:,.0f}", *_against(each, measurements), each.note)
    return (key.target, key.tool, key.scenario, *size, *took, *rest)


def _against(each: Measurement, measurements: Measurements) -> tuple[str, str]:
    """How many times perflint's cold run fits into it; nothing where it read other files."""
    cold = measurements.get(Key(each.key.target, "perflint", COLD))
    if cold is None or cold.files != each.files:
        return "", ""
    wall, cpu = each.cost.seconds / cold.cost.seconds, each.cost.cpu_seconds / cold.cost.cpu_seconds
    return f"{wall:.3g}", f"{cpu:.3g}"


def _start(each: Measurement) -> tuple[str, ...]:
    name = "perflint --version" if each.key.tool == "perflint" else each.key.tool
    return (name, str(each.runs), f"{each.cost.seconds * 1e3:.0f}", f"{each.cost.cpu_seconds * 1e3:.0f}")


def _bars(measurements: Measurements) -> Iterator[tuple[str, ...]]:
    for bar in bars():
        value = bar.value(measurements)
        limit = f"{'≥' if bar.at_least else '≤'} {bar.limit:g}"
        yield bar.name, "" if value is None else f"{value:.3g}", limit, bar.verdict(measurements)


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Nothing for no rows, else a table and the empty line that ends it."""
    if rows:
        yield from (f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])
        yield ""
