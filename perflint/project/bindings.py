"""Bindings: the names that functions bind, indexed for looking them up one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perflint.project.facts import BindFact
from perflint.project.symbols import Kind, Symbol, Symbols

Locals = Mapping[str, Sequence[BindFact | int]]
Attributes = Mapping[tuple[str, str], Sequence[tuple[str, BindFact]]]


class Bindings:
    """Tables for each function and module, made when they are first asked for."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._locals: dict[tuple[str, str], Locals] = {}
        self._attributes: dict[str, Attributes] = {}
        self._own: dict[tuple[str, str], frozenset[str]] = {}

    def is_own(self, module: str, scope: str, name: str) -> bool:
        """Whether a name may mean something else in a scope than at the top of its module."""
        names = self._own.get((module, scope))
        if names is None:
            names = self._own[module, scope] = self._names_of(module, scope)
        return name in names or self._symbols.is_inner(module, name)

    def _names_of(self, module: str, scope: str) -> frozenset[str]:
        names = {"super"}
        while scope:
            names.update(self.locals_of(module, scope))
            scope = scope.rpartition(".")[0]
        return frozenset(names)

    def locals_of(self, module: str, qualname: str) -> Locals:
        """Parameters (as their position) and bindings of a function by name; nothing for a class."""
        known = self._locals.get((module, qualname))
        if known is not None:
            return known
        table: dict[str, list[BindFact | int]] = {}
        function = self._symbols.function(Symbol(Kind.FUNCTION, qualname, module))
        for position, param in enumerate(function.params if function else ()):
            table[param.name] = [position]
        for bind in function.binds if function else ():
            table.setdefault(bind.name, []).append(bind)
        self._locals[module, qualname] = table
        return table

    def of_self(self, module: str) -> Attributes:
        """`self.x = …` of all methods of a module, by class and name, each with its method."""
        if module not in self._attributes:
            table: dict[tuple[str, str], list[tuple[str, BindFact]]] = {}
            for function in self._symbols.files[module].functions:
                for bind in function.binds if function.is_method else ():
                    receiver, _, name = bind.name.partition(".")
                    if receiver in ("self", "cls") and "." not in name:
                        table.setdefault((function.parent, name), []).append((function.qualname, bind))
            self._attributes[module] = table
        return self._attributes[module]
