"""The ways in which Python keeps some of the rows that it loops over, and the same without the condition."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.semantics.context import Context

Comprehension = cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp
_OPPOSITE: dict[type[cst.BaseCompOp], type[cst.BaseCompOp]] = {
    cst.Is: cst.IsNot,
    cst.IsNot: cst.Is,
    cst.Equal: cst.NotEqual,
    cst.NotEqual: cst.Equal,
    cst.In: cst.NotIn,
    cst.NotIn: cst.In,
}
# Consumers to which the order of the rows is all the same.
_UNORDERED = {"len", "set", "frozenset", "any", "all", "max", "min", "Counter"}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """A loop with a condition: `node` is all of it, `tests` hold together for each row that is kept."""

    node: cst.BaseExpression | cst.For
    iterable: cst.BaseExpression
    target: str
    tests: tuple[cst.BaseExpression, ...]
    body: tuple[cst.CSTNode, ...]  # what is done with the rows that are kept
    kind: str  # "comprehension", "any", "filter", "for", "skip", "try"


def row_filter(node: cst.CSTNode, ctx: Context) -> RowFilter | None:
    """The loop that a node is, when it keeps rows by a condition."""
    match node:
        case cst.ListComp() | cst.SetComp() | cst.GeneratorExp() | cst.DictComp():
            return _comprehension(node, ctx)
        case cst.Call(func=cst.Name("filter"), args=[cst.Arg(value=cst.Lambda() as function), cst.Arg(value=iterable)]):
            return _filter(node, function, iterable)
        case cst.For():
            return _for(node)
    return None


def _comprehension(node: Comprehension, ctx: Context) -> RowFilter | None:
    clause = node.for_in
    if not isinstance(clause.target, cst.Name):
        return None
    tests = tuple(part.test for part in clause.ifs)
    body: tuple[cst.CSTNode, ...] = (node.key, node.value) if isinstance(node, cst.DictComp) else (node.elt,)
    if clause.inner_for_in is not None:
        body = (*body, clause.inner_for_in)
    elif isinstance(node, cst.GeneratorExp) and consumer(node, ctx) == "any":
        return RowFilter(node, clause.iter, clause.target.value, (*tests, node.elt), (), "any")
    return RowFilter(node, clause.iter, clause.target.value, tests, body, "comprehension") if tests else None


def _filter(node: cst.Call, function: cst.Lambda, iterable: cst.BaseExpression) -> RowFilter | None:
    params = function.params.params
    if len(params) != 1 or len(_all_params(function)) != 1:
        return None
    return RowFilter(node, iterable, params[0].name.value, (function.body,), (), "filter")


def _all_params(function: cst.Lambda) -> list[cst.Param]:
    given = function.params
    return [*given.posonly_params, *given.params, *given.kwonly_params]


def _for(node: cst.For) -> RowFilter | None:
    """`for row in rows: if condition: …` and nothing else, also in a `try`; or `if condition: continue` first."""
    if not isinstance(node.target, cst.Name) or node.orelse is not None or not isinstance(node.body, cst.IndentedBlock):
        return None
    match list(node.body.body):
        case [cst.If(test=test, body=cst.IndentedBlock() as body, orelse=None)]:
            return RowFilter(node, node.iter, node.target.value, (test,), (body,), "for")
        case [cst.Try(body=cst.IndentedBlock(body=[cst.If(test=test, orelse=None) as only])) as attempt]:
            return RowFilter(node, node.iter, node.target.value, (test,), (only.body, *attempt.handlers), "try")
        case [cst.If(test=test, body=body, orelse=None), _, *_] if _is_continue(body):
            return RowFilter(node, node.iter, node.target.value, (_opposite(test),), tuple(node.body.body[1:]), "skip")
    return None


def _opposite(test: cst.BaseExpression) -> cst.BaseExpression:
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return inner
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=operator) as only]) if (
            type(operator) in _OPPOSITE
        ):
            turned = only.with_changes(operator=_OPPOSITE[type(operator)]())
            return test.with_changes(comparisons=[turned])
        case cst.BooleanOperation() if not test.lpar:
            test = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.UnaryOperation(cst.Not(), test)


def _is_continue(body: cst.BaseSuite) -> bool:
    match body:
        case cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Continue()])]):
            return True
        case cst.SimpleStatementSuite(body=[cst.Continue()]):
            return True
    return False


def consumer(node: cst.BaseExpression, ctx: Context) -> str:
    """The name of the function whose one argument the expression is."""
    parent = ctx.parents.get(node)
    call = ctx.parents.get(parent) if isinstance(parent, cst.Arg) else None
    if (
        isinstance(call, cst.Call)
        and len(call.args) >= 1
        and call.args[0] is parent
        and isinstance(call.func, cst.Name)
    ):
        return call.func.value
    return ""


def is_order_free(found: RowFilter, ctx: Context) -> bool:
    """Whether the result is the same in whatever order the rows come."""
    if found.kind == "any" or isinstance(found.node, cst.SetComp):
        return True
    if isinstance(found.node, cst.For):
        return False
    name = consumer(found.node, ctx)
    return name in _UNORDERED or (name == "sum" and _is_counted(found.node))


def _is_counted(node: cst.BaseExpression) -> bool:
    """`sum(1 for …)`: whole numbers give the same sum in any order."""
    return isinstance(node, cst.GeneratorExp | cst.ListComp) and isinstance(node.elt, cst.Integer)


def only_collects(found: RowFilter) -> bool:
    """Whether the rows are only put somewhere: nothing that is done with one can change another."""
    if found.kind not in ("for", "skip", "try"):
        return True
    match found.body:
        case (cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Expr(value=cst.Call(func=func))])]),):
            return isinstance(func, cst.Attribute) and func.attr.value in ("append", "add")
    return False
