"""Django's `select_related` and `prefetch_related`, put where a queryset's chain takes them."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perflint.codemods.eager_loading import Addition
from perflint.codemods.method_calls import chained, with_argument
from perflint.codemods.quotes import quoted
from perflint.codemods.relation_paths import Link, names_its_model
from perflint.semantics.context import Context
from perflint.semantics.values import Query

# States in which either method raises, or is ignored.
_REFUSING = ("values", "values?", "setop", "setop?", "textual", "textual?", "opts?", "unknown", "none")
# A join would lock the other table, clash with deferred fields, or leave rows out: a second query does none of it.
_NOT_JOINED = ("lock", "lock?", "only", "only?", "defer", "defer?")


def prefetching(query: Query, links: tuple[Link, ...], ctx: Context) -> Addition | None:
    """The change that loads the path: a join for rows that have one each, else a second query."""
    method = "select_related" if _is_joinable(query, links) else "prefetch_related"
    if query.state.has(*_REFUSING) or (method == "prefetch_related" and query.state.has("iterator", "iterator?")):
        return None
    path = "__".join(_name(link, method) for link in links)
    if query.module != ctx.module:
        return Addition(f'.{method}("{path}")', ())
    root = ctx.root(query)
    if not isinstance(root, cst.Attribute) or not names_its_model(root, query, ctx):
        return None
    return _placed(method, path, root, ctx)


def _is_joinable(query: Query, links: tuple[Link, ...]) -> bool:
    def has_one(link: Link) -> bool:
        relation = link.relation
        return not relation.many and relation.kind != "generic" and not relation.filtered_manager

    return all(map(has_one, links)) and not query.state.has(*_NOT_JOINED)


def _name(link: Link, method: str) -> str:
    """`select_related` takes the names of queries, `prefetch_related` those of attributes."""
    relation = link.relation
    return relation.query_name or relation.name if method == "select_related" else relation.name


def _placed(method: str, path: str, root: cst.Attribute, ctx: Context) -> Addition | None:
    """In a call of the same method that the chain has, or behind the last call that gives a queryset."""
    calls = list(_chain(root, ctx))
    text = quoted(path, ctx)
    code = f".{method}({text})"
    for call in calls:
        if _method(call) == method:
            return Addition(code, ((call, _with_path(call, path, text)),))
    return Addition(code, (placed(method, text, root, ctx),))


def placed(method: str, argument: str, root: cst.Attribute, ctx: Context) -> tuple[cst.CSTNode, cst.CSTNode]:
    """The end of a queryset's chain, and what it becomes with one more call."""
    calls = list(_chain(root, ctx))
    end: cst.BaseExpression = calls[-1] if calls else root
    like = calls[-1].func if calls else None
    call = cst.ensure_type(cst.parse_expression(f"_({argument})", config=ctx.config), cst.Call)
    return end, chained(end, method, call.args, like)


def _chain(root: cst.CSTNode, ctx: Context) -> Iterator[cst.Call]:
    """The calls behind the root that still give a queryset to chain on."""
    node = root
    while isinstance(link := ctx.parents.get(node), cst.Attribute) and link.value is node:
        call = ctx.parents.get(link)
        if not isinstance(call, cst.Call) or call.func is not link:
            return
        value = ctx.value(call)
        if not isinstance(value, Query) or value.state.has(*_REFUSING, "iterator", "limit"):
            return
        yield call
        node = call


def _method(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def _with_path(call: cst.Call, path: str, text: str) -> cst.Call:
    """The call with the path: in the place of one that it goes on from, or behind the others."""
    for argument in call.args:
        value = argument.value
        given = value.evaluated_value if isinstance(value, cst.SimpleString) else None
        if isinstance(given, str) and path.startswith(f"{given}__"):
            return call.with_deep_changes(value, value=text)
    return with_argument(call, cst.Arg(cst.SimpleString(text)))
