"""Methods of unknown objects, told by a name that one class of the project alone has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from perflint.project.symbols import Kind, Symbol
from perflint.semantics.events import Event, Run
from perflint.semantics.values import (
    Awaitable,
    Either,
    Entity,
    Function,
    ListOf,
    Method,
    Proof,
    Query,
    Result,
    Rows,
    TupleOf,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from perflint.semantics.calls import Call

_READS = ("select", "get", "first", "last", "latest", "earliest", "count", "exists", "aggregate", "contains")
_NO_METHODS = {"staticmethod", "classmethod", "property"}


def namesake(call: Call, receiver: Value, name: str) -> Value | None:
    """What the method gives; it and what the call costs are probable at best."""
    from perflint.semantics.calls import invoke

    target = call.run.interpreter.questions.sole(name) if is_unknown(receiver) else None
    if target is None or not _takes(target, call):
        return None
    run = call.run
    owner = run.interpreter.receiver(Symbol(Kind.CLASS, target.name.rpartition(".")[0], target.module))
    before = len(run.events)
    value = invoke(run, Function(target, owner), call.args, call.keywords, call.node, "", star=call.has_star)
    run.events[before:] = [replace(event, proof=min(event.proof, _most(event))) for event in run.events[before:]]
    return doubted(value)


def _most(event: Event) -> Proof:
    """How well it can be known at best: that each item is written by itself may be what the method is for."""
    return Proof.UNPROVEN if isinstance(event, Run) and event.verb not in _READS else Proof.PROBABLE


def is_unknown(value: Value) -> bool:
    """Whether nothing is known of an object: a parameter, or what is read of one."""
    while isinstance(value, Method):
        value = value.receiver
    return isinstance(value, Unknown)


def _takes(target: Symbol, call: Call) -> bool:
    """Whether the method can be called so."""
    interpreter = call.run.interpreter
    fact, known = interpreter.symbols.function(target), interpreter.signature(Function(target))
    if fact is None or known is None or not _NO_METHODS.isdisjoint(fact.decorators):
        return False
    if call.has_star or "**" in call.keywords:
        return True
    most = len(known.positional) - 1
    given = len(call.args) + len(call.keywords)
    are_names = known.has_stars or set(call.keywords) <= known.known
    return are_names and given >= most - known.defaults and (known.has_star or len(call.args) <= most)


def doubted(value: Value) -> Value:
    """The same, probable at best."""
    match value:
        case Query() | Entity():
            return replace(value, proof=min(value.proof, Proof.PROBABLE))
        case Rows() | Result():
            return replace(value, query=replace(value.query, proof=min(value.query.proof, Proof.PROBABLE)))
        case ListOf():
            return replace(value, element=doubted(value.element))
        case TupleOf(elements=elements):
            return TupleOf(tuple(map(doubted, elements)))
        case Either(options=several):
            return Either(tuple(map(doubted, several)))
        case Awaitable(value=inner):
            return Awaitable(doubted(inner))
    return value
