"""Relatives: subclasses, overriding methods and nested functions, which names alone do not lead to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from perflint.project.instances import Instance, Thing
from perflint.project.symbols import Kind, Symbol, Symbols


class Relatives:
    """Indexes over the project that are built when they are first asked for."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._subclasses: dict[Symbol, list[Symbol]] | None = None
        self._overrides: dict[tuple[Symbol, Symbol], tuple[Symbol, ...]] = {}
        self._nested: dict[str, dict[str, list[Symbol]]] = {}
        self._methods: dict[tuple[Symbol, tuple[str, ...]], tuple[tuple[Symbol, ...], int]] = {}

    def methods(self, owner: Symbol, *names: str) -> tuple[Symbol, ...]:
        """Those of the named methods that a class has."""
        if owner.kind is not Kind.CLASS:
            return ()

        def make() -> tuple[Symbol, ...]:
            found = (self._symbols.attribute(owner, name) for name in names)
            return tuple(one for one in found if one is not None and one.kind is Kind.FUNCTION)

        return self._symbols.reads.kept(self._methods, (owner, names), make)

    def overriding(self, holder: Thing, method: Symbol) -> tuple[Symbol, ...]:
        """Methods of the receiver's subclasses that may run in place of `method`."""
        owner = holder.of if isinstance(holder, Instance) else holder
        key = (owner, method)
        if owner.kind is not Kind.CLASS:
            return ()
        if key not in self._overrides:
            self._overrides[key] = self._symbols.reads.aside(lambda: self._overriding(owner, method))
        return self._overrides[key]

    def _overriding(self, owner: Symbol, method: Symbol) -> tuple[Symbol, ...]:
        name = method.name.rpartition(".")[2]
        found = (Symbol(Kind.FUNCTION, f"{sub.name}.{name}", sub.module) for sub in self.subclasses(owner))
        return tuple(one for one in found if one != method and self._symbols.function(one))

    def subclasses(self, owner: Symbol) -> list[Symbol]:
        """All classes of the project that derive from a class."""
        if self._subclasses is None:
            self._subclasses = defaultdict(list)
            for symbol, _ in self._symbols.all_classes():
                for parent in self._symbols.mro(symbol)[1:]:
                    self._subclasses[parent].append(symbol)
        return self._subclasses.get(owner, [])

    def inner(self, symbol: Symbol) -> list[Symbol]:
        """Functions defined directly inside a function."""
        module = symbol.module
        self._symbols.reads.see(module)
        if module not in self._nested:
            nested: dict[str, list[Symbol]] = defaultdict(list)
            for fact in self._symbols.files[module].functions:
                if fact.parent and not fact.is_method:
                    nested[fact.parent].append(Symbol(Kind.FUNCTION, fact.qualname, module))
            self._nested[module] = nested
        return self._nested[module].get(symbol.name, [])

    def innermost(self, symbol: Symbol) -> Iterator[Symbol]:
        """The functions inside a decorator that stand in for what it decorates."""
        for inner in self.inner(symbol):
            deeper = list(self.innermost(inner))
            yield from deeper or [inner]
