"""Django querysets: what is chained on them and what runs them."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from perflint.libraries._orm import element as entity_of
from perflint.libraries._orm import record_load, record_run, target_of
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.values import (
    UNKNOWN,
    Awaitable,
    Const,
    DictOf,
    Entity,
    Function,
    ListOf,
    LoaderOption,
    Proof,
    Query,
    Rows,
    TupleOf,
    Value,
)

if TYPE_CHECKING:
    from perflint.semantics.calls import Call
    from perflint.semantics.run import Run

_CHAIN: dict[str, tuple[str, ...]] = {
    "all": (), "filter": ("filtered",), "exclude": ("filtered",), "order_by": ("ordered",), "distinct": ("distinct",),
    "annotate": ("annotated",), "alias": ("annotated",), "extra": ("annotated",), "only": ("only",),
    "defer": ("defer",),
    "using": ("using",), "reverse": ("ordered",), "none": ("none",), "union": ("setop",), "intersection": ("setop",),
    "difference": ("setop",), "select_for_update": ("lock",), "values": ("values",), "values_list": ("values",),
    "dates": ("values",), "datetimes": ("values",), "complex_filter": ("filtered",), "get_queryset": (),
    "iterator": ("iterator",),
    "aiterator": ("iterator",), "select_subclasses": (), "non_polymorphic": (), "db_manager": (), "raw": ("textual",),
}  # fmt: skip
_ONE = {"get", "first", "last", "latest", "earliest"}
_SCALARS = {"count", "exists", "aggregate", "contains"}
_WRITES = {"create": "insert", "bulk_create": "bulk", "bulk_update": "bulk", "update": "update", "delete": "delete"}
_UPSERTS = {"get_or_create", "update_or_create"}
_RELATED = {"add", "remove", "set", "clear"}
# A class that a content type or a registry gives: its table is another one each time, its rows are rows.
ANY_MODEL = Symbol(Kind.EXTERNAL, "django.db.models.Model")
# Methods of Django's own managers that answer from a cache of the process:
# https://docs.djangoproject.com/en/5.2/ref/contrib/contenttypes/#the-contenttypemanager,
# https://docs.djangoproject.com/en/5.2/ref/contrib/sites/#caching-the-current-site-object.
_REMEMBERED = {
    "django.contrib.contenttypes.models.ContentType": {
        "get_for_id", "get_for_model", "get_for_models", "get_by_natural_key",
    },
    "django.contrib.sites.models.Site": {"get_current"},
}  # fmt: skip
# What a prefetched related manager answers from memory.
_FREE = {"all", "count", "exists", "contains", "iterate", "truth", "__len__", "first_item"}


def method(query: Query, name: str, call: Call) -> Value | None:
    """A method of a manager or queryset."""
    if name in ("select_related", "prefetch_related"):
        return _eager(query, name, call)
    if name in _CHAIN:
        return _chained(query, name, call)
    plain = name[1:] if name.startswith("a") and name[1:] in _ONE | _SCALARS | _UPSERTS | set(_WRITES) else name
    if plain in _ONE | _SCALARS | _UPSERTS | set(_WRITES) | _RELATED | {"in_bulk", "__len__"}:
        value = terminal(query, plain, call)
        return Awaitable(value) if plain != name else value
    return _custom(query, name, call)


def _chained(query: Query, name: str, call: Call) -> Query:
    chained = replace(query.chained(*_CHAIN[name]), api="queryset")
    if name == "values_list" and is_flat(call):
        return chained.chained("flat")
    if name in ("filter", "exclude") and (call.args or call.keywords):
        named = frozenset(key.partition("__")[0] for key in call.keywords)
        return replace(chained, state=replace(chained.state, filters=chained.state.filters | named))
    if name in ("filter", "exclude"):
        return replace(query, api="queryset")
    return chained


def is_flat(call: Call) -> bool:
    """Whether `values_list()` gives the values of one column, not tuples."""
    flat = call.keywords.get("flat")
    return isinstance(flat, Const) and flat.value is True and len(call.args) == 1


def _eager(query: Query, name: str, call: Call) -> Query:
    """`select_related("user__team")`, `prefetch_related("orders", Prefetch(…))`."""
    state = query.state
    for value in call.args:
        if isinstance(value, Const) and isinstance(value.value, str):
            state = state.loading(_attributes(query, value.value.split("__"), call))
        elif isinstance(value, Const) and value.value is None:
            state = replace(state, loaded=frozenset())
        elif isinstance(value, LoaderOption) and value.strategy == "prefetch":
            state = state.loading(*value.paths)
        else:
            state = state.having("opts?")
    if not call.args or call.has_star:
        state = state.having("opts?")
    return replace(query, state=state, api="queryset")


def _attributes(query: Query, names: list[str], call: Call) -> tuple[str, ...]:
    """The attributes on the way: a join names a reverse relation as queries do, which may be another word."""
    models, path, owner = call.run.interpreter.models, list[str](), query.model
    for name in names:
        model = models.get(owner)
        relations = model.relations if model is not None else {}
        found = relations.get(name) or next((one for one in relations.values() if one.query_name == name), None)
        path.append(found.name if found is not None else name)
        owner = found.target if found is not None else None
    return tuple(path)


def _custom(query: Query, name: str, call: Call) -> Value | None:
    """A method that the project's manager or queryset class adds."""
    from perflint.semantics.calls import invoke

    symbols = call.run.interpreter.symbols
    target = symbols.attribute(query.manager, name) if query.manager is not None else None
    if target is None or target.kind is not Kind.FUNCTION:
        return _of_sight(query, name)
    return invoke(call.run, Function(target, query), call.args, call.keywords, call.node, "", star=call.has_star)


