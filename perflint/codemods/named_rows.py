"""A name for rows that a loop fetches in its own head, so that they can be gone over before the loop."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from perflint.codemods.lookup_names import is_free, plural
from perflint.codemods.loop_places import Place
from perflint.codemods.rereading import may_be_read_twice
from perflint.semantics.context import Context
from perflint.semantics.values import Query, Result, Rows, Value

_PASSING = {"yield", "yield?", "iterator", "iterator?", "lock", "textual", "setop"}


def settled(place: Place, ctx: Context) -> Place | None:
    """The loop over something that may be read twice, `rows` being the line that sees to it; None for a stream."""
    if may_be_read_twice(place.iter, ctx):
        return place
    query, ending = _fetched(ctx.value(place.iter))
    if query is None or query.model is None or query.state.has(*_PASSING):
        return None
    name = plural(query.model)
    if not isinstance(place.iter, cst.Call | cst.Await) or not is_free(name, place, ctx):
        return None
    code = ctx.code(place.iter)
    is_bare = isinstance(place.iter, cst.Await) and not place.iter.lpar
    code = f"({code}){ending}" if is_bare and ending else f"{code}{ending}"
    return replace(place, rows=name, line=f"{name} = {code}")


def _fetched(value: Value) -> tuple[Query | None, str]:
    """The query whose objects the loop goes over, and what makes them a list (Django's querysets keep theirs)."""
    match value:
        case Rows(query=query, shape="scalars"):
            return query, ""
        case Result(query=query, shape="scalars"):
            return query, ".all()"
        case Query(library="sqlalchemy", api="query"):
            return value, ".all()"
        case Query(library="django", api="queryset"):
            return value, ""
    return None, ""
