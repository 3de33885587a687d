"""Django: `filter(pk__in=keys)` in the place of a loop over `filter(pk=key)`, and one `add(*objects)`."""

from __future__ import annotations

import libcst as cst

from perflint.codemods import loop_bodies as bodies
from perflint.codemods.chains import chain
from perflint.codemods.loop_bodies import Lone
from perflint.findings import Applicability
from perflint.project.models import Model
from perflint.rewrites import Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Run
from perflint.semantics.values import Collection, ListOf, Query, Rows


def with_keys(only: Lone, run: Run, ctx: Context) -> Rewrite | None:
    """`M.objects.filter(pk=item).update(f=value)` for each item, and `.delete()`."""
    model = ctx.model(run.query.model) if run.query is not None else None
    links = chain(only.call).links
    if model is None or only.loop.asynchronous is not None or len(links) != 2 or links[0].name != "filter":
        return None
    argument = _key(links[0].call, model, only, ctx)
    if argument is None or not _is_same_for_all(only, model, ctx):
        return None
    new = argument.with_changes(
        keyword=cst.Name(f"{argument.keyword.value}__in"),  # type: ignore[union-attr]
        value=cst.parse_expression(_keys(argument.value, only, ctx), config=ctx.config),
    )
    line = cst.ensure_type(only.line.deep_replace(argument, new), cst.SimpleStatementLine)
    title = f"run one {run.verb.upper()} for all; assumes that the keys fit into one IN list"
    return Rewrite(title, Applicability.UNSAFE, ((only.loop, bodies.in_place_of(only.loop, line)),))


def _key(call: cst.Call, model: Model, only: Lone, ctx: Context) -> cst.Arg | None:
    """`pk=item`, the one argument of the filter."""
    argument = call.args[0] if len(call.args) == 1 else None
    if argument is None or argument.keyword is None or len(model.primary_key) != 1:
        return None
    if argument.keyword.value not in ("pk", model.primary_key[0]):
        return None
    own = bodies.names_in(argument.value) & bodies.names_in(only.loop.target)
    return argument if own and bodies.is_plain(argument.value, ctx) else None


def _is_same_for_all(only: Lone, model: Model, ctx: Context) -> bool:
    """Whether the new values depend neither on the item nor on the row: an `F()` would count a repeated key twice."""
    changing = bodies.bound_in(only.loop)
    return all(
        arg.keyword is not None
        and arg.keyword.value in {*model.columns, *model.relations}
        and not (bodies.names_in(arg.value) & changing)
        and bodies.is_plain(arg.value, ctx)
        for arg in only.call.args
    )


def _keys(key: cst.BaseExpression, only: Lone, ctx: Context) -> str:
    if isinstance(key, cst.Name) and isinstance(only.loop.target, cst.Name):
        text = ctx.code(only.loop.iter)
        return (
            text if isinstance(only.loop.iter, cst.Name | cst.Attribute | cst.List | cst.ListComp) else f"list({text})"
        )
    return bodies.each(key, only.loop, ctx)


def added(only: Lone, run: Run, ctx: Context) -> Rewrite | None:
    """`user.tags.add(tag)` for each tag becomes `user.tags.add(*tags)`."""
    query, loop, arguments = run.query, only.loop, only.call.args
    if (
        query is None
        or query.owner is None
        or query.relation is None
        or loop.asynchronous is not None
        or len(arguments) != 1
    ):
        return None
    if not (isinstance(arguments[0].value, cst.Name) and isinstance(loop.target, cst.Name) and not arguments[0].star):
        return None
    if arguments[0].value.value != loop.target.value or bodies.names_in(only.call.func) & bodies.names_in(loop.target):
        return None
    call = only.call.with_changes(args=[cst.Arg(_bare(loop.iter), star="*")])
    line = cst.ensure_type(only.line.deep_replace(only.call, call), cst.SimpleStatementLine)
    how, title = _how(run, query, ctx)
    if not isinstance(ctx.value(loop.iter), ListOf | Rows | Query | Collection):
        how = Applicability.UNSAFE
    return Rewrite(title, how, ((loop, bodies.in_place_of(loop, line)),))


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    return node


def _how(run: Run, query: Query, ctx: Context) -> tuple[Applicability, str]:
    """Receivers of `m2m_changed` would hear of all objects in one signal."""
    sides = [symbol for symbol in (query.owner.model if query.owner else None, query.model) if symbol is not None]
    heard = any("m2m_changed" in ctx.project.models.signals(symbol) for symbol in sides)
    title = "hand all objects over in one call"
    if heard:
        return Applicability.UNSAFE, f"{title}; assumes that receivers of m2m_changed may hear of all at once"
    complete = all(model is not None and model.complete for model in map(ctx.model, sides))
    return (Applicability.SAFE if complete else Applicability.UNSAFE), title
