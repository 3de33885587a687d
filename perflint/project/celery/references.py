"""References to a task by its name: what each does with the task, and what becomes of the result."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from perflint.project.callgraph import CallGraph
from perflint.project.celery.classes import registers
from perflint.project.celery.fates import Fate, Told, loads_of, worst
from perflint.project.celery.signatures import DISPATCH, SIGNS, dispatched, signed
from perflint.project.facts import callee_of
from perflint.project.trees import Tree

_VALUE: Told = (Fate.KEPT, "is passed on as a value")
# What other attributes of a task mean for its result; most mean nothing. Django's tasks have those that give None.
_OTHERS: Mapping[str, Told] = {
    **dict.fromkeys(["delay_on_commit", "apply_async_on_commit"], (Fate.DROPPED, "")),
    **dict.fromkeys(["map", "starmap", "chunks", "replace"], (Fate.KEPT, "is part of a canvas")),
    "AsyncResult": (Fate.READ, "is looked up by id"),
    "ignore_result": (Fate.KEPT, "its ignore_result is read or set elsewhere"),
}


def told(graph: CallGraph, tree: Tree, node: ast.AST) -> Told | None:
    """What the reference does with the task; None when it has nothing to do with its result."""
    parent = tree.parents[node]
    if isinstance(parent, ast.Call) and parent.func is node:
        return None  # called in place, as a plain function
    if not isinstance(parent, ast.Attribute):
        return _valued(graph, tree, node, parent)
    if parent.attr in DISPATCH:
        return dispatched(tree, parent)
    if parent.attr in SIGNS:
        call = tree.parents[parent]
        is_called = isinstance(call, ast.Call) and call.func is parent
        return signed(graph, tree, call) if is_called else (Fate.KEPT, "is part of a canvas")
    return _OTHERS.get(parent.attr)


def _valued(graph: CallGraph, tree: Tree, node: ast.AST, parent: ast.AST) -> Told | None:
    if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Compare):
        return None
    if isinstance(parent, ast.Call) and (registers(parent) or callee_of(parent.func) in ("isinstance", "hasattr")):
        return None
    if isinstance(parent, ast.Assign) and isinstance(target := parent.targets[0], ast.Name):
        return _aliased(graph, tree, parent, target.id)
    return _VALUE


def _aliased(graph: CallGraph, tree: Tree, binding: ast.Assign, name: str) -> Told:
    """`task = send_mail` in a function: what its name does there, where nothing but dispatching happens."""
    around = tree.function(binding)
    loads = list(loads_of(around, name)) if around is not tree.root else []
    if not loads or not all(isinstance(tree.parents[node], ast.Attribute) for node in loads):
        return _VALUE
    return worst(found for node in loads if (found := told(graph, tree, node)))
