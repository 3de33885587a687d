"""The value of each kind of expression."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from perflint.project.facts import dotted
from perflint.semantics import attributes, calls, loops, switches, targets
from perflint.semantics.events import Context, Iterate, Turn
from perflint.semantics.joining import join, joined
from perflint.semantics.sizes import size_of, sized
from perflint.semantics.values import (
    UNKNOWN,
    Awaitable,
    Closure,
    Collection,
    Const,
    Derived,
    DictOf,
    Either,
    Function,
    ListOf,
    Query,
    Ref,
    Result,
    Rows,
    TupleOf,
    Value,
    options,
    query_of_rows,
)

if TYPE_CHECKING:
    from perflint.semantics.run import Run


def other(run: Run, node: ast.expr) -> Value:
    """The value of a kind of expression that tells nothing by itself: its parts are walked for what they cost."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            run.eval(child)
    return UNKNOWN


def _constant(run: Run, node: ast.Constant) -> Value:
    return Const(node.value, type(node.value).__name__)


def _name(run: Run, node: ast.Name) -> Value:
    if node.id in run.names:
        return run.names[node.id]
    if node.id in run.outer:
        return run.outer[node.id]
    return run.interpreter.name(run.module, node.id, run.scope)


def _attribute(run: Run, node: ast.Attribute) -> Value:
    chain = dotted(node)
    if chain and chain in run.names:
        run.eval(node.value)
        return run.names[chain]
    value = attributes.attribute(run, run.eval(node.value), node.attr, node)
    if chain and isinstance(node.ctx, ast.Load) and attributes.is_kept(value):
        # Reading a relation twice costs once: the object keeps it.
        run.keep(chain, value)
    return value


def _await(run: Run, node: ast.Await) -> Value:
    return awaited(run.eval(node.value))


def awaited(value: Value) -> Value:
    """What `await` gives."""
    match value:
        case Awaitable(value=inner):
            return inner
        case Either(options=many):
            return joined(map(awaited, many))
    return value


def _bool_op(run: Run, node: ast.BoolOp) -> Value:
    value = run.eval(node.values[0]) if isinstance(node.op, ast.Or) else truth(run, node.values[0])
    if switches.known_truth(run, node.values[0]) is isinstance(node.op, ast.Or):
        return value  # the rest is never asked
    for part in node.values[1:]:
        with run.guarded(node):
            other = run.eval(part)
        value = join(value, other) if isinstance(node.op, ast.Or) else other
    return value


def _if_exp(run: Run, node: ast.IfExp) -> Value:
    truth(run, node.test)
    decided = switches.known_truth(run, node.test)
    if decided is not None:
        return run.eval(node.body if decided else node.orelse)
    with run.guarded(node):
        return join(run.eval(node.body), run.eval(node.orelse))


def truth(run: Run, node: ast.expr) -> Value:
    """Evaluate where only the truth counts; some objects run a query to tell."""
    value = run.eval(node)
    run.interpreter.libraries.truth(run, value, node)
    return value


def _unary(run: Run, node: ast.UnaryOp) -> Value:
    value = truth(run, node.operand) if isinstance(node.op, ast.Not) else run.eval(node.operand)
    if isinstance(node.op, ast.USub) and isinstance(value, Const) and isinstance(value.value, int | float):
        return Const(-value.value, value.type)
    return UNKNOWN if isinstance(node.op, ast.Not) else value


def _binary(run: Run, node: ast.BinOp) -> Value:
    left, right = run.eval(node.left), run.eval(node.right)
    if isinstance(node.op, ast.Mod) and isinstance(left, Const) and left.type == "str":
        for part in right.elements if isinstance(right, TupleOf) else (right,):
            attributes.text_of(run, part, node.right)
    if isinstance(node.op, ast.BitOr | ast.BitAnd) and isinstance(left, Query):
        return left.chained("combined")
    if isinstance(node.op, ast.Add) and isinstance(left, ListOf | Rows):
        both = join(left, right) if isinstance(right, ListOf | Rows) else left
        return sized(both, _length(run, node, left, right))
    return calls.derived(left, right)


def _length(run: Run, node: ast.BinOp, left: Value, right: Value) -> int:
    """The size of two lists together; -1 where a loop may add one to the other again and again."""
    is_named = isinstance(node.left, ast.Name | ast.Attribute) or isinstance(node.right, ast.Name | ast.Attribute)
    if is_named and any(context.turn is Turn.LOOP for context in run.stack):
        return -1
    sizes = size_of(left), size_of(right)
    return -1 if -1 in sizes else sum(sizes)


def _compare(run: Run, node: ast.Compare) -> Value:
    values = [run.eval(node.left), *map(run.eval, node.comparators)]
    if isinstance(node.ops[0], ast.In | ast.NotIn) and len(values) == 2:
        run.interpreter.libraries.contains(run, values[1], node.comparators[0])
    is_equality = len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq)
    return calls.criterion(values, "==" if is_equality else "")


def _subscript(run: Run, node: ast.Subscript) -> Value:
    value, index = run.eval(node.value), run.eval(node.slice)
    return joined([item(run, option, index, node) for option in options(value)])


def item(run: Run, value: Value, index: Value, node: ast.Subscript) -> Value:
    """`value[index]`, an element or a slice."""
    sliced = isinstance(node.slice, ast.Slice)
    if isinstance(value, Query | Result | Rows | Collection):
        return run.interpreter.libraries.item(run, value, node)
    if isinstance(value, ListOf):
        return ListOf(value.element, value.source) if sliced else value.element
    if isinstance(value, TupleOf) and isinstance(index, Const) and isinstance(index.value, int):
        return value.elements[index.value] if -len(value.elements) <= index.value < len(value.elements) else UNKNOWN
    if isinstance(value, DictOf):
        return value.value
    return value if isinstance(value, Ref) else UNKNOWN


