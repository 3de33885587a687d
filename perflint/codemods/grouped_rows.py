"""Rows that a loop fetches for each parent, fetched all at once and grouped by it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perflint.codemods.chains import chain
from perflint.codemods.loop_bodies import fresh, names_in
from perflint.codemods.rounds_ahead import Rounds, keys_of, plural, put_ahead, snake
from perflint.findings import Applicability
from perflint.rewrites import Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Run
from perflint.semantics.values import Column, Query
from perflint.semantics.walk import walk

# A limit holds for each parent, and the others are no plain list of rows.
_OTHERWISE = (
    "limit",
    "offset",
    "distinct",
    "group",
    "lock",
    "setop",
    "textual",
    "multi",
    "columns",
    "joined",
    "opts?",
    "yield",
)
_CRITERIA = ("where", "filter")


def grouped(call: cst.Call, run: Run, rounds: Rounds, ctx: Context) -> Rewrite | None:
    """One query with `IN` ahead of the loop, and its rows by parent."""
    query = run.query
    if query is None or query.library != "sqlalchemy" or query.model is None or query.state.has(*_OTHERWISE):
        return None
    whole = _list_of(call, query, ctx)
    test = _test(call, query, rounds, ctx)
    if whole is None or test is None:
        return None
    column, key = test.left, test.comparisons[0].comparator
    keys = keys_of(rounds, key, ctx)
    return _rewritten(query, column, key, test, whole, rounds, ctx) if keys is not None else None


def _rewritten(
    query: Query,
    column: cst.BaseExpression,
    key: cst.BaseExpression,
    test: cst.Comparison,
    whole: cst.BaseExpression,
    rounds: Rounds,
    ctx: Context,
) -> Rewrite | None:
    keys, code = keys_of(rounds, key, ctx), ctx.tree.code_for_node
    value = ctx.value(column)
    if keys is None or query.model is None or not isinstance(value, Column):
        return None
    row = snake(query.model.name)
    name = fresh(f"{plural(row)}_by_{value.name}", rounds.line, ctx)
    each = row if fresh(row, rounds.line, ctx) == row else fresh("row", rounds.line, ctx)
    asked = whole.deep_replace(test, cst.parse_expression(f"{code(column)}.in_({keys.text})"))
    lines = [
        *keys.lines,
        f"{name} = {{}}",
        f"for {each} in {code(asked)}:\n    {name}.setdefault({each}.{value.name}, []).append({each})\n",
    ]
    use = cst.parse_expression(f"{name}.get({code(key)}, [])")
    return Rewrite(
        "fetch the rows of all parents with one query, though it sees no changes that the loop makes",
        Applicability.UNSAFE,
        put_ahead(rounds, lines, keys.iterable, [(whole, use)], ctx),
    )


def _list_of(call: cst.Call, query: Query, ctx: Context) -> cst.BaseExpression | None:
    """The expression of the list of rows: the call, or what is made of its result by `.scalars()` and `.all()`."""
    node: cst.BaseExpression = call
    if isinstance(parent := ctx.parents.get(node), cst.Await):
        node = parent
    names = [link.name for link in chain(call).links[-1:]]
    while isinstance(link := ctx.parents.get(node), cst.Attribute) and link.value is node:
        outer = ctx.parents.get(link)
        if (
            not isinstance(outer, cst.Call)
            or outer.func is not link
            or outer.args
            or link.attr.value not in ("scalars", "all")
        ):
            return None
        node, names = outer, [*names, link.attr.value]
    is_rows = names[-1:] == ["all"] and (query.api == "query" or "scalars" in names)
    return node if is_rows else None


def _test(call: cst.Call, query: Query, rounds: Rounds, ctx: Context) -> cst.Comparison | None:
    """The one comparison that differs from round to round: `Order.user_id == user.id`."""
    found = [test for test in _tests(call, ctx) if names_in(test) & rounds.names]
    elsewhere = names_in(call) & rounds.names - (names_in(found[0]) if found else set())
    if len(found) != 1 or elsewhere:
        return None
    test = found[0]
    value = ctx.value(test.left)
    is_equal = len(test.comparisons) == 1 and isinstance(test.comparisons[0].operator, cst.Equal)
    is_own = isinstance(value, Column) and value.entity is None and value.model == query.model
    return test if is_equal and is_own and not names_in(test.left) & rounds.names else None


def _tests(call: cst.Call, ctx: Context) -> Iterator[cst.Comparison]:
    """Comparisons that are criteria by themselves, not parts of others."""
    for part in walk(call):
        if isinstance(part, cst.Call) and isinstance(part.func, cst.Attribute) and part.func.attr.value in _CRITERIA:
            yield from (arg.value for arg in part.args if isinstance(arg.value, cst.Comparison))
