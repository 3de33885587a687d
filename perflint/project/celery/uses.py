"""Uses of tasks: every place that dispatches a task or hands it on, and what becomes of its result."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from perflint.project.callgraph import CallGraph
from perflint.project.celery.fates import Fate, Told, fate, worst
from perflint.project.celery.records import CeleryTask, UseSite
from perflint.project.facts import FileFacts, callee_of, dotted
from perflint.project.instances import Instance
from perflint.project.places import Place, place_of
from perflint.project.symbols import Symbol
from perflint.project.trees import Tree, Trees

_DISPATCH = frozenset(["delay", "apply_async"])
_CANVAS = frozenset(["s", "si", "signature", "subtask", "map", "starmap", "chunks", "replace", "clone", "on_error"])
_QUIET = frozenset(["delay_on_commit", "apply_async_on_commit"])  # of Django tasks; they give None
_BY_NAME = frozenset(["send_task", "signature", "Signature"])
_BY_ID = frozenset(["AsyncResult", "GroupResult", "ResultSet", "TaskResult", "result_from_tuple", "get_task_meta"])

_WORDS = _DISPATCH | _BY_NAME | _BY_ID


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a task; `task` None stands for any task of the project."""

    task: Symbol | None
    fate: Fate
    site: UseSite
    dispatches: bool = False


