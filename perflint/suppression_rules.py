"""PF001 and PF002: suppressions that silence nothing, and such as name no rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perflint.cards import Rule
from perflint.findings import Applicability, Confidence, Edit, Finding, Fix, Position, Span
from perflint.selection import nearest_rule
from perflint.source import SourceFile, split_lines
from perflint.suppressions import Suppression


@dataclass(frozen=True, slots=True)
class Run:
    """The rules there are and those of this run: only the latter's suppressions can be found unused."""

    known: Sequence[Rule]
    chosen: Sequence[Rule]

    def rule(self, code: str) -> Rule | None:
        return next((rule for rule in self.chosen if rule.code == code), None)

    def judges(self, name: str) -> bool:
        """perflint's own rules are not judged: they come after all others."""
        return any(name in (rule.code, rule.name) for rule in self.chosen if rule.module)

    def judges_all(self) -> bool:
        return all(rule in self.chosen for rule in self.known if rule.default and rule.module)


def complaints(
    source: SourceFile, marks: Sequence[Suppression], silenced: Sequence[Finding], run: Run
) -> Iterator[Finding]:
    """What PF001 and PF002 say of `marks`, given every finding of the file that a rule made."""
    for mark in marks:
        if rule := run.rule("PF002"):
            yield from (_finding(rule, source, mark, message) for message in _unknown(mark, run))
        unused = _unused(mark, silenced, run)
        if unused is not None and (rule := run.rule("PF001")):
            names = ", ".join(unused) or "any rule"
            fix = _removal(source, mark, unused)
            yield _finding(rule, source, mark, f"nothing here for this comment to silence: {names}", fix)


def _unknown(mark: Suppression, run: Run) -> Iterator[str]:
    if not mark.is_valid:
        yield "not understood, so nothing is silenced: expected `ignore[PF101]`, then `-- reason`"
    known = {word for rule in run.known for word in (rule.code, rule.name)}
    for name in mark.names:
        if name not in known:
            close = nearest_rule(name, run.known)
            yield f"no rule is called {name}" + (f"; did you mean {close}?" if close else "")


def _unused(mark: Suppression, findings: Sequence[Finding], run: Run) -> tuple[str, ...] | None:
    """The names that silence nothing; () for an idle comment without names; None when all is in use."""
    covered = [finding for finding in findings if mark.covers(finding)]
    if not mark.names:
        return () if mark.is_valid and not covered and run.judges_all() else None
    used = {name for finding in covered for name in mark.named(finding)}
    return tuple(name for name in mark.names if name not in used and run.judges(name)) or None


def _removal(source: SourceFile, mark: Suppression, unused: tuple[str, ...]) -> Fix:
    left = [name for name in mark.names if name not in unused]
    if left:
        return Fix(f"remove {', '.join(unused)}", Applicability.SAFE, (_shorter(source, mark, left),))
    return Fix("remove the comment", Applicability.SAFE, (_without(source, mark),))


def _shorter(source: SourceFile, mark: Suppression, left: Sequence[str]) -> Edit:
    row = mark.span.start.row
    line = split_lines(source.text)[row - 1]
    start = line.index("[", mark.span.start.column - 1) + 1
    return Edit(Span(Position(row, start + 1), Position(row, line.index("]", start) + 1)), ", ".join(left))


def _without(source: SourceFile, mark: Suppression) -> Edit:
    lines = split_lines(source.text)
    row = mark.span.start.row
    line = lines[row - 1]
    before = line[: mark.span.start.column - 1].rstrip()
    after = line[mark.span.end.column - 1 :].lstrip()
    if not before and not after and row < len(lines):
        return Edit(Span(Position(row, 1), Position(row + 1, 1)), "")
    if after:  # another comment follows and takes this one's place
        return Edit(Span(mark.span.start, Position(row, len(line) - len(after) + 1)), "")
    return Edit(Span(Position(row, len(before) + 1), Position(row, len(line) + 1)), "")


def _finding(rule: Rule, source: SourceFile, mark: Suppression, message: str, fix: Fix | None = None) -> Finding:
    return Finding(rule.code, rule.name, message, rule.severity, Confidence.PROVEN, source.path, mark.span, fix=fix)
