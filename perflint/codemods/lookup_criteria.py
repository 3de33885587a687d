"""SQLAlchemy: the one criterion of a statement that differs from round to round, `column == key`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from perflint.codemods.chains import Chain, Link, chain
from perflint.codemods.lookups import Question
from perflint.codemods.loop_bodies import names_in
from perflint.codemods.loop_keys import changed_names
from perflint.codemods.querysets import class_name
from perflint.project.models import Column
from perflint.project.symbols import Kind
from perflint.semantics.context import Context
from perflint.semantics.values import Column as ColumnValue
from perflint.semantics.values import Method, Ref
from perflint.semantics.walk import walk

_CRITERIA = ("where", "filter", "filter_by")
_LINKS = {*_CRITERIA, "options", "order_by"}
_KEYS = "_every_key_"


@dataclass(frozen=True, slots=True)
class Criterion:
    """The statement with `column IN` all keys is `before`, their list, `after`."""

    column: Column
    key: cst.BaseExpression
    before: str
    after: str
    class_name: str


def criterion_of(statement: cst.BaseExpression, question: Question) -> Criterion | None:
    """The criterion on the loop's element; None where more of the statement differs from round to round."""
    links = chain(statement, question.ctx.root(question.query))
    changing = changed_names(question.place)
    found = [(link, arg) for link in links.links for arg in link.call.args if names_in(arg.value) & changing]
    if len(found) != 1 or set(links.names()) - _LINKS or names_in(links.root) & changing:
        return None
    link, argument = found[0]
    if not all(is_steady(part, question.ctx) for part in _others(links, argument)):
        return None
    name = _class_name(links, question)
    pair = _pair(link, argument, name, question)
    if pair is None:
        return None
    column, key, text = pair
    before, _, after = _with_keys(statement, link, argument, text, question).partition(_KEYS)
    return Criterion(column, key, before, after, name)


def _others(links: Chain, argument: cst.Arg) -> Iterator[cst.BaseExpression]:
    return (arg.value for link in links.links for arg in link.call.args if arg is not argument)


def is_steady(node: cst.BaseExpression, ctx: Context) -> bool:
    """Whether nothing but libraries is called to compute it."""
    calls = (part for part in walk(node) if isinstance(part, cst.Call))
    return not any(isinstance(part, cst.Await | cst.NamedExpr) for part in walk(node)) and all(
        isinstance(value, Method) or (isinstance(value, Ref) and value.symbol.kind is Kind.EXTERNAL)
        for value in (ctx.value(call.func) for call in calls)
    )


def _class_name(links: Chain, question: Question) -> str:
    """The class as the statement names it: `User`, `models.User`."""
    match links.root:
        case cst.Call(args=[cst.Arg(value=named)]) | cst.Attribute(value=named, attr=cst.Name(value="query")):
            return question.code(named)
    return class_name(question.model.symbol, question.ctx)


def _pair(
    link: Link, argument: cst.Arg, name: str, question: Question
) -> tuple[Column, cst.BaseExpression, str] | None:
    """The column, the key, and the column's text."""
    if link.name == "filter_by":
        column = question.model.columns.get(argument.keyword.value) if argument.keyword is not None else None
        return (column, argument.value, f"{name}.{column.name}") if column is not None and name else None
    match argument.value:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(cst.Equal(), right)]):
            for one, other in ((left, right), (right, left)):
                column = _column(one, question)
                if column is not None:
                    return column, other, question.code(one)
    return None


def _column(node: cst.BaseExpression, question: Question) -> Column | None:
    """The column of the model that an expression names: `User.id`."""
    value = question.ctx.value(node)
    if not isinstance(value, ColumnValue) or value.entity is not None or value.model != question.model.symbol:
        return None
    return None if names_in(node) & changed_names(question.place) else question.model.columns.get(value.name)


def _with_keys(statement: cst.BaseExpression, link: Link, argument: cst.Arg, column: str, question: Question) -> str:
    """The statement's text with `column IN` a placeholder."""
    config = question.ctx.config
    test = cst.parse_expression(f"{column}.in_({_KEYS})", config=config)
    if link.name != "filter_by":
        return question.code(with_part(statement, argument.value, _bare(test, argument.value)))
    return question.code(with_part(statement, link.call, _filtered(link.call, argument, test)))


def with_part(node: cst.BaseExpression, old: cst.CSTNode, new: cst.CSTNode) -> cst.BaseExpression:
    """The expression with one part of it, or all of it, replaced."""
    found = node.deep_replace(old, new)
    assert isinstance(found, cst.BaseExpression)
    return found


def _bare(test: cst.BaseExpression, old: cst.BaseExpression) -> cst.BaseExpression:
    """The test, with the comments and line ends of parentheses around the old one kept."""
    return test.with_changes(lpar=old.lpar, rpar=old.rpar)


def _filtered(call: cst.Call, argument: cst.Arg, test: cst.BaseExpression) -> cst.Call:
    """`filter_by(id=…, **others)` as `filter_by(**others).filter(test)`."""
    others = [arg for arg in call.args if arg is not argument]
    method = cst.ensure_type(call.func, cst.Attribute)
    if not others:
        return call.with_changes(func=method.with_changes(attr=cst.Name("filter")), args=[cst.Arg(test)])
    others[-1] = others[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return cst.Call(cst.Attribute(call.with_changes(args=others), cst.Name("filter")), [cst.Arg(test)])
