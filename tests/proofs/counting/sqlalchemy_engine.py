"""A SQLAlchemy engine over one SQLite connection in memory, which counts statements and rows (1.4 and 2.x)."""

import sqlite3
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import StaticPool

from counting.fetched import Counters, counting_cursor


def counting_engine() -> tuple[Engine, Counters]:
    counters = Counters()
    counting = counting_cursor(sqlite3.Cursor, counters)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = counting) -> Any:
            return super().cursor(factory)

    arguments = {"factory": Connection, "check_same_thread": False}
    engine = create_engine("sqlite://", connect_args=arguments, poolclass=StaticPool)

    @event.listens_for(engine, "before_cursor_execute")
    def count(*_: object) -> None:
        counters.queries += 1

    return engine, counters
