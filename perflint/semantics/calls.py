"""Calls: into libraries, into builtins, into the project's own functions and back."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from perflint.project.facts import dotted
from perflint.project.symbols import Kind
from perflint.semantics import loops
from perflint.semantics.events import Context, Event, Frame, Step, Turn
from perflint.semantics.events import Run as Ran
from perflint.semantics.guesses import namesake
from perflint.semantics.joining import joined
from perflint.semantics.values import (
    UNKNOWN,
    Awaitable,
    Collection,
    Column,
    Derived,
    DictOf,
    Either,
    Entity,
    Function,
    Instance,
    ListOf,
    LoaderOption,
    Method,
    Proof,
    Query,
    Ref,
    RelationRef,
    Result,
    Rows,
    TupleOf,
    Value,
    parts,
)

if TYPE_CHECKING:
    from perflint.semantics.run import Run

_EVENTS = 60  # most events that one call brings into its caller
_STEPS = 7  # longest way from a call to what it costs
_DEPTH = 40  # calls inside calls that are followed; deeper is cut short


class Call(NamedTuple):
    """A call as libraries see it: evaluated arguments, and the run to record events in."""

    run: Run
    node: ast.Call
    args: tuple[Value, ...]
    keywords: Mapping[str, Value]
    has_star: bool

    def arg(self, index: int, name: str = "") -> Value:
        """An argument by position or keyword; UNKNOWN when it is not given."""
        if name and name in self.keywords:
            return self.keywords[name]
        return self.args[index] if 0 <= index < len(self.args) else UNKNOWN

    @property
    def dependent(self) -> bool:
        """Whether an argument (or the receiver) differs from one round of the enclosing loops to the next."""
        return depends(self.run, self.node)


def depends(run: Run, node: ast.AST) -> bool:
    """Whether an expression uses a name that the enclosing loops change."""
    changing: frozenset[str] = frozenset()
    for context in run.stack:
        changing |= context.dependents
    return bool(changing) and bool(loops.names_in(node) & changing)


def call(run: Run, node: ast.Call) -> Value:
    """The value of a call expression."""
    callee = run.eval(node.func)
    args = tuple([run.eval(argument) for argument in node.args])
    keywords = {keyword.arg or "**": run.eval(keyword.value) for keyword in node.keywords}
    has_star = ast.Starred in map(type, node.args)
    if run.frames is not None:
        run.frames[node] = run.frame
    made = Call(run, node, args, keywords, has_star)
    if not isinstance(callee, Either):
        return _call(made, callee)
    return joined([_call(made, option) for option in callee.options])


def _call(call: Call, callee: Value) -> Value:
    libraries = call.run.interpreter.libraries
    match callee:
        case Ref(symbol=symbol) if symbol.kind is Kind.CLASS:
            return _construct(call, callee)
        case Ref(symbol=symbol):
            found = libraries.call(symbol.name, call)
            return derived(*call.args, *call.keywords.values(), by=symbol.name) if found is None else found
        case Function():
            found = libraries.project_call(callee, call)
            if found is not None:
                return found
            return invoke(call.run, callee, call.args, call.keywords, call.node, "", star=call.has_star)
        case Method(receiver=receiver, name=name):
            if isinstance(receiver, _NAMED):
                return criterion([receiver, *call.args])  # `User.id.in_(ids)`
            found = libraries.method(receiver, name, call)
            found = namesake(call, receiver, name) if found is None else found
            return derived(receiver, *call.args, *call.keywords.values(), by=f".{name}") if found is None else found
        case Instance(symbol=symbol) if symbol.kind is Kind.CLASS:
            target = call.run.interpreter.symbols.attribute(symbol, "__call__")
            if target is not None and target.kind is Kind.FUNCTION:
                return invoke(call.run, Function(target, callee), call.args, call.keywords, call.node, "")
        case Instance():
            found = libraries.method(callee, "__call__", call)
            if found is not None:
                return found
    return derived(*call.args, *call.keywords.values())


def _construct(call: Call, callee: Ref) -> Value:
    """A project class is called: a model's object, a library class's subclass or a plain object."""
    run, symbol = call.run, callee.symbol
    made = run.interpreter.libraries.construct(symbol, call)
    if made is not None:
        return made
    instance = Instance(symbol)
    init = run.interpreter.symbols.attribute(symbol, "__init__")
    if init is not None and init.kind is Kind.FUNCTION:
        invoke(run, Function(init, instance), call.args, call.keywords, call.node, symbol.name, star=call.has_star)
        return instance
    flowing = derived(*call.args, *call.keywords.values())
    return instance if flowing == UNKNOWN else replace(instance, arguments=(("*", flowing),))


def invoke(
    run: Run,
    function: Function,
    args: tuple[Value, ...],
    keywords: Mapping[str, Value],
    node: ast.expr,
    label: str,
    *,
    star: bool = False,
) -> Value:
    """Call a project function: what it returns; what it costs is recorded at `node`."""
    interpreter = run.interpreter
    if run.depth >= _DEPTH:
        interpreter.cut()
        return UNKNOWN
    bound = None if star else interpreter.bind(function, args, keywords)
    analysis = interpreter.analyse(function, bound, run.depth + 1)
    if analysis is None:
        return derived(*args)
    name = label or function.symbol.name.rpartition(".")[2]
    if not analysis.cached:
        events = _at_most(analysis.events, function.receiver)
        _record(run, events, Context(Turn.FUNCTION, node, symbol=function.symbol), node, name)
    return analysis.value


def _at_most(events: tuple[Event, ...], receiver: Value | None) -> tuple[Event, ...]:
    """What a method costs is known no better than whose method it is."""
    if not isinstance(receiver, Entity | Instance | Query) or receiver.proof is Proof.PROVEN:
        return events
    return tuple(replace(event, proof=min(event.proof, receiver.proof)) for event in events)


def _record(run: Run, events: tuple[Event, ...], context: Context, node: ast.expr, label: str) -> None:
    """Record a callee's events in the caller, at the call."""
    if not events:
        return
    step = Step(run.module, getattr(node, "lineno", 0), getattr(node, "col_offset", 0), label)
    frame = (*run.frame, context)
    dependent = depends(run, node)
    near = [event for event in events if len(event.trace) < _STEPS]
    for event in near[:_EVENTS]:
        run.events.append(_moved(event, node, frame, step, dependent, context))


