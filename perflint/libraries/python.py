"""Builtins and the standard library: containers, iteration helpers, asyncio."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.events import Turn
from perflint.semantics.joining import join
from perflint.semantics.sizes import grown, size_of
from perflint.semantics.values import (
    UNKNOWN,
    Awaitable,
    Collection,
    Const,
    Derived,
    DictOf,
    Entity,
    Function,
    Instance,
    ListOf,
    Query,
    Result,
    Rows,
    TupleOf,
    Value,
    options,
    single,
)

if TYPE_CHECKING:
    from perflint.semantics.calls import Call
    from perflint.semantics.run import Run

PACKAGES = (
    "builtins",
    "functools",
    "itertools",
    "asyncio",
    "concurrent",
    "typing",
    "copy",
    "operator",
    "collections",
    "tqdm",
)

_FETCHING = {"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "deque", "tqdm", "fromkeys"}
_FOLDS = {"any", "all", "sum", "min", "max", "len"}


def call(origin: str, call: Call) -> Value | None:
    """A builtin or standard library function is called."""
    name = origin.rpartition(".")[2]
    package = origin.partition(".")[0]
    if package == "asyncio":
        return _asyncio(name, call)
    if name in ("dict", "defaultdict", "OrderedDict") and package in ("builtins", "collections"):
        return _dict(call)
    if name == "super":
        return _super(call)
    if not call.args:
        return ListOf(UNKNOWN, size=0) if name in ("list", "set", "tuple", "deque") else UNKNOWN
    if name in ("str", "repr", "print", "format"):
        _text(call)
        return Const(None, "str")
    if name in _FETCHING or name in ("enumerate", "zip", "map", "filter", "chain", "from_iterable"):
        return _iterating(name, call)
    if name in _FOLDS:
        return _fold(name, call)
    if name in ("next", "cast", "copy", "deepcopy"):
        return _passing(name, call)
    if name == "getattr":
        return _getattr(call)
    if name == "partial":
        return call.args[0]
    return None


def _super(call: Call) -> Value:
    """In a manager or queryset `super()` is the plain one; elsewhere nothing is known of it."""
    value = call.run.names.get("self", UNKNOWN)
    return replace(value, manager=None) if isinstance(value, Query) else UNKNOWN


def _text(call: Call) -> None:
    from perflint.semantics.attributes import text_of

    for value, node in zip(call.args, call.node.args, strict=False):
        text_of(call.run, value, node)


def _dict(call: Call) -> Value:
    value = call.args[0] if call.args else UNKNOWN
    if isinstance(value, DictOf):
        return value
    if isinstance(value, ListOf) and isinstance(value.element, TupleOf) and len(value.element.elements) == 2:
        return DictOf(value.element.elements[0], value.element.elements[1], value.source)
    if isinstance(value, Rows | Query | Result | Collection):
        _element(call, 0)
        return DictOf(UNKNOWN, UNKNOWN, value)
    return DictOf(UNKNOWN, UNKNOWN)


def _element(call: Call, index: int) -> Value:
    """An element of an argument, running the query that iterating it runs."""
    from perflint.semantics.expressions import iterate

    return iterate(call.run, call.args[index], call.node.args[index])


def _iterating(name: str, call: Call) -> Value:
    first = call.args[0]
    if name in ("map", "filter"):
        return _applied(name, call)
    if name == "zip":
        elements = tuple(_element(call, index) for index in range(len(call.args)))
        return ListOf(TupleOf(elements), first)
    if name == "enumerate":
        return ListOf(TupleOf((UNKNOWN, _element(call, 0))), first)
    if name in ("chain", "from_iterable"):
        element = _element(call, 0)
        for index in range(1, len(call.args)):
            element = join(element, _element(call, index))
        return ListOf(element, first)
    if name == "sorted":
        _keyed(call)
    return _list(call, first)


def _list(call: Call, value: Value) -> Value:
    """`list(x)`: the rows themselves when x was a query."""
    element = _element(call, 0)
    for option in options(value):
        if isinstance(option, Query) and option.model is not None:
            return Rows(option, node=call.run.origin(call.node))
        if isinstance(option, Rows):
            return option
        if isinstance(option, Result):
            return Rows(option.query, option.shape, call.run.origin(call.node))
        if isinstance(option, ListOf):
            return replace(option, element=element)
        if isinstance(option, DictOf):
            return ListOf(element, option.source)
    return ListOf(element, value)


def _keyed(call: Call) -> None:
    """`key=` is called for each element."""
    key = call.keywords.get("key")
    if key is not None:
        _in_loop(call, key, 0)


def _applied(name: str, call: Call) -> Value:
    if len(call.args) < 2:
        return UNKNOWN
    result, element = _in_loop(call, call.args[0], 1)
    return ListOf(element if name == "filter" else result, call.args[1])


def _in_loop(call: Call, function: Value, index: int) -> tuple[Value, Value]:
    """Apply a function to each element of an argument; what it returns, and the element."""
    from perflint.semantics import calls, loops

    iterable = call.args[index]
    element = _element(call, index)
    names = frozenset[str]()
    if isinstance(function, Function) and function.closure is not None:
        names = frozenset(argument.arg for argument in function.closure.node.args.args)
    node = call.node.args[index]
    with call.run.inside(loops.applied(call.run, call.node, iterable, element, names)):
        result = calls.apply(call.run, function, (element,), call.node)
    del node
    return result, element


def _fold(name: str, call: Call) -> Value:
    value = call.args[0]
    libraries = call.run.interpreter.libraries
    if name == "len":
        for option in options(value):
            if isinstance(option, Query):
                libraries.method(option, "__len__", call)
        return UNKNOWN
    if isinstance(value, Query):
        _element(call, 0)
    if name in ("min", "max"):
        _keyed(call)
        return single(_element(call, 0)) if isinstance(value, Rows | ListOf) else UNKNOWN
    return UNKNOWN


def _passing(name: str, call: Call) -> Value:
    if name == "next":
        return single(_element(call, 0))
    return call.args[-1] if name == "cast" else call.args[0]


def _getattr(call: Call) -> Value:
    from perflint.semantics.attributes import attribute

    name = call.arg(1)
    if isinstance(name, Const) and isinstance(name.value, str):
        return attribute(call.run, call.args[0], name.value, call.node)
    return UNKNOWN


def _asyncio(name: str, call: Call) -> Value | None:
    if name == "gather":
        values = [value.value if isinstance(value, Awaitable) else value for value in call.args]
        if call.has_star and len(values) == 1:
            element = values[0]
            return Awaitable(ListOf(element.value if isinstance(element, Awaitable) else element))
        return Awaitable(TupleOf(tuple(values)))
    if name in ("create_task", "ensure_future", "wait_for", "shield"):
        return call.arg(0)
    if name == "run":
        value = call.arg(0)
        return value.value if isinstance(value, Awaitable) else value
    if name == "to_thread" and call.args:
        from perflint.semantics import calls

        return Awaitable(calls.apply(call.run, call.args[0], call.args[1:], call.node))
    return None


def method(receiver: Value, name: str, call: Call) -> Value | None:
    """A method of a list, dict or other container."""
    match receiver:
        case DictOf():
            return _dict_method(receiver, name, call)
        case ListOf():
            return _list_method(receiver, name, call)
        case Rows():
            return _rows_method(receiver, name, call)
        case Const(type="str") if name in ("format", "join"):
            return Derived(call.args) if call.args else UNKNOWN
    return None


def _dict_method(receiver: DictOf, name: str, call: Call) -> Value | None:
    match name:
        case "values":
            return ListOf(receiver.value, receiver.source, receiver.size)
        case "keys":
            return ListOf(receiver.key, receiver.source, receiver.size)
        case "items":
            return ListOf(TupleOf((receiver.key, receiver.value)), receiver.source, receiver.size)
        case "get" | "pop":
            return receiver.value
        case "setdefault":
            _store(call, DictOf(call.arg(0), call.arg(1), receiver.source) if receiver.value == UNKNOWN else receiver)
            return call.arg(1) if receiver.value == UNKNOWN else receiver.value
        case "copy":
            return receiver
        case "update":
            _store(call, replace(receiver, size=-1))
            return UNKNOWN
    return None


def _list_method(receiver: ListOf, name: str, call: Call) -> Value | None:
    match name:
        case "append" | "add" | "appendleft" | "insert":
            value = call.args[-1] if call.args else UNKNOWN
            element = value if receiver.size == 0 else join(receiver.element, value)
            source = receiver.source if receiver.source != UNKNOWN else _looped(call)
            _store(call, ListOf(element, source, grown(call, receiver, 1)))
            return UNKNOWN
        case "extend" | "update":
            element = _element(call, 0) if call.args else UNKNOWN
            element = element if receiver.size == 0 else join(receiver.element, element)
            _store(call, ListOf(element, receiver.source, grown(call, receiver, size_of(call.arg(0)))))
            return UNKNOWN
        case "pop" | "popleft":
            return receiver.element
        case "copy":
            return receiver
        case "sort":
            return UNKNOWN
    return None


def _looped(call: Call) -> Value:
    """What the loop around an `append` goes over: one element is added for each of its rows."""
    for context in reversed(call.run.stack):
        if context.turn is Turn.LOOP:
            return context.iterable
    return UNKNOWN


def _rows_method(receiver: Rows, name: str, call: Call) -> Value | None:
    if name in ("append", "extend", "insert", "remove", "sort", "reverse", "clear", "add"):
        return UNKNOWN
    if name == "pop":
        from perflint.semantics.expressions import iterate

        return iterate(call.run, receiver, call.node)
    return receiver if name == "copy" else None


def _store(call: Call, value: Value) -> None:
    """The container's name now stands for the changed container."""
    func = call.node.func
    name = dotted(func.value) if isinstance(func, ast.Attribute) else ""
    if name and (name in call.run.names or name.startswith("self.")):
        call.run.keep(name, value)


def default(interpreter: object, node: ast.expr, module: str, scope: str) -> Value | None:
    """A plain default tells what a parameter usually is; None tells nothing."""
    if isinstance(node, ast.Constant) and node.value is None:
        return UNKNOWN
    return None


def receiver(interpreter: object, symbol: Symbol) -> Value | None:
    """Objects of builtin types tell nothing."""
    return UNKNOWN if symbol.kind is Kind.EXTERNAL and symbol.name.startswith("builtins.") else None


__all__ = ["Entity", "Instance", "Run", "call", "method"]
