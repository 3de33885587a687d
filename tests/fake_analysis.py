"""An analysis whose checks rewrite calls by name, for tests of what is done with rewrites."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from perflint.cards import Rule, rules
from perflint.codemods.edits import edits_of_each
from perflint.codemods.tree import Tree
from perflint.config import Settings
from perflint.findings import Applicability, Confidence, Finding, Fix, Position, Problem, Span
from perflint.rewrites import Draft, Rewrite
from perflint.source import SourceFile

Drafts = Sequence[tuple[Rule, Draft]]
Check = Callable[[cst.Call], Iterator[Draft]]


def calls_to(name: str, new: str, applicability: Applicability = Applicability.SAFE, **more: Any) -> Check:
    """A check for calls of `name`; the fix calls `new`."""

    def check(call: cst.Call) -> Iterator[Draft]:
        if isinstance(call.func, cst.Name) and call.func.value == name:
            faster = call.with_changes(func=cst.parse_expression(new))
            yield Draft(
                call, f"{name} is slow", rewrite=Rewrite(f"call `{new}`", applicability, ((call, faster),), **more)
            )

    return check


@dataclass(frozen=True, slots=True)
class FakeAnalysis:
    """Runs one check for each code on the calls of a file."""

    texts: Mapping[Path, str]
    checks: Mapping[str, Check]

    def link(self) -> None:
        pass

    def reported(self, path: Path) -> list[Finding | Problem]:
        module, drafts = self.drafts(path)
        return [*self.findings(path, module, drafts)]

    def drafts(self, path: Path) -> tuple[cst.Module, Drafts]:
        module = cst.parse_module(self.texts[path])
        calls = [node for node in Tree.of(module).parents if isinstance(node, cst.Call)]
        known = [(rule, self.checks[rule.code]) for rule in rules() if rule.code in self.checks]
        return module, [(rule, draft) for call in calls for rule, check in known for draft in check(call)]

    def findings(self, path: Path, module: cst.Module, drafts: Drafts) -> Sequence[Finding]:
        positions = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
        rewrites = [draft.rewrite for _, draft in drafts if draft.rewrite]
        edits = edits_of_each(Tree.of(module), rewrites)
        return [_finding(path, rule, draft, positions[draft.node], next(edits)) for rule, draft in drafts]

    def with_sources(self, texts: Mapping[Path, str]) -> FakeAnalysis:
        return FakeAnalysis({**self.texts, **texts}, self.checks)


def _finding(path: Path, rule: Rule, draft: Draft, where: Any, edits: Any) -> Finding:
    start, end = Position(where.start.line, where.start.column + 1), Position(where.end.line, where.end.column + 1)
    assert draft.rewrite is not None
    fix = Fix(draft.rewrite.title, draft.rewrite.applicability, edits) if edits else None
    return Finding(
        rule.code, rule.name, draft.message, rule.severity, Confidence.PROVEN, path, Span(start, end), fix=fix
    )


def beginning(**checks: Check) -> Callable[[Sequence[SourceFile], Settings], FakeAnalysis]:
    """What makes the analysis of a project, with a check for each code."""
    return lambda sources, settings: FakeAnalysis({source.path: source.text for source in sources}, checks)
