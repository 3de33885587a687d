"""What was asked for last, as far as it fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Values by key, made when they are asked for; the least recently used ones go when `limit` is passed.

    `limit` is in whatever unit the sizes are in; the newest value stays, however large it is.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: dict[Key, tuple[Value, int]] = {}  # the least recently asked for first
        self._size = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._kept

    def known(self, key: Key) -> Value | None:
        """The value of a key, if it is there."""
        found = self._kept.pop(key, None)
        if found is None:
            return None
        self._kept[key] = found
        return found[0]

    def get(self, key: Key, size: int, make: Callable[[], Value]) -> Value:
        """The value of a key; `size` is what a new one counts for."""
        found = self._kept.pop(key, None)
        if found is None:
            found = make(), size
            self._size += size
        self._kept[key] = found
        while self._size > self._limit and len(self._kept) > 1:
            _, dropped = self._kept.pop(next(iter(self._kept)))
            self._size -= dropped
        return found[0]
