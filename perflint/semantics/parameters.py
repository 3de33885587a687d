"""Parameters: what is known of them, from arguments, annotations and defaults."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perflint.project.nodes import nodes
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.noted import noted
from perflint.semantics.signatures import Bound, with_defaults
from perflint.semantics.values import (
    NONE,
    UNKNOWN,
    Const,
    Derived,
    DictOf,
    Either,
    Function,
    Instance,
    ListOf,
    Ref,
    Value,
)

if TYPE_CHECKING:
    from perflint.semantics.interpreter import Interpreter
    from perflint.semantics.trees import FunctionNode


@dataclass(frozen=True, slots=True)
class _Names:
    """What a function binds: how often each name, the values of plain assignments, parameters, foreign names."""

    times: Counter[str]
    values: Mapping[str, ast.expr]
    own: frozenset[str]  # parameters, and those of lambdas among the defaults
    parameters: frozenset[str]  # those of functions and lambdas inside, too
    foreign: frozenset[str]  # global and nonlocal


@noted
def _names(node: FunctionNode) -> _Names:
    times: Counter[str] = Counter()
    values: dict[str, ast.expr] = {}
    every: set[str] = set()
    foreign: set[str] = set()
    for part in nodes(node):
        match part:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                times[name] += 1
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = value
            case ast.arg(arg=name):
                every.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                foreign.update(names)
    own = frozenset(arg.arg for arg in nodes(node.args) if isinstance(arg, ast.arg))
    return _Names(times, values, own, frozenset(every), frozenset(foreign))


def is_lasting(name: str, node: FunctionNode) -> bool:
    """Whether it is a parameter that the body never binds anew: what a call gives it holds to the end."""
    return name not in _names(node).times and any(arg.arg == name for arg, _ in with_defaults(node.args))


def is_lasting_around(name: str, inner: FunctionNode, outer: FunctionNode) -> bool:
    """Whether it is a lasting parameter of a function that one inside of it does not bind for itself."""
    own = _names(inner)
    return name not in own.times and name not in own.parameters and is_lasting(name, outer)


def bound_once(name: str, node: FunctionNode) -> ast.expr | None:
    """The value of a name that a function gives it in one place alone."""
    names = _names(node)
    is_once = names.times[name] == 1 and name not in names.own and name not in names.foreign
    return names.values.get(name) if is_once else None


def telling(function: Function, bound: Bound | None, own: Value | None) -> Bound:
    """The arguments that can change what a run finds; the receiver when nothing is bound, unless it is the `own` one.

    The receiver is what is bound first.
    """
    if bound is None:
        return (("", function.receiver),) if function.receiver not in (None, own) else ()
    if own is not None and bound and bound[0][1] == own:
        bound = bound[1:]
    told = [pair for pair in bound if not _is_dull(pair[1])]
    told.sort(key=_by_name)
    return tuple(told)


def _by_name(pair: tuple[str, Value]) -> str:
    return pair[0]


def _is_dull(value: Value) -> bool:
    if value is UNKNOWN:
        return True
    match value:
        case Derived():
            return True
        case Const():
            return value != NONE and not isinstance(value.value, bool)
        case ListOf(element=element):
            return _is_dull(element)
        case DictOf(value=inner):
            return _is_dull(inner)
        case Either(options=several):
            return all(map(_is_dull, several))
        case Ref(symbol=symbol):
            return symbol.kind is Kind.EXTERNAL and symbol.name.startswith("builtins.")
    return False


def initial(
    interpreter: Interpreter, symbol: Symbol, node: FunctionNode, bound: dict[str, Value], receiver: Value | None
) -> dict[str, Value]:
    """The names that a run begins with."""
    names: dict[str, Value] = {}
    first = True
    for arg, default in with_defaults(node.args):
        value = bound.get(arg.arg, UNKNOWN)
        own = interpreter.own_receiver(symbol) if first and value == UNKNOWN else None
        if own is not None:
            value = receiver if receiver is not None else own
        if value == UNKNOWN:
            value = declared(interpreter, symbol, arg, default)
        names[arg.arg] = value
        first = False
    for extra in filter(None, (node.args.vararg, node.args.kwarg)):
        names[extra.arg] = UNKNOWN
    return names


def declared(interpreter: Interpreter, symbol: Symbol, arg: ast.arg, default: ast.expr | None) -> Value:
    """What a parameter's annotation and default tell; injected dependencies included."""
    scope = symbol.name.rpartition(".")[0]
    value = interpreter.annotation(arg.annotation, symbol.module, scope)
    if value == UNKNOWN and default is not None:
        value = interpreter.libraries.default(interpreter, default, symbol.module, scope)
    return value


def own_receiver(interpreter: Interpreter, symbol: Symbol) -> Value | None:
    """What a method's first parameter is when nobody says more; None for a function that has no receiver."""
    fact = interpreter.symbols.function(symbol)
    if fact is None or not fact.is_method or "staticmethod" in fact.decorators:
        return None
    owner = Symbol(Kind.CLASS, symbol.name.rpartition(".")[0], symbol.module)
    return Ref(owner) if "classmethod" in fact.decorators else interpreter.receiver(owner)


__all__ = ["Bound", "Instance", "declared", "initial", "telling"]
