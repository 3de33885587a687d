"""FastAPI: what dependencies inject."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.project.symbols import Kind
from perflint.semantics.values import UNKNOWN, Awaitable, Function, ListOf, Value

if TYPE_CHECKING:
    from perflint.semantics.interpreter import Interpreter

PACKAGES = ("fastapi", "starlette")


def default(interpreter: Interpreter, node: ast.expr, module: str, scope: str) -> Value | None:
    """`Depends(get_db)`: what the provider yields or returns; for a class an object of it."""
    if not isinstance(node, ast.Call) or not node.args:
        return None
    callee = interpreter.symbols.resolve(module, dotted(node.func), "") if dotted(node.func) else None
    if callee is None or callee.name.rpartition(".")[2] not in ("Depends", "Security"):
        return None
    provider = interpreter.symbols.resolve(module, dotted(node.args[0]), scope) if dotted(node.args[0]) else None
    if provider is None:
        return None
    if provider.kind is Kind.CLASS:
        return interpreter.libraries.receiver(provider)
    if provider.kind is not Kind.FUNCTION:
        return None
    return _provided(interpreter, provider)


def _provided(interpreter: Interpreter, provider: object) -> Value:
    from perflint.project.symbols import Symbol

    assert isinstance(provider, Symbol)
    analysis = interpreter.analyse(Function(provider), None, 1)
    if analysis is None:
        return UNKNOWN
    value = analysis.yielded if analysis.yielded != UNKNOWN else analysis.value
    if isinstance(value, Awaitable):
        value = value.value
    return value.element if isinstance(value, ListOf) and analysis.yielded == UNKNOWN else value
