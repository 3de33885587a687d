"""Celery: which functions and classes are tasks."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from perflint.project.celery.tasks import is_task_class
from perflint.project.roots.decorated import is_celery_decorator
from perflint.project.symbols import Symbol
from perflint.semantics.events import Declare
from perflint.semantics.values import Proof, Value

if TYPE_CHECKING:
    from perflint.semantics.run import Run

PACKAGES = ("celery",)
TASK = "Celery task"


def declared(run: Run, symbol: Symbol, node: ast.stmt, decorators: Sequence[Value]) -> None:
    """`@app.task`, `@shared_task(bind=True)`."""
    interpreter = run.interpreter
    fact = interpreter.symbols.function(symbol)
    for text in fact.decorators if fact else ():
        if is_celery_decorator(interpreter.graph, symbol.module, fact.parent, text):  # type: ignore[union-attr]
            run.events.append(Declare(node, (), (), Proof.PROVEN, TASK, symbol))
            return


def declared_class(run: Run, symbol: Symbol, node: ast.ClassDef) -> None:
    """`class Sync(app.Task)` with a `run` of its own."""
    fact = run.interpreter.symbols.class_(symbol)
    if fact is not None and is_task_class(run.interpreter.graph, symbol, fact):
        run.events.append(Declare(node, (), (), Proof.PROVEN, TASK, symbol))
