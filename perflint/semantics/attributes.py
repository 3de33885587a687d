"""`value.name`: relations, columns, properties, methods and attributes of objects."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from perflint.project.symbols import Kind, Symbol
from perflint.semantics import calls
from perflint.semantics.events import Load
from perflint.semantics.joining import joined
from perflint.semantics.values import (
    UNKNOWN,
    Awaitable,
    Collection,
    Column,
    Derived,
    Either,
    Entity,
    Function,
    Instance,
    Method,
    Query,
    Ref,
    Unknown,
    Value,
    options,
)

if TYPE_CHECKING:
    from perflint.semantics.run import Run


_PROPERTIES = {"property", "cached_property", "hybrid_property", "lazy", "reify"}
_KEPT = (Entity, Collection)


def attribute(run: Run, value: Value, name: str, node: ast.expr) -> Value:
    """What the attribute is; reading a relation or a property records what it costs."""
    if not isinstance(value, Either):
        return _attribute(run, value, name, node)
    return joined([_attribute(run, option, name, node) for option in value.options])


def _attribute(run: Run, value: Value, name: str, node: ast.expr) -> Value:
    match value:
        case Unknown():
            known = run.interpreter.libraries.unknown_attribute(run, name, node)
            return Method(UNKNOWN, name) if known is None else known
        case Ref(symbol=symbol):
            return _of_symbol(run, symbol, name, node)
        case Entity():
            return of_entity(run, value, name, node)
        case Method(receiver=Entity() as entity, name="awaitable_attrs"):
            return _awaitable(run, entity, name, node)
        case Instance(symbol=symbol):
            return of_instance(run, value, symbol, name, node)
        case Awaitable():
            return UNKNOWN
    found = run.interpreter.libraries.attribute(run, value, name, node)
    if found is None and isinstance(value, Method):
        found = run.interpreter.libraries.unknown_attribute(run, name, node)  # `self.request.user` of a view
    return Method(value, name) if found is None else found


def _awaitable(run: Run, entity: Entity, name: str, node: ast.expr) -> Value:
    """`await user.awaitable_attrs.orders`: where an asynchronous session may load."""
    before = len(run.events)
    value = of_entity(run, entity, name, node)
    late = run.events[before:]
    run.events[before:] = [replace(event, access="await") if isinstance(event, Load) else event for event in late]
    return Awaitable(value)


def _of_symbol(run: Run, symbol: Symbol, name: str, node: ast.expr) -> Value:
    interpreter = run.interpreter
    if symbol.kind in (Kind.CLASS, Kind.EXTERNAL):
        found = interpreter.libraries.class_attribute(run, symbol, name, node)
        if found is not None:
            return found
    target = interpreter.symbols.attribute(symbol, name)
    if target is None:
        return UNKNOWN
    if symbol.kind is Kind.CLASS and target.kind is Kind.FUNCTION:
        return _method(run, Ref(symbol), target, node)
    return interpreter.of_symbol(target)


def of_entity(run: Run, entity: Entity, name: str, node: ast.expr) -> Value:
    """An attribute of a model's object: relation, column, project method or property."""
    interpreter = run.interpreter
    model = interpreter.models.get(entity.model)
    if model is None:
        foreign = interpreter.libraries.entity_attribute(run, entity, name, node)
        return foreign if foreign is not None else UNKNOWN
    if model.proxies.get(name) in model.relations:
        relation = model.relations[model.proxies[name]]
        interpreter.libraries.relation(run, entity, relation, node)
        return UNKNOWN
    if name in model.relations:
        return interpreter.libraries.relation(run, entity, model.relations[name], node)
    found = interpreter.libraries.entity_attribute(run, entity, name, node)
    if found is not None:
        return found
    if name in model.columns or model.proxies.get(name) in model.columns:
        return Column(entity.model, model.proxies.get(name, name), entity)
    target = interpreter.symbols.attribute(entity.model, name)
    if target is not None and target.kind is Kind.FUNCTION:
        return _method(run, entity, target, node)
    return Method(entity, name)


def of_instance(run: Run, value: Instance, symbol: Symbol, name: str, node: ast.expr) -> Value:
    """An attribute of an ordinary object."""
    interpreter = run.interpreter
    found = interpreter.libraries.attribute(run, value, name, node)
    if found is not None:
        return found
    if symbol.kind is not Kind.CLASS:
        return Method(value, name)
    target = interpreter.symbols.attribute(symbol, name)
    if target is not None and target.kind is Kind.FUNCTION:
        return _method(run, value, target, node)
    stored = interpreter.instance_attribute(symbol, name)
    if stored is None and value.arguments and value.arguments[0][0] == "*":
        return Derived((value.arguments[0][1],), f"{symbol.full}.{name}")  # made from what it was given
    return stored if stored is not None else Method(value, name)


def _method(run: Run, receiver: Value, target: Symbol, node: ast.expr) -> Value:
    """A method bound to its receiver, or what a property returns."""
    fact = run.interpreter.symbols.function(target)
    decorators = _last_names(fact.decorators) if fact is not None else frozenset()
    if decorators & _PROPERTIES:
        if isinstance(receiver, Ref):
            return UNKNOWN
        return calls.invoke(run, Function(target, receiver), (), {}, node, f"{target.name} (property)")
    if "staticmethod" in decorators:
        return Function(target)
    if "classmethod" in decorators:
        owner = receiver.symbol if isinstance(receiver, Instance | Ref) else None
        model = Ref(receiver.model) if isinstance(receiver, Entity) else None
        return Function(target, model or (Ref(owner) if owner else receiver))
    return Function(target) if isinstance(receiver, Ref) else Function(target, receiver)


@lru_cache(maxsize=1024)
def _last_names(decorators: tuple[str, ...]) -> frozenset[str]:
    """The decorators' names, as imports may leave them."""
    return frozenset(text.partition("(")[0].rpartition(".")[2] for text in decorators)


def text_of(run: Run, value: Value, node: ast.expr) -> None:
    """`str(x)` and f-strings run `__str__`."""
    for option in options(value):
        if isinstance(option, Entity):
            target = run.interpreter.symbols.attribute(option.model, "__str__")
            if target is None or target.kind is not Kind.FUNCTION:
                target = run.interpreter.symbols.attribute(option.model, "__unicode__")
            if target is not None and target.kind is Kind.FUNCTION:
                calls.invoke(run, Function(target, option), (), {}, node, f"{target.name}")


def is_kept(value: Value) -> bool:
    """Whether reading the attribute again gives the same object without a new query."""
    if isinstance(value, Query):
        return value.state.has("assigned")
    return isinstance(value, _KEPT)
