"""Writing statements as they stand in the source: what one of them takes, and what is done with its result."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from perflint.project.facts import dotted
from perflint.semantics.context import Context
from perflint.semantics.events import Context as Around
from perflint.semantics.events import Run, Turn
from perflint.semantics.loops import names_in
from perflint.semantics.trees import FunctionNode, parents, same_place
from perflint.semantics.values import Query, options

_MEMBERSHIP = {"in_", "not_in", "notin_", "any_"}
_ONE_ROW = {"dict", "model_dump", "asdict", "_asdict", "to_dict"}
_WRITING = {"insert", "update", "delete"}
_CRITERIA = {"where", "filter", "filter_by", "exclude"}


def must_run_alone(run: Run, loop: Around, ctx: Context) -> bool:
    """Whether a round needs this very statement: it takes a group of rows, the same ones, or answers what is asked."""
    call = run.happens_at if run.happens_at is not None else run.node
    if not isinstance(call, ast.Call):
        return False
    if run.verb == "delete" and run.entity is not None:
        return _goes_through_iterator(loop)
    function = _function(run, ctx)
    around = parents(function) if function is not None else {}
    if function is not None:
        call = same_place(function, call) or call
    if run.verb in _WRITING and run.library == "sqlalchemy" and _is_used(call, around):
        return True
    if run.verb == "insert":
        return run.library == "sqlalchemy" and _has_row_list(call)
    if run.verb not in ("update", "delete") or run.entity is not None:
        return False
    parts = list(_statement(run, call, function))
    return (
        _is_used(call, around)
        or any(map(_is_group_or_lock, parts))
        or _is_for_the_same_rows(run, parts, function, loop)
    )


def _goes_through_iterator(loop: Around) -> bool:
    """`for o in qs.iterator(): o.delete()` bounds the memory on purpose, which `qs.delete()` does not."""
    return any(isinstance(value, Query) and value.state.has("iterator") for value in options(loop.iterable))


def _function(run: Run, ctx: Context) -> FunctionNode | None:
    """The function that the statement stands in."""
    symbols = [context.symbol for context in run.frame if context.turn is Turn.FUNCTION and context.symbol]
    concrete = ctx.concrete(run.node)
    symbol = symbols[-1] if symbols else ctx.function(concrete) if concrete is not None else None
    return ctx.interpreter.trees.function(symbol.module, symbol.name) if symbol is not None else None


def _is_used(call: ast.Call, around: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether the value goes anywhere but into a sum: a count of rows, a key, what RETURNING gives."""
    node: ast.AST = call
    while isinstance(parent := around.get(node), ast.Await | ast.Subscript | ast.Attribute):
        node = parent
    return parent is not None and not isinstance(parent, ast.Expr | ast.AugAssign | ast.Lambda)


def _has_row_list(call: ast.Call) -> bool:
    """`execute(insert(M), rows)`, `insert(M).values(rows)`: anything that is not plainly one row."""
    values = [part for part in ast.walk(call) if isinstance(part, ast.Call) and _method(part) == "values"]
    given = [*call.args[1:], *(argument for part in values for argument in part.args)]
    return not all(map(_is_one_row, given))


def _is_one_row(node: ast.expr) -> bool:
    return isinstance(node, ast.Dict | ast.DictComp) or (isinstance(node, ast.Call) and _method(node) in _ONE_ROW)


def _statement(run: Run, call: ast.Call, function: FunctionNode | None) -> Iterator[ast.AST]:
    """The parts of the statement: of the call itself, and of the expression that began it elsewhere."""
    yield from ast.walk(call)
    around = parents(function) if function is not None else {}
    node: ast.AST | None = run.query.root if run.query is not None else None
    if isinstance(node, ast.expr) and node not in around and function is not None:
        node = same_place(function, node)
    while node is not None and isinstance(around.get(node), ast.expr):
        node = around[node]
    if node is not None:
        yield from ast.walk(node)


def _is_for_the_same_rows(run: Run, parts: list[ast.AST], function: FunctionNode | None, loop: Around) -> bool:
    """Whether the criteria are the same in each round: then the rows are written again and again."""
    calls = [part for part in parts if isinstance(part, ast.Call) and _method(part) in _CRITERIA]
    given = [value for call in calls for value in (*call.args, *(keyword.value for keyword in call.keywords))]
    names = {name for value in given for name in names_in(value)}
    index = next(index for index, context in enumerate(run.frame) if context is loop)
    calls_between = [context.node for context in run.frame[index:] if context.turn is Turn.FUNCTION]
    if len(calls_between) == 1 and function is not None and isinstance(calls_between[0], ast.Call):
        arguments = _arguments(calls_between[0], function)
        names = {name for local in names for name in arguments.get(local, {local})}
    return bool(given) and len(calls_between) < 2 and not names & loop.dependents


def _arguments(call: ast.Call, function: FunctionNode) -> dict[str, frozenset[str]]:
    """The names that the caller's argument for each parameter uses."""
    parameters = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if parameters[:1] in (["self"], ["cls"]):
        parameters = parameters[1:]
    found = {name: names_in(value) for name, value in zip(parameters, call.args, strict=False)}
    return found | {keyword.arg: names_in(keyword.value) for keyword in call.keywords if keyword.arg}


def _is_group_or_lock(node: ast.AST) -> bool:
    """`M.id.in_(ids)`, `filter(pk__in=ids)`; `values(version=M.version)`, which changes nothing."""
    if isinstance(node, ast.Call) and _method(node) in _MEMBERSHIP:
        return True
    if isinstance(node, ast.keyword) and node.arg is not None:
        is_lock = isinstance(node.value, ast.Attribute) and node.value.attr == node.arg and node.arg != "id"
        return node.arg.endswith("__in") or (is_lock and dotted(node.value)[:1].isupper())
    return False


def _method(call: ast.Call) -> str:
    return (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else call.func.id
        if isinstance(call.func, ast.Name)
        else ""
    )
