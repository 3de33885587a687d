"""Uses of tasks: every place that dispatches a task or hands it on, and what becomes of its result."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from perflint.project.callgraph import CallGraph
from perflint.project.celery.classes import TaskClasses
from perflint.project.celery.fates import Fate, Told, fate
from perflint.project.celery.lookups import (
    BY_ID,
    BY_NAME,
    VIEWS,
    holds_canvas,
    is_named,
    is_of_celery,
    looked_up,
    named_task,
    reads_by_id,
)
from perflint.project.celery.records import CeleryTask, UseSite
from perflint.project.celery.references import told
from perflint.project.celery.signatures import DISPATCH, dispatched, signed
from perflint.project.celery.use import Kind, Use
from perflint.project.facts import FileFacts, callee_of, dotted
from perflint.project.instances import Instance
from perflint.project.places import Place, place_of
from perflint.project.symbols import Symbol
from perflint.project.trees import Tree, Trees

_WORDS = DISPATCH | BY_NAME | BY_ID | {"TaskResult"}
_TELLING = (ast.Name, ast.Attribute, ast.Call)


class Uses:
    """Reads the files that may use tasks."""

    def __init__(self, graph: CallGraph, trees: Trees, tasks: Mapping[Symbol, CeleryTask]) -> None:
        self._graph = graph
        self._trees = trees
        self._tasks = tasks
        self._by_tail: dict[str, list[Symbol]] = {}
        self._classes = TaskClasses(graph, tasks)
        for symbol, task in tasks.items():
            self._by_tail.setdefault((task.owner or symbol).name.rpartition(".")[2], []).append(symbol)
        for alias, symbol in self._classes.objects.items():
            self._by_tail.setdefault(alias.name, []).append(symbol)
        while self._add_imported():
            pass

    def _add_imported(self) -> bool:
        """Other names that imports give to tasks, and then to these: `from shop.tasks import send as mail`."""
        known = len(self._by_tail)
        for facts in self._graph.symbols.files.values():
            for fact in facts.imports:
                tail = fact.target.rpartition(".")[2]
                if fact.local != tail and tail in self._by_tail and fact.local not in self._by_tail:
                    self._by_tail[fact.local] = [*self._by_tail[tail]]
        return len(self._by_tail) > known

    def all(self) -> Iterator[Use]:
        """Uses in all files; of tests only those that have a known task's result."""
        for facts in self._graph.symbols.files.values():
            for name in VIEWS.intersection(facts.strings):
                yield Use(None, Fate.KEPT, UseSite(facts.path, 1, f"{name} shows results by id"), Kind.BY_ID)
            if not self._may_use(facts) or (tree := self._trees.of(facts)) is None:
                continue
            telling = (node for node in tree.nodes if isinstance(node, _TELLING))
            uses = (use for node in telling for use in self._of(tree, node))
            if place_of(facts.module) is Place.TESTS:
                uses = (replace(use, dispatches=False) for use in uses if use.kind is Kind.TASK and use.fate)
            yield from uses

    def _may_use(self, facts: FileFacts) -> bool:
        names_task = not facts.words.isdisjoint(self._by_tail)
        if place_of(facts.module) is Place.TESTS:
            return names_task and not facts.words.isdisjoint(DISPATCH)
        return names_task or not facts.words.isdisjoint(_WORDS)

    def _of(self, tree: Tree, node: ast.AST) -> Iterator[Use]:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            tail = node.id if isinstance(node, ast.Name) else node.attr
            if tail in self._by_tail:
                yield from self._named(tree, node, tail)
        elif isinstance(node, ast.Call):
            if callee_of(node.func).rpartition(".")[2] in BY_NAME:
                yield from self._by_name(tree, node)
            elif isinstance(node.func, ast.Attribute) and node.func.attr in DISPATCH:
                yield from self._unnamed(tree, node.func)
        if what := reads_by_id(self._graph, tree, node):
            yield self._use(tree, node, None, (Fate.KEPT, what), Kind.BY_ID)

    def _named(self, tree: Tree, node: ast.Name | ast.Attribute, tail: str) -> Iterator[Use]:
        thing = self._thing(tree, node)
        if thing is None:
            yield from self._namesakes(tree, node, tail)
        elif thing in self._tasks:
            assert isinstance(thing, Symbol)
            yield from self._uses(tree, node, thing, told(self._graph, tree, node))
        elif (owned := self._classes.owned(tree, node, thing)) is not None:
            yield from self._uses(tree, owned.node, owned.task, owned.told or told(self._graph, tree, owned.node))

    def _thing(self, tree: Tree, node: ast.expr) -> Symbol | None:
        """The task, class or object that a name stands for."""
        name, scope = dotted(node), tree.scope(node)
        found = self._graph.symbols.resolve(tree.facts.module, name, scope) if name else None
        if found in self._classes.objects:
            return found
        thing = self._graph.instances.thing(tree.facts.module, scope, name or "?")
        return thing.of if isinstance(thing, Instance) else thing

    def _uses(self, tree: Tree, node: ast.AST, task: Symbol, found: Told | None) -> Iterator[Use]:
        if found is None:
            outer = tree.parents[node]
            if isinstance(outer, ast.Call) and outer.func is node:
                yield self._use(tree, node, task, (Fate.DROPPED, "calls it in place"), Kind.CALL)
            return
        if place_of(tree.facts.module) is Place.TESTS and found[0] is Fate.KEPT and not _is_dispatched(tree, node):
            return  # mocks are asked many things
        yield self._use(tree, node, task, found, dispatches=found[0] is Fate.DROPPED)

    def _namesakes(self, tree: Tree, node: ast.expr, tail: str) -> Iterator[Use]:
        """Tasks that an unknown `x.send.delay()` may mean."""
        outer = tree.parents[node]
        found = told(self._graph, tree, node) if isinstance(outer, ast.Attribute) else None
        for task in self._by_tail[tail] if found is not None and found[0] is not Fate.DROPPED else ():
            yield self._use(tree, node, task, (Fate.KEPT, "a task of this name is dispatched here"))

    def _by_name(self, tree: Tree, call: ast.Call) -> Iterator[Use]:
        """`send_task("app.tasks.sync")`, `signature("app.tasks.sync")`."""
        sends = callee_of(call.func).rpartition(".")[2] == "send_task"
        given = named_task(call)
        name = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
        symbols = [symbol for symbol, task in self._tasks.items() if is_named(task, name)] if name else []
        if self._is_task(tree, given) or not (sends or symbols or is_of_celery(self._graph, tree, call.func)):
            return  # `signature(task)`: told where the task is named
        found = fate(tree, call) if sends else signed(self._graph, tree, call)
        for symbol in symbols:
            yield self._use(tree, call, symbol, found, dispatches=found[0] is Fate.DROPPED)
        if not name and found[0] is not Fate.DROPPED:
            what = f"{callee_of(call.func)} is given a name that is not written out"
            yield self._use(tree, call, None, (Fate.KEPT, what), Kind.ANY)

    def _is_task(self, tree: Tree, node: ast.expr | None) -> bool:
        return node is not None and bool(dotted(node)) and self._thing(tree, node) in self._tasks

    def _unnamed(self, tree: Tree, method: ast.Attribute) -> Iterator[Use]:
        """Something that no task is known to be is dispatched, and its result is kept."""
        receiver = method.value
        if dispatched(tree, method)[0] is Fate.DROPPED or holds_canvas(tree, receiver):
            return
        if looked_up(self._graph, tree, receiver):
            what = "a task that is looked up is dispatched, its result kept"
            yield self._use(tree, method, None, (Fate.KEPT, what), Kind.ANY)
        elif (
            (name := dotted(receiver))
            and name.rpartition(".")[2] not in self._by_tail
            and not self._thing(tree, receiver)
        ):
            what = f"{name} is dispatched, its result kept"
            yield self._use(tree, method, None, (Fate.KEPT, what), Kind.SOMETHING)

    def _use(
        self,
        tree: Tree,
        node: ast.AST,
        task: Symbol | None,
        told: Told,
        kind: Kind = Kind.TASK,
        *,
        dispatches: bool = False,
    ) -> Use:
        line: int = getattr(node, "lineno", 1)
        return Use(task, told[0], UseSite(tree.facts.path, line, told[1]), kind, dispatches)


def _is_dispatched(tree: Tree, node: ast.AST) -> bool:
    """Whether `node` is the task in `task.delay(…)`."""
    method = tree.parents[node]
    call = tree.parents.get(method)
    return (
        isinstance(method, ast.Attribute)
        and method.attr in DISPATCH
        and isinstance(call, ast.Call)
        and call.func is method
    )