def _slice(run: Run, node: ast.Slice) -> Value:
    for part in (node.lower, node.upper, node.step):
        run.eval(part)
    return UNKNOWN


def _sequence(run: Run, node: ast.List | ast.Set | ast.Tuple) -> Value:
    elements = [run.eval(element) for element in node.elts]
    starred = any(isinstance(element, ast.Starred) for element in node.elts)
    if isinstance(node, ast.Tuple) and not starred:
        return TupleOf(tuple(elements))
    return ListOf(joined(elements), size=-1 if starred else len(elements))


def _starred(run: Run, node: ast.Starred) -> Value:
    value = run.eval(node.value)
    return iterate(run, value, node.value)


def _dict(run: Run, node: ast.Dict) -> Value:
    keys = [run.eval(key) for key in node.keys]
    values = [run.eval(value) for value in node.values]
    if not values:
        return DictOf(UNKNOWN, UNKNOWN)
    known = [value for value in values if value != UNKNOWN and not isinstance(value, Const)]
    size = -1 if None in node.keys else len(values)
    if len(values) == 1:
        return DictOf(keys[0], values[0], size=size)
    return DictOf(UNKNOWN, Derived(tuple(known)) if known else UNKNOWN, size=size)


def _comprehension(run: Run, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    element, source = _clauses(run, node, lambda: run.eval(node.elt))
    return ListOf(element, source, size_of(source) if len(node.generators) == 1 else -1)


def _dict_comprehension(run: Run, node: ast.DictComp) -> Value:
    pair, source = _clauses(run, node, lambda: TupleOf((run.eval(node.key), run.eval(node.value))))
    assert isinstance(pair, TupleOf)
    return DictOf(pair.elements[0], pair.elements[1], source)


def _clauses(run: Run, node: Any, inner: Callable[[], Value]) -> tuple[Value, Value]:
    """Run a comprehension's clauses, then its element, each inside the loops before it; and what the first goes over.

    The clauses call each other by their names: a function inside that calls itself keeps what it sees for good, as no
    garbage is collected.
    """
    kept = run.fork()
    first = run.eval(node.generators[0].iter)
    value = _clause(run, node, node.generators, first, inner)
    run.names = kept
    return value, first


def _clause(
    run: Run, node: Any, generators: Sequence[ast.comprehension], iterable: Value, inner: Callable[[], Value]
) -> Value:
    generator, *rest = generators
    element = iterate(run, iterable, generator.iter)
    with run.inside(loops.comprehension(run, node, generator, iterable, element)):
        targets.bind(run, generator.target, element)
        for test in generator.ifs:
            truth(run, test)
        if generator.ifs:
            with run.guarded(node):
                return _after_clause(run, node, rest, inner)
        return _after_clause(run, node, rest, inner)


def _after_clause(run: Run, node: Any, rest: Sequence[ast.comprehension], inner: Callable[[], Value]) -> Value:
    """The next clause, or the element."""
    if rest:
        return _clause(run, node, rest, run.eval(rest[0].iter), inner)
    if run.frames is not None:
        run.frames[node] = run.frame
    return inner()


def _lambda(run: Run, node: ast.Lambda) -> Value:
    return Function(run.interpreter.symbols.anonymous(run.module, run.scope), None, Closure(node, run.names))


def _joined_str(run: Run, node: ast.JoinedStr) -> Value:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            value = run.eval(part.value)
            run.eval(part.format_spec)
            attributes.text_of(run, value, part.value)
    return Const(None, "str")


def _named(run: Run, node: ast.NamedExpr) -> Value:
    value = run.eval(node.value)
    targets.bind(run, node.target, value)
    return value


def _yield(run: Run, node: ast.Yield) -> Value:
    run.yielded.append(run.eval(node.value))
    return UNKNOWN


def _yield_from(run: Run, node: ast.YieldFrom) -> Value:
    run.yielded.append(iterate(run, run.eval(node.value), node.value))
    return UNKNOWN


def iterate(run: Run, value: Value, node: ast.expr) -> Value:
    """An element of the value; running the query that iterating runs."""
    return joined([_gone_over(run, option, node) for option in options(value)])


def _gone_over(run: Run, value: Value, node: ast.expr) -> Value:
    if run.values is not None and (query := query_of_rows(value)):
        run.events.append(Iterate(node, run.frame, (), query.proof, query))
    return _element(run, value, node)


def _element(run: Run, value: Value, node: ast.expr) -> Value:
    match value:
        case ListOf(element=element):
            return element
        case TupleOf(elements=elements):
            return joined(elements)
        case DictOf(key=key):
            return key
        case Awaitable(value=inner):
            return _element(run, inner, node)
        case Query() | Result() | Rows() | Collection():
            return run.interpreter.libraries.iterate(run, value, node)
    return UNKNOWN


def enter(run: Run, value: Value, node: ast.expr) -> Value:
    """What `with value as x` binds to x."""
    if isinstance(value, Awaitable):
        value = value.value
    return run.interpreter.libraries.enter(run, value, node)


HANDLERS: dict[type[ast.expr], Callable[[Run, Any], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: calls.call,
    ast.Await: _await,
    ast.BoolOp: _bool_op,
    ast.IfExp: _if_exp,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.List: _sequence,
    ast.Set: _sequence,
    ast.Tuple: _sequence,
    ast.Starred: _starred,
    ast.Dict: _dict,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Lambda: _lambda,
    ast.JoinedStr: _joined_str,
    ast.NamedExpr: _named,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
}

__all__ = ["HANDLERS", "Context", "Turn", "enter", "iterate", "other", "truth"]
