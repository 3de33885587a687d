"""Answers that may lead back to their own question."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from perflint.project.reads import Reads

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")

_NOWHERE = 1 << 30  # deeper than anything


class Circular(Generic[Key, Answer]):
    """Keeps answers, with what they were taken from; a question that leads back to itself is answered None there.

    An answer that was cut short by one further up holds only there, and is not kept: what is answered does not depend
    on which question came first.
    """

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._kept: dict[Key, tuple[Answer | None, int]] = {}
        self._active: dict[Key, int] = {}  # the questions that led here, and how deep they are
        self._cut = _NOWHERE  # the depth of the uppermost question that cut the current answer short

    def forget(self) -> None:
        """Give up the answers; they are found again when they are asked for."""
        self._kept.clear()

    def known(self, key: Key) -> tuple[Answer | None, int] | None:
        """The answer that there is already, and what it was taken from."""
        found = self._kept.get(key)
        if found is not None:
            self._reads.modules |= found[1]
        return found

    def answer(self, key: Key, make: Callable[[], Answer | None]) -> Answer | None:
        """What `make` gives to a question that is not known."""
        if key in self._active:
            self._cut = min(self._cut, self._active[key])
            return None
        before, self._reads.modules = self._reads.modules, 0
        above, self._cut = self._cut, _NOWHERE
        depth = self._active[key] = len(self._active)
        try:
            made = make()
            if self._cut >= depth:
                self._kept[key] = made, self._reads.lasting(self._reads.modules)
                self._cut = _NOWHERE
        finally:
            del self._active[key]
            self._reads.modules |= before
            if above < self._cut:
                self._cut = above
        return made
