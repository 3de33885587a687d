"""What the answers about one file were taken from: the dependencies that decide when they may be given again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from perflint.project.symbols import Symbol

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


_DEFINITIONS, _CODE, _TEXT = range(3)


class _Bits(dict[str, tuple[int, int, int]]):
    """The bits of each module: of its definitions, of its functions and of its text."""

    def __missing__(self, module: str) -> tuple[int, int, int]:
        first = 1 << (3 * len(self))
        self[module] = bits = first, first << 1, first << 2
        return bits


class Reads:
    """A record, filled while one file is looked at.

    Of a module a definition was looked up, functions were run that some name led to, or all of its text was read: three
    bits of a number for each module, as sets of them are joined all the time.
    """

    def __init__(self) -> None:
        self.modules = 0
        self.asked: dict[tuple[str, tuple[Symbol, ...]], object] = {}  # questions to the whole project, and answers
        self.everything = False  # any file could change the answer
        self._bits = _Bits()
        self._same: dict[int, int] = {}

    def start(self) -> None:
        """From now on the record is about another file."""
        self.modules = 0
        self.asked = {}
        self.everything = False

    def see(self, module: str) -> None:
        """A definition of a module is looked up, whether there is one or not."""
        self.modules |= self._bits[module][_DEFINITIONS]

    def touch(self, module: str) -> None:
        """The code of a function or class of a module is read, which a name has led to."""
        self.modules |= self._bits[module][_CODE]

    def take(self, module: str) -> None:
        """All of a module's text is read, or some of it that no name has led to."""
        self.modules |= self._bits[module][_TEXT]

    def kept(self, memo: dict[Key, tuple[Answer, int]], key: Key, make: Callable[[], Answer]) -> Answer:
        """An answer that is made once; what it was taken from counts each time that it is given."""
        found = memo.get(key)
        if found is not None:
            self.modules |= found[1]
            return found[0]
        before, self.modules = self.modules, 0
        try:
            answer = make()
            memo[key] = answer, self.lasting(self.modules)
        finally:
            self.modules |= before
        return answer

    def lasting(self, modules: int) -> int:
        """The same number, one object for all that keep it: it has three bits for each module."""
        return self._same.setdefault(modules, modules)

    def aside(self, make: Callable[[], Answer]) -> Answer:
        """What is made counts for nothing here: it is taken from the whole project, and compared as a whole."""
        before = self.modules
        try:
            return make()
        finally:
            self.modules = before

    def only(self, modules: int) -> Reads:
        """A record of these modules alone, which are `modules` of this one."""
        other = Reads()
        other.modules, other._bits = modules, self._bits
        return other

    def seen(self) -> Iterator[str]:
        """The modules whose definitions were looked up."""
        return self._noted(_DEFINITIONS)

    def touched(self) -> Iterator[str]:
        """The modules of which functions or classes were read."""
        return self._noted(_CODE)

    def taken(self) -> Iterator[str]:
        """The modules whose text was read."""
        return self._noted(_TEXT)

    def _noted(self, what: int) -> Iterator[str]:
        """The modules that have this bit: few of a large project, so that they are found by it."""
        modules = tuple(self._bits)
        bits = bin(self.modules)[:1:-1][what::3]  # from the first module on
        place = bits.find("1")
        while place >= 0:
            yield modules[place]
            place = bits.find("1", place + 1)

    def answer(self, question: str, symbols: tuple[Symbol, ...], given: object) -> None:
        """A question was asked that more than one module answers."""
        self.asked[question, symbols] = given
