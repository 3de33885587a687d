"""The files that say which libraries a project asks for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_FOLDERS_ASIDE = frozenset(["node_modules", "venv", "env", "site-packages", "__pycache__", "build", "dist"])
_NAMES = ("pyproject.toml", "setup.cfg", "Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock")


def requirement_files(root: Path, depth: int = 2) -> Iterator[Path]:
    """Requirement and lock files in the project's folder and a few below it."""
    return map(Path, _files(str(root), depth))


def _files(folder: str, depth: int) -> Iterator[str]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name in _NAMES or (entry.name.endswith(".txt") and _is_list(entry.name, folder)):
            yield entry.path
        elif depth and not entry.name.startswith(".") and entry.name not in _FOLDERS_ASIDE and entry.is_dir():
            yield from _files(entry.path, depth - 1)


def _is_list(name: str, folder: str) -> bool:
    return name.startswith(("requirements", "constraints")) or os.path.basename(folder) == "requirements"
