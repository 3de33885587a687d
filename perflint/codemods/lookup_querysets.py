"""Django: a queryset for one key in each round of a loop, and the one for all keys.

`User.objects.get(pk=user_id)` and `.filter(pk=user_id).first()` by `in_bulk()`:
https://docs.djangoproject.com/en/5.2/ref/models/querysets/#in-bulk; `Order.objects.filter(user=user)` by `__in`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import libcst as cst

from perflint.codemods.chains import Chain, chain
from perflint.codemods.imports import bound_name
from perflint.codemods.lookup_answers import is_gone_over
from perflint.codemods.lookup_criteria import is_steady, with_part
from perflint.codemods.lookups import Answer, Lookup, Question
from perflint.codemods.loop_bodies import names_in
from perflint.codemods.loop_keys import changed_names
from perflint.codemods.querysets import class_name, has_own
from perflint.codemods.quotes import quoted
from perflint.codemods.stand_ins import behind
from perflint.project.models import Column
from perflint.rewrites import Import
from perflint.semantics.context import Context
from perflint.semantics.values import Column as ColumnValue
from perflint.semantics.values import Entity

_STATES = {"filtered", "ordered", "using", "only", "defer", "opts?"}
_LINKS = {"all", "filter", "exclude", "order_by", "using", "select_related", "prefetch_related", "only", "defer"}
_KEYS = "_every_key_"
_ENDINGS = {"get": Answer.ONE, "aget": Answer.ONE, "first": Answer.OPTIONAL, "afirst": Answer.OPTIONAL}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The chain of a query, and the keyword in it that differs from round to round, with the column it names."""

    links: Chain
    call: cst.Call
    argument: cst.Arg
    column: Column


def queryset_lookup(question: Question) -> Lookup | None:
    """The lookup in the place of a query for objects; None where the query's form is not known."""
    node = question.ctx.concrete(question.run.node)
    if question.query.state.bits - _STATES or not isinstance(node, cst.BaseExpression):
        return None
    stand_in = behind(node, question.place, question.ctx)
    if stand_in is not None:
        found = _lookup(stand_in.value, question)
        is_rows = found is not None and found.answer is Answer.MANY
        return replace(found, whole=node, removed=(stand_in.line,)) if found is not None and is_rows else None
    return _lookup(node, question)


def _lookup(node: cst.BaseExpression, question: Question) -> Lookup | None:
    links = chain(node, question.ctx.root(question.query))
    asked = _asked(links, question)
    if asked is None or not _is_plain(asked, question):
        return None
    ending = links.links[-1]
    if ending.name in ("count", "exists"):
        return _by_group(ending.call, ending.name, asked, question)
    if ending.name in _ENDINGS:
        return _by_bulk(ending.call, ending.name, asked, question)
    return _by_filter(node, asked, question) if question.run.verb == "select" else None


def _asked(links: Chain, question: Question) -> _Asked | None:
    changing = changed_names(question.place)
    found = [(link.call, arg) for link in links.links for arg in link.call.args if names_in(arg.value) & changing]
    if len(found) != 1 or names_in(links.root) & changing or found[0][1].keyword is None:
        return None
    call, argument = found[0]
    column = _column(argument, question)
    return _Asked(links, call, argument, column) if column is not None else None


def _column(argument: cst.Arg, question: Question) -> Column | None:
    """The column that the keyword compares with: `pk=…`, `email=…`, `user=user`, `user_id=…`."""
    name = argument.keyword.value if argument.keyword is not None else ""
    relation = question.model.relations.get(name)
    if name == "pk":
        return question.key_column
    if relation is None:
        return question.model.columns.get(name)
    value = question.ctx.value(argument.value)
    is_row = isinstance(value, Entity) and value.model == relation.target and not relation.to_field
    is_known = isinstance(value, ColumnValue) or is_row
    return question.model.columns.get(relation.columns[0]) if is_known and len(relation.columns) == 1 else None


def _is_plain(asked: _Asked, question: Question) -> bool:
    """Whether nothing in the chain is the project's own, and nothing but the keyword has to be computed anew."""
    names = asked.links.names()
    is_ended = names[-1] in (*_ENDINGS, "count", "exists")
    if set(names[:-1] if is_ended else names) - _LINKS:
        return False
    if any(has_own(name, question.query, question.ctx) for name in (*names, "in_bulk")):
        return False
    others = [arg for link in asked.links.links for arg in link.call.args if arg is not asked.argument]
    return all(is_steady(arg.value, question.ctx) for arg in others)


