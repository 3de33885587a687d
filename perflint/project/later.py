"""A value that is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Later(Generic[Value]):
    """Gives the value that `make` makes, once; equal to others that give the same."""

    __slots__ = ("_make", "_value")

    def __init__(self, make: Callable[[], Value]) -> None:
        self._make: Callable[[], Value] | None = make

    @classmethod
    def of(cls, value: Value) -> Later[Value]:
        """A value that is there already."""
        made = cls(lambda: value)
        made()
        return made

    def __call__(self) -> Value:
        if self._make is not None:
            self._value = self._make()
            self._make = None
        return self._value

    @property
    def is_made(self) -> bool:
        """Whether asking costs nothing."""
        return self._make is None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Later) and bool(self() == other())

    def __reduce__(self) -> tuple[Callable[[Value], Later[Value]], tuple[Value]]:
        return Later.of, (self(),)
