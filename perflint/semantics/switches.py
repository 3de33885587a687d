"""Tests that a call has decided: by what it gives a parameter, and what is computed from that alone."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from perflint.semantics import parameters
from perflint.semantics.values import Const, ListOf, Value

if TYPE_CHECKING:
    from perflint.semantics.run import Run


def known_truth(run: Run, node: ast.expr, depth: int = 3) -> bool | None:
    """Whether a test surely holds, or surely does not: of arguments that are None, True or False in this call."""
    match node:
        case ast.Name(id=name):
            value = _switch(run, name)
            if value is None:
                return _made_of(run, name, depth)
            return isinstance(value, ListOf) or bool(value.value)
        case ast.Constant(value=bool() | None as constant):
            return bool(constant)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = known_truth(run, operand, depth)
            return None if inner is None else not inner
        case ast.BoolOp(op=op, values=values):
            settles = isinstance(op, ast.Or)
            known = [known_truth(run, value, depth) for value in values]
            return settles if settles in known else None if None in known else not settles
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]):
            value = _switch(run, name)
            is_none = isinstance(value, Const) and value.value is None
            return None if value is None else is_none == isinstance(node.ops[0], ast.Is)
    return None


def _switch(run: Run, name: str) -> Const | ListOf | None:
    """The None, True, False or written-out list that a parameter holds from the call to the end.

    It may be one of the function around.
    """
    value = run.names.get(name, run.outer.get(name))
    if not isinstance(value, Const | ListOf) or not is_switch(value) or run.function is None:
        return None
    if parameters.is_lasting(name, run.function):
        return value
    is_outer = run.around is not None and parameters.is_lasting_around(name, run.function, run.around)
    return value if is_outer else None


def is_switch(value: Value) -> bool:
    """Whether a value decides tests by itself."""
    if isinstance(value, ListOf):
        return value.size > 0
    return isinstance(value, Const) and value.type in ("NoneType", "bool")


def _made_of(run: Run, name: str, depth: int) -> bool | None:
    """The same of a local name by the one expression that it is ever given."""
    if depth == 0 or run.function is None or name not in run.names:
        return None
    if not run.has_switches and not is_switch(run.names[name]):
        return None  # nothing is known that it could be made of
    value = parameters.bound_once(name, run.function)
    return known_truth(run, value, depth - 1) if value is not None else None
