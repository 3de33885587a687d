"""PF101: each row of a query loads a relation by a query of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst

from perflint.checks import visits
from perflint.findings import Confidence, Severity
from perflint.project.symbols import Symbol
from perflint.rewrites import Draft
from perflint.semantics.context import Context
from perflint.semantics.events import Context as Loop
from perflint.semantics.events import Load
from perflint.semantics.intent import is_held, is_identity
from perflint.semantics.memos import is_remembered
from perflint.semantics.repetition import is_certain, is_told_below, load_loops
from perflint.semantics.values import Instance, Value


@dataclass(frozen=True, slots=True)
class _Repeated:
    """A relation that is loaded in a loop: where first, in which loop, and from this function or a called one."""

    load: Load
    function: Symbol
    loop: Loop
    is_certain: bool

    @property
    def key(self) -> tuple[Symbol, ast.AST | None, tuple[str, ...]]:
        """Reading again what the same rows have loaded costs nothing."""
        query = self.load.entity.query
        return self.function, query.root if query and query.root else self.loop.node, self.load.path


@visits(cst.Module)
def check(module: cst.Module, ctx: Context) -> Iterator[Draft]:
    """SQLAlchemy ORM guide, "Lazy Loading"; Django, "Database access optimization: retrieve everything at once"."""
    first: dict[object, _Repeated] = {}
    for found in _repeated(ctx):
        known = first.get(found.key)
        if known is None or (found.is_certain and not known.is_certain):
            first[found.key] = found
    for found in first.values():
        node = ctx.anchor(found.load, found.loop.node)
        if node is not None and not _is_covered(found, first.values()):
            yield _draft(found, node, ctx)


def _repeated(ctx: Context) -> Iterator[_Repeated]:
    for function, load in ctx.every(Load):
        if not load.entity.many or _needs_await(load):
            continue
        _, loop = next(load_loops(load), (0, None))
        if loop is None or is_told_below(ctx.interpreter, load) or _is_in_session(load, function, ctx):
            continue
        if not is_remembered(load, loop, ctx.interpreter.trees):
            yield _Repeated(load, function, loop, is_certain(load, loop))


def _is_in_session(load: Load, function: Symbol, ctx: Context) -> bool:
    target = load.relation.target
    return target is not None and is_identity(load, ctx) and is_held(target, load, function, ctx)


def _needs_await(load: Load) -> bool:
    """An asynchronous session cannot load at an attribute: that fails instead of being slow."""
    return load.entity.query is not None and load.access != "await" and _is_async(load.entity.query.session)


def _is_async(session: Value) -> bool:
    return isinstance(session, Instance) and "sync" in session.symbol.name.rpartition(".")[2].lower()[:6]


def _is_covered(found: _Repeated, others: Iterable[_Repeated]) -> bool:
    """Whether a longer path goes through this one: it is reported whole, and so is its fix."""
    function, root, path = found.key
    return any(
        other.key[:2] == (function, root)
        and other.load.path[: len(path)] == path
        and len(other.load.path) > len(path)
        and other.is_certain == found.is_certain
        for other in others
    )


def _draft(found: _Repeated, node: cst.CSTNode, ctx: Context) -> Draft:
    load = found.load
    query = load.entity.query
    is_placed = query is not None and query.root is not None
    way = ctx.way(found.function)
    rows = (
        query.entities[0].name if query is not None and query.entities and query.entities[0] else load.entity.model.name
    )
    steps = ", and each of these .".join(load.path)
    return Draft(
        node,
        f"each row of {rows} loads .{steps}: 1 + N queries" + (f" ({way})" if way else ""),
        cost=f"1 + N queries, N = rows of {rows}",
        hotness=way or ctx.hotness(found.function).heat.name.lower(),
        confidence=ctx.confidence(load.proof) if is_placed else Confidence.UNPROVEN,
        severity=None if found.is_certain else Severity.INFO,
        trace=ctx.trace(load, f"loads .{load.path[-1]}"),
        function=found.function.name,
    )
