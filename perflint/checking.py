"""The checks on one file's LibCST tree, and what they say as findings. Everything that needs LibCST begins here."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcst as cst

from perflint.cards import Rule
from perflint.findings import Applicability, Confidence, Edit, Finding, Fix, Position, Problem, Span
from perflint.gate import Checks, Passed
from perflint.project.facts import FileFacts
from perflint.rewrites import Draft, Rewrite
from perflint.semantics.blanking import Blanked, blanked
from perflint.semantics.context import Context
from perflint.semantics.walk import align, visit

if TYPE_CHECKING:
    from perflint.codemods.splicing import Source
    from perflint.config import Settings
    from perflint.project.whole import Project
    from perflint.semantics.exposure import Exposures
    from perflint.semantics.file_analysis import FileAnalysis
    from perflint.semantics.interpreter import Interpreter

# What Python's parser takes for the end of a line.
_LINE_END = re.compile(rb"\r\n|\r|\n")

Drafts = tuple[cst.Module | None, list[tuple[Rule, Draft]]]


@dataclass(slots=True)
class Checker:
    """Runs checks over files of one project; `failed` is told what could not be done."""

    settings: Settings
    interpreter: Interpreter
    project: Project
    exposures: Exposures
    failed: Callable[[Problem], None]
    _spans: dict[cst.CSTNode, Span] = field(default_factory=dict)
    _around: dict[cst.CSTNode, tuple[cst.BaseCompoundStatement, int]] = field(default_factory=dict)
    _bytes: dict[Path, list[bytes]] = field(default_factory=dict)
    _text: str = ""
    # What was checked last: the tree, its text, and which `ast` nodes its nodes are.
    _last: tuple[cst.Module, str, Mapping[cst.CSTNode, ast.AST]] | None = None

    def drafts(self, facts: FileFacts, text: str, analysis: FileAnalysis, passed: Passed) -> Drafts:
        """The file's tree and what the checks say of it; no tree where nothing is said.

        The tree has all of the file where code is rewritten, which may touch any name, and where what is proven
        was asked of code that the tree lacks.
        """
        self._text = text
        is_lowered = self.interpreter.trees.is_lowered(facts.module)
        rest = None if "" in passed.functions or is_lowered else blanked(text, analysis.tree, passed.functions)
        if rest is not None:
            tree, made = self._drafted(facts, analysis, passed.checks, rest)
            proven = [draft for _, draft in made if draft.confidence is Confidence.PROVEN]
            if not any(rest.is_missed or _changes_code(draft.rewrite) for draft in proven):
                return tree if made else None, made
        return self._drafted(facts, analysis, passed.checks, Blanked(text))

    def _drafted(self, facts: FileFacts, analysis: FileAnalysis, checks: Checks, source: Blanked) -> Drafts:
        tree = self._parse(facts.path, source.text)
        return tree, list(self._checked(facts, tree, analysis, checks, source)) if tree is not None else []

    def findings(self, path: Path, module: cst.Module, drafts: Sequence[tuple[Rule, Draft]]) -> Sequence[Finding]:
        """The drafts of a file as they are reported, one for each; only files with findings pay for positions."""
        if not drafts:
            return []
        edits = self._edits(path, module, drafts)
        made: list[Finding] = []
        for index, (rule, draft) in enumerate(drafts):
            span = self._spans.get(draft.node) or _span(module, draft.node, self._around.get(draft.node))
            fix = None
            if draft.rewrite is not None and (edits.get(index) or _is_advice(draft.rewrite)):
                fix = Fix(draft.rewrite.title, draft.rewrite.applicability, edits.get(index, ()))
            made.append(_finding(path, rule, draft, span, fix, module))
        return made

    def _edits(
        self, path: Path, module: cst.Module, drafts: Sequence[tuple[Rule, Draft]]
    ) -> Mapping[int, tuple[Edit, ...]]:
        """The edits of each draft's rewrite by its index; none for one that is refused, or unsound in itself."""
        from perflint.codemods.edits import edits_of_each
        from perflint.codemods.rewriting import UnsoundError
        from perflint.codemods.tree import Tree

        rewrites = {
            index: draft.rewrite
            for index, (_, draft) in enumerate(drafts)
            if draft.rewrite is not None and _changes_code(draft.rewrite)
        }
        if not rewrites:
            return {}
        try:
            edits = edits_of_each(Tree.of(module), rewrites.values(), self._source(module))
            return dict(zip(rewrites, edits, strict=True))
        except UnsoundError:
            pass  # one of them is at fault: ask for each by itself
        found: dict[int, tuple[Edit, ...]] = {}
        for index, rewrite in rewrites.items():
            try:
                found[index] = next(edits_of_each(Tree.of(module), [rewrite]))
            except UnsoundError as error:
                rule = drafts[index][0]
                self.failed(Problem(path, f"the fix of {rule.code} {rule.name} is unsound: {error}"))
        return found

    def _source(self, module: cst.Module) -> Source | None:
        if self._last is None or self._last[0] is not module:
            return None
        from perflint.codemods.splicing import Source, row_of

        _, text, pairs = self._last
        return Source(text, lambda statement: row_of(statement, pairs))

    def _note_span(self, node: cst.CSTNode, context: Context) -> None:
        """The place of an expression, which `ast` knows; not of a lowered file, whose columns have moved."""
        if self.interpreter.trees.is_lowered(context.module):
            return
        found, around = context.abstract(node), [node, *context.ancestors(node)]
        outermost = around[-2] if len(around) > 1 else node
        if isinstance(outermost, cst.BaseCompoundStatement) and isinstance(
            top := context.abstract(outermost), ast.stmt
        ):
            self._around[node] = outermost, top.lineno
        if not isinstance(found, ast.expr) or found.end_lineno is None or found.end_col_offset is None:
            return
        if any(isinstance(parent, cst.FormattedString) for parent in around[1:]):
            return  # before Python 3.12 places inside f-strings are not reliable
        lines = self._lines(context.path)
        start = Position(found.lineno, _column(lines[found.lineno - 1], found.col_offset))
        end = Position(found.end_lineno, _column(lines[found.end_lineno - 1], found.end_col_offset))
        self._spans[node] = Span(start, end)

    def _lines(self, path: Path) -> list[bytes]:
        if path not in self._bytes:
            self._bytes.clear()  # one file at a time
            self._bytes[path] = _LINE_END.split(self._text.encode("utf-8", "surrogatepass"))
        return self._bytes[path]

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
        wanted: Checks,
        source: Blanked,
    ) -> Iterator[tuple[Rule, Draft]]:
        visited = visit(tree)
        pairs = align(visited, analysis.tree, source.left_out)
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
        for rule, check in wanted:
            context = base.with_options(_options(self.settings, rule))
            for kind in check.node_types:
                visitors.setdefault(kind, []).append((rule, check, context))
        crashed: set[str] = set()
        for node in visited.nodes:
            for rule, check, context in visitors.get(type(node), ()):
                if rule.code not in crashed:
                    yield from self._guarded(rule, check, node, context, crashed)

    def _guarded(
        self, rule: Rule, check: Any, node: cst.CSTNode, context: Context, crashed: set[str]
    ) -> Iterator[tuple[Rule, Draft]]:
        """A crash in one check loses that check on that file, and is reported."""
        try:
            for draft in list(check(node, context)):
                self._note_span(draft.node, context)
                yield rule, self._settled(draft)
        except Exception as error:
            crashed.add(rule.code)
            if os.environ.get("PERFLINT_DEBUG"):
                raise
            self.failed(Problem(context.path, f"{rule.code} {rule.name} crashed: {type(error).__name__}: {error}"))

    def _settled(self, draft: Draft) -> Draft:
        """The draft with the rewrite that this run may apply, where it has two."""
        if draft.rewrite is None or draft.rewrite.instead is None or self.settings.unsafe_fixes:
            return draft
        return replace(draft, rewrite=draft.rewrite.instead)


def _changes_code(rewrite: Rewrite | None) -> bool:
    return rewrite is not None and bool(rewrite.replacements or rewrite.imports or rewrite.definitions)


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


def _span(module: cst.Module, node: cst.CSTNode, around: tuple[cst.BaseCompoundStatement, int] | None) -> Span:
    """Where a node stands, by printing: only for nodes that have no place of their own in `ast`.

    `around` is the module's statement that has it, with its row; without that, the whole file is printed.
    """
    from libcst.metadata import MetadataWrapper, PositionProvider

    printed = module if around is None else module.with_changes(header=(), body=[around[0]], footer=())
    places: Any = MetadataWrapper(printed, unsafe_skip_copy=True).resolve(PositionProvider)
    above = 0 if around is None else around[1] - places[around[0]].start.line
    start, end = places[node].start, places[node].end
    return Span(Position(start.line + above, start.column + 1), Position(end.line + above, end.column + 1))


def _options(settings: Settings, rule: Rule) -> dict[str, Any]:
    return {**rule.options, **settings.rules.get(rule.name, {})}


def _column(line: bytes, offset: int) -> int:
    """The 1-based column in characters of an offset in UTF-8 bytes."""
    return len(line[:offset].decode("utf-8", "surrogatepass")) + 1


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
