"""From sources to findings: facts, linked project, the trees of relevant files, checks."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcst as cst

from perflint.cards import Rule, rules
from perflint.discovery import project_root
from perflint.findings import Applicability, Confidence, Edit, Finding, Fix, Position, Problem, Span
from perflint.libraries import Libraries
from perflint.parallel import available, each, uncollected
from perflint.project.facts import FileFacts, extract
from perflint.project.hotness import ExtraNames
from perflint.project.symbols import Symbol
from perflint.project.whole import Project, module_names
from perflint.rewrites import Draft, Rewrite
from perflint.selection import selected
from perflint.semantics.blanking import Blanked, blanked
from perflint.semantics.context import Context
from perflint.semantics.events import Act, Begin, Event, Iterate
from perflint.semantics.exposure import Exposures
from perflint.semantics.interpreter import FileAnalysis, Interpreter
from perflint.semantics.trees import Trees, parse_any
from perflint.semantics.walk import align, visit
from perflint.source import SourceFile

if TYPE_CHECKING:
    from perflint.config import Settings

# What Python's parser takes for the end of a line.
_LINE_END = re.compile(rb"\r\n|\r|\n")

Drafts = tuple[cst.Module | None, list[tuple[Rule, Draft]]]


class Analysis:
    """One project's sources, linked; drafts of findings by file. `texts` are by absolute path."""

    def __init__(
        self, texts: Mapping[Path, str], settings: Settings, known: Mapping[Path, FileFacts | Problem] | None = None
    ) -> None:
        self.texts = texts
        self.settings = settings
        self.root = _root(texts)
        names = module_names(texts, self.root, [settings.root / source for source in settings.source_roots])
        known = known or {}
        self.facts = {
            path: known[path] if path in known else _facts(path, names[path], text) for path, text in texts.items()
        }
        self._problems: dict[Path, list[Problem]] = {}
        self._spans: dict[cst.CSTNode, Span] = {}
        self._bytes: dict[Path, list[bytes]] = {}
        files = {facts.module: facts for facts in self.facts.values() if isinstance(facts, FileFacts)}
        extra = ExtraNames(
            tuple(settings.libraries.route_decorators),
            tuple(settings.libraries.task_decorators),
            tuple(settings.libraries.run_once),
        )
        trees = Trees({name: texts[facts.path] for name, facts in files.items()}, files)
        unparsed = {path: texts[path] for path, facts in self.facts.items() if isinstance(facts, Problem)}
        folder = project_root([self.root]) or self.root
        self.project = Project(files, self.root, folder, extra, trees.of, unparsed)
        libraries = Libraries(settings.libraries.sqlalchemy_sessions, settings.libraries.http_clients)
        self.interpreter = Interpreter(self.project.symbols, self.project.models, trees, libraries, self.project.graph)
        libraries.interpreter = self.interpreter
        self.exposures = Exposures(self.interpreter, self.project)

    @classmethod
    def of(cls, sources: Iterable[SourceFile], settings: Settings) -> Analysis:
        """The analysis of a project's files."""
        return cls({source.path: source.text for source in sources}, settings)

    def link(self) -> None:
        """Build the tables that nearly every file asks for, before workers share them."""
        assert self.project.symbols and self.project.models
        assert self.project.hotness

    def reported(self, path: Path) -> list[Finding | Problem]:
        """The findings of one file, and what could not be done there."""
        tree, drafts = self.drafts(path)
        found = self.findings(path, tree, drafts) if tree is not None else []
        return [*found, *self.problems(path)]

    def problems(self, path: Path) -> Sequence[Problem]:
        """What could not be done in a file."""
        return self._problems.get(path, [])

    def _failed(self, problem: Problem) -> None:
        assert problem.path is not None
        kept = self._problems.setdefault(problem.path, [])
        if problem not in kept:
            kept.append(problem)

    def with_sources(self, texts: Mapping[Path, str]) -> Analysis:
        """A new analysis with other texts for some files; facts of the others are kept."""
        kept = {path: facts for path, facts in self.facts.items() if path not in texts}
        return Analysis({**self.texts, **texts}, self.settings, kept)

    def drafts(self, path: Path) -> Drafts:
        """The file's tree and what the selected checks say of it; no tree where nothing can be said."""
        facts = self.facts[path]
        if isinstance(facts, Problem):
            self._failed(facts)
            return None, []
        analysis = self._inferred(path, facts.module)
        seen = {check: self._wanted_in(check, analysis) for _, check in self._checks} if analysis else {}
        wanted = [(rule, check) for rule, check in self._checks if seen.get(check)]
        functions = set[str]().union(*seen.values())
        if analysis is None or not wanted:
            return None, []
        is_lowered = self.interpreter.trees.is_lowered(facts.module)
        rest = None if "" in functions or is_lowered else blanked(self.texts[path], analysis.tree, functions)
        if rest is not None:
            tree, made = self._drafted(path, analysis, wanted, rest)
            if all(draft.confidence is not Confidence.PROVEN for _, draft in made):
                return tree if made else None, made
        return self._drafted(path, analysis, wanted, Blanked(self.texts[path], frozenset()))

    def _drafted(
        self, path: Path, analysis: FileAnalysis, wanted: Sequence[tuple[Rule, Any]], source: Blanked
    ) -> Drafts:
        """What the checks say of a file; a rewrite needs all of it, as it may touch any name."""
        tree = self._parse(path, source.text)
        return tree, list(self._checked(path, tree, analysis, wanted, source.left_out)) if tree is not None else []

    def _wanted_in(self, check: Any, analysis: FileAnalysis) -> set[str]:
        """The functions with an event that can give the check a finding: what has none is not even parsed for it."""
        wants = check.wants or _is_costly
        return {symbol.name for symbol, event in analysis.events if wants(event, symbol, self.exposures)}

    @cached_property
    def _checks(self) -> Sequence[tuple[Rule, Any]]:
        """The selected rules and their checks."""
        chosen = selected(self.settings, rules())
        return [(rule, import_module(rule.module).check) for rule in chosen if rule.module is not None]

    def findings(self, path: Path, module: cst.Module, drafts: Sequence[tuple[Rule, Draft]]) -> Sequence[Finding]:
        """The drafts of a file as they are reported, one for each; only files with findings pay for positions."""
        if not drafts:
            return []
        edits = self._edits(path, module, drafts)
        made: list[Finding] = []
        for index, (rule, draft) in enumerate(drafts):
            span = self._spans.get(draft.node) or _span(module, draft.node)
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

        rewrites = {index: draft.rewrite for index, (_, draft) in enumerate(drafts) if draft.rewrite is not None}
        tree = Tree.of(module) if rewrites else None
        try:
            return dict(zip(rewrites, edits_of_each(tree, rewrites.values()), strict=True)) if tree else {}
        except UnsoundError:
            pass  # one of them is at fault: ask for each by itself
        found: dict[int, tuple[Edit, ...]] = {}
        for index, rewrite in rewrites.items():
            try:
                found[index] = next(edits_of_each(Tree.of(module), [rewrite]))
            except UnsoundError as error:
                rule = drafts[index][0]
                self._failed(Problem(path, f"the fix of {rule.code} {rule.name} is unsound: {error}"))
        return found

    def _note_span(self, node: cst.CSTNode, context: Context) -> None:
        """The place of an expression, which `ast` knows; not of a lowered file, whose columns have moved."""
        found = context.abstract(node)
        if not isinstance(found, ast.expr) or found.end_lineno is None or found.end_col_offset is None:
            return
        if self.interpreter.trees.is_lowered(context.module):
            return
        if any(isinstance(parent, cst.FormattedString) for parent in context.ancestors(node)):
            return  # before Python 3.12 places inside f-strings are not reliable
        lines = self._lines(context.path)
        start = Position(found.lineno, _column(lines[found.lineno - 1], found.col_offset))
        end = Position(found.end_lineno, _column(lines[found.end_lineno - 1], found.end_col_offset))
        self._spans[node] = Span(start, end)

    def _lines(self, path: Path) -> list[bytes]:
        if path not in self._bytes:
            self._bytes.clear()  # one file at a time
            self._bytes[path] = _LINE_END.split(self.texts[path].encode("utf-8", "surrogatepass"))
        return self._bytes[path]

    def _inferred(self, path: Path, module: str) -> FileAnalysis | None:
        """What is known of a file; a failure loses that file alone, and is reported."""
        try:
            return self.interpreter.file(module)
        except RecursionError:
            self._failed(Problem(path, "nested too deeply to be analysed", of_source=True))
        except Exception as error:
            if os.environ.get("PERFLINT_DEBUG"):
                raise
            self._failed(Problem(path, f"the analysis of this file crashed: {type(error).__name__}: {error}"))
        return None

    def _parse(self, path: Path, text: str) -> cst.Module | None:
        try:
            return cst.parse_module(text)
        except (cst.ParserSyntaxError, RecursionError, MemoryError, ValueError) as error:
            self._failed(Problem(path, f"LibCST cannot parse this file: {_first_line(error)}"))
            return None

    def _checked(
        self,
        path: Path,
        tree: cst.Module,
        analysis: FileAnalysis,
        wanted: Sequence[tuple[Rule, Any]],
        left_out: Set[ast.AST],
    ) -> Iterator[tuple[Rule, Draft]]:
        facts = self.facts[path]
        assert isinstance(facts, FileFacts)
        visited = visit(tree)
        pairs = align(visited, analysis.tree, left_out)
        base = Context(
            facts.module,
            path,
            tree,
            visited.parents,
            pairs,
            analysis,
            self.interpreter,
            self.project,
            {},
            self.exposures,
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
            self._failed(Problem(context.path, f"{rule.code} {rule.name} crashed: {type(error).__name__}: {error}"))

    def _settled(self, draft: Draft) -> Draft:
        """The draft with the rewrite that this run may apply, where it has two."""
        if draft.rewrite is None or draft.rewrite.instead is None or self.settings.unsafe_fixes:
            return draft
        return replace(draft, rewrite=draft.rewrite.instead)


def analyse(sources: Sequence[SourceFile], report: Set[Path], settings: Settings) -> Iterable[Finding | Problem]:
    """The findings in the reported files of a project, and what could not be done."""
    with uncollected():
        analysis = Analysis.of(sources, settings)
        analysis.link()
        made = each(analysis.reported, sorted(report), available(settings.workers))
    return list(_once([found for file in made for found in file]))


def _once(found: Sequence[Finding | Problem]) -> Iterator[Finding | Problem]:
    """Leave out what a callee tells already: a caller's finding whose way ends where one of the same rule stands.

    One that is known less well tells nothing: it may not even be shown.
    """
    told = {
        (one.code, one.path, one.span.start.row, known)
        for one in found
        if isinstance(one, Finding) and not one.trace
        for known in list(Confidence)[list(Confidence).index(one.confidence) :]
    }
    for one in found:
        end = one.trace[-1] if isinstance(one, Finding) and one.trace else None
        if (
            not isinstance(one, Finding)
            or end is None
            or (one.code, end.path, end.position.row, one.confidence) not in told
        ):
            yield one


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


def _span(module: cst.Module, node: cst.CSTNode) -> Span:
    """Where a node stands, by printing the whole file: only for nodes that have no place of their own in `ast`."""
    from libcst.metadata import MetadataWrapper, PositionProvider

    where: Any = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)[node]
    start, end = where.start, where.end
    return Span(Position(start.line, start.column + 1), Position(end.line, end.column + 1))


