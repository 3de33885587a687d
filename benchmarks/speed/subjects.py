"""perflint as it is measured: its command in each scenario, and what must be so before each run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.tools import environment
from benchmarks.speed.trees import Target, edit

COLD, WARM, EDITED, FILE_WARM, FILE_COLD, STARTUP = "cold", "warm", "edited", "file-warm", "file-cold", "startup"
_CHECK = ("check", "--select", "ALL", "--exit-zero", "--output-format", "json")

Command = Callable[[Target, Path], Sequence[str]]


def _nothing(target: Target, file: Path) -> None:
    """What most subjects need before a run."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A command that runs in the target's tree. `command` and `before` get the target, and the file of the run."""

    tool: str
    scenario: str
    command: Command
    # Exit codes of a run that did its job.
    codes: frozenset[int]
    environment: Mapping[str, str]
    before: Callable[[Target, Path], None] = _nothing
    # What is run first, unmeasured, so that the cache is full.
    fill: Command | None = None
    # Run once only.
    slow: bool = False
    # How many files it reads, where these are not all.
    files: int | None = None


@dataclass(frozen=True, slots=True)
class Perflint:
    """How to start perflint, and the folder where Python finds it."""

    start: Sequence[str]
    folder: Path

    @property
    def environment(self) -> Mapping[str, str]:
        return environment({"PYTHONPATH": str(self.folder)})

    def has_cache(self) -> bool:
        """Whether it knows the setting that says where its cache is."""
        command = [*self.start, "config", "--isolated"]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        return "\ncache-dir = " in done.stdout

    def subjects(self) -> Iterator[Subject]:
        """Each state of the cache, for the whole tree and for one file."""
        codes, found = frozenset({0, 2}), self.environment
        yield Subject("perflint", COLD, self._whole, codes, found, _forget)
        yield Subject("perflint", WARM, self._whole, codes, found, fill=self._whole)
        yield Subject("perflint", EDITED, self._whole, codes, found, _edit, fill=self._whole)
        yield Subject("perflint", FILE_WARM, self._one, codes, found, _edit, fill=self._whole, files=1)
        yield Subject("perflint", FILE_COLD, self._one, codes, found, _forget, files=1)

    def starts(self) -> Iterator[Subject]:
        """The time to start, beside that of the interpreter and of the library that reads the command line."""
        yield self._start("perflint", [*self.start, "--version"])
        yield self._start("python -c pass", [sys.executable, "-P", "-c", "pass"])
        yield self._start("python -c 'import click'", [sys.executable, "-P", "-c", "import click"])

    def _start(self, tool: str, command: Sequence[str]) -> Subject:
        return Subject(tool, STARTUP, lambda target, file: command, frozenset({0}), self.environment)

    def _whole(self, target: Target, file: Path) -> Sequence[str]:
        return [*self.start, *_CHECK, "."]

    def _one(self, target: Target, file: Path) -> Sequence[str]:
        return [*self.start, *_CHECK, str(file)]


def _forget(target: Target, file: Path) -> None:
    shutil.rmtree(target.cache, ignore_errors=True)


def _edit(target: Target, file: Path) -> None:
    edit(file)
