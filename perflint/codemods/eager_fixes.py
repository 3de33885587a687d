"""The fix of a lazy load in a loop: what is added to the query, and what it rests on."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from perflint.codemods.eager_loading import Addition, addition
from perflint.codemods.relation_paths import links
from perflint.findings import Applicability
from perflint.project.symbols import Symbol
from perflint.rewrites import Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Context as Loop
from perflint.semantics.events import End, Load, Run
from perflint.semantics.intent import leaves_early
from perflint.semantics.quiet import Quiet
from perflint.semantics.repetition import levels
from perflint.semantics.values import Entity, Query, options

_COUNTS = ("count", "__len__", "exists")
_EXPIRING = ("commit", "rollback", "expire", "expire_all", "expunge_all", "close")


@dataclass(frozen=True, slots=True)
class Read:
    """A relation that is loaded in a loop: where, in which function and loop, and whether in every round."""

    load: Load
    function: Symbol
    loop: Loop
    is_certain: bool


def rewrite(found: Read, ctx: Context) -> Rewrite | None:
    """Load the relation with the query; None where that would not help, or has no place."""
    query, entity = source(found)
    path = links(query, entity, found.load.relation, ctx.project.models) if query is not None else ()
    if query is None or _ends_inside(found, ctx):
        return None
    if found.load.access in _COUNTS and query.library == "django":
        name = found.load.relation.query_name or found.load.relation.name
        return Rewrite(f'count in the query: `.annotate(Count("{name}"))`', Applicability.DISPLAY, ())
    added = addition(query, path, ctx)
    if added is None:
        return None
    if not added.replacements:
        return Rewrite(f"add `{added.code}` to the query in {_place(query, ctx)}", Applicability.DISPLAY, ())
    reason = _doubt(found, query, ctx)
    title = f"add `{added.code}`" + (f", though {reason}" if reason else "")
    return _made(title, added, Applicability.UNSAFE if reason else Applicability.SAFE)


def _made(title: str, added: Addition, applicability: Applicability) -> Rewrite:
    return Rewrite(title, applicability, added.replacements, added.imports)


def source(found: Read) -> tuple[Query | None, Entity]:
    """The query that gives the loop its rows: a relation of one object is a query of its own in Django."""
    entity = found.load.entity
    for option in options(found.loop.iterable):
        if isinstance(option, Query) and option.library == "django" and option.owner and option.relation:
            before = (*option.owner.path, option.relation.name)
            if not option.owner.many and entity.path[: len(before)] == before:
                return option, replace(entity, path=entity.path[len(before) :])
    return entity.query, entity


def _ends_inside(found: Read, ctx: Context) -> bool:
    """A commit in the loop expires what an option has loaded; it has to go first."""
    return any(
        event.verb in _EXPIRING and _is_inside(event.node, found.loop.node)
        for function, event in ctx.every(End)
        if function == found.function
    )


def _is_inside(node: ast.AST, outer: ast.AST) -> bool:
    first, last = getattr(outer, "lineno", 0), getattr(outer, "end_lineno", 0)
    return first <= getattr(node, "lineno", -1) <= last


def _place(query: Query, ctx: Context) -> str:
    facts = ctx.project.file(query.module)
    path = facts.path.relative_to(ctx.project.root) if facts is not None else query.module
    return f"{path}:{getattr(query.root, 'lineno', 1)}"


def _doubt(found: Read, query: Query, ctx: Context) -> str:
    """Why the fix may change more than the number of queries; empty when it cannot."""
    if not found.is_certain:
        return "not every round reads it"
    if leaves_early(found.loop):
        return "the loop may end early"
    if found.load.access == "write":
        return "the loop assigns it"
    function = ctx.interpreter.trees.function(found.function.module, found.function.name)
    if function is None or query.root is None or not _is_inside(query.root, function):
        return "others use the query, too"
    if found.load.relation.filtered_manager:
        return "a row that the other model's base manager leaves out becomes None instead of an error"
    if _may_hold(found, query, ctx):
        return "the session may hold older rows"
    return Quiet(ctx.interpreter).stretch(found.function, _row(query.root), _last_row(found))


def _may_hold(found: Read, query: Query, ctx: Context) -> bool:
    """Whether the function has loaded rows of the same model before: a session does not load them again."""
    return query.library == "sqlalchemy" and any(
        function == found.function
        and run.query is not None
        and found.load.entity.model in run.query.entities
        and _row(run.node) < _row(query.root)
        for function, run in ctx.every(Run)
    )


def _row(node: ast.AST | None) -> int:
    return getattr(node, "lineno", 0)


def _last_row(found: Read) -> int:
    """Where the loop ends, or the call of the function that has it."""
    is_here = any(context is found.loop for context in levels(found.load)[0].contexts)
    return int(getattr(found.loop.node if is_here else found.load.node, "end_lineno", 0))
