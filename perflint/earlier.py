"""What earlier runs of a project have left to this one, beside the facts of its files."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.changes import Changes, changes_of
from perflint.dependencies import Record
from perflint.file_results import FileResults, Found
from perflint.kept_answers import KeptAnswers
from perflint.kept_links import KeptLinks

if TYPE_CHECKING:
    from perflint.analysis import Analysis
    from perflint.cache import Kept


@dataclass(frozen=True, slots=True)
class Earlier:
    """The links of modules, and the findings of files with what they were taken from."""

    changes: Changes
    links: KeptLinks
    results: FileResults

    @classmethod
    def of(cls, kept: Kept, analysis: Analysis) -> Earlier:
        """What the cache has for a project; links that still hold are given to it."""
        changes = changes_of(kept.cache, analysis)
        links = KeptLinks(kept.cache, analysis.project, analysis.digests, changes)
        links.adopt()
        answers = KeptAnswers(kept.cache, analysis.project, links, analysis.interpreter.questions)
        return cls(changes, links, FileResults(kept, analysis, changes, answers))

    def known(self, report: Set[Path]) -> dict[Path, Found]:
        """The findings that still hold, by file."""
        return self.results.known(report)

    def keep(self, made: Mapping[Path, tuple[Found, Record]], reported: int) -> None:
        """Keep what was done in this run, which has reported so many files."""
        self.results.keep(made)
        self.links.keep()
        self.changes.keep(reported)
