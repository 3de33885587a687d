"""SQLAlchemy (1.4 and 2.x), SQLModel and Flask-SQLAlchemy."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from perflint.libraries import _sqlalchemy_sessions as sessions
from perflint.libraries import _sqlalchemy_statements as statements
from perflint.libraries._orm import is_computed, record_load, target_of
from perflint.project.models import Library, Relation
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.values import (
    UNKNOWN,
    Collection,
    Column,
    Entity,
    Instance,
    ListOf,
    LoaderOption,
    Method,
    Query,
    Ref,
    RelationRef,
    Result,
    Rows,
    State,
    TupleOf,
    Value,
)

if TYPE_CHECKING:
    from perflint.semantics.calls import Call
    from perflint.semantics.interpreter import Interpreter
    from perflint.semantics.run import Run

PACKAGES = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")
VALUES = ("sqlalchemy",)

_LOADERS = {"selectinload", "joinedload", "subqueryload", "immediateload", "contains_eager", "raiseload", "noload"}
_OTHER_OPTIONS = {"lazyload", "defer", "undefer", "load_only", "defaultload", "with_loader_criteria"}
_LAZY = {"select", "True"}


def call(origin: str, call: Call) -> Value | None:
    """A function or class of the library is called."""
    name = origin.rpartition(".")[2]
    if name in ("select", "insert", "update", "delete"):
        return statements.start(name, call)
    if name in _LOADERS:
        return _loader(name, call, (), None)
    if name in _OTHER_OPTIONS:
        return LoaderOption((), name)
    if name in ("and_", "or_", "not_"):
        from perflint.semantics.calls import criterion

        return criterion(list(call.args))
    return sessions.make(origin, name, call)


def _loader(name: str, call: Call, prefix: tuple[str, ...], target: Symbol | None) -> Value:
    """`selectinload(User.orders)`, also chained onto another loader."""
    argument = call.arg(0)
    strategy = name
    if isinstance(argument, RelationRef):
        path = (*prefix, *argument.path)
        return LoaderOption((path,), strategy, argument.target)
    node = call.node.args[0] if call.node.args else None
    if isinstance(node, ast.Constant) and node.value == "*":
        return LoaderOption((("*",),), strategy)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return LoaderOption((tuple(node.value.split(".")),), strategy)
    return LoaderOption((), "unknown")


def method(receiver: Value, name: str, call: Call) -> Value | None:
    """A method of a session, statement, result or loader option."""
    match receiver:
        case Instance():
            return sessions.method(receiver, name, call)
        case Query():
            return statements.method(receiver, name, call)
        case Result():
            return sessions.result(receiver, name, call)
        case LoaderOption():
            return statements.chain_option(receiver, name, call)
    return None


def attribute(run: Run, value: Value, name: str, node: ast.expr) -> Value | None:
    """`db.session`, `db.select` of Flask-SQLAlchemy, `pagination.items`."""
    if isinstance(value, Instance) and value.symbol.name.endswith(".SQLAlchemy"):
        if name == "session":
            return Instance(Symbol(Kind.EXTERNAL, "sqlalchemy.orm.scoped_session"))
        return Ref(Symbol(Kind.EXTERNAL, f"sqlalchemy.{name}"))
    if isinstance(value, Query) and name == "items" and value.state.has("paginated"):
        return Rows(value)
    return None


def class_attribute(run: Run, symbol: Symbol, name: str, node: ast.expr) -> Value | None:
    """`User.query`, `User.orders`, `User.id`."""
    model = run.interpreter.models.get(symbol)
    if model is None or model.library is not Library.SQLALCHEMY:
        return None
    if name in model.relations:
        return RelationRef(symbol, (name,), model.relations[name].target)
    if name in model.columns:
        return Column(symbol, name)
    if name == "query":
        return Query("sqlalchemy", "query", (symbol,), State(), run.origin(node), run.module)
    return None


def relation(run: Run, entity: Entity, relation: Relation, node: ast.expr) -> Value:
    """A relation of an object is read; a lazy one is loaded now."""
    if relation.lazy in ("dynamic", "write_only"):
        made = Query("sqlalchemy", "dynamic", (relation.target,), State(), run.origin(node), run.module)
        return replace(made, owner=entity, relation=relation, proof=entity.proof)
    if entity.query is not None and not entity.path and relation.name in entity.query.state.same:
        entity = replace(entity, many=False)
    if relation.lazy in _LAZY:
        record_load(run, node, entity, relation)
    return Collection(entity, relation) if relation.many else target_of(entity, relation, many=entity.many)


def written(run: Run, entity: Entity, relation: Relation, node: ast.expr) -> None:
    """Assigning to an unloaded collection loads it first."""
    if relation.many and relation.lazy in _LAZY and entity.query is not None:
        record_load(run, node, entity, relation, "write")


def iterate(run: Run, value: Value, node: ast.expr) -> Value:
    """An element of a query, a result, rows or a collection."""
    match value:
        case Collection(entity=entity, relation=related):
            return target_of(entity, related, many=True)
        case Query(api="query" | "dynamic"):
            statements.run_query(run, value, node, "select", many=True)
            return sessions.element(value, "scalars" if value.model else "rows")
        case Result(query=query, shape=shape) | Rows(query=query, shape=shape):
            return sessions.element(query, shape)
    return UNKNOWN


def item(run: Run, value: Value, node: ast.Subscript) -> Value:
    """`query[:10]` limits in SQL; rows are sliced in Python."""
    sliced = isinstance(node.slice, ast.Slice)
    if isinstance(value, Query) and value.api in ("query", "dynamic"):
        limited = value.chained("limit")
        statements.run_query(run, limited, node, "select", many=sliced)
        return Rows(limited, node=node) if sliced else _single(limited)
    if isinstance(value, Rows) and sliced:
        return Rows(value.query.chained("sliced"), value.shape, value.node)
    if isinstance(value, Rows):
        return sessions.element(value.query, value.shape, many=is_computed(node))
    if isinstance(value, Collection):
        return target_of(value.entity, value.relation, many=value.entity.many or is_computed(node))
    return UNKNOWN


def _single(query: Query) -> Value:
    return sessions.element(query, "scalars" if query.model else "rows", many=False)


def enter(run: Run, value: Value, node: ast.expr) -> Value | None:
    """`with Session() as s`, `with engine.connect() as c`, `with factory.begin() as s`."""
    return None


def receiver(interpreter: Interpreter, symbol: Symbol) -> Value | None:
    """An object of a mapped class."""
    model = interpreter.models.get(symbol)
    if model is not None and model.library is Library.SQLALCHEMY:
        return Entity(symbol)
    if interpreter.libraries.wraps_session(symbol):
        return sessions.SESSION
    return None


def construct(symbol: Symbol, call: Call) -> Value | None:
    """`User(name=…)` makes an object; a project class derived from Session makes a session."""
    model = call.run.interpreter.models.get(symbol)
    if model is not None and model.library is Library.SQLALCHEMY:
        return Entity(symbol, made=True)
    return None


def unknown_method(name: str, call: Call) -> Value | None:
    """`db.query(User)` and `db.scalars(select(User))` on a receiver that only the model gives away."""
    return sessions.unknown(name, call)


def generic(interpreter: Interpreter, symbol: Symbol, arguments: list[Value]) -> Value | None:
    """`Query[User]`, `ScalarResult[User]`, `Select[tuple[User]]`."""
    if symbol.kind is not Kind.EXTERNAL or not symbol.name.startswith(PACKAGES) or not arguments:
        return None
    name = symbol.name.rpartition(".")[2]
    first = arguments[0].elements[0] if isinstance(arguments[0], TupleOf) and arguments[0].elements else arguments[0]
    entities = (first.model if isinstance(first, Entity) else None,)
    if name in ("Query", "Select"):
        return Query("sqlalchemy", "query" if name == "Query" else "select", entities)
    if name in ("ScalarResult", "Result"):
        made = Query("sqlalchemy", "select", entities)
        return Result(made, "scalars" if name == "ScalarResult" else "rows")
    if name in ("Mapped", "DynamicMapped"):
        return arguments[0]
    return None


__all__ = ["ListOf", "Method"]
