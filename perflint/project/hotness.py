"""Hotness: how often each function runs, and from which root it is reached."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from perflint.project.links import Links, ModuleLinks
from perflint.project.places import Place, place_of
from perflint.project.roots import ExtraNames, Heat, Root, Route
from perflint.project.roots.classes import roots_of
from perflint.project.roots.entry import placed, script_roots
from perflint.project.symbols import Kind, Symbol

__all__ = ["ExtraNames", "Heat", "Hotness", "HotnessTable", "Route"]

_CLIMB = 4  # methods of a base class that call one another before one is overridden
_ASIDE = (Place.TESTS, Place.MIGRATIONS)


@dataclass(frozen=True, slots=True)
class Hotness:
    """The hottest root that reaches a function and the shortest way from it."""

    heat: Heat
    root: str = ""  # "POST /orders", "Celery task app.tasks.sync", "management command", "test"
    path: tuple[str, ...] = ()  # qualified names from the root to the function itself
    is_certain: bool = True  # False when a step of the path is known by a method's name alone
    caller: Symbol | None = field(default=None, compare=False)  # the last step but one of the path; None for a root


_NEVER = Hotness(Heat.UNKNOWN)


class HotnessTable:
    """The hotness of every function of the project, as the links of its modules tell."""

    def __init__(self, links: Links, scripts: Sequence[str] = ()) -> None:
        self.graph = links.graph
        self._symbols = self.graph.symbols
        self._heat: dict[Symbol, Hotness] = {}
        self._places: dict[str, Place] = {}
        modules = dict(links.all())
        self._callbacks = {one.owner: one.methods for found in modules.values() for one in found.callbacks}
        self._sources: defaultdict[Symbol, dict[Symbol, None]] = defaultdict(dict)  # who has led to a function
        roots = list(self._roots(modules, links, scripts))
        self._routes = {root.symbol: root.route for root in reversed(roots) if root.route}
        self._tasks = {root.symbol for root in roots if root.is_task}
        self._once = dict.fromkeys(_run_once(modules, links.extra.run_once))
        roots.extend(Root(symbol, Heat.ONCE, "first call") for symbol in self._once)
        self._spread(Heat.HOT, (root for root in roots if root.heat is Heat.HOT))
        # Those that nothing else leads to.
        self._spread(Heat.HOT, (root for found in modules.values() for root in found.answering))
        for heat in (Heat.COMMAND, Heat.ONCE):
            self._spread(heat, (root for root in roots if root.heat is heat))

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

    def _roots(self, modules: Mapping[str, ModuleLinks], links: Links, scripts: Sequence[str]) -> Iterator[Root]:
        """All roots; what tests and migrations register counts as a test and a migration."""
        every = modules.values()
        for root in chain(
            (root for found in every for root in found.decorated),
            (root for found in every for root in found.registered),
            _class_roots(modules, links),
            (root for module, found in modules.items() for root in (*placed(module, found.edges), *found.told)),
            script_roots(self._symbols, scripts),
        ):
            if root.heat is not Heat.HOT or self._place(root.symbol.module) not in _ASIDE:
                yield root

    def _spread(self, heat: Heat, roots: Iterable[Root]) -> None:
        """Breadth first, so that the way to each function is a shortest one; guessed steps come last."""
        queue: deque[Symbol] = deque()
        for root in roots:
            self._reach(root.symbol, Hotness(heat, root.label, (root.symbol.name,), root.is_certain), queue)
        reached: deque[Symbol] = deque()
        overriding: deque[tuple[Symbol, Symbol]] = deque()
        while queue or overriding or reached:
            if queue:
                symbol = queue.popleft()
                reached.append(symbol)
                targets = list(self._targets(symbol, heat))
                below = [target for target in targets if self._is_below(target, symbol)]
                overriding.extend((symbol, target) for target in below)
                self._step(symbol, (target for target in targets if target not in below), queue, is_certain=True)
            elif overriding:
                self._step_down(*overriding.popleft(), queue)
            else:
                symbol = reached.popleft()
                guessed = self.graph.edges(symbol).guessed if heat is Heat.HOT else ()
                self._step(symbol, guessed, queue, is_certain=False)

    def _step(self, symbol: Symbol, targets: Iterable[Symbol], queue: deque[Symbol], *, is_certain: bool) -> None:
        here = self._heat[symbol]
        for target in targets:
            if self._belongs(symbol, target):
                self._sources[target][symbol] = None
                certain = here.is_certain and is_certain
                self._reach(target, Hotness(here.heat, here.root, (*here.path, target.name), certain, symbol), queue)

    def _belongs(self, symbol: Symbol, target: Symbol) -> bool:
        """What only tests and migrations call is not used by the application, and never the other way."""
        place, there = self._place(symbol.module), self._place(target.module)
        return there is place or (place not in _ASIDE and there not in _ASIDE)

    def _is_below(self, target: Symbol, symbol: Symbol) -> bool:
        """Whether a method of a class leads to one of a class derived from it: that class's objects alone run it."""
        owner, derived = _owner(symbol), _owner(target)
        if not owner.name or not derived.name or owner == derived or self._symbols.class_(owner) is None:
            return False
        return owner in self._symbols.mro(derived)[1:]

    def _step_down(self, symbol: Symbol, target: Symbol, queue: deque[Symbol]) -> None:
        """The way to an overriding method is that of somebody who has an object of its class, if one is known."""
        if target in self._heat or not self._belongs(symbol, target):
            return
        here = self._heat[symbol]
        way = self._with_object(symbol, _owner(target), here.heat)
        root, path, certain = (way.root, way.path, way.is_certain) if way else ("", (), here.is_certain)
        self._reach(target, Hotness(here.heat, root, (*path, target.name), certain, symbol), queue)

    def _with_object(self, symbol: Symbol, owner: Symbol, heat: Heat) -> Hotness | None:
        """The way to a base class's method by a function that works with an object of a class derived from it."""
        paths: deque[tuple[Symbol, ...]] = deque([(symbol,)])
        seen = {symbol}
        while paths:
            path = paths.popleft()
            for source in [source for source in self._sources[path[0]] if source not in seen]:
                seen.add(source)
                known = self._heat[source]
                if known.heat is heat and known.root and self._works_with(source, owner):
                    return replace(known, path=(*known.path, *(step.name for step in path)))
                if len(path) < _CLIMB and _owner(source) in self._symbols.mro(owner):
                    paths.append((source, *path))
        return None

    def _works_with(self, symbol: Symbol, owner: Symbol) -> bool:
        return any(owner in self._symbols.mro(made) for made in self.graph.edges(symbol).classes)

    def _targets(self, symbol: Symbol, heat: Heat) -> Iterator[Symbol]:
        """What runs as often as `symbol`. What startup code hands on is kept and called later, who knows how often."""
        edges = self.graph.edges(symbol)
        yield from edges.calls
        if heat is not Heat.ONCE:
            yield from edges.handed
            for owner in edges.classes:
                yield from self._callbacks.get(owner, ())

    def _reach(self, symbol: Symbol, hotness: Hotness, queue: deque[Symbol]) -> None:
        if symbol not in self._heat and (hotness.heat is Heat.ONCE or symbol not in self._once):
            self._heat[symbol] = hotness
            queue.append(symbol)

    def _place(self, module: str) -> Place:
        if module not in self._places:
            self._places[module] = place_of(module)
        return self._places[module]


def _owner(symbol: Symbol) -> Symbol:
    """The class of a method."""
    return Symbol(Kind.CLASS, symbol.name.rpartition(".")[0], symbol.module)


def _run_once(modules: Mapping[str, ModuleLinks], named: Sequence[str]) -> Iterator[Symbol]:
    """Functions that run once whoever calls them: named in the settings, or memoised without a parameter."""
    for module, found in modules.items():
        yield from found.once
        for name in found.edges.names if named else ():
            if f"{module}.{name}" in named:
                yield Symbol(Kind.FUNCTION, name, module)


def _class_roots(modules: Mapping[str, ModuleLinks], links: Links) -> Iterator[Root]:
    """The roots of classes, with the paths that they are registered for anywhere."""
    paths = links.paths
    for found in modules.values():
        for one in found.classes:
            if one.is_known or one.symbol not in paths:
                yield from roots_of(one, paths.get(one.symbol, ""))
    for symbol in links.views_by_registration:
        yield from roots_of(links.view(symbol), paths[symbol])
