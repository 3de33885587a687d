"""Work on many files at once: forked workers that inherit everything and send back only results."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

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
    """
    if not pays(items, workers):
        return [function(item) for item in items]
    import multiprocessing  # most runs have nothing to share out

    context = multiprocessing.get_context("fork")
    counter = context.Value("l", 0)
    gc.freeze()  # the parent's objects stay on shared pages
    pairs = [context.Pipe(duplex=False) for _ in range(workers - 1)]
    processes = [context.Process(target=_work, args=(function, items, counter, end)) for _, end in pairs]
    for process in processes:
        process.start()
    for _, end in pairs:
        end.close()
    results: dict[int, Result] = _taken(function, items, counter)
    for receiver, _ in pairs:
        results.update(_received(receiver))
    for process in processes:
        process.join()
    gc.unfreeze()
    return [results[index] if index in results else function(item) for index, item in enumerate(items)]


def _work(function: Callable[[Any], Any], items: Sequence[Any], counter: Any, end: Connection) -> None:
    """What a forked process does: its share, and then it sends the results."""
    end.send(_taken(function, items, counter))
    end.close()
    os._exit(0)  # no clean-up of what the parent still owns


def _taken(function: Callable[[Item], Result], items: Sequence[Item], counter: Any) -> dict[int, Result]:
    """Take one item after the other until none is left; the results by index."""
    done: dict[int, Result] = {}
    with uncollected():
        while True:
            with counter.get_lock():
                index = counter.value
                counter.value = index + 1
            if index >= len(items):
                return done
            done[index] = function(items[index])


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
