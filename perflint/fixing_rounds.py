"""Rounds of checking and fixing: what fits together is applied, the rest is found again in the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from perflint import engine
from perflint.codemods.outcome import outcome, require_program
from perflint.codemods.rewriting import UnsoundError, chosen
from perflint.codemods.tree import Tree
from perflint.edits import apply_edits
from perflint.findings import Applicability, Edit, Finding, Problem
from perflint.fixing_checks import Checking
from perflint.rewrites import Rewrite

_LIMIT = 10
Pairs = Sequence[tuple[Finding, Rewrite]]


@dataclass(slots=True)
class Rounds:
    """A run of `fix`, as far as it has come."""

    checking: Checking
    unsafe: bool
    applied: dict[Path, list[Finding]] = field(default_factory=dict)
    given_up: dict[Path, Problem] = field(default_factory=dict)
    _count: Counter[Path] = field(default_factory=Counter)

    def to_the_end(self) -> engine.Outcome:
        """Go on until a look at all files finds nothing to fix: a fix in one may be what another waits for."""
        while True:
            found = self.checking.outcome()
            changed = self._apply(found.findings)
            if not changed:
                return found
            while changed:
                changed = self._apply(self.checking.check(changed))

    def give_up(self, path: Path, reason: str) -> None:
        """Leave the file as it was."""
        self.given_up[path] = Problem(path, reason)
        self.applied.pop(path, None)
        self.checking.put(path, self.checking.sources[path].text)

    def _apply(self, findings: Iterable[Finding]) -> set[Path]:
        """The files whose text is another now."""
        wanted = [finding for finding in findings if self._is_wanted(finding)]
        return {path for path, own in groupby(wanted, lambda one: one.path) if self._is_changed(path, list(own))}

    def _is_wanted(self, finding: Finding) -> bool:
        if finding.fix is None or not finding.fix.edits or finding.path in self.given_up:
            return False
        how = finding.fix.applicability
        return how is Applicability.SAFE or (how is Applicability.UNSAFE and self.unsafe)

    def _is_changed(self, path: Path, findings: Sequence[Finding]) -> bool:
        before = self.checking.text(path)
        try:
            done, after = self._fixed(path, before, findings)
        except UnsoundError as error:
            self.give_up(path, f"nothing is fixed here: {error}")
            return True
        if after == before:
            return False
        if self._count[path] == _LIMIT:
            self.give_up(path, f"nothing is fixed here: the fixes of {_codes(done)} never come to an end")
            return True
        self.checking.put(path, after)
        self._count[path] += 1
        self.applied.setdefault(path, []).extend(done)
        return True

    def _fixed(self, path: Path, text: str, findings: Sequence[Finding]) -> tuple[list[Finding], str]:
        """The findings whose fixes go together, and the text that they give."""
        remedies = self.checking.remedies(path)
        found = [(finding, remedies.of(finding)) for finding in findings] if remedies else []
        pairs = [(finding, rewrite) for finding, rewrite in found if rewrite is not None]
        if remedies is None or not pairs:
            return _edited(text, findings)
        tree = Tree.of(remedies.module)
        together = {id(rewrite) for rewrite in chosen(tree, [rewrite for _, rewrite in pairs])}
        pairs = [(finding, rewrite) for finding, rewrite in pairs if id(rewrite) in together]
        return [finding for finding, _ in pairs], _rewritten(tree, text, pairs)


def _rewritten(tree: Tree, text: str, pairs: Pairs) -> str:
    """The text with all of the rewrites; an error names the rules that are to blame."""
    try:
        return outcome(tree, text, [rewrite for _, rewrite in pairs])
    except UnsoundError as error:
        to_blame = [finding for finding, rewrite in pairs if not _is_sound(tree, text, rewrite)]
        codes = _codes(to_blame or (finding for finding, _ in pairs))
        raise UnsoundError(f"the fix of {codes} {error}") from error


def _is_sound(tree: Tree, text: str, rewrite: Rewrite) -> bool:
    try:
        outcome(tree, text, [rewrite])
    except UnsoundError:
        return False
    return True


def _edited(text: str, findings: Sequence[Finding]) -> tuple[list[Finding], str]:
    """The text with the fixes that are edits and no rewrites, such as those of comments: of two that meet, one."""
    done: list[Finding] = []
    after = text
    for finding in findings:
        try:
            after = apply_edits(text, _edits([*done, finding]))
        except ValueError:
            continue
        done.append(finding)
    require_program(text, after)
    return done, after


def _edits(findings: Iterable[Finding]) -> Iterator[Edit]:
    return (edit for finding in findings if finding.fix for edit in finding.fix.edits)


def _codes(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted({finding.code for finding in findings}))
