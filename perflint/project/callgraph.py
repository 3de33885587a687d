"""Call graph: which functions of the project a function calls, or hands on to be called."""

from __future__ import annotations

from perflint.project.symbols import Symbol, Symbols


class CallGraph:
    """Edges between the project's functions, resolved by name and by receivers' known classes."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._callees: dict[Symbol, tuple[Symbol, ...]] = {}
        self._callers: dict[Symbol, tuple[Symbol, ...]] = {}

    def callees(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Functions that `symbol` calls or passes on to be called (`Depends(f)`, `submit(f)`)."""
        return self._callees.get(symbol, ())

    def callers(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Functions that call `symbol` or pass it on. Module-level code is the module's symbol."""
        return self._callers.get(symbol, ())
