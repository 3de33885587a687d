"""Task annotations: options that the settings give to tasks by name.

https://docs.celeryq.dev/en/stable/userguide/configuration.html#task-annotations.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from perflint.project.callgraph import CallGraph
from perflint.project.facts import dotted, expression
from perflint.project.symbols import Kind

ALL = "*"
_DEPTH = 3


def ignoring(graph: CallGraph, module: str, scope: str, node: ast.expr, depth: int = 0) -> Iterator[str]:
    """Names of tasks that the annotations let ignore their results; what cannot be read may name all."""
    match node:
        case ast.Constant(value=None):
            return
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if "ignore_result" in ast.unparse(value) or not isinstance(value, ast.Dict):
                    yield key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ALL
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from ignoring(graph, module, scope, part, depth)
        case _:
            yield from _named(graph, module, scope, dotted(node), depth)


def _named(graph: CallGraph, module: str, scope: str, name: str, depth: int) -> Iterator[str]:
    symbol = graph.symbols.resolve(module, name, scope) if name else None
    texts = graph.symbols.assigns(symbol) if symbol is not None and symbol.kind is Kind.VARIABLE else ()
    trees = [tree for text in texts if (tree := expression(text)) is not None]
    if not trees or symbol is None or depth == _DEPTH:
        yield ALL
        return
    for tree in trees:
        yield from ignoring(graph, symbol.module, "", tree, depth + 1)