class Uses:
    """Reads the files that may use tasks."""

    def __init__(self, graph: CallGraph, trees: Trees, tasks: Mapping[Symbol, CeleryTask]) -> None:
        self._graph = graph
        self._trees = trees
        self._tasks = tasks
        self._by_tail: dict[str, list[Symbol]] = {}
        self._owners = {task.owner: symbol for symbol, task in tasks.items() if task.owner}
        for symbol, task in tasks.items():
            tail = (task.owner or symbol).name.rpartition(".")[2]
            self._by_tail.setdefault(tail, []).append(symbol)

    def all(self) -> Iterator[Use]:
        """Uses in all files; of tests only those that read a result."""
        for facts in self._graph.symbols.files.values():
            if not self._may_use(facts) or (tree := self._trees.of(facts)) is None:
                continue
            uses = (use for node in tree.nodes for use in self._of(tree, node))
            if place_of(facts.module) is Place.TESTS:
                uses = (use for use in uses if use.task is not None and use.fate is Fate.READ)
            yield from uses

    def _may_use(self, facts: FileFacts) -> bool:
        names_task = not facts.words.isdisjoint(self._by_tail)
        if place_of(facts.module) is Place.TESTS:
            return names_task and not facts.words.isdisjoint(_DISPATCH)
        return names_task or not facts.words.isdisjoint(_WORDS)

    def _of(self, tree: Tree, node: ast.AST) -> Iterator[Use]:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            tail = node.id if isinstance(node, ast.Name) else node.attr
            if tail in self._by_tail:
                yield from self._named(tree, node, tail)
        elif isinstance(node, ast.Call):
            tail = callee_of(node.func).rpartition(".")[2]
            if tail in _BY_NAME:
                yield from self._by_name(tree, node, tail)
            elif tail in _BY_ID:
                yield from self._by_id(tree, node, tail)
            elif isinstance(node.func, ast.Attribute) and node.func.attr in _DISPATCH:
                yield from self._looked_up(tree, node, node.func.value)

    def _named(self, tree: Tree, node: ast.Name | ast.Attribute, tail: str) -> Iterator[Use]:
        thing = self._graph.instances.thing(tree.facts.module, tree.scope(node), dotted(node) or "?")
        symbol = thing.of if isinstance(thing, Instance) else thing
        if symbol in self._owners:
            yield self._use(tree, node, self._owners[symbol], (Fate.KEPT, "a class-based task may be run by any name"))
        elif symbol is None:
            told = self._told(tree, node)
            is_dispatch = isinstance(outer := tree.parents[node], ast.Attribute) and outer.attr in _DISPATCH | _CANVAS
            for task in self._by_tail[tail] if is_dispatch and told else ():
                yield self._use(tree, node, task, (Fate.KEPT, "a task of this name is dispatched here"))
        elif symbol in self._tasks and (told := self._told(tree, node)):
            yield self._use(tree, node, symbol, told, dispatches=told[0] is Fate.DROPPED)

    def _told(self, tree: Tree, node: ast.AST) -> Told | None:
        """What the reference does with the task; None when it has nothing to do with its result."""
        parent = tree.parents[node]
        if isinstance(parent, ast.Call) and parent.func is node:
            return None  # called in place, as a plain function
        if not isinstance(parent, ast.Attribute):
            return self._valued(tree, node, parent)
        if parent.attr in _QUIET:
            return Fate.DROPPED, ""
        if parent.attr in _DISPATCH:
            return self._dispatched(tree, parent)
        if parent.attr in _CANVAS:
            is_callback = _is_callback(tree, parent)
            return (Fate.DROPPED, "") if is_callback else (Fate.KEPT, f"is part of a canvas (.{parent.attr})")
        return (Fate.READ, "is looked up by id") if parent.attr == "AsyncResult" else None

    def _valued(self, tree: Tree, node: ast.AST, parent: ast.AST) -> Told | None:
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Compare):
            return None
        call = parent if isinstance(parent, ast.Call) else None
        if call is not None and callee_of(call.func).rpartition(".")[2] in ("isinstance", "register_task", "getattr"):
            return None
        if isinstance(parent, ast.Assign) and isinstance(target := parent.targets[0], ast.Name):
            return self._aliased(tree, parent, target.id)
        return Fate.KEPT, "is passed on as a value"

    def _aliased(self, tree: Tree, binding: ast.Assign, name: str) -> Told:
        """`task = send_mail` in a function: what its name does there, where nothing but dispatching happens."""
        around = tree.function(binding)
        loads = [
            node
            for node in (ast.walk(around) if around is not tree.root else ())
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        ]
        if not loads or not all(isinstance(tree.parents[node], ast.Attribute) for node in loads):
            return Fate.KEPT, "is passed on as a value"
        return worst(told for node in loads if (told := self._told(tree, node)))

    def _dispatched(self, tree: Tree, method: ast.Attribute) -> Told:
        call = tree.parents[method]
        if not isinstance(call, ast.Call) or call.func is not method:
            return fate(tree, method)
        for keyword in call.keywords:
            if keyword.arg == "ignore_result" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value):
                return Fate.KEPT, "is asked for by ignore_result"
        return fate(tree, call)

    def _by_name(self, tree: Tree, call: ast.Call, tail: str) -> Iterator[Use]:
        """`send_task("app.tasks.sync")`, `signature("app.tasks.sync")`."""
        if tail != "send_task" and not self._is_celery(tree, call):
            return
        if any(self._is_task(tree, node) for node in call.args[:1]):
            return  # `signature(task)`: told where the task is named
        given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg in ("name", "task"))]
        told = fate(tree, call) if tail == "send_task" else (Fate.KEPT, "is part of a canvas")
        name = given[0].value if given and isinstance(given[0], ast.Constant) else None
        if isinstance(name, str):
            for task in self._called(name):
                yield self._use(tree, call, task, told, dispatches=told[0] is Fate.DROPPED)
        elif told[0] is not Fate.DROPPED:
            yield self._use(tree, call, None, (Fate.KEPT, f"{tail} is given a name that is not written out"))

    def _is_task(self, tree: Tree, node: ast.expr) -> bool:
        name = dotted(node)
        return bool(name) and self._graph.instances.thing(tree.facts.module, tree.scope(node), name) in self._tasks

    def _called(self, name: str) -> Iterator[Symbol]:
        for symbol, task in self._tasks.items():
            if is_named(task, name):
                yield symbol

    def _by_id(self, tree: Tree, call: ast.Call, tail: str) -> Iterator[Use]:
        """A reader of results by id may read those of every task."""
        receiver = callee_of(call.func).rpartition(".")[0]
        thing = self._graph.instances.thing(tree.facts.module, tree.scope(call), receiver) if receiver else None
        if thing in self._tasks or (tail == "get_task_meta" and "backend" not in receiver):
            return
        if receiver or self._is_celery(tree, call):
            yield self._use(tree, call, None, (Fate.KEPT, f"{tail} reads results by id"))

    def _is_celery(self, tree: Tree, call: ast.Call) -> bool:
        origin = self._graph.instances.origin(tree.facts.module, tree.scope(call), callee_of(call.func))
        return "celery" in origin

    def _looked_up(self, tree: Tree, call: ast.Call, receiver: ast.expr) -> Iterator[Use]:
        """`app.tasks[name].delay()`, `import_string(path).delay()`: any task may be meant."""
        if isinstance(receiver, ast.Call) and callee_of(receiver.func).rpartition(".")[2] in _MAKES:
            return
        if isinstance(receiver, ast.Subscript | ast.Call) and fate(tree, call)[0] is not Fate.DROPPED:
            yield self._use(tree, call, None, (Fate.KEPT, "a task that is looked up is dispatched, its result kept"))

    def _use(self, tree: Tree, node: ast.AST, task: Symbol | None, told: Told, *, dispatches: bool = False) -> Use:
        line: int = getattr(node, "lineno", 1)
        return Use(task, told[0], UseSite(tree.facts.path, line, told[1]), dispatches)


# Their results are canvases, whose tasks are told by `.s` and its like.
_MAKES = frozenset([*_CANVAS, "group", "chord", "chain", "set", "Signature", "si", "xmap", "xstarmap"])


def _is_callback(tree: Tree, node: ast.AST) -> bool:
    """A signature given as `link=` or to the scheduler: nobody reads what it gives."""
    for outer in tree.above(node):
        if isinstance(outer, ast.keyword) and outer.arg in ("link", "link_error"):
            return True
        if isinstance(outer, ast.Call) and callee_of(outer.func).rpartition(".")[2] in ("add_periodic_task", "link"):
            return True
    return False


def is_named(task: CeleryTask, name: str) -> bool:
    """Whether a string names the task; import roots may make the project's dotted path longer."""
    return name == task.name or task.symbol.full == name or ("." in name and task.symbol.full.endswith(f".{name}"))
