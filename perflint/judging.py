"""What a run makes of a project: the files are read and analysed, and settings and comments judge what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from perflint.cards import rules
from perflint.config import Settings
from perflint.contexts import context_of
from perflint.findings import Confidence, Finding, Outcome, Problem, Severity
from perflint.scope import Scope
from perflint.selection import not_ignored, selected, with_settled_fix
from perflint.source import SourceError, SourceFile, from_text, read
from perflint.suppression_rules import Run, complaints
from perflint.suppressions import suppressions

# All files of the project, those to report, and the settings.
Analyse = Callable[[Sequence[SourceFile], Set[Path], Settings], Iterable[Finding | Problem]]

_LOWER = {Severity.ERROR: Severity.WARNING, Severity.WARNING: Severity.INFO, Severity.INFO: Severity.INFO}


@dataclass(frozen=True, slots=True)
class Sources:
    """What could be read of a project, and why the rest could not."""

    files: Mapping[Path, SourceFile]
    failures: Mapping[Path, Problem]

    @property
    def texts(self) -> dict[Path, str]:
        return {path: source.text for path, source in self.files.items()}


def read_all(scope: Scope, texts: Mapping[Path, str]) -> Sources:
    """The files of a run; `texts` stand for the content of some."""
    files: dict[Path, SourceFile] = {}
    failures: dict[Path, Problem] = {}
    for path in sorted(map(Path, scope.files)):
        try:
            files[path] = from_text(path, texts[path]) if path in texts else read(path)
        except SourceError as error:
            failures[path] = Problem(path, str(error), error.position, of_source=True)
    return Sources(files, failures)


def outcome_of(scope: Scope, sources: Sources, settings: Settings, analyse: Analyse) -> Outcome:
    """What there is to say of the files that were asked for."""
    asked = scope.reported(settings.contexts)
    report, failures = asked & sources.files.keys(), sources.failures
    made = list(analyse(list(sources.files.values()), report, settings))
    problems = [*scope.problems, *(failures[path] for path in failures if path in asked)]
    problems += [each for each in made if isinstance(each, Problem)]
    judged = [sources.files[path] for path in sorted(report)]
    findings = _kept(judged, [each for each in made if isinstance(each, Finding)], problems, scope, settings)
    return Outcome(
        tuple(sorted(findings, key=lambda finding: finding.order)),
        tuple(sorted(problems, key=lambda problem: (str(problem.path or ""), problem.message))),
        len(report),
        sum(source.text.count("\n") for source in judged),
        notes=(*scope.notes, *(failures[path] for path in sorted(failures) if path not in asked)),
    )


def _kept(
    sources: Iterable[SourceFile],
    findings: Iterable[Finding],
    problems: Iterable[Problem],
    scope: Scope,
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
