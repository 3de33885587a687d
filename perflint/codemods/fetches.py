"""A fetch of all rows as it stands in the source: where it runs, and where a criterion goes."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.codemods.querysets import is_built_for
from perflint.semantics.context import Context
from perflint.semantics.values import Query, Result, query_of_rows
from perflint.semantics.walk import walk

_RUNNING = {"execute", "scalars", "exec"}
_PASSING = {"all", "fetchall", "scalars", "unique"}


@dataclass(frozen=True, slots=True)
class Fetch:
    """Rows of one model that nobody else uses.

    `node` is the expression that fetches, where a finding stands. `place` is the statement or queryset to which a
    criterion is appended, None where it is out of sight; `is_before` says that it stands before the loop.
    """

    node: cst.BaseExpression
    query: Query
    place: cst.BaseExpression | None
    is_before: bool = False

    @property
    def is_list(self) -> bool:
        """Whether the expression gives a list."""
        return isinstance(self.node, cst.Call) and _method(self.node) in ("all", "fetchall")


def fetch_of(iterable: cst.BaseExpression, ctx: Context) -> Fetch | None:
    """The fetch that a loop goes over, made in place or by a name that is used for nothing else."""
    query = query_of_rows(ctx.value(iterable))
    if query is None or query.owner is not None or query.model is None or ctx.model(query.model) is None:
        return None
    node: cst.BaseExpression | None = iterable
    if isinstance(iterable, cst.Name) and isinstance(ctx.value(iterable), Query):
        if not is_built_for(iterable.value, iterable, ctx):
            return None
    elif isinstance(iterable, cst.Name):
        node = only_assigned(iterable, ctx)
    return _fetch(node, query, iterable, ctx) if node is not None else None


def _fetch(node: cst.BaseExpression, query: Query, iterable: cst.BaseExpression, ctx: Context) -> Fetch | None:
    """The fetch that an expression makes itself, or that a function makes anew for each caller."""
    place = _place(node, ctx)
    call = node.expression if isinstance(node, cst.Await) else node
    if place is None and not any(run.trace and run.verb == "select" for run in ctx.runs(call)):
        return None
    return Fetch(node, query, place, place is not None and place not in set(walk(iterable)))


def _place(node: cst.BaseExpression, ctx: Context) -> cst.BaseExpression | None:
    """The statement of `session.scalars(statement).all()`, the query of `query.all()`, the queryset itself."""
    if isinstance(ctx.value(node), Query):
        return _without_iterator(node)
    match node:
        case cst.Await(expression=inner):
            return _place(inner, ctx)
        case cst.Name():
            assigned = only_assigned(node, ctx) if isinstance(ctx.value(node), Result) else None
            return _place(assigned, ctx) if assigned is not None else None
        case cst.Call(func=cst.Name(value="list" | "tuple"), args=[cst.Arg(value=inner)]):
            return _place(inner, ctx)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name)), args=[cst.Arg(value=statement)]):
            return statement if name in _RUNNING and isinstance(ctx.value(statement), Query) else None
        case cst.Call(func=cst.Attribute(value=receiver, attr=cst.Name(value=name)), args=[]):
            return _place(receiver, ctx) if name in _PASSING else None
    return None


def _without_iterator(node: cst.BaseExpression) -> cst.BaseExpression:
    """The criterion goes before `.iterator()`."""
    if isinstance(node, cst.Call) and _method(node) in ("iterator", "aiterator"):
        return cst.ensure_type(node.func, cst.Attribute).value
    return node


def _method(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def only_assigned(name: cst.Name, ctx: Context) -> cst.BaseExpression | None:
    """The value of a variable that is assigned once and read only here."""
    scope = ctx.function_node(name)
    if scope is None:
        return None
    uses = [part for part in walk(scope) if isinstance(part, cst.Name) and part.value == name.value]
    given = assigned_values(name, ctx)
    return given[0] if len(uses) == 2 and len(given) == 1 else None


def assigned_values(name: cst.Name, ctx: Context) -> list[cst.BaseExpression]:
    """What the function assigns to a name, each by itself."""
    scope = ctx.function_node(name)
    found: list[cst.BaseExpression] = []
    for part in walk(scope) if scope is not None else ():
        match part:
            case cst.Assign(targets=[cst.AssignTarget(cst.Name(value=bound))], value=value) if bound == name.value:
                found.append(value)
            case cst.AnnAssign(target=cst.Name(value=bound), value=cst.BaseExpression() as value) if (
                bound == name.value
            ):
                found.append(value)
    return found
