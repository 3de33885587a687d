"""Where a client is made, used and closed in one function, as far as all of it can be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from perflint.codemods.client_kinds import ClientKind
from perflint.codemods.names import bindings
from perflint.semantics.context import Context
from perflint.semantics.walk import walk

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement


@dataclass(frozen=True, slots=True)
class ClientSite:
    """A constructor call and every use of what it makes. `block` is the `with` statement that holds it."""

    call: cst.Call
    function: cst.FunctionDef
    requests: tuple[cst.Call, ...]
    name: str = ""
    block: cst.With | None = None
    closes: tuple[cst.SimpleStatementLine, ...] = ()


def site_of(call: cst.Call, kind: ClientKind, ctx: Context) -> ClientSite | None:
    """The site of a client that only sends requests; None where it is handed on, written to or read from."""
    function = ctx.function_node(call)
    if function is None or (function.asynchronous is None) is kind.is_async:
        return None
    match ctx.parents[call]:
        case cst.Attribute() as attribute:
            request = _request(attribute, kind, ctx)
            return ClientSite(call, function, (request,)) if request is not None else None
        case cst.WithItem(asname=cst.AsName(name=cst.Name(value=name))) as item:
            return _of_block(call, item, name, function, kind, ctx)
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return _of_name(call, name, function, kind, ctx)
        case cst.AnnAssign(target=cst.Name(value=name)):
            return _of_name(call, name, function, kind, ctx)
    return None


def _of_block(
    call: cst.Call, item: cst.WithItem, name: str, function: cst.FunctionDef, kind: ClientKind, ctx: Context
) -> ClientSite | None:
    """`with Client() as name:`, alone or with other items."""
    block = ctx.parents[item]
    assert isinstance(block, cst.With)
    later = block.items[list(block.items).index(item) + 1 :]
    uses = [use for part in (*later, block.body) for use in _reads(part, name)]
    requests = [_request(ctx.parents[use], kind, ctx) for use in uses]
    if None in requests or not _is_over(block, name, function, ctx):
        return None
    return _checked(ClientSite(call, function, tuple(filter(None, requests)), name, block), uses, ctx)


def _is_over(block: cst.With, name: str, function: cst.FunctionDef, ctx: Context) -> bool:
    """Whether nothing behind the block uses the name, other blocks that bind it anew apart."""
    order = {node: index for index, node in enumerate(walk(function))}
    for use in _reads(function.body, name):
        around = [outer for outer in ctx.ancestors(use) if isinstance(outer, cst.With)]
        if order[use] > order[block] and not any(outer is block or _binds(outer, name) for outer in around):
            return False
    return True


def _binds(block: cst.With, name: str) -> bool:
    names = (item.asname.name for item in block.items if item.asname is not None)
    return any(isinstance(bound, cst.Name) and bound.value == name for bound in names)


def _of_name(call: cst.Call, name: str, function: cst.FunctionDef, kind: ClientKind, ctx: Context) -> ClientSite | None:
    """`name = Client()`, and perhaps `name.close()`."""
    if sum(binding.name == name for binding in bindings(function)) != 1:
        return None
    uses = list(_reads(function.body, name))
    requests: list[cst.Call] = []
    closes: list[cst.SimpleStatementLine] = []
    for use in uses:
        attribute = ctx.parents[use]
        request, closing = _request(attribute, kind, ctx), _closing(attribute, kind, ctx)
        if request is None and closing is None:
            return None
        requests += [request] if request is not None else []
        closes += [closing] if closing is not None else []
    return _checked(ClientSite(call, function, tuple(requests), name, None, tuple(closes)), uses, ctx)


def _checked(site: ClientSite, uses: Sequence[cst.Name], ctx: Context) -> ClientSite | None:
    """The site, unless it sends nothing or a nested function uses the client."""
    nested = any(next(_functions(use, ctx)) is not site.function for use in uses)
    return None if nested or not site.requests else site


def _functions(node: cst.CSTNode, ctx: Context) -> Iterator[cst.CSTNode]:
    return (outer for outer in ctx.ancestors(node) if isinstance(outer, cst.FunctionDef | cst.Lambda))


def _reads(root: cst.CSTNode, name: str) -> Iterator[cst.Name]:
    """The places below `root` where a name is used, other than to bind it."""
    bound = {id(part.target) for part in walk(root) if isinstance(part, cst.AssignTarget | cst.AnnAssign)}
    bound |= {id(part.name) for part in walk(root) if isinstance(part, cst.AsName)}
    for part in walk(root):
        if isinstance(part, cst.Name) and part.value == name and id(part) not in bound:
            yield part


def _request(attribute: cst.CSTNode, kind: ClientKind, ctx: Context) -> cst.Call | None:
    """`client.get(…)` around the attribute."""
    call = _called(attribute, ctx)
    return call if call is not None and attribute.attr.value in kind.requests else None  # type: ignore[attr-defined]


def _closing(attribute: cst.CSTNode, kind: ClientKind, ctx: Context) -> cst.SimpleStatementLine | None:
    """The line `await client.close()` around the attribute."""
    call = _called(attribute, ctx)
    if call is None or attribute.attr.value != kind.close:  # type: ignore[attr-defined]
        return None
    node: cst.CSTNode = call
    for outer in ctx.ancestors(call):
        if isinstance(outer, cst.SimpleStatementLine) and isinstance(node, cst.Expr) and len(outer.body) == 1:
            return outer
        if not isinstance(outer, cst.Await | cst.Expr):
            return None
        node = outer
    return None


def _called(attribute: cst.CSTNode, ctx: Context) -> cst.Call | None:
    if not isinstance(attribute, cst.Attribute):
        return None
    call = ctx.parents.get(attribute)
    return call if isinstance(call, cst.Call) and call.func is attribute else None
