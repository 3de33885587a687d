"""What earlier runs found out, by the content that it was found in. A cache that cannot be used is as good as empty."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.discovery import project_around

if TYPE_CHECKING:
    from perflint.config import Settings

_FILE = "results.sqlite3"
_SCHEMA = "CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value TEXT NOT NULL, stored INTEGER NOT NULL)"
_LARGEST = 256 * 1024 * 1024  # bytes; beyond it the older half goes
_MANY = 500  # keys for one statement
_WAIT = 2.0  # seconds for another process to finish


def key(*parts: str | bytes) -> bytes:
    """A digest of all parts, in order."""
    digest = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


@dataclass(frozen=True, slots=True)
class Kept:
    """The cache for what is found on the way to a run's findings, and a digest of all that they depend on beside the
    sources."""

    cache: Cache
    about: bytes


def cache_of(settings: Settings) -> Cache | None:
    """The cache that the settings ask for: below the project's root, or where they say."""
    return Cache(project_around(settings.root) / settings.cache_dir) if settings.cache_dir else None


class Cache:
    """Texts by key in a SQLite file; only text is kept, and whoever reads it checks what it says.

    A repository could ship such a file, so nothing in it may be trusted more than the repository's sources are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, keys: Iterable[bytes]) -> dict[bytes, str]:
        """The entries that there are."""
        asked = list(keys)
        found: dict[bytes, str] = {}
        with self._open(create=False) as database:
            for start in range(0, len(asked), _MANY):
                if database is None:
                    break
                part = asked[start : start + _MANY]
                marks = ",".join("?" * len(part))
                found.update(database.execute(f"SELECT key, value FROM entries WHERE key IN ({marks})", part))
        return found

    def put(self, entries: Mapping[bytes, str]) -> None:
        """Keep these, too."""
        now = int(time.time())
        with self._open(create=True) as database:
            if database and entries:
                rows = ((name, value, now) for name, value in entries.items())
                database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)
                database.commit()
                self._shrink(database)

    def remove(self) -> Path | None:
        """Remove the folder, if it is a cache; the folder that was removed."""
        if not (self._folder / _FILE).is_file():
            return None
        import shutil

        shutil.rmtree(self._folder)
        return self._folder

    def _shrink(self, database: sqlite3.Connection) -> None:
        if (self._folder / _FILE).stat().st_size > _LARGEST:
            database.execute(
                "DELETE FROM entries WHERE key IN "
                "(SELECT key FROM entries ORDER BY stored LIMIT (SELECT count(*) / 2 FROM entries))"
            )
            database.commit()
            database.execute("VACUUM")

    @contextmanager
    def _open(self, *, create: bool) -> Iterator[sqlite3.Connection | None]:
        """The database; None where it is missing, or cannot be read or made."""
        database, failure = None, None
        try:
            if create:
                _make(self._folder)
            if (self._folder / _FILE).is_file() or create:
                database = sqlite3.connect(self._folder / _FILE, timeout=_WAIT)
                database.execute("PRAGMA synchronous = OFF")  # what a power failure damages is made anew
                database.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            database, failure = None, error
        try:
            yield database
        except sqlite3.Error as error:
            failure = error
        finally:
            if database is not None:
                database.close()
        if _is_damage(failure):
            with suppress(OSError):
                (self._folder / _FILE).unlink()


def _is_damage(failure: Exception | None) -> bool:
    """Whether the file is no database, or not a whole one; one that is busy for too long is an OperationalError."""
    return isinstance(failure, sqlite3.DatabaseError) and not isinstance(failure, sqlite3.OperationalError)


def _make(folder: Path) -> None:
    """The folder, marked as one that no tool need keep."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True)
    (folder / ".gitignore").write_text("*\n", "utf-8")
    (folder / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n", "utf-8")
