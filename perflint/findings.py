"""What perflint reports, as plain data: nothing here knows a syntax tree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """`error` where the code fails or answers wrongly, `info` one step below `warning`."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Confidence(StrEnum):
    """How well the types and the hotness behind a finding are known."""

    PROVEN = "proven"
    PROBABLE = "probable"
    UNPROVEN = "unproven"


class Applicability(StrEnum):
    """safe: same behaviour, proven; unsafe: right under a named assumption; display: never written."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Row and column, both 1-based; columns count characters."""

    row: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` up to, not including, `end`."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step on the way from the finding to the statement that costs."""

    path: Path
    position: Position
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `content`."""

    span: Span
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """The edits of one finding, all in the finding's file."""

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that costs, with the way to the query and what it costs."""

    code: str
    name: str
    message: str
    severity: Severity
    confidence: Confidence
    path: Path
    span: Span
    cost: str = ""
    hotness: str = ""
    trace: tuple[TraceStep, ...] = ()
    fix: Fix | None = None
    # Name of the enclosing function and the node's text: what a baseline recognises it by.
    function: str = ""
    excerpt: str = ""

    @property
    def order(self) -> tuple[str, int, int, str]:
        """Reports are sorted by path, row, column, code."""
        return (str(self.path), self.span.start.row, self.span.start.column, self.code)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be done: an unreadable file, a crashed check. Exit code 2.

    `of_source` says that the linted file is at fault, not perflint: `--exit-zero` forgives that.
    """

    path: Path | None
    message: str
    position: Position | None = None
    of_source: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found, and what it could not do; `files` and `lines` count what was reported on."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    files: int
    lines: int
    seconds: float = 0.0
    # Oddities that do not fail a run, such as an unreadable file that is only indexed.
    notes: tuple[Problem, ...] = ()
