"""Names: which definition of the project, or which library object, a dotted name stands for."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from enum import StrEnum
from typing import NamedTuple

from perflint.project.facts import AssignFact, ClassFact, FileFacts, FunctionFact, dotted, expression
from perflint.project.imports import Imports
from perflint.project.reads import Reads
from perflint.project.table import Table


class Kind(StrEnum):
    """What a name turned out to be."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    VARIABLE = "variable"
    EXTERNAL = "external"


class Symbol(NamedTuple):
    """A resolved name. `module` is the project module that defines it; external symbols have
    their dotted origin ("sqlalchemy.orm.Session") in `name` and no module.

    A named tuple, as nearly every table has symbols for keys.
    """

    kind: Kind
    name: str
    module: str = ""

    @property
    def full(self) -> str:
        """One string that names the definition: "app.models.User"."""
        return f"{self.module}.{self.name}" if self.module and self.name else self.module or self.name


_DEPTH = 12


class Symbols:
    """All definitions of the project by module, and the way names lead to them.

    The modules that are looked at on the way are noted in `reads`.
    """

    def __init__(self, files: Iterable[FileFacts]) -> None:
        self.files: dict[str, FileFacts] = {facts.module: facts for facts in files}
        self.reads = Reads()
        self._tables = {name: Table(facts) for name, facts in self.files.items()}
        self._imports = Imports(self.files)
        self._memo: dict[tuple[str, str, str], tuple[Symbol | None, int]] = {}
        self._attributes: dict[tuple[Symbol, str], tuple[Symbol | None, int]] = {}
        self._mro: dict[tuple[str, str], tuple[tuple[Symbol, ...], int]] = {}

    def watched(self, reads: Reads) -> Symbols:
        """The same definitions for somebody else, who has a record of his own."""
        other = copy(self)
        other.reads = reads
        other._memo, other._mro, other._attributes = {}, {}, {}
        return other

    def _table(self, module: str) -> Table | None:
        self.reads.see(module)
        return self._tables.get(module)

    def function(self, symbol: Symbol) -> FunctionFact | None:
        """The function that a symbol names."""
        table = self._table(symbol.module)
        return table.functions.get(symbol.name) if table else None

    def class_(self, symbol: Symbol) -> ClassFact | None:
        """The class that a symbol names."""
        table = self._table(symbol.module)
        return table.classes.get(symbol.name) if table else None

    def nested(self, module: str, qualname: str) -> Symbol | None:
        """The symbol of a function defined inside another."""
        table = self._table(module)
        return Symbol(Kind.FUNCTION, qualname, module) if table and table.has_function(qualname) else None

    def is_nested(self, module: str, qualname: str) -> bool:
        """Whether a function is defined inside another function (a method is not, by itself)."""
        table = self._table(module)
        outer = qualname.rpartition(".")[0] if table else ""
        while table and outer:
            if table.has_function(outer):
                return True
            outer = outer.rpartition(".")[0]
        return False

    def anonymous(self, module: str, scope: str) -> Symbol:
        """A symbol for a lambda; nothing is looked up by it."""
        return Symbol(Kind.FUNCTION, f"{scope}.<lambda>", module)

    def all_classes(self) -> Iterator[tuple[Symbol, ClassFact]]:
        """Every class of the project."""
        for module, facts in self.files.items():
            for fact in facts.classes:
                yield Symbol(Kind.CLASS, fact.qualname, module), fact

    def all_functions(self) -> Iterator[tuple[Symbol, FunctionFact]]:
        """Every function and method of the project."""
        for module, facts in self.files.items():
            for fact in facts.functions:
                yield Symbol(Kind.FUNCTION, fact.qualname, module), fact

    def function_symbols(self) -> Iterator[Symbol]:
        """The symbol of every function and method of the project."""
        for module, facts in self.files.items():
            yield from (Symbol(Kind.FUNCTION, name, module) for name in facts.defined)

    def resolve(self, module: str, name: str, scope: str = "") -> Symbol | None:
        """What `name` (dotted) means in `module`, seen from inside `scope` (a qualname)."""
        if not self.is_inner(module, name.partition(".")[0]):
            scope = ""
        key = (module, scope, name)
        return self.reads.kept(self._memo, key, lambda: self._resolve(module, name, scope, 0))

    def is_inner(self, module: str, name: str) -> bool:
        """Whether a function of the module defines the name inside; others mean the same everywhere in the module."""
        table = self._tables.get(module)
        return table is not None and name in table.inner

    def _resolve(self, module: str, name: str, scope: str, depth: int) -> Symbol | None:
        first, _, rest = name.partition(".")
        symbol = self._scoped(module, first, scope) or self._member(module, first, depth)
        if symbol is None and hasattr(builtins, first):
            symbol = Symbol(Kind.EXTERNAL, f"builtins.{first}")
        for part in filter(None, rest.split(".")):
            if symbol is None:
                return None
            symbol = self.attribute(symbol, part, depth)
        return symbol

    def _scoped(self, module: str, first: str, scope: str) -> Symbol | None:
        """A nested function or class of an enclosing function; class bodies are no scope for methods."""
        table = self._table(module)
        while table and scope:
            inner = f"{scope}.{first}"
            if table.has_function(scope):
                if table.has_function(inner):
                    return Symbol(Kind.FUNCTION, inner, module)
                if inner in table.classes:
                    return Symbol(Kind.CLASS, inner, module)
            scope = scope.rpartition(".")[0]
        return None

    def attribute(self, symbol: Symbol, name: str, depth: int = 0) -> Symbol | None:
        """`symbol.name`: a module's member, a class's method or attribute, a library's object."""
        match symbol.kind:
            case Kind.EXTERNAL:
                return self._external(f"{symbol.name}.{name}", depth)
            case Kind.MODULE:
                return self._member(symbol.module, name, depth) or self._submodule(symbol.module, name)
            case Kind.CLASS:
                return self.reads.kept(self._attributes, (symbol, name), lambda: self._class_attribute(symbol, name))
            case _:
                return None

    def _member(self, module: str, name: str, depth: int) -> Symbol | None:
        table = self._table(module)
        if table is None or depth > _DEPTH:
            return None
        if name in table.classes:
            return Symbol(Kind.CLASS, name, module)
        if table.has_function(name):
            return Symbol(Kind.FUNCTION, name, module)
        if name in table.imports:
            return self._imported(module, table.imports[name], depth + 1)
        if name in table.assigns:
            return self._assigned(module, name, table.assigns[name][-1].value, depth + 1)
        for star in table.facts.star_imports:
            target = self.find_module(star, module)
            if target and target != module and (found := self._member(target, name, depth + 1)):
                return found
        return None

    def _assigned(self, module: str, name: str, value: str, depth: int) -> Symbol | None:
        """A variable, or what it is another name for (`Client = httpx.AsyncClient`)."""
        variable = Symbol(Kind.VARIABLE, name, module)
        if not value or "(" in value or len(value) > 100 or name == value:
            return variable
        tree = expression(value)
        other = dotted(tree) if tree is not None else ""
        if not other or other.split(".")[0] == name:
            return variable
        found = self._resolve(module, other, "", depth)
        aliased = found is not None and found.kind in (Kind.CLASS, Kind.FUNCTION, Kind.EXTERNAL)
        return found if aliased and not found.name.startswith("builtins.") else variable  # type: ignore[union-attr]

    def _imported(self, module: str, target: str, depth: int) -> Symbol | None:
        if found := self.find_module(target, module):
            return Symbol(Kind.MODULE, "", found)
        parent, _, name = target.rpartition(".")
        owner = self.find_module(parent, module) if parent else None
        if owner and owner != module:
            return self._member(owner, name, depth) or self._submodule(owner, name)
        if owner is None and "." in parent and (outer := self.find_module(parent.rpartition(".")[0], module)):
            outer_symbol = self._member(outer, parent.rpartition(".")[2], depth)
            return self.attribute(outer_symbol, name, depth) if outer_symbol else None
        return Symbol(Kind.EXTERNAL, target)

    def _external(self, name: str, depth: int) -> Symbol | None:
        """A dotted name that may after all lead into the project (`import app.models`)."""
        if depth <= _DEPTH and name in self.files:
            return Symbol(Kind.MODULE, "", name)
        return Symbol(Kind.EXTERNAL, name)

    def _submodule(self, module: str, name: str) -> Symbol | None:
        full = f"{module}.{name}"
        return Symbol(Kind.MODULE, "", full) if full in self.files else None

    def _class_attribute(self, symbol: Symbol, name: str) -> Symbol | None:
        for owner in self.mro(symbol):
            if owner.kind is not Kind.CLASS:
                continue
            table = self._table(owner.module)
            assert table is not None
            inner = f"{owner.name}.{name}"
            if table.has_function(inner):
                return Symbol(Kind.FUNCTION, inner, owner.module)
            if inner in table.classes:
                return Symbol(Kind.CLASS, inner, owner.module)
            if name in table.assigned(owner.name):
                return Symbol(Kind.VARIABLE, inner, owner.module)
        return None

    def mro(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """The class and its bases, nearest first, libraries' classes included. Depth first, each once."""
        return self.reads.kept(self._mro, (symbol.module, symbol.name), lambda: self._linearized(symbol))

    def _linearized(self, symbol: Symbol) -> tuple[Symbol, ...]:
        self._mro[symbol.module, symbol.name] = (symbol,), 0  # ends cycles
        found: dict[Symbol, None] = {symbol: None}
        fact = self.class_(symbol) if symbol.kind is Kind.CLASS else None
        for base in fact.bases if fact else ():
            for owner in self._base(symbol, base):
                found.pop(owner, None)  # the later place wins, as in C3 for the usual diamond
                found[owner] = None
        return tuple(found)

    def _base(self, symbol: Symbol, text: str) -> tuple[Symbol, ...]:
        """A base class by its text; `Generic[T]` counts as `Generic`."""
        name = text.partition("[")[0].partition("(")[0].strip()
        scope = symbol.name.rpartition(".")[0]
        found = self.resolve(symbol.module, name, scope) if name else None
        if found is None or found == symbol:
            return ()
        return self.mro(found) if found.kind is Kind.CLASS else (found,)

    def derives_from(self, symbol: Symbol, *origins: str) -> bool:
        """Whether a class has one of these library classes among its bases (or is one)."""
        return any(owner.kind is Kind.EXTERNAL and owner.name in origins for owner in self.mro(symbol))

    def find_module(self, name: str, importer: str) -> str | None:
        """The project module that an absolute import means."""
        return self._imports.meant(name, importer)

    def imported(self, facts: FileFacts) -> Iterator[str]:
        """The project's modules that a file imports, or takes names from, as often as it does."""
        return self._imports.of(facts)

    def module_assigns(self, symbol: Symbol) -> Sequence[AssignFact]:
        """What a module binds to a name at its top level."""
        table = self._table(symbol.module)
        return table.assigns.get(symbol.name, ()) if table else ()

    def assigns(self, symbol: Symbol) -> tuple[str, ...]:
        """Source texts of all values bound to a module-level or class-level variable."""
        table = self._table(symbol.module)
        if table is None:
            return ()
        if symbol.name in table.assigns:
            return tuple(assign.value for assign in table.assigns[symbol.name])
        owner, _, name = symbol.name.rpartition(".")
        if owner in table.classes:
            return tuple(assign.value for assign in table.classes[owner].assigns if assign.name == name)
        return ()
