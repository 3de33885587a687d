"""Where a query stands in a loop, and the statement in front of which one query for all rounds may be put."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from perflint.rewrites import Replacement
from perflint.semantics.context import Context
from perflint.semantics.events import Run, Turn
from perflint.semantics.repetition import inside

Loop = cst.For | cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp
# Through these a statement comes to an expression exactly once.
_PASSED = (
    *(cst.Call, cst.Arg, cst.Attribute, cst.Await, cst.Element, cst.StarredElement, cst.DictElement, cst.Subscript),
    *(
        cst.Index,
        cst.SubscriptElement,
        cst.List,
        cst.Tuple,
        cst.Set,
        cst.Dict,
        cst.Assign,
        cst.AnnAssign,
        cst.Return,
        cst.Expr,
    ),
    *(cst.FormattedString, cst.FormattedStringExpression, cst.BinaryOperation, cst.Comparison, cst.ComparisonTarget),
)
# What takes all that a generator gives, at once.
_CONSUMERS = {"list", "tuple", "set", "frozenset", "dict", "sum", "sorted", "max", "min"}


@dataclass(frozen=True, slots=True)
class Place:
    """A loop with one clause. `statement` is the loop, or the statement that the comprehension is part of.

    `rows` is a new name for what the loop goes over, and `line` gives it.
    """

    loop: Loop
    target: cst.BaseExpression
    iter: cst.BaseExpression
    statement: cst.BaseStatement
    rows: str = ""
    line: str = ""


def place_of(run: Run, ctx: Context) -> Place | None:
    """The innermost loop around a query, when the query stands in it without a `try` or `with` of its own."""
    around = run.loop
    if around is None or run.trace or not around.multiplies:
        return None
    if any(part.turn in (Turn.TRY, Turn.WITH, Turn.FUNCTION) for part in inside(run, around)):
        return None
    match ctx.concrete(around.node):
        case cst.For(target=target, iter=iterable, asynchronous=None, orelse=None) as loop:
            return Place(loop, target, iterable, loop) if _is_in_block(loop, ctx) else None
        case cst.ListComp() | cst.SetComp() | cst.DictComp() | cst.GeneratorExp() as loop:
            return _of_comprehension(loop, ctx)
    return None


def _of_comprehension(loop: cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp, ctx: Context) -> Place | None:
    clause = loop.for_in
    if clause.inner_for_in is not None or clause.asynchronous is not None:
        return None
    if isinstance(loop, cst.GeneratorExp) and not _is_taken_at_once(loop, ctx):
        return None
    statement = _statement(loop, ctx)
    return Place(loop, clause.target, clause.iter, statement) if statement is not None else None


def _is_taken_at_once(loop: cst.GeneratorExp, ctx: Context) -> bool:
    """`sum(… for …)`, `", ".join(… for …)`: no stop at the first hit, no later reading."""
    argument = ctx.parents.get(loop)
    call = ctx.parents.get(argument) if isinstance(argument, cst.Arg) else None
    match call:
        case cst.Call(func=cst.Name(value=name)):
            return name in _CONSUMERS
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name))):
            return name in ("join", "extend", "update")
    return False


def _statement(node: cst.CSTNode, ctx: Context) -> cst.BaseStatement | None:
    """The statement that evaluates the expression exactly once."""
    for parent in ctx.ancestors(node):
        match parent:
            case cst.SimpleStatementLine(body=[_]) | cst.For(asynchronous=None):
                is_whole = isinstance(parent, cst.SimpleStatementLine) or parent.iter is node
                return parent if is_whole and _is_in_block(parent, ctx) else None
            case _ if not isinstance(parent, _PASSED):
                return None
        node = parent
    return None


def _is_in_block(statement: cst.CSTNode, ctx: Context) -> bool:
    """Whether other statements may stand in front of it: in a function's or the module's block."""
    if not isinstance(ctx.parents.get(statement), cst.IndentedBlock | cst.Module):
        return False
    outer = (part for part in ctx.ancestors(statement) if isinstance(part, cst.FunctionDef | cst.ClassDef))
    return not isinstance(next(outer, None), cst.ClassDef)


def in_front(
    place: Place, lines: Sequence[cst.BaseStatement], changes: Mapping[cst.CSTNode, Replacement]
) -> tuple[cst.CSTNode, Replacement]:
    """The statement's replacement: the lines, then the statement with the changes inside."""
    above = place.statement.leading_lines  # type: ignore[attr-defined]
    first, *rest = lines
    if place.rows:
        changes = {**changes, place.iter: cst.Name(place.rows)}
    changed = changed_inside(place.statement, changes).with_changes(leading_lines=[])
    return place.statement, cst.FlattenSentinel([first.with_changes(leading_lines=above), *rest, changed])


def changed_inside(node: cst.BaseStatement, changes: Mapping[cst.CSTNode, Replacement]) -> cst.BaseStatement:
    """The node with some of those below it replaced; a removed line leaves its comments to the next one."""
    found = node.visit(_Changing(changes))
    assert isinstance(found, cst.BaseStatement)
    return found


class _Changing(cst.CSTTransformer):
    def __init__(self, changes: Mapping[cst.CSTNode, Replacement]) -> None:
        super().__init__()
        self.changes = changes

    def on_visit(self, node: cst.CSTNode) -> bool:
        return node not in self.changes

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Replacement:  # type: ignore[override]
        if isinstance(original_node, cst.IndentedBlock):
            updated_node = updated_node.with_changes(body=list(self._with_comments(original_node, updated_node)))
        return self.changes.get(original_node, updated_node)

    def _with_comments(self, old: cst.CSTNode, new: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The lines of a block; `new` has those of `old` that are not removed."""
        kept, left = iter(new.body), []  # type: ignore[attr-defined]
        for line in old.body:  # type: ignore[attr-defined]
            if isinstance(self.changes.get(line), cst.RemovalSentinel):
                left += [*line.leading_lines, *_comment_beside(line)]
                continue
            following = next(kept)
            yield following.with_changes(leading_lines=[*left, *following.leading_lines]) if left else following
            left = []


def _comment_beside(line: cst.SimpleStatementLine) -> Iterator[cst.EmptyLine]:
    if line.trailing_whitespace.comment is not None:
        yield cst.EmptyLine(comment=line.trailing_whitespace.comment)
