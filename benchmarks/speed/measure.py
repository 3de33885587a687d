"""Runs subjects over a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median

from benchmarks.processes import Ended, Wait, largest, measured
from benchmarks.speed.figures import Key, Measurement, typical
from benchmarks.speed.memory import whole_tree
from benchmarks.speed.subjects import STARTUP, Subject
from benchmarks.speed.trees import Target, line_count, spaced

_KILLED = -9


class RunError(Exception):
    """A command did not do its job; the text says what it did instead."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How often each subject runs, and how many seconds the first run may take."""

    repeat: int
    limit: float


def measurement(subject: Subject, target: Target, effort: Effort) -> Measurement:
    """A first run gives the memory, and warms up; the times are those of the runs after it, unless it is slow."""
    sample = spaced(target.tree, effort.repeat) or [target.tree]
    files = cycle(sample)
    watch = whole_tree(effort.limit)
    if subject.fill:
        _checked(subject, target, subject.fill(target, target.tree), watch)
    first = _ran(subject, target, next(files), watch)
    stopped = first.code == _KILLED
    once = subject.slow or stopped
    costs = [first.cost] if once else [_ran(subject, target, next(files)).cost for _ in range(effort.repeat)]
    note = f"stopped after {effort.limit:.0f} s" if stopped else ""
    key = Key(target.name, subject.tool, subject.scenario)
    return Measurement(key, *_size(subject, target, sample), len(costs), typical(costs, first.cost.megabytes), note)


def _ran(subject: Subject, target: Target, file: Path, wait: Wait = largest) -> Ended:
    subject.before(target, file)
    return _checked(subject, target, subject.command(target, file), wait)


def _checked(subject: Subject, target: Target, command: Sequence[str], wait: Wait) -> Ended:
    ended = measured(command, target.tree, subject.environment, wait)
    stopped = ended.code == _KILLED and wait is not largest
    # A linter that says nothing has not run: it has found something, or prints an empty list.
    silent = subject.scenario != STARTUP and not ended.out
    if not stopped and (ended.code not in subject.codes or silent):
        name = f"{subject.tool} {subject.scenario} {target.name}"
        raise RunError(f"{name}: exit code {ended.code}: {(ended.err or ended.out).strip()[-600:]}")
    return ended


def _size(subject: Subject, target: Target, sample: Sequence[Path]) -> tuple[int, int]:
    """Files and lines that a run is asked about."""
    match subject.files:
        case None:
            return target.files, target.lines
        case 1:
            return 1, round(median(map(line_count, sample)))
        case count:
            files = spaced(target.tree, count)
            return len(files), sum(map(line_count, files))
