"""Statements that give the same answer in each round of a loop."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.events import Act, Run, Turn
from perflint.semantics.events import Context as Loop
from perflint.semantics.intent import leaves_early
from perflint.semantics.quiet import Quiet
from perflint.semantics.repetition import inside
from perflint.semantics.values import Instance, Method, Query, Ref, Result, Rows, Value

if TYPE_CHECKING:
    from perflint.semantics.context import Context

_READS = {"select", "get", "first", "last", "latest", "earliest", "count", "exists", "aggregate"}


def is_the_same_each_round(run: Run, loop: Loop, function: Symbol, ctx: Context) -> bool:
    """Whether every round executes it, with nothing that a round has changed, and no round writes."""
    if run.trace or run.verb not in _READS or leaves_early(loop) or not isinstance(loop.node, ast.For):
        return False
    if any(part.turn not in (Turn.WITH, Turn.LOOP) for part in inside(run, loop)):
        return False
    if _read(run.node) & set(_bound(loop.node)) or not all(_is_plain(call, ctx) for call in _calls(run.node)):
        return False
    first, last = loop.node.lineno, loop.node.end_lineno or loop.node.lineno
    if any(first <= getattr(act.node, "lineno", 0) <= last for _, act in ctx.every(Act)):
        return False  # it waits for something, or makes it happen
    return not Quiet(ctx.interpreter).stretch(function, first, last)


def _read(node: ast.AST) -> set[str]:
    """Names and attributes that an expression reads."""
    parts = (part for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute))
    return {name for part in parts if (name := dotted(part))}


def _bound(loop: ast.AST) -> Iterator[str]:
    """Names and attributes that the loop gives a value, and what it calls a method of: that may change itself."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            yield dotted(node)
        elif (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            yield dotted(node.value.func.value)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def _is_plain(call: ast.Call, ctx: Context) -> bool:
    """Whether a call only builds or executes a statement: no clock, no dice, no iterator."""
    node = ctx.concrete(call.func)
    value: Value | None = ctx.value(node) if node is not None else None
    if isinstance(value, Ref):
        return value.symbol.kind is Kind.EXTERNAL and value.symbol.name.startswith(("sqlalchemy.", "django.db."))
    if not isinstance(value, Method):
        return False
    receiver = value.receiver
    is_session = isinstance(receiver, Instance) and "ession" in receiver.symbol.name
    return is_session or isinstance(receiver, Query | Result | Rows)