def _by_bulk(call: cst.Call, name: str, asked: _Asked, question: Question) -> Lookup | None:
    """`in_bulk()` in the place of `get(pk=key)` and `filter(pk=key).first()`."""
    parent = question.ctx.parents.get(call)
    is_async = name.startswith("a")
    is_key = asked.column == question.key_column
    is_unique = is_key or (asked.column.unique and not asked.column.foreign_key)
    base = _without_key(call, asked) if is_unique and isinstance(parent, cst.Await) == is_async else None
    if base is None or (name.endswith("first") and asked.call is call):
        return None
    start, method = ("await ", "ain_bulk") if is_async else ("", "in_bulk")
    named = class_name(question.model.symbol, question.ctx) or question.model.symbol.name
    return Lookup(
        whole=parent if isinstance(parent, cst.Await) else call,
        answer=_ENDINGS[name],
        column=asked.column,
        key=asked.argument.value,
        before=f"{start}{question.code(base)}.{method}(",
        after=")" if is_key else f", field_name={quoted(asked.column.name, question.ctx)})",
        is_table=True,
        missing=f"{named}.DoesNotExist",
    )


def _without_key(call: cst.Call, asked: _Asked) -> cst.BaseExpression | None:
    """The queryset without the criterion on the key and without its ending."""
    others = [arg for arg in asked.call.args if arg is not asked.argument]
    if others:
        others[-1] = others[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    base = cst.ensure_type(call.func, cst.Attribute).value
    method = cst.ensure_type(asked.call.func, cst.Attribute)
    if asked.call is call:
        return cst.Call(cst.Attribute(base, cst.Name("filter")), others) if others else base
    if method.attr.value != "filter":
        return None
    return with_part(base, asked.call, asked.call.with_changes(args=others) if others else method.value)


def _by_filter(node: cst.BaseExpression, asked: _Asked, question: Question) -> Lookup | None:
    """`filter(user_id__in=keys)` in the place of `filter(user=user)`, whose rows are gone over."""
    halves = _with_keys(node, asked, question)
    whole = question.ctx.concrete(question.run.node)
    if halves is None or whole is None or not is_gone_over(whole, question.ctx):
        return None
    is_ordered = question.model.ordering or question.query.state.has("ordered")
    named = class_name(question.model.symbol, question.ctx)
    key = _key(asked, question)
    return Lookup(node, Answer.MANY, asked.column, key, *halves, is_ordered=is_ordered, class_name=named)


def _by_group(call: cst.Call, name: str, asked: _Asked, question: Question) -> Lookup | None:
    """The counts of all keys by one GROUP BY, or the keys that there are rows for."""
    halves = _with_keys(cst.ensure_type(call.func, cst.Attribute).value, asked, question)
    if halves is None or call.args:
        return None
    before, after = halves
    column = quoted(asked.column.attname or asked.column.name, question.ctx)
    if name == "exists":
        texts = f"set({before}", f"{after}.order_by().values_list({column}, flat=True).distinct())"
        return Lookup(call, Answer.EXISTS, asked.column, _key(asked, question), *texts, is_table=True)
    count, imports = django_name("Count", question.ctx)
    # An ordering, the model's own too, would become part of the GROUP BY.
    texts = (
        f"dict({before}",
        f"{after}.order_by().values_list({column}).annotate(n={count}({quoted('pk', question.ctx)})))",
    )
    return Lookup(call, Answer.COUNT, asked.column, _key(asked, question), *texts, is_table=True, imports=imports)


def _with_keys(node: cst.BaseExpression, asked: _Asked, question: Question) -> tuple[str, str] | None:
    """The queryset for all keys, split where their list goes."""
    method = cst.ensure_type(asked.call.func, cst.Attribute).attr.value
    if method != "filter" or question.query.state.has("only", "defer"):
        return None
    keyword = cst.Name(f"{asked.column.attname or asked.column.name}__in")
    argument = asked.argument.with_changes(keyword=keyword, value=cst.Name(_KEYS))
    before, _, after = question.code(with_part(node, asked.argument, argument)).partition(_KEYS)
    return before, after


def _key(asked: _Asked, question: Question) -> cst.BaseExpression:
    key = asked.argument.value
    return cst.Attribute(key, cst.Name("pk")) if isinstance(question.ctx.value(key), Entity) else key


def django_name(name: str, ctx: Context) -> tuple[str, tuple[Import, ...]]:
    """How the module calls something of django.db.models, and the import that it lacks."""
    found = bound_name(ctx.outline, Import("django.db.models", name))
    models = bound_name(ctx.outline, Import("django.db", "models")) if found is None else None
    if found is not None or models is not None:
        return found or f"{models}.{name}", ()
    return name, (Import("django.db.models", name),)
