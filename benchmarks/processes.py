"""One command, measured from outside: its exit code, what it printed and what it cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took; `megabytes` is a peak, of what the way of waiting says."""

    seconds: float
    cpu_seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str
    cost: Cost


class Waited(NamedTuple):
    """Exit status, the rusage of a child and its children, and the peak memory in megabytes."""

    status: int
    usage: Any
    megabytes: float


# Waits for the process with this id.
Wait = Callable[[int], Waited]


def largest(pid: int) -> Waited:
    """Sleep until the process ends: nothing disturbs it. The peak is that of its largest process."""
    # Not Popen.wait(): only wait4 tells what this one child and its children used.
    _, status, usage = os.wait4(pid, 0)
    return Waited(status, usage, _megabytes(usage.ru_maxrss))


def measured(
    command: Sequence[str],
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    wait: Wait = largest,
) -> Ended:
    """Run `command`; a file takes each output, so that a full pipe cannot stop it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=cwd, env=environment, start_new_session=True
        )
        try:
            status, usage, megabytes = wait(process.pid)
        except BaseException:
            # The session of its own does not hear the Ctrl-C that ends this one.
            kill(process.pid)
            process.wait()
            raise
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        cost = Cost(seconds, usage.ru_utime + usage.ru_stime, megabytes)
        return Ended(process.returncode, _text(out), _text(err), cost)


def kill(pid: int) -> None:
    """End a process that `measured` started, with the processes that it started."""
    os.killpg(pid, signal.SIGKILL)


def _megabytes(maxrss: int) -> float:
    """Linux counts ru_maxrss in KiB, macOS in bytes (getrusage(2))."""
    return maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
