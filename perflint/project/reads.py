"""What the answers about one file were taken from: the dependencies that decide when they may be given again."""

from __future__ import annotations

from collections.abc import Iterator

from perflint.project.symbols import Symbol


class Reads:
    """A record, filled while one file is looked at. Modules are bits, as sets of them are joined all the time."""

    def __init__(self) -> None:
        self.modules = 0  # whose code was read
        self.asked: dict[tuple[str, Symbol], object] = {}  # questions to the whole project, and their answers
        self.everything = False  # any file could change the answer
        self._bits: dict[str, int] = {}

    def start(self) -> None:
        """From now on the record is about another file."""
        self.modules = 0
        self.asked = {}
        self.everything = False

    def touch(self, module: str) -> None:
        """The code of a module is read."""
        bit = self._bits.get(module)
        if bit is None:
            bit = self._bits[module] = 1 << len(self._bits)
        self.modules |= bit

    def names(self) -> Iterator[str]:
        """The modules that were read."""
        return (name for name, bit in self._bits.items() if self.modules & bit)

    def answer(self, question: str, symbol: Symbol, given: object) -> None:
        """A question was asked that more than one module answers."""
        self.asked[question, symbol] = given
