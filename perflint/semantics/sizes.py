"""How many elements a container has that a function fills itself, where that can be counted."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.semantics import targets
from perflint.semantics.events import Context, Turn
from perflint.semantics.values import DictOf, Either, ListOf, TupleOf, Value

if TYPE_CHECKING:
    from perflint.semantics.calls import Call


def size_of(value: Value) -> int:
    """The most elements that the value can have; -1 where nobody knows."""
    match value:
        case ListOf(size=size) | DictOf(size=size):
            return size
        case TupleOf(elements=elements):
            return len(elements)
    return -1


def grown(call: Call, receiver: ListOf, number: int) -> int:
    """The size of a local list or set after a call that adds `number` elements, in each round of its loops."""
    holder = call.node.func.value if isinstance(call.node.func, ast.Attribute) else None
    if not isinstance(holder, ast.Name) or receiver.size < 0 or number < 0:
        return -1  # what others hold, they may fill too
    for context in reversed(call.run.stack):
        if context.turn is Turn.LOOP:
            if _begins_anew(holder.id, context):
                break
            rounds = size_of(context.iterable)
            if rounds < 0:
                return -1
            number *= rounds
    return receiver.size + number


def unsized(value: Value) -> Value:
    """The value without its size: something is added to it, nobody counts how much."""
    return replace(value, size=-1) if isinstance(value, ListOf | DictOf) and value.size > 0 else value


def sized(value: Value, number: int) -> Value:
    """The list, or each of the lists it may be, with this size."""
    match value:
        case ListOf():
            return replace(value, size=number)
        case Either(options=several):
            return Either(tuple(sized(option, number) for option in several))
    return value


def _begins_anew(name: str, loop: Context) -> bool:
    """Whether each round of the loop gives the name another container."""
    body = getattr(loop.node, "body", ())
    made = (line for line in body if isinstance(line, ast.Assign)) if isinstance(body, list) else ()
    return any(name in targets.names(target) for line in made for target in line.targets if dotted(target) == name)
