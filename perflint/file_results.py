"""Findings of single files, kept with what they were taken from: after an edit, only what it concerns is done again.

A file's findings hold as long as its own text does, and all that they were taken from (`dependencies`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.cache import Kept, key
from perflint.dependencies import Record, States
from perflint.findings import Finding, Problem
from perflint.records import from_json, to_json

if TYPE_CHECKING:
    from perflint.analysis import Analysis
    from perflint.changes import Changes
    from perflint.kept_answers import Asked, KeptAnswers

Found = list[Finding | Problem]


@dataclass(frozen=True, slots=True)
class _Entry:
    record: Record
    state: str  # a digest of what the record names, as it was
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


class FileResults:
    """The findings that earlier runs have kept for the files of a project."""

    def __init__(self, kept: Kept, analysis: Analysis, changes: Changes, answers: KeptAnswers) -> None:
        self._cache = kept.cache
        self._digests = analysis.digests
        self._answers = answers
        self._states = States(analysis, kept.about, changes, answers)
        self._asked: list[Asked] = []
        self._renewed: dict[bytes, str] = {}

    def known(self, paths: Iterable[Path]) -> dict[Path, Found]:
        """The findings of the files for which nothing that they were taken from has changed."""
        keys = {path: self._key(path) for path in paths}
        kept = self._cache.get(keys.values())
        found: dict[Path, Found] = {}
        for path, name in keys.items():
            entry = from_json(_Entry, kept.get(name))
            if entry is not None and self._holds(entry, name):
                found[path] = [*entry.findings, *entry.problems]
        return found

    def keep(self, made: Mapping[Path, tuple[Found, Record]]) -> None:
        """Keep what was found, unless perflint itself has failed at something."""
        entries = self._renewed
        for path, (found, record) in made.items():
            findings = tuple(one for one in found if isinstance(one, Finding))
            problems = tuple(one for one in found if isinstance(one, Problem))
            if all(problem.of_source for problem in problems):
                entry = _Entry(record, self._states.of(record), findings, problems)
                entries[self._key(path)] = to_json(entry)
                self._asked += record.asked
        self._cache.put(entries)
        self._answers.keep(self._asked)

    def _holds(self, entry: _Entry, name: bytes) -> bool:
        states, record = self._states, entry.record
        try:
            state = states.of(record)
            if state != entry.state != states.was(record) or not states.are_answered_so(record.asked):
                return False
        except (ValueError, TypeError, AttributeError):
            return False  # not what was written
        if entry.state != state:
            self._renewed[name] = to_json(replace(entry, state=state))
        self._asked += record.asked
        return True

    def _key(self, path: Path) -> bytes:
        return key("file", self._states.project, str(path), self._digests[path])
