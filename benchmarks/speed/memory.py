"""The peak memory of a command and all that it starts."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from benchmarks.processes import Wait, Waited, kill, largest

_SECONDS = 0.02
# A sample of a large process takes milliseconds, in which the kernel holds it up: this bounds the share of them.
_REST = 10


def whole_tree(limit: float, proc: Path = Path("/proc")) -> Wait:
    """Waits for a command, at most `limit` seconds; the peak is that of the sum over its processes.

    A page that processes share counts once (the PSS of proc(5)). Where there is no such file, it is the peak of the
    largest process, and nothing limits the time.
    """

    def wait(pid: int) -> Waited:
        peak, start = 0.0, time.monotonic()
        while True:
            before = time.monotonic()
            peak = max(peak, sum(map(_megabytes, _processes(proc / str(pid)))))
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                return Waited(status, usage, peak)
            now = time.monotonic()
            if now - start > limit:
                kill(pid)
                return largest(pid)._replace(megabytes=peak)
            time.sleep(max(_SECONDS, _REST * (now - before)))

    return wait if (proc / "self" / "smaps_rollup").exists() else largest


def _processes(folder: Path) -> Iterator[Path]:
    """The folder of a process and those of all below it."""
    yield folder
    # A process may end while it is looked at.
    with suppress(OSError):
        for task in (folder / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _processes(folder.with_name(child))


def _megabytes(folder: Path) -> float:
    with suppress(OSError):
        for line in (folder / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 2**10
    return 0.0
