"""Stores: where a function puts objects that outlive it: attributes, items of containers, globals."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from perflint.semantics.trees import FunctionNode, parents

Texts = set[str]
_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_CONTAINERS = ("list", "dict", "set", "defaultdict", "collections.defaultdict", "deque", "OrderedDict")
_STORING = re.compile(r"_*(set|put|store|save|cache|add|remember|register|append|insert|update|setdefault)")


def kept_in(function: FunctionNode, node: ast.expr) -> Texts:
    """The texts of the places that get what `node` makes, directly or by way of local names.

    For a `with` that is what its body fetches with the object.
    """
    statement = statement_of(function, node)
    is_with = isinstance(statement, ast.With | ast.AsyncWith)
    places = {text for found, value in stores(statement) if is_with or _holds(value, node) for text in found}
    local = {
        target.id
        for targets, value in bindings(statement)
        for target in targets
        if isinstance(target, ast.Name) and (is_with or _holds(value, node))
    }
    local = _with_derived(function, local)
    places |= local & foreign_names(function)
    for found, value in stores(function):
        if any(isinstance(part, ast.Name) and part.id in local for part in ast.walk(value)):
            places |= found
    return {text for text in places if text.removesuffix(".*") not in _own_containers(function)}


def targets_of(function: FunctionNode, node: ast.expr) -> list[ast.expr]:
    """What the value of the statement that `node` stands in is assigned to."""
    match statement_of(function, node):
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign(target=target):
            return [target]
    return []


def foreign_names(function: FunctionNode) -> Texts:
    """The names that a function declares to be others' variables."""
    found = (part for part in ast.walk(function) if isinstance(part, ast.Global | ast.Nonlocal))
    return {name for part in found for name in part.names}


def bindings(root: ast.AST) -> Iterator[tuple[list[ast.expr], ast.expr]]:
    """All assignments below a node: targets and value."""
    for part in ast.walk(root):
        if isinstance(part, ast.Assign):
            yield part.targets, part.value
        elif isinstance(part, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and part.value is not None:
            yield [part.target], part.value


def stores(root: ast.AST) -> Iterator[tuple[Texts, ast.expr]]:
    """What is put into attributes, items and containers: the places' texts, and the value."""
    for targets, value in bindings(root):
        places = {text for target in targets if (text := place(target))}
        if places:
            yield places, value
    for part in ast.walk(root):
        if isinstance(part, ast.Call):
            yield from _stored_by_call(part)


def _stored_by_call(call: ast.Call) -> Iterator[tuple[Texts, ast.expr]]:
    """`setattr(x, "y", value)`, `cache.set(key, value)`."""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Name) and call.func.id == "setattr" and len(values) == 3:
        yield {attribute_text(values[0], values[1])}, values[2]
    elif isinstance(call.func, ast.Attribute) and _STORING.match(call.func.attr):
        holder = ast.unparse(call.func.value)
        for value in values:
            yield {holder, f"{holder}.*"} - {"self", "cls"}, value


def place(target: ast.expr) -> str:
    """The text of an attribute, or of the container of an item; empty for a local name."""
    if isinstance(target, ast.Subscript):
        return ast.unparse(target.value)
    return ast.unparse(target) if isinstance(target, ast.Attribute) else ""


def attribute_text(owner: ast.expr, name: ast.expr) -> str:
    """`x.y` for `x` and `"y"`."""
    return (
        f"{ast.unparse(owner)}.{name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else '?'}"
    )


def statement_of(function: FunctionNode, node: ast.AST) -> ast.AST:
    """The innermost statement around a node; a `with` for what stands in its head."""
    above = parents(function)
    while not isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
        node = above[node]
    return node


def _own_containers(function: FunctionNode) -> Texts:
    """The local names of lists and dicts that the function makes itself: they go when it ends."""
    return {
        target.id
        for targets, value in bindings(function)
        if isinstance(value, _DISPLAYS) or (isinstance(value, ast.Call) and ast.unparse(value.func) in _CONTAINERS)
        for target in targets
        if isinstance(target, ast.Name)
    } - foreign_names(function)


def _with_derived(function: FunctionNode, local: Texts) -> Texts:
    """The names, and those that are made from them."""
    for _ in range(3):
        for targets, value in bindings(function):
            if any(isinstance(part, ast.Name) and part.id in local for part in ast.walk(value)):
                local = local.union(target.id for target in targets if isinstance(target, ast.Name))
    return local


def _holds(outer: ast.AST, node: ast.AST) -> bool:
    return any(part is node for part in ast.walk(outer))
