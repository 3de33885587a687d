"""One writing statement in the place of a loop of them, by the library that runs it and what it does."""

from __future__ import annotations

import libcst as cst

from perflint.codemods import loop_bodies as bodies
from perflint.codemods.bulk_objects import created, saved
from perflint.codemods.bulk_statements import bulk_statement
from perflint.codemods.queryset_keys import added, with_keys
from perflint.codemods.queryset_writes import deleted, updated
from perflint.rewrites import Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Context as Around
from perflint.semantics.events import Run


def bulk_write(call: cst.Call, run: Run, loop: Around, ctx: Context) -> Rewrite | None:
    """The rewrite of the loop around a write; None where no form is known that does the same."""
    node = ctx.concrete(loop.node)
    only = bodies.lone(node, call)
    if run.library == "sqlalchemy":
        return bulk_statement(only, run, ctx) if only is not None else None
    match run.verb:
        case "insert":
            return created(call, node, only, run, ctx)
        case "save" if isinstance(node, cst.For):
            return updated(call, node, run, ctx) or saved(call, node, run, ctx)
        case "delete" if run.entity is not None and only is not None:
            return deleted(only, run, ctx)
        case "update" | "delete" if only is not None:
            return with_keys(only, run, ctx)
        case "related_add" if only is not None:
            return added(only, run, ctx)
    return None
