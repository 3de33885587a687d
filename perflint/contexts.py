"""What kind of code a file holds, as its path tells."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perflint.config import Context

_TEST_NAME = re.compile(r"test_.*\.pyi?|.*_test\.pyi?|tests\.py|conftest\.py")
_TEST_FOLDERS = frozenset({"tests", "test"})
_ALEMBIC = re.compile("alembic|migrat")


def context_of(path: Path, root: Path) -> Context:
    """What kind of code `path` holds, by the shape of its path below `root`."""
    *folders, name = path.relative_to(root).parts if path.is_relative_to(root) else (path.name,)
    if not _TEST_FOLDERS.isdisjoint(folders) or _TEST_NAME.fullmatch(name):
        return "tests"
    if _is_migration(folders):
        return "migrations"
    if ("management", "commands") in pairwise(folders):
        return "commands"
    if "scripts" in folders or name == "setup.py":
        return "scripts"
    return "docs" if "docs" in folders else "app"


def _is_migration(folders: list[str]) -> bool:
    if "migrations" in folders or "alembic" in folders:
        return True
    return "versions" in folders and any(map(_ALEMBIC.search, folders[: folders.index("versions")]))
