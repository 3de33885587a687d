"""PF202: all rows are fetched, and Python keeps some of them.

That a query asks for what is wanted: https://docs.djangoproject.com/en/5.2/topics/db/optimization/ and
https://docs.sqlalchemy.org/en/20/tutorial/data_select.html#the-where-clause.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perflint.checks import visits
from perflint.codemods.fetches import Fetch, fetch_of
from perflint.codemods.memberships import Membership, membership
from perflint.codemods.pushed_filters import pushed_down
from perflint.codemods.row_conditions import asks_columns_only, changes
from perflint.codemods.row_filters import RowFilter, row_filter
from perflint.findings import Severity
from perflint.project.hotness import Heat
from perflint.project.symbols import Symbol
from perflint.rewrites import Draft, Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Event, Iterate, Run
from perflint.semantics.exposure import Exposures
from perflint.semantics.filtering import may_be_filtered
from perflint.semantics.values import Proof, Query, Ref
from perflint.semantics.walk import walk

# Then Python filters what was chosen on purpose, or rows that are no entities.
_CHOSEN = (
    "limit",
    "limit?",
    "offset",
    "offset?",
    "sliced",
    "sliced?",
    "columns",
    "values",
    "values?",
    "paginated",
    "none",
)


def _goes_over_rows(event: Event, function: Symbol, exposures: Exposures) -> bool:
    if isinstance(event, Run):
        return event.verb == "contains" and not event.trace
    if not isinstance(event, Iterate) or event.query.model is None or event.query.owner is not None:
        return False
    return not event.query.state.has(*_CHOSEN) and may_be_filtered(event.node, function, exposures.interpreter.trees)


@visits(
    cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp, cst.Call, cst.For, cst.Comparison, wants=_goes_over_rows
)
def check(node: cst.CSTNode, ctx: Context) -> Iterator[Draft]:
    """A fresh fetch whose only use is a loop that keeps rows by their columns, or that one is looked for."""
    if isinstance(node, cst.Comparison):
        searched = membership(node, ctx)
        if searched is not None:
            yield _found(searched, ctx)
        return
    found = row_filter(node, ctx)
    if found is None or not all(asks_columns_only(test, found.target, ctx) for test in found.tests):
        return
    fetch = fetch_of(found.iterable, ctx)
    if fetch is None or fetch.query.state.has(*_CHOSEN) or _varies(found, ctx):
        return
    yield _draft(found, fetch, ctx)


def _varies(found: RowFilter, ctx: Context) -> bool:
    """Whether a round, of this loop or one around it, changes what the next condition is made of (`seen`)."""
    parts = (part for test in found.tests for part in walk(test) if isinstance(part, cst.Name))
    names = {part.value for part in parts if not isinstance(ctx.value(part), Ref)}
    loops = [node.body for node in ctx.ancestors(found.node) if isinstance(node, cst.For | cst.While)]
    return changes(names - {found.target}, *found.body, *loops)


def _draft(found: RowFilter, fetch: Fetch, ctx: Context) -> Draft:
    row, rows = _rows(fetch.query)
    proven = fetch.query.proof is Proof.PROVEN
    return _at(
        fetch.node,
        fetch.query,
        f"every {row} is fetched, and Python keeps those with {_condition(found, ctx)}",
        f"rows = all {rows} instead of those that are kept",
        pushed_down(found, fetch, ctx) if proven else None,
        ctx,
    )


def _found(searched: Membership, ctx: Context) -> Draft:
    """https://docs.djangoproject.com/en/5.2/topics/db/optimization/#use-contains-obj."""
    row, rows = _rows(searched.query)
    message = f"every {row} is fetched, and Python looks for one among them"
    return _at(searched.node, searched.query, message, f"rows = all {rows} instead of at most 1", None, ctx)


def _rows(query: Query) -> tuple[str, str]:
    """What is fetched, one and all: `matching row of User`; the values of an unknown queryset have no name."""
    matching = "matching " if query.state.has("filtered") else ""
    name = f" of {query.model.name.rpartition('.')[2]}" if query.model is not None else ""
    return f"{matching}row{name}", f"{matching}rows{name}"


def _at(node: cst.BaseExpression, query: Query, message: str, cost: str, fix: Rewrite | None, ctx: Context) -> Draft:
    function = ctx.function(node)
    hotness = ctx.hotness(function)
    return Draft(
        node=node,
        message=message,
        cost=cost,
        hotness=ctx.way(function) or hotness.heat.name.lower(),
        confidence=ctx.confidence(query.proof),
        severity=Severity.INFO if hotness.heat is Heat.ONCE else None,
        rewrite=fix,
        function=function.name,
    )


def _condition(found: RowFilter, ctx: Context) -> str:
    text = " and ".join(ctx.code(test) for test in found.tests)
    return f"`{text}`" if text.isprintable() and len(text) < 60 else "some values"
