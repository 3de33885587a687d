"""SQLAlchemy: rows made first, then one statement for all of them, guarded against having none.

`session.execute(insert(M), [])` inserts a row of defaults, and `update(M)` without rows updates all.
"""

from __future__ import annotations

import libcst as cst

from perflint.codemods import loop_bodies as bodies
from perflint.codemods.loop_bodies import Lone
from perflint.findings import Applicability
from perflint.rewrites import Rewrite
from perflint.semantics.context import Context


def with_new_rows(lone: Lone, root: cst.BaseExpression, row: str, title: str, ctx: Context) -> Rewrite:
    """`rows = [row for item in items]`, then `if rows: execute(root, rows)`."""
    rows = bodies.fresh(_list_name(root), lone.loop, ctx)
    item = cst.parse_expression(row, config=ctx.config)
    return _guarded(lone, [f"{rows} = {bodies.each(item, lone.loop, ctx)}"], rows, root, title, ctx)


def with_own_rows(lone: Lone, rows: cst.Name, root: cst.BaseExpression, title: str, ctx: Context) -> Rewrite:
    """`if items: execute(root, items)`: the loop's items are the rows."""
    return _guarded(lone, [], rows.value, root, title, ctx)


def row_of(values: dict[str, cst.BaseExpression], ctx: Context) -> str:
    """A dict's text."""
    return "{" + ", ".join(f'"{name}": {ctx.code(value)}' for name, value in values.items()) + "}"


def _list_name(root: cst.BaseExpression) -> str:
    """`order_item_rows` for `insert(OrderItem)`."""
    match root:
        case cst.Call(args=[cst.Arg(value=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name))), *_]):
            words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
            return f"{words.strip('_')}_rows"
    return "rows"


def _guarded(lone: Lone, before: list[str], rows: str, root: cst.BaseExpression, title: str, ctx: Context) -> Rewrite:
    guard = cst.If(test=cst.Name(rows), body=cst.IndentedBlock([_line(lone, rows, root, ctx)]))
    first, *rest = [*bodies.statements(before, ctx), guard]
    first = first.with_changes(leading_lines=lone.loop.leading_lines)
    return Rewrite(title, Applicability.UNSAFE, ((lone.loop, cst.FlattenSentinel([first, *rest])),))


def _line(lone: Lone, rows: str, root: cst.BaseExpression, ctx: Context) -> cst.SimpleStatementLine:
    """The body's line with the bare statement and the rows as its arguments."""
    code = ctx.code
    call = cst.parse_expression(f"{code(lone.call.func)}({code(root)}, {rows})", config=ctx.config)
    return cst.ensure_type(lone.line.deep_replace(lone.call, call), cst.SimpleStatementLine)
