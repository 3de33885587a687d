"""`ignore_result=True`, for a task whose result nothing here reads, and what has to be assumed for it.

A task that ignores its result stores neither value nor state, `get()` gives None at once, and a chord of it may never
end: https://docs.celeryq.dev/en/stable/userguide/tasks.html#ignore-results-you-don-t-want.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import libcst as cst

from perflint.codemods.arguments import with_keyword
from perflint.findings import Applicability
from perflint.project.celery import CeleryTask, ResultUse, UseSite
from perflint.rewrites import Replacement, Rewrite
from perflint.semantics.context import Context

_OPTION = "ignore_result"


def ignoring_result(node: cst.FunctionDef | cst.ClassDef, task: CeleryTask, use: ResultUse, ctx: Context) -> Rewrite:
    """The rewrite of a task's decorator or class."""
    if isinstance(node, cst.ClassDef):
        replacement = _with_attribute(node, ctx)
    else:
        decorator = node.decorators[task.decorator]
        replacement = (decorator.decorator, _with_option(decorator.decorator))
    applicability, condition = _judged(task, use, ctx)
    name = (task.owner or task.symbol).name.rpartition(".")[2]
    return Rewrite(f"let {name} ignore its result{condition}", applicability, (replacement,))


def _judged(task: CeleryTask, use: ResultUse, ctx: Context) -> tuple[Applicability, str]:
    if use.readers:
        where = _place(use.readers[0], ctx)
        return Applicability.DISPLAY, f"; assumes that nobody asks for it at {where}, where {use.readers[0].what}"
    assumption = next(_assumptions(task, use, ctx), "")
    if not assumption:
        return Applicability.SAFE, ""
    return Applicability.UNSAFE, f"; assumes that nobody elsewhere reads it ({assumption})"


def _assumptions(task: CeleryTask, use: ResultUse, ctx: Context) -> Iterator[str]:
    """Why somebody may, who cannot be seen."""
    if not use.is_dispatched:
        yield "nothing here dispatches the task"
    if use.returns_value:
        yield "the task returns a value"
    if "name" in task.options:
        yield "the task has a name of its own, by which others may call it"
    if not ctx.project.celery.settings.is_complete:
        yield "the app or some of its settings are made elsewhere"
    if use.unknown_dispatches:
        site = use.unknown_dispatches[0]
        yield f"{site.what} at {_place(site, ctx)}, and may be any task"
    if "flower" in ctx.project.settings.versions:
        yield "Flower can look results up"
    if not ctx.project.is_whole:
        yield "not all files of the repository were read"


def _place(site: UseSite, ctx: Context) -> str:
    path = site.path.relative_to(ctx.project.root) if site.path.is_relative_to(ctx.project.root) else site.path
    return f"{path.as_posix()}:{site.line}"


def _with_option(decorator: cst.BaseExpression) -> cst.BaseExpression:
    call = decorator if isinstance(decorator, cst.Call) else cst.Call(decorator)
    return with_keyword(call, _OPTION, cst.Name("True"))


def _with_attribute(node: cst.ClassDef, ctx: Context) -> tuple[cst.CSTNode, Replacement]:
    """The option below the class's docstring and the attributes that it begins with."""
    line = cst.parse_statement(f"{_OPTION} = True", config=ctx.config)
    block = cst.ensure_type(node.body, cst.IndentedBlock)
    lines = list(takewhile(lambda statement: isinstance(statement, cst.SimpleStatementLine), block.body))
    if lines:
        return lines[-1], cst.FlattenSentinel([lines[-1], line])
    method, *rest = block.body  # the comment above it stays its own
    above: Sequence[cst.EmptyLine] = getattr(method, "leading_lines", ())
    below = method.with_changes(leading_lines=[cst.EmptyLine(indent=False), *above])
    return block, block.with_changes(body=[line, below, *rest])
