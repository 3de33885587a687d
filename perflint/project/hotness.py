"""Hotness: how often each function runs, and from which root it is reached."""

from __future__ import annotations

from dataclasses import dataclass

from perflint.project.roots import ExtraNames, Heat, Route
from perflint.project.symbols import Symbol, Symbols

__all__ = ["ExtraNames", "Heat", "Hotness", "HotnessTable", "Route"]


@dataclass(frozen=True, slots=True)
class Hotness:
    """The hottest root that reaches a function and the shortest way from it."""

    heat: Heat
    root: str = ""  # "POST /orders", "Celery task app.tasks.sync", "management command", "test"
    path: tuple[str, ...] = ()  # qualified names from the root to the function itself


_NEVER = Hotness(Heat.UNKNOWN)


class HotnessTable:
    """The hotness of every function of the project."""

    def __init__(self, symbols: Symbols, names: ExtraNames | None = None) -> None:
        self._symbols = symbols
        self._names = names or ExtraNames()
        self._heat: dict[Symbol, Hotness] = {}
        self._routes: dict[Symbol, Route] = {}
        self._tasks: set[Symbol] = set()

    def of(self, symbol: Symbol) -> Hotness:
        """How often a function runs; UNKNOWN when no root reaches it."""
        return self._heat.get(symbol, _NEVER)

    def is_route(self, symbol: Symbol) -> bool:
        """Whether a web framework calls the function for a URL."""
        return symbol in self._routes

    def route(self, symbol: Symbol) -> Route | None:
        """The function's route."""
        return self._routes.get(symbol)

    def is_task(self, symbol: Symbol) -> bool:
        """Whether a task queue or workflow engine runs the function."""
        return symbol in self._tasks
