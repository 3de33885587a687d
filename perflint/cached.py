"""Runs that are answered from the cache: whole, or with the facts of files that have not changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from perflint.cache import Kept, cache_of, key
from perflint.config import Settings
from perflint.discovery import project_around
from perflint.findings import Finding, Problem
from perflint.program import program
from perflint.project.import_root import import_root
from perflint.project.repository import asks_for_repository, is_whole
from perflint.project.requirement_files import requirement_files
from perflint.records import from_json, to_json
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
    about = about_run({source.path: source.text for source in sources}, settings)
    name = _run_key(about, sources, report)
    found = from_json(_Found, kept.get([name]).get(name))
    if found is not None:
        return [*found.findings, *found.problems]
    from perflint.analysis import analyse

    made = list(analyse(sources, report, settings, Kept(kept, about)))
    problems = tuple(one for one in made if isinstance(one, Problem))
    # What perflint failed at is to be tried again.
    if all(problem.of_source for problem in problems):
        findings = tuple(one for one in made if isinstance(one, Finding))
        kept.put({name: to_json(_Found(findings, problems))})
    return made


def _run_key(about: bytes, sources: Sequence[SourceFile], report: Set[Path]) -> bytes:
    """All that a run's findings depend on."""
    parts: list[str | bytes] = [about]
    for source in sorted(sources, key=lambda source: source.path):
        parts += [str(source.path), source.digest, "reported" if source.path in report else ""]
    return key(*parts)


def about_run(texts: Mapping[Path, str], settings: Settings) -> bytes:
    """All that findings depend on beside the sources: the program, its settings, and what is read beside them."""
    return key(program(), *settings.written(without=_ELSEWHERE), *_beside(texts))


def _beside(texts: Mapping[Path, str]) -> Iterator[str | bytes]:
    """What is read beside the sources: requirement files, and whether all files of the repository are there."""
    root = import_root(texts)
    folder = project_around(root)
    for path in requirement_files(folder):
        yield str(path)
        try:
            yield path.read_bytes()
        except OSError:
            yield "unreadable"
    if asks_for_repository(texts):
        yield str(is_whole(folder, texts.keys()))


@dataclass(frozen=True, slots=True)
class _Found:
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
