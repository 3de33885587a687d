"""Checking files whose texts change: what is reported, and the rewrites that would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import libcst as cst

from perflint import engine
from perflint.cards import Rule
from perflint.config import Settings
from perflint.findings import Finding, Problem, Span
from perflint.rewrites import Draft, Rewrite
from perflint.source import SourceFile

Drafts = Sequence[tuple[Rule, Draft]]


class Analysis(Protocol):
    """A project as the checks see it."""

    def drafts(self, path: Path) -> tuple[cst.Module | None, Drafts]:
        """A file's tree and what the checks say of it; no tree where they say nothing."""
        ...

    def findings(self, path: Path, module: cst.Module, drafts: Drafts) -> Sequence[Finding]:
        """The drafts as they are reported, one for each."""
        ...

    def problems(self, path: Path) -> Sequence[Problem]:
        """What could not be done in a file whose drafts were asked for."""
        ...

    def with_sources(self, texts: Mapping[Path, str]) -> Analysis:
        """The same project with other texts for some of its files."""
        ...


Begin = Callable[[Sequence[SourceFile], Settings], Analysis]


@dataclass(slots=True)
class Checking:
    """The files of a run; `texts` are those that are not, or no longer, as on disk."""

    paths: Sequence[Path]
    settings: Settings
    begin: Begin
    texts: dict[Path, str]
    sources: dict[Path, SourceFile] = field(default_factory=dict)
    _analysis: Analysis | None = None
    _stale: dict[Path, str] = field(default_factory=dict)
    _modules: dict[Path, cst.Module] = field(default_factory=dict)
    _rewrites: dict[tuple[Path, str, Span], Rewrite] = field(default_factory=dict)

    def check(self, only: Set[Path] | None) -> list[Finding]:
        """What is reported in the files `only`; in all of them for None."""
        return [one for one in self.outcome(only).findings if only is None or one.path in only]

    def outcome(self, only: Set[Path] | None = None) -> engine.Outcome:
        """As the engine has it, with the settings and the comments in the code heeded."""

        def analyse(sources: Sequence[SourceFile], report: Set[Path], settings: Settings) -> list[Finding | Problem]:
            self._start(sources, settings)
            return [each for path in sorted(report if only is None else only) for each in self._found(path)]

        return engine.check(self.paths, self.settings, self.texts, analyse)

    def rewrite(self, finding: Finding) -> Rewrite | None:
        """What would mend it, if a check has found it."""
        return self._rewrites.get((finding.path, finding.code, finding.span))

    def module(self, path: Path) -> cst.Module:
        """The tree that the file's rewrites speak of."""
        return self._modules[path]

    def text(self, path: Path) -> str:
        return self.texts.get(path, self.sources[path].text)

    def put(self, path: Path, text: str) -> None:
        """From now on the file has this text."""
        self.texts[path] = self._stale[path] = text

    def _start(self, sources: Sequence[SourceFile], settings: Settings) -> None:
        if self._analysis is None:
            self.sources = {source.path: source for source in sources}
            self._analysis = self.begin(sources, settings)
        elif self._stale:
            self._analysis = self._analysis.with_sources(self._stale)
        self._stale = {}
        self._rewrites.clear()
        self._modules.clear()

    def _found(self, path: Path) -> Iterator[Finding | Problem]:
        assert self._analysis is not None
        module, drafts = self._analysis.drafts(path)
        if module is not None:
            self._modules[path] = module
            findings = self._analysis.findings(path, module, drafts)
            for (_, draft), finding in zip(drafts, findings, strict=True):
                if draft.rewrite is not None:
                    self._rewrites.setdefault((path, finding.code, finding.span), draft.rewrite)
            yield from findings
        yield from self._analysis.problems(path)
