"""Findings of single files, kept with what they were taken from: after an edit, only what it concerns is done again.

A file's findings hold as long as its own text does, what all files show of themselves (`FileFacts.interface`), the text
of the modules whose code was read on the way, and the answers to the questions that were asked about the whole project.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.cache import Cache, key
from perflint.findings import Finding, Problem
from perflint.project.cycles import Cycles
from perflint.project.facts import FileFacts
from perflint.project.symbols import Kind, Symbol
from perflint.records import decoded, encoded
from perflint.source import digest_of

if TYPE_CHECKING:
    from perflint.analysis import Analysis
    from perflint.config import Settings
    from perflint.project.reads import Reads

Found = list[Finding | Problem]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a function, and a digest of the answer."""

    question: str
    kind: str
    name: str
    module: str
    answer: str


@dataclass(frozen=True, slots=True)
class Record:
    """What a file's findings were taken from; `everything`: any file of the project may change them."""

    modules: tuple[str, ...]
    asked: tuple[Asked, ...]
    everything: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    record: Record
    state: str  # a digest of what the record names, as it was
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def record_of(reads: Reads) -> Record:
    """The dependencies, as they can be kept."""
    asked = [
        Asked(question, symbol.kind.value, symbol.name, symbol.module, _digest(answer))
        for (question, symbol), answer in reads.asked.items()
    ]
    return Record(tuple(sorted(reads.names())), tuple(asked), reads.everything)


class FileResults:
    """The findings that earlier runs have kept for the files of a project."""

    def __init__(self, cache: Cache, analysis: Analysis, settings: Settings) -> None:
        self._cache = cache
        self._analysis = analysis
        self._settings = settings

    def known(self, paths: Iterable[Path]) -> dict[Path, Found]:
        """The findings of the files for which nothing that they were taken from has changed."""
        keys = {path: self._key(path) for path in paths}
        kept = self._cache.get(keys.values())
        entries = {path: _read(kept.get(name)) for path, name in keys.items()}
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
                entry = _Entry(record, self._state(record), findings, problems)
                entries[self._key(path)] = json.dumps(encoded(entry), separators=(",", ":"))
        self._cache.put(entries)

    def _holds(self, entry: _Entry) -> bool:
        try:
            return entry.state == self._state(entry.record) and all(map(self._is_answered_so, entry.record.asked))
        except (ValueError, TypeError, AttributeError):
            return False  # not what was written

    def _state(self, record: Record) -> str:
        """The text of the modules that were read, by now."""
        if record.everything:
            return self._whole
        return _short("".join(self._texts.get(module, "") for module in record.modules))

    def _is_answered_so(self, asked: Asked) -> bool:
        symbol = Symbol(Kind(asked.kind), asked.name, asked.module)
        return _digest(self._analysis.exposures.questions.again(asked.question, symbol)) == asked.answer

    def _key(self, path: Path) -> bytes:
        return key("file", self._project, str(path), self._digests[path])

    @cached_property
    def _digests(self) -> Mapping[Path, str]:
        return {path: digest_of(text).hex() for path, text in self._analysis.texts.items()}

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        """Digests by module."""
        facts = self._analysis.facts
        return {own.module: self._digests[path] for path, own in facts.items() if isinstance(own, FileFacts)}

    @cached_property
    def _whole(self) -> str:
        return _short("".join(digest for _, digest in sorted(self._digests.items())))

    @cached_property
    def _project(self) -> str:
        """What every file may depend on: the program, the settings, what files show of themselves, cycles of calls."""
        from perflint.cached import beside, meant, program

        project = self._analysis.project
        parts: list[str | bytes] = [program(), *meant(self._settings), *beside(self._analysis.texts)]
        for path, facts in sorted(self._analysis.facts.items()):
            parts += [str(path), facts.interface if isinstance(facts, FileFacts) else repr(facts)]
        return key(*parts, repr(Cycles(project.graph).all()), repr(_plain(project.settings))).hex()


def _short(text: str) -> str:
    return key(text).hex()[:16]


def _digest(answer: object) -> str:
    return _short(repr(_plain(answer)))


def _plain(answer: object) -> object:
    """The same for each process: sets have another order in each."""
    if isinstance(answer, frozenset | set):
        return sorted(repr(_plain(part)) for part in answer)
    if isinstance(answer, tuple | list):
        return [_plain(part) for part in answer]
    if is_dataclass(answer):
        return [_plain(getattr(answer, field.name)) for field in fields(answer)]
    return answer


def _read(text: str | None) -> _Entry | None:
    if text is None:
        return None
    try:
        return decoded(_Entry, json.loads(text))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None  # not what was written


__all__ = ["FileResults", "Record", "record_of"]
