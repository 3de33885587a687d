"""Roots by registration: functions that are named in a call, `path("orders/", views.orders)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from perflint.project.callgraph import CallGraph
from perflint.project.facts import CallFact
from perflint.project.instances import Instance
from perflint.project.roots import Heat, Root, Route
from perflint.project.roots.decorated import labelled
from perflint.project.roots.families import VERBS
from perflint.project.roots.meanings import is_web, meaning_of
from perflint.project.roots.routes import joined, label
from perflint.project.symbols import Kind, Symbol

Reader = Callable[[CallGraph, str, str, CallFact], Iterator[Root]]

_ADDERS = frozenset(
    ["add_api_route", "add_route", "add_url_rule", "add_view", "add_websocket_route", "add_api_websocket_route"]
    + [f"add_{verb}" for verb in VERBS]
)
_ROUTES = frozenset(["path", "re_path", "url", "Route", "WebSocketRoute", "APIRoute", "Rule", "route"]) | VERBS
_APPS = frozenset(["FastAPI", "Starlette", "APIRouter", "Litestar", "Sanic", "Quart"])


def registered_by(graph: CallGraph, module: str) -> Iterator[Root]:
    """The roots that a module's calls make of the functions given to them."""
    facts = graph.symbols.files[module]
    yield from _of_calls(graph, module, "", (*facts.calls, *facts.main_calls))
    for function in facts.functions:
        yield from _of_calls(graph, module, function.qualname, function.calls)
    if any(fact.name == "urlpatterns" for fact in facts.assigns):
        yield from _of_urls(graph, module, facts.calls)


def _of_calls(graph: CallGraph, module: str, scope: str, calls: tuple[CallFact, ...]) -> Iterator[Root]:
    for call in calls:
        if not call.refs:
            continue
        reader = _READERS.get(call.callee.rpartition(".")[2])
        if reader is not None:
            yield from reader(graph, module, scope, call)
        elif call.callee:
            yield from _meant(graph, module, scope, call)


def _functions(graph: CallGraph, module: str, scope: str, call: CallFact) -> Iterator[Symbol]:
    """The project's functions among a call's arguments."""
    for ref in call.refs:
        found = graph.instances.thing(module, scope, ref)
        if isinstance(found, Symbol) and found.kind is Kind.FUNCTION:
            yield found


def _meant(graph: CallGraph, module: str, scope: str, call: CallFact) -> Iterator[Root]:
    """A library's decorator or hook, called: `app.before_request(check)`, `queue.enqueue(send)`."""
    for function in _functions(graph, module, scope, call):
        if meaning := meaning_of(graph.instances.origin(module, scope, call.callee)):
            yield Root(function, meaning.heat, labelled(meaning, function), is_task=meaning.is_task)


def _depends(graph: CallGraph, module: str, scope: str, call: CallFact) -> Iterator[Root]:
    """FastAPI calls providers per request: https://fastapi.tiangolo.com/tutorial/dependencies/."""
    for ref in call.refs:
        found = graph.instances.thing(module, scope, ref)
        if isinstance(found, Instance):
            names: tuple[str, ...] = ("__call__",)
        else:
            names = ("__init__", "__new__") if found and found.kind is Kind.CLASS else ()
        owner = found.of if isinstance(found, Instance) else found
        if owner is not None and owner.kind is Kind.FUNCTION:
            yield Root(owner, Heat.HOT, "Depends provider")
        yield from _methods(graph, owner, names, "Depends provider")


def _methods(graph: CallGraph, owner: Symbol | None, names: tuple[str, ...], text: str) -> Iterator[Root]:
    for name in names if owner and owner.kind is Kind.CLASS else ():
        found = graph.symbols.attribute(owner, name) if owner else None
        if found is not None and found.kind is Kind.FUNCTION:
            yield Root(found, Heat.HOT, text)


def _routes(graph: CallGraph, module: str, scope: str, call: CallFact) -> Iterator[Root]:
    """`path(…)` of Django, `Route(…)` of Starlette, `web.get(…)` of aiohttp, `app.add_url_rule(…)` of Flask."""
    origin = graph.instances.origin(module, scope, call.callee)
    tail = call.callee.rpartition(".")[2]
    if not is_web(origin) and not (tail in _ADDERS and call.first.startswith("/")):
        return
    verb = tail.removeprefix("add_")
    methods = (verb.upper(),) if verb in VERBS else ()
    top = origin.partition(".")[0]
    route = Route(methods, joined("", call.first.lstrip("^")), top if is_web(origin) else "")
    for function in _functions(graph, module, scope, call):
        yield Root(function, Heat.HOT, label(route, function.name), route)


def _of_urls(graph: CallGraph, module: str, calls: tuple[CallFact, ...]) -> Iterator[Root]:
    """Views inside wrappers: `path("orders/", login_required(orders))`."""
    route = Route((), "", "django")
    for call in calls:
        for function in _functions(graph, module, "", call):
            yield Root(function, Heat.HOT, label(route, function.name), route)


def _middleware(graph: CallGraph, module: str, scope: str, call: CallFact) -> Iterator[Root]:
    """Middleware runs per request: https://www.starlette.io/middleware/."""
    for ref in call.refs:
        found = graph.instances.thing(module, scope, ref)
        owner = found.of if isinstance(found, Instance) else found
        if owner is not None and owner.kind is Kind.FUNCTION:
            yield Root(owner, Heat.HOT, "middleware")
        yield from _methods(graph, owner, ("__call__", "dispatch"), "middleware")


def _handler(graph: CallGraph, module: str, scope: str, call: CallFact) -> Iterator[Root]:
    for function in _functions(graph, module, scope, call):
        yield Root(function, Heat.HOT, "exception handler")


def _startup(graph: CallGraph, module: str, scope: str, call: CallFact) -> Iterator[Root]:
    """`FastAPI(lifespan=…)`, `app.on_startup.append(…)` of aiohttp: once per process."""
    list_of = call.callee.rpartition(".")[0].rpartition(".")[2]
    is_list = list_of in ("on_startup", "on_shutdown", "on_cleanup", "cleanup_ctx")
    if call.callee.endswith(".append") and not is_list:
        return
    if call.callee.rpartition(".")[2] in _APPS and not is_web(graph.instances.origin(module, scope, call.callee)):
        return
    for function in _functions(graph, module, scope, call):
        yield Root(function, Heat.ONCE, "application startup")


def _connect(graph: CallGraph, module: str, scope: str, call: CallFact) -> Iterator[Root]:
    """`post_save.connect(f, sender=Order)`: https://docs.djangoproject.com/en/stable/topics/signals/."""
    origin = graph.instances.origin(module, scope, call.callee)
    meaning = meaning_of(origin)
    for function in _functions(graph, module, scope, call):
        heat = meaning.heat if meaning else Heat.HOT
        yield Root(function, heat, f"{meaning.label if meaning else 'signal receiver'} {function.full}")


_READERS: Mapping[str, Reader] = {
    **dict.fromkeys(("Depends", "Security", "TaskiqDepends"), _depends),
    **dict.fromkeys((*_ROUTES, *_ADDERS), _routes),
    **dict.fromkeys(("add_middleware", "Middleware"), _middleware),
    **dict.fromkeys(("add_exception_handler", "register_error_handler"), _handler),
    **dict.fromkeys((*_APPS, "append"), _startup),
    **dict.fromkeys(("connect", "connect_via"), _connect),
}
