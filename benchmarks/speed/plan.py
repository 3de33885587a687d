"""Which subjects run over which targets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import packages
from benchmarks.speed.bars import GROWTH, PACKAGES, SIZES
from benchmarks.speed.figures import Measurement
from benchmarks.speed.measure import Effort, measurement
from benchmarks.speed.rivals import configure, rivals
from benchmarks.speed.subjects import COLD, EDITED, FILE_COLD, FILE_WARM, STARTUP, WARM, Perflint, Subject
from benchmarks.speed.tools import TOOLS, installed
from benchmarks.speed.trees import Target, copied, mixed

# The last is of trees that are made from several packages.
SCENARIOS = (STARTUP, COLD, WARM, EDITED, FILE_WARM, FILE_COLD, GROWTH)
_ON_PACKAGES = frozenset({COLD, WARM, EDITED, FILE_WARM, FILE_COLD})
# Large enough to be most of each tree that is made.
_BULK = "litellm"


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for, and how to measure it."""

    cache: Path
    packages: Collection[str]
    tools: Collection[str]
    scenarios: Collection[str]
    perflint: Perflint
    effort: Effort

    def measurements(self) -> Iterator[Measurement]:
        """One after the other, so that each has the machine to itself."""
        cached = self.perflint.has_cache()
        for target, subjects in self._rounds():
            configure(target, cached)
            yield from (measurement(subject, target, self.effort) for subject in subjects)

    def _rounds(self) -> Iterator[tuple[Target, Iterable[Subject]]]:
        if STARTUP in self.scenarios and "perflint" in self.tools:
            yield self._empty(), self.perflint.starts()
        if _ON_PACKAGES & set(self.scenarios):
            for name in self.packages:
                yield copied(name, self._unpacked(name), self._folder), self._subjects(self.tools, self.scenarios)
        if GROWTH in self.scenarios:
            for lines in SIZES:
                name = f"{GROWTH} {lines:,} lines"
                yield self._mixed(name, lines), self._subjects({"perflint"} & set(self.tools), {COLD})

    def _subjects(self, names: Collection[str], scenarios: Collection[str]) -> Iterator[Subject]:
        if "perflint" in names:
            yield from (each for each in self.perflint.subjects() if each.scenario in scenarios)
        if COLD in scenarios:
            yield from rivals(names, self._program, self._folder)

    def _program(self, name: str) -> Path:
        return installed(next(tool for tool in TOOLS if tool.name == name), self.cache)

    def _unpacked(self, name: str) -> Path:
        return packages.unpacked(next(each for each in packages.pinned() if each.name == name), self.cache)

    def _mixed(self, name: str, lines: int) -> Target:
        return mixed(name, [self._unpacked(each) for each in (*PACKAGES, _BULK)], lines, self._folder)

    def _empty(self) -> Target:
        """A place to run what reads no file."""
        tree = self._folder / "empty"
        tree.mkdir(parents=True, exist_ok=True)
        return Target("", tree, self._folder / "empty.cache", 0, 0)

    @property
    def _folder(self) -> Path:
        return self.cache / "speed"
