"""What a program makes of a client after it has built it: one that nobody else may use."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.project.nodes import nodes
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.stores import targets_of
from perflint.semantics.trees import FunctionNode

if TYPE_CHECKING:
    from perflint.semantics.context import Context

_COOKIES = ("cookies", "cookie_jar")
_HEADERS = ("headers",)
_CHANGING = ("update", "update_cookies", "set", "set_cookie", "setdefault")


def is_personal(root: FunctionNode, node: ast.expr, function: Symbol, ctx: Context) -> bool:
    """Whether the client speaks through adapters of the project, or its object signs in with it."""
    names = {dotted(target) for target in targets_of(root, node)}
    if any(_mounts_own(root, name, function, ctx) for name in names):
        return True
    own = {name for name in names if name.startswith("self.")}
    return any(_signs_in(method, name) for name in own for method in _methods(function, ctx))


def _mounts_own(root: FunctionNode, name: str, function: Symbol, ctx: Context) -> bool:
    """`session.mount(prefix, Guarded())`: an adapter of the project, which decides what may be reached."""
    for call in nodes(root):
        if isinstance(call, ast.Call) and name and dotted(call.func) == f"{name}.mount" and len(call.args) == 2:
            made = call.args[1]
            text = dotted(made.func) if isinstance(made, ast.Call) else ""
            symbol = ctx.project.symbols.resolve(function.module, text, function.name) if text else None
            if symbol is not None and symbol.kind is Kind.CLASS:
                return True
    return False


def _methods(function: Symbol, ctx: Context) -> Iterator[FunctionNode]:
    """The methods of the class that a method belongs to."""
    owner = Symbol(Kind.CLASS, function.name.rpartition(".")[0], function.module)
    fact = ctx.project.symbols.class_(owner)
    for name in fact.methods if fact is not None else ():
        found = ctx.interpreter.trees.function(owner.module, f"{owner.name}.{name}")
        if found is not None:
            yield found


def _signs_in(method: FunctionNode, name: str) -> bool:
    """Whether a method keeps in the client what an answer gave it: cookies, or headers with a token in them."""
    for part in nodes(method):
        match part:
            case ast.Call(func=ast.Attribute(value=holder, attr=verb), args=args, keywords=keywords):
                given = [*args, *(keyword.value for keyword in keywords)]
            case ast.Assign(targets=[ast.Subscript(value=holder)], value=value):
                verb, given = "update", [value]
            case _:
                continue
        is_held = dotted(holder) in {f"{name}.{kind}" for kind in (*_COOKIES, *_HEADERS)}
        if is_held and verb in _CHANGING and _from_an_answer(method, given):
            return True
    return False


def _from_an_answer(method: FunctionNode, given: list[ast.expr]) -> bool:
    """Whether a value comes from a local name that the method bound, no parameter or constant of the program."""
    bound = {part.id for part in nodes(method) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return any(isinstance(part, ast.Name) and part.id in bound for value in given for part in nodes(value))
