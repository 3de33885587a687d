"""Type hints: which one class a name annotated with some text holds."""

from __future__ import annotations

import ast
import re

from perflint.project.facts import dotted, expression

_PLAIN = re.compile(r"[A-Za-z_][\w.]*\Z")
# Subscripted names that stand for their first argument; of a generator, for what it yields.
_FIRST = frozenset(
    ["Optional", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "Mapped", "Awaitable"]
    + [f"{prefix}{name}" for prefix in ("", "Async") for name in ("Iterator", "Iterable", "Generator")]
    + ["AbstractContextManager", "AbstractAsyncContextManager", "ContextManager", "AsyncContextManager"]
)
_NOTHING = ("", False)


def named_class(text: str) -> tuple[str, bool]:
    """The dotted name of the class, and whether the class itself is held (`type[X]`). Empty when unclear."""
    if _PLAIN.match(text):
        return (text, False) if text != "None" else _NOTHING
    return _named(expression(text))


def _named(node: ast.expr | None) -> tuple[str, bool]:
    match node:
        case ast.Constant(value=str(text)):
            return named_class(text)
        case ast.Name() | ast.Attribute():
            return dotted(node), False
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _only([left, right])
        case ast.Subscript(value=value, slice=inner):
            return _subscript(dotted(value), inner)
    return _NOTHING


def _subscript(name: str, inner: ast.expr) -> tuple[str, bool]:
    tail = name.rpartition(".")[2]
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if not parts:
        return name, False
    match tail:
        case "Union":
            return _only(parts)
        case "type" | "Type":
            return _named(parts[0])[0], True
        case "Coroutine":
            return _named(parts[-1])
        case _:
            return _named(parts[0]) if tail in _FIRST else (name, False)


def _only(parts: list[ast.expr]) -> tuple[str, bool]:
    """The only member of a union beside None."""
    named = {found for part in parts if (found := _named(part))[0] and found[0] != "None"}
    return named.pop() if len(named) == 1 else _NOTHING
