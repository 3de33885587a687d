"""Answers that are handed to a function, which then does not ask for them: `rows if rows is not None else query()`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from perflint.semantics.events import Context, Event, Turn
from perflint.semantics.repetition import levels
from perflint.semantics.trees import stands_in

if TYPE_CHECKING:
    from perflint.semantics.interpreter import Interpreter
    from perflint.semantics.trees import FunctionNode


def is_given(event: Event, interpreter: Interpreter) -> bool:
    """Whether a called function comes to the event only without an argument that its caller gives."""
    called = [context.symbol for context in event.frame if context.turn is Turn.FUNCTION]
    steps = levels(event)
    missing: set[str] = set()  # parameters of the calling function that nobody gave
    for before, level, symbol in zip(steps, steps[1:], called, strict=False):
        function = interpreter.trees.function(symbol.module, symbol.name) if symbol is not None else None
        if function is None or not isinstance(before.node, ast.Call):
            return False
        given = _given(before.node, function, missing)
        if any(_stands_in(context, level.node, given) for context in level.contexts):
            return True
        missing = {arg.arg for arg in _optional(function)} - given
    return False


def _given(call: ast.Call, function: FunctionNode, missing: set[str]) -> set[str]:
    """The optional parameters that the call gives a value."""
    optional = {arg.arg for arg in _optional(function)}
    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    positional = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    skip = 1 if positional[:1] in (["self"], ["cls"]) else 0
    named |= dict(zip(positional[skip:], call.args, strict=False))
    return {name for name, value in named.items() if name in optional and not _is_nothing(value, missing)}


def _is_nothing(value: ast.expr, missing: set[str]) -> bool:
    if isinstance(value, ast.Constant):
        return value.value is None
    return isinstance(value, ast.Name) and value.id in missing


def _optional(function: FunctionNode) -> Iterable[ast.arg]:
    """Parameters whose default is None."""
    args = function.args
    normal = [*args.posonlyargs, *args.args]
    pairs = [*zip(normal[len(normal) - len(args.defaults) :], args.defaults, strict=True)]
    for arg, default in [*pairs, *zip(args.kwonlyargs, args.kw_defaults, strict=True)]:
        if isinstance(default, ast.Constant) and default.value is None:
            yield arg


def _stands_in(context: Context, node: ast.AST, given: set[str]) -> bool:
    """Whether the node runs only where one of the parameters is nothing."""
    test = context.node
    if context.turn is Turn.EXIT and isinstance(test, ast.If):
        return _asks(test.test, given, is_there=True)
    if context.turn is not Turn.GUARD:
        return False
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return _asks(test.values[0], given, is_there=True)
    if not isinstance(test, ast.If | ast.IfExp):
        return False
    body = test.body if isinstance(test.body, list) else [test.body]
    is_in_body = any(stands_in(node, statement) for statement in body)
    return _asks(test.test, given, is_there=not is_in_body)


def _asks(test: ast.expr, given: set[str], *, is_there: bool) -> bool:
    """Whether the test asks that a parameter is there (or is not)."""
    match test:
        case ast.Name(id=name):
            return is_there and name in given
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _asks(inner, given, is_there=not is_there)
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return not is_there and name in given
        case ast.Compare(left=ast.Name(id=name), ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return is_there and name in given
        case ast.BoolOp(op=ast.And(), values=values) if not is_there:
            return any(_asks(value, given, is_there=False) for value in values)
    return False
