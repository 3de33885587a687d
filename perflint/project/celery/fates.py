"""Fates: what becomes of the value of an expression, as far as its function shows."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from enum import IntEnum

from perflint.project.facts import callee_of
from perflint.project.trees import Tree


class Fate(IntEnum):
    """Later members win where a value has several."""

    DROPPED = 0
    KEPT = 1  # somebody may read it
    READ = 2


Told = tuple[Fate, str]

# What reads a result: https://docs.celeryq.dev/en/stable/reference/celery.result.html.
_READERS = frozenset(
    """get join join_native wait wait_for_pending ready successful failed waiting state status result info collect
    children iterate iterdeps get_leaf maybe_throw maybe_reraise then traceback date_done results completed_count
    forget""".split()  # noqa: SIM905
)
_IDS = frozenset(["id", "task_id"])
_LOGS = frozenset(["debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print", "echo"])
# They call what they are given, and nothing sees what it gives back.
_FORGETFUL = frozenset(["on_commit", "add_task", "call_soon", "call_later", "call_soon_threadsafe", "addCleanup"])
_PASSING = frozenset(["partial", "format", "str", "sync_to_async"])
_DEPTH = 8


def fate(tree: Tree, node: ast.AST, depth: int = 0) -> Told:
    """What becomes of a value, with words for a message."""
    parent = tree.parents.get(node)
    if depth > _DEPTH or parent is None:
        return Fate.KEPT, "is kept"
    match parent:
        case ast.Expr():
            return Fate.DROPPED, ""
        case ast.Attribute(attr=name):
            return _attribute(tree, parent, name, depth)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return _named(tree, parent, name, depth)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.NamedExpr():
            return Fate.KEPT, "is stored"
        case ast.Return() | ast.Yield():
            return Fate.KEPT, "is returned"
        case ast.Lambda():
            return _passed(tree, parent, depth)
        case ast.Call(func=func) if func is node:  # `sync_to_async(task.delay)(1)`
            return fate(tree, parent, depth + 1)
        case ast.Call() | ast.keyword():
            return _passed(tree, node, depth)
        case ast.Await() | ast.FormattedValue() | ast.JoinedStr() | ast.BinOp() | ast.Starred() | ast.IfExp():
            return fate(tree, parent, depth + 1)
        case ast.BoolOp() | ast.Tuple() | ast.List() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.Set():
            return fate(tree, parent, depth + 1)
    return Fate.KEPT, "is used"


def _attribute(tree: Tree, node: ast.Attribute, name: str, depth: int) -> Told:
    if name in _READERS:
        return Fate.READ, f".{name} is read"
    if name in _IDS:
        kind, _ = fate(tree, node, depth + 1)
        return (Fate.DROPPED, "") if kind is Fate.DROPPED else (Fate.KEPT, f".{name} is kept")
    return Fate.KEPT, f".{name} is used"


def _named(tree: Tree, binding: ast.AST, name: str, depth: int) -> Told:
    """A local variable: the worst of what becomes of it anywhere in the function."""
    around = tree.function(binding)
    if around is tree.root:
        return Fate.KEPT, "is stored"
    if any(name in node.names for node in ast.walk(around) if isinstance(node, ast.Global | ast.Nonlocal)):
        return Fate.KEPT, "is stored"
    return worst(fate(tree, node, depth + 1) for node in loads_of(around, name))


def loads_of(around: ast.AST, name: str) -> Iterator[ast.Name]:
    """The places in a function that read a name."""
    for node in ast.walk(around):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            yield node


def _passed(tree: Tree, node: ast.AST, depth: int) -> Told:
    """An argument: dropped by logging, otherwise somebody has it."""
    call = next((outer for outer in tree.above(node) if isinstance(outer, ast.Call)), None)
    callee = callee_of(call.func) if call else ""
    tail = callee.rpartition(".")[2]
    if tail in _LOGS or tail in _FORGETFUL or callee.endswith(("stdout.write", "stderr.write")):
        return Fate.DROPPED, ""
    if call is not None and (tail in _PASSING or (isinstance(call.func, ast.Attribute) and call.func.attr == "format")):
        return fate(tree, call, depth + 1)
    return Fate.KEPT, f"is passed to {callee}" if callee else "is passed on"


def worst(fates: Iterable[Told]) -> Told:
    """READ before KEPT before DROPPED; nothing at all is DROPPED."""
    return max(fates, default=(Fate.DROPPED, ""), key=lambda told: told[0])
