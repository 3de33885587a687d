"""The checks on one file's LibCST tree, and what they say as findings. Everything that needs LibCST begins here."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcst as cst

from perflint.cards import Rule
from perflint.draft_edits import Drafted, Edits, changes_code, edits_by_draft, edits_in_part
from perflint.findings import Applicability, Confidence, Finding, Fix, Problem, Span
from perflint.gate import Passed, wanted
from perflint.project.facts import FileFacts
from perflint.rewrites import Draft, Rewrite
from perflint.semantics.blanking import Blanked, blanked
from perflint.semantics.context import Context
from perflint.semantics.walk import align, visit
from perflint.spans import Spans

if TYPE_CHECKING:
    from perflint.codemods.splicing import Source
    from perflint.config import Settings
    from perflint.project.whole import Project
    from perflint.semantics.exposure import Exposures
    from perflint.semantics.file_analysis import FileAnalysis, Owned
    from perflint.semantics.interpreter import Interpreter

Drafts = tuple[cst.Module | None, list[tuple[Rule, Draft]]]


@dataclass(slots=True)
class Checker:
    """Runs checks over files of one project; `failed` is told what could not be done."""

    settings: Settings
    interpreter: Interpreter
    project: Project
    exposures: Exposures
    failed: Callable[[Problem], None]
    _spans: Spans = field(default_factory=Spans)
    # What was checked last: the tree, its text, and which `ast` nodes its nodes are.
    _last: tuple[cst.Module, str, Mapping[cst.CSTNode, ast.AST]] | None = None
    _edited: tuple[cst.Module, Edits] | None = None  # a tree that lacks functions, and what is edited nevertheless

    def drafts(
        self, facts: FileFacts, text: str, analysis: FileAnalysis, passed: Passed, *, is_whole: bool = True
    ) -> Drafts:
        """The file's tree and what the checks say of it; no tree where nothing is said.

        The tree has all of the file where what is proven was asked of code that it would lack, and where code is
        rewritten: if that is wanted (`is_whole`), or a rewrite may touch what it would lack.
        """
        self._spans.begin(text)
        functions = {""} if self.interpreter.trees.is_lowered(facts.module) else {*passed.functions}
        while "" not in functions and (rest := blanked(text, analysis.tree, functions)) is not None:
            tree, made = self._drafted(facts, analysis, passed, rest)
            if tree is None or self._is_enough(tree, made, text, rest, is_whole=is_whole):
                return tree if made else None, made
            if is_whole or rest.is_missed:
                break
            functions |= rest.missed or {""}
        return self._drafted(facts, analysis, passed, Blanked(text))

    def _drafted(self, facts: FileFacts, analysis: FileAnalysis, passed: Passed, source: Blanked) -> Drafts:
        tree = self._parse(facts.path, source.text)
        return tree, list(self._checked(facts, tree, analysis, passed, source)) if tree is not None else []

    def findings(self, path: Path, module: cst.Module, drafts: Drafted) -> Sequence[Finding]:
        """The drafts of a file as they are reported, one for each; only files with findings pay for positions."""
        if not drafts:
            return []
        edits = self._edits(path, module, drafts)
        made: list[Finding] = []
        for index, (rule, draft) in enumerate(drafts):
            fix = None
            if draft.rewrite is not None and (edits.get(index) or _is_advice(draft.rewrite)):
                fix = Fix(draft.rewrite.title, draft.rewrite.applicability, edits.get(index, ()))
            made.append(_finding(path, rule, draft, self._spans.of(draft.node, module), fix, module))
        return made

    def _is_enough(self, tree: cst.Module, made: Drafted, text: str, rest: Blanked, *, is_whole: bool) -> bool:
        """Whether the same would be said of all of the file."""
        proven = [draft for _, draft in made if draft.confidence is Confidence.PROVEN]
        if not proven:
            return True
        if rest.is_missed or rest.missed:
            return False
        if not any(changes_code(draft.rewrite) for draft in proven):
            return True
        source = None if is_whole else self._source(tree)
        edits = edits_in_part(tree, made, source, text, rest) if source is not None else None
        self._edited = (tree, edits) if edits is not None else None
        return edits is not None

    def _edits(self, path: Path, module: cst.Module, drafts: Drafted) -> Edits:
        if self._edited is not None and self._edited[0] is module:
            return self._edited[1]

        def failed(rule: Rule, reason: str) -> None:
            self.failed(Problem(path, f"the fix of {rule.code} {rule.name} is unsound: {reason}"))

        return edits_by_draft(module, drafts, self._source(module), failed)

    def _source(self, module: cst.Module) -> Source | None:
        if self._last is None or self._last[0] is not module:
            return None
        from perflint.codemods.splicing import Source, row_of

        _, text, pairs = self._last
        return Source(text, lambda statement: row_of(statement, pairs))

    def _parse(self, path: Path, text: str) -> cst.Module | None:
        try:
            return cst.parse_module(text)
        except (cst.ParserSyntaxError, RecursionError, MemoryError, ValueError) as error:
            self.failed(Problem(path, f"LibCST cannot parse this file: {_first_line(error)}"))
            return None

    def _checked(
        self,
        facts: FileFacts,
        tree: cst.Module,
        analysis: FileAnalysis,
        passed: Passed,
        source: Blanked,
    ) -> Iterator[tuple[Rule, Draft]]:
        visited = visit(tree)
        pairs = align(visited, analysis.tree, source.left_out.keys())
        self._last = tree, source.text, pairs
        base = Context(
            facts.module,
            facts.path,
            tree,
            visited.parents,
            pairs,
            analysis,
            self.interpreter,
            self.project,
            {},
            self.exposures,
            source,
        )
        visitors: dict[type[cst.CSTNode], list[tuple[Rule, Any, Context]]] = {}
        for rule, check in passed.checks:
            events = self._wanted(rule, check, facts.path, analysis, passed)
            context = base.for_rule(_options(self.settings, rule), events or ())
            for kind in check.node_types if events is not None else ():
                visitors.setdefault(kind, []).append((rule, check, context))
        crashed: set[str] = set()
        for node in visited.nodes:
            for rule, check, context in visitors.get(type(node), ()):
                if rule.code not in crashed:
                    yield from self._guarded(rule, check, node, context, crashed)

    def _wanted(
        self, rule: Rule, check: Any, path: Path, analysis: FileAnalysis, passed: Passed
    ) -> Sequence[Owned] | None:
        """The events that a check wants; None where it cannot tell."""
        if rule.code in passed.events:
            return passed.events[rule.code]
        try:
            return wanted(check, analysis, self.exposures)
        except Exception as error:
            self._crashed(rule, path, error)
            return None

    def _guarded(
        self, rule: Rule, check: Any, node: cst.CSTNode, context: Context, crashed: set[str]
    ) -> Iterator[tuple[Rule, Draft]]:
        """A crash in one check loses that check on that file, and is reported."""
        try:
            for draft in list(check(node, context)):
                if not self.interpreter.trees.is_lowered(context.module):  # whose columns have moved
                    self._spans.note(draft.node, context)
                yield rule, self._settled(draft)
        except Exception as error:
            crashed.add(rule.code)
            self._crashed(rule, context.path, error)

    def _crashed(self, rule: Rule, path: Path, error: Exception) -> None:
        if os.environ.get("PERFLINT_DEBUG"):
            raise error
        self.failed(Problem(path, f"{rule.code} {rule.name} crashed: {type(error).__name__}: {error}"))

    def _settled(self, draft: Draft) -> Draft:
        """The draft with the rewrite that this run may apply, where it has two."""
        if draft.rewrite is None or draft.rewrite.instead is None or self.settings.unsafe_fixes:
            return draft
        return replace(draft, rewrite=draft.rewrite.instead)


def _is_advice(rewrite: Rewrite) -> bool:
    """Whether only the title is meant: what it says belongs into another file, or into the reader's hands."""
    return rewrite.applicability is Applicability.DISPLAY and not rewrite.replacements


def _finding(path: Path, rule: Rule, draft: Draft, span: Span, fix: Fix | None, tree: cst.Module) -> Finding:
    return Finding(
        code=rule.code,
        name=rule.name,
        message=draft.message,
        severity=draft.severity or rule.severity,
        confidence=draft.confidence,
        path=path,
        span=span,
        cost=draft.cost,
        hotness=draft.hotness,
        trace=tuple(draft.trace),
        fix=fix,
        function=draft.function,
        excerpt=" ".join(tree.code_for_node(draft.node).split())[:200],
    )


def _options(settings: Settings, rule: Rule) -> dict[str, Any]:
    return {**rule.options, **settings.rules.get(rule.name, {})}


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
