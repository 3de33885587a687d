"""`value in queryset`: all rows are fetched, and Python looks for one."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.semantics.context import Context
from perflint.semantics.values import Query

_BOUNDED = ("limit", "limit?", "sliced", "sliced?", "paginated", "none", "unknown")


@dataclass(frozen=True, slots=True)
class Membership:
    """The queryset that is asked, as it stands in the source, and what is known of it."""

    node: cst.BaseExpression
    query: Query


def membership(node: cst.Comparison, ctx: Context) -> Membership | None:
    """A queryset that is made for one `in`; a variable may hold rows that other code needs, too."""
    match node.comparisons:
        case [
            cst.ComparisonTarget(operator=cst.In() | cst.NotIn(), comparator=cst.Call(func=cst.Attribute()) as asked)
        ]:
            query = ctx.value(asked)
            # Rows of a relation that has been prefetched are at hand: then nothing is recorded.
            fetched = any(run.verb == "contains" and not run.trace for run in ctx.runs(asked))
            if isinstance(query, Query) and fetched and _is_whole(asked, query, ctx):
                return Membership(asked, query)
    return None


def _is_whole(asked: cst.Call, query: Query, ctx: Context) -> bool:
    """Whether any number of rows, or of one column's values, comes from a chain that begins here."""
    state = query.state
    if state.has(*_BOUNDED) or (state.has("values", "values?") and not state.has("flat")):
        return False
    model = ctx.model(query.model)
    keys = {"pk", "id", *(model.primary_key if model is not None else ())}
    return not keys & state.filters and (state.has("flat") or _continues(asked, ctx))


def _continues(asked: cst.Call, ctx: Context) -> bool:
    """Whether the call is a queryset's own method: what a project's function returns may be kept elsewhere."""
    func = cst.ensure_type(asked.func, cst.Attribute)
    return isinstance(ctx.value(func.value), Query)
