"""Loops over rows without their condition, which has moved into the query."""

from __future__ import annotations

import libcst as cst

from perflint.codemods.fetches import Fetch
from perflint.codemods.row_filters import RowFilter, consumer
from perflint.rewrites import Replacement
from perflint.semantics.context import Context
from perflint.semantics.values import Query, Result, Rows
from perflint.semantics.walk import walk

Replacements = tuple[tuple[cst.CSTNode, Replacement], ...]
# Functions that take any iterable, so that the rows may stand where an iterator stood.
_ITERATING = {
    "list",
    "tuple",
    "set",
    "frozenset",
    "sorted",
    "sum",
    "max",
    "min",
    "any",
    "all",
    "enumerate",
    "dict",
    "next",
}


def unconditioned(found: RowFilter, fetch: Fetch, new: cst.BaseExpression, ctx: Context) -> Replacements | None:
    """The replacements that put `new` in the place of the fetch's query and take the condition out of the loop."""
    assert fetch.place is not None
    changed = found.iterable if fetch.is_before else _replaced(found.iterable, fetch.place, new)
    own = _own(found, fetch, changed, new, ctx)
    return None if own is None else (*own, *(((fetch.place, new),) if fetch.is_before else ()))


def _own(
    found: RowFilter, fetch: Fetch, changed: cst.BaseExpression, new: cst.BaseExpression, ctx: Context
) -> Replacements | None:
    """The loop itself over what it now goes over."""
    match found.kind:
        case "comprehension":
            return _comprehension(found, fetch, changed, ctx)
        case "any":
            return None if fetch.is_before else _existence(found, fetch, changed, new, ctx)
        case "filter":
            return ((found.node, changed),) if _takes_any(found, ctx) else None
        case "try":
            return None  # what the condition raises is caught
    return _loop(found, changed)


def _replaced(node: cst.BaseExpression, old: cst.BaseExpression, new: cst.BaseExpression) -> cst.BaseExpression:
    if node is old:
        return new
    changed = node.deep_replace(old, new)
    assert isinstance(changed, cst.BaseExpression)
    return changed


def _comprehension(found: RowFilter, fetch: Fetch, changed: cst.BaseExpression, ctx: Context) -> Replacements:
    node = found.node
    if isinstance(node, cst.ListComp) and _is_of_rows(node, found.target):
        return ((node, _as_list(found.iterable, changed, fetch, ctx)),)
    assert isinstance(node, cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp)
    return ((node.for_in, node.for_in.with_changes(iter=changed, ifs=[])),)


def _is_of_rows(node: cst.ListComp, target: str) -> bool:
    """`[row for row in rows]`."""
    is_plain = node.for_in.inner_for_in is None and node.for_in.asynchronous is None
    return is_plain and isinstance(node.elt, cst.Name) and node.elt.value == target


def _as_list(
    iterable: cst.BaseExpression, changed: cst.BaseExpression, fetch: Fetch, ctx: Context
) -> cst.BaseExpression:
    """`[row for row in rows]` is the rows themselves where they are a list, and a list of them elsewhere."""
    value = ctx.value(iterable)
    if isinstance(value, Rows) and fetch.is_list:
        return changed
    if fetch.query.library == "sqlalchemy" and isinstance(value, Query | Result):
        return cst.Call(cst.Attribute(_enclosed(changed), cst.Name("all")))
    return cst.Call(cst.Name("list"), [cst.Arg(_bare(changed))])


def _enclosed(node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(node, cst.Await) and not node.lpar:
        return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return node


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.with_changes(lpar=[], rpar=[]) if node.lpar and not isinstance(node, cst.Tuple) else node


def _existence(
    found: RowFilter, fetch: Fetch, changed: cst.BaseExpression, new: cst.BaseExpression, ctx: Context
) -> Replacements | None:
    """`any(row.c == v for row in rows)` asks the database for one row, or whether there is one."""
    argument = ctx.parents.get(found.node)
    call = ctx.parents.get(argument) if argument is not None else None
    if not isinstance(call, cst.Call):
        return None
    if fetch.query.library == "django":
        return ((call, cst.Call(cst.Attribute(new, cst.Name("exists")))),) if changed is new else None
    rows = _result(changed)
    if fetch.query.api == "query":
        first = cst.Call(cst.Attribute(rows, cst.Name("first")))
    else:
        limited = cst.Call(cst.Attribute(new, cst.Name("limit")), [cst.Arg(cst.Integer("1"))])
        first = cst.Call(cst.Attribute(_enclosed(_replaced(rows, _same(rows, new), limited)), cst.Name("first")))
    return ((call, cst.Comparison(first, [cst.ComparisonTarget(cst.IsNot(), cst.Name("None"))])),)


def _result(node: cst.BaseExpression) -> cst.BaseExpression:
    """Without the `.all()` at its end."""
    match node:
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name("all" | "fetchall"))):
            return value
    return node


def _same(node: cst.BaseExpression, new: cst.BaseExpression) -> cst.BaseExpression:
    """The copy of `new` that stands in `node`."""
    return next(part for part in walk(node) if isinstance(part, cst.BaseExpression) and part.deep_equals(new))


def _takes_any(found: RowFilter, ctx: Context) -> bool:
    parent = ctx.parents.get(found.node)
    if isinstance(parent, cst.For | cst.CompFor):
        return True
    return isinstance(found.node, cst.Call) and consumer(found.node, ctx) in _ITERATING - {"next"}


def _loop(found: RowFilter, changed: cst.BaseExpression) -> Replacements:
    loop = cst.ensure_type(found.node, cst.For)
    block = cst.ensure_type(loop.body, cst.IndentedBlock)
    test = cst.ensure_type(block.body[0], cst.If)
    lines = list(cst.ensure_type(test.body, cst.IndentedBlock).body) if found.kind == "for" else list(block.body[1:])
    if found.kind == "for":
        own = getattr(lines[0], "leading_lines", ())
        lines[0] = lines[0].with_changes(leading_lines=[*test.leading_lines, *own])
    return ((loop, loop.with_changes(iter=changed, body=block.with_changes(body=lines))),)
