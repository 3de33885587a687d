"""Loops that may keep some of what they go over, by their shape alone: the gate asks before there is a LibCST tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from perflint.project.nodes import nodes
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.noted import noted
from perflint.semantics.trees import Trees, place


def may_be_filtered(iterable: ast.AST, function: Symbol, trees: Trees) -> bool:
    """Whether the function has a loop over this expression that has a condition. True where that cannot be seen."""
    root = trees.function(function.module, function.name) if function.kind is Kind.FUNCTION else None
    return root is None or not isinstance(iterable, ast.expr) or place(iterable) in _filtered(root)


@noted
def _filtered(function: ast.AST) -> frozenset[tuple[object, ...]]:
    """Where those expressions stand; the function may have been parsed anew since."""
    return frozenset(place(iterable) for node in nodes(function) for iterable in _iterable(node))


def _iterable(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.For(iter=iterable, body=body, orelse=[]) | ast.AsyncFor(iter=iterable, body=body, orelse=[]):
            first = body[0].body[0] if isinstance(body[0], ast.Try) else body[0]
            if isinstance(first, ast.If) and not first.orelse:
                yield iterable
        case ast.ListComp(generators=[clause, *_]) | ast.SetComp(generators=[clause, *_]):
            if clause.ifs:
                yield clause.iter
        case ast.DictComp(generators=[clause, *_]):
            if clause.ifs:
                yield clause.iter
        case ast.GeneratorExp(generators=[clause, *_]):
            yield clause.iter  # `any(condition for row in rows)`
        case ast.Call(func=ast.Name(id="filter"), args=[_, iterable]):
            yield iterable
