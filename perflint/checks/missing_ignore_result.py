"""PF601: a Celery task whose result is stored at every run and never read.

"Ignore results you don't want": https://docs.celeryq.dev/en/stable/userguide/tasks.html#tips-and-best-practices.
That results are stored once a backend is set: https://docs.celeryq.dev/en/stable/userguide/configuration.html#result-backend.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perflint.checks import visits
from perflint.codemods.ignored_results import ignoring_result
from perflint.findings import Confidence, Position, TraceStep
from perflint.libraries.celery import TASK
from perflint.project.celery import Backend, CeleryFacts, CeleryTask, ResultUse, UseState
from perflint.project.symbols import Symbol
from perflint.rewrites import Draft
from perflint.semantics.context import Context
from perflint.semantics.events import Declare, Event
from perflint.semantics.exposure import Exposures

_SHOWN = 3


def _declares(event: Event, function: Symbol, exposures: Exposures) -> bool:
    return isinstance(event, Declare)


@visits(cst.FunctionDef, cst.ClassDef, wants=_declares)
def check(node: cst.FunctionDef | cst.ClassDef, ctx: Context) -> Iterator[Draft]:
    """A task that stores its results although nothing in the project reads them."""
    for event in ctx.declares(node):
        task = ctx.project.celery.task(event.symbol) if event.what == TASK else None
        if task is not None and not ctx.project.celery.is_told(task):
            yield from _judged(node, task, ctx)


def _judged(node: cst.FunctionDef | cst.ClassDef, task: CeleryTask, ctx: Context) -> Iterator[Draft]:
    facts = ctx.project.celery
    if facts.backend is Backend.NONE:
        return
    use = facts.verdict(task.symbol)
    doubts = list(_doubts(facts, use))
    if use.state is not UseState.READ and len(doubts) < 2:
        yield _draft(node, task, use, "".join(doubts), ctx)


def _doubts(facts: CeleryFacts, use: ResultUse) -> Iterator[str]:
    """What is not known for sure: whether results are stored, whether nobody reads this one, whether it ever runs."""
    if facts.backend is Backend.UNKNOWN:
        yield "the result backend is not known"
    if use.state is UseState.UNKNOWN:
        yield f"the result {use.reasons[0]}" if use.reasons[0].startswith("is ") else use.reasons[0]
    elif not use.is_dispatched and (facts.are_dispatched or use.unknown_dispatches):
        yield "nothing here is known to dispatch it"
    elif not use.is_dispatched and use.returns_value:  # whoever dispatches it elsewhere may want the value
        yield "it returns a value, and nothing here dispatches it"


def _draft(node: cst.FunctionDef | cst.ClassDef, task: CeleryTask, use: ResultUse, doubt: str, ctx: Context) -> Draft:
    symbol = task.owner or task.symbol
    name = symbol.name.rpartition(".")[2]
    says = f"may store a result that nothing reads ({doubt})" if doubt else "stores a result that nothing here reads"
    return Draft(
        node=node.name if isinstance(node, cst.ClassDef) else node.decorators[task.decorator],
        message=f"each run of {name} {says}",
        cost=f"N stored results, N = runs of {name}",
        hotness=ctx.hotness(task.symbol).root,
        confidence=Confidence.UNPROVEN if doubt else Confidence.PROVEN,
        trace=tuple(_trace(use, name)),
        rewrite=None if doubt else ignoring_result(node, task, use, ctx),
        function=symbol.name,
    )


def _trace(use: ResultUse, name: str) -> Iterator[TraceStep]:
    """Places that dispatch the task and drop its result, and those that read any task's."""
    for site in use.sites[:_SHOWN] if use.state is UseState.UNREAD else ():
        yield TraceStep(site.path, Position(site.line, 1), f"dispatches {name} and drops the result")
    for site in use.readers[:1]:
        yield TraceStep(site.path, Position(site.line, 1), site.what)
