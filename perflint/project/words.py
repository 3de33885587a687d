"""Many words in little memory: a project has hundreds of thousands, and few are ever asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A set of words without spaces, as one text with a space before and behind each; `in_order`, or sorted."""

    text: str = " "

    @classmethod
    def of(cls, words: Iterable[str]) -> Words:
        """The set of these words."""
        return cls.in_order(sorted(words))

    @classmethod
    def in_order(cls, words: Iterable[str]) -> Words:
        """The set of these words, which it gives in the same order."""
        return cls(f" {' '.join(words)} ")

    def __contains__(self, word: str) -> bool:
        return f" {word} " in self.text

    def __iter__(self) -> Iterator[str]:
        return iter(self.text.split())

    def isdisjoint(self, words: Iterable[str]) -> bool:
        """Whether none of these is among them."""
        return not any(word in self for word in words)
