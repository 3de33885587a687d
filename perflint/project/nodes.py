"""Walking syntax trees: as `ast.walk` does, only several times faster."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

# Fields that hold no expression, statement or part of one: names, numbers, and the operators, which nobody asks for.
_PLAIN = {"ctx", "op", "ops", "id", "attr", "kind", "lineno", "type_comment", "simple", "level", "module", "is_async"}
_PLAIN |= {"arg", "asname"}
_MIXED = {"keys", "kw_defaults", "names", "kwd_attrs"}  # lists in which not every item is a node
_BLOCKS = {"body", "orelse", "finalbody", "handlers", "cases"}
_KINDS = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
_INNER = {kind: tuple(field for field in kind._fields if field not in _PLAIN) for kind in _KINDS} | {ast.Constant: ()}
_BODIES = {
    kind: tuple(field for field in kind._fields if field in _BLOCKS)
    for kind in _KINDS
    if not issubclass(kind, ast.expr)
}
_PARTS = {
    kind: tuple(field for field in fields if field not in _BODIES.get(kind, ())) for kind, fields in _INNER.items()
}


def nodes(root: ast.AST) -> list[ast.AST]:
    """The node and all nodes below, nearest first; operators and contexts (`ast.Load()`) are left out."""
    found = [root]
    for node in found:  # grows on the way
        found += children(node)
    return found


def children(node: ast.AST, fields: Mapping[type[ast.AST], tuple[str, ...]] = _INNER) -> list[ast.AST]:
    """The nodes next below a node; operators and contexts are left out."""
    found: list[ast.AST] = []
    for field in fields[node.__class__]:
        value = getattr(node, field, None)
        if value.__class__ is list:
            found += [item for item in value if isinstance(item, ast.AST)] if field in _MIXED else value
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def parts(node: ast.AST) -> list[ast.AST]:
    """The expressions and the like that stand in a statement, handler or case next to it; its body comes behind."""
    return children(node, _PARTS)


def names_of(root: ast.AST) -> Iterator[str]:
    """Every plain name at or below a node."""
    if isinstance(root, ast.Name):
        return iter((root.id,))
    return (node.id for node in nodes(root) if isinstance(node, ast.Name))


def has_body(node: ast.AST) -> bool:
    """Whether statements may stand in a statement."""
    return bool(_BODIES.get(node.__class__))


def below(node: ast.AST) -> Iterator[ast.AST]:
    """The statements that stand in a statement next to it; handlers and cases stand between."""
    for field in _BODIES.get(node.__class__, ()):
        yield from getattr(node, field)


def statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """These statements, handlers and cases, and all that stand in them; expressions are not gone into."""
    for node in body:
        yield node
        if has_body(node):
            yield from statements(below(node))


__all__ = ["below", "children", "has_body", "names_of", "nodes", "parts", "statements"]
