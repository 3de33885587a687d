"""Events: what code does that costs, at the node where it happens, with the way there."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from perflint.project.models import Relation
from perflint.project.symbols import Symbol
from perflint.semantics.values import UNKNOWN, Entity, Proof, Query, Value


class Turn(StrEnum):
    """What an enclosing construct does to how often its inside runs."""

    LOOP = "loop"
    GUARD = "guard"  # if, and/or, ternary, match, except: may not run
    EXIT = "exit"  # an earlier break, continue, return or raise under a condition
    TRY = "try"
    WITH = "with"
    FUNCTION = "function"  # the body of a called function begins here


class Context(NamedTuple):
    """One enclosing construct. The fields after `node` are a loop's.

    A named tuple as `Step` is: both are made by the hundred thousand, three times as fast as frozen dataclasses.
    """

    turn: Turn
    node: ast.AST
    multiplies: bool = False
    reason: str = ""  # why a loop does not multiply: "chunks", "retry", "pages", …
    iterable: Value = UNKNOWN
    element: Value = UNKNOWN
    dependents: frozenset[str] = frozenset()  # names that differ from one round to the next
    symbol: Symbol | None = None  # the called function, with FUNCTION


Frame = tuple[Context, ...]


class Step(NamedTuple):
    """One call on the way from the event's node to where it happens."""

    module: str
    line: int
    column: int  # 0-based, in UTF-8 bytes, as `ast` counts
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """What all events have. `frame` is outermost first and, behind a call, goes on in the callee."""

    node: ast.AST
    frame: Frame
    trace: tuple[Step, ...]
    proof: Proof
    # Where it happens in the end, when `node` is the call that leads there.
    happens_at: ast.AST | None = field(default=None, kw_only=True)
    happens_in: str = field(default="", kw_only=True)  # its module

    @property
    def loop(self) -> Context | None:
        """The innermost loop around the event."""
        return next((context for context in reversed(self.frame) if context.turn is Turn.LOOP), None)

    @property
    def guarded(self) -> bool:
        """Whether it may be skipped in a round of the innermost loop (or in a run of the function)."""
        for context in reversed(self.frame):
            if context.turn is Turn.LOOP:
                return False
            if context.turn in (Turn.GUARD, Turn.EXIT):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Load(Event):
    """A relation is read that no option has loaded: SQL, once for each entity.

    `access` says how: "read", or the method that makes the related manager run ("all", "count", …).
    """

    entity: Entity
    relation: Relation
    path: tuple[str, ...]
    access: str = "read"


@dataclass(frozen=True, slots=True)
class Run(Event):
    """A statement runs. `verb`: select, get, first, count, exists, aggregate, insert, update, delete,
    save, refresh, execute. `many` says that any number of rows comes back."""

    verb: str
    query: Query | None = None
    entity: Entity | None = None
    session: Value = UNKNOWN
    many: bool = False
    dependent: bool = False  # an argument differs from one round of the loop to the next
    library: str = ""


@dataclass(frozen=True, slots=True)
class Begin(Event):
    """A queryset begins; who runs it may be out of sight. Known only of the file that is reported."""

    query: Query


@dataclass(frozen=True, slots=True)
class Iterate(Event):
    """Code goes over fetched rows, one entity each. Known only of the file that is reported."""

    query: Query


@dataclass(frozen=True, slots=True)
class Open(Event):
    """A client is constructed; `origin` is the class ("httpx.AsyncClient")."""

    origin: str
    holder: str = ""  # what the object is bound to: "with", "self.http", "return", a name


@dataclass(frozen=True, slots=True)
class End(Event):
    """A transaction ends or attributes expire: commit, rollback, expire, flush."""

    verb: str
    session: Value = UNKNOWN


@dataclass(frozen=True, slots=True)
class Declare(Event):
    """A function is declared as something a library calls: a task, say. `node` is the `def`."""

    what: str
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Act(Event):
    """Something outside of the database is done: a request, a mail, a message, a task that is sent, a pause."""

    what: str


def is_costly(event: Event) -> bool:
    """Whether a check may report the event; the others only say more about those."""
    return not isinstance(event, Act | Begin | Iterate)
