"""One run over a project: read, analyse, and keep what the settings ask for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from perflint.cards import rules
from perflint.config import Settings
from perflint.discovery import absolute, common_folder, context_of, discover, project_root
from perflint.findings import Confidence, Finding, Problem, Severity
from perflint.selection import not_ignored, selected, with_settled_fix
from perflint.source import SourceError, SourceFile, from_text, read
from perflint.suppression_rules import Run, complaints
from perflint.suppressions import suppressions

# All files of the project, those to report, and the settings.
Analyse = Callable[[Sequence[SourceFile], Set[Path], Settings], Iterable[Finding | Problem]]

_LOWER = {Severity.ERROR: Severity.WARNING, Severity.WARNING: Severity.INFO, Severity.INFO: Severity.INFO}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found, and what it could not do; `files` and `lines` count what was reported on."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    files: int
    lines: int
    seconds: float
    # Oddities that do not fail a run, such as an unreadable file that is only indexed.
    notes: tuple[Problem, ...] = ()


def check(
    paths: Sequence[Path], settings: Settings, overlay: Mapping[Path, str] | None = None, analyse: Analyse | None = None
) -> Outcome:
    """Check `paths` within their project; `overlay` gives texts that stand for a file's content."""
    start = time.perf_counter()
    texts = {absolute(path): text for path, text in (overlay or {}).items()}
    scope = _scope(paths, settings, texts)
    sources, failures = _read(scope.report | scope.indexed, texts)
    report = scope.report & sources.keys()
    made = list((analyse or _analyse())(list(sources.values()), report, settings))
    problems = [*scope.problems, *(failures[path] for path in failures if path in scope.report)]
    problems += [each for each in made if isinstance(each, Problem)]
    judged = [sources[path] for path in sorted(report)]
    findings = _kept(judged, [each for each in made if isinstance(each, Finding)], problems, scope, settings)
    notes = (*scope.notes, *(failures[path] for path in sorted(failures) if path not in scope.report))
    return Outcome(
        tuple(sorted(findings, key=lambda finding: finding.order)),
        tuple(sorted(problems, key=lambda problem: (str(problem.path or ""), problem.message))),
        len(report),
        sum(source.text.count("\n") for source in judged),
        time.perf_counter() - start,
        notes,
    )


@dataclass(frozen=True, slots=True)
class _Scope:
    """The files to report on, all files of their project, and what the search for them met."""

    root: Path
    report: Set[Path]
    indexed: Set[Path]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def _scope(paths: Sequence[Path], settings: Settings, texts: Mapping[Path, str]) -> _Scope:
    asked = [absolute(path) for path in paths]
    named = discover([path for path in asked if path not in texts], settings)
    project = project_root(asked)
    whole = discover([project], settings) if project and asked != [project] else named
    root = project or common_folder(asked)
    files = {*named.files, *(path for path in asked if path in texts)}
    report = {path for path in files if context_of(path, root) in settings.contexts}
    return _Scope(root, report, files.union(whole.files, texts), named.problems, named.notes)


def _read(paths: Set[Path], texts: Mapping[Path, str]) -> tuple[dict[Path, SourceFile], dict[Path, Problem]]:
    sources: dict[Path, SourceFile] = {}
    failures: dict[Path, Problem] = {}
    for path in sorted(paths):
        try:
            sources[path] = from_text(path, texts[path]) if path in texts else read(path)
        except SourceError as error:
            failures[path] = Problem(path, str(error), error.position, of_source=True)
    return sources, failures


def _analyse() -> Analyse:
    # Imported here: standard input and the fixes have analyses of their own.
    from perflint.cached import analyse

    return analyse


def _kept(
    sources: Iterable[SourceFile],
    findings: Iterable[Finding],
    problems: Iterable[Problem],
    scope: _Scope,
    settings: Settings,
) -> Iterator[Finding]:
    """The findings that the settings and the comments in the code leave, and what the comments deserve themselves."""
    by_path: dict[Path, dict[object, Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, {}).setdefault((finding.code, finding.span), finding)
    failed = {problem.path for problem in problems}
    known = rules()
    chosen = selected(settings, known)
    for source in sources:
        run = Run(known, not_ignored(chosen, source.path, settings))
        own = list(by_path.get(source.path, {}).values())
        lower = context_of(source.path, scope.root) == "commands"
        for finding in _audible(source, own, run, judge=source.path not in failed):
            rule = run.rule(finding.code)
            if rule and (settings.unproven or finding.confidence is not Confidence.UNPROVEN):
                severity = _LOWER[finding.severity] if lower else finding.severity
                yield replace(with_settled_fix(finding, rule, settings), severity=severity)


def _audible(source: SourceFile, findings: Sequence[Finding], run: Run, judge: bool) -> Iterator[Finding]:
    """The findings that no comment silences; `judge`: and the comments that silence none."""
    marks = suppressions(source)
    own = complaints(source, marks, findings, run) if judge else ()
    yield from (finding for finding in findings if not any(mark.silences(finding) for mark in marks))
    # A bare comment that is idle does not silence what is said of it.
    yield from (finding for finding in own if not any(mark.names and mark.silences(finding) for mark in marks))
