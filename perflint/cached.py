"""Runs that are answered from the cache: whole, or with the facts of files that have not changed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import fields
from functools import cache
from pathlib import Path

from perflint import __version__
from perflint.cache import Cache, key
from perflint.cards import rules_directory
from perflint.config import Settings
from perflint.discovery import project_root
from perflint.findings import Finding, Problem
from perflint.project.import_root import import_root
from perflint.project.repository import is_whole
from perflint.project.versions import requirement_files
from perflint.records import decoded, encoded
from perflint.source import SourceFile

# Settings that say which files there are, or what is done with the findings.
_ELSEWHERE = {"output_format", "workers", "cache_dir", "exclude", "extend_exclude", "respect_gitignore", "contexts"}
_ELSEWHERE |= {"unproven", "per_file_ignores", "fixable", "unfixable", "extend_safe_fixes", "extend_unsafe_fixes"}


def analyse(sources: Sequence[SourceFile], report: Set[Path], settings: Settings) -> Iterable[Finding | Problem]:
    """As `analysis.analyse` does; the same files, settings and program give what they gave before."""
    kept = cache_of(settings)
    if kept is None:
        from perflint.analysis import analyse

        return analyse(sources, report, settings)
    name = run_key(sources, report, settings)
    found = _read(kept.get([name]).get(name))
    if found is None:
        from perflint.analysis import analyse

        found = list(analyse(sources, report, settings, kept))
        # What perflint failed at is to be tried again.
        if all(isinstance(one, Finding) or one.of_source for one in found):
            kept.put({name: _written(found)})
    return found


def cache_of(settings: Settings) -> Cache | None:
    """The cache that the settings ask for: below the project's root, or where they say."""
    if not settings.cache_dir:
        return None
    return Cache((project_root([settings.root]) or settings.root) / settings.cache_dir)


def run_key(sources: Sequence[SourceFile], report: Set[Path], settings: Settings) -> bytes:
    """All that a run's findings depend on: the program, its settings, the sources, and what is read beside them."""
    parts: list[str | bytes] = [program(), *meant(settings)]
    for source in sorted(sources, key=lambda source: source.path):
        parts += [str(source.path), source.digest, "reported" if source.path in report else ""]
    return key(*parts, *beside({source.path: source.text for source in sources}))


def meant(settings: Settings) -> Iterator[str]:
    """The settings that decide what is found."""
    for field in fields(settings):
        if field.name not in _ELSEWHERE:
            yield f"{field.name}={getattr(settings, field.name)!r}"


def beside(texts: Mapping[Path, str]) -> Iterator[str | bytes]:
    """What is read beside the sources: requirement files, and whether all files of the repository are there."""
    root = import_root(texts)
    folder = project_root([root]) or root
    for path in requirement_files(folder):
        yield str(path)
        try:
            yield path.read_bytes()
        except OSError:
            yield "unreadable"
    if any("celery" in text for text in texts.values()):  # only then is it asked
        yield str(is_whole(folder, texts.keys()))


@cache
def program() -> str:
    """This very program: its version, its files by size and time, and the Python that parses."""
    parts = [__version__, str(sys.version_info[:3])]
    for folder in {Path(__file__).parent: None, rules_directory(): None}:
        for top, _, names in sorted(os.walk(folder)):
            if not top.endswith("__pycache__"):
                states = ((name, os.stat(os.path.join(top, name))) for name in sorted(names))
                parts += [f"{top}/{name} {state.st_size} {state.st_mtime_ns}" for name, state in states]
    return key(*parts).hex()


def _written(found: Sequence[Finding | Problem]) -> str:
    return json.dumps([[type(one) is Finding, encoded(one)] for one in found], separators=(",", ":"))


def _read(text: str | None) -> list[Finding | Problem] | None:
    if text is None:
        return None
    try:
        return [
            decoded(Finding, data) if is_finding else decoded(Problem, data) for is_finding, data in json.loads(text)
        ]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None  # not what was written
