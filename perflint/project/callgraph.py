"""Call graph: which functions of the project a function calls, or hands on to be called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from perflint.project.cycles import Cycles
from perflint.project.facts import CallFact, FunctionFact
from perflint.project.instances import Instance, Instances, Thing
from perflint.project.namesakes import is_vague, sole_methods
from perflint.project.references import is_used_otherwise
from perflint.project.relatives import Relatives
from perflint.project.symbols import Kind, Symbol, Symbols

_BUILDS = ("__init__", "__new__", "__post_init__")
_ASKS_ONLY = ("isinstance", "issubclass")  # they call nothing that they are given
_USES = tuple(f"__{name}__" for name in ("call", "enter", "exit", "aenter", "aexit", "iter", "aiter", "next", "anext"))


@dataclass(frozen=True, slots=True)
class Edges:
    """`calls` run when the function runs; `handed` are given away, and run if whoever has them calls.

    `guessed` are methods that share their name with a call whose receiver is unknown, when only
    one class (and those below it) has such a method. `classes` are made, passed on or worked with.
    """

    calls: tuple[Symbol, ...] = ()
    handed: tuple[Symbol, ...] = ()
    guessed: tuple[Symbol, ...] = ()
    classes: tuple[Symbol, ...] = ()


@dataclass(frozen=True, slots=True)
class ModuleEdges:
    """All edges that begin in a module: of its functions by qualname, "" for its top level, and of its main guard."""

    names: tuple[str, ...]
    edges: tuple[Edges, ...]
    main: tuple[Symbol, ...]


class CallGraph:
    """Edges between the project's functions, resolved by name and by receivers' known classes.

    A call of a method that subclasses override leads to the overriding methods as well.
    """

    def __init__(self, symbols: Symbols, instances: Instances | None = None) -> None:
        self.symbols = symbols
        self.instances = instances or Instances(symbols)
        self._given: dict[str, Callable[[], ModuleEdges]] = {}
        self._edges: dict[Symbol, tuple[Edges, int]] = {}
        self._main: dict[str, tuple[tuple[Symbol, ...], int]] = {}
        self._callers: dict[Symbol, tuple[Symbol, ...]] | None = None
        self._relatives = Relatives(symbols)

    def edges(self, symbol: Symbol) -> Edges:
        """The edges of a function, or of a module's top level for a module's symbol."""
        if symbol.module in self._given:
            self._take(symbol.module)
        return self.symbols.reads.kept(self._edges, symbol, lambda: self._find(symbol))

    def adopt(self, module: str, give: Callable[[], ModuleEdges]) -> None:
        """Take the edges of a module as they were found before, when all that they were taken from was the same.

        They are asked for when somebody needs them.
        """
        self._given[module] = give

    def _take(self, module: str) -> None:
        found = self._given.pop(module)()
        for qualname, edges in zip(found.names, found.edges, strict=True):
            self._edges[_source(qualname, module)] = edges, 0
        self._main[module] = found.main, 0

    def edges_from(self, module: str) -> ModuleEdges:
        """All edges that begin in a module."""
        names = ("", *self.symbols.files[module].defined)
        edges = tuple(self.edges(_source(name, module)) for name in names)
        return ModuleEdges(names, edges, self.main_callees(module))

    def hierarchy(self) -> str:
        """Which classes there are, what they derive from and which methods they have, as one text."""
        return self.symbols.reads.aside(
            lambda: "\n".join(
                f"{' '.join(owner.full for owner in self.symbols.mro(symbol))}: {' '.join(fact.methods)}"
                for symbol, fact in self.symbols.all_classes()
            )
        )

    def callees(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Functions that `symbol` calls or passes on to be called (`Depends(f)`, `submit(f)`)."""
        edges = self.edges(symbol)
        return tuple(dict.fromkeys((*edges.calls, *edges.handed)))

    def callers(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Functions that call `symbol` or pass it on. Module-level code is the module's symbol."""
        if self._callers is None:
            self._callers = self._reversed()
        return self._callers.get(symbol, ())

    def sites(self, caller: Symbol, target: Symbol) -> tuple[CallFact, ...]:
        """The calls in `caller` by which it runs `target`; those that only pass it on are left out."""
        facts = self.symbols.files[caller.module] if caller.kind is Kind.MODULE else self.symbols.function(caller)
        calls = facts.calls if facts is not None else ()
        return tuple(fact for fact in calls if fact.callee and target in self._run_by(caller, fact.callee))

    def _run_by(self, caller: Symbol, callee: str) -> Iterator[Symbol]:
        edges = self._edges_of(caller.module, caller.name, [CallFact(callee, 0)])
        yield from (*edges.calls, *edges.guessed)

    def main_callees(self, module: str) -> tuple[Symbol, ...]:
        """What runs under `if __name__ == "__main__"`."""
        if module in self._given:
            self._take(module)
        calls = self.symbols.files[module].main_calls
        return self.symbols.reads.kept(self._main, module, lambda: self._edges_of(module, "", calls).calls)

    def is_referenced_elsewhere(self, symbol: Symbol) -> bool:
        """Whether something beside the calls behind `callers` may use the function."""
        return is_used_otherwise(self.symbols, self.instances, symbol, self.callers(symbol))

    def sole(self, name: str) -> Symbol | None:
        """The only method of that name, of several words and no library's, that the project's classes have."""
        found = self.soles.get(name, ())
        return found[0] if len(found) == 1 else None

    @cached_property
    def soles(self) -> Mapping[str, tuple[Symbol, ...]]:
        """Methods by name, for the names that one class and those below it alone have."""
        return self.symbols.reads.aside(lambda: sole_methods(self.symbols))

    @cached_property
    def cycles(self) -> Cycles:
        """Which functions call each other in a cycle."""
        return Cycles(self)

    def _find(self, symbol: Symbol) -> Edges:
        if symbol.kind is Kind.MODULE:
            facts = self.symbols.files.get(symbol.module)
            return self._edges_of(symbol.module, "", facts.calls) if facts else Edges()
        fact = self.symbols.function(symbol)
        if fact is None:
            return Edges()
        edges = self._edges_of(symbol.module, symbol.name, fact.calls)
        calls = (*edges.calls, *self._wrappers(symbol.module, fact))
        handed = (*edges.handed, *self._returned(symbol.module, fact), *self._relatives.inner(symbol))
        return Edges(calls, _without(handed, calls), _without(edges.guessed, calls), edges.classes)

    def _edges_of(self, module: str, scope: str, facts: Iterable[CallFact]) -> Edges:
        calls: list[Symbol] = []
        handed: list[Symbol] = []
        guessed: list[Symbol] = []
        things: list[Thing | None] = []
        facts = list(facts)
        for callee in dict.fromkeys([fact.callee for fact in facts if fact.callee]):
            thing = self.instances.thing(module, scope, callee)
            receiver, _, name = callee.rpartition(".")
            holder = self.instances.thing(module, scope, receiver) if receiver else None
            if thing is not None:
                calls += self._called(thing, holder, receiver)
                handed += self._used(thing)
            if name in self.soles and receiver and (holder is None or is_vague(holder)):
                guessed += self.soles[name]
            things += thing, holder
        passing = [fact.refs for fact in facts if fact.refs and fact.callee not in _ASKS_ONLY]
        for ref in dict.fromkeys(chain.from_iterable(passing)):
            thing = self.instances.thing(module, scope, ref)
            if thing is not None:
                handed += self._passed(module, scope, ref, thing)
                things.append(thing)
        classes = filter(None, map(_class_of, things))
        return Edges(_once(calls), _without(handed, calls), _without(guessed, calls), _once(classes))

    def _passed(self, module: str, scope: str, text: str, thing: Thing) -> tuple[Symbol, ...]:
        """The functions that run when somebody calls what `text` names."""
        receiver = text.rpartition(".")[0]
        holder = self.instances.thing(module, scope, receiver) if receiver else None
        return self._called(thing, holder, receiver)

    def _called(self, thing: Thing, holder: Thing | None, receiver: str) -> tuple[Symbol, ...]:
        """The functions that run when `thing`, taken from `holder`, is called."""
        if isinstance(thing, Instance):
            return self._relatives.methods(thing.of, "__call__")
        if thing.kind is not Kind.FUNCTION:
            return self._relatives.methods(thing, *_BUILDS)
        if holder is None or receiver == "super()":
            return (thing,)
        return (thing, *self._relatives.overriding(holder, thing))

    def _used(self, thing: Thing) -> tuple[Symbol, ...]:
        """What an object calls of itself once it is there: `with Client() as c`, `for x in Pages()`."""
        return self._relatives.methods(thing, *_USES) if isinstance(thing, Symbol) else ()

    def _wrappers(self, module: str, fact: FunctionFact) -> Iterator[Symbol]:
        """A decorated function runs the innermost functions of its decorator."""
        for text in fact.decorators:
            head = text.partition("(")[0]
            thing = self.instances.thing(module, fact.parent, head)
            if isinstance(thing, Symbol) and thing.kind is Kind.FUNCTION:
                yield from self._relatives.innermost(thing)
            elif thing is not None:
                owner = thing.of if isinstance(thing, Instance) else thing
                yield from self._relatives.methods(owner, "__call__")

    def _returned(self, module: str, fact: FunctionFact) -> Iterator[Symbol]:
        """Functions and classes that the function gives to its caller."""
        for text in fact.returned:
            if text != "?" and not text.endswith("()"):
                thing = self.instances.thing(module, fact.qualname, text)
                yield from self._passed(module, fact.qualname, text, thing) if thing is not None else ()

    def _reversed(self) -> dict[Symbol, tuple[Symbol, ...]]:
        callers: dict[Symbol, dict[Symbol, None]] = defaultdict(dict)
        for module, facts in self.symbols.files.items():
            sources = [Symbol(Kind.FUNCTION, name, module) for name in facts.defined]
            for source in [Symbol(Kind.MODULE, "", module), *sources]:
                for target in self.callees(source):
                    callers[target][source] = None
            for target in self.main_callees(module):
                callers[target][Symbol(Kind.MODULE, "", module)] = None
        return {target: tuple(sources) for target, sources in callers.items()}


def _source(qualname: str, module: str) -> Symbol:
    return Symbol(Kind.FUNCTION if qualname else Kind.MODULE, qualname, module)


def _class_of(thing: Thing | None) -> Symbol | None:
    """The project class that a thing is, or is an object of."""
    owner = thing.of if isinstance(thing, Instance) else thing
    return owner if owner is not None and owner.kind is Kind.CLASS else None


def _once(symbols: Iterable[Symbol]) -> tuple[Symbol, ...]:
    return tuple(dict.fromkeys(symbols))


def _without(symbols: Iterable[Symbol], others: Iterable[Symbol]) -> tuple[Symbol, ...]:
    """Each once, leaving out those that are among the others."""
    known = set(others)
    return tuple(symbol for symbol in dict.fromkeys(symbols) if symbol not in known)
