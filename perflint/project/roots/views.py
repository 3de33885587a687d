"""View classes that are given a path: `path("orders/", Orders.as_view())`, `router.register("orders", Orders)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from perflint.project.callgraph import CallGraph
from perflint.project.facts import CallFact, FileFacts
from perflint.project.roots import ViewPath
from perflint.project.roots.routes import decorated_route
from perflint.project.symbols import Kind, Symbol

_WORDS = frozenset(["as_view", "register", "add_resource", "add_view"])


def registered_views(graph: CallGraph, module: str) -> Iterator[ViewPath]:
    """The classes that a module's calls register as views."""
    facts = graph.symbols.files[module]
    for scope, call in () if facts.words.isdisjoint(_WORDS) else _calls(facts):
        for view in _views(graph, module, scope, call):
            yield ViewPath(view, _path(call))


def decorated_views(graph: CallGraph, module: str) -> Iterator[ViewPath]:
    """A module's classes that a decorator makes views."""
    for fact in graph.symbols.files[module].classes:
        for text in fact.decorators:
            if route := decorated_route(graph, module, "", text):
                yield ViewPath(Symbol(Kind.CLASS, fact.qualname, module), route.path)


def view_paths(registered: Iterable[ViewPath], decorated: Iterable[ViewPath]) -> dict[Symbol, str]:
    """The path of each view: of its decorator, or the first one that it is registered for."""
    paths: dict[Symbol, str] = {}
    for found in registered:
        paths[found.view] = paths.get(found.view) or found.path
    return paths | {found.view: found.path for found in decorated}


def _calls(facts: FileFacts) -> Iterator[tuple[str, CallFact]]:
    for call in facts.calls:
        yield "", call
    for function in facts.functions:
        for call in function.calls:
            yield function.qualname, call


def _views(graph: CallGraph, module: str, scope: str, call: CallFact) -> Iterator[Symbol]:
    tail = call.callee.rpartition(".")[2]
    names = [ref.removesuffix(".as_view") for ref in call.refs if ref.endswith(".as_view")]
    if tail == "as_view":
        names.append(call.callee.removesuffix(".as_view"))
    elif tail in ("add_resource", "add_view") or (tail == "register" and call.first):
        names.extend(call.refs)
    for name in names:
        found = graph.instances.thing(module, scope, name)
        if isinstance(found, Symbol) and found.kind is Kind.CLASS:
            yield found


def _path(call: CallFact) -> str:
    if not call.refs or not call.first:
        return ""
    return f"/{call.first.lstrip('^/')}" if call.callee else ""
