"""Shapes of code that facts are read off: arguments, loaders, what a function returns at its end."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from perflint.project.facts import dotted
from perflint.project.nodes import nodes

_DISPLAYS = (ast.List, ast.Tuple, ast.Set)
_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")


def annotations_and_defaults(args: ast.arguments) -> list[ast.expr]:
    """What a signature evaluates when the `def` runs."""
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, *filter(None, [args.vararg, args.kwarg])]
    annotations = [arg.annotation for arg in every if arg.annotation is not None]
    return [*annotations, *args.defaults, *(default for default in args.kw_defaults if default is not None)]


def given_names(values: Iterable[ast.expr]) -> list[str]:
    """Dotted names of arguments: their own, or those listed in them."""
    names: list[str] = []
    for value in values:
        if isinstance(value, ast.Name):
            names.append(value.id)
        elif not isinstance(value, ast.Constant):
            names += filter(None, map(_given_name, _listed(value)))
    return names


def _listed(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Starred):
        node = node.value
    if isinstance(node, _DISPLAYS):
        return node.elts
    return node.values if isinstance(node, ast.Dict) else [node]


def _given_name(value: ast.expr) -> str:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "as_view":
        value = value.func  # the class behind `path("orders/", Orders.as_view())`
    return dotted(value)


def first_text(node: ast.Call) -> str:
    """The first argument of a call when it is a short string, else empty."""
    value = node.args[0] if node.args else None
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and len(value.value) < 200:
        return value.value
    return ""


def loaded_names(node: ast.expr) -> Iterator[str]:
    """The relations that a loader is given: `User.orders`, "orders__items", "orders.items"."""
    for part in nodes(node):
        if isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from _WORD.findall(part.value)


def last_return(body: list[ast.stmt]) -> ast.expr | None:
    """What a function returns at its end, or in the last branch of an `if`."""
    for statement in reversed(body):
        if isinstance(statement, ast.Return):
            return statement.value
        if isinstance(statement, ast.If):
            return last_return(statement.orelse) or last_return(statement.body)
    return None


def is_main_guard(node: ast.stmt) -> bool:
    """`if __name__ == "__main__"`."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )
