"""Work on many files at once: forked workers that inherit everything and send back only results."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext

Item = TypeVar("Item")
Result = TypeVar("Result")

_WORTHWHILE = 0.3  # seconds; what takes less stays in this process
# About how many seconds a character takes, until its file's facts are known, or its findings.
FACTS, FINDINGS = 3e-7, 2e-6


def available(asked: int) -> int:
    """How many workers to use; 0 asks for one for each processor that this process may use."""
    if asked:
        return asked
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def sharing(asked: int, texts: Iterable[str], seconds: float) -> int:
    """How many workers to use for texts, each character of which takes one of them so many seconds."""
    return available(asked) if seconds * sum(map(len, texts)) >= _WORTHWHILE else 1


def pays(items: Sequence[object], workers: int) -> bool:
    """Whether `each` will use several processes."""
    return min(workers, len(items)) > 1 and _can_fork()


def each(function: Callable[[Item], Result], items: Sequence[Item], workers: int) -> list[Result]:
    """`[function(item) for item in items]`, by so many workers where fork is safe.

    This process is one of them: each other one copies much of what it shares with it. The others are forked, so
    `function` may close over anything; only results are sent, pickled. What a lost worker leaves undone is done here.

    Neighbours stay together as far as they can, so that what they have in common is found out once.
    """
    if not pays(items, workers):
        return [function(item) for item in items]
    import multiprocessing  # most runs have nothing to share out

    context = multiprocessing.get_context("fork")
    shares = _Shares(context, len(items), workers)
    gc.freeze()  # the parent's objects stay on shared pages
    pairs = [context.Pipe(duplex=False) for _ in range(workers - 1)]
    ends = [end for _, end in pairs]
    processes = [
        context.Process(target=_work, args=(function, items, shares, worker, end)) for worker, end in enumerate(ends, 1)
    ]
    for process in processes:
        process.start()
    for end in ends:
        end.close()
    results: dict[int, Result] = _taken(function, items, shares, 0)
    for receiver, _ in pairs:
        results.update(_received(receiver))
    for process in processes:
        process.join()
    gc.unfreeze()
    return [results[index] if index in results else function(item) for index, item in enumerate(items)]


class _Shares:
    """Which items are left, as a row of them for each worker: it begins with its own, and helps others from behind."""

    def __init__(self, context: BaseContext, items: int, workers: int) -> None:
        marks = [items * worker // workers for worker in range(workers + 1)]
        self._begins: Any = context.Array("l", marks[:-1])
        self._ends: Any = context.Array("l", marks[1:], lock=False)

    def next(self, worker: int) -> int | None:
        """The index of the next item for a worker; None where none is left."""
        with self._begins.get_lock():
            left = [end - begin for begin, end in zip(self._begins, self._ends, strict=True)]
            if left[worker]:
                self._begins[worker] += 1
                return int(self._begins[worker]) - 1
            fullest = max(range(len(left)), key=left.__getitem__)
            if not left[fullest]:
                return None
            self._ends[fullest] -= 1
            return int(self._ends[fullest])


def _work(function: Callable[[Any], Any], items: Sequence[Any], shares: _Shares, worker: int, end: Connection) -> None:
    """What a forked process does: its share, and then it sends the results."""
    end.send(_taken(function, items, shares, worker))
    end.close()
    os._exit(0)  # no clean-up of what the parent still owns


def _taken(
    function: Callable[[Item], Result], items: Sequence[Item], shares: _Shares, worker: int
) -> dict[int, Result]:
    """What a worker makes of the items that it takes, by index."""
    with uncollected():
        taken = iter(partial(shares.next, worker), None)
        return {index: function(items[index]) for index in taken}


def _received(receiver: Connection) -> dict[int, Any]:
    try:
        found: dict[int, Any] = receiver.recv()
    except EOFError:  # the worker is gone
        return {}
    return found


def _can_fork() -> bool:
    return hasattr(os, "fork") and sys.platform != "darwin"


@contextmanager
def uncollected() -> Iterator[None]:
    """Run without the cyclic garbage collector, which walks every syntax tree again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
