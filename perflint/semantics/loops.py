"""Loops: which of them multiply what stands inside, and by names that differ in each round.

The exclusions are those of the catalogue of database rules, section 1.4.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.project.nodes import names_of, nodes
from perflint.semantics import targets
from perflint.semantics.events import Context, Turn
from perflint.semantics.noted import noted
from perflint.semantics.sizes import size_of
from perflint.semantics.values import (
    UNKNOWN,
    Collection,
    Const,
    DictOf,
    Instance,
    ListOf,
    Method,
    Query,
    Ref,
    Rows,
    TupleOf,
    Value,
    options,
)

if TYPE_CHECKING:
    from perflint.semantics.run import Run

_SMALL = 8
_SCHEMA = {
    "columns",
    "foreign_keys",
    "foreign_key_constraints",
    "constraints",
    "indexes",
    "sorted_tables",
    "primary_key",
}
_CHUNKS = re.compile(r"chunk|batch|bulk|page|paginat|window|partition|split_list|grouper|slices", re.IGNORECASE)
_CHUNK = re.compile(r"(^|_)(chunk|batch|slice)(_(ids|keys|of_ids))?$")
_STREAM = re.compile(r"queue|consumer|stream|subscri|listen|channel|pubsub|websocket|socket|messages?_iter|poll", re.I)
_PLURAL_STORES = re.compile(
    r"(engines?|sessions?|shards?|connections?|databases?|tenants?|schemas?|models?|tables?|table_names?|executors?)$",
    re.IGNORECASE,
)


def for_loop(run: Run, node: ast.For | ast.AsyncFor, iterable: Value, element: Value) -> Context:
    """The context of a `for` statement's body."""
    dependents = _dependents(run, frozenset(targets.names(node.target)), node.body)
    reason = _leaves_at_once(node.body) or _retries(node) or _iterable(node.iter, iterable, element)
    reason = reason or _is_chunk(node.target, iterable) or _cuts(node, dependents)
    if not reason and isinstance(node, ast.AsyncFor) and iterable == UNKNOWN:
        reason = "an unknown stream"
    return Context(Turn.LOOP, node, not reason, reason, iterable, element, dependents)


def while_loop(run: Run, node: ast.While) -> Context:
    """The context of a `while` body: pages, polls and retries; how often is not known."""
    return Context(Turn.LOOP, node, False, "while", dependents=_dependents(run, frozenset(), node.body))


def comprehension(run: Run, node: ast.expr, clause: ast.comprehension, iterable: Value, element: Value) -> Context:
    """The context of what comes after one `for` clause of a comprehension."""
    reason = _iterable(clause.iter, iterable, element) or _is_chunk(clause.target, iterable)
    if not reason and clause.is_async and iterable == UNKNOWN:
        reason = "an unknown stream"
    changing = frozenset(targets.names(clause.target)) | _outer(run)
    return Context(Turn.LOOP, node, not reason, reason, iterable, element, changing)


def applied(run: Run, node: ast.expr, iterable: Value, element: Value, names: frozenset[str]) -> Context:
    """The context of a function that `map`, `sorted`, `filter` or the like calls for each element."""
    reason = _iterable(node, iterable, element)
    return Context(Turn.LOOP, node, not reason, reason, iterable, element, names | _outer(run))


def _outer(run: Run) -> frozenset[str]:
    names: frozenset[str] = frozenset()
    for context in run.stack:
        names |= context.dependents
    return names


def _dependents(run: Run, changing: frozenset[str], body: list[ast.stmt]) -> frozenset[str]:
    """The loop's targets and every name that the body computes from them."""
    return carried(changing | _outer(run), body)


def carried(names: frozenset[str], body: list[ast.stmt]) -> frozenset[str]:
    """The names, and all that the statements compute from them."""
    found = set(names)
    assigned = [pair for statement in body for pair in _assignments(statement)]
    for _ in range(3):
        before = len(found)
        for targeted, uses in assigned:
            if uses & found:
                found |= targeted
        if len(found) == before:
            break
    return frozenset(found)


@noted
def _assignments(statement: ast.stmt) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """What a statement assigns, and from which names; asked again for each enclosing loop and each run."""
    return tuple(_assigned(statement))


_ASSIGNING = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)
_GOING_OVER = (ast.For, ast.AsyncFor, ast.comprehension)


def _assigned(statement: ast.stmt) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    for node in nodes(statement):
        if isinstance(node, _ASSIGNING):
            left = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = frozenset(name for target in left for name in targets.names(target))
            yield names, names_in(node.value) if node.value is not None else frozenset()
        elif isinstance(node, _GOING_OVER):
            yield frozenset(targets.names(node.target)), names_in(node.iter)


@noted
def names_in(node: ast.AST) -> frozenset[str]:
    """Every plain name that an expression uses."""
    return frozenset(names_of(node))


def _leaves_at_once(body: list[ast.stmt]) -> str:
    last = body[-1]
    return "leaves in its first round" if isinstance(last, ast.Return | ast.Break | ast.Raise) else ""


