"""Whether code leaves alone what a query has loaded, so that loading it a moment earlier gives the same."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.containers import containers, root_name
from perflint.semantics.events import End, Event
from perflint.semantics.events import Run as Ran
from perflint.semantics.values import (
    UNKNOWN,
    Collection,
    Derived,
    Entity,
    Function,
    Instance,
    Method,
    Query,
    Ref,
    Result,
    Rows,
    Unknown,
    Value,
    options,
    parts,
)

if TYPE_CHECKING:
    from perflint.semantics.interpreter import Interpreter

_DEPTH = 5
_READS = {"select", "get", "first", "last", "latest", "earliest", "count", "exists", "contains", "aggregate"}
_SESSION_READS = {"query", "execute", "scalars", "scalar", "get", "get_one", "exec", "stream", "stream_scalars"}
_CHANGES = {
    "append", "add", "extend", "insert", "remove", "discard", "pop", "clear", "update", "sort", "reverse", "set",
    "create", "setdefault",
}  # fmt: skip
_DANGEROUS = {"setattr", "delattr", "exec", "eval", "__import__"}
# What these are given they look at, at most.
_LOOKING = {
    "builtins", "datetime", "decimal", "math", "json", "re", "uuid", "itertools", "functools", "collections", "csv",
    "operator", "statistics", "typing", "dataclasses", "logging", "io", "string", "textwrap", "html", "base64", "heapq",
    "hashlib", "random", "fractions", "zoneinfo", "time", "calendar", "enum", "bisect", "pprint", "unicodedata",
    "sqlalchemy", "django", "pydantic", "flask", "fastapi", "starlette", "rest_framework", "dateutil", "pytz", "babel",
}  # fmt: skip


class Quiet:
    """Asks of functions, and of stretches of one, whether they are quiet. The answers name what is not; "" is quiet."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._known: dict[Symbol, str] = {}

    def stretch(self, function: Symbol, first: int, last: int) -> str:
        """What disturbs between two rows of a function."""
        return self._look(Function(function), 0, range(first, last + 1))

    def function(self, function: Function, depth: int) -> str:
        """What disturbs in a whole function and those that it calls."""
        if function.symbol not in self._known:
            self._known[function.symbol] = ""  # ends cycles
            found = self._look(function, depth, None) if depth < _DEPTH else "calls go deep"
            self._known[function.symbol] = found
        return self._known[function.symbol]

    def _look(self, function: Function, depth: int, rows: range | None) -> str:
        node = self._interpreter.node(function)
        if node is None or isinstance(node, ast.Lambda):
            return f"nothing is known of {function.symbol.name or 'the module'}"
        run = self._interpreter.prepared(Function(function.symbol, None, function.closure), node, (), 0)
        run.values = {}
        run.block(node.body)
        code = [part for statement in node.body for part in ast.walk(statement) if _is_within(part, rows)]
        found = _told(run.events, rows) or _written(code, run.values)
        return found or next(filter(None, self._calls(code, run.values, containers(node), depth)), "")

    def _calls(
        self, code: Iterable[ast.AST], values: Mapping[ast.AST, Value], made: set[str], depth: int
    ) -> Iterator[str]:
        for node in code:
            if isinstance(node, ast.Call):
                given = [values.get(argument, UNKNOWN) for argument in (*node.args, *(k.value for k in node.keywords))]
                hands_on = any(_is_held(part) for value in given for part in parts(value))
                for callee in options(values.get(node.func, UNKNOWN)):
                    if self._disturbs(callee, node, hands_on, made, depth):
                        yield f"`{_text(node.func)}()` may change what is loaded"
            elif isinstance(node, ast.Attribute):
                yield self._property(values.get(node.value, UNKNOWN), node.attr, depth)

    def _property(self, owner: Value, name: str, depth: int) -> str:
        """A property is a call, too."""
        symbols = self._interpreter.symbols
        symbol = owner.model if isinstance(owner, Entity) else owner.symbol if isinstance(owner, Instance) else None
        target = symbols.attribute(symbol, name) if symbol is not None and symbol.kind is Kind.CLASS else None
        fact = symbols.function(target) if target is not None and target.kind is Kind.FUNCTION else None
        if target is None or fact is None or not any("property" in text for text in fact.decorators):
            return ""
        return self.function(Function(target, owner), depth + 1)

    def _disturbs(self, callee: Value, node: ast.Call, hands_on: bool, made: set[str], depth: int) -> bool:
        match callee:
            case Function():
                return bool(self.function(callee, depth + 1))
            case Ref(symbol=symbol) if symbol.kind is Kind.CLASS:
                return self._makes(symbol, hands_on, depth)
            case Ref(symbol=symbol) if symbol.kind is Kind.EXTERNAL:
                package, name = symbol.name.partition(".")[0], symbol.name.rpartition(".")[2]
                return name in _DANGEROUS or (hands_on and package not in _LOOKING)
            case Method(receiver=receiver, name=name):
                return _method_disturbs(receiver, name, node, hands_on, made)
        return hands_on

    def _makes(self, symbol: Symbol, hands_on: bool, depth: int) -> bool:
        """A new object of a model joins the session with the objects that it is given."""
        if self._interpreter.models.get(symbol) is not None:
            return hands_on
        init = self._interpreter.symbols.attribute(symbol, "__init__")
        return init is not None and init.kind is Kind.FUNCTION and bool(self.function(Function(init), depth + 1))


def _is_within(node: ast.AST, rows: range | None) -> bool:
    return rows is None or getattr(node, "lineno", -1) in rows


def _told(events: Iterable[Event], rows: range | None) -> str:
    """What the events say: a transaction that ends, a row that is written."""
    for event in events:
        if not _is_within(event.node, rows):
            continue
        if isinstance(event, End):
            return f"`{event.verb}()` comes in between"
        if isinstance(event, Ran) and event.verb not in _READS:
            return "something is written in between" if event.verb != "execute" else "a statement comes in between"
    return ""


def _written(code: Iterable[ast.AST], values: Mapping[ast.AST, Value]) -> str:
    """Assignments to what may be a loaded object, and rows that leave before the loop ends."""
    for node in code:
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return "rows are handed out before the loop ends"
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            owner = values.get(node.value, UNKNOWN)
            if any(_may_be_loaded(option, node) for option in options(owner)):
                return f"`{_text(node)}` is changed"
    return ""


def _may_be_loaded(owner: Value, node: ast.Attribute | ast.Subscript) -> bool:
    if isinstance(owner, Entity | Collection):
        return True
    return isinstance(owner, Unknown | Derived) and isinstance(node, ast.Attribute) and dotted(node.value) != "self"


def _method_disturbs(receiver: Value, name: str, node: ast.Call, hands_on: bool, made: set[str]) -> bool:
    match receiver:
        case Instance(symbol=symbol) if "ession" in symbol.name:
            return name not in _SESSION_READS
        case Query() | Collection():
            return name in _CHANGES
        case Entity():
            return not (name.startswith("get_") and name.endswith("_display"))
        case Unknown() | Derived():
            base = node.func.value if isinstance(node.func, ast.Attribute) else node.func
            return (hands_on or name in _CHANGES) and root_name(base) not in made
        case Instance():
            return hands_on
    return False


def _is_held(value: Value) -> bool:
    """Whether a value is a loaded object, several, or the session that has them."""
    if isinstance(value, Instance):
        return "ession" in value.symbol.name
    return isinstance(value, Entity | Rows | Collection | Result | Query)


def _text(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else f"…{text[-39:]}"
