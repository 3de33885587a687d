"""Python's conditions as predicates: `and`, `or`, `not`, what is true of each type, and what a guard has made sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from perflint.codemods.comparisons import Comparisons
from perflint.codemods.predicate_values import operand
from perflint.codemods.predicates import Predicate, Test, UntranslatableError, every, simplified, some
from perflint.semantics.context import Context

_ORDERED = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)


@dataclass(frozen=True, slots=True)
class Translation:
    """A predicate, and what has to be assumed for it to select the same rows."""

    predicate: Predicate
    assumed: tuple[str, ...] = ()


def translation(tests: Sequence[cst.BaseExpression], target: str, ctx: Context) -> Translation | None:
    """What all of the tests together ask of the row that `target` names; None when it cannot be said in SQL."""
    rows = Comparisons(target, ctx)
    parts: list[Predicate] = []
    known: frozenset[str] = frozenset()
    try:
        for test in tests:
            parts.append(_read(test, False, known, rows))
            known |= _known_after(test, True, rows)
    except UntranslatableError:
        return None
    return Translation(simplified(every(parts)), tuple(dict.fromkeys(rows.assumed)))


def _read(node: cst.BaseExpression, negated: bool, known: frozenset[str], rows: Comparisons) -> Predicate:
    """The predicate of a condition, or of its opposite. `known` are columns that cannot be None here."""
    match node:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _read(inner, not negated, known, rows)
        case cst.BooleanOperation():
            return _compound(node, negated, known, rows)
        case cst.Comparison():
            return _comparison(node, negated, known, rows)
        case cst.Call() if not negated:
            return rows.method(node)
    column = rows.column(node)
    if column is None:
        raise UntranslatableError
    return Test(column, "falsy" if negated else "truthy")


def _compound(node: cst.BooleanOperation, negated: bool, known: frozenset[str], rows: Comparisons) -> Predicate:
    """`and` and `or`; the right side is only asked when the left one did not decide."""
    is_and = isinstance(node.operator, cst.And)
    left = _read(node.left, negated, known, rows)
    right = _read(node.right, negated, known | _known_after(node.left, is_and, rows), rows)
    return every([left, right]) if is_and is not negated else some([left, right])


def _comparison(node: cst.Comparison, negated: bool, known: frozenset[str], rows: Comparisons) -> Predicate:
    """`a < b < c` is `a < b and b < c`."""
    sides = [node.left, *(part.comparator for part in node.comparisons)]
    parts = [
        rows.test(left, part.operator, right, negated, known)
        for left, part, right in zip(sides, node.comparisons, sides[1:], strict=False)
    ]
    return some(parts) if negated else every(parts)


def _known_after(node: cst.BaseExpression, outcome: bool, rows: Comparisons) -> frozenset[str]:
    """The columns that cannot be None once the condition has turned out true (or false)."""
    match node:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _known_after(inner, not outcome, rows)
        case cst.BooleanOperation(operator=operator, left=left, right=right):
            one, other = _known_after(left, outcome, rows), _known_after(right, outcome, rows)
            return one | other if isinstance(operator, cst.And) is outcome else one & other
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator, right)]):
            is_sure = _rules_none_out(operator, right, outcome, rows)
            column = rows.column(left)
            return frozenset({column.name}) if column is not None and is_sure else frozenset()
    column = rows.column(node)
    return frozenset({column.name}) if column is not None and outcome else frozenset()


def _rules_none_out(operator: cst.BaseCompOp, right: cst.BaseExpression, outcome: bool, rows: Comparisons) -> bool:
    """Whether a comparison that came out so cannot have been one of None; None in an ordered one raises."""
    same = isinstance(operator, cst.Is | cst.Equal)
    if isinstance(right, cst.Name) and right.value == "None":
        return same is not outcome
    if isinstance(operator, cst.Equal):
        return outcome and not operand(right, rows.ctx).maybe_none
    return isinstance(operator, _ORDERED)
