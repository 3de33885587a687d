"""What a task's own body does with its state and result backend, and whether it returns anything."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from perflint.project.callgraph import CallGraph
from perflint.project.celery.bases import owner_named
from perflint.project.celery.records import CeleryTask, UseSite
from perflint.project.facts import FunctionFact, callee_of, dotted
from perflint.project.symbols import Kind, Symbol
from perflint.project.trees import Tree, Trees

# What a task has that stores results, reads them or stands for another task's:
# https://docs.celeryq.dev/en/stable/reference/celery.app.task.html
_STATE = frozenset(
    ["update_state", "send_event", "add_to_chord", "add_trail", "replace", "mark_as_started", "store_result", "backend",
     "AsyncResult", "ignore_result", "is_aborted"]
)  # fmt: skip
_CURRENT = ("current_task", "celery.current_task", "current_app.current_task")
_RAISED = ("celery.exceptions.Ignore", "celery.exceptions.Reject")
_LOGS = frozenset(["debug", "info", "warning", "error", "exception", "critical", "print", "repr", "str", "isinstance"])
_NOTHING = ("None", "'None'", "NoReturn", "Never", "typing.NoReturn")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_REACH = 2000
_DEPTH = 6


class Bodies:
    """Answers for each task; helpers that are given the task, or write the current task's state, are followed."""

    def __init__(self, graph: CallGraph, trees: Trees, tasks: Mapping[Symbol, CeleryTask]) -> None:
        self._graph = graph
        self._trees = trees
        self._tasks = tasks
        self._writers = {symbol for symbol, fact in graph.symbols.all_functions() if _writes_state(fact)}
        self._given: dict[tuple[Symbol, str], str] = {}

    def returns_value(self, task: CeleryTask) -> bool:
        """Whether some way through the body gives anything but None."""
        tree, node = self._node(task.symbol)
        own = (inner for inner in ast.walk(node) if tree.function(inner) is node) if tree and node else ()
        promises = node is not None and node.returns is not None and ast.unparse(node.returns) not in _NOTHING
        return node is None or promises or any(map(_gives_value, own))

    def why_needed(self, task: CeleryTask) -> UseSite | None:
        """Why the body needs the result backend, or may."""
        tree, node = self._node(task.symbol)
        if tree is None or node is None:
            return None
        for inner in ast.walk(node):
            if reason := self._reason(task.symbol, tree, inner):
                return UseSite(tree.facts.path, getattr(inner, "lineno", node.lineno), reason)
        reason = self._of_receiver(task, node) or self._of_reached(task.symbol)
        return UseSite(tree.facts.path, node.lineno, reason) if reason else None

    def _node(self, symbol: Symbol) -> tuple[Tree, ast.FunctionDef | ast.AsyncFunctionDef] | tuple[None, None]:
        fact = self._graph.symbols.function(symbol)
        tree = self._trees.of(self._graph.symbols.files[symbol.module]) if fact else None
        for node in tree.nodes if tree else ():
            if isinstance(node, _FUNCTIONS) and fact and node.lineno == fact.line and node.name == fact.name:
                assert tree is not None
                return tree, node
        return None, None

    def _reason(self, symbol: Symbol, tree: Tree, node: ast.AST) -> str:
        """What needs the backend whatever the task is called in its own body."""
        if isinstance(node, ast.Attribute):
            head = dotted(node.value)
            if node.attr == "update_state" or (node.attr in _STATE and (head in _CURRENT or head.endswith(".backend"))):
                return f"calls {head}.{node.attr}" if head else f"calls {node.attr}"
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = callee_of(node.exc.func) if isinstance(node.exc, ast.Call) else dotted(node.exc)
            if raised and self._graph.instances.origin(symbol.module, tree.scope(node), raised) in _RAISED:
                return f"raises {raised.rpartition('.')[2]}"
        return ""

    def _of_receiver(self, task: CeleryTask, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        first = next(iter([*node.args.posonlyargs, *node.args.args]), None)
        return self._given_to(task.symbol, first.arg, task, 0) if task.is_bound and first else ""

    def _given_to(self, symbol: Symbol, name: str, task: CeleryTask, depth: int) -> str:
        """Why a function that has the task as `name` needs the backend; kept, which also ends cycles."""
        key = (symbol, name)
        if key not in self._given:
            self._given[key] = ""
            tree, node = self._node(symbol)
            reasons = (
                self._doings(symbol, name, task, tree, node, depth) if tree and node else iter(["passes itself on"])
            )
            self._given[key] = next(filter(None, reasons), "")
        return self._given[key]

    def _doings(
        self, symbol: Symbol, name: str, task: CeleryTask, tree: Tree, node: ast.AST, depth: int
    ) -> Iterator[str]:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Load):
                yield self._doing(symbol, task, tree, inner, depth)

    def _doing(self, symbol: Symbol, task: CeleryTask, tree: Tree, node: ast.Name, depth: int) -> str:
        parent = tree.parents[node]
        if isinstance(parent, ast.Attribute):
            return self._attribute(task, parent.attr, f"{node.id}.{parent.attr}", depth)
        call = tree.parents[parent] if isinstance(parent, ast.keyword) else parent
        if not isinstance(call, ast.Call) or call.func is node:
            return "" if isinstance(parent, ast.Call | ast.Compare | ast.FormattedValue) else "passes itself on"
        return self._passed(symbol, task, tree, call, node, depth)

    def _attribute(self, task: CeleryTask, attribute: str, text: str, depth: int) -> str:
        if attribute in _STATE:
            return f"uses {text}"
        method = self._method(task, attribute)
        return self._given_to(method, "self", task, depth + 1) if method is not None and method != task.symbol else ""

    def _method(self, task: CeleryTask, name: str) -> Symbol | None:
        """A method that the task has from a class of the project."""
        owner = task.owner
        if owner is None and (base := task.options.get("base")):
            owner = owner_named(self._graph, task.symbol.module, task.symbol.name.rpartition(".")[0], base)
        found = self._graph.symbols.attribute(owner, name) if owner is not None and owner.kind is Kind.CLASS else None
        return found if found is not None and found.kind is Kind.FUNCTION else None

    def _passed(self, symbol: Symbol, task: CeleryTask, tree: Tree, call: ast.Call, node: ast.Name, depth: int) -> str:
        callee = callee_of(call.func)
        if callee.rpartition(".")[2] in _LOGS or callee.startswith("super()"):
            return ""
        target = self._graph.instances.thing(symbol.module, tree.scope(call), callee) if callee else None
        fact = self._graph.symbols.function(target) if isinstance(target, Symbol) else None
        name = _parameter(fact, call, node) if fact else ""
        if not name or not isinstance(target, Symbol) or depth > _DEPTH:
            return f"passes itself on to {callee}" if callee else "passes itself on"
        reason = self._given_to(target, name, task, depth + 1)
        return f"passes itself on to {callee}, which {reason}" if reason else ""

    def _of_reached(self, symbol: Symbol) -> str:
        seen = {symbol}
        queue = [symbol] if self._writers else []
        while queue and len(seen) < _REACH:
            edges = self._graph.edges(queue.pop())
            for target in (*edges.calls, *edges.handed, *edges.guessed):
                if target not in seen and target not in self._tasks:
                    if target in self._writers:
                        return f"calls {target.name}, which writes a task's state"
                    seen.add(target)
                    queue.append(target)
        return ""


def _writes_state(fact: FunctionFact) -> bool:
    return any(call.callee.rpartition(".")[2] == "update_state" for call in fact.calls)


def _gives_value(node: ast.AST) -> bool:
    match node:
        case ast.Return(value=value):
            return value is not None and not (isinstance(value, ast.Constant) and value.value is None)
        case ast.Yield() | ast.YieldFrom():
            return True
    return False


def _parameter(fact: FunctionFact, call: ast.Call, node: ast.Name) -> str:
    """The parameter that gets `node`; empty when that is not plain."""
    for keyword in call.keywords:
        if keyword.value is node:
            return keyword.arg if keyword.arg in {param.name for param in fact.params} else ""
    positional = [param.name for param in fact.params if param.kind == "normal"]
    before: Iterable[ast.expr] = call.args[: next((i for i, arg in enumerate(call.args) if arg is node), 0)]
    index = len(list(before)) + (fact.is_method and "staticmethod" not in fact.decorators)
    return "" if any(isinstance(arg, ast.Starred) for arg in before) or index >= len(positional) else positional[index]
