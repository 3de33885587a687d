"""What the rounds of a loop do that keeps a query from running once, before the first of them."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perflint.codemods.loop_bodies import names_in
from perflint.codemods.loop_places import Place
from perflint.codemods.rereading import holders, may_be_read_twice
from perflint.project.symbols import Symbol
from perflint.semantics.context import Context
from perflint.semantics.events import End, Run
from perflint.semantics.values import Collection, Entity, Function, Instance, Ref, Value, options
from perflint.semantics.walk import children, walk

_READS = {"select", "get", "first", "last", "latest", "earliest", "count", "exists", "contains", "aggregate", "refresh"}
_DELETES = {"delete", "related_remove", "related_clear"}
_CHANGES = {"add", "add_all", "delete", "merge", "expunge", "expunge_all", "bulk_save_objects", "bulk_insert_mappings"}
_NESTED = (cst.FunctionDef, cst.Lambda)


def is_in_the_way(run: Run, model: Symbol, place: Place, ctx: Context) -> bool:
    """Whether a round may change what the query reads, or end the loop at the first hit."""
    return (
        _leaves_early(place)
        or _writes(run, model, place, ctx)
        or any(_changes(part, run, model, ctx) for part in walk(place.statement))
        or _uses_iterable(place, ctx)
    )


def _leaves_early(place: Place) -> bool:
    """A first-match loop fetches less; a generator's consumer may do anything between two rounds."""
    return isinstance(place.loop, cst.For) and any(_exits(place.loop.body, in_loop=True))


def _exits(node: cst.CSTNode, *, in_loop: bool) -> Iterator[cst.CSTNode]:
    for part in children(node):
        if isinstance(part, cst.Return | cst.Yield) or (in_loop and isinstance(part, cst.Break)):
            yield part
        elif not isinstance(part, _NESTED):
            yield from _exits(part, in_loop=in_loop and not isinstance(part, cst.For | cst.While))


def _writes(run: Run, model: Symbol, place: Place, ctx: Context) -> bool:
    """Whether a statement writes the model's rows, might delete them along, or ends the transaction."""
    nodes = {ctx.abstract(part) for part in walk(place.statement)}
    if any(end.node in nodes for _, end in ctx.every(End)):
        return True
    return any(
        other.node in nodes
        and other.node is not run.node
        and other.verb not in _READS
        and (other.verb in _DELETES or _written(other) in (None, model))
        for _, other in ctx.every(Run)
    )


def _written(run: Run) -> Symbol | None:
    if run.entity is not None:
        return run.entity.model
    return run.query.model if run.query is not None else None


def _changes(node: cst.CSTNode, run: Run, model: Symbol, ctx: Context) -> bool:
    match node:
        case cst.Call():
            handed = _is_pending(node, run, model, ctx) or _hands_session_on(node, run, ctx)
            return handed or _is_of_collection(node, model, ctx)
        case cst.AssignTarget(target=cst.Attribute() as target) | cst.AugAssign(target=cst.Attribute() as target):
            return _is_read_again(target, run, model, ctx) or _sets_relation(target, model, ctx)
    return False


def _is_of_collection(call: cst.Call, model: Symbol, ctx: Context) -> bool:
    """`user.orders.append(order)`."""
    value = ctx.value(call.func.value) if isinstance(call.func, cst.Attribute) else None
    return isinstance(value, Collection) and value.relation.target == model


def _sets_relation(target: cst.Attribute, model: Symbol, ctx: Context) -> bool:
    """`user.orders = […]`."""
    owners = [ctx.model(option.model) for option in options(ctx.value(target.value)) if isinstance(option, Entity)]
    relations = [owner.relations.get(target.attr.value) for owner in owners if owner is not None]
    return any(relation is not None and relation.target == model for relation in relations)


def _is_pending(call: cst.Call, run: Run, model: Symbol, ctx: Context) -> bool:
    """Whether a call puts a row of the model into SQLAlchemy's session, which the loop's next query flushes."""
    if run.library != "sqlalchemy":
        return False
    if _is(ctx.value(call.func), model):
        return True
    method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    if method not in _CHANGES or not isinstance(call.func, cst.Attribute):
        return False
    if not _is_session(ctx.value(call.func.value), run):
        return False
    added = ctx.value(call.args[0].value) if method == "add" and len(call.args) == 1 else None
    kinds = (
        [option.model if isinstance(option, Entity) else _class(option) for option in options(added)] if added else []
    )
    return not kinds or any(kind is None or kind == model for kind in kinds)


def _is(value: Value, model: Symbol) -> bool:
    return isinstance(value, Ref) and value.symbol == model


def _class(value: Value) -> Symbol | None:
    return value.symbol if isinstance(value, Instance) else None


def _is_session(value: Value, run: Run) -> bool:
    return isinstance(value, Instance) and (value == run.session or value.symbol.name.lower().endswith("session"))


def _hands_session_on(call: cst.Call, run: Run, ctx: Context) -> bool:
    """Whether code out of sight gets the session."""
    if isinstance(ctx.value(call.func), Function):
        return False
    return any(_is_session(ctx.value(argument.value), run) for argument in call.args)


def _is_read_again(target: cst.Attribute, run: Run, model: Symbol, ctx: Context) -> bool:
    """Whether a round sets what the query asks for. Django makes new objects each time, so any attribute counts."""
    owners = [option for option in options(ctx.value(target.value)) if isinstance(option, Entity)]
    if not any(owner.model == model for owner in owners):
        return False
    state = run.query.state.filters if run.query is not None else frozenset()
    found = ctx.model(model)
    keys = {*state, *(found.primary_key if found else ()), *(found.relations if found else ())}
    return run.library == "django" or target.attr.value in keys


def _uses_iterable(place: Place, ctx: Context) -> bool:
    """Whether the body names what the loop goes over: it may put more elements into it."""
    if not isinstance(place.loop, cst.For) or not may_be_read_twice(place.iter, ctx):
        return False
    given = holders(place.iter)
    return any(given & names_in(part) for part in _parts(place.loop.body))


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The names below, those in `len(…)` apart."""
    for part in children(node):
        match part:
            case cst.Name():
                yield part
            case cst.Call(func=cst.Name(value="len"), args=[_]):
                pass
            case _:
                yield from _parts(part)
