"""Accessors that the project has already: the one that the settings name, or one that keeps the client it makes."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from perflint.codemods.client_accessors import Accessor
from perflint.codemods.client_kinds import ClientKind, kind_of
from perflint.codemods.reaching import Reaching
from perflint.project.facts import FunctionFact, callee_of
from perflint.project.hotness import Heat
from perflint.project.places import Place, place_of
from perflint.project.roots.decorated import is_memoised
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.context import Context
from perflint.semantics.memo_guards import is_kept
from perflint.semantics.searches import text_symbol
from perflint.semantics.stores import kept_in, targets_of
from perflint.semantics.trees import FunctionNode
from perflint.semantics.values import Awaitable, Function, Instance, Value

# With these the client would send, or go, something else than the one that the site makes.
_PARTICULAR = {
    *("base_url", "headers", "auth", "params", "transport", "mounts", "proxy", "proxies", "cert", "cookies", "json"),
    *("event_hooks", "follow_redirects", "app", "raise_for_status", "trace_configs", "middlewares", "**", "*"),
}


_STARTING = tuple(map(text_symbol, ("asyncio.run", "anyio.run", "run_until_complete", "async_to_sync")))


def chosen_accessor(kind: ClientKind, ctx: Context) -> Accessor | None:
    """The accessor of the rule's option, `app.http:get_client`, where it gives this kind of client."""
    module, _, name = str(ctx.options.get("accessor", "")).partition(":")
    found = ctx.project.symbols.find_module(module, ctx.module) if name else None
    # The whole file counts: no other one need have the name in it.
    symbol = ctx.project.symbols.resolve(found, name) if found is not None and ctx.project.file(found) else None
    if symbol is None or symbol.kind is not Kind.FUNCTION or _given(symbol, ctx) != kind:
        return None
    return _accessor(symbol, module, ctx)


def known_accessor(kind: ClientKind, kept: Mapping[str, str], ctx: Context) -> Accessor | None:
    """A function that makes this kind of client once, with the arguments `kept` and nothing that changes requests."""
    wanted = {name: _normal(text) for name, text in kept.items()}
    for symbol in ctx.questions.found("making", *map(text_symbol, kind.origins)):
        fact = _fact(symbol, ctx)
        if fact is None or place_of(symbol.module) is not Place.APP:
            continue
        given = _made_with(symbol, fact, kind, ctx)
        if given is None or not wanted.items() <= given.items() or _is_particular(given, kept):
            continue
        module = _importable(symbol, ctx) if _given(symbol, ctx) == kind else None
        if module is not None and (not kind.is_async or _is_per_loop(fact) or not _has_many_loops(ctx)):
            return _accessor(symbol, module, ctx)
    return None


def _fact(symbol: Symbol, ctx: Context) -> FunctionFact | None:
    """The facts of a function, whose code counts as read."""
    return ctx.project.symbols.function(symbol) if ctx.project.file(symbol.module) is not None else None


def _is_particular(given: Mapping[str, str], kept: Mapping[str, str]) -> bool:
    """Whether the client is made with what would change the requests that it is to take over."""
    own = {name for name, text in given.items() if not (name == "cookies" and "DefaultCookiePolicy" in text)}
    return not (own - set(kept)).isdisjoint(_PARTICULAR)


def _made_with(symbol: Symbol, fact: FunctionFact, kind: ClientKind, ctx: Context) -> Mapping[str, str] | None:
    """The arguments of the only client that the function makes, and keeps."""
    callees = {call.callee for call in fact.calls}
    making = {callee for callee in callees if _is_class(symbol, callee, kind, ctx)}
    root = ctx.interpreter.trees.function(symbol.module, symbol.name) if making else None
    if root is None:
        return None
    calls = [part for part in ast.walk(root) if isinstance(part, ast.Call) and callee_of(part.func) in making]
    if len(calls) != 1 or not (is_memoised(fact) or is_kept(root, calls[0])) or _configures(root, calls[0]):
        return None
    named = {keyword.arg or "**": ast.unparse(keyword.value) for keyword in calls[0].keywords}
    return {**named, "*": ""} if calls[0].args else named


def _is_class(symbol: Symbol, callee: str, kind: ClientKind, ctx: Context) -> bool:
    found = ctx.project.symbols.resolve(symbol.module, callee, symbol.name) if callee else None
    return found is not None and found.kind is Kind.EXTERNAL and kind_of(found.name) == kind


def _configures(root: FunctionNode, call: ast.Call) -> bool:
    """Whether the function sets more on the client than what cookies and connections it keeps."""
    names = set(kept_in(root, call))
    names |= {target.id for target in targets_of(root, call) if isinstance(target, ast.Name)}
    used = (part for part in ast.walk(root) if isinstance(part, ast.Attribute) and ast.unparse(part.value) in names)
    return any(part.attr not in ("closed", "is_closed", "cookies", "mount", "get", "pop") for part in used)


def _given(symbol: Symbol, ctx: Context) -> ClientKind | None:
    """The kind of client that a function returns."""
    analysis = ctx.interpreter.analyse(Function(symbol), None)
    value: Value | None = analysis.value if analysis is not None else None
    if isinstance(value, Awaitable):
        value = value.value
    is_library = isinstance(value, Instance) and value.symbol.kind is Kind.EXTERNAL
    return kind_of(value.symbol.name) if is_library else None  # type: ignore[union-attr]


def _is_per_loop(fact: FunctionFact) -> bool:
    return any(call.callee.rpartition(".")[2] in ("get_running_loop", "get_event_loop") for call in fact.calls)


def _has_many_loops(ctx: Context) -> bool:
    """Whether requests or tasks start event loops: a client belongs to the loop of its first connection."""
    starting = ctx.questions.found("calling", *_STARTING)
    return any(ctx.hotness(symbol).heat is Heat.HOT for symbol in starting)


def _accessor(symbol: Symbol, module: str, ctx: Context) -> Accessor:
    reach = Reaching(ctx)
    is_here = symbol.module == ctx.module
    name = symbol.name if is_here else reach.name(module, symbol.name, by_module=False)
    fact = ctx.project.symbols.function(symbol)
    return Accessor(f"{name}()", (), reach.imports(), must_await=fact is not None and fact.is_async, is_new=False)


def _importable(symbol: Symbol, ctx: Context) -> str | None:
    """The name by which this file can import the function's module; None where that is not known, or a circle."""
    if symbol.module == ctx.module:
        return symbol.module
    module, importer = Symbol(Kind.MODULE, "", symbol.module), Symbol(Kind.MODULE, "", ctx.module)
    if ctx.questions.found("importing", module, importer):
        return None
    return next(iter(ctx.questions.found("imported_as", module, importer)), None)


def _normal(text: str) -> str:
    return ast.unparse(ast.parse(text, mode="eval"))
