"""PF301: one INSERT, UPDATE or DELETE for each item of a loop.

That one statement may take many rows: https://docs.sqlalchemy.org/en/20/orm/queryguide/dml.html and
https://docs.djangoproject.com/en/5.2/topics/db/optimization/#use-bulk-methods.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import libcst as cst

from perflint.checks import visits
from perflint.codemods.bulk_writes import bulk_write
from perflint.findings import Severity
from perflint.project.hotness import Heat
from perflint.project.symbols import Symbol
from perflint.rewrites import Draft
from perflint.semantics import rounds
from perflint.semantics.context import Context
from perflint.semantics.events import Context as Around
from perflint.semantics.events import End, Event, Run
from perflint.semantics.exposure import Exposures
from perflint.semantics.flushes import is_flush_of_one
from perflint.semantics.repetition import ends_loop, is_told_below, spot
from perflint.semantics.trees import is_same
from perflint.semantics.values import Entity, Proof, options
from perflint.semantics.writes import must_run_alone

_WORDS = {
    "insert": "INSERT into {}", "update": "UPDATE of {}", "delete": "DELETE from {}", "save": "save() of {}",
    "related_add": "INSERT into a link table of {}", "related_set": "change of a link table of {}",
    "related_remove": "DELETE from a link table of {}", "related_clear": "DELETE from a link table of {}",
    "get_or_create": "get_or_create() of {}", "update_or_create": "update_or_create() of {}",
}  # fmt: skip


def _is_repeated(event: Event, function: Symbol, exposures: Exposures) -> bool:
    writes = isinstance(event, Run) and event.verb in _WORDS
    flushes = isinstance(event, End) and event.verb == "flush" and not event.trace
    loop = rounds.repeating(event) if (writes or flushes) and isinstance(event.node, ast.Call) else None
    if loop is None or _is_off_the_path(event, loop):
        return False
    if not isinstance(event, Run) or rounds.stands_here(loop, event):
        return not isinstance(event, Run) or _changes(event)
    return _changes(event) and not is_told_below(exposures.interpreter, event)


@visits(cst.Call, wants=_is_repeated)
def check(call: cst.Call, ctx: Context) -> Iterator[Draft]:
    """A statement that writes, once for each item of a loop over data."""
    for run in sorted(ctx.runs(call), key=lambda run: -run.proof):
        loop = _loop(run, ctx) if run.verb in _WORDS else None
        if loop is not None and not _is_meant(run, loop, ctx):
            yield _draft(call, run, loop, ctx)
            return
    for end in ctx.ends(call):
        loop = _loop(end, ctx) if end.verb == "flush" and not end.trace else None
        if loop is not None and not _is_careful(end, loop, ctx) and is_flush_of_one(call, loop, ctx):
            yield _flush_draft(call, end, loop, ctx)
            return


def _loop(event: Run | End, ctx: Context) -> Around | None:
    """The loop over data around the event, unless a called function has it and tells of it by itself."""
    loop = rounds.repeating(event)
    if loop is None or rounds.stands_here(loop, event):
        return loop
    told = not isinstance(event, Run) or is_told_below(ctx.interpreter, event) or _is_told_here(event, loop, ctx)
    return None if told else loop


def _is_told_here(run: Run, loop: Around, ctx: Context) -> bool:
    """Whether the loop stands in another function of this file that knows as much: one that is handed over."""
    for _, other in ctx.every(Run):
        is_shown = other is not run and other.proof is not Proof.UNPROVEN
        own = rounds.repeating(other) if is_shown and spot(other, ctx.module) == spot(run, ctx.module) else None
        if own is not None and is_same(own.node, loop.node) and rounds.stands_here(own, other):
            return True
    return False


def _is_meant(run: Run, loop: Around, ctx: Context) -> bool:
    """Whether a statement for each item is what the code needs."""
    return not _changes(run) or _is_careful(run, loop, ctx) or must_run_alone(run, loop, ctx)


def _changes(run: Run) -> bool:
    """Whether each round writes something else: one object that is saved again and again makes no batch."""
    return run.dependent or run.verb == "insert"


def _is_off_the_path(event: Event, loop: Around) -> bool:
    """Whether a round that comes by the event is kept apart, or not one that the others are like."""
    return rounds.is_isolated(event, loop) or rounds.is_rare(event, loop) or ends_loop(event, loop)


def _is_careful(event: Run | End, loop: Around, ctx: Context) -> bool:
    """Whether rounds are kept apart on purpose, or the event is off their normal path."""
    if _is_off_the_path(event, loop) or any(rounds.acts(event, loop, ctx)):
        return True
    concrete = ctx.concrete(event.node)
    return concrete is not None and rounds.walks_a_tree(loop, ctx.function(concrete).name.rpartition(".")[2])


def _draft(call: cst.Call, run: Run, loop: Around, ctx: Context) -> Draft:
    model, rows = _model(run), _row_model(loop)
    verb = _WORDS[run.verb].format(model)
    own = verb.partition(" ")[0] if rows == model and run.entity is not None else verb
    helper = f" in {run.trace[0].text}" if run.trace else ""
    proven = run.proof is Proof.PROVEN and not run.trace
    return Draft(
        node=call,
        message=f"each {_item(loop)} runs its own {own}{helper}: N statements",
        cost=f"N statements, N = {_item(loop, plural='s')}",
        hotness=_heat(call, ctx),
        confidence=ctx.confidence(run.proof),
        severity=_severity(call, ctx),
        trace=ctx.trace(run, f"runs the {verb}"),
        rewrite=bulk_write(call, run, loop, ctx) if proven else None,
        function=ctx.function(call).name,
    )


def _flush_draft(call: cst.Call, end: End, loop: Around, ctx: Context) -> Draft:
    """Rows that are flushed together are sent together, whether `add()` was called in a loop or not."""
    return Draft(
        node=call,
        message=f"each {_item(loop)} flushes its own new row: N INSERTs",
        cost=f"N INSERTs, N = {_item(loop, plural='s')}",
        hotness=_heat(call, ctx),
        confidence=ctx.confidence(end.proof),
        severity=_severity(call, ctx),
        function=ctx.function(call).name,
    )


def _heat(call: cst.Call, ctx: Context) -> str:
    function = ctx.function(call)
    return ctx.way(function) or ctx.hotness(function).heat.name.lower()


def _severity(call: cst.Call, ctx: Context) -> Severity | None:
    return Severity.INFO if ctx.hotness(ctx.function(call)).heat is Heat.ONCE else None


def _model(run: Run) -> str:
    """`Order`, or what the statement names in its place."""
    symbol = run.query.model if run.query is not None else run.entity.model if run.entity is not None else None
    if symbol is not None:
        return _last(symbol)
    root = run.query.root if run.query is not None else None
    text = ast.unparse(root.args[0]) if isinstance(root, ast.Call) and root.args else ""
    return text if 0 < len(text) < 40 else "a table"


def _row_model(loop: Around) -> str:
    entities = [value for value in options(loop.element) if isinstance(value, Entity)]
    return _last(entities[0].model) if entities else ""


def _last(symbol: Symbol) -> str:
    return symbol.name.rpartition(".")[2]


def _item(loop: Around, plural: str = "") -> str:
    """`row of Order`, `items of order_ids`."""
    if model := _row_model(loop):
        return f"row{plural} of {model}"
    # The loop may be a called function's, whose nodes have no counterpart here: the text is that of its tree.
    text = ast.unparse(loop.node.iter) if isinstance(loop.node, ast.For | ast.AsyncFor) else ""
    return f"item{plural} of {text}" if 0 < len(text) < 40 else f"item{plural}"
