"""Names that a loop's body gives a value and reads once: `stmt = select(…)`, `result = await session.execute(stmt)`."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.codemods.loop_places import Place
from perflint.semantics.context import Context
from perflint.semantics.walk import walk


@dataclass(frozen=True, slots=True)
class StandIn:
    """The line that gives the name its value, and the place where it is read."""

    line: cst.SimpleStatementLine
    value: cst.BaseExpression
    read: cst.Name


def behind(name: cst.BaseExpression, place: Place, ctx: Context) -> StandIn | None:
    """What a name in the loop's body stands for, if for nothing else."""
    if not isinstance(name, cst.Name) or not isinstance(place.loop, cst.For):
        return None
    for line in walk(place.loop.body):
        found = _of_line(line, ctx) if isinstance(line, cst.SimpleStatementLine) else None
        if found is not None and found.value is not name and _target(found.line) == name.value:
            return _sole(found, place, ctx) if _count(name.value, place.loop) == 2 else None
    return None


def in_front_of(value: cst.CSTNode, place: Place, ctx: Context) -> StandIn | None:
    """The name that a line of the loop's body gives this value, read once further down."""
    line = ctx.parents.get(ctx.parents.get(value, value), value)
    found = _of_line(line, ctx) if isinstance(line, cst.SimpleStatementLine) else None
    if found is None or found.value is not value or not isinstance(place.loop, cst.For):
        return None
    return _sole(found, place, ctx) if _count(_target(found.line), place.loop) == 2 else None


def _of_line(line: cst.SimpleStatementLine, ctx: Context) -> StandIn | None:
    match line.body:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)], value=value)]:
            return StandIn(line, value, name)
    return None


def _target(line: cst.SimpleStatementLine) -> str:
    match line.body:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])]:
            return name
    return ""


_REPEATING = (cst.For, cst.While, cst.Lambda, cst.FunctionDef, cst.CompFor, cst.ListComp, cst.SetComp, cst.DictComp)


def _count(name: str, node: cst.CSTNode) -> int:
    return sum(isinstance(part, cst.Name) and part.value == name for part in walk(node))


def _sole(found: StandIn, place: Place, ctx: Context) -> StandIn | None:
    """With the one place that reads the name: further down in the block of the line, and nowhere behind the loop."""
    name = _target(found.line)
    parts = [part for part in walk(place.loop) if part is found.line or _is_read(part, name, found)]
    if len(parts) != 2 or parts[0] is not found.line or _is_named_later(name, place, ctx):
        return None
    read = parts[1]
    return StandIn(found.line, found.value, read) if _is_once_below(read, found.line, ctx) else None  # type: ignore[arg-type]


def _is_read(part: cst.CSTNode, name: str, found: StandIn) -> bool:
    return isinstance(part, cst.Name) and part.value == name and part is not found.read


def _is_once_below(read: cst.CSTNode, line: cst.CSTNode, ctx: Context) -> bool:
    """Whether the name is read at most once after the line has run."""
    block, inner = ctx.parents.get(line), read
    for part in ctx.ancestors(read):
        if part is block or (isinstance(part, _REPEATING) and not _is_head(part, inner)):
            return part is block
        inner = part
    return False


def _is_head(loop: cst.CSTNode, part: cst.CSTNode) -> bool:
    """Whether the part of a loop is evaluated once, before its first round."""
    match loop:
        case cst.For(iter=head) | cst.CompFor(iter=head):
            return part is head
        case cst.ListComp(for_in=clause) | cst.SetComp(for_in=clause) | cst.DictComp(for_in=clause):
            return part is clause
    return False


def _is_named_later(name: str, place: Place, ctx: Context) -> bool:
    """Whether the function names it behind the loop, or around it in a loop that comes back."""
    scope = ctx.scope(place.loop)
    parts = list(walk(scope))
    inside = set(walk(place.loop))
    last = max(index for index, part in enumerate(parts) if part in inside)
    later = any(isinstance(part, cst.Name) and part.value == name for part in parts[last + 1 :])
    is_repeated = any(isinstance(part, cst.For | cst.While) for part in ctx.ancestors(place.loop))
    return later or (is_repeated and _count(name, scope) > 2)
