"""Rows that all have one parent: a session loads it once, and finds it by its key from then on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from perflint.project.models import Relation
from perflint.semantics.values import Column, Derived, Entity, Query, RelationRef, Value

if TYPE_CHECKING:
    from perflint.semantics.calls import Call


def narrowed(query: Query, name: str, call: Call) -> Query:
    """The query after a criterion, knowing the relations that lead to the same object from each of its rows.

    `filter_by(user=user)`, `where(Order.user_id == number)`, `with_parent(user)`.
    """
    model = call.run.interpreter.models.get(query.model)
    if model is None or name not in ("filter", "where", "filter_by", "with_parent"):
        return query
    forward = [one for one in model.relations.values() if not one.many and one.columns]
    if name == "with_parent":
        found = list(_to_parent(forward, call.arg(0)))
    else:
        named = set(call.keywords) if name == "filter_by" else set(_equalled(query, call.args))
        found = [one.name for one in forward if one.name in named or named.issuperset(one.columns)]
    return replace(query, state=replace(query.state, same=query.state.same.union(found))) if found else query


def _to_parent(forward: Iterable[Relation], parent: Value) -> Iterator[str]:
    """Of a parent that is not known, any of them."""
    for relation in forward:
        if not isinstance(parent, Entity) or relation.target == parent.model:
            yield relation.name


def _equalled(query: Query, criteria: Iterable[Value]) -> Iterator[str]:
    """Columns and relations of the model that must equal a value, and not another table's column."""
    for criterion in criteria:
        if not isinstance(criterion, Derived) or criterion.by != "==":
            continue
        free = [part for part in criterion.parts if isinstance(part, RelationRef) or _is_of_class(part)]
        match free:
            case [Column(model=model, name=name)] if model == query.model:
                yield name
            case [RelationRef(model=model, path=(name,))] if model == query.model:
                yield name


def _is_of_class(value: Value) -> bool:
    return isinstance(value, Column) and value.entity is None
