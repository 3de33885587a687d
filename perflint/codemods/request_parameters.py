"""The request in a route's parameters: the one that is there, or a new one."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.codemods.names import bindings
from perflint.codemods.parameters import with_first_parameter
from perflint.codemods.reaching import Reaching
from perflint.project.symbols import Kind
from perflint.rewrites import Import, Replacement
from perflint.semantics.context import Context

_REQUESTS = (
    "fastapi.Request",
    "fastapi.requests.Request",
    "starlette.requests.Request",
    "starlette.requests.HTTPConnection",
)


@dataclass(frozen=True, slots=True)
class RequestParameter:
    """The parameter's name, and what has to change for the function to have it."""

    name: str
    changes: tuple[tuple[cst.CSTNode, Replacement], ...] = ()
    imports: tuple[Import, ...] = ()


def request_of(function: cst.FunctionDef, ctx: Context) -> RequestParameter | None:
    """The request that a framework gives to the function; None where it cannot give it."""
    symbol = ctx.function(function.body)
    route = ctx.questions.route(symbol)
    if route is None or route.framework not in ("fastapi", "starlette") or "WEBSOCKET" in route.methods:
        return None
    for param in (*function.params.params, *function.params.kwonly_params):
        if param.annotation is not None and _is_request(ctx.code(param.annotation.annotation), ctx):
            return RequestParameter(param.name.value)
    if route.framework != "fastapi" or not _may_grow(function, ctx):
        return None
    reach = Reaching(ctx)
    annotation = reach.name("fastapi", "Request", by_module=False)
    changed = with_first_parameter(function, f"request: {annotation}")
    return RequestParameter("request", ((function.params, changed),), reach.imports())


def _is_request(text: str, ctx: Context) -> bool:
    found = ctx.project.symbols.resolve(ctx.module, text)
    return found is not None and found.kind is Kind.EXTERNAL and found.name in _REQUESTS


def _may_grow(function: cst.FunctionDef, ctx: Context) -> bool:
    """Whether only the framework calls the function, by its signature, and the name is free."""
    symbol = ctx.function(function.body)
    is_called = any(ctx.callers.calls(caller, symbol) for caller in ctx.questions.callers(symbol))
    is_plain = len(function.decorators) == 1 and not function.params.posonly_params
    return is_plain and not is_called and all(binding.name != "request" for binding in bindings(function))
