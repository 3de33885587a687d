"""Which classes are Django models, where their attributes come from, and what their Meta says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perflint.project.declarations import Callees
from perflint.project.django_fields import Fields
from perflint.project.django_known import is_root, known_bases, known_class, known_meta
from perflint.project.facts import AssignFact, ClassFact
from perflint.project.symbols import Kind, Symbol, Symbols

# Bases outside the project that add neither fields nor save() and delete().
_PLAIN = ("django.", "builtins.", "typing", "abc.", "enum.", "collections.")


@dataclass(frozen=True, slots=True)
class Owner:
    """A class that gives attributes; of the project, or a known one of a library."""

    symbol: Symbol
    fact: ClassFact

    @property
    def module(self) -> str:
        """Where the names of its body are looked up."""
        return self.symbol.module or self.symbol.name.rpartition(".")[0]


class DjangoClasses:
    """Finds the model classes by their bases."""

    def __init__(self, symbols: Symbols, callees: Callees, fields: Fields) -> None:
        self._symbols = symbols
        self._callees = callees
        self._fields = fields
        self._roots: dict[str, bool] = {}
        self._models: dict[Symbol, bool] = {}

    def all(self) -> Iterator[tuple[Symbol, ClassFact]]:
        """Every model of the project, abstract ones too."""
        for symbol, fact in self._symbols.all_classes():
            if fact.bases and self.is_model(symbol):
                yield symbol, fact

    def is_model(self, symbol: Symbol) -> bool:
        """Whether a class derives from `django.db.models.Model`, as far as can be seen."""
        if symbol not in self._models:
            self._models[symbol] = self._find(symbol)
        return self._models[symbol]

    def lineage(self, symbol: Symbol) -> list[Owner]:
        """The models whose fields the class has, nearest first. Fields of plain mixins do not count."""
        found: dict[Symbol, Owner] = {}
        for owner in self._symbols.mro(symbol):
            fact = self._symbols.class_(owner) if owner.kind is Kind.CLASS else None
            if fact and (owner == symbol or self.is_model(owner)):
                found[owner] = Owner(owner, fact)
            for name in known_bases(owner.name) if owner.kind is Kind.EXTERNAL else ():
                if known := known_class(name):
                    external = Symbol(Kind.EXTERNAL, name)
                    found[external] = Owner(external, known)
        return list(found.values())

    def meta(self, owner: Owner) -> ClassFact | None:
        """The Meta class in an owner's body."""
        if not owner.symbol.module:
            return known_meta(owner.symbol.name)
        return self._symbols.class_(Symbol(Kind.CLASS, f"{owner.symbol.name}.Meta", owner.symbol.module))

    def options(self, owner: Owner) -> dict[str, AssignFact]:
        """What the owner's own Meta says, with the classes that it derives from."""
        meta = self.meta(owner)
        return self._meta_options(owner.module, meta, 0) if meta else {}

    def _meta_options(self, module: str, meta: ClassFact, depth: int) -> dict[str, AssignFact]:
        options: dict[str, AssignFact] = {}
        for base in reversed(meta.bases) if depth < 6 else ():
            symbol = self._symbols.resolve(module, base)
            above = self._symbols.class_(symbol) if symbol and symbol.module else None
            if symbol and symbol.kind is Kind.EXTERNAL:
                above = known_meta(symbol.name.removesuffix(".Meta"))
            if symbol and above:
                options |= self._meta_options(symbol.module, above, depth + 1)
        options.pop("abstract", None)  # Django takes it away once the parent is made
        return options | {assign.name: assign for assign in meta.assigns}

    def methods(self, symbol: Symbol) -> set[str]:
        """Methods of all classes above that are in sight; Django's own do not count."""
        found: set[str] = set()
        for owner in self._symbols.mro(symbol):
            fact = self._symbols.class_(owner) if owner.kind is Kind.CLASS else None
            names = known_bases(owner.name) if owner.kind is Kind.EXTERNAL else []
            for given in (fact, *map(known_class, names)):
                found.update(given.methods if given else ())
        return found

    def is_complete(self, symbol: Symbol) -> bool:
        """Whether every class above is in sight."""
        for owner in self._symbols.mro(symbol):
            if owner.kind is Kind.EXTERNAL and self._hides_fields(owner.name):
                return False
            fact = self._symbols.class_(owner) if owner.kind is Kind.CLASS else None
            if fact and any(not self._is_resolved(owner, text) for text in fact.bases):
                return False
        return True

    def _hides_fields(self, name: str) -> bool:
        if known_class(name):
            return False
        return not name.startswith(_PLAIN) or (name.startswith("django.contrib.") and self._is_root(name))

    def _is_resolved(self, owner: Symbol, text: str) -> bool:
        name = text.partition("[")[0].partition("(")[0].strip()
        found = self._symbols.resolve(owner.module, name, owner.name.rpartition(".")[0])
        return found is not None and found.kind in (Kind.CLASS, Kind.EXTERNAL)

    def _find(self, symbol: Symbol) -> bool:
        owners = self._symbols.mro(symbol)
        outside = [owner.name for owner in owners if owner.kind is Kind.EXTERNAL]
        if any(map(self._is_root, outside)):
            return True
        return self._has_field(symbol) and not self.is_complete(symbol)

    def _is_root(self, name: str) -> bool:
        if name not in self._roots:
            self._roots[name] = is_root(name)
        return self._roots[name]

    def _has_field(self, symbol: Symbol) -> bool:
        """A field of `django.db.models` in the body proves a model whose base is out of sight."""
        fact = self._symbols.class_(symbol)
        callees = {assign.value.partition("(")[0] for assign in fact.assigns if "(" in assign.value} if fact else set()
        return any(self._fields.is_django(symbol.module, callee.strip()) for callee in callees)
