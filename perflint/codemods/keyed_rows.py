"""Rows that a loop fetches one by one by their key, fetched all at once into a mapping."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.codemods.chains import chain
from perflint.codemods.imports import bound_name
from perflint.codemods.loop_bodies import fresh, names_in
from perflint.codemods.rounds_ahead import Rounds, keys_of, plural, put_ahead, snake
from perflint.findings import Applicability
from perflint.project.models import Model
from perflint.rewrites import Import, Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Run

_SELECT = Import("sqlalchemy", "select")
_KEYS = "\0"


@dataclass(frozen=True, slots=True)
class _Lookup:
    """One fetch by key: where the rows come from, the key, and how a missing one is answered."""

    source: str  # the mapping's expression, with _KEYS for the keys
    key: cst.BaseExpression
    column: str
    is_strict: bool  # a missing row is an error
    names: frozenset[str]  # what the source reads
    imports: tuple[Import, ...] = ()


def keyed(call: cst.Call, run: Run, rounds: Rounds, ctx: Context) -> Rewrite | None:
    """One query ahead of the loop for what it gets by key."""
    model = ctx.model(run.query.model) if run.query is not None else None
    if model is None or run.query is None or len(model.primary_key) != 1:
        return None
    awaited = ctx.parents.get(call)
    whole = awaited if isinstance(awaited, cst.Await) else call
    found = (
        _django(call, model, whole is not call, ctx) if run.library == "django" else _sqlalchemy(call, run, model, ctx)
    )
    if found is None or found.names & rounds.names:
        return None
    return _rewritten(found, model, whole, rounds, ctx)


def _rewritten(found: _Lookup, model: Model, whole: cst.CSTNode, rounds: Rounds, ctx: Context) -> Rewrite | None:
    keys = keys_of(rounds, found.key, ctx)
    if keys is None:
        return None
    name = fresh(f"{plural(snake(model.symbol.name))}_by_{found.column}", rounds.line, ctx)
    key = ctx.tree.code_for_node(found.key)
    use = cst.parse_expression(f"{name}[{key}]" if found.is_strict else f"{name}.get({key})")
    lines = [*keys.lines, f"{name} = {found.source.replace(_KEYS, keys.text)}"]
    missing = "a missing row raises KeyError" if found.is_strict else "all rows are fetched beforehand"
    return Rewrite(
        f"fetch the rows with one query, though {missing} and a key of another type than the column's is not found",
        Applicability.UNSAFE,
        put_ahead(rounds, lines, keys.iterable, [(whole, use)], ctx),
        found.imports,
    )


def _sqlalchemy(call: cst.Call, run: Run, model: Model, ctx: Context) -> _Lookup | None:
    """`session.get(User, key)` and `session.query(User).get(key)`."""
    code, column = ctx.tree.code_for_node, model.primary_key[0]
    if not isinstance(call.func, cst.Attribute) or any(arg.keyword or arg.star for arg in call.args):
        return None
    receiver, method = code(call.func.value), call.func.attr.value
    row = snake(model.symbol.name)
    if method in ("get", "get_one") and len(call.args) == 2 and run.query is not None and run.query.api == "get":
        known = bound_name(ctx.tree, _SELECT)
        name = code(call.args[0].value)
        awaited = "await " if isinstance(ctx.parents.get(call), cst.Await) else ""
        query = f"{awaited}{receiver}.scalars({known or 'select'}({name}).where({name}.{column}.in_({_KEYS})))"
        key, imports = call.args[1].value, () if known else (_SELECT,)
    elif method == "get" and len(call.args) == 1 and _is_bare(call.func.value):
        name = _queried(call.func.value, ctx)
        query = f"{receiver}.filter({name}.{column}.in_({_KEYS}))"
        key, imports = call.args[0].value, ()
    else:
        return None
    source = f"{{{row}.{column}: {row} for {row} in {query}}}"
    names = frozenset(names_in(call.func.value, *(arg.value for arg in call.args[:-1])))
    return _Lookup(source, key, column, method == "get_one", names, imports)


def _is_bare(node: cst.BaseExpression) -> bool:
    """`session.query(User)` or `User.query`, with nothing chained."""
    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="query")), args=[_]):
            return True
        case cst.Attribute(attr=cst.Name(value="query")):
            return True
    return False


def _queried(node: cst.BaseExpression, ctx: Context) -> str:
    part = node.args[0].value if isinstance(node, cst.Call) else cst.ensure_type(node, cst.Attribute).value
    return ctx.tree.code_for_node(part)


def _django(call: cst.Call, model: Model, is_awaited: bool, ctx: Context) -> _Lookup | None:
    """`User.objects.get(pk=key)` and `User.objects.filter(pk=key).first()`."""
    links = chain(call).links
    method = links[-1].name if links else ""
    if method in ("get", "aget") and len(links) >= 1:
        link, receiver = links[-1], cst.ensure_type(call.func, cst.Attribute).value
    elif method in ("first", "afirst") and len(links) >= 2 and links[-2].name == "filter" and not call.args:
        link = links[-2]
        receiver = cst.ensure_type(link.call.func, cst.Attribute).value
    else:
        return None
    argument = link.call.args[0] if len(link.call.args) == 1 else None
    if argument is None or argument.keyword is None or is_awaited != method.startswith("a"):
        return None
    column = _unique(argument.keyword.value, model)
    if not column:
        return None
    bulk = f"{'await ' if is_awaited else ''}{ctx.tree.code_for_node(receiver)}.{'a' if is_awaited else ''}in_bulk"
    field = "" if column in ("pk", *model.primary_key) else f', field_name="{column}"'
    names = frozenset(names_in(receiver))
    return _Lookup(f"{bulk}({_KEYS}{field})", argument.value, column, method.endswith("get"), names)


def _unique(name: str, model: Model) -> str:
    if name == "pk" or name in model.primary_key:
        return name
    column = model.columns.get(name)
    return name if column is not None and column.unique else ""