def _retries(node: ast.For | ast.AsyncFor) -> str:
    """`for attempt in range(k)` with a `try` and a way out."""
    if not (isinstance(node.iter, ast.Call) and dotted(node.iter.func).endswith(("range", "count"))):
        return ""
    parts = [part for statement in node.body for part in nodes(statement)]
    tries = any(isinstance(part, ast.Try) for part in parts)
    leaves = any(isinstance(part, ast.Break | ast.Return) for part in parts)
    return "retry" if tries and leaves else ""


def _iterable(node: ast.expr, iterable: Value, element: Value) -> str:
    """Why looping over this does not multiply; empty when it does."""
    node = _inner(node)
    if isinstance(node, ast.Call) and (reason := _call(node)):
        return reason
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and len(node.elts) <= _SMALL:
        return "a few written-out elements"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and _is_small_slice(node.slice):
        return "a small slice"
    if not isinstance(iterable, Rows | Query | Collection):
        if isinstance(node, ast.Attribute) and node.attr in _SCHEMA:
            return "parts of a table"
        if _is_store(node):
            return "stores, not rows"
        if isinstance(node, ast.Name | ast.Attribute) and _is_constant_name(node):
            return "a constant"
    return _by_value(iterable, element)


def _is_small_slice(node: ast.Slice) -> bool:
    upper = node.upper
    small = isinstance(upper, ast.Constant) and isinstance(upper.value, int) and 0 <= upper.value <= _SMALL
    return small and (node.lower is None or isinstance(node.lower, ast.Constant))


def _is_chunk(target: ast.expr, iterable: Value) -> str:
    """`for chunk in pieces`: the name says what the iterable does not, unless that is known to be rows."""
    is_named = isinstance(target, ast.Name) and _CHUNK.search(target.id)
    return "chunks" if is_named and not isinstance(iterable, Rows | Query | Collection) else ""


def _cuts(node: ast.For | ast.AsyncFor, dependents: frozenset[str]) -> str:
    """`for number in range(count)`, whose body takes a slice of something for each number."""
    if not (isinstance(node.iter, ast.Call) and dotted(node.iter.func) == "range"):
        return ""
    slices = [part for statement in node.body for part in nodes(statement) if isinstance(part, ast.Slice)]
    return "chunks" if any(part.upper and names_in(part) & dependents for part in slices) else ""


def _is_store(node: ast.expr) -> bool:
    name = dotted(node.func if isinstance(node, ast.Call) else node)
    return bool(_PLURAL_STORES.search(name)) and "." not in name.removeprefix("self.")


def _inner(node: ast.expr) -> ast.expr:
    """What `enumerate(x)`, `reversed(x)`, `list(x)`, `x.items()` go over."""
    while isinstance(node, ast.Call) and node.args and dotted(node.func) in _PASSING:
        node = node.args[0]
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        if node.func.attr not in ("items", "values", "keys"):
            break
        node = node.func.value
    return node


_PASSING = {"enumerate", "reversed", "list", "tuple", "set", "sorted", "iter", "tqdm", "zip"}


def _call(node: ast.Call) -> str:
    name = dotted(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    last = name.rpartition(".")[2]
    if last == "range":
        return _range(node)
    if (last == "iter" and len(node.args) == 2) or last == "islice":
        return "chunks"
    if last in ("count", "cycle", "repeat") and name.startswith(("itertools", last)):
        return "pages"
    if _CHUNKS.search(last):
        return "chunks"
    if _STREAM.search(name):
        return "a stream of messages"
    return ""


def _range(node: ast.Call) -> str:
    if len(node.args) == 3:
        return "chunks"
    stop = node.args[-1] if node.args else None
    if isinstance(stop, ast.Constant):
        return "a fixed number of rounds"
    return ""


def _is_constant_name(node: ast.expr) -> bool:
    last = dotted(node).rpartition(".")[2]
    return bool(last) and last.isupper()


def _by_value(iterable: Value, element: Value) -> str:
    if all(_is_few(option) for option in options(iterable)):
        return "a few written-out elements"
    for option in options(iterable):
        match option:
            case ListOf(source=Ref()) | DictOf(source=Ref()):
                return "a constant"
            case Ref() | Method(receiver=Ref()):
                return "a constant"
            case DictOf(key=Const()):
                return "a few written-out elements"
            case Instance(symbol=symbol) if _STREAM.search(symbol.name):
                return "a stream of messages"
    for option in options(element):
        if isinstance(option, Ref):
            return "classes, not rows"
    return ""


def _is_few(value: Value) -> bool:
    return (isinstance(value, TupleOf) and len(value.elements) <= _SMALL) or 0 < size_of(value) <= _SMALL


def reason_by_text(node: ast.AST) -> str:
    """Why a loop or comprehension does not multiply, as far as its text alone tells; empty when it may."""
    match node:
        case ast.For() | ast.AsyncFor():
            return _leaves_at_once(node.body) or _retries(node) or _iterable(node.iter, UNKNOWN, UNKNOWN)
        case ast.While():
            return "retry" if _is_retry(node) else "while"
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            return _iterable(node.generators[0].iter, UNKNOWN, UNKNOWN)
    return "no loop"


def _is_retry(node: ast.While) -> bool:
    """A `while` that tries until it succeeds: a way out inside a `try`."""
    tries = (part for statement in node.body for part in nodes(statement) if isinstance(part, ast.Try))
    return any(
        isinstance(part, ast.Return | ast.Break) for found in tries for line in found.body for part in nodes(line)
    )
