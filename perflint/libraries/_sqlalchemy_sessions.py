"""SQLAlchemy sessions, connections and results: what runs statements and what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from perflint.libraries import _sqlalchemy_statements as statements
from perflint.libraries._orm import element as entity_of
from perflint.libraries._orm import record_end, record_run, row
from perflint.project.models import Library
from perflint.project.symbols import Kind, Symbol
from perflint.semantics import values
from perflint.semantics.values import (
    UNKNOWN,
    Awaitable,
    Entity,
    Instance,
    ListOf,
    Proof,
    Query,
    Ref,
    Result,
    Rows,
    State,
    TupleOf,
    Value,
)

if TYPE_CHECKING:
    from perflint.semantics.calls import Call

_SESSIONS = {"Session", "AsyncSession", "scoped_session", "async_scoped_session", "SignallingSession"}
_FACTORIES = {"sessionmaker", "async_sessionmaker"}
_CONNECTIONS = {"Connection", "AsyncConnection"}
_ENGINES = {"Engine", "AsyncEngine"}
_RUNS = {"execute", "scalars", "scalar", "exec", "stream", "stream_scalars"}
_ENDS = {"commit", "rollback", "flush", "expire", "expire_all", "expunge_all", "close"}


SESSION = Instance(Symbol(Kind.EXTERNAL, "sqlalchemy.orm.Session"))


def make(origin: str, name: str, call: Call) -> Value | None:
    """A session, a factory of sessions, an engine or `SQLAlchemy()`."""
    if name in _SESSIONS | _FACTORIES | {"SQLAlchemy"}:
        if name == "async_scoped_session" or (name in _FACTORIES and _makes_async(call)):
            name = "async_sessionmaker" if name in _FACTORIES else name
        return Instance(Symbol(Kind.EXTERNAL, f"{origin.rpartition('.')[0]}.{name}"))
    if name == "create_engine":
        return Instance(Symbol(Kind.EXTERNAL, "sqlalchemy.Engine"))
    if name == "create_async_engine":
        return Instance(Symbol(Kind.EXTERNAL, "sqlalchemy.ext.asyncio.AsyncEngine"))
    return None


def _makes_async(call: Call) -> bool:
    kind = call.keywords.get("class_")
    return isinstance(kind, Ref) and "Async" in kind.symbol.name


def kind(value: Instance, interpreter: object = None) -> str:
    """ "Session", "AsyncSession", "sessionmaker", … or empty."""
    return value.symbol.name.rpartition(".")[2]


def _external(call: Call, receiver: Instance) -> str:
    """The library class that the receiver is or derives from."""
    symbol = receiver.symbol
    if symbol.kind is Kind.EXTERNAL:
        return symbol.name.rpartition(".")[2]
    for owner in call.run.interpreter.symbols.mro(symbol):
        last = owner.name.rpartition(".")[2]
        if owner.kind is Kind.EXTERNAL and last in _SESSIONS | _CONNECTIONS:
            return last
    return ""


def method(receiver: Instance, name: str, call: Call) -> Value | None:
    """A method of a session, connection, engine or factory."""
    cls = _external(call, receiver)
    is_async = cls.startswith(("Async", "async"))
    if cls in _FACTORIES or (cls.endswith("scoped_session") and name == "__call__"):
        return _from_factory(cls, name)
    if cls in _ENGINES:
        return _from_engine(cls, name)
    if cls not in _SESSIONS | _CONNECTIONS:
        return None
    value = _session_method(receiver, name, call)
    return (
        Awaitable(value) if value is not None and is_async and name not in ("query", "begin", "begin_nested") else value
    )


def _from_factory(cls: str, name: str) -> Value | None:
    made = "sqlalchemy.ext.asyncio.AsyncSession" if cls.startswith("async") else "sqlalchemy.orm.Session"
    session = Instance(Symbol(Kind.EXTERNAL, made))
    return session if name in ("__call__", "begin") else None


def _from_engine(cls: str, name: str) -> Value | None:
    made = "sqlalchemy.ext.asyncio.AsyncConnection" if cls == "AsyncEngine" else "sqlalchemy.Connection"
    return Instance(Symbol(Kind.EXTERNAL, made)) if name in ("connect", "begin") else None


def _session_method(receiver: Instance, name: str, call: Call) -> Value | None:
    if name == "query":
        return replace(statements.start("query", call, receiver), proof=receiver.proof)
    if name in _RUNS:
        return execute(receiver, name, call, receiver.proof)
    if name == "get" or name == "get_one":
        return _get(call, receiver, receiver.proof)
    if name in _ENDS:
        record_end(call.run, call.node, name, receiver, receiver.proof)
        return UNKNOWN
    if name in ("refresh", "merge"):
        entity = call.arg(0)
        subject = entity if isinstance(entity, Entity) else None
        if name == "merge" and subject is not None and subject.query is not None:
            return entity  # an object that a session has loaded is in its identity map
        record_run(
            call.run,
            call.node,
            name,
            None,
            entity=subject,
            session=receiver,
            library="sqlalchemy",
            proof=receiver.proof,
        )
        return entity
    if name in ("begin", "begin_nested"):
        return receiver
    return UNKNOWN


def execute(session: Value, name: str, call: Call, proof: Proof) -> Value:
    """`execute`, `scalars`, `scalar`, `exec`: the statement runs, and its result comes back."""
    statement = call.arg(0, "statement")
    many = len(call.args) > 1 or "params" in call.keywords
    if not isinstance(statement, Query):
        record_run(call.run, call.node, "execute", None, session=session, library="sqlalchemy", proof=proof)
        return UNKNOWN
    ran = replace(statement, session=session, proof=min(proof, statement.proof))
    verb = ran.api if ran.api in ("insert", "update", "delete") else "select"
    del many
    dependent = True if call.dependent else None
    record_run(call.run, call.node, verb, ran, session=session, dependent=dependent or _built_inside(call))
    if name == "scalar":
        return entity_of(ran, ran.entities[0], many=False) if ran.entities else UNKNOWN
    scalar = name in ("scalars", "stream_scalars") or (name == "exec" and len(ran.entities) == 1)
    return Result(ran, "scalars" if scalar else "rows")


def _built_inside(call: Call) -> bool:
    from perflint.semantics.calls import depends

    return depends(call.run, call.node)


def _get(call: Call, session: Value, proof: Proof) -> Value:
    model = call.arg(0)
    if not (isinstance(model, Ref) and model.symbol.kind is Kind.CLASS):
        return UNKNOWN
    query = Query(
        "sqlalchemy", "get", (model.symbol,), State(frozenset({"pk"})), call.run.origin(call.node), call.run.module,
        session, proof=proof,
    )  # fmt: skip
    options = call.keywords.get("options")
    if options is not None:
        query = statements.with_options(query, _listed(options))
    record_run(call.run, call.node, "get", query, session=session)
    return entity_of(query, model.symbol, many=False)


def _listed(value: Value) -> list[Value]:
    """The elements of a list that is written out."""
    return list(values.options(value.element)) if isinstance(value, ListOf) and value.size > 0 else [UNKNOWN]


def unknown(name: str, call: Call) -> Value | None:
    """The same methods on an unknown receiver, where a known model as argument gives them away."""
    first = call.arg(0)
    if name in ("commit", "rollback", "flush"):
        record_end(call.run, call.node, name, UNKNOWN, Proof.PROBABLE)
        return None
    if name == "query" and _names_model(call, first):
        return replace(statements.start("query", call), proof=Proof.PROBABLE)
    if name in _RUNS and isinstance(first, Query) and first.library == "sqlalchemy":
        return execute(UNKNOWN, name, call, Proof.PROBABLE)
    if name == "get" and len(call.args) == 2 and _names_model(call, first):
        return _get(call, UNKNOWN, Proof.PROBABLE)
    return None


def _names_model(call: Call, value: Value) -> bool:
    from perflint.semantics.values import Column

    if isinstance(value, Column):
        return True
    model = call.run.interpreter.models.get(value.symbol) if isinstance(value, Ref) else None
    return model is not None and model.library is Library.SQLALCHEMY


def result(receiver: Result, name: str, call: Call) -> Value | None:
    """A method of what a session returned."""
    query = receiver.query
    if name in ("scalars", "unique", "yield_per", "tuples", "partitions", "freeze"):
        return replace(receiver, shape="scalars") if name == "scalars" else receiver
    if name in ("mappings", "columns", "keys"):
        return UNKNOWN
    if name in ("all", "fetchall", "fetchmany"):
        return Rows(query, receiver.shape, call.run.origin(call.node))
    if name in ("first", "one", "one_or_none", "fetchone"):
        return element(query, receiver.shape, many=False)
    if name in ("scalar", "scalar_one", "scalar_one_or_none"):
        return element(query, "scalars", many=False)
    return UNKNOWN


def element(query: Query, shape: str, *, many: bool = True) -> Value:
    """One row of a result: an entity, or a tuple."""
    if shape == "scalars":
        return entity_of(query, query.entities[0], many=many) if query.entities else UNKNOWN
    return TupleOf(row(query, many=many))


__all__ = ["ListOf", "execute", "make", "method", "result", "unknown"]
