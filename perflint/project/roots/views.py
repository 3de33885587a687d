"""View classes that are given a path: `path("orders/", Orders.as_view())`, `router.register("orders", Orders)`."""

from __future__ import annotations

from collections.abc import Iterator

from perflint.project.callgraph import CallGraph
from perflint.project.facts import CallFact, FileFacts
from perflint.project.roots.routes import decorated_route
from perflint.project.symbols import Kind, Symbol

_WORDS = frozenset(["as_view", "register", "add_resource", "add_view"])


def view_paths(graph: CallGraph) -> dict[Symbol, str]:
    """Classes that are registered as views, with the first path of each; empty when it is not written out."""
    paths: dict[Symbol, str] = {}
    for module, facts in graph.symbols.files.items():
        if not facts.words.isdisjoint(_WORDS):
            for scope, call in _calls(facts):
                for view in _views(graph, module, scope, call):
                    paths[view] = paths.get(view) or _path(call)
    for symbol, fact in graph.symbols.all_classes():
        for text in fact.decorators:
            if route := decorated_route(graph, symbol.module, "", text):
                paths[symbol] = route.path
    return paths


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
