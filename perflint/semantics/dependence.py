"""Whether what differs from one round of a loop to the next reaches an event in a called function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from perflint.project.symbols import Symbol
from perflint.semantics.events import Context, Event, Run, Turn
from perflint.semantics.loops import carried, names_in
from perflint.semantics.repetition import inside, levels

if TYPE_CHECKING:
    from perflint.semantics.interpreter import Interpreter
    from perflint.semantics.trees import FunctionNode


def depends_on_round(event: Event, loop: Context, interpreter: Interpreter) -> bool:
    """Whether an argument that leads to the event, call by call, is computed from the loop's names."""
    if isinstance(event, Run) and event.query is not None and event.query.owner is not None and event.query.owner.many:
        return True
    called = [context.symbol for context in inside(event, loop) if context.turn is Turn.FUNCTION]
    nodes = [level.node for level in levels(event)][-len(called) - 1 :]
    names = loop.dependents
    for node, symbol in zip(nodes, [*called, None], strict=True):
        if not names_in(node) & names:
            return False
        if symbol is not None:
            names = _received(node, symbol, names, interpreter)
    return True


def _received(node: ast.AST, symbol: Symbol, names: frozenset[str], interpreter: Interpreter) -> frozenset[str]:
    """The names of the called function that differ because of this call."""
    function = interpreter.trees.function(symbol.module, symbol.name)
    if function is None:
        return names
    given = _parameters(node, function, symbol, names, interpreter)
    if interpreter.symbols.is_nested(symbol.module, symbol.name):
        given |= names
    return carried(frozenset(given), function.body)


def _parameters(
    node: ast.AST, function: FunctionNode, symbol: Symbol, names: frozenset[str], interpreter: Interpreter
) -> set[str]:
    every = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    if not isinstance(node, ast.Call):
        return set(every[:1])  # a property, or `__str__`
    name = symbol.name.rpartition(".")[2]
    if name != "__init__" and name != _last(node.func):
        return set(every)  # handed to `map` and the like, or under another name
    fact = interpreter.symbols.function(symbol)
    is_bound = fact is not None and fact.is_method and "staticmethod" not in fact.decorators
    found = set(every[:1]) if is_bound and (name == "__init__" or names_in(node.func) & names) else set()
    return found | _arguments(node, every[1:] if is_bound else every, names)


def _arguments(node: ast.Call, parameters: list[str], names: frozenset[str]) -> set[str]:
    found: set[str] = set()
    for index, argument in enumerate(node.args):
        if names_in(argument) & names:
            found |= set(parameters[index:] if isinstance(argument, ast.Starred) else parameters[index : index + 1])
    for keyword in node.keywords:
        if names_in(keyword.value) & names:
            found |= {keyword.arg} if keyword.arg else set(parameters)
    return found


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
