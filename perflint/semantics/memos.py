"""Code that remembers: a statement that runs only until its answer is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.semantics.events import Context, Event, Turn
from perflint.semantics.repetition import inside
from perflint.semantics.trees import stands_in

if TYPE_CHECKING:
    from perflint.semantics.trees import Trees

_FILLING = {"append", "extend", "add", "update", "setdefault"}


def is_remembered(event: Event, loop: Context, trees: Trees) -> bool:
    """Whether a test before it asks for what was kept in an earlier round, in this function or a called one.

    `if key not in found: found[key] = query(key)`, `if self._team is None: self._team = query()`,
    and the same with an early `return self._team`.
    """
    scope: ast.AST = loop.node
    for context in inside(event, loop):
        if context.turn is Turn.FUNCTION and context.symbol is not None:
            scope = trees.function(context.symbol.module, context.symbol.name) or ast.Pass()
        elif context.turn in (Turn.GUARD, Turn.EXIT) and isinstance(context.node, ast.If) and _keeps(context, scope):
            return True
    return False


def _keeps(context: Context, scope: ast.AST) -> bool:
    test = context.node
    assert isinstance(test, ast.If)
    kept = set(_kept(test if context.turn is Turn.GUARD else scope))
    return any(name in kept and not _is_set_anew(name, test, scope) for name in _asked(test.test, scope))


def _kept(scope: ast.AST) -> Iterator[str]:
    """What is filled: names, attributes, and containers that get an item."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                yield dotted(target.value if isinstance(target, ast.Subscript) else target)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FILLING:
            yield dotted(node.func.value)


def _asked(test: ast.expr, scope: ast.AST) -> Iterator[str]:
    """What a test reads, and what the names in it were computed from."""
    names = set(_read(test))
    yield from names
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and any(dotted(target) in names for target in node.targets):
            yield from _read(node.value)


def _read(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name | ast.Attribute) and (name := dotted(part)):
            yield name


def _is_set_anew(name: str, test: ast.If, scope: ast.AST) -> bool:
    """Whether a plain name gets a value outside of the tested branch too, so that no round hears of another."""
    if not name or "." in name:
        return not name
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) or _is_global(name, scope):
        return any(not stands_in(node, test) for node in _bindings(name, scope))
    return any(_bindings(name, scope)) or any(isinstance(n, ast.arg) and n.arg == name for n in ast.walk(scope))


def _bindings(name: str, scope: ast.AST) -> Iterator[ast.Name]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            yield node


def _is_global(name: str, scope: ast.AST) -> bool:
    return any(isinstance(node, ast.Global | ast.Nonlocal) and name in node.names for node in ast.walk(scope))
