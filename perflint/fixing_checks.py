"""Checking files whose texts change: what is reported, and the rewrites that would mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import libcst as cst

from perflint import engine
from perflint.cards import Rule
from perflint.config import Settings
from perflint.findings import Finding, Problem, Span
from perflint.parallel import FINDINGS, each, sharing, uncollected
from perflint.rewrites import Draft, Rewrite
from perflint.source import SourceFile

Drafts = Sequence[tuple[Rule, Draft]]


class Analysis(Protocol):
    """A project as the checks see it."""

    def link(self) -> None:
        """Get ready to be shared by several processes."""
        ...

    def reported(self, path: Path) -> list[Finding | Problem]:
        """What is said of a file, and what could not be done there."""
        ...

    def drafts(self, path: Path) -> tuple[cst.Module | None, Drafts]:
        """A file's tree and what the checks say of it; no tree where they say nothing."""
        ...

    def findings(self, path: Path, module: cst.Module, drafts: Drafts) -> Sequence[Finding]:
        """The drafts as they are reported, one for each."""
        ...

    def with_sources(self, texts: Mapping[Path, str]) -> Analysis:
        """The same project with other texts for some of its files."""
        ...


Begin = Callable[[Sequence[SourceFile], Settings], Analysis]


@dataclass(frozen=True, slots=True)
class Remedies:
    """A file's tree, and the rewrites of it by what they mend."""

    module: cst.Module
    rewrites: Mapping[tuple[str, Span], Rewrite]

    def of(self, finding: Finding) -> Rewrite | None:
        return self.rewrites.get((finding.code, finding.span))


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

    def check(self, only: Set[Path]) -> list[Finding]:
        """What is reported in some of the files."""
        return [finding for finding in self.outcome(only).findings if finding.path in only]

    def outcome(self, only: Set[Path] | None = None) -> engine.Outcome:
        """As the engine has it: the settings and the comments in the code are heeded."""

        def analyse(sources: Sequence[SourceFile], report: Set[Path], settings: Settings) -> list[Finding | Problem]:
            with uncollected():
                analysis = self._begun(sources, settings)
                analysis.link()
                files = sorted(report if only is None else only)
                texts = {source.path: source.text for source in sources}
                workers = sharing(settings.workers, (texts[path] for path in files), FINDINGS)
                made = each(analysis.reported, files, workers)
            return [found for file in made for found in file]

        return engine.check(self.paths, self.settings, self.texts, analyse)

    def remedies(self, path: Path) -> Remedies | None:
        """What the checks would do about a file, found again: trees do not travel between processes."""
        assert self._analysis is not None
        module, drafts = self._analysis.drafts(path)
        if module is None:
            return None
        rewrites: dict[tuple[str, Span], Rewrite] = {}
        for (_, draft), finding in zip(drafts, self._analysis.findings(path, module, drafts), strict=True):
            if draft.rewrite is not None:
                rewrites.setdefault((finding.code, finding.span), draft.rewrite)
        return Remedies(module, rewrites)

    def text(self, path: Path) -> str:
        """The file as it is by now."""
        return self.texts.get(path, self.sources[path].text)

    def put(self, path: Path, text: str) -> None:
        """From now on the file has this text."""
        self.texts[path] = self._stale[path] = text

    def _begun(self, sources: Sequence[SourceFile], settings: Settings) -> Analysis:
        if self._analysis is None:
            self.sources = {source.path: source for source in sources}
            self._analysis = self.begin(sources, settings)
        elif self._stale:
            self._analysis = self._analysis.with_sources(self._stale)
        self._stale = {}
        return self._analysis
