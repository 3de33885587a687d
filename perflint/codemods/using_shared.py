"""A site rewritten to a client that it neither makes nor closes."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from perflint.codemods.client_accessors import Accessor
from perflint.codemods.client_requests import taking
from perflint.codemods.client_sites import ClientSite
from perflint.rewrites import Replacement
from perflint.semantics.context import Context

Changes = dict[cst.CSTNode, Replacement]


def using(
    site: ClientSite, moved: Mapping[str, cst.BaseExpression], shared: Accessor, ctx: Context
) -> tuple[tuple[cst.CSTNode, Replacement], ...]:
    """The replacements that make the site send its requests, with the arguments `moved`, through the shared client."""
    access = cst.parse_expression(f"await {shared.access}" if shared.must_await else shared.access)
    if site.block is not None:
        return _without_block(site, site.block, moved, access, ctx)
    if not site.name:
        return tuple((request, _on(taking(request, moved), _close(access))) for request in site.requests)
    changes: Changes = {request: taking(request, moved) for request in site.requests}
    changes[site.call] = access
    for line in site.closes:
        changes[line] = cst.RemoveFromParent()
    return _with_blocks_closed(site, changes, ctx)


def _without_block(
    site: ClientSite,
    block: cst.With,
    moved: Mapping[str, cst.BaseExpression],
    access: cst.BaseExpression,
    ctx: Context,
) -> tuple[tuple[cst.CSTNode, Replacement], ...]:
    """The `with` without its item for the client; its body alone where that was the only one."""
    is_bound = len(site.requests) > 1 or isinstance(access, cst.Await)
    requests = {request: taking(request, moved) for request in site.requests}
    changes: Changes = {old: new if is_bound else _on(new, access) for old, new in requests.items()}
    bound = [_assignment(site.name, access, block)] if is_bound else []
    index = next(index for index, item in enumerate(block.items) if item is ctx.parents[site.call])
    inner = cst.ensure_type(_rebuilt(block, changes), cst.With)
    items = [item for place, item in enumerate(inner.items) if place != index]
    if items:
        items[-1] = items[-1].with_changes(comma=inner.items[-1].comma)
        return ((block, cst.FlattenSentinel([*bound, inner.with_changes(items=items)])),)
    return ((block, cst.FlattenSentinel([*bound, *_lines(inner, with_comment=not is_bound)])),)


def _lines(block: cst.With, *, with_comment: bool) -> list[cst.BaseStatement]:
    """The statements of the block's body, with the comment of its head above them."""
    if isinstance(block.body, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(block.body.body, trailing_whitespace=block.body.trailing_whitespace)]
    body = cst.ensure_type(block.body, cst.IndentedBlock)
    first, *rest = body.body
    assert isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    comment = body.header.comment
    if comment is not None and with_comment:
        first = first.with_changes(leading_lines=[cst.EmptyLine(comment=comment), *first.leading_lines])
    return [first, *rest]


def _with_blocks_closed(
    site: ClientSite, changes: Changes, ctx: Context
) -> tuple[tuple[cst.CSTNode, Replacement], ...]:
    """The changes, where a `finally` that only closes the client goes with its `try`."""
    outer: Changes = {}
    for line in site.closes:
        block = ctx.parents[line]
        final = ctx.parents.get(block)
        if isinstance(block, cst.IndentedBlock) and len(block.body) == 1 and isinstance(final, cst.Finally):
            attempt = cst.ensure_type(ctx.parents[final], cst.Try)
            del changes[line]
            outer[attempt] = _unguarded(cst.ensure_type(_rebuilt(attempt, changes), cst.Try))
    inside = {node for node in changes if any(parent in outer for parent in ctx.ancestors(node))}
    return (*outer.items(), *((old, new) for old, new in changes.items() if old not in inside))


def _unguarded(attempt: cst.Try) -> Replacement:
    """The `try` without its `finally`; only its body where nothing else is left of it."""
    if attempt.handlers:
        return attempt.with_changes(finalbody=None)
    return cst.FlattenSentinel(list(attempt.body.body))


def _assignment(name: str, value: cst.BaseExpression, block: cst.With) -> cst.SimpleStatementLine:
    """The line that takes the place of the block's head, and its comment where the block goes."""
    line = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], value)])
    if len(block.items) > 1 or not isinstance(block.body, cst.IndentedBlock):
        return line
    return line.with_changes(trailing_whitespace=block.body.header)


def _on(request: cst.Call, client: cst.BaseExpression) -> cst.Call:
    """The request sent through another client."""
    return request.with_changes(func=cst.ensure_type(request.func, cst.Attribute).with_changes(value=client))


def _close(access: cst.BaseExpression) -> cst.BaseExpression:
    """The expression in the form that may stand before a dot."""
    if isinstance(access, cst.Await):
        return access.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return access


class _Rebuilding(cst.CSTTransformer):
    """Puts new nodes in the place of old ones, which are told by identity."""

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.changes = changes

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Replacement:  # type: ignore[override]
        new = self.changes.get(original_node)
        if isinstance(new, cst.Call) and isinstance(updated_node, cst.Call):
            return _merged(new, cst.ensure_type(original_node, cst.Call), updated_node)
        return updated_node if new is None else new


def _merged(new: cst.Call, original: cst.Call, updated: cst.Call) -> cst.Call:
    """`new`, with what changed inside of the arguments that it took over."""
    taken = dict(zip(map(id, original.args), updated.args, strict=True))
    args = [
        taken[id(old)].with_changes(comma=argument.comma, whitespace_after_arg=argument.whitespace_after_arg)
        if (old := _same_value(original, argument)) is not None
        else argument
        for argument in new.args
    ]
    return new.with_changes(args=args)


def _same_value(call: cst.Call, argument: cst.Arg) -> cst.Arg | None:
    return next((old for old in call.args if old.value is argument.value), None)


def _rebuilt(root: cst.CSTNode, changes: Changes) -> cst.CSTNode:
    made = root.visit(_Rebuilding(changes))
    assert isinstance(made, cst.CSTNode)
    return made
