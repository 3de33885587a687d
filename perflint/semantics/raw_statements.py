"""Statements that are no known query: SQL text, and what a function of the project puts together."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from perflint.project.facts import dotted
from perflint.project.symbols import Symbol
from perflint.semantics.events import Run, Turn
from perflint.semantics.repetition import place
from perflint.semantics.trees import Trees

_READING = ("select", "with", "show", "pragma", "explain", "values", "exec", "call")
_CHANGING = {
    "insert", "update", "delete", "upsert", "on_conflict_do_update", "on_conflict_do_nothing", "returning",
    "on_duplicate_key_update", "CreateTable", "DropTable", "AddConstraint", "DropConstraint", "CreateIndex",
    "DropIndex",
}  # fmt: skip


def changes_something(run: Run, function: Symbol, trees: Trees) -> bool:
    """Whether an executed statement is no query, as far as its text and what it is made of tell."""
    call = place(run)
    if run.verb != "execute" or run.query is not None or not isinstance(call, ast.Call) or not call.args:
        return False
    if len(call.args) > 1 and isinstance(call.args[1], ast.List | ast.ListComp):
        return True
    return any(_is_change(part) for part in _made_of(call.args[0], run, function, trees))


def _made_of(statement: ast.expr, run: Run, function: Symbol, trees: Trees) -> Iterator[ast.AST]:
    """The statement's expression; of a name, all that the function assigns to it."""
    called = [context.symbol for context in run.frame if context.turn is Turn.FUNCTION and context.symbol]
    symbol = called[-1] if called else function
    tree = trees.function(symbol.module, symbol.name)
    yield from ast.walk(statement)
    name = statement.id if isinstance(statement, ast.Name) else ""
    for node in ast.walk(tree) if tree is not None and name else ():
        if isinstance(node, ast.Assign) and any(dotted(target) == name for target in node.targets):
            yield from ast.walk(node.value)


def _is_change(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return dotted(node.func).rpartition(".")[2] in _CHANGING or _last(node.func) in _CHANGING
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return False
    words = node.value.split()
    return len(words) > 1 and words[0].isalpha() and words[0].isupper() and words[0].lower() not in _READING


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""
