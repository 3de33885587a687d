"""PF101: each row of a query loads a relation by a query of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import libcst as cst

from perflint.checks import visits
from perflint.codemods.eager_fixes import Read, rewrite, source
from perflint.findings import Confidence, Severity
from perflint.project.schema import Library
from perflint.project.symbols import Symbol
from perflint.rewrites import Draft
from perflint.semantics.context import Context
from perflint.semantics.events import Context as Loop
from perflint.semantics.events import Event, Load
from perflint.semantics.exposure import Exposures
from perflint.semantics.given import is_given
from perflint.semantics.held_rows import is_held, is_identity
from perflint.semantics.interpreter import Interpreter
from perflint.semantics.memos import is_remembered
from perflint.semantics.repetition import below, ends_loop, is_certain, is_relation, is_told_below, levels, load_loops
from perflint.semantics.values import Entity, Instance, Proof, Value, parts

Key = tuple[Symbol, ast.AST | None, tuple[str, ...]]


def _is_repeated(event: Event, function: Symbol, exposures: Exposures) -> bool:
    return isinstance(event, Load) and _loop(event, exposures.interpreter) is not None


@visits(cst.Module, wants=_is_repeated)
def check(module: cst.Module, ctx: Context) -> Iterator[Draft]:
    """SQLAlchemy ORM guide, "Lazy Loading"; Django, "Database access optimization: retrieve everything at once"."""
    first: dict[Key, Read] = {}
    for found in _repeated(ctx):
        known = first.get(_key(found))
        if known is None or (found.is_certain and not known.is_certain):
            first[_key(found)] = found
    for found in first.values():
        node = ctx.anchor(found.load, found.loop.node)
        if node is not None and not _is_covered(found, first.values()):
            yield _draft(found, node, ctx)


def _repeated(ctx: Context) -> Iterator[Read]:
    for function, load in ctx.wanted(Load):
        loop = _loop(load, ctx.interpreter)
        if loop is None or _is_in_session(load, function, ctx):
            continue
        if any(levels(load)[0].loops()) or not _is_reported_below(load, ctx):
            yield Read(load, function, loop, is_certain(load, loop))


def _loop(load: Load, interpreter: Interpreter) -> Loop | None:
    """The loop whose rounds read the relation of other objects, where that runs a query and nobody else tells of it."""
    if not load.entity.many or _needs_await(load):
        return None
    loop = next((loop for _, loop in load_loops(load) if not ends_loop(load, loop)), None)
    if loop is None or is_told_below(interpreter, load) or is_given(load, interpreter):
        return None
    return None if is_remembered(load, loop, interpreter.trees) else loop


def _is_reported_below(load: Load, ctx: Context) -> bool:
    """Whether the called function goes over the relation of an object, and has a finding of its own for that."""
    return any(
        isinstance(other, Load)
        and other.path[-1] == load.path[-1]
        and other.entity.many
        and _without_query(other, ctx) is not Confidence.UNPROVEN
        for other in below(ctx.interpreter, load) or ()
    )


def _key(found: Read) -> Key:
    """Reading again what the same rows have loaded costs nothing."""
    query = found.load.entity.query
    return found.function, query.root if query and query.root else found.loop.node, found.load.path


def _is_in_session(load: Load, function: Symbol, ctx: Context) -> bool:
    target = load.relation.target
    return target is not None and is_identity(load, ctx) and is_held(target, load, function, ctx)


def _needs_await(load: Load) -> bool:
    """An asynchronous session cannot load at an attribute: that fails instead of being slow."""
    return load.entity.query is not None and load.access != "await" and _is_async(load.entity.query.session)


def _is_async(session: Value) -> bool:
    return isinstance(session, Instance) and session.symbol.name.rpartition(".")[2].lower().startswith("async")


def _is_covered(found: Read, others: Iterable[Read]) -> bool:
    """Whether a longer path goes through this one: it is reported whole, and so is its fix."""
    path = found.load.path
    return any(
        _key(other)[:2] == _key(found)[:2]
        and other.load.path[: len(path)] == path
        and len(other.load.path) > len(path)
        and other.is_certain == found.is_certain
        for other in others
    )


def _draft(found: Read, node: cst.CSTNode, ctx: Context) -> Draft:
    load, way = found.load, ctx.way(found.function)
    rows = _rows(found)
    confidence = ctx.confidence(load.proof) if rows else _without_query(load, ctx)
    start, path = (rows, _way(found)) if rows else (load.entity.model.name, load.path[-1:])
    steps = ", and each of these .".join(path)
    return Draft(
        node,
        f"each row of {start} loads .{steps}: 1 + N queries" + (f" ({way})" if way else ""),
        cost=f"1 + N queries, N = rows of {start}",
        hotness=way or ctx.hotness(found.function).heat.name.lower(),
        confidence=confidence,
        severity=None if found.is_certain else Severity.INFO,
        trace=ctx.trace(load, f"loads .{load.path[-1]}"),
        rewrite=rewrite(found, ctx) if confidence is Confidence.PROVEN else None,
        function=found.function.name,
    )


def _without_query(load: Load, ctx: Context) -> Confidence:
    """Of objects that no query in sight gives: those of another's relation surely came from the database.

    Whether the query of that other has loaded theirs as well is not known, but some query of the project would name it.
    """
    over_relation = any(is_relation(loop.iterable) for _, loop in load_loops(load))
    if not over_relation or load.entity.made or load.path[-1] in ctx.project.loaded or _is_awaited(load, ctx):
        return Confidence.UNPROVEN
    return ctx.confidence(min(load.proof, Proof.PROBABLE))


def _is_awaited(load: Load, ctx: Context) -> bool:
    """Whether the project's sessions are asynchronous, so that reading what is not loaded would fail."""
    model = ctx.project.models.get(load.entity.model)
    return model is not None and model.library is Library.SQLALCHEMY and ctx.project.has_async_sessions


def _rows(found: Read) -> str:
    """The model whose rows the query gives; empty when it is not known where the objects come from."""
    query = found.load.entity.query
    given, _ = source(found)
    if query is None or given is None or given.root is None:
        return ""
    first = next((entity for entity in query.entities if entity is not None), None)
    before = found.load.path[: -len(_way(found))]
    return ".".join([(first or found.load.entity.model).name, *before])


def _way(found: Read) -> tuple[str, ...]:
    """The links that are read of each row of the loop; those before them are read once."""
    load = found.load
    several = [
        part for part in parts(found.loop.element) if isinstance(part, Entity) and part.query == load.entity.query
    ]
    start = min((len(part.path) for part in several), default=0)
    return load.path[start:] or load.path[-1:]
