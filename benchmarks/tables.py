"""Results as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.places import Finding
from benchmarks.runs import Result
from benchmarks.verdicts import Comparison, Verdict

_COSTS = ("package", "version", "files", "lines", "seconds", "cpu s", "peak MB", "lines/s", "findings", "errors")


def costs(results: Sequence[Result]) -> Iterator[str]:
    """A line per package: its size, what the run took, and how much came of it."""
    yield from _aligned([_COSTS, *(_cost(result) for result in results)])


def _cost(result: Result) -> tuple[str, ...]:
    package, cost = result.package, result.cost
    size = (f"{result.files:,}", f"{result.lines:,}")
    took = (f"{cost.seconds:.1f}", f"{cost.cpu_seconds:.1f}", f"{cost.megabytes:.0f}")
    speed = f"{result.lines / max(cost.seconds, 0.001):,.0f}"
    return (package.name, package.version, *size, *took, speed, str(len(result.findings)), str(len(result.errors)))


def findings(results: Sequence[Result], rules: Sequence[str]) -> Iterator[str]:
    """A line per rule and a column per package; a rule that fires nowhere has its line too."""
    counts = [Counter(finding.key.rule for finding in result.findings) for result in results]
    codes = sorted({*rules, *(code for count in counts for code in count)})
    header = ("rule", *(result.package.name for result in results), "all")
    yield from _aligned([header, *(_row(code, [count[code] for count in counts]) for code in codes)])


def _row(code: str, counts: Sequence[int]) -> tuple[str, ...]:
    return (code, *map(str, counts), str(sum(counts)))


def failures(results: Sequence[Result]) -> Iterator[str]:
    """Runs that failed, and files that could not be done."""
    for result in results:
        if result.failure:
            yield f"FAILED {result.package}: {result.failure}"
        yield from (f"error {result.package}: {error}" for error in result.errors)


def verdicts(comparison: Comparison, new: Sequence[Finding]) -> Iterator[str]:
    """What is known of the findings, and each that calls for a reader."""
    false = [pair for pair in comparison.judged if not pair[1].verdict]
    yield (
        f"{len(comparison.judged) - len(false)} findings judged right, {len(false)} judged false,"
        f" {len(comparison.unjudged)} unjudged, {len(new)} new since the run before, {len(comparison.gone)} gone"
    )
    yield from (f"false {_place(finding)}: {verdict.why}" for finding, verdict in false)
    yield from (f"new   {_place(finding)}: {finding.message}" for finding in new)
    yield from (f"gone  {_place(gone)}, judged {'right' if gone.verdict else 'false'}" for gone in comparison.gone)


def _place(at: Finding | Verdict) -> str:
    return f"{at.key.package} {at.key.path}:{at.line} {at.key.rule}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as their widest cell: the first flush left, the others flush right."""
    first, *others = (max(len(cell) for cell in column) for column in zip(*rows, strict=True))
    for name, *cells in rows:
        padded = (cell.rjust(width) for cell, width in zip(cells, others, strict=True))
        yield "  ".join([name.ljust(first), *padded])
