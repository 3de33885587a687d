"""From sources to findings: facts, linked project, the trees of relevant files, checks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.cards import rules
from perflint.dependencies import Record, record_of
from perflint.discovery import project_around
from perflint.earlier import Earlier
from perflint.findings import Confidence, Finding, Problem
from perflint.gate import Checks, costs_nothing, passed
from perflint.gathering import Facts, gather
from perflint.libraries import Libraries
from perflint.parallel import FINDINGS, each, pays, sharing, uncollected
from perflint.project.facts import FileFacts
from perflint.project.hotness import ExtraNames
from perflint.project.import_root import import_root
from perflint.project.ordering import imported_first
from perflint.project.reads import Reads
from perflint.project.whole import Project, module_names
from perflint.selection import selected
from perflint.semantics.exposure import Exposures
from perflint.semantics.file_analysis import FileAnalysis, analyse_file
from perflint.semantics.interpreter import Interpreter
from perflint.semantics.questions import Questions
from perflint.semantics.searches import Searches
from perflint.semantics.trees import Trees
from perflint.source import SourceFile

if TYPE_CHECKING:
    import libcst as cst

    from perflint.cache import Cache, Kept
    from perflint.cards import Rule
    from perflint.checking import Checker, Drafts
    from perflint.config import Settings
    from perflint.rewrites import Draft


class Analysis:
    """One project's sources, linked; drafts of findings by file. `texts` and their `digests` are by absolute path."""

    def __init__(
        self,
        texts: Mapping[Path, str],
        settings: Settings,
        known: Mapping[Path, Facts] | None = None,
        cache: Cache | None = None,
        digests: Mapping[Path, str] | None = None,
    ) -> None:
        self.texts = texts
        self.digests = digests or {}
        self.settings = settings
        self.root = import_root(texts)
        names = module_names(texts, self.root, [settings.root / source for source in settings.source_roots])
        unknown = {path: text for path, text in texts.items() if path not in (known or {})}
        gathered = {**(known or {}), **gather(unknown, names, settings.workers, cache, self.digests)}
        self.facts = {path: gathered[path] for path in texts}
        self._problems: dict[Path, list[Problem]] = {}
        files = {facts.module: facts for facts in self.facts.values() if isinstance(facts, FileFacts)}
        extra = ExtraNames(
            tuple(settings.libraries.route_decorators),
            tuple(settings.libraries.task_decorators),
            tuple(settings.libraries.run_once),
        )
        reads = Reads()
        trees = Trees({name: texts[facts.path] for name, facts in files.items()}, files, reads)
        unparsed = {path: texts[path] for path, facts in self.facts.items() if isinstance(facts, Problem)}
        folder = project_around(self.root)
        self.project = Project(files, self.root, folder, extra, trees.of, unparsed, reads)
        libraries = Libraries(settings.libraries.sqlalchemy_sessions, settings.libraries.http_clients)
        questions = Questions(self.project, Searches(self.project, trees))
        cycles = self.project.graph.cycles
        self.interpreter = Interpreter(self.project.symbols, self.project.models, trees, libraries, questions, cycles)
        libraries.interpreter = self.interpreter
        self.exposures = Exposures(self.interpreter, self.project)

    @classmethod
    def of(cls, sources: Iterable[SourceFile], settings: Settings, cache: Cache | None = None) -> Analysis:
        """The analysis of a project's files."""
        sources = list(sources)
        digests = {source.path: source.digest.hex() for source in sources}
        return cls({source.path: source.text for source in sources}, settings, cache=cache, digests=digests)

    def link(self) -> None:
        """Build the tables that nearly every file asks for, and import what checks need, before workers share them."""
        _ = self.project.models, self.project.hotness
        if self._checks:
            _ = self._checker
        self.project.graph.instances.forget()

    def ordered(self, paths: Set[Path]) -> list[Path]:
        """Files in the order in which they are best asked for; what is said of them does not depend on it."""
        facts = {path: self.facts[path] for path in sorted(paths)}
        files = {each.module: each for each in facts.values() if isinstance(each, FileFacts)}
        known = [files[module].path for module in imported_first(files, self.project.graph.symbols.imported)]
        return [*(path for path, each in facts.items() if isinstance(each, Problem)), *known]

    def reported(self, path: Path) -> list[Finding | Problem]:
        """The findings of one file, and what could not be done there."""
        tree, drafts = self.drafts(path, is_whole=False)
        found = self.findings(path, tree, drafts) if tree is not None else []
        return [*found, *self.problems(path)]

    def answered(self, path: Path) -> tuple[list[Finding | Problem], Record]:
        """As `reported`, with what it was taken from."""
        self.project.reads.start()
        found = self.reported(path)
        return found, record_of(self.project.reads)

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

    def drafts(self, path: Path, *, is_whole: bool = True) -> Drafts:
        """The file's tree and what the selected checks say of it; no tree where nothing can be said.

        Without `is_whole` the tree may lack functions where code is rewritten.
        """
        facts = self.facts[path]
        if isinstance(facts, Problem):
            self._failed(facts)
            return None, []
        analysis = self._inferred(path, facts.module)
        if analysis is None or costs_nothing(analysis):
            return None, []
        through = passed(self._checks, analysis, self.exposures)
        if not through.checks:
            return None, []
        return self._checker.drafts(facts, self.texts[path], analysis, through, is_whole=is_whole)

    def findings(self, path: Path, module: cst.Module, drafts: Sequence[tuple[Rule, Draft]]) -> Sequence[Finding]:
        """The drafts of a file as they are reported, one for each."""
        return self._checker.findings(path, module, drafts)

    @cached_property
    def _checks(self) -> Checks:
        """The selected rules and their checks."""
        chosen = selected(self.settings, rules())
        return [(rule, import_module(rule.module).check) for rule in chosen if rule.module is not None]

    @cached_property
    def _checker(self) -> Checker:
        # Imported here: it brings LibCST, which a project without findings never needs.
        from perflint.checking import Checker

        return Checker(self.settings, self.interpreter, self.project, self.exposures, self._failed)

    def _inferred(self, path: Path, module: str) -> FileAnalysis | None:
        """What is known of a file; a failure loses that file alone, and is reported."""
        try:
            return analyse_file(self.interpreter, module)
        except RecursionError:
            self._failed(Problem(path, "nested too deeply to be analysed", of_source=True))
        except Exception as error:
            if os.environ.get("PERFLINT_DEBUG"):
                raise
            self._failed(Problem(path, f"the analysis of this file crashed: {type(error).__name__}: {error}"))
        return None


def analyse(
    sources: Sequence[SourceFile], report: Set[Path], settings: Settings, kept: Kept | None = None
) -> Iterable[Finding | Problem]:
    """The findings in the reported files of a project, and what could not be done."""
    with uncollected():
        analysis = Analysis.of(sources, settings, kept.cache if kept else None)
        earlier = Earlier.of(kept, analysis) if kept else None
        known = earlier.known(report) if earlier else {}
        missing = analysis.ordered(report - known.keys())
        workers = sharing(settings.workers, (analysis.texts[path] for path in missing), FINDINGS)
        if pays(missing, workers):
            analysis.link()
        made = dict(zip(missing, each(analysis.answered, missing, workers), strict=True))
        if earlier:
            earlier.keep(made, len(report))
    found = {path: own for path, (own, _) in made.items()} | known
    return list(_once([one for path in sorted(found) for one in found[path]]))


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
