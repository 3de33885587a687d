"""Celery: which functions and classes are tasks."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from perflint.project.symbols import Symbol
from perflint.semantics.events import Declare
from perflint.semantics.values import Proof, Value

if TYPE_CHECKING:
    from perflint.semantics.run import Run

PACKAGES = ("celery",)
TASK = "Celery task"


def declared(run: Run, symbol: Symbol, node: ast.stmt, decorators: Sequence[Value]) -> None:
    """`@app.task`, `@shared_task(bind=True)`."""
    if decorators and run.interpreter.questions.is_task(symbol):
        run.events.append(Declare(node, (), (), Proof.PROVEN, TASK, symbol))


def declared_class(run: Run, symbol: Symbol, node: ast.ClassDef) -> None:
    """`class Sync(app.Task)` with a `run` of its own."""
    if run.interpreter.questions.is_task(symbol):
        run.events.append(Declare(node, (), (), Proof.PROVEN, TASK, symbol))
