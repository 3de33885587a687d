"""Python's comparisons of a column, as tests that SQL can make, and what each of them rests on."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from perflint.codemods.loop_bodies import names_in
from perflint.codemods.predicate_values import Operand, agrees, many_of, operand
from perflint.codemods.predicates import ORDER, Op, Predicate, Test, UntranslatableError, is_core, opposite
from perflint.project.schema import Column
from perflint.semantics import values
from perflint.semantics.context import Context

_WORDS: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<", cst.LessThanEqual: "<=", cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=", cst.In: "in", cst.NotIn: "not in", cst.Is: "is", cst.IsNot: "is not",
}  # fmt: skip
_PLAIN: dict[str, Op] = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "is": "==", "is not": "!="}
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_CONSTANTS: dict[str, tuple[Op, Op]] = {
    "None": ("is none", "is not none"),
    "True": ("is true", "is not true"),
    "False": ("is false", "is not false"),
}


@dataclass(slots=True)
class Comparisons:
    """Reads comparisons of the row that `target` names; `assumed` grows by what they rest on."""

    target: str
    ctx: Context
    assumed: list[str] = field(default_factory=list)

    def column(self, node: cst.BaseExpression) -> Column | None:
        """The column that `target.name` reads."""
        match node:
            case cst.Attribute(value=cst.Name(value=name)) if name == self.target:
                value = self.ctx.value(node)
                if isinstance(value, values.Column) and (model := self.ctx.model(value.model)) is not None:
                    column = model.columns.get(value.name)
                    return column if column is not None and is_core(column) else None
        return None

    def test(
        self,
        left: cst.BaseExpression,
        operator: cst.BaseCompOp,
        right: cst.BaseExpression,
        negated: bool,
        known: frozenset[str],
    ) -> Predicate:
        """`row.c < 5`, or its opposite. `known` are columns that cannot be None here."""
        word = _WORDS.get(type(operator), "")
        column, other = self.column(left), self.column(right)
        if column is not None and other is not None:
            raise UntranslatableError
        if word in ("in", "not in"):
            test = self._membership(column, word == "in", right) if column else self._part(left, word, right, negated)
        elif column is not None:
            test = self._compared(column, word, right, known)
        elif other is not None:
            test = self._compared(other, _FLIPPED.get(word, word), left, known)
        else:
            raise UntranslatableError
        return opposite(test) if negated else test

    def method(self, node: cst.Call) -> Predicate:
        """`row.c.startswith(text)`."""
        match node:
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="startswith")), args=[argument]):
                return self._like(self.column(value), "startswith", argument.value)
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="endswith")), args=[argument]):
                return self._like(self.column(value), "endswith", argument.value)
        raise UntranslatableError

    def _compared(self, column: Column, word: str, right: cst.BaseExpression, known: frozenset[str]) -> Test:
        if isinstance(right, cst.Name) and right.value in _CONSTANTS:
            return _with_constant(column, word, right.value)
        if word not in _PLAIN or (word in ("is", "is not") and column.type != "enum"):
            raise UntranslatableError
        found = self._operand(column, right, word in ORDER)
        if word in ORDER:
            self._assume_order(column, known)
        return Test(column, _PLAIN[word], found)

    def _operand(self, column: Column, node: cst.BaseExpression, ordered: bool) -> Operand:
        found = self._value(node)
        fits = agrees(column, found)
        if fits is False:
            raise UntranslatableError
        if fits is None:
            self.assumed.append(f"{found.text} is of the type of {column.name}")
        elif ordered and found.maybe_none:
            self.assumed.append(f"{found.text} is not None, where Python raises TypeError")
        self._assume(found.assumed)
        return found

    def _value(self, node: cst.BaseExpression) -> Operand:
        """What the row has no part in."""
        if self.target in names_in(node):
            raise UntranslatableError
        return operand(node, self.ctx)

    def _assume(self, text: str) -> None:
        if text:
            self.assumed.append(text)

    def _assume_order(self, column: Column, known: frozenset[str]) -> None:
        if column.type in ("bool", "enum", "uuid"):
            raise UntranslatableError
        if column.type in ("str", "text"):
            self.assumed.append(f"the database orders {column.name} as Python does")
        if column.nullable and column.name not in known:
            self.assumed.append(f"{column.name} is never NULL, where Python raises TypeError")

    def _membership(self, column: Column, positive: bool, right: cst.BaseExpression) -> Test:
        """`row.c in (…)`."""
        found = many_of(right, column, self.ctx)
        if found is None or self.target in names_in(right):
            raise UntranslatableError
        self._assume(found.assumed)
        if found.maybe_none:
            self.assumed.append(f"{found.text} holds no None")
        return Test(column, "in" if positive else "not in", found)

    def _part(self, left: cst.BaseExpression, word: str, right: cst.BaseExpression, negated: bool) -> Test:
        """`text in row.c`."""
        if word == "not in" or negated:
            raise UntranslatableError
        return self._like(self.column(right), "contains", left)

    def _like(self, column: Column | None, op: Op, node: cst.BaseExpression) -> Test:
        if column is None or column.type not in ("str", "text"):
            raise UntranslatableError
        found = self._value(node)
        if found.type not in ("str", ""):
            raise UntranslatableError
        if not found.type:
            self.assumed.append(f"{found.text} is a string")
        self.assumed.append("LIKE tells upper from lower case, as it does not on SQLite and MySQL")
        return Test(column, op, found)


def _with_constant(column: Column, word: str, constant: str) -> Test:
    """`is None`, `== True` and their kin."""
    if word not in ("is", "is not", "==", "!=") or (constant != "None" and column.type != "bool"):
        raise UntranslatableError
    return Test(column, _CONSTANTS[constant][word in ("is not", "!=")])
