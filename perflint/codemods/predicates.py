"""Conditions over the columns of a row, taken apart down to tests of one column.

`None` is a value like any other to Python, and neither true nor false to SQL. So `not` is pushed down to the tests, and
each test says what it does with NULL: then `AND` and `OR` over them select the same rows as Python does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from perflint.codemods.predicate_values import NOTHING, Operand
from perflint.project.schema import Column

Op = Literal[
    "truthy", "falsy", "is none", "is not none", "is true", "is false", "is not true", "is not false",
    "==", "!=", "<", "<=", ">", ">=", "in", "not in", "startswith", "endswith", "contains",
]  # fmt: skip
ORDER = ("<", "<=", ">", ">=")
_NEGATED: dict[Op, Op] = {
    "truthy": "falsy", "is none": "is not none", "is true": "is not true", "is false": "is not false", "==": "!=",
    "<": ">=", ">": "<=", "in": "not in",
}  # fmt: skip
_NEGATED |= {other: one for one, other in _NEGATED.items()}
# What is true of no NULL, in SQL as in Python.
_NOT_NULL = ("truthy", "is not none", "is true", "is false", *ORDER, "in", "startswith", "endswith", "contains")
_CORE = {"bool", "int", "str", "text", "date", "datetime", "time", "enum", "uuid", "decimal", "float"}


class UntranslatableError(Exception):
    """A condition for which SQL has no form that selects the same rows."""


@dataclass(frozen=True, slots=True)
class Test:
    """One column, and what is asked of it; `operand` is what it is compared with."""

    column: Column
    op: Op
    operand: Operand = NOTHING


@dataclass(frozen=True, slots=True)
class All:
    """Each of the parts."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of the parts."""

    parts: tuple[Predicate, ...]


Predicate = Test | All | Any


def is_core(column: Column) -> bool:
    """Whether the column's values are of a type that Python and SQL compare alike; a key is one, too."""
    return column.type in _CORE or (column.type == "" and bool(column.foreign_key))


def opposite(test: Test) -> Test:
    """The test that takes the rows which this one does not."""
    if test.op not in _NEGATED or (test.op in ORDER and test.column.type == "float"):  # NaN is neither
        raise UntranslatableError
    return replace(test, op=_NEGATED[test.op])


def every(parts: Iterable[Predicate]) -> Predicate:
    """The parts joined by `and`."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(dict.fromkeys(flat)))


def some(parts: Iterable[Predicate]) -> Predicate:
    """The parts joined by `or`."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Any) else (part,))]
    return flat[0] if len(flat) == 1 else Any(tuple(dict.fromkeys(flat)))


def simplified(predicate: Predicate) -> Predicate:
    """Without the tests that another one beside them implies: `n is not None and n > 3` is `n > 3`."""
    match predicate:
        case Any(parts):
            return some(map(simplified, parts))
        case All(parts):
            inner = [simplified(part) for part in parts]
            tests = [part for part in inner if isinstance(part, Test)]
            return every([part for part in inner if not any(_implies(test, part) for test in tests)])
    return predicate


def _implies(test: Test, other: Predicate) -> bool:
    """Whether each row that the test takes is taken by the other one."""
    if not isinstance(other, Test) or test is other or test.column != other.column:
        return False
    if other.op == "is not none":
        return test.op in _NOT_NULL or (test.op == "==" and not test.operand.maybe_none)
    return other.op == "truthy" and _is_beyond_zero(test)


def _is_beyond_zero(test: Test) -> bool:
    """`> 3`, `>= 1`, `== 5`, `== "a"`: nothing falsy is."""
    value = test.operand.literal
    if isinstance(value, str):
        return test.op == "==" and value != ""
    if not isinstance(value, int | float):
        return False
    return (test.op == ">" and value >= 0) or (test.op in (">=", "==") and value > 0)
