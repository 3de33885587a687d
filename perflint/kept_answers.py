"""What all links together led to, kept by a digest of them: while they lead to the same, nothing is asked again.

How often functions run, who calls them and which calls make a cycle follows from the links of all modules, from
scripts that the project's configuration names, and from classes that are views for no other reason than a path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from perflint.cache import Cache, key
from perflint.project.hotness import Hotness
from perflint.project.roots import Route
from perflint.project.roots.entry import script_roots
from perflint.project.symbols import Symbol
from perflint.records import from_json, to_json

if TYPE_CHECKING:
    from perflint.kept_links import KeptLinks
    from perflint.project.whole import Project
    from perflint.semantics.questions import Questions

_BY_LINKS = ("hotness", "callers", "route", "routes", "is_task")  # the questions that links answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about functions, and a digest of the answer."""

    question: str
    symbols: tuple[Symbol, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class _Value:
    """An answer by itself, for a file that is done again."""

    question: str
    symbol: Symbol
    hotness: Hotness | None = None
    symbols: tuple[Symbol, ...] = ()
    route: Route | None = None


# Where the answer to each question stands; whether a function is a task, the links of its own module say.
_FIELDS = {"hotness": "hotness", "callers": "symbols", "routes": "symbols", "route": "route"}


@dataclass(frozen=True, slots=True)
class _Row:
    views: tuple[Symbol, ...]  # classes that are views only because they are registered
    beside: str  # a digest of what is made of these, and of scripts
    in_cycles: tuple[str, ...]  # modules whose functions call each other in cycles
    cycles: tuple[str, ...]  # digests of these
    answers: tuple[str, ...]  # digests of questions with their answers
    values: tuple[_Value, ...]


class KeptAnswers:
    """What earlier runs with the same links have found out; it is given to those who ask the questions."""

    def __init__(self, cache: Cache, project: Project, links: KeptLinks, questions: Questions) -> None:
        self._cache = cache
        self._project = project
        self._links = links
        self._questions = questions
        questions.kept = {(one.question, one.symbol): getattr(one, _FIELDS[one.question]) for one in self._values}

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
        asked = [one for one in asked if one.question in _BY_LINKS]
        names = self._answers | {_name(one) for one in asked}
        if self._row is None or names != self._answers:
            views = self._project.links.views_by_registration
            cycles = tuple(self.cycles), tuple(self.cycles.values())
            values = {(one.question, one.symbol): one for one in self._values}
            values |= {(one.question, one.symbols[0]): self._value(one) for one in asked if one.question in _FIELDS}
            row = _Row(views, self._beside(views), *cycles, tuple(sorted(names)), tuple(values.values()))
            self._cache.put({self._name: to_json(row)})

    def _value(self, asked: Asked) -> _Value:
        value: Any = self._questions.again(asked.question, asked.symbols)
        return replace(_Value(asked.question, asked.symbols[0]), **{_FIELDS[asked.question]: value})

    @property
    def _values(self) -> tuple[_Value, ...]:
        values = self._row.values if self._row is not None else ()
        known = (one for one in values if one.question in _FIELDS)  # others were not written by this program
        return tuple(one for one in known if one.question != "hotness" or one.hotness is not None)

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
