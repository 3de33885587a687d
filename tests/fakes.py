"""An analysis that knows no Python: it finds words. For tests of what happens around the analysis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from perflint.config import Settings
from perflint.findings import (
    Applicability,
    Confidence,
    Edit,
    Finding,
    Fix,
    Position,
    Problem,
    Severity,
    Span,
    TraceStep,
)
from perflint.source import SourceFile, split_lines

WORDS = {"slow(": ("PF101", "slow-call"), "crawl(": ("PF102", "slow-loop"), "page(": ("PF201", "slow-page")}


def analyse(sources: Sequence[SourceFile], report: Set[Path], settings: Settings) -> Iterator[Finding | Problem]:
    """A finding for each word, whose fix makes it `fast(`; a problem where a file says `crash`."""
    for source in sources:
        if source.path not in report:
            continue
        if "crash" in source.text:
            yield Problem(source.path, "PF102 crashed: ValueError")
        for row, line in enumerate(split_lines(source.text), 1):
            yield from (found(source.path, row, line, word) for word in WORDS if word in line)


def found(path: Path, row: int, line: str, word: str = "slow(") -> Finding:
    code, name = WORDS[word]
    column = line.index(word) + 1
    span = Span(Position(row, column), Position(row, column + len(word) - 1))
    confidence = Confidence.UNPROVEN if "maybe" in line else Confidence.PROVEN
    fix = Fix("call `fast`", Applicability.UNSAFE if "risky" in line else Applicability.SAFE, (Edit(span, "fast"),))
    way = (TraceStep(path, Position(1, 1), "f calls g"), TraceStep(path, Position(2, 3), "g is slow"))
    trace = way if "far" in line else ()
    return Finding(
        code, name, f"{word[:-1]} is slow", Severity.WARNING, confidence, path, span, "1 s", "request", trace, fix
    )
