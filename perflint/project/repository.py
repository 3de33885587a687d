"""The repository around a project: whether some of its files were not read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from pathlib import Path

from perflint.config import Settings
from perflint.discovery import discover

_MARKS = (".git", ".hg")


def is_whole(folder: Path, known: Collection[Path]) -> bool:
    """Whether the Python files of the repository that `folder` lies in are all known; of a folder in none, its own."""
    return repository_files(folder) <= set(map(str, known))


def asks_for_repository(texts: Mapping[Path, str]) -> bool:
    """Whether anything is said of these files that depends on what other files of their repository there are."""
    return any("celery" in text for text in texts.values())


def repository_files(folder: Path) -> Set[str]:
    """The Python files of the repository that `folder` lies in."""
    return discover([repository_of(folder)], Settings()).names


def repository_of(folder: Path) -> Path:
    """The root of the repository that `folder` lies in; of none, `folder` itself."""
    return next((above for above in (folder, *folder.parents) if _is_repository(above)), folder)


def _is_repository(folder: Path) -> bool:
    return any((folder / name).exists() for name in _MARKS)