def _of_sight(query: Query, name: str) -> Value:
    """What a method gives that stands in another package: a queryset, as most do; two in a row may give anything."""
    if query.model is not None and name in _REMEMBERED.get(query.model.name, ()):
        one = entity_of(query, query.model, many=False)
        return DictOf(UNKNOWN, one) if name == "get_for_models" else one
    if query.state.has("unknown") or (query.manager is None and query.owner is not None):
        return UNKNOWN
    return replace(query.chained("opts?", "unknown"), proof=min(query.proof, Proof.PROBABLE))


def terminal(query: Query, name: str, call: Call) -> Value:
    """A method that runs the queryset."""
    run, node = call.run, call.node
    if name in _ONE:
        fetch(run, query, node, name)
        return element(query, many=False)
    if name in _SCALARS:
        fetch(run, query, node, name)
        return UNKNOWN
    if name == "__len__":
        fetch(run, query, node, "__len__")
        return UNKNOWN
    if name == "in_bulk":
        fetch(run, query, node, "select")
        return DictOf(UNKNOWN, element(query, many=True), Rows(query, node=node))
    if name in _UPSERTS:
        _record(run, node, name, query)
        return TupleOf((element(query, many=False), UNKNOWN))
    if name in _RELATED:
        if query.owner is not None:
            _record(run, node, f"related_{name}", query)
        return UNKNOWN
    if name in ("bulk_create", "bulk_update"):
        _record(run, node, "bulk", query)
        return ListOf(element(query, many=True))
    _record(run, node, _WRITES[name], query)
    return element(query, many=False) if name == "create" else UNKNOWN


def fetch(run: Run, query: Query, node: ast.expr, access: str) -> None:
    """The queryset runs; a related manager without a filter loads the relation instead."""
    whole = access in _FREE and not query.state.has(
        "filtered", "limit", "ordered", "distinct", "values", "annotated", "unknown"
    )
    if query.owner is not None and query.relation is not None and whole and not query.state.loaded:
        record_load(run, node, query.owner, query.relation, access)
        return
    if query.state.has("none"):
        return
    verb = access if access in _ONE | _SCALARS else "select"
    _record(run, node, verb, query, many=verb == "select")


def _record(run: Run, node: ast.expr, verb: str, query: Query, *, many: bool = False) -> None:
    """A statement runs; a loop over models runs one on each table, which no statement does for all."""
    if query.model != ANY_MODEL:
        record_run(run, node, verb, query, many=many)


def element(query: Query, *, many: bool) -> Value:
    """One row of a queryset: an entity; nothing known for `values()`."""
    if query.state.has("values", "values?") or (query.model == ANY_MODEL and not many):
        return UNKNOWN
    if query.owner is None or query.relation is None:
        return entity_of(query, query.model, many=many)
    if not query.state.has("filtered", "annotated", "opts?") and not query.state.loaded:
        return target_of(query.owner, query.relation, many=many)
    # A queryset of its own; still each child knows the parent whose manager it came from.
    child = entity_of(query, query.model, many=many)
    related = target_of(query.owner, query.relation, many=many)
    return replace(child, back=related.back) if isinstance(child, Entity) and isinstance(related, Entity) else child
