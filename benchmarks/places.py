"""Where a finding is, in words that outlive a move of lines: function and text of the line."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.packages import Package

_CONTEXT = 3


class Key(NamedTuple):
    """What a finding and its verdict have in common, whatever the line; `text` is a digest of the line's text."""

    package: str
    version: str
    path: str
    rule: str
    function: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, with what a reader needs to judge it."""

    key: Key
    line: int
    message: str
    excerpt: tuple[str, ...]


def located(objects: Iterable[Mapping[str, Any]], package: Package, tree: Path) -> Iterator[Finding]:
    """The findings of perflint's JSON, which are ordered by path; `tree` is what their paths are below."""
    for filename, group in groupby(objects, itemgetter("filename")):
        # Not splitlines(): a form feed does not end a line for Python.
        lines = Path(filename).read_text(encoding="utf-8", errors="replace").split("\n")
        definitions = _definitions("\n".join(lines))
        path = Path(filename).resolve().relative_to(tree.resolve()).as_posix()
        for each in group:
            line = int(each["location"]["row"])
            function = ".".join(name for name, start, end in definitions if start <= line <= end)
            key = Key(package.name, package.version, path, each["code"], function, _digest(lines[line - 1]))
            yield Finding(key, line, each["message"], tuple(_excerpt(lines, line)))


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:8]


def _excerpt(lines: Sequence[str], line: int) -> Iterator[str]:
    for number in range(max(1, line - _CONTEXT), min(len(lines), line + _CONTEXT) + 1):
        yield f"{'>' if number == line else ' '} {number}: {lines[number - 1]}".rstrip()


def _definitions(text: str) -> list[tuple[str, int, int]]:
    """Name, first and last line of each class and function, outer before inner; decorators belong to it."""
    try:
        tree = ast.parse(text)
    except SyntaxError:  # newer than the Python that runs this
        return []
    return [
        (node.name, min(each.lineno for each in (node, *node.decorator_list)), node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
