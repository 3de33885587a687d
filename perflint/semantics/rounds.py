"""A round of a loop: which loop repeats an event, and what stands around the event in each round."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from perflint.project.facts import dotted
from perflint.semantics.context import Context
from perflint.semantics.events import Act, Event, Frame, Turn
from perflint.semantics.events import Context as Around
from perflint.semantics.repetition import place
from perflint.semantics.trees import is_same

# Loops that bound nothing: inside a loop over data, what they hold runs for each of the data.
_PASSING = {
    "a few written-out elements", "a constant", "a fixed number of rounds", "retry", "leaves in its first round",
    "a small slice", "classes, not rows", "stores, not rows",
}  # fmt: skip
_DATABASE_ERROR = re.compile(
    r"^(Base)?Exception$|^(\w*(Integrity|Database|DB\w*|Operational|SQLAlchemy|Data|Programming|Interface|Deadlock\w*)Error)$"
)
_OWN_TRANSACTION = re.compile(
    r"^(atomic|begin|begin_nested|savepoint|transaction|async_?session\w*|\w*session\w*)$", re.I
)
_COMPLAINTS = {"error", "exception", "critical"}
_SAVEPOINT = re.compile(r"^(begin_nested|savepoint)$")
_BATCH_NAME = re.compile(r"batch|chunk|size|limit|max|every|interval|buffer", re.IGNORECASE)

_LEAVES_THE_CALLER = (ast.Raise,)
_LEAVES_THE_LOOP = (ast.Raise, ast.Return, ast.Break)


def repeating(event: Event) -> Around | None:
    """The innermost loop over data around the event; None where it runs in chunks, pages, retries of its own."""
    for context in reversed(event.frame):
        if context.turn is Turn.LOOP:
            if context.multiplies:
                return context
            if context.reason not in _PASSING:
                return None
    return None


def stands_here(loop: Around, event: Event) -> bool:
    """Whether the loop stands in the function of the event's node, not in a called one."""
    for context in event.frame:
        if context.turn is Turn.FUNCTION:
            return False
        if context is loop:
            return True
    return False


def is_isolated(event: Event, loop: Around) -> bool:
    """Whether a round's failure is meant to leave the others alone: its own transaction, or errors that are caught."""
    own = True
    for context in _inside(event, loop):
        own = own and context.turn is not Turn.FUNCTION
        leaving = _LEAVES_THE_LOOP if own else _LEAVES_THE_CALLER
        if context.turn is Turn.TRY and _goes_on_after_errors(context.node, leaving):
            return True
        if context.turn is Turn.WITH and _is_transaction(context.node, _OWN_TRANSACTION if own else _SAVEPOINT):
            return True
    return False


def is_rare(event: Event, loop: Around) -> bool:
    """Whether the event is off the normal path of a round: where something failed, or once for each full batch."""
    inside = _inside(event, loop)
    for index, context in enumerate(inside):
        if context.turn is Turn.GUARD:
            here = next((other.node for other in inside[index:] if other.turn is Turn.FUNCTION), place(event))
            if _waits_for_a_batch(context.node) or _is_where_it_failed(context.node, here):
                return True
    return False


def acts(event: Event, loop: Around, ctx: Context) -> Iterator[Act]:
    """What a round that comes by the event does outside of the database."""
    branch = _last_branch(event, loop)
    inside = {part for line in branch for part in ast.walk(line)} if branch else None
    for _, act in ctx.every(Act):
        if any(is_same(context.node, loop.node) for context in act.frame) and (inside is None or act.node in inside):
            yield act


def _last_branch(event: Event, loop: Around) -> list[ast.stmt] | None:
    """The branch around the event that ends the round, so that nothing behind it runs: `if …: o.save(); continue`."""
    for context in reversed(_inside(event, loop)):
        if isinstance(context.node, ast.If):
            for branch in (context.node.body, context.node.orelse):
                leaves = bool(branch) and isinstance(branch[-1], ast.Continue | ast.Break | ast.Return)
                if leaves and any(part is event.node for line in branch for part in ast.walk(line)):
                    return branch
    return None


def walks_a_tree(loop: Around, function: str) -> bool:
    """Whether a round calls the function that the loop stands in: each level asks for the next."""
    body = getattr(loop.node, "body", ())
    calls = (part for line in body for part in ast.walk(line) if isinstance(part, ast.Call))
    return bool(function) and any(dotted(call.func).rpartition(".")[2] == function for call in calls)


def _inside(event: Event, loop: Around) -> Frame:
    """What stands between the loop and the event."""
    index = next(index for index, context in enumerate(event.frame) if context is loop)
    return event.frame[index + 1 :]


def _goes_on_after_errors(node: ast.AST, leaving: tuple[type[ast.stmt], ...]) -> bool:
    """Whether the loop's next round comes after an error of the database."""
    if not isinstance(node, ast.Try | ast.TryStar):
        return False
    caught = [handler for handler in node.handlers if _catches_database_errors(handler)]
    return any(not isinstance(handler.body[-1], leaving) for handler in caught)


def _catches_database_errors(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(_DATABASE_ERROR.match(dotted(kind).rpartition(".")[2]) for kind in kinds)


def _is_transaction(node: ast.AST, names: re.Pattern[str]) -> bool:
    if not isinstance(node, ast.With | ast.AsyncWith):
        return False
    called = [item.context_expr.func for item in node.items if isinstance(item.context_expr, ast.Call)]
    return any(names.match(dotted(function).rpartition(".")[2]) for function in called)


def _is_where_it_failed(node: ast.AST, here: ast.AST) -> bool:
    """An `except`, or the branch of an `if` that logs an error."""
    if not isinstance(node, ast.If):
        return isinstance(node, ast.Try | ast.TryStar)
    branch = node.body if any(part is here for line in node.body for part in ast.walk(line)) else node.orelse
    calls = [line.value for line in branch if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call)]
    return any(dotted(call.func).rpartition(".")[2] in _COMPLAINTS for call in calls)


def _waits_for_a_batch(node: ast.AST) -> bool:
    """`if len(batch) >= SIZE:`, `if number % 500 == 0:`."""
    if not isinstance(node, ast.If):
        return False
    for part in ast.walk(node.test):
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod) and not isinstance(part.left, ast.Constant):
            return True
        if isinstance(part, ast.Compare) and _is_full(part):
            return True
    return False


def _is_full(node: ast.Compare) -> bool:
    compares = isinstance(node.ops[0], ast.Gt | ast.GtE | ast.Eq)
    return compares and _is_bound(node.comparators[0]) and _is_count(node.left)


def _is_count(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Call) and dotted(node.func) == "len")


def _is_bound(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int) and not isinstance(node.value, bool) and node.value >= 10
    last = dotted(node).rpartition(".")[2]
    return bool(last) and bool(_BATCH_NAME.search(last))
