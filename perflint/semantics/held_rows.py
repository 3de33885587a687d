"""Rows that a session has: what is asked for by its key costs nothing where they are still held."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from perflint.project.models import Library
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.events import Event, Load, Run, Turn
from perflint.semantics.repetition import levels
from perflint.semantics.trees import parents, same_place
from perflint.semantics.values import Function

if TYPE_CHECKING:
    from perflint.semantics.context import Context
    from perflint.semantics.trees import FunctionNode

# What is left of the rows is one.
_ONE = {"first", "one", "one_or_none", "fetchone", "scalar", "scalar_one", "scalar_one_or_none"}


def is_held(model: Symbol, event: Run | Load, function: Symbol, ctx: Context) -> bool:
    """Whether the session has the rows of a model, which a function on the way loaded before and still holds.

    A session looks there first when it is asked for a key: by `get`, or by a relation to one row.
    """
    for symbol, node in _way(event, function):
        root = ctx.interpreter.trees.function(symbol.module, symbol.name) if symbol.kind is Kind.FUNCTION else None
        if root is None:
            continue
        earlier = (run for run in _runs(symbol, function, ctx) if _is_before(run.node, node))
        if any(_fetches(run, model, ctx) and _is_kept(run, root) for run in earlier):
            return True
    return False


def _way(event: Event, function: Symbol) -> Iterator[tuple[Symbol, ast.AST]]:
    """The functions that lead to the event, and the node in each that does."""
    called = [context.symbol for context in event.frame if context.turn is Turn.FUNCTION]
    for symbol, level in zip([function, *called], levels(event), strict=True):
        if symbol is not None:
            yield symbol, level.node


def _runs(symbol: Symbol, function: Symbol, ctx: Context) -> Iterable[Run]:
    """The statements that a function runs, as its own run sees them."""
    if symbol == function:
        return (run for owner, run in ctx.every(Run) if owner == function)
    analysis = ctx.interpreter.analyse(Function(symbol), None)
    return (run for run in (analysis.events if analysis is not None else ()) if isinstance(run, Run))


def _fetches(run: Run, model: Symbol, ctx: Context) -> bool:
    """Whether a statement fetches a model's rows by their keys alone, or all of them."""
    query, found = run.query, ctx.model(model)
    if run.verb != "select" or query is None or query.model != model or found is None:
        return False
    return query.state.filters <= set(found.primary_key) and not query.state.has("limit", "offset", "joined")


def _is_before(node: ast.AST, other: ast.AST) -> bool:
    row = getattr(other, "lineno", 0)
    return getattr(node, "lineno", row) <= row and node is not other


def _is_kept(run: Run, root: FunctionNode) -> bool:
    """Whether the rows have a name, or are what the loop goes over: the session forgets what nobody holds."""
    if not all(context.turn in (Turn.WITH, Turn.TRY) for context in levels(run)[0].contexts):
        return False
    node = same_place(root, run.node) if isinstance(run.node, ast.expr) else None
    around = list(_around(root, node)) if node is not None else []
    if any(isinstance(one, ast.Attribute) and one.attr in _ONE for one in around):
        return False
    return any(isinstance(one, ast.Assign | ast.AnnAssign | ast.For | ast.comprehension) for one in around)


def _around(root: FunctionNode, node: ast.AST) -> Iterator[ast.AST]:
    above = parents(root)
    while (outer := above.get(node)) is not None:
        yield outer
        node = outer


def is_identity(load: Load, ctx: Context) -> bool:
    """Whether the other side is found by its key in SQLAlchemy's session, if it is there."""
    model = ctx.model(load.entity.model)
    return model is not None and model.library is Library.SQLALCHEMY and bool(load.relation.columns)
