"""Findings of single files, kept with what they were taken from: after an edit, only what it concerns is done again.

A file's findings hold as long as its own text does, and all that they were taken from (`dependencies`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.cache import Kept, key
from perflint.dependencies import Record, States
from perflint.findings import Finding, Problem
from perflint.records import from_json, to_json

if TYPE_CHECKING:
    from perflint.analysis import Analysis

Found = list[Finding | Problem]


@dataclass(frozen=True, slots=True)
class _Entry:
    record: Record
    state: str  # a digest of what the record names, as it was
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


class FileResults:
    """The findings that earlier runs have kept for the files of a project."""

    def __init__(self, kept: Kept, analysis: Analysis) -> None:
        self._cache = kept.cache
        self._digests = analysis.digests
        self._states = States(analysis, kept.about)

    def known(self, paths: Iterable[Path]) -> dict[Path, Found]:
        """The findings of the files for which nothing that they were taken from has changed."""
        keys = {path: self._key(path) for path in paths}
        kept = self._cache.get(keys.values())
        entries = {path: from_json(_Entry, kept.get(name)) for path, name in keys.items()}
        return {
            path: [*entry.findings, *entry.problems]
            for path, entry in entries.items()
            if entry is not None and self._holds(entry)
        }

    def keep(self, made: Mapping[Path, tuple[Found, Record]]) -> None:
        """Keep what was found, unless perflint itself has failed at something."""
        entries: dict[bytes, str] = {}
        for path, (found, record) in made.items():
            findings = tuple(one for one in found if isinstance(one, Finding))
            problems = tuple(one for one in found if isinstance(one, Problem))
            if all(problem.of_source for problem in problems):
                entry = _Entry(record, self._states.of(record), findings, problems)
                entries[self._key(path)] = to_json(entry)
        self._cache.put(entries)

    def _holds(self, entry: _Entry) -> bool:
        try:
            states = self._states
            return entry.state == states.of(entry.record) and states.are_answered_so(entry.record.asked)
        except (ValueError, TypeError, AttributeError):
            return False  # not what was written

    def _key(self, path: Path) -> bytes:
        return key("file", self._states.project, str(path), self._digests[path])
