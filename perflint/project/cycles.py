"""Cycles of calls: functions that can all reach each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from perflint.project.symbols import Kind, Symbol

if TYPE_CHECKING:
    from perflint.project.callgraph import CallGraph


class Cycles:
    """Which functions call each other in a cycle; what is reached from a function is looked at when it is asked for.

    Strongly connected components after Tarjan (SIAM Journal on Computing 1, 1972), without recursion.
    """

    def __init__(self, graph: CallGraph) -> None:
        self._graph = graph
        self._found: dict[Symbol, int] = {}
        self._index: dict[Symbol, int] = {}
        self._low: dict[Symbol, int] = {}
        self._path: list[Symbol] = []
        self._on_path: set[Symbol] = set()

    def all(self) -> list[list[Symbol]]:
        """The members of every cycle of the project; their order is that of the files."""
        members: dict[int, list[Symbol]] = {}
        for symbol in self._graph.symbols.function_symbols():
            number = self.of(symbol)
            if number is not None:
                members.setdefault(number, []).append(symbol)
        return list(members.values())

    def of(self, symbol: Symbol) -> int | None:
        """The number of the cycle that a function belongs to; None for one in no cycle, or only in its own."""
        self._visit(symbol)
        return self._found.get(symbol)

    def _visit(self, root: Symbol) -> None:
        """Number what is reached from a function."""
        if root in self._index:
            return
        work = [(root, iter(self._next(root)))]
        while work:
            symbol, callees = work[-1]
            for callee in callees:
                if callee not in self._index:
                    work.append((callee, iter(self._next(callee))))
                    break
                if callee in self._on_path:
                    self._low[symbol] = min(self._low[symbol], self._index[callee])
            else:
                work.pop()
                self._close(symbol, work[-1][0] if work else None)

    def _next(self, symbol: Symbol) -> Iterable[Symbol]:
        self._index[symbol] = self._low[symbol] = len(self._index)
        self._path.append(symbol)
        self._on_path.add(symbol)
        return (callee for callee in self._graph.edges(symbol).calls if callee.kind is Kind.FUNCTION)

    def _close(self, symbol: Symbol, caller: Symbol | None) -> None:
        """All below is seen: a function that reaches none before it begins a component."""
        if caller is not None:
            self._low[caller] = min(self._low[caller], self._low[symbol])
        if self._low[symbol] != self._index[symbol]:
            return
        members = [self._path.pop()]
        while members[-1] != symbol:
            members.append(self._path.pop())
        self._on_path.difference_update(members)
        if len(members) > 1:
            self._found.update(dict.fromkeys(members, self._index[symbol]))
