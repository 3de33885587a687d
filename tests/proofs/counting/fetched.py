"""Statements sent to SQLite and rows pulled from its cursors."""

import sqlite3
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Counters:
    """Rows are those that a library took from the cursor, whether it built objects of them or not."""

    queries: int = 0
    rows: int = 0

    def reset(self) -> None:
        self.queries = self.rows = 0


def counting_cursor(kind: type[sqlite3.Cursor], counters: Counters) -> type[sqlite3.Cursor]:
    """A subclass of the cursor class `kind` that counts every row it hands out."""

    class CountingCursor(kind):  # type: ignore[misc, valid-type]
        def fetchone(self) -> Any:
            row = super().fetchone()
            counters.rows += row is not None
            return row

        def fetchmany(self, size: int | None = None) -> list[Any]:
            rows = super().fetchmany(self.arraysize if size is None else size)
            counters.rows += len(rows)
            return rows

        def fetchall(self) -> list[Any]:
            rows = super().fetchall()
            counters.rows += len(rows)
            return rows

    return CountingCursor
