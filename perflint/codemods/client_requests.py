"""Requests of a client that is to be shared: how many, whether each is read to its end, and what they take over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import libcst as cst

from perflint.codemods.arguments import with_keyword
from perflint.codemods.client_kinds import ClientKind
from perflint.codemods.client_sites import ClientSite
from perflint.codemods.names import bound_by
from perflint.semantics.client_arguments import given, is_invariant
from perflint.semantics.context import Context
from perflint.semantics.walk import children, walk

_MANY = 2
_REDIRECTS = ("follow_redirects", "allow_redirects")
_READS = ("json", "text", "read", "release")


def split(site: ClientSite, kind: ClientKind, ctx: Context) -> tuple[Mapping[str, cst.BaseExpression], ...] | None:
    """The constructor's arguments: those that move to the requests, and those that the shared client gets.

    None where one depends on the call and cannot move, or would let redirects carry cookies.
    """
    arguments = dict(given(site.call))
    if kind.package in ("httpx", "httpx2"):
        _drop_defaults(arguments)
    moved = {name: value for name, value in arguments.items() if name in kind.movable}
    kept = {name: value for name, value in arguments.items() if name not in kind.movable}
    if any(name in _UNSHARED or name.isdigit() for name in kept):
        return None
    if not all(is_invariant(value, ctx) for value in kept.values()):
        return None
    return (moved, kept) if _can_move(moved, site, ctx) else None


_UNSHARED = {
    *("*", "**", "transport", "mounts", "cookies", "cookie_jar", "loop", "auth", "cert", "proxy", "proxies"),
    *("event_hooks", "trace_configs", "middlewares", "app", *_REDIRECTS),
}


def _drop_defaults(arguments: dict[str, cst.BaseExpression]) -> None:
    for name, default in (("follow_redirects", "False"), ("trust_env", "True"), ("verify", "True")):
        value = arguments.get(name)
        if isinstance(value, cst.Name) and value.value == default:
            del arguments[name]


def _can_move(moved: Mapping[str, cst.BaseExpression], site: ClientSite, ctx: Context) -> bool:
    """Whether each request can take what moves: it says nothing of it itself, and the names still mean the same."""
    for request in site.requests:
        if moved and not {"*", "**", *moved}.isdisjoint(given(request)):
            return False
    parts = [part for value in moved.values() for part in walk(value)]
    if any(isinstance(part, cst.Await | cst.Yield | cst.NamedExpr) for part in parts):
        return False
    if len(site.requests) > 1 and not all(is_invariant(value, ctx) or _is_plain(value) for value in moved.values()):
        return False
    names = {part.value for part in parts if isinstance(part, cst.Name)}
    return names.isdisjoint(_bound_in_between(site))


def _is_plain(node: cst.BaseExpression) -> bool:
    return not any(isinstance(part, cst.Call) for part in walk(node))


def _bound_in_between(site: ClientSite) -> set[str]:
    """The names that the function binds between the constructor and the last request."""
    order = {node: index for index, node in enumerate(walk(site.function))}
    last = max(order[request] for request in site.requests)
    between = (node for node, index in order.items() if order[site.call] < index < last)
    return {binding.name for node in between for binding in bound_by(node)} - {site.name}


def taking(request: cst.Call, moved: Mapping[str, cst.BaseExpression]) -> cst.Call:
    """The request with the arguments that the constructor had."""
    for name, value in moved.items():
        request = with_keyword(request, name, value)
    return request


def may_share(site: ClientSite, kind: ClientKind, ctx: Context) -> bool:
    """Whether no request needs the cookies of another one, and each gives its connection back."""
    region = site.block if site.block is not None else site.function
    if kind.keeps_cookies and _most(region, set(map(id, site.requests))) > 1:
        return False
    return all(_is_read(request, kind, ctx) and not _follows(request) for request in site.requests)


def _follows(request: cst.Call) -> bool:
    values = [value for name, value in given(request).items() if name in _REDIRECTS]
    return any(not (isinstance(value, cst.Name) and value.value == "False") for value in values)


def _is_read(request: cst.Call, kind: ClientKind, ctx: Context) -> bool:
    """Whether the response is read or closed by this function, and so gives its connection back."""
    parent = ctx.parents[request]
    method = cst.ensure_type(request.func, cst.Attribute).attr.value
    if method == "stream":
        return isinstance(parent, cst.WithItem)
    if kind.package == "urllib3":
        return not {"preload_content", "**"} & set(given(request))
    if kind.package != "aiohttp":
        return not {"stream", "**"} & set(given(request)) if kind.package == "requests" else True
    if isinstance(parent, cst.WithItem):
        return True
    return isinstance(parent, cst.Await) and _is_awaited_and_read(parent, ctx)


def _is_awaited_and_read(awaited: cst.Await, ctx: Context) -> bool:
    match ctx.parents[awaited]:
        case cst.Attribute(attr=cst.Name(value=name)):
            return name in _READS
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) as assign:
            line = ctx.parents[assign]
            block = ctx.parents[line]
            rest = list(getattr(block, "body", ()))
            later = rest[rest.index(line) + 1 :] if line in rest else []
            return any(_reads_response(statement, name) for statement in later)
    return False


def _reads_response(statement: cst.CSTNode, name: str) -> bool:
    """Whether a statement reads the response whichever way it goes; branches do not count."""
    if isinstance(statement, cst.If | cst.For | cst.While | cst.Match | cst.FunctionDef | cst.ClassDef):
        return False
    if isinstance(statement, cst.Attribute) and statement.attr.value in _READS:
        return isinstance(statement.value, cst.Name) and statement.value.value == name
    return any(_reads_response(child, name) for child in children(statement))


def _most(node: cst.CSTNode, requests: set[int]) -> int:
    """The most requests that one run through `node` sends one after the other."""
    match node:
        case cst.IndentedBlock(body=body) | cst.Module(body=body):
            return _most_in_sequence(list(body), requests)
        case cst.If(test=test, body=body, orelse=orelse) | cst.IfExp(test=test, body=body, orelse=orelse):
            return _most(test, requests) + max(_most(body, requests), _most(orelse, requests) if orelse else 0)
        case cst.For(iter=iterable):
            rest = sum(_most(child, requests) for child in children(node) if child is not iterable)
            return _most(iterable, requests) + (_MANY if rest else 0)
        case cst.ListComp() | cst.SetComp() | cst.GeneratorExp() | cst.DictComp():
            first = node.for_in.iter
            inside = sum(id(part) in requests for part in walk(node)) - sum(
                id(part) in requests for part in walk(first)
            )
            return _most(first, requests) + (_MANY if inside else 0)
        case cst.While():
            return _MANY if any(_most(child, requests) for child in children(node)) else 0
        case cst.Call() if _is_gather(node):
            # They start together, so none of them sends what another one was answered.
            return min(1, sum(id(part) in requests for part in walk(node)))
    return (id(node) in requests) + sum(_most(child, requests) for child in children(node))


def _is_gather(call: cst.Call) -> bool:
    name = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    waits = any(isinstance(part, cst.Await) for argument in call.args for part in walk(argument))
    return isinstance(name, cst.Name) and name.value == "gather" and not waits


def _most_in_sequence(body: Sequence[cst.CSTNode], requests: set[int]) -> int:
    total = 0
    for index, statement in enumerate(body):
        if isinstance(statement, cst.If) and statement.orelse is None and _leaves(statement.body):
            test, rest = _most(statement.test, requests), _most_in_sequence(body[index + 1 :], requests)
            return total + test + max(_most(statement.body, requests), rest)
        total += _most(statement, requests)
    return total


def _leaves(block: cst.BaseSuite) -> bool:
    last = block.body[-1] if block.body else None
    parts = last.body if isinstance(last, cst.SimpleStatementLine) else [last]
    return any(isinstance(part, cst.Return | cst.Raise | cst.Continue | cst.Break) for part in parts)
