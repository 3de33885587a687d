"""SQLAlchemy statements: `query(M)` and `select(M)`, what is chained on them, what runs them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from perflint.libraries._orm import element, record_load, record_run, row
from perflint.libraries._sqlalchemy_parents import narrowed
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.values import (
    UNKNOWN,
    Awaitable,
    Column,
    Const,
    Derived,
    LoaderOption,
    Query,
    Ref,
    RelationRef,
    Rows,
    State,
    TupleOf,
    Value,
    options,
    parts,
)

if TYPE_CHECKING:
    from perflint.semantics.calls import Call
    from perflint.semantics.run import Run

# Chained methods and the state bits (catalogue of database rules, 1.3) that they set.
_CHAIN: dict[str, tuple[str, ...]] = {
    "filter": ("filtered",), "filter_by": ("filtered",), "where": ("filtered",), "having": ("group",),
    "order_by": ("ordered",), "group_by": ("group",), "distinct": ("distinct",), "limit": ("limit",),
    "fetch": ("limit",),
    "offset": ("offset",), "slice": ("limit", "offset"), "join": ("joined",), "outerjoin": ("joined",),
    "join_from": ("joined",),
    "outerjoin_from": ("joined",), "select_from": ("joined",), "with_for_update": ("lock",), "union": ("setop",),
    "union_all": ("setop",), "intersect": ("setop",), "except_": ("setop",), "from_statement": ("textual",),
    "yield_per": ("yield",), "execution_options": (), "populate_existing": ("populate",),
    "enable_eagerloads": ("opts?",),
    "params": (), "reset_joinpoint": (), "correlate": (), "prefix_with": (), "with_hint": (), "set_label_style": (),
    "autoflush": (), "values": ("values",), "returning": ("returning",), "on_conflict_do_update": ("upsert",),
    "on_conflict_do_nothing": ("upsert",), "with_session": (), "enable_assertions": (),
    "only_return_tuples": ("columns",),
    "paginate": ("limit", "paginated"), "where_if": ("filtered",), "filter_if": ("filtered",), "suffix_with": (),
    "ordered_values": ("values",), "inline": (), "tuples": (), "with_parent": ("filtered",), "with_lockmode": ("lock",),
    "correlate_except": (), "with_labels": (), "apply_labels": (), "with_statement_hint": (), "with_polymorphic": (),
    "select_entity_from": ("joined",), "from_self": ("textual",),
}  # fmt: skip
_ONE = {"first", "one", "one_or_none", "first_or_404", "one_or_404"}
_EAGER = {"selectinload", "joinedload", "subqueryload", "immediateload", "contains_eager", "raiseload", "noload"}


def start(name: str, call: Call, session: Value = UNKNOWN) -> Query:
    """`select(…)`, `insert(M)`, `session.query(…)` and their kin."""
    entities = tuple(_entity(value) for value in call.args)
    bits = frozenset(bit for value in call.args for bit in _bits(value))
    if call.has_star:
        entities, bits = (None,), bits | {"columns"}
    if len(entities) > 1:
        bits |= {"multi"}
    return Query("sqlalchemy", name, entities, State(bits), call.run.origin(call.node), call.run.module, session)


def _entity(value: Value) -> Symbol | None:
    return value.symbol if isinstance(value, Ref) and value.symbol.kind is Kind.CLASS else None


def _bits(value: Value) -> tuple[str, ...]:
    if isinstance(value, Ref) and value.symbol.kind is Kind.CLASS:
        return ()
    return ("columns",)


def method(query: Query, name: str, call: Call) -> Value | None:
    """A method of a statement."""
    if name == "options":
        return _options(query, call)
    if name in ("with_entities", "with_only_columns", "add_columns", "add_entity"):
        kept = query.entities if name.startswith("add") else ()
        entities = (*kept, *(_entity(value) for value in call.args))
        return replace(query, entities=entities, state=query.state.having("multi" if len(entities) > 1 else "columns"))
    if name in _CHAIN:
        return narrowed(_chained(query, name, call), name, call)
    if name in ("subquery", "cte", "alias", "scalar_subquery", "exists", "label", "as_scalar"):
        return UNKNOWN
    if query.api in ("query", "dynamic"):
        return _terminal(query, name, call)
    return UNKNOWN


def _chained(query: Query, name: str, call: Call) -> Query:
    chained = query.chained(*_CHAIN[name])
    if name in ("filter", "where", "having"):
        named = frozenset(column for value in call.args for column in _columns(query, value))
        joined = any(_names_other(query, value) for value in call.args)
        state = replace(chained.state, filters=chained.state.filters | named)
        return replace(chained, state=state.having("joined") if joined else state)
    if name == "filter_by":
        return replace(chained, state=replace(chained.state, filters=chained.state.filters | frozenset(call.keywords)))
    if name == "limit" and query.state.has("limit?"):
        return chained
    return chained


def _columns(query: Query, value: Value) -> list[str]:
    return [
        part.name
        for part in parts(value)
        if isinstance(part, Column) and part.model in query.entities and part.entity is None
    ]


def _names_other(query: Query, value: Value) -> bool:
    """A criterion on another table joins it in (an implicit FROM)."""
    return any(
        isinstance(part, Column) and part.entity is None and part.model not in query.entities for part in parts(value)
    )


def _options(query: Query, call: Call) -> Query:
    """Loader options: what they load, or that something unknown was chosen."""
    return with_options(query, [option for value in call.args for option in options(value)])


def with_options(query: Query, given: Iterable[Value]) -> Query:
    """The query with loader options."""
    state = query.state
    for value in given:
        if isinstance(value, LoaderOption) and value.strategy in _EAGER:
            state = (
                replace(state, loaded=state.loaded | {("*",)}) if ("*",) in value.paths else state.loading(*value.paths)
            )
            if value.strategy == "contains_eager":
                state = state.having("contains_eager")
        elif not isinstance(value, LoaderOption) or value.strategy == "unknown":
            state = state.having("opts?")
    return replace(query, state=state)


def chain_option(option: LoaderOption, name: str, call: Call) -> Value:
    """`selectinload(User.orders).selectinload(Order.items)`."""
    argument = call.arg(0)
    if option.strategy not in _EAGER:
        return LoaderOption((), "unknown") if name in _EAGER else option
    prefix = option.paths[0] if option.paths else ()
    if name in _EAGER and isinstance(argument, RelationRef):
        return LoaderOption(((*prefix, *argument.path),), option.strategy, argument.target)
    if name in _EAGER and isinstance(argument, Const) and isinstance(argument.value, str) and argument.value != "*":
        return LoaderOption(((*prefix, *argument.value.split(".")),), option.strategy)
    return option


def _terminal(query: Query, name: str, call: Call) -> Value | None:
    """A method of a legacy Query that runs it."""
    run, node = call.run, call.node
    if name == "all":
        run_query(run, query, node, "select", many=True)
        return Rows(query, "scalars" if query.model or not query.entities else "rows", node)
    if name in _ONE:
        run_query(run, query, node, "first")
        return _one(query)
    if name in ("get", "get_or_404"):
        run_query(run, query, node, "get", dependent=call.dependent)
        return _one(query)
    if name in ("count", "scalar"):
        run_query(run, query, node, "count" if name == "count" else "first")
        return UNKNOWN
    if name in ("update", "delete"):
        run_query(run, query, node, name)
        return UNKNOWN
    if query.api == "dynamic" and name in ("append", "remove", "add", "extend"):
        return UNKNOWN
    return None


def _one(query: Query) -> Value:
    if query.model is not None:
        return element(query, query.model, many=False)
    return TupleOf(row(query, many=False))


def run_query(
    run: Run, query: Query, node: ast.expr, verb: str, *, many: bool = False, dependent: bool | None = None
) -> None:
    """A legacy query runs here; on a dynamic relation that is a load of it."""
    if query.owner is not None and query.relation is not None and not query.state.has("filtered"):
        record_load(run, node, query.owner, query.relation, verb)
        return
    record_run(run, node, verb, query, many=many, dependent=dependent, session=query.session)


__all__ = ["Awaitable", "Derived", "chain_option", "method", "run_query", "start"]
