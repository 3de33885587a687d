"""Roots by class: methods that a library calls on the project's subclasses of its own classes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from perflint.project.callgraph import CallGraph
from perflint.project.facts import ClassFact, FunctionFact
from perflint.project.roots import ClassRoots, Heat, MethodRoot, Root, Route
from perflint.project.roots.callbacks import Callbacks, named_classes
from perflint.project.roots.families import CELERY_TASK, DJANGO_VIEW, FAMILIES, UNKNOWN_VIEW, VERBS, Family
from perflint.project.roots.routes import label
from perflint.project.symbols import Kind, Symbol

_VIEWISH = ("View", "ViewSet", "APIView", "Endpoint")


def classes_in(graph: CallGraph, callbacks: Callbacks, module: str) -> Iterator[ClassRoots]:
    """The roots that a module's classes make of their methods, of mixins' methods too."""
    for fact in graph.symbols.files[module].classes:
        symbol = Symbol(Kind.CLASS, fact.qualname, module)
        origins = _origins(graph, graph.symbols.mro(symbol))
        families = _fitting(tuple(origins))
        is_known = bool(families)
        if not families and _is_viewish(fact, origins):
            families = (UNKNOWN_VIEW,)
        methods = tuple(_of_class(graph, callbacks, symbol, families))
        if is_known or methods:
            yield ClassRoots(symbol, is_known, methods)


def view_of(graph: CallGraph, callbacks: Callbacks, symbol: Symbol) -> ClassRoots:
    """The roots of a class that is registered as a view, though no class above it says that it is one."""
    return ClassRoots(symbol, False, tuple(_of_class(graph, callbacks, symbol, (DJANGO_VIEW,))))


def roots_of(found: ClassRoots, path: str) -> Iterator[Root]:
    """The roots, where the class is registered for a path; an empty one when none is known."""
    for one in found.methods:
        if one.verb:
            route = Route((one.verb,), path, one.framework)
            yield Root(one.method, one.heat, label(route, found.symbol.name), route)
        else:
            text = f"request {path}" if one.names_path and path else one.label
            yield Root(one.method, one.heat, text, is_task=one.is_task)


def _of_class(
    graph: CallGraph, callbacks: Callbacks, symbol: Symbol, families: tuple[Family, ...]
) -> Iterator[MethodRoot]:
    fact = graph.symbols.class_(symbol)
    owners = graph.symbols.mro(symbol)
    for family in families:
        for owner in owners:
            if owner.kind is Kind.CLASS:
                yield from _methods(graph, family, symbol, owner)
    if fact and families and fact.assigns and any(family.heat is Heat.HOT for family in families):
        yield from _named(graph, callbacks, symbol, fact)
    if fact and any(owner.name.endswith("Servicer") for owner in owners[1:]):
        yield from _servicer(graph, symbol, fact)


def is_celery_class(graph: CallGraph, symbol: Symbol) -> bool:
    """Whether a class derives from Celery's Task."""
    return any(CELERY_TASK.fits(origin) for origin in _origins(graph, graph.symbols.mro(symbol)))


@lru_cache(maxsize=4096)
def _fitting(origins: tuple[str, ...]) -> tuple[Family, ...]:
    """The families of what these library classes are above."""
    return tuple(family for family in FAMILIES if any(family.fits(origin) for origin in origins))


def is_task_class(graph: CallGraph, symbol: Symbol, fact: ClassFact) -> bool:
    """Whether a class is a Celery task by itself, and not only a base of others."""
    is_abstract = any(assign.name == "abstract" and assign.value == "True" for assign in fact.assigns)
    return "run" in fact.methods and not is_abstract and is_celery_class(graph, symbol)


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


def _named(graph: CallGraph, callbacks: Callbacks, view: Symbol, fact: ClassFact) -> Iterator[MethodRoot]:
    """Serializers and forms that a view names in its body run with it."""
    for named in named_classes(graph, view, fact):
        for method in callbacks.of(named):
            yield MethodRoot(method, Heat.HOT, f"request {view.name}")


def _is_viewish(fact: ClassFact, origins: list[str]) -> bool:
    names = (*origins, *(base.partition("[")[0] for base in fact.bases))
    return any(name.endswith(_VIEWISH) for name in names)


def _methods(graph: CallGraph, family: Family, view: Symbol, owner: Symbol) -> Iterator[MethodRoot]:
    fact = graph.symbols.class_(owner)
    for name in fact.methods if fact else ():
        method = Symbol(Kind.FUNCTION, f"{owner.name}.{name}", owner.module)
        function = graph.symbols.function(method)
        if function is not None and family.calls(name, tuple(param.name for param in function.params)):
            yield _root(family, view, method, function)


def _root(family: Family, view: Symbol, method: Symbol, function: FunctionFact) -> MethodRoot:
    if family.framework and function.name in VERBS:
        return MethodRoot(method, family.heat, "", function.name.upper(), family.framework)
    text = f"{family.label} {view.full if family.is_task else view.name}"
    is_hot = family.heat is Heat.HOT
    return MethodRoot(method, family.heat, text, is_task=family.is_task, names_path=is_hot)


def _servicer(graph: CallGraph, symbol: Symbol, fact: ClassFact) -> Iterator[MethodRoot]:
    """gRPC calls a service's methods with a request and a context: https://grpc.io/docs/languages/python/basics/."""
    for name in fact.methods:
        method = Symbol(Kind.FUNCTION, f"{symbol.name}.{name}", symbol.module)
        function = graph.symbols.function(method)
        if function is not None and len(function.params) == 3:
            yield MethodRoot(method, Heat.HOT, f"gRPC {name}")
