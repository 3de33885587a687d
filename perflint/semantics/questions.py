"""Questions about functions that the whole project answers, by name, so that they can be asked again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from perflint.project.facts import CallFact
from perflint.project.hotness import Hotness
from perflint.project.roots import Route
from perflint.project.symbols import Symbol

if TYPE_CHECKING:
    from perflint.project.whole import Project
    from perflint.semantics.searches import Searches

Answer = TypeVar("Answer")

_SEARCHES = ("mentioning", "naming", "calling", "making", "mounting", "imported_as", "importing")
_DEPTH = 5  # calls between a route and a function
_ROUTES = 12  # routes that are looked at for one function


class Questions:
    """Asks the project, and has it recorded."""

    def __init__(self, project: Project, searches: Searches) -> None:
        self._project = project
        self._searches = searches  # through all files
        self.kept: Mapping[tuple[str, Symbol], object] = {}  # answers of an earlier run that still hold

    def found(self, search: str, *wanted: Symbol) -> tuple[Any, ...]:
        """What one of the searches finds; what is wanted may be a text, as an external symbol."""
        answer: tuple[Any, ...] = getattr(self._searches, search)(*wanted)
        return self._recorded(search, answer, *wanted)

    def hotness(self, symbol: Symbol) -> Hotness:
        """How often a function runs and from where it is reached."""
        return self._linked("hotness", symbol, lambda: self._project.hotness.of(symbol))

    def callers(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """The functions that call a function or pass it on."""
        return self._linked("callers", symbol, lambda: self._project.graph.callers(symbol))

    def sites(self, caller: Symbol, target: Symbol) -> tuple[CallFact, ...]:
        """The calls in `caller` by which it runs `target`."""
        return self._recorded("sites", self._project.graph.sites(caller, target), caller, target)

    def route(self, symbol: Symbol) -> Route | None:
        """The function's route."""
        return self._linked("route", symbol, lambda: self._project.hotness.route(symbol))

    def routes(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Routes from which a function is reached, nearest first."""
        return self._linked("routes", symbol, lambda: tuple(self._routes(symbol)))

    def sole(self, name: str) -> Symbol | None:
        """The only method of the project's that has this name of several words.

        Not recorded: it counts as something that the code says which has the name in it.
        """
        return self._project.graph.sole(name)

    def is_task(self, symbol: Symbol) -> bool:
        """Whether a function's decorator, or what a class derives from, makes it a Celery task."""
        return self._recorded("is_task", symbol in self._project.links.of(symbol.module).tasks, symbol)

    def again(self, question: str, symbols: tuple[Symbol, ...]) -> object:
        """What is answered to a recorded question by now. ValueError for one that is none."""
        if question in _SEARCHES:
            return self.found(question, *symbols)
        if question not in ("hotness", "callers", "sites", "route", "routes", "is_task"):
            raise ValueError(question)
        return getattr(self, question)(*symbols)

    def _linked(self, question: str, symbol: Symbol, make: Callable[[], Answer]) -> Answer:
        """An answer that follows from the links of all modules."""
        kept: Any = self.kept
        name = question, symbol
        return self._recorded(question, kept[name] if name in kept else make(), symbol)

    def _recorded(self, question: str, answer: Answer, *symbols: Symbol) -> Answer:
        self._project.reads.answer(question, symbols, answer)
        return answer

    def _routes(self, function: Symbol) -> Iterator[Symbol]:
        hotness = self._project.hotness
        queue = deque([(function, 0)])
        seen = {function}
        found = 0
        while queue and found < _ROUTES:
            symbol, depth = queue.popleft()
            if hotness.is_route(symbol):
                found += 1
                yield symbol
            if depth < _DEPTH:
                for caller in hotness.graph.callers(symbol):
                    if caller not in seen:
                        seen.add(caller)
                        queue.append((caller, depth + 1))
