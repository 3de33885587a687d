"""Rows that a session has: what is asked for by its key costs nothing where they are still held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perflint.project.models import Library
from perflint.project.symbols import Symbol
from perflint.semantics.events import Load, Run, Turn
from perflint.semantics.repetition import levels

if TYPE_CHECKING:
    from perflint.semantics.context import Context


def is_held(model: Symbol, event: Run | Load, function: Symbol, ctx: Context) -> bool:
    """Whether the session has the rows of a model, which the function loaded before and still holds.

    A session looks there first when it is asked for a key: by `get`, or by a relation to one row.
    """
    row = getattr(event.node, "lineno", 0)
    return any(
        owner == function
        and other.verb == "select"
        and other.query is not None
        and other.query.model == model
        and getattr(other.node, "lineno", row) <= row
        and other.node is not event.node
        and _is_kept(other, ctx)
        for owner, other in ctx.every(Run)
    )


def _is_kept(run: Run, ctx: Context) -> bool:
    """Whether the rows have a name, or are what the loop goes over: the session forgets what nobody holds."""
    import libcst as cst

    node = ctx.concrete(run.node)
    around = ctx.ancestors(node) if node is not None else ()
    is_sure = all(context.turn in (Turn.WITH, Turn.TRY) for context in levels(run)[0].contexts)
    return is_sure and any(isinstance(one, cst.Assign | cst.AnnAssign | cst.For | cst.CompFor) for one in around)


def is_identity(load: Load, ctx: Context) -> bool:
    """Whether the other side is found by its key in SQLAlchemy's session, if it is there."""
    model = ctx.model(load.entity.model)
    return model is not None and model.library is Library.SQLALCHEMY and bool(load.relation.columns)
