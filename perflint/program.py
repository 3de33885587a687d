"""Which perflint this is: what other programs have kept says nothing of what it would say."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from perflint import __version__
from perflint.cache import key


def rules_directory() -> Path:
    """The cards stand inside the package in a wheel and beside it in a checkout."""
    inside = Path(__file__).parent / "rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


@cache
def program() -> str:
    """This very program: its version, its files by size and time, and the Python that parses."""
    folders = dict.fromkeys((str(Path(__file__).parent), str(rules_directory())))
    return key(__version__, str(sys.version_info[:3]), *(line for folder in folders for line in _files(folder))).hex()


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if not entry.is_dir():
            state = entry.stat()
            yield f"{entry.path} {state.st_size} {state.st_mtime_ns}"
        elif entry.name != "__pycache__":
            yield from _files(entry.path)
