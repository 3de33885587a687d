"""Predicates in Django's words: calls of `filter()` and `exclude()`, or `Q` objects where one of several must hold.

`exclude(f=v)` and `~Q(f=v)` keep rows with NULL in f, as Python's `!=` does: Django adds `AND f IS NOT NULL` inside the
NOT. `filter(f=False)` leaves them out, as SQL does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from perflint.codemods.predicates import All, Any, Predicate, Test, UntranslatableError
from perflint.rewrites import Import

_Q = Import("django.db.models", "Q")
_LOOKUPS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "in": "in", "==": "", "!=": "", "not in": "in"}
_LOOKUPS |= {"startswith": "startswith", "endswith": "endswith", "contains": "contains"}


@dataclass(frozen=True, slots=True)
class _Lookup:
    """`name__lookup=value`, to be had or to be kept out."""

    key: str
    value: str
    negated: bool = False


@dataclass(slots=True)
class Lookups:
    """Renders predicates; `imports` are those that they need."""

    imports: set[Import] = field(default_factory=set)

    def calls(self, predicate: Predicate) -> str:
        """`.filter(a=1).exclude(b=2)`."""
        parts = predicate.parts if isinstance(predicate, All) else (predicate,)
        return "".join(self._grouped([lookup for part in parts for lookup in self._lookups(part)]))

    def _lookups(self, predicate: Predicate) -> list[_Lookup | str]:
        """What must hold together: lookups, or one `Q` text."""
        if isinstance(predicate, Test):
            ways = _ways(predicate)
            if len(ways) == 1:
                return list(ways[0])
        return [self.q(predicate)]

    def _grouped(self, lookups: list[_Lookup | str]) -> list[str]:
        """Neighbours go into one call; the same keyword twice does not."""
        found: list[str] = []
        for kind, group in groupby(lookups, key=_kind):
            if kind == "filter":
                found += _filters([one for one in group if isinstance(one, _Lookup)])
            else:
                found += [
                    f".{kind}({one.key}={one.value})" if isinstance(one, _Lookup) else f".filter({one})"
                    for one in group
                ]
        return found

    def q(self, predicate: Predicate) -> str:
        """One expression of `Q` objects."""
        self.imports.add(_Q)
        match predicate:
            case Test():
                return " | ".join(_conjunction(way) for way in _ways(predicate))
            case Any(parts):
                return " | ".join(self._operand(part, within="|") for part in parts)
            case All(parts):
                return " & ".join(self._operand(part, within="&") for part in parts)

    def _operand(self, predicate: Predicate, within: str) -> str:
        text = self.q(predicate)
        other = "&" if within == "|" else "|"
        return f"({text})" if f" {other} " in text else text


def _kind(lookup: _Lookup | str) -> str:
    if isinstance(lookup, str):
        return "q"
    return "exclude" if lookup.negated else "filter"


def _filters(lookups: list[_Lookup]) -> list[str]:
    calls: list[dict[str, str]] = [{}]
    for lookup in lookups:
        if lookup.key in calls[-1]:
            calls.append({})
        calls[-1][lookup.key] = lookup.value
    return [f".filter({', '.join(f'{key}={value}' for key, value in call.items())})" for call in calls]


def _conjunction(way: list[_Lookup]) -> str:
    texts = [f"{'~' if lookup.negated else ''}Q({lookup.key}={lookup.value})" for lookup in way]
    return texts[0] if len(texts) == 1 else f"({' & '.join(texts)})"


def _ways(test: Test) -> list[list[_Lookup]]:
    """The ways in which the test may hold, each as lookups that hold together."""
    name = test.column.name
    match test.op:
        case "is none" | "is not none":
            return [[_Lookup(f"{name}__isnull", str(test.op == "is none"))]]
        case "truthy":
            return [_truthy(test)]
        case "falsy":
            return _falsy(test)
        case "is true" | "is false":
            return [[_Lookup(name, str(test.op == "is true"))]]
        case "is not true" | "is not false":
            word = "True" if test.op == "is not true" else "False"
            return [[_Lookup(name, word, negated=True)]]
    lookup = _LOOKUPS[test.op]
    key = f"{name}__{lookup}" if lookup else name
    return [[_Lookup(key, test.operand.text, negated=test.op in ("!=", "not in"))]]


def _truthy(test: Test) -> list[_Lookup]:
    name = test.column.name
    match test.column.type:
        case "bool":
            return [_Lookup(name, "True")]
        case "int" | "decimal" | "float":
            zero = _Lookup(name, "0", negated=True)
            return [zero, _Lookup(f"{name}__isnull", "False")] if test.column.nullable else [zero]
        case "str" | "text":
            return [_Lookup(f"{name}__gt", '""')]
        case "date" | "datetime" | "time" | "uuid":
            return [_Lookup(f"{name}__isnull", "False")]
    raise UntranslatableError


def _falsy(test: Test) -> list[list[_Lookup]]:
    name = test.column.name
    null = [[_Lookup(f"{name}__isnull", "True")]] if test.column.nullable else []
    match test.column.type:
        case "bool":
            return [[_Lookup(name, "True", negated=True)]] if null else [[_Lookup(name, "False")]]
        case "int" | "decimal" | "float":
            return [*null, [_Lookup(name, "0")]]
        case "str" | "text":
            return [*null, [_Lookup(name, '""')]]
        case "date" | "datetime" | "time" | "uuid":
            return [[_Lookup(f"{name}__isnull", "True")]]
    raise UntranslatableError
