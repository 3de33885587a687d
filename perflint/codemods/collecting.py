"""A loop that collects what it wrote, and one write behind it."""

from __future__ import annotations

import libcst as cst

from perflint.codemods import loop_bodies as bodies
from perflint.semantics.context import Context
from perflint.semantics.walk import walk

_LEAVING = (cst.Return, cst.Break, cst.Yield, cst.Raise)
_SCOPES = (cst.With, cst.Try, cst.TryStar, cst.For, cst.While, cst.Match, cst.FunctionDef, cst.ClassDef)


def wait_for_the_end(call: cst.Call, loop: cst.For, ctx: Context) -> cst.SimpleStatementLine | None:
    """The line of the call, when writing may wait until the loop is done.

    It must stand in the loop's body or under its `if`s, the loop must run to its end, and nothing else in it may
    read or write rows: it would see them before they are written.
    """
    line = next((part for part in walk(loop.body) if _is_line_of(part, call)), None)
    if line is None or loop.orelse is not None or not isinstance(loop.body, cst.IndentedBlock):
        return None
    if any(isinstance(part, (*_LEAVING, *_SCOPES)) for part in walk(loop.body)):
        return None
    return line if holds_no_query(loop.body, ctx, but=call) else None  # type: ignore[return-value]


def _is_line_of(node: cst.CSTNode, call: cst.Call) -> bool:
    return isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1 and bodies.is_statement(node, call)


def holds_no_query(node: cst.CSTNode, ctx: Context, but: cst.Call) -> bool:
    """Whether nothing in the node runs a statement or ends a transaction, one call apart."""
    others = (part for part in walk(node) if part is not but)
    return not any(ctx.runs(part) or ctx.ends(part) or ctx.loads(part) for part in others)


def collected(
    loop: cst.For, line: cst.SimpleStatementLine, found: str, put: str, after: str, ctx: Context
) -> cst.FlattenSentinel[cst.BaseStatement]:
    """`found = []`, the loop with `put` in the place of the line, then `after`."""
    first, instead, last = bodies.statements([f"{found} = []", put, after], ctx)
    instead = instead.with_changes(leading_lines=line.leading_lines)
    body = cst.ensure_type(loop.deep_replace(line, instead), cst.For)
    first = first.with_changes(leading_lines=loop.leading_lines)
    return cst.FlattenSentinel([first, body.with_changes(leading_lines=[]), last])
