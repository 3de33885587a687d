"""What a module's code leads to: its edges of the call graph, and the functions that somebody outside of it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from perflint.project.callgraph import CallGraph, ModuleEdges
from perflint.project.facts import FileFacts
from perflint.project.reads import Reads
from perflint.project.roots import ClassRoots, ExtraNames, Root, ViewPath
from perflint.project.roots.callbacks import Callbacks
from perflint.project.roots.classes import classes_in, is_task_class, view_of
from perflint.project.roots.decorated import decorated_by, decorators_of, is_celery_decorator, is_memoised
from perflint.project.roots.entry import by_signature
from perflint.project.roots.registered import registered_by
from perflint.project.roots.responses import answering_in
from perflint.project.roots.views import decorated_views, registered_views, view_paths
from perflint.project.symbols import Kind, Symbol


@dataclass(frozen=True, slots=True)
class OwnCallbacks:
    """The methods that a library calls on objects of a class wherever they are used."""

    owner: Symbol
    methods: tuple[Symbol, ...]


@dataclass(frozen=True, slots=True)
class ModuleLinks:
    """All that one module's code leads to."""

    edges: ModuleEdges
    decorated: tuple[Root, ...]
    registered: tuple[Root, ...]
    told: tuple[Root, ...]  # by their signature
    answering: tuple[Root, ...]
    classes: tuple[ClassRoots, ...]
    registered_views: tuple[ViewPath, ...]
    decorated_views: tuple[ViewPath, ...]
    callbacks: tuple[OwnCallbacks, ...]
    once: tuple[Symbol, ...]  # memoised functions without a parameter
    tasks: tuple[Symbol, ...]  # Celery's: decorated functions, and classes


@dataclass(frozen=True, slots=True)
class Sources:
    """What a module's links were taken from, beside the module itself and the hierarchy of classes."""

    reads: Reads
    called: tuple[str, ...]  # modules of decorators, whose calls decide what they make of a function


class Links:
    """The links of all modules, each found once; those of an earlier run may be adopted."""

    def __init__(self, graph: CallGraph, extra: ExtraNames | None = None) -> None:
        self.graph = graph
        self.extra = extra or ExtraNames()
        self.callbacks = Callbacks(graph)
        self._given: dict[str, Callable[[], ModuleLinks | None]] = {}
        self._known: dict[str, tuple[ModuleLinks, int]] = {}
        self._called: dict[str, tuple[str, ...]] = {}

    def all(self) -> Iterator[tuple[str, ModuleLinks]]:
        """The links of each module."""
        return ((module, self.of(module)) for module in self.graph.symbols.files)

    def of(self, module: str) -> ModuleLinks:
        """The links of one module."""
        if module in self._given and (found := self._given.pop(module)()) is not None:
            self._known[module] = found, 0
        return self.graph.symbols.reads.kept(self._known, module, lambda: self._find(module))

    def adopt(self, module: str, give: Callable[[], ModuleLinks | None]) -> None:
        """Take a module's links as they were found before, when all that they were taken from was the same.

        They are asked for when somebody needs them; None stands for such as cannot be read.
        """
        self._given[module] = give
        self.graph.adopt(module, lambda: self.of(module).edges)

    @cached_property
    def paths(self) -> Mapping[Symbol, str]:
        """The classes that are registered as views anywhere, and for which path."""
        found = [links for _, links in self.all()]
        return view_paths(
            (view for links in found for view in links.registered_views),
            (view for links in found for view in links.decorated_views),
        )

    @cached_property
    def views_by_registration(self) -> tuple[Symbol, ...]:
        """The classes that are views for no other reason."""
        known = {one.symbol for _, links in self.all() for one in links.classes if one.is_known}
        return tuple(symbol for symbol in self.paths if symbol not in known)

    def view(self, symbol: Symbol) -> ClassRoots:
        """What is made of a class because it is registered as a view."""
        return view_of(self.graph, self.callbacks, symbol)

    def sources(self, module: str) -> Sources | None:
        """What a module's links were taken from; None where they were not found here."""
        if module not in self._called:
            return None
        return Sources(self.graph.symbols.reads.only(self._known[module][1]), self._called[module])

    def _find(self, module: str) -> ModuleLinks:
        graph = self.graph
        facts = graph.symbols.files[module]
        called = {decorator.module for decorator in decorators_of(graph, module)}
        self._called[module] = tuple(sorted(called))
        return ModuleLinks(
            edges=graph.edges_from(module),
            decorated=tuple(decorated_by(graph, self.extra, module)),
            registered=tuple(registered_by(graph, module)),
            told=tuple(by_signature(facts)),
            answering=tuple(answering_in(graph, module)),
            classes=tuple(classes_in(graph, self.callbacks, module)),
            registered_views=tuple(registered_views(graph, module)),
            decorated_views=tuple(decorated_views(graph, module)),
            callbacks=tuple(self._callbacks(module)),
            once=tuple(
                Symbol(Kind.FUNCTION, fact.qualname, module)
                for fact in facts.functions
                if fact.decorators and not fact.params and is_memoised(fact)
            ),
            tasks=tuple(self._tasks(facts)),
        )

    def _tasks(self, facts: FileFacts) -> Iterator[Symbol]:
        module = facts.module
        for function in facts.functions:
            scope = function.parent
            if any(is_celery_decorator(self.graph, module, scope, text) for text in function.decorators):
                yield Symbol(Kind.FUNCTION, function.qualname, module)
        for fact in facts.classes:
            symbol = Symbol(Kind.CLASS, fact.qualname, module)
            if is_task_class(self.graph, symbol, fact):
                yield symbol

    def _callbacks(self, module: str) -> Iterator[OwnCallbacks]:
        for fact in self.graph.symbols.files[module].classes:
            owner = Symbol(Kind.CLASS, fact.qualname, module)
            if methods := self.callbacks.of(owner):
                yield OwnCallbacks(owner, methods)
