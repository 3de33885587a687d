"""Answers to what functions, variables and attributes give, and where each may be given again.

Questions ask further ones, and some lead back to where they came from. Where that is cut off must not depend on
which question came first, or what is said of a file would depend on the files before it. So:

* Functions that call each other in a cycle are followed a few calls deep and through no function twice. Such an
  answer holds for the functions of the cycle that led to it.
* What a variable or an attribute holds is asked anew, as if nothing had led there, a few times inside each other.
  Such an answer holds for that depth.
* A cycle that the call graph does not know shows while it is run. An answer from its midst holds for one file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from perflint.project.cycles import Cycles
from perflint.project.reads import Reads
from perflint.project.symbols import Symbol

Answer = TypeVar("Answer")

_CALLS = 3  # functions of one cycle of calls that are run inside each other
_NESTING = 4  # variables and attributes that are asked for inside each other
_KEPT = 40_000
_BUDGET = 200  # runs in the midst of unknown cycles that one file may ask for

_CYCLE = "cycle"  # cut where a cycle of calls closed
_NESTED = "nested"  # cut where variables and attributes led too far
_DEEP = "deep"  # cut where calls led too far
_LASTING = {_CYCLE, _NESTED}
_NOTHING = frozenset[object]()


class _Place(NamedTuple):
    """Where a question is asked: what an answer that was cut short depends on."""

    nesting: int = 0
    cycle: int | None = None
    running: frozenset[object] = frozenset()  # functions of that cycle


class _Kept(NamedTuple):
    """An answer, why it is not whole, and the modules that it was taken from (as `Reads` has them)."""

    answer: Any
    cuts: frozenset[object]
    modules: int


class Answers:
    """Keeps answers; `cycles` knows the cycles of calls."""

    def __init__(self, cycles: Cycles, reads: Reads) -> None:
        self._reads = reads
        self._cycles = cycles
        self._final: dict[object, _Kept] = {}
        self._placed: dict[tuple[object, _Place], _Kept] = {}
        self._partial: dict[tuple[object, _Place], _Kept] = {}
        self._active: set[object] = set()
        self._cuts: set[object] = set()  # why the current answer is not whole: functions are those it came back to
        self._place = _Place()
        self._spent = 0
        self.asked = 0  # questions so far

    def begin(self) -> None:
        """Forget the answers that hold for one file."""
        self._cuts.clear()
        self._partial.clear()
        self._spent = 0

    def cut(self) -> None:
        """What is being run is cut short: too deep a chain of calls."""
        self._cuts.add(_DEEP)

    def run(self, symbol: Symbol, function: object, make: Callable[[], Answer]) -> Answer:
        """Run a function of the file that is reported, where nothing led to."""
        outer, self._place = self._place, self._entered(symbol, function) or self._place
        self._active.add(function)
        try:
            return make()
        finally:
            self._active.discard(function)
            self._place = outer

    def whole(self, key: object) -> Any:
        """The answer that holds wherever it is asked for; None where there is none yet."""
        return self._given(self._final[key]) if key in self._final else None

    def reported(self, key: object, symbol: Symbol, function: object, make: Callable[[], Answer]) -> None:
        """Run a function of the file that is reported, where nothing led to; kept for calls, where it is as good."""
        outer, self._place = self._place, self._entered(symbol, function) or self._place
        before, self._cuts = self._cuts, set()
        modules, self._reads.modules = self._reads.modules, 0
        self._active.add(function)
        try:
            answer, place = make(), self._place
        finally:
            self._active.discard(function)
            self._place = outer
            own, self._reads.modules = self._reads.modules, self._reads.modules | modules
        self._cuts.discard(function)  # the cycle closes here
        if self._cuts <= _LASTING:
            self._keep(key, place, _Kept(answer, frozenset(self._cuts), self._reads.lasting(own)))
        self._cuts |= before

    def call(self, key: object, symbol: Symbol, function: object, make: Callable[[], Answer | None]) -> Answer | None:
        """The answer of a called function; `key` has its arguments. None where a cycle closes."""
        self.asked += 1
        if key in self._final:
            return self._given(self._final[key])  # type: ignore[no-any-return]
        place = self._entered(symbol, function)
        if place is None:
            self._reads.touch(symbol.module)  # its calls make the cycle
            self._cuts.add(_CYCLE)
            return None
        known = self._known(key, place)
        if known is None and (function in self._active or self._spent >= _BUDGET):
            self._cuts.add(function if function in self._active else _DEEP)
            return None
        before, self._cuts = self._cuts, set()
        answer: Answer | None = self._given(known) if known is not None else self._made(key, function, place, make)
        if len(place.running) == 1:
            self._cuts.discard(_CYCLE)  # nothing else of the cycle led here
        self._cuts |= before
        return answer

    def value(self, key: object, make: Callable[[], Answer]) -> Answer | None:
        """What a variable or an attribute holds; None where they lead too far."""
        self.asked += 1
        if key in self._final:
            return self._given(self._final[key])  # type: ignore[no-any-return]
        place = _Place(self._place.nesting + 1)
        if place.nesting > _NESTING:
            self._cuts.add(_NESTED)
            return None
        known = self._known(key, place)
        before, self._cuts = self._cuts, set()
        answer: Answer | None
        if known is not None:
            answer = self._given(known)
        else:
            active, self._active = self._active, set()
            answer = self._made(key, key, place, make)
            self._active = active
        if place.nesting == 1:
            self._cuts.discard(_NESTED)  # nothing else led here
        self._cuts |= before
        return answer

    def _given(self, kept: _Kept) -> Any:
        """An answer is given again, with all that comes with it."""
        self._cuts |= kept.cuts
        self._reads.modules |= kept.modules
        return kept.answer

    def _entered(self, symbol: Symbol, function: object) -> _Place | None:
        """The place inside a function; None where it is not to be entered."""
        here, cycle = self._place, self._cycles.of(symbol)
        if cycle is None or cycle != here.cycle:
            return _Place(here.nesting, cycle, frozenset({function}) if cycle is not None else _NOTHING)
        if function in here.running or len(here.running) >= _CALLS:
            return None
        return _Place(here.nesting, cycle, here.running | {function})

    def _made(self, key: object, function: object, place: _Place, make: Callable[[], Answer]) -> Answer | None:
        """A new answer, kept as far as it holds."""
        outer, self._place = self._place, place
        modules, self._reads.modules = self._reads.modules, 0
        answer = None
        self._active.add(function)
        try:
            answer = make()
        except RecursionError:
            self.cut()
        finally:
            self._active.discard(function)
            self._place = outer
            own, self._reads.modules = self._reads.modules, self._reads.modules | modules
        self._cuts.discard(function)  # the cycle closes here, so it is whole
        self._keep(key, place, _Kept(answer, frozenset(self._cuts), self._reads.lasting(own)))
        return answer

    def _known(self, key: object, place: _Place) -> _Kept | None:
        return self._placed.get((key, place)) or self._partial.get((key, place))

    def _keep(self, key: object, place: _Place, kept: _Kept) -> None:
        if not kept.cuts:
            if len(self._final) > _KEPT:
                self._final.clear()
            self._final[key] = kept
        elif kept.cuts <= _LASTING:
            self._placed[key, place] = kept
        else:
            self._partial[key, place] = kept
            self._spent += 1
