"""Annotations: the value that a written type promises."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from perflint.project.facts import dotted, expression
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.values import UNKNOWN, Awaitable, Const, DictOf, ListOf, Ref, TupleOf, Value

if TYPE_CHECKING:
    from perflint.semantics.interpreter import Interpreter

_LISTS = {
    "list", "List", "Sequence", "Iterable", "Iterator", "Collection", "set", "Set", "frozenset", "FrozenSet",
    "AsyncIterator",
    "AsyncIterable", "Generator", "AsyncGenerator", "MutableSequence", "deque", "Deque", "AbstractSet",
}  # fmt: skip
_DICTS = {"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict"}
_SAME = {"Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "Mapped", "Unpack"}
_AWAITABLES = {"Awaitable", "Coroutine", "Task", "Future"}


def value(interpreter: Interpreter, node: ast.expr | None, module: str, scope: str, depth: int = 6) -> Value:
    """The value of an annotation; UNKNOWN for types that tell nothing."""
    if node is None or depth == 0:
        return UNKNOWN
    match node:
        case ast.Constant(value=str() as text):
            return value(interpreter, expression(text), module, scope, depth - 1)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _union(interpreter, [left, right], module, scope, depth)
        case ast.Subscript(value=base, slice=inner):
            return _generic(interpreter, base, inner, module, scope, depth)
        case ast.Name() | ast.Attribute():
            return _named(interpreter, dotted(node), module, scope, depth)
    return UNKNOWN


def _union(interpreter: Interpreter, nodes: list[ast.expr], module: str, scope: str, depth: int) -> Value:
    """`X | None` is X; a union of several known types is none of them."""
    rest = [node for node in nodes if not (isinstance(node, ast.Constant) and node.value is None)]
    return value(interpreter, rest[0], module, scope, depth - 1) if len(rest) == 1 else UNKNOWN


def _generic(interpreter: Interpreter, base: ast.expr, inner: ast.expr, module: str, scope: str, depth: int) -> Value:
    name = dotted(base).rpartition(".")[2]
    arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]

    def argument(index: int) -> Value:
        return value(interpreter, arguments[index], module, scope, depth - 1) if index < len(arguments) else UNKNOWN

    if name == "Annotated":
        found = argument(0)
        return interpreter.libraries.annotated(interpreter, found, arguments[1:], module, scope)
    if name in _SAME:
        return argument(0)
    if name == "Union":
        return _union(interpreter, arguments, module, scope, depth)
    if name in _LISTS:
        return ListOf(argument(0))
    if name in _DICTS:
        return DictOf(argument(0), argument(1))
    if name in ("tuple", "Tuple"):
        return _tuple(interpreter, arguments, module, scope, depth)
    if name in ("type", "Type"):
        return _class(interpreter, arguments[0], module, scope)
    if name in _AWAITABLES:
        return Awaitable(argument(len(arguments) - 1))
    return interpreter.libraries.generic(
        interpreter, dotted(base), [argument(i) for i in range(len(arguments))], module, scope
    )


def _tuple(interpreter: Interpreter, arguments: list[ast.expr], module: str, scope: str, depth: int) -> Value:
    values = [value(interpreter, argument, module, scope, depth - 1) for argument in arguments]
    if len(arguments) == 2 and isinstance(arguments[1], ast.Constant) and arguments[1].value is ...:
        return ListOf(values[0])
    return TupleOf(tuple(values))


def _class(interpreter: Interpreter, node: ast.expr, module: str, scope: str) -> Value:
    symbol = interpreter.symbols.resolve(module, dotted(node), scope) if dotted(node) else None
    return Ref(symbol) if symbol is not None and symbol.kind in (Kind.CLASS, Kind.EXTERNAL) else UNKNOWN


def _named(interpreter: Interpreter, name: str, module: str, scope: str, depth: int) -> Value:
    symbol = interpreter.symbols.resolve(module, name, scope)
    if symbol is None:
        return UNKNOWN
    if symbol.kind is Kind.VARIABLE and interpreter.libraries.wraps_session(symbol):
        return interpreter.libraries.receiver(symbol)
    if symbol.kind is Kind.VARIABLE:
        texts = interpreter.symbols.assigns(symbol)  # `SessionDep = Annotated[Session, Depends(get_db)]`
        return value(interpreter, expression(texts[0]), symbol.module, "", depth - 1) if len(texts) == 1 else UNKNOWN
    return of_class(interpreter, symbol)


def of_class(interpreter: Interpreter, symbol: Symbol) -> Value:
    """An object of a class."""
    if symbol.kind is Kind.EXTERNAL and symbol.name.startswith(
        ("builtins.", "typing.", "datetime.", "uuid.", "decimal.")
    ):
        name = symbol.name.rpartition(".")[2]
        return ListOf(UNKNOWN) if name in _LISTS else DictOf(UNKNOWN, UNKNOWN) if name in _DICTS else UNKNOWN
    if symbol.kind in (Kind.CLASS, Kind.EXTERNAL):
        return interpreter.libraries.receiver(symbol)
    return UNKNOWN


__all__ = ["Const", "of_class", "value"]
