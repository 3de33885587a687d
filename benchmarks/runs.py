"""One run of a linter over one package: its findings, its errors and what it cost."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks.packages import Package
from benchmarks.places import Finding, located

# How perflint says that it failed itself; it can go on after a crash of one check.
_DEFECT = re.compile(r"internal error|\bPF\d+ \S+ crashed: ")
_ARGUMENTS = ("check", "--isolated", "--output-format", "json", "--no-cache", "--exit-zero")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took; `megabytes` is the peak of its largest process."""

    seconds: float
    cpu_seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Result:
    """What the linter said about a package."""

    package: Package
    files: int
    lines: int
    cost: Cost
    findings: tuple[Finding, ...]
    # Files that the linter could not do, as it said so.
    errors: tuple[str, ...]
    # Why the run itself is worthless or suspect; empty when it is neither.
    failure: str


def run(package: Package, tree: Path, command: Sequence[str], arguments: Sequence[str] = ()) -> Result:
    """Run `command` over `tree`; `arguments` are added to those of every run."""
    files, lines = _size(tree)
    code, out, err, cost = _measured([*command, *_ARGUMENTS, *arguments, str(tree)])
    objects, failure = _read(code, out, err)
    errors = tuple(line.removeprefix("error: ") for line in err.splitlines() if line.startswith("error: "))
    return Result(package, files, lines, cost, tuple(located(objects, package, tree)), errors, failure)


def _read(code: int, out: str, err: str) -> tuple[list[dict[str, Any]], str]:
    """The findings, and what is wrong with the run itself."""
    try:
        objects: list[dict[str, Any]] = json.loads(out)
    except ValueError:
        return [], f"no findings could be read; exit code {code}: {err.strip()[-600:]}"
    if _DEFECT.search(err) or code not in (0, 2):
        return objects, f"exit code {code}: {err.strip()[-600:]}"
    return objects, ""


def _measured(command: Sequence[str]) -> tuple[int, str, str, Cost]:
    """Exit code, both outputs and the cost; a file takes each output, so that a full pipe cannot stop the command."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        # Not process.wait(): only wait4 tells what this one child and its children used.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        cost = Cost(seconds, usage.ru_utime + usage.ru_stime, _megabytes(usage.ru_maxrss))
        return process.returncode, _text(out), _text(err), cost


def _megabytes(maxrss: int) -> float:
    """Linux counts ru_maxrss in KiB, macOS in bytes (getrusage(2))."""
    return maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _size(tree: Path) -> tuple[int, int]:
    """Number of Python files, and of lines in them."""
    paths = list(tree.rglob("*.py"))
    return len(paths), sum(path.read_bytes().count(b"\n") for path in paths)
