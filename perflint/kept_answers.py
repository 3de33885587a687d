"""What all links together led to, kept by a digest of them: while they lead to the same, nothing is asked again.

How often functions run, who calls them and which calls make a cycle follows from the links of all modules, from
scripts that the project's configuration names, and from classes that are views for no other reason than a path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from perflint.cache import Cache, key
from perflint.project.roots.entry import script_roots
from perflint.project.symbols import Symbol
from perflint.records import from_json, to_json

if TYPE_CHECKING:
    from perflint.kept_links import KeptLinks
    from perflint.project.whole import Project

_BY_LINKS = ("hotness", "callers", "route", "routes", "is_task")  # the questions that links answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about functions, and a digest of the answer."""

    question: str
    symbols: tuple[Symbol, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class _Row:
    views: tuple[Symbol, ...]  # classes that are views only because they are registered
    beside: str  # a digest of what is made of these, and of scripts
    in_cycles: tuple[str, ...]  # modules whose functions call each other in cycles
    cycles: tuple[str, ...]  # digests of these
    answers: tuple[str, ...]  # digests of questions with their answers


class KeptAnswers:
    """What earlier runs with the same links have found out."""

    def __init__(self, cache: Cache, project: Project, links: KeptLinks) -> None:
        self._cache = cache
        self._project = project
        self._links = links

    def has(self, asked: Asked) -> bool:
        """Whether a question is known to have this answer; not known of those that links do not answer."""
        return asked.question in _BY_LINKS and _name(asked) in self._answers

    @cached_property
    def cycles(self) -> Mapping[str, str]:
        """A digest, by module, of the cycles of calls that its functions belong to."""
        if self._row is not None:
            return dict(zip(self._row.in_cycles, self._row.cycles, strict=False))
        found: dict[str, list[list[str]]] = defaultdict(list)
        for members in self._project.graph.cycles.all():
            names = [symbol.full for symbol in members]
            for module in {symbol.module for symbol in members}:
                found[module].append(names)
        return {module: key(repr(names)).hex()[:16] for module, names in found.items()}

    def keep(self, asked: Iterable[Asked]) -> None:
        """Keep what this run has found out, and that these are the answers."""
        names = self._answers | {_name(one) for one in asked if one.question in _BY_LINKS}
        if self._row is None or names != self._answers:
            views = self._project.links.views_by_registration
            cycles = tuple(self.cycles), tuple(self.cycles.values())
            row = _Row(views, self._beside(views), *cycles, tuple(sorted(names)))
            self._cache.put({self._name: to_json(row)})

    @cached_property
    def _answers(self) -> frozenset[str]:
        return frozenset(self._row.answers) if self._row is not None else frozenset()

    @cached_property
    def _row(self) -> _Row | None:
        row = from_json(_Row, self._cache.get([self._name]).get(self._name))
        return row if row is not None and row.beside == self._beside(row.views) else None

    @cached_property
    def _name(self) -> bytes:
        return key("answers", self._links.digest)

    def _beside(self, views: Iterable[Symbol]) -> str:
        links, symbols = self._project.links, self._project.graph.symbols
        scripts = list(script_roots(symbols, self._project.settings.scripts))
        return key(repr(scripts), *(repr(links.view(symbol)) for symbol in views)).hex()[:16]


def _name(asked: Asked) -> str:
    return key(asked.question, repr(asked.symbols), asked.answer).hex()[:16]
