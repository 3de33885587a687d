"""Loops that mean to go one by one: locks, transactions of their own, rows that the session has already."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from perflint.project.nodes import nodes
from perflint.project.symbols import Symbol
from perflint.semantics.events import Context as Loop
from perflint.semantics.events import End, Run, Turn
from perflint.semantics.held_rows import is_held
from perflint.semantics.loops import names_in
from perflint.semantics.noted import noted
from perflint.semantics.raw_statements import changes_something
from perflint.semantics.repetition import inside
from perflint.semantics.values import Query, Result, Rows, Value, options

if TYPE_CHECKING:
    from perflint.semantics.context import Context

_STARTING = {"create_task", "ensure_future", "start_soon", "spawn", "run_coroutine_threadsafe", "add_task"}
_OPENS = ("begin", "begin_nested", "atomic")


def is_wanted_one_by_one(run: Run, loop: Loop, function: Symbol, ctx: Context) -> bool:
    """Whether one statement for each element is what the code is for, or costs nothing."""
    if _locks(run.query) or any(_locks(query) for query in _queries(loop.iterable)):
        return True
    model = run.query.model if run.verb == "get" and run.query and run.query.library == "sqlalchemy" else None
    if model is not None and is_held(model, run, function, ctx):
        return True
    if _is_of_a_model(run, loop) or changes_something(run, function, ctx.interpreter.trees):
        return True
    if _is_a_job(run, ctx) or _feeds_itself(run, loop):
        return True
    return _only_on_failure(run, loop) or _is_on_its_own(run, loop, ctx) or _is_prefetched(run)


def _is_of_a_model(run: Run, loop: Loop) -> bool:
    """Whether the rounds are about models: `select(model)`, `model.objects`, `model.id.in_(keys)`."""
    for node in nodes(run.node):
        match node:
            case ast.Call(
                func=ast.Name(id="select") | ast.Attribute(attr="select" | "query"), args=[ast.Name(id=name), *_]
            ):
                pass
            case ast.Attribute(value=ast.Name(id=name), attr="objects" | "_default_manager"):
                pass
            case ast.Call(func=ast.Attribute(attr="select_from"), args=[ast.Name(id=name)]):
                pass
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id=name)), attr="in_" | "is_" | "like"):
                pass
            case _:
                continue
        if name in loop.dependents:
            return True
    return False


def _is_a_job(run: Run, ctx: Context) -> bool:
    """`asyncio.create_task(job(item))`: each element is worked on by itself, beside the loop."""
    import libcst as cst

    node = ctx.concrete(run.node)
    calls = (parent for parent in ctx.ancestors(node) if isinstance(parent, cst.Call)) if node is not None else ()
    names = {call.func.attr.value for call in calls if isinstance(call.func, cst.Attribute)}
    return bool(names & _STARTING)


def _feeds_itself(run: Run, loop: Loop) -> bool:
    """Whether it asks with what it answered a round before: a walk, step by step."""
    if not isinstance(loop.node, ast.For | ast.AsyncFor):
        return False
    made = _assigned(loop.node)
    answers = {name for names, value in made if id(run.node) in _ids(value) for name in names}
    for _ in range(3):
        answers |= {name for names, value in made if names_in(value) & answers for name in names}
    return bool((answers - _made_anew(run.node, loop.node, answers)) & names_in(run.node))


def _made_anew(node: ast.AST, loop: ast.For | ast.AsyncFor, answers: set[str]) -> set[str]:
    """Names that each round gives another value before it comes to the node."""
    found = set(_bound([loop.target]))
    for statement in loop.body:
        if id(node) in _ids(statement):
            break
        if isinstance(statement, ast.Assign) and not names_in(statement.value) & answers:
            found |= set(_bound(statement.targets))
    return found


@noted
def _assigned(loop: ast.AST) -> list[tuple[set[str], ast.expr]]:
    """The names that assignments in a loop bind, and the values."""
    return [(set(_bound(node.targets)), node.value) for node in nodes(loop) if isinstance(node, ast.Assign)]


@noted
def _ids(node: ast.AST) -> frozenset[int]:
    """What tells a node, and those below it, from others while the tree is there."""
    return frozenset(map(id, nodes(node)))


def _bound(targets: list[ast.expr]) -> Iterator[str]:
    """The names that an assignment binds, without those in `found[name]`."""
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Tuple | ast.List):
            yield from _bound(target.elts)


def _locks(query: Query | None) -> bool:
    """Rows are locked: as workers do that share a queue."""
    return query is not None and query.state.has("lock", "lock?")


def _queries(value: Value) -> Iterator[Query]:
    for option in options(value):
        if isinstance(option, Query):
            yield option
        elif isinstance(option, Rows | Result):
            yield option.query


def leaves_early(loop: Loop) -> bool:
    """Whether the loop ends at the first hit."""
    return isinstance(loop.node, ast.For | ast.AsyncFor) and any(_exits(loop.node.body))


def _exits(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.Break | ast.Return):
            yield statement
        for inner in _blocks(statement):
            yield from (one for one in _exits(inner) if not (isinstance(one, ast.Break) and _is_loop(statement)))


def _is_loop(node: ast.stmt) -> bool:
    return isinstance(node, ast.For | ast.AsyncFor | ast.While)


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement that belong to the same function."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for name in ("body", "orelse", "finalbody"):
        yield getattr(node, name, [])
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


def _only_on_failure(run: Run, loop: Loop) -> bool:
    """In an `except`: not on the normal path."""
    return any(part.turn is Turn.GUARD and isinstance(part.node, ast.Try | ast.TryStar) for part in inside(run, loop))


def _is_on_its_own(run: Run, loop: Loop, ctx: Context) -> bool:
    """Each element has a session of its own, or is tried and committed or rolled back for itself."""
    parts = inside(run, loop)
    if any(part.turn is Turn.WITH and _makes_session(part.node) for part in parts):
        return True
    if not any(part.turn is Turn.TRY for part in parts):
        return False
    inner = _ids(loop.node)
    ends = any(id(end.node) in inner and end.verb in ("commit", "rollback") for _, end in ctx.every(End))
    return ends or any(_begins(part.node) for part in parts if part.turn is Turn.WITH)


def _entered(node: ast.AST) -> Iterator[str]:
    """What is called to enter a `with`, as it is written."""
    for item in node.items if isinstance(node, ast.With | ast.AsyncWith) else ():
        if isinstance(item.context_expr, ast.Call):
            yield ast.unparse(item.context_expr.func)


def _begins(node: ast.AST) -> bool:
    """`with session.begin():`, `with transaction.atomic():`."""
    return any(name.rpartition(".")[2] in _OPENS for name in _entered(node))


def _makes_session(node: ast.AST) -> bool:
    """`with SessionLocal() as session:`, `async with create_session() as session:`."""
    return any("session" in name.rpartition(".")[2].lower() for name in _entered(node))


def _is_prefetched(run: Run) -> bool:
    """A prefetched relation that is filtered again is another rule's."""
    owner = run.query.owner if run.query is not None else None
    relation = run.query.relation if run.query is not None else None
    if owner is None or relation is None or owner.query is None:
        return False
    return (*owner.path, relation.name) in owner.query.state.loaded
