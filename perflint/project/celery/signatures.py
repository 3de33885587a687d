"""Signatures (`send.s(1)`): what becomes of the result of the canvas that they go into.

In a chain a value travels in the message, so tasks before the last may ignore their results, and the last one too where
nobody reads what the chain gives. A group turns what follows it into a chord, which reads results.
https://docs.celeryq.dev/en/stable/userguide/canvas.html
"""

from __future__ import annotations

import ast

from perflint.project.callgraph import CallGraph
from perflint.project.celery.fates import Fate, Told, fate, loads_of, worst
from perflint.project.facts import callee_of
from perflint.project.trees import Tree

DISPATCH = frozenset(["delay", "apply_async"])
SIGNS = frozenset(["s", "si", "signature", "subtask"])
_CHANGES = frozenset(["set", "clone", "link", "link_error", "on_error"])
_CALLBACKS = frozenset(["link", "link_error", "on_error", "add_periodic_task"])
_PART: Told = (Fate.KEPT, "is part of a canvas")
_DROPPED: Told = (Fate.DROPPED, "")
_DEPTH = 8


def dispatched(tree: Tree, method: ast.Attribute) -> Told:
    """What becomes of the result of `….delay` or `….apply_async`, which may also be passed on uncalled."""
    call = tree.parents[method]
    if not isinstance(call, ast.Call) or call.func is not method:
        return fate(tree, method)
    for keyword in call.keywords:
        if keyword.arg == "ignore_result" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value):
            return Fate.KEPT, "is asked for by ignore_result"
        if keyword.arg == "task_id":
            return Fate.KEPT, "has an id that its caller chose"
    return fate(tree, call)


def signed(graph: CallGraph, tree: Tree, node: ast.AST, depth: int = 0) -> Told:
    """What becomes of the result of a signature, or of a chain of them, wherever it runs."""
    parent = tree.parents.get(node)
    if depth > _DEPTH or parent is None:
        return _PART
    match parent:
        case ast.Expr():
            return _DROPPED
        case ast.Attribute(attr=name):
            return _method(graph, tree, parent, name, depth)
        case ast.Call(func=func) if func is node:  # a chain runs when it is called, a signature in place
            return fate(tree, parent)
        case ast.Call() if is_callback(tree, node):
            return _DROPPED
        case ast.Call() if _is_chain(graph, tree, parent):
            return signed(graph, tree, parent, depth + 1)
        case ast.List() | ast.Tuple() if _is_chain(graph, tree, tree.parents[parent]):
            return signed(graph, tree, tree.parents[parent], depth + 1)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right) if _is_plain(left) and _is_plain(right):
            return signed(graph, tree, parent, depth + 1)
        case ast.Assign(targets=[ast.Name(id=name)]) if (around := tree.function(parent)) is not tree.root:
            return worst(signed(graph, tree, load, depth + 1) for load in loads_of(around, name))
    return _DROPPED if is_callback(tree, node) else _PART


def is_callback(tree: Tree, node: ast.AST) -> bool:
    """A signature given as `link=` or to the scheduler: nobody reads what it gives."""
    for outer in tree.above(node):
        if isinstance(outer, ast.stmt | ast.Lambda):
            return False
        if isinstance(outer, ast.keyword) and outer.arg in ("link", "link_error"):
            return True
        if isinstance(outer, ast.Call) and callee_of(outer.func).rpartition(".")[2] in _CALLBACKS:
            return _is_argument(tree, node, outer)
    return False


def _is_argument(tree: Tree, node: ast.AST, call: ast.Call) -> bool:
    """Whether a node stands in the arguments of a call, not in what is called."""
    return call.func is not node and call.func not in tree.above(node)


def _method(graph: CallGraph, tree: Tree, method: ast.Attribute, name: str, depth: int) -> Told:
    if name in DISPATCH:
        return dispatched(tree, method)
    call = tree.parents[method]
    if name in _CHANGES and isinstance(call, ast.Call) and call.func is method:
        return signed(graph, tree, call, depth + 1)
    return _PART


def _is_chain(graph: CallGraph, tree: Tree, call: ast.AST) -> bool:
    """`chain(a.s(), b.s())`, also of a list, with nothing in it that may be a group."""
    callee = callee_of(call.func) if isinstance(call, ast.Call) else ""
    if not isinstance(call, ast.Call) or callee.rpartition(".")[2] != "chain" or call.keywords:
        return False
    members = [part for node in call.args for part in (node.elts if isinstance(node, ast.List | ast.Tuple) else [node])]
    is_ours = "celery" in graph.instances.origin(tree.facts.module, tree.scope(call), callee)
    return is_ours and all(map(_is_plain, members))


def _is_plain(node: ast.expr) -> bool:
    """A signature of one task, or a chain of such by `|`."""
    match node:
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _is_plain(left) and _is_plain(right)
        case ast.Call(func=ast.Attribute(attr=name, value=value)):
            return name in SIGNS or (name in _CHANGES and _is_plain(value))
    return False
