"""Base classes of tasks, and whether they let their tasks ignore results."""

from __future__ import annotations

from perflint.project.callgraph import CallGraph
from perflint.project.symbols import Kind, Symbol

# https://docs.celeryq.dev/en/stable/userguide/tasks.html#custom-task-classes; another library's base may set
# options, or use the result backend itself, as an abortable task does.
_PLAIN = frozenset(["celery.Task", "celery.app.task.Task", "celery.task.Task", "celery.task.base.Task"])
_STANDARD = ("builtins.", "abc.", "typing.")


def class_ignores(graph: CallGraph, owner: Symbol) -> bool | None:
    """`ignore_result` of a task class or the nearest of its bases that says so."""
    for base in graph.symbols.mro(owner) if owner.kind is Kind.CLASS else ():
        fact = graph.symbols.class_(base) if base.kind is Kind.CLASS else None
        for assign in fact.assigns if fact else ():
            if assign.name == "ignore_result":
                return truth_of(assign.value)
    return None


def owner_named(graph: CallGraph, module: str, scope: str, text: str) -> Symbol | None:
    """The class that `base=` or `task_cls=` names, also by `"shop.tasks:Base"`."""
    if ":" in text:
        place, _, name = text.partition(":")
        found = graph.symbols.find_module(place, module)
        module, scope, text = found or "", "", name
    thing = graph.instances.thing(module, scope, text) if text and module else None
    is_class = isinstance(thing, Symbol) and thing.kind in (Kind.CLASS, Kind.EXTERNAL)
    return thing if is_class and isinstance(thing, Symbol) else None


def doubt_about(graph: CallGraph, owner: Symbol | None) -> str:
    """Why it is not known what a task's base class does; empty when it is."""
    if owner is None:
        return "its base class is not known"
    for base in graph.symbols.mro(owner):
        if base.kind is Kind.EXTERNAL and base.name not in _PLAIN and not base.name.startswith(_STANDARD):
            return f"its base class {base.name} may use results"
    return ""


def truth_of(text: str) -> bool | None:
    """The value of a literal `True` or `False`."""
    return {"True": True, "False": False}.get(text)
