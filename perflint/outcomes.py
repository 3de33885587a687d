"""Outcomes of whole runs, kept by the state of the files on disk: while no file was touched, none need be read."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.cache import Cache, cache_of, key
from perflint.config import Settings
from perflint.discovery import project_around
from perflint.findings import Outcome
from perflint.program import program
from perflint.project.repository import asks_for_repository, repository_files, repository_of
from perflint.project.requirement_files import requirement_files
from perflint.records import from_json, to_json

if TYPE_CHECKING:
    from perflint.scope import Scope

# Nanoseconds. A file can be changed twice within one tick of the file system's clock, which is 2 s on FAT. What was
# touched that shortly before a look at it may have changed since then, and look the same.
_TICK = 2_000_000_000
# Settings that say how to work and how to print.
_ELSEWHERE = ("output_format", "workers", "cache_dir")
# Settings that say how files are found. With the usual ones, the project's files are those of its repository.
_SEARCH = ("exclude", "extend_exclude", "respect_gitignore")


@dataclass(frozen=True, slots=True)
class State:
    """What the file system says of some files: while it says this, they are what they were; if `is_settled`."""

    digest: str
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What findings depend on beside the sources: where module names begin says where that is to be found."""

    root: Path
    # Whether any source asks if all files of the repository are there.
    asks_for_repository: bool
    state: State


@dataclass(frozen=True, slots=True)
class _Entry:
    sources: State
    beside: Beside
    outcome: Outcome


class Outcomes:
    """The place of one run's outcome in the cache. Made before any file is read."""

    def __init__(self, cache: Cache, scope: Scope, settings: Settings) -> None:
        self._cache = cache
        self._scope = scope
        self._settings = settings
        met = [str(scope.root), repr(scope.problems), repr(scope.notes)]
        self._sources = state_of(scope.files, [*met, *sorted(scope.asked)])

    @classmethod
    def of(cls, scope: Scope, settings: Settings) -> Outcomes | None:
        """None where nothing is to be kept."""
        cache = cache_of(settings)
        return cls(cache, scope, settings) if cache else None

    def known(self) -> Outcome | None:
        """What an earlier run of this program found, if everything is as it was then."""
        entry = from_json(_Entry, self._cache.get([self._name]).get(self._name))
        if entry is None or self._sources is None or entry.sources.digest != self._sources.digest:
            return None
        beside = self._beside(entry.beside.root, entry.beside.asks_for_repository)
        return entry.outcome if beside and beside.state.digest == entry.beside.state.digest else None

    def beside(self, texts: Mapping[Path, str]) -> Beside | None:
        """What is beside these sources; None where nothing is kept. To be asked for before they are analysed."""
        if self._sources is None or not self._sources.is_settled:
            return None
        from perflint.project.import_root import import_root

        return self._beside(import_root(texts), asks_for_repository(texts))

    def keep(self, outcome: Outcome, beside: Beside | None) -> None:
        """Keep what was found, if a later run could tell that a file has changed, and perflint failed at nothing."""
        if self._sources is None or beside is None or not beside.state.is_settled:
            return
        if all(problem.of_source for problem in outcome.problems):
            self._cache.put({self._name: to_json(_Entry(self._sources, beside, outcome))})

    @cached_property
    def _name(self) -> bytes:
        """The same for each run of the same program on the same paths with the same settings."""
        settings = self._settings.written(without=_ELSEWHERE)
        return key("outcome", program(), *settings, *map(str, self._scope.paths))

    def _beside(self, root: Path, asks_for_repository: bool) -> Beside | None:
        folder = project_around(root)
        repository = self._repository(folder) if asks_for_repository else []
        state = state_of(map(str, requirement_files(folder)), [str(folder), *repository])
        return Beside(root, asks_for_repository, state) if state else None

    def _repository(self, folder: Path) -> Iterable[str]:
        scope, usual = self._scope, Settings()
        is_usual = all(getattr(self._settings, name) == getattr(usual, name) for name in _SEARCH)
        return sorted(scope.project if is_usual and repository_of(folder) == scope.root else repository_files(folder))


def state_of(names: Iterable[str], more: Iterable[str] = ()) -> State | None:
    """The state of the files of these names, with `more` that is to be as it was; None where one is not there."""
    settled = time.time_ns() - _TICK
    try:
        found = [(name, os.stat(name)) for name in sorted(names)]
    except OSError:
        return None
    return State(
        key(*more, "".join(_lines(found))).hex(),
        all(max(stat.st_mtime_ns, stat.st_ctime_ns) < settled for _, stat in found),
    )


def _lines(found: Iterable[tuple[str, os.stat_result]]) -> Iterator[str]:
    """The time of change tells also of those who set back the time of modification, where the system has it."""
    for name, stat in found:
        yield f"{name}\0{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}\n"
