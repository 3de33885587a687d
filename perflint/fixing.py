"""Fixes applied to files until none is left, and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields
from pathlib import Path

from perflint.config import Settings
from perflint.discovery import absolute, common_folder, project_root
from perflint.engine import Outcome
from perflint.findings import Finding, Problem
from perflint.fixing_checks import Begin, Checking
from perflint.fixing_rounds import Rounds
from perflint.source import SourceError, replace


@dataclass(frozen=True, slots=True)
class FixResult:
    """What was fixed, what is left, and each changed file's text before and after."""

    applied: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    changed: Mapping[Path, tuple[str, str]]


def fix(
    paths: Sequence[Path],
    settings: Settings,
    *,
    unsafe: bool,
    write: bool,
    overlay: Mapping[Path, str] | None = None,
    begin: Begin | None = None,
) -> FixResult:
    """Apply the fixes in `paths`, unsafe ones too if `unsafe`.

    `overlay` gives texts that stand for a file's content, for callers that write by themselves;
    `begin` makes the analysis of the project.
    """
    texts = {absolute(path): text for path, text in (overlay or {}).items()}
    settings = with_fields(settings, unsafe_fixes=unsafe)
    rounds = Rounds(Checking(tuple(paths), settings, begin or _begin(), texts), unsafe)
    result = _result(rounds, rounds.to_the_end())
    if not write or _all_written(rounds, result, paths):
        return result
    return _result(rounds, rounds.checking.outcome())


def _begin() -> Begin:
    from perflint.analysis import Analysis

    return Analysis.of


def _result(rounds: Rounds, found: Outcome) -> FixResult:
    sources = rounds.checking.sources
    texts = {path: (sources[path].text, text) for path, text in sorted(rounds.checking.texts.items())}
    return FixResult(
        tuple(sorted((one for own in rounds.applied.values() for one in own), key=lambda finding: finding.order)),
        found.findings,
        (*found.problems, *(problem for _, problem in sorted(rounds.given_up.items()))),
        {path: pair for path, pair in texts.items() if pair[0] != pair[1]},
    )


def _all_written(rounds: Rounds, result: FixResult, paths: Sequence[Path]) -> bool:
    """Write what changed. A file that cannot be written is given up."""
    asked = [absolute(path) for path in paths]
    root = project_root(asked) or common_folder(asked)
    for path, (_, after) in result.changed.items():
        try:
            replace(rounds.checking.sources[path], after, root)
        except SourceError as error:
            rounds.give_up(path, str(error))
    return result.changed.keys().isdisjoint(rounds.given_up)