def _is_costly(event: Event, function: Symbol, exposures: Exposures) -> bool:
    return not isinstance(event, Act | Begin | Iterate)


def _facts(path: Path, module: str, text: str) -> FileFacts | Problem:
    try:
        tree, readable = parse_any(text)
        return extract(path, module, readable, tree)
    except SyntaxError as error:
        column = (error.offset or 1) if error.lineno else 1
        return Problem(path, f"syntax error: {error.msg}", Position(error.lineno or 1, max(column, 1)), of_source=True)
    except (RecursionError, MemoryError):
        return Problem(path, "nested too deeply for Python's parser", of_source=True)
    except ValueError as error:
        return Problem(path, f"cannot be parsed: {error}", of_source=True)


def _options(settings: Settings, rule: Rule) -> dict[str, Any]:
    return {**rule.options, **settings.rules.get(rule.name, {})}


def _root(texts: Mapping[Path, str]) -> Path:
    """The folder that module names begin below: above all files, and above the package that they form."""
    if not texts:
        return Path.cwd()
    root = Path(os.path.commonpath([path.parent for path in texts]))
    if root / "__init__.py" not in texts:
        # A package without __init__.py shows by being imported under its own name.
        own = (f"from {root.name}.", f"import {root.name}.")
        named = root / root.name in {path.parent for path in texts} or root / f"{root.name}.py" in texts
        return root.parent if not named and any(word in text for text in texts.values() for word in own) else root
    while root / "__init__.py" in texts:
        root = root.parent
    return root


def _column(line: bytes, offset: int) -> int:
    """The 1-based column in characters of an offset in UTF-8 bytes."""
    return len(line[:offset].decode("utf-8", "surrogatepass")) + 1


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
