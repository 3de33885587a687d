"""Tasks and results that code finds by a string: by name, by id, in a registry."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from perflint.project.callgraph import CallGraph
from perflint.project.celery.records import CeleryTask
from perflint.project.celery.signatures import SIGNS
from perflint.project.facts import callee_of
from perflint.project.symbols import Kind, Symbol
from perflint.project.trees import Tree

BY_NAME = frozenset(["send_task", "signature", "subtask", "Signature"])
BY_ID = frozenset(["AsyncResult", "GroupResult", "ResultSet", "result_from_tuple", "get_task_meta"])
_LOOKS_UP = frozenset(["getattr", "get", "pop", "import_string", "import_by_path", "import_from_string", "locate"])
# Views of libraries that tell the result of any task.
VIEWS = frozenset(["celery_progress.urls", "django_celery_results.urls", "djcelery.urls"])
# Their results are canvases, whose tasks are told by `.s` and its like.
_MAKES = frozenset([*SIGNS, "map", "starmap", "chunks", "clone", "group", "chord", "chain", "set", "Signature"])


def is_named(task: CeleryTask, name: str) -> bool:
    """Whether a string names the task; import roots may make the project's dotted path longer."""
    full = task.owner.full if task.owner else task.symbol.full
    return name in (task.name, full) or ("." in name and full.endswith(f".{name}"))


def is_of_celery(graph: CallGraph, tree: Tree, node: ast.expr) -> bool:
    """Whether a name comes from a library that has Celery in its own name."""
    return "celery" in graph.instances.origin(tree.facts.module, tree.scope(node), callee_of(node))


def named_task(call: ast.Call) -> ast.expr | None:
    """The argument that names the task of `send_task(…)` or `signature(…)`."""
    given = (keyword.value for keyword in call.keywords if keyword.arg in ("name", "task"))
    return next(iter(call.args), None) or next(given, None)


def reads_by_id(graph: CallGraph, tree: Tree, node: ast.AST) -> str:
    """Why a node may read the result of any task; empty when it does not."""
    if isinstance(node, ast.Name | ast.Attribute):
        is_model = (node.id if isinstance(node, ast.Name) else node.attr) == "TaskResult"
        return "TaskResult reads stored results" if is_model and is_of_celery(graph, tree, node) else ""
    callee = callee_of(node.func) if isinstance(node, ast.Call) else ""
    receiver, _, tail = callee.rpartition(".")
    if tail not in BY_ID or (tail == "get_task_meta" and "backend" not in receiver):
        return ""
    origin = graph.instances.origin(tree.facts.module, tree.scope(node), callee)
    return f"{tail} reads results by id" if "celery" in origin or (receiver and not origin) else ""


def looked_up(graph: CallGraph, tree: Tree, receiver: ast.expr) -> bool:
    """Whether `.delay()` is called on something that is looked up, so that any task may be meant."""
    if isinstance(receiver, ast.Name):
        return any(_is_lookup(value) for value in _bound(tree, receiver))
    if not isinstance(receiver, ast.Call):
        return isinstance(receiver, ast.Subscript)
    callee = callee_of(receiver.func)
    thing = graph.instances.thing(tree.facts.module, tree.scope(receiver), callee) if callee else None
    is_class = isinstance(thing, Symbol) and thing.kind is Kind.CLASS
    return not is_class and callee.rpartition(".")[2] not in _MAKES


def holds_canvas(tree: Tree, receiver: ast.expr) -> bool:
    """Whether a name is bound to signatures and canvases alone, whose tasks are told where they are named."""
    values = list(_bound(tree, receiver)) if isinstance(receiver, ast.Name) else []
    return bool(values) and all(map(_is_canvas, values))


def _is_canvas(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=func):
            return callee_of(func).rpartition(".")[2] in _MAKES
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _is_canvas(left) or _is_canvas(right)
        case ast.IfExp(body=body, orelse=orelse):
            return _is_canvas(body) and _is_canvas(orelse)
    return False


def _is_lookup(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return callee_of(value.func).rpartition(".")[2] in _LOOKS_UP
    return isinstance(value, ast.Subscript)


def _bound(tree: Tree, name: ast.Name) -> Iterator[ast.expr]:
    """What a function binds a name to."""
    for node in ast.walk(tree.function(name)):
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name.id for to in node.targets):
            yield node.value
