"""The repository around a project: whether some of its files were not read."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from perflint.config import Settings
from perflint.discovery import discover

_MARKS = (".git", ".hg")


def is_whole(folder: Path, known: Collection[Path]) -> bool:
    """Whether the Python files of the repository that `folder` lies in are all known; of a folder in none, its own."""
    top = next((above for above in (folder, *folder.parents) if _is_repository(above)), folder)
    return discover([top], Settings()).names <= set(map(str, known))


def _is_repository(folder: Path) -> bool:
    return any((folder / name).exists() for name in _MARKS)
