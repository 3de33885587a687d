"""Questions about functions that the whole project answers, by name, so that they can be asked again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

from perflint.project.hotness import Hotness
from perflint.project.roots import Route
from perflint.project.symbols import Symbol

if TYPE_CHECKING:
    from perflint.project.whole import Project

Answer = TypeVar("Answer")

_DEPTH = 5  # calls between a route and a function
_ROUTES = 12  # routes that are looked at for one function


class Questions:
    """Asks the project, and has it recorded."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def hotness(self, symbol: Symbol) -> Hotness:
        """How often a function runs and from where it is reached."""
        return self._recorded("hotness", symbol, self._project.hotness.of(symbol))

    def callers(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """The functions that call a function or pass it on."""
        return self._recorded("callers", symbol, self._project.hotness.graph.callers(symbol))

    def route(self, symbol: Symbol) -> Route | None:
        """The function's route."""
        return self._recorded("route", symbol, self._project.hotness.route(symbol))

    def routes(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Routes from which a function is reached, nearest first."""
        return self._recorded("routes", symbol, tuple(self._routes(symbol)))

    def again(self, question: str, symbol: Symbol) -> object:
        """What is answered to a recorded question by now. ValueError for one that is none."""
        match question:
            case "hotness" | "callers" | "route" | "routes":
                return getattr(self, question)(symbol)
        raise ValueError(question)

    def _recorded(self, question: str, symbol: Symbol, answer: Answer) -> Answer:
        self._project.reads.answer(question, symbol, answer)
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
