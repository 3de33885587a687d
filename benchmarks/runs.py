"""One run of a linter over one package: its findings, its errors and what it cost."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.packages import Package
from benchmarks.places import Finding, located
from benchmarks.processes import Cost, measured

# How perflint says that it failed itself; it can go on after a crash of one check.
_DEFECT = re.compile(r"internal error|\bPF\d+ \S+ crashed: ")
_ARGUMENTS = ("check", "--isolated", "--output-format", "json", "--no-cache", "--exit-zero")


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
    ended = measured([*command, *_ARGUMENTS, *arguments, str(tree)])
    objects, failure = _read(ended.code, ended.out, ended.err)
    errors = tuple(line.removeprefix("error: ") for line in ended.err.splitlines() if line.startswith("error: "))
    return Result(package, files, lines, ended.cost, tuple(located(objects, package, tree)), errors, failure)


def _read(code: int, out: str, err: str) -> tuple[list[dict[str, Any]], str]:
    """The findings, and what is wrong with the run itself."""
    try:
        objects: list[dict[str, Any]] = json.loads(out)
    except ValueError:
        return [], f"no findings could be read; exit code {code}: {err.strip()[-600:]}"
    if _DEFECT.search(err) or code not in (0, 2):
        return objects, f"exit code {code}: {err.strip()[-600:]}"
    return objects, ""


def _size(tree: Path) -> tuple[int, int]:
    """Number of Python files, and of lines in them."""
    paths = list(tree.rglob("*.py"))
    return len(paths), sum(path.read_bytes().count(b"\n") for path in paths)
