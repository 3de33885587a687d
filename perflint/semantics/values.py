"""Abstract values: what an expression is known to be. A closed set; everything else is UNKNOWN."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from perflint.project.models import Relation
from perflint.project.symbols import Symbol


class Proof(IntEnum):
    """How a value is known (catalogue of database rules, section 1.1)."""

    UNPROVEN = 0
    PROBABLE = 1
    PROVEN = 2


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """Nothing is known. There is one such value, so that comparing with it costs little."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Const:
    """A literal: None, bool, int, float, str or bytes."""

    value: object
    type: str = ""  # tells True from 1 when values are compared


@dataclass(frozen=True, slots=True)
class Ref:
    """A class, function, module or library object itself, not a call of it."""

    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a project or library class that is not a model."""

    symbol: Symbol
    proof: Proof = Proof.PROVEN
    arguments: tuple[tuple[str, Value], ...] = ()  # of its constructor, where a library needs them


@dataclass(frozen=True, slots=True)
class State:
    """What has been chained on a query. `bits` are those of the catalogue's section 1.3."""

    bits: frozenset[str] = frozenset()
    loaded: frozenset[tuple[str, ...]] = frozenset()  # eager-loaded relation paths; ("*",) is the wildcard
    filters: frozenset[str] = frozenset()  # columns that a criterion names
    same: frozenset[str] = frozenset()  # SQLAlchemy: relations that lead to one object from all rows

    def having(self, *bits: str) -> State:
        """The state with these bits set."""
        return replace(self, bits=self.bits | frozenset(bits))

    def loading(self, *paths: tuple[str, ...]) -> State:
        """The state after eager loading these paths, and with each its prefixes."""
        every = {path[:end] for path in paths for end in range(1, len(path) + 1)}
        return replace(self, loaded=self.loaded | every)

    def has(self, *bits: str) -> bool:
        """Whether any of the bits is set."""
        return not self.bits.isdisjoint(bits)


@dataclass(frozen=True, slots=True)
class Query:
    """A statement that is not run yet: Query, Select, Manager or QuerySet.

    `entities` has a model for each selected entity, None for a column or expression. `root` is the
    node that names the model (`query(M)`, `select(M)`, `M.objects`): where options are placed.
    `owner` and `relation` are set on a related manager or a dynamic collection.
    """

    library: str  # "sqlalchemy" or "django"
    api: str  # "query", "select", "insert", "update", "delete"; "manager", "queryset"
    entities: tuple[Symbol | None, ...]
    state: State = State()
    root: ast.AST | None = field(default=None, compare=True)
    module: str = ""  # where root stands
    session: Value = UNKNOWN
    owner: Entity | None = None
    relation: Relation | None = None
    manager: Symbol | None = None  # a project class that adds methods (Django managers and querysets)
    proof: Proof = Proof.PROVEN

    @property
    def model(self) -> Symbol | None:
        """The one entity that is selected, None when there are several or none."""
        return self.entities[0] if len(self.entities) == 1 else None

    def chained(self, *bits: str) -> Query:
        """The query with state bits added."""
        return replace(self, state=self.state.having(*bits))


@dataclass(frozen=True, slots=True)
class Result:
    """What a session returns for a statement. `shape`: "rows" of tuples or "scalars"."""

    query: Query
    shape: str = "rows"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that have been fetched: a list of entities, or of tuples when several were selected."""

    query: Query
    shape: str = "scalars"
    node: ast.AST | None = None  # the expression that fetched them


@dataclass(frozen=True, slots=True)
class Entity:
    """One object of a model.

    `path` leads from the query's entity through relations to it. `many` says that it stands for each
    of several. `back` is the relation that leads back to where it came from, already loaded. `made` says
    that the way begins at an object that the code has just made.
    """

    model: Symbol
    query: Query | None = None
    path: tuple[str, ...] = ()
    many: bool = False
    back: str = ""
    proof: Proof = Proof.PROVEN
    made: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """A loaded to-many relation of an entity (SQLAlchemy), or a prefetched one."""

    entity: Entity
    relation: Relation


@dataclass(frozen=True, slots=True)
class Column:
    """A column's value of an entity (`user.id`); without `entity` the class attribute (`User.id`)."""

    model: Symbol
    name: str
    entity: Entity | None = None


@dataclass(frozen=True, slots=True)
class RelationRef:
    """A relation named on the class (`User.orders`), as loader options take it."""

    model: Symbol
    path: tuple[str, ...]
    target: Symbol | None


@dataclass(frozen=True, slots=True)
class LoaderOption:
    """`selectinload(User.orders)` and its kin: which paths it loads."""

    paths: tuple[tuple[str, ...], ...]
    strategy: str
    target: Symbol | None = None


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, set, tuple of any length or iterator; every element has the value `element`."""

    element: Value
    source: Value = UNKNOWN  # the rows that it was made from, one element for each
    size: int = -1  # number of elements when it is written out


@dataclass(frozen=True, slots=True)
class TupleOf:
    """A tuple of known length."""

    elements: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class DictOf:
    """A mapping."""

    key: Value
    value: Value
    source: Value = UNKNOWN
    size: int = -1  # number of entries when they are written out


@dataclass(frozen=True, slots=True)
class Derived:
    """The result of something unknown that was given these values: what flows into it.

    `by` is the dotted name of what was called, where that is known.
    """

    parts: tuple[Value, ...]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Awaitable:
    """A coroutine or future; `await` gives the value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Method:
    """A bound method of a value, before it is called."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A project function, with its receiver when bound. `closure` tells nested functions apart."""

    symbol: Symbol
    receiver: Value | None = None
    closure: Closure | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """The names a nested function or lambda sees, and its tree."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    names: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Either:
    """One of a few values, where branches join."""

    options: tuple[Value, ...]


Value = (
    Unknown
    | Const
    | Ref
    | Instance
    | Query
    | Result
    | Rows
    | Entity
    | Collection
    | Column
    | RelationRef
    | LoaderOption
    | ListOf
    | TupleOf
    | DictOf
    | Derived
    | Awaitable
    | Method
    | Function
    | Either
)

NONE = Const(None, "NoneType")


def options(value: Value) -> tuple[Value, ...]:
    """The value, or each of the values it may be."""
    return value.options if isinstance(value, Either) else (value,)


def query_of_rows(value: Value) -> Query | None:
    """The query behind rows of one entity each."""
    match value:
        case Query(library="django") | Query(api="query"):
            return value
        case Result(query=query, shape="scalars") | Rows(query=query, shape="scalars"):
            return query
        case ListOf(source=Query() | Result() | Rows() as source):
            return query_of_rows(source)
    return None


def single(value: Value) -> Value:
    """One of several: the value as `min`, `next` and a fixed index give it."""
    match value:
        case Entity():
            return replace(value, many=False)
        case TupleOf(elements=elements):
            return TupleOf(tuple(map(single, elements)))
        case Either(options=several):
            return Either(tuple(map(single, several)))
    return value


def parts(value: Value, depth: int = 5) -> Iterator[Value]:
    """The value and all that flows into it: elements, sources, arguments."""
    yield value
    if depth == 0:
        return
    inner: tuple[Value, ...] = ()
    match value:
        case ListOf():
            inner = (value.element, value.source)
        case DictOf():
            inner = (value.key, value.value, value.source)
        case TupleOf():
            inner = value.elements
        case Derived():
            inner = value.parts
        case Either():
            inner = value.options
        case Awaitable():
            inner = (value.value,)
    for part in inner:
        yield from parts(part, depth - 1)
