"""What is known where two ways of the code meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

from perflint.semantics.values import (
    NONE,
    UNKNOWN,
    Collection,
    DictOf,
    Either,
    ListOf,
    Query,
    Rows,
    State,
    Unknown,
    Value,
    options,
)

_MAX_OPTIONS = 4


def join(one: Value, other: Value) -> Value:
    """The value where two ways meet. None beside something else is left out: use is what counts."""
    if one == other or other == NONE:
        return one
    if one == NONE or _is_empty(one, other):
        return other
    if _is_empty(other, one):
        return one
    if isinstance(one, ListOf) and isinstance(other, ListOf) and (sized := _longer(one, other)) is not None:
        return sized
    ways = dict.fromkeys([*options(one), *options(other)])
    if UNKNOWN in ways or len(ways) > _MAX_OPTIONS:
        return UNKNOWN
    return _same_query(list(ways)) or Either(tuple(ways))


def joined(values: Iterable[Value]) -> Value:
    """The value where all these meet; UNKNOWN where there is none."""
    ways = iter(values)
    first = next(ways, None)
    return reduce(join, ways, first) if first is not None else UNKNOWN


def _is_empty(one: Value, other: Value) -> bool:
    """Whether `one` is a container that holds nothing yet, beside one that tells what it holds."""
    match one:
        case ListOf(size=0):
            return isinstance(other, ListOf | Rows | Collection | Query)
        case DictOf(key=Unknown(), value=Unknown()):
            return isinstance(other, DictOf)
        case Query(state=state) if state.has("none"):
            return isinstance(other, Query | Rows | ListOf) and not (
                isinstance(other, Query) and other.state.has("none")
            )
    return False


def _longer(one: ListOf, other: ListOf) -> ListOf | None:
    """Two lists of the same that differ in their size: as long as the longer one, if both are known."""
    if one.source != other.source or (one.element != other.element and -1 in (one.size, other.size)):
        return None
    return ListOf(
        join(one.element, other.element), one.source, -1 if -1 in (one.size, other.size) else max(one.size, other.size)
    )


def _same_query(ways: list[Value]) -> Value | None:
    """Two ways of the same query that differ in what was chained become one, marked `opts?`.

    Bits are united (a limit on one way may hold); eager loads are those of every way.
    """
    queries = [way for way in ways if isinstance(way, Query)]
    if len(queries) != len(ways):
        return None
    first = queries[0]
    if any(query.root is not first.root or query.entities != first.entities for query in queries):
        return None
    loads = [query.state.loaded for query in queries]
    bits = frozenset[str]().union(*(query.state.bits for query in queries))
    always = frozenset.intersection(*(query.state.bits for query in queries))
    maybe = {f"{bit}?" for bit in bits - always if not bit.endswith("?")}
    if len(set(loads)) > 1:
        maybe.add("opts?")
    same = frozenset.intersection(*(query.state.same for query in queries))
    state = State(always | maybe, frozenset.intersection(*loads), first.state.filters, same)
    return replace(first, state=state, proof=min(query.proof for query in queries))
