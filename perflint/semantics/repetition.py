"""How often an event happens: the loops that repeat it, and whether another function's report says so already."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perflint.semantics.events import Context, Event, Frame, Load, Run, Turn
from perflint.semantics.loops import names_in
from perflint.semantics.trees import stands_in
from perflint.semantics.values import Collection, Entity, Function, Proof, Query, Value, parts

if TYPE_CHECKING:
    from perflint.semantics.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class Level:
    """The part of a frame that lies in one function, and the node there that leads to the event."""

    contexts: Frame
    node: ast.AST

    def loops(self) -> Iterator[Context]:
        """The loops that multiply, innermost first."""
        return (context for context in reversed(self.contexts) if context.turn is Turn.LOOP and context.multiplies)


def place(event: Event) -> ast.AST:
    """The node where it happens in the end."""
    return event.happens_at if event.happens_at is not None else event.node


def levels(event: Event) -> list[Level]:
    """The event's frame by function: the one that is checked first, then those that are called."""
    found: list[Level] = []
    start = 0
    for index, context in enumerate(event.frame):
        if context.turn is Turn.FUNCTION:
            found.append(Level(event.frame[start:index], context.node))
            start = index + 1
    return [*found, Level(event.frame[start:], place(event))]


def is_certain(event: Event, loop: Context) -> bool:
    """Whether it happens in every round of the loop."""
    return not any(context.turn in (Turn.GUARD, Turn.EXIT) for context in inside(event, loop))


def inside(event: Event, loop: Context) -> Frame:
    """What is around the event inside the loop, outermost first."""
    index = next(index for index, context in enumerate(event.frame) if context is loop)
    return event.frame[index + 1 :]


def ends_loop(event: Event, loop: Context) -> bool:
    """Whether a round that comes by the event is the loop's last one, so that there is one event and not N."""
    if not isinstance(loop.node, ast.For | ast.AsyncFor | ast.While):
        return False
    found = next((level.node for level in levels(event) if any(part is loop for part in level.contexts)), None)
    return found is not None and _leaves_behind(found, loop.node.body, (ast.Break, ast.Return, ast.Raise))


def _leaves_behind(node: ast.AST, body: list[ast.stmt], leaving: tuple[type[ast.stmt], ...]) -> bool:
    """Whether what comes behind the node in its block, or in one around it, leaves the loop for sure."""
    at = next((index for index, line in enumerate(body) if stands_in(node, line)), None)
    if at is None:
        return False
    if any(isinstance(line, leaving) for line in body[at:]):
        return True
    inner = body[at]
    kept = leaving
    if isinstance(inner, ast.For | ast.AsyncFor | ast.While):
        kept = tuple(kind for kind in kept if kind is not ast.Break)
    if isinstance(inner, ast.Try | ast.TryStar):
        kept = tuple(kind for kind in kept if kind is not ast.Raise)
    return any(_leaves_behind(node, block, kept) for block in _blocks(inner))


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def load_loops(load: Load) -> Iterator[tuple[int, Context]]:
    """The loops in whose rounds the relation is read of other objects, with their level, outermost first."""
    if not any(context.multiplies for context in load.frame):
        return  # as for most
    for depth, level in enumerate(levels(load)):
        names = names_in(level.node)
        for loop in reversed(list(level.loops())):
            if names & loop.dependents or _goes_over(loop.element, load.entity):
                yield depth, loop


def _goes_over(element: Value, entity: Entity) -> bool:
    """Whether the loop's rows are those that the entity is, or was reached from."""
    return any(
        isinstance(part, Entity)
        and part.many
        and part.query == entity.query
        and part.path == entity.path[: len(part.path)]
        for part in parts(element)
    )


def is_relation(iterable: Value) -> bool:
    """Whether a loop goes over the objects of a relation: the database has given them, and each is of its own."""
    return any(
        isinstance(part, Collection) or (isinstance(part, Query) and part.owner is not None) for part in parts(iterable)
    )


def run_loops(run: Run) -> Iterator[tuple[int, Context]]:
    """The loops in whose rounds another statement runs, with their level, outermost first."""
    if not any(context.multiplies for context in run.frame):
        return  # as for most
    owned = run.query is not None and run.query.owner is not None and run.query.owner.many
    for depth, level in enumerate(levels(run)):
        names = names_in(level.node)
        for loop in reversed(list(level.loops())):
            if names & loop.dependents or (owned and depth == len(run.trace)):
                yield depth, loop


def is_told_below(interpreter: Interpreter, event: Load | Run) -> bool:
    """Whether the called function's own run, with nothing but its signature, has the loop and the rows."""
    others = below(interpreter, event)
    return others is None or any(
        other.proof is not Proof.UNPROVEN and _tells_the_same(other, event) for other in others
    )


def below(interpreter: Interpreter, event: Event) -> list[Event] | None:
    """What the called function's own run has at the same place; None when nobody can say."""
    symbol = next((context.symbol for context in event.frame if context.turn is Turn.FUNCTION), None)
    if symbol is None:
        return []
    analysis = interpreter.analyse(Function(symbol), None)
    if analysis is None:
        return None
    wanted = spot(event, "")
    return [other for other in analysis.events if spot(other, symbol.module) == wanted]


def spot(event: Event, module: str) -> tuple[str, int, int]:
    """Where it happens in the end: its module, line and column. `module` is that of the function that is checked."""
    node = place(event)
    return event.happens_in or module, getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _tells_the_same(other: Event, event: Load | Run) -> bool:
    if isinstance(other, Load) and isinstance(event, Load):
        return other.path[-1] == event.path[-1] and other.entity.query is not None and any(load_loops(other))
    return isinstance(other, Run) and isinstance(event, Run) and any(run_loops(other))
