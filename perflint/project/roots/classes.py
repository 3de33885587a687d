"""Roots by class: methods that a library calls on the project's subclasses of its own classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from perflint.project.callgraph import CallGraph
from perflint.project.facts import ClassFact, FunctionFact
from perflint.project.roots import Heat, Root, Route
from perflint.project.roots.callbacks import Callbacks, named_classes
from perflint.project.roots.families import CELERY_TASK, DJANGO_VIEW, FAMILIES, UNKNOWN_VIEW, VERBS, Family
from perflint.project.roots.routes import label
from perflint.project.roots.views import view_paths
from perflint.project.symbols import Kind, Symbol

_VIEWISH = ("View", "ViewSet", "APIView", "Endpoint")


def class_roots(graph: CallGraph) -> Iterator[Root]:
    """The roots that classes make of their methods, of mixins' methods too."""
    paths = view_paths(graph)
    callbacks = Callbacks(graph)
    for symbol, fact in graph.symbols.all_classes():
        owners = graph.symbols.mro(symbol)
        families = _families(graph, owners, fact, registered=symbol in paths)
        for family in families:
            for owner in owners:
                if owner.kind is Kind.CLASS:
                    yield from _methods(graph, family, symbol, owner, paths)
        if families and fact.assigns and any(family.heat is Heat.HOT for family in families):
            yield from _named(graph, callbacks, symbol, fact)
        if any(owner.name.endswith("Servicer") for owner in owners[1:]):
            yield from _servicer(graph, symbol, fact)


def is_celery_class(graph: CallGraph, symbol: Symbol) -> bool:
    """Whether a class derives from Celery's Task."""
    return any(CELERY_TASK.fits(origin) for origin in _origins(graph, graph.symbols.mro(symbol)))


def _families(graph: CallGraph, owners: tuple[Symbol, ...], fact: ClassFact, *, registered: bool) -> list[Family]:
    origins = _origins(graph, owners)
    found = list(_fitting(tuple(origins)))
    if found or not (registered or _is_viewish(fact, origins)):
        return found
    return [DJANGO_VIEW if registered else UNKNOWN_VIEW]


@lru_cache(maxsize=4096)
def _fitting(origins: tuple[str, ...]) -> tuple[Family, ...]:
    """The families of what these library classes are above."""
    return tuple(family for family in FAMILIES if any(family.fits(origin) for origin in origins))


def _origins(graph: CallGraph, owners: tuple[Symbol, ...]) -> list[str]:
    """Dotted names of the library classes above a class."""
    origins = [owner.name for owner in owners if owner.kind is Kind.EXTERNAL]
    return [*origins, *filter(None, (_through_object(graph, owner) for owner in owners))]


def _through_object(graph: CallGraph, owner: Symbol) -> str:
    """The origin of a base that an object holds: `class Sync(app.Task)`."""
    fact = graph.symbols.class_(owner) if owner.kind is Kind.CLASS else None
    for base in fact.bases if fact else ():
        if "." in base and (origin := graph.instances.origin(owner.module, "", base)):
            return origin
    return ""


def _named(graph: CallGraph, callbacks: Callbacks, view: Symbol, fact: ClassFact) -> Iterator[Root]:
    """Serializers and forms that a view names in its body run with it."""
    for named in named_classes(graph, view, fact):
        for method in callbacks.of(named):
            yield Root(method, Heat.HOT, f"request {view.name}")


def _is_viewish(fact: ClassFact, origins: list[str]) -> bool:
    names = (*origins, *(base.partition("[")[0] for base in fact.bases))
    return any(name.endswith(_VIEWISH) for name in names)


def _methods(
    graph: CallGraph, family: Family, view: Symbol, owner: Symbol, paths: Mapping[Symbol, str]
) -> Iterator[Root]:
    fact = graph.symbols.class_(owner)
    for name in fact.methods if fact else ():
        method = Symbol(Kind.FUNCTION, f"{owner.name}.{name}", owner.module)
        function = graph.symbols.function(method)
        if function is not None and family.calls(name, tuple(param.name for param in function.params)):
            yield _root(family, view, method, function, paths.get(view, ""))


def _root(family: Family, view: Symbol, method: Symbol, function: FunctionFact, path: str) -> Root:
    if family.framework and function.name in VERBS:
        route = Route((function.name.upper(),), path, family.framework)
        return Root(method, family.heat, label(route, view.name), route)
    if family.heat is Heat.HOT and path:
        return Root(method, family.heat, f"request {path}")
    name = view.full if family.is_task else view.name
    return Root(method, family.heat, f"{family.label} {name}", is_task=family.is_task)


def _servicer(graph: CallGraph, symbol: Symbol, fact: ClassFact) -> Iterator[Root]:
    """gRPC calls a service's methods with a request and a context: https://grpc.io/docs/languages/python/basics/."""
    for name in fact.methods:
        method = Symbol(Kind.FUNCTION, f"{symbol.name}.{name}", symbol.module)
        function = graph.symbols.function(method)
        if function is not None and len(function.params) == 3:
            yield Root(method, Heat.HOT, f"gRPC {name}")
