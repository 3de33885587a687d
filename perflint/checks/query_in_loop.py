"""PF102: a statement is executed once for each element of a loop."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst

from perflint.checks import visits
from perflint.codemods.lookup_tables import looked_up
from perflint.findings import Applicability, Confidence, Severity
from perflint.project.symbols import Symbol
from perflint.rewrites import Draft, Rewrite
from perflint.semantics import targets
from perflint.semantics.context import Context
from perflint.semantics.dependence import depends_on_round
from perflint.semantics.events import Context as Loop
from perflint.semantics.events import Event, Run
from perflint.semantics.exposure import Exposures
from perflint.semantics.given import is_given
from perflint.semantics.intent import is_wanted_one_by_one, leaves_early
from perflint.semantics.interpreter import Interpreter
from perflint.semantics.invariants import is_the_same_each_round
from perflint.semantics.loops import names_in
from perflint.semantics.memos import is_remembered
from perflint.semantics.repetition import ends_loop, is_certain, is_told_below, run_loops, spot
from perflint.semantics.values import Proof

_DOES = {
    "get": "is fetched",
    "count": "is counted",
    "exists": "is looked up",
    "contains": "is looked up",
    "aggregate": "is aggregated",
    "refresh": "is refreshed",
    "merge": "is merged",
}
_READS = {"select", "first", "last", "latest", "earliest", "execute", *_DOES}


@dataclass(frozen=True, slots=True)
class _Repeated:
    """What one call executes in each round of a loop."""

    runs: tuple[Run, ...]
    function: Symbol
    loop: Loop

    @property
    def run(self) -> Run:
        """The one that is known best."""
        return max(self.runs, key=lambda run: run.proof)


def _is_repeated(event: Event, function: Symbol, exposures: Exposures) -> bool:
    return isinstance(event, Run) and bool(_same_loop(event) or _loops(event, exposures.interpreter))


@visits(cst.Module, wants=_is_repeated)
def check(module: cst.Module, ctx: Context) -> Iterator[Draft]:
    """SQLAlchemy FAQ, "Performance"; Django, "Database access optimization: don't retrieve things one by one"."""
    calls: dict[object, _Repeated] = {}
    for found in _repeated(ctx):
        key = (found.function, found.loop.node, found.run.node)
        known = calls.get(key)
        calls[key] = found if known is None else _Repeated((*known.runs, *found.runs), known.function, known.loop)
    for found in calls.values():
        node = ctx.anchor(found.run, found.loop.node)
        if node is not None:
            yield _draft(found, node, ctx)
    yield from _same_each_round(ctx)


def _repeated(ctx: Context) -> Iterator[_Repeated]:
    for function, run in ctx.wanted(Run):
        loops = _loops(run, ctx.interpreter)
        if loops and not is_wanted_one_by_one(run, loops[0], function, ctx):
            yield _Repeated((run,), function, loops[-1])


def _loops(run: Run, interpreter: Interpreter) -> list[Loop]:
    """The function's own loops in whose rounds another statement runs, where nobody else tells of it."""
    if run.verb not in _READS or run.loop is None:
        return []
    loops = [loop for depth, loop in run_loops(run) if depth == 0 and not ends_loop(run, loop)]
    loops = [loop for loop in loops if depends_on_round(run, loop, interpreter)]
    if not loops or is_told_below(interpreter, run) or is_given(run, interpreter):
        return []
    return [] if is_remembered(run, loops[0], interpreter.trees) else loops


def _same_each_round(ctx: Context) -> Iterator[Draft]:
    """Statements that ask in each round what the first one has answered."""
    for function, run in ctx.wanted(Run):
        loop = _same_loop(run)
        node = ctx.concrete(run.node) if loop is not None else None
        if loop is not None and node is not None and is_the_same_each_round(run, loop, function, ctx):
            yield Draft(
                node,
                f"{_what(run)} in each round, with the same answer: N queries",
                cost=f"N queries, N = {_rows(loop)}",
                hotness=ctx.way(function) or ctx.hotness(function).heat.name.lower(),
                confidence=ctx.confidence(_proof(run)),
                severity=Severity.INFO,
                rewrite=Rewrite("ask once, before the loop", Applicability.DISPLAY, ()),
                function=function.name,
            )


def _same_loop(run: Run) -> Loop | None:
    """The loop around a statement of this function in which nothing says that it asks for something else each round."""
    loop = run.loop
    if run.verb not in _READS or run.trace or loop is None or not loop.multiplies:
        return None
    return None if any(run_loops(run)) else loop


def _draft(found: _Repeated, node: cst.CSTNode, ctx: Context) -> Draft:
    run, loop = found.run, found.loop
    way = ctx.way(found.function)
    each, rows = _each(loop, run), _rows(loop)
    number = len({spot(one, ctx.module) for one in found.runs})
    cost = "N queries" if number == 1 else f"{number}·N queries"
    if not all(is_certain(one, loop) for one in found.runs):
        cost = f"up to {cost}"
    by = f" by {run.trace[0].text}" if run.trace else ""
    return Draft(
        node,
        f"{_what(run)} for each {each}{by}: {cost}" + (f" ({way})" if way else ""),
        cost=f"{cost}, N = {rows}",
        hotness=way or ctx.hotness(found.function).heat.name.lower(),
        confidence=ctx.confidence(_proof(run)),
        severity=Severity.INFO if leaves_early(loop) else None,
        trace=ctx.trace(run, "runs a query"),
        rewrite=_fix(found, ctx),
        function=found.function.name,
    )


def _fix(found: _Repeated, ctx: Context) -> Rewrite | None:
    if len(found.runs) > 1 or ctx.confidence(found.run.proof) is not Confidence.PROVEN:
        return None
    return looked_up(found.run, ctx)


def _what(run: Run) -> str:
    model = run.entity.model if run.entity is not None else next(_models(run), None)
    if model is None:
        return f"an object {_DOES[run.verb]}" if run.verb in ("refresh", "merge") else "a statement is executed"
    return f"{model.name.rpartition('.')[2]} {_DOES.get(run.verb, 'is queried')}"


def _proof(run: Run) -> Proof:
    """What is executed may be no query, where neither statement nor object is known."""
    is_known = run.query is not None or run.verb != "execute"
    return run.proof if is_known else min(run.proof, Proof.PROBABLE)


def _models(run: Run) -> Iterator[Symbol]:
    return (entity for entity in (run.query.entities if run.query is not None else ()) if entity is not None)


def _each(loop: Loop, run: Run) -> str:
    """The loop's target as written."""
    used = names_in(run.node)
    found = [clause.target for clause in _clauses(loop.node)]
    chosen = next((target for target in found if used & set(targets.names(target))), found[-1] if found else None)
    return ast.unparse(chosen) if chosen is not None else "element"


def _rows(loop: Loop) -> str:
    clause = next(iter(_clauses(loop.node)), None)
    text = ast.unparse(clause.iter) if clause is not None else ""
    return f"elements of {text}" if text and len(text) <= 60 else "rounds of the loop"


def _clauses(node: ast.AST) -> Iterable[ast.For | ast.AsyncFor | ast.comprehension]:
    if isinstance(node, ast.For | ast.AsyncFor):
        return [node]
    return getattr(node, "generators", [])