def _moved(event: Event, node: ast.expr, frame: Frame, step: Step, dependent: bool, context: Context) -> Event:
    changes: dict[str, Any] = {"node": node, "frame": (*frame, *event.frame), "trace": (step, *event.trace)}
    if event.happens_at is None:
        changes["happens_at"] = event.node
        changes["happens_in"] = context.symbol.module if context.symbol is not None else ""
    if isinstance(event, Ran) and event.loop is None:
        changes["dependent"] = dependent
    return replace(event, **changes)


def apply(run: Run, function: Value, args: tuple[Value, ...], node: ast.expr) -> Value:
    """Call a function value with these arguments, as `map` and `sorted` do; lambdas are run in place."""
    if isinstance(function, Function) and function.closure is not None:
        body = function.closure.node
        if isinstance(body, ast.Lambda):
            return _lambda(run, body, args)
    if isinstance(function, Function):
        return invoke(run, function, args, {}, node, "")
    if isinstance(function, Method):
        made = ast.Call(func=node, args=[], keywords=[])
        ast.copy_location(made, node)
        return _call(Call(run, made, args, {}, False), function)
    return UNKNOWN


def _lambda(run: Run, body: ast.Lambda, args: tuple[Value, ...]) -> Value:
    kept = run.fork()
    for parameter, value in zip(body.args.args, args, strict=False):
        run.set(parameter.arg, value)
    result = run.eval(body.body)
    run.names = kept
    return result


_NAMED = (Column, RelationRef)
_CRITERIA = (*_NAMED, Derived)
_ROWS = (Query, Rows, Entity, Result, Collection)
_FLOWING = (Query, Result, Rows, Entity, Collection, ListOf, DictOf, TupleOf, Derived, Instance, Awaitable)


def derived(*values: Value, by: str = "") -> Value:
    """The result of something unknown: UNKNOWN, unless something known flows into it."""
    flowing = tuple([value for value in values if isinstance(value, _FLOWING)])
    if flowing and any(isinstance(part, _ROWS) for value in flowing for part in parts(value)):
        return Derived(flowing, by)
    return UNKNOWN


def criterion(values: list[Value], by: str = "") -> Value:
    """A comparison: which columns it names."""
    columns = tuple([value for value in values if isinstance(value, _CRITERIA)])
    return Derived(columns, by) if columns else UNKNOWN


def callee_name(node: ast.Call) -> str:
    """The callee as written, its last part."""
    return dotted(node.func).rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")


__all__ = ["Call", "LoaderOption", "apply", "call", "criterion", "depends", "derived", "invoke"]
