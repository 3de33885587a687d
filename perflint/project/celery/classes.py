"""Class-based tasks: objects of them, and what the names of their classes are used for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from perflint.project.callgraph import CallGraph
from perflint.project.celery.fates import Fate, Told
from perflint.project.celery.records import CeleryTask
from perflint.project.facts import callee_of, dotted, expression
from perflint.project.symbols import Kind, Symbol
from perflint.project.trees import Tree

_KEPT: Told = (Fate.KEPT, "is passed on as a value")


@dataclass(frozen=True, slots=True)
class Owned:
    """A use of a task's class or object; `node` stands for the task where `told` leaves it open."""

    task: Symbol
    node: ast.AST
    told: Told | None = None


class TaskClasses:
    """The classes behind tasks. `objects` are module-level variables that hold an object of one."""

    def __init__(self, graph: CallGraph, tasks: Mapping[Symbol, CeleryTask]) -> None:
        self._graph = graph
        self._owners = {task.owner: symbol for symbol, task in tasks.items() if task.owner}
        self.objects = dict(self._objects()) if self._owners else {}

    def owned(self, tree: Tree, node: ast.AST, thing: Symbol) -> Owned | None:
        """What a name of a task's class, or of an object of it, means for the task."""
        if thing in self.objects:
            return Owned(self.objects[thing], node)
        if thing not in self._owners:
            return None
        task = self._owners[thing]
        parent = tree.parents[node]
        if isinstance(parent, ast.ClassDef) or (isinstance(parent, ast.keyword) and parent.arg == "base"):
            return Owned(task, node, (Fate.KEPT, "is the base of other tasks"))
        made = parent if isinstance(parent, ast.Call) and parent.func is node else node
        outer = tree.parents[made]
        if isinstance(outer, ast.Attribute):  # `Sync().delay()`, and in old versions `Sync.delay()`
            return Owned(task, made)
        if isinstance(outer, ast.Call) and registers(outer):
            return None
        is_known = isinstance(outer, ast.Assign) and tree.function(outer) is tree.root
        return None if is_known and made is not node else Owned(task, node, _KEPT)

    def _objects(self) -> Iterator[tuple[Symbol, Symbol]]:
        """`sync = app.register_task(Sync())`."""
        for module, facts in self._graph.symbols.files.items():
            for assign in facts.assigns:
                owner = self._made(module, assign.value) if "(" in assign.value else None
                if owner in self._owners and "." not in assign.name:
                    yield Symbol(Kind.VARIABLE, assign.name, module), self._owners[owner]

    def _made(self, module: str, text: str) -> Symbol | None:
        tree = expression(text) if len(text) < 200 else None
        if isinstance(tree, ast.Call) and tree.args and registers(tree):
            tree = tree.args[0]
        name = dotted(tree.func) if isinstance(tree, ast.Call) else dotted(tree)
        return self._graph.symbols.resolve(module, name) if name else None


def registers(call: ast.Call) -> bool:
    """`app.register_task(Sync())`, `app.tasks.register(Sync())`: the app's own registry, that is."""
    return callee_of(call.func).endswith(("register_task", "tasks.register"))
