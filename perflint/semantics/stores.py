"""Stores: where a function puts objects that outlive it: attributes, items of containers, globals."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from perflint.project.nodes import nodes
from perflint.semantics.loops import names_in
from perflint.semantics.noted import noted
from perflint.semantics.trees import FunctionNode, parents

Texts = set[str]
_STORING = re.compile(r"_*(set|put|store|save|cache|remember)")
_ADDING = re.compile(r"_*(add|register|append|insert|update)")


def kept_in(function: FunctionNode, node: ast.expr) -> Texts:
    """The texts of the places that get what `node` makes, directly or by way of local names.

    For a `with` that is what its body fetches with the object.
    """
    statement = statement_of(function, node)
    is_with = isinstance(statement, ast.With | ast.AsyncWith)
    kept = {text for found, value in stores(statement) if is_with or _holds(value, node) for text in found}
    local = {
        target.id
        for targets, value in bindings(statement)
        for target in targets
        if isinstance(target, ast.Name) and (is_with or _holds(value, node))
    }
    local = _with_derived(function, local)
    kept |= local & foreign_names(function)
    for found, names in _stored(function):
        if not local.isdisjoint(names):
            kept |= found
    given = tuple(f"{name}[" for name in _parameters(function))
    own = {inside(ast.Name(name)) for name in _bound(function)}
    return {text for text in kept - own if not text.startswith(given)}


def targets_of(function: FunctionNode, node: ast.expr) -> list[ast.expr]:
    """What the value of the statement that `node` stands in is assigned to."""
    match statement_of(function, node):
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign(target=target):
            return [target]
    return []


@noted
def foreign_names(function: FunctionNode) -> Texts:
    """The names that a function declares to be others' variables."""
    found = (part for part in nodes(function) if isinstance(part, ast.Global | ast.Nonlocal))
    return {name for part in found for name in part.names}


def bindings(root: ast.AST) -> Iterator[tuple[list[ast.expr], ast.expr]]:
    """All assignments below a node: targets and value."""
    for part in nodes(root):
        if isinstance(part, ast.Assign):
            yield part.targets, part.value
        elif isinstance(part, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and part.value is not None:
            yield [part.target], part.value


@noted
def all_bindings(function: FunctionNode) -> Sequence[tuple[list[ast.expr], ast.expr]]:
    """The assignments of a function, which are asked for again and again."""
    return tuple(bindings(function))


def stores(root: ast.AST) -> Iterator[tuple[Texts, ast.expr]]:
    """What is put into attributes, items and containers: the places' texts, and the value."""
    for targets, value in bindings(root):
        found = {text for target in targets for text in places(target)}
        if found:
            yield found, value
    for part in nodes(root):
        if isinstance(part, ast.Call):
            yield from _stored_by_call(part)


@noted
def _stored(function: FunctionNode) -> Sequence[tuple[Texts, frozenset[str]]]:
    """The places of a function's stores, and the names in what is put there."""
    return [(found, names_in(value)) for found, value in stores(function)]


def _stored_by_call(call: ast.Call) -> Iterator[tuple[Texts, ast.expr]]:
    """`setattr(x, "y", value)`, `cache.set(key, value)`."""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Name) and call.func.id == "setattr" and len(values) == 3:
        yield {attribute_text(values[0], values[1])}, values[2]
    elif isinstance(call.func, ast.Attribute):
        texts = {by_methods(call.func.value)} if _STORING.match(call.func.attr) else set()
        texts |= {inside(call.func.value)} if _ADDING.match(call.func.attr) else set()
        for value in values if texts else ():
            yield texts, value


def inside(holder: ast.expr) -> str:
    """What is in a container, whatever the key."""
    return f"{ast.unparse(holder)}[*]"


def by_methods(holder: ast.expr) -> str:
    """What is in a cache that has methods to get and to set."""
    return f"{ast.unparse(holder)}.*"


def places(target: ast.expr) -> Texts:
    """The texts of an attribute or an item, and of what is in the item's container; none for a plain name."""
    if isinstance(target, ast.Subscript):
        return {ast.unparse(target), inside(target.value)}
    return {ast.unparse(target)} if isinstance(target, ast.Attribute) else set()


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


@noted
def _bound(function: FunctionNode) -> Texts:
    """Local names: what their containers hold need not outlive the call."""
    bound = {part.id for part in nodes(function) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return bound - foreign_names(function)


def _parameters(function: FunctionNode) -> Texts:
    """The parameters, which the caller may make anew for each call."""
    return {part.arg for part in nodes(function.args) if isinstance(part, ast.arg)} - {"self", "cls"}


def _with_derived(function: FunctionNode, local: Texts) -> Texts:
    """The names, and those that are made from them."""
    for _ in range(3):
        for targets, names in _derivations(function):
            if not local.isdisjoint(names):
                local = local | targets
    return local


@noted
def _derivations(function: FunctionNode) -> Sequence[tuple[Texts, frozenset[str]]]:
    """The names that each assignment binds, and those in its value."""
    return [
        ({target.id for target in targets if isinstance(target, ast.Name)}, names_in(value))
        for targets, value in all_bindings(function)
    ]


def _holds(outer: ast.AST, node: ast.AST) -> bool:
    return any(part is node for part in nodes(outer))
