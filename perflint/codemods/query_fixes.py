"""The fix of a query in a loop: one statement ahead of it, for the shapes whose meaning is known."""

from __future__ import annotations

import ast

import libcst as cst

from perflint.codemods.annotated_counts import annotated
from perflint.codemods.grouped_rows import grouped
from perflint.codemods.keyed_rows import keyed
from perflint.codemods.rounds_ahead import rounds_of
from perflint.project.symbols import Symbol
from perflint.rewrites import Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Context as Loop
from perflint.semantics.events import End, Run, Turn
from perflint.semantics.intent import leaves_early
from perflint.semantics.repetition import inside
from perflint.semantics.values import DictOf, ListOf
from perflint.semantics.walk import walk

_READS = {"select", "get", "first", "last", "latest", "earliest", "count", "exists", "contains", "aggregate"}
_CHANGES = {"add", "add_all", "delete", "merge", "flush", "commit", "rollback", "save", "create"}


def rewrite(run: Run, node: cst.CSTNode, loop: Loop, function: Symbol, ctx: Context) -> Rewrite | None:
    """The rewrite of a statement that stands in the loop itself, when every round comes to it and none changes rows."""
    if run.trace or not isinstance(node, cst.Call) or node is not ctx.concrete(run.node):
        return None
    if any(part.turn not in (Turn.WITH, Turn.LOOP) for part in inside(run, loop)) or leaves_early(loop):
        return None
    if _changes_rows(run, loop, function, ctx):
        return None
    if run.verb == "count" and run.library == "django":
        return annotated(node, run, loop, ctx)
    rounds = rounds_of(loop, ctx)
    if rounds is None:
        return None
    if run.verb in ("get", "first"):
        return keyed(node, run, rounds, ctx)
    return grouped(node, run, rounds, ctx) if run.verb == "select" else None


def _changes_rows(run: Run, loop: Loop, function: Symbol, ctx: Context) -> bool:
    """Whether a round writes what a later one may read."""
    events: list[tuple[Symbol, Run | End]] = [*ctx.every(Run), *ctx.every(End)]
    for owner, event in events:
        if owner == function and _is_inside(event.node, loop.node) and event.verb not in _READS:
            return True
    node = ctx.concrete(loop.node)
    return node is not None and any(_is_change(part, ctx) for part in walk(node))


def _is_change(node: cst.CSTNode, ctx: Context) -> bool:
    """`session.add(user)`, `form.save()`; not `names.add(user.name)` on a set."""
    if not (isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)):
        return False
    return node.func.attr.value in _CHANGES and not isinstance(ctx.value(node.func.value), ListOf | DictOf)


def _is_inside(node: ast.AST, outer: ast.AST) -> bool:
    first, last = getattr(outer, "lineno", 0), getattr(outer, "end_lineno", 0)
    return first <= getattr(node, "lineno", -1) <= last
