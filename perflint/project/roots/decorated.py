"""Roots by decorator: routes, tasks, signal receivers, hooks, commands."""

from __future__ import annotations

from collections.abc import Iterator

from perflint.project.callgraph import CallGraph
from perflint.project.facts import FunctionFact
from perflint.project.roots import ExtraNames, Heat, Root
from perflint.project.roots.meanings import CELERY_TASK, Meaning, meaning_of, meaning_of_name
from perflint.project.roots.routes import decorated_route, label
from perflint.project.symbols import Kind, Symbol

_MEMOS = (
    *("cache", "lru_cache", "alru_cache", "cache_resource", "cached_resource", "run_once"),
    *("cached_property", "memoize", "memoized", "singleton"),
)
# Events of SQLAlchemy that happen per connection or mapping, not per statement or row.
_RARE_EVENTS = ("connect", "checkout", "checkin", "create", "drop", "attach", "configured", "instrument")


def decorated_by(graph: CallGraph, extra: ExtraNames, module: str) -> Iterator[Root]:
    """The roots that decorators make of a module's functions."""
    for fact in graph.symbols.files[module].functions:
        symbol = Symbol(Kind.FUNCTION, fact.qualname, module)
        for text in fact.decorators:
            if root := _root(graph, extra, symbol, fact, text):
                yield root


def decorators_of(graph: CallGraph, module: str) -> Iterator[Symbol]:
    """The project's functions that decorate a module's functions: what they call decides what those become."""
    for fact in graph.symbols.files[module].functions:
        for text in fact.decorators:
            found = graph.instances.thing(module, fact.parent, text.partition("(")[0].strip())
            if isinstance(found, Symbol) and found.kind is Kind.FUNCTION:
                yield found


def is_celery_decorator(graph: CallGraph, module: str, scope: str, text: str) -> bool:
    """Whether a decorator, by its text, makes a Celery task of a function."""
    head = text.partition("(")[0].strip()
    return _meaning(graph, module, scope, head, graph.instances.origin(module, scope, head), text) == CELERY_TASK


def is_memoised(fact: FunctionFact) -> bool:
    """Whether a decorator keeps what the function returns."""
    return any(text.partition("(")[0].rpartition(".")[2] in _MEMOS for text in fact.decorators)


def _root(graph: CallGraph, extra: ExtraNames, symbol: Symbol, fact: FunctionFact, text: str) -> Root | None:
    head = text.partition("(")[0].strip()
    origin = graph.instances.origin(symbol.module, fact.parent, head)
    if extra.task_decorators and {origin, head} & set(extra.task_decorators):
        return Root(symbol, Heat.HOT, f"task {symbol.full}", is_task=True)
    if extra.route_decorators and {origin, head} & set(extra.route_decorators):
        return Root(symbol, Heat.HOT, f"route {symbol.full}")
    if meaning := _meaning(graph, symbol.module, fact.parent, head, origin, text):
        return Root(symbol, meaning.heat, labelled(meaning, symbol), is_task=meaning.is_task)
    route = decorated_route(graph, symbol.module, fact.parent, text)
    return Root(symbol, Heat.HOT, label(route, symbol.name), route) if route else None


def _meaning(graph: CallGraph, module: str, scope: str, head: str, origin: str, text: str) -> Meaning | None:
    if meaning := meaning_of(origin):
        return meaning
    if origin == "sqlalchemy.event.listens_for" and not any(word in text for word in _RARE_EVENTS):
        return Meaning(Heat.HOT, "database event")
    decorator = graph.instances.thing(module, scope, head)
    if isinstance(decorator, Symbol) and decorator.kind is Kind.FUNCTION:
        return _of_project(graph, decorator)
    receiver, _, name = head.rpartition(".")
    if receiver and not origin and name in ("command", "group", "callback", "result_callback"):
        return _of_group(graph, module, scope, receiver)
    is_ours = isinstance(decorator, Symbol) and bool(decorator.module)
    return None if is_ours else meaning_of_name(name)


def _of_project(graph: CallGraph, decorator: Symbol) -> Meaning | None:
    """A decorator of the project that itself applies a library's: `return click.command(name)(f)`."""
    inside = f"{decorator.name}."
    for fact in graph.symbols.files[decorator.module].functions:
        if fact.qualname == decorator.name or fact.qualname.startswith(inside):
            for call in fact.calls:
                meaning = meaning_of(graph.instances.origin(decorator.module, fact.qualname, call.callee))
                if meaning is not None and (meaning.is_task or meaning.heat is Heat.COMMAND):
                    return meaning
    return None


def _of_group(graph: CallGraph, module: str, scope: str, receiver: str) -> Meaning | None:
    """`@cli.command()` where `cli` is a function that click made a group, perhaps of another group."""
    seen: set[Symbol] = set()
    group = graph.instances.thing(module, scope, receiver)
    while isinstance(group, Symbol) and group not in seen and (fact := graph.symbols.function(group)):
        seen.add(group)
        heads = [text.partition("(")[0].strip() for text in fact.decorators]
        for head in heads:
            if meaning := meaning_of(graph.instances.origin(group.module, fact.parent, head)):
                return meaning
        outer = next((head.rpartition(".")[0] for head in heads if head.endswith((".group", ".command"))), "")
        group = graph.instances.thing(group.module, fact.parent, outer) if outer else None
    return None


def labelled(meaning: Meaning, symbol: Symbol) -> str:
    """`Celery task app.tasks.sync`: tasks and receivers are told apart by their name."""
    return f"{meaning.label} {symbol.full}"
