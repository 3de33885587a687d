"""Which files: below the given paths, less what .gitignore and the settings exclude; and each file's context."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.findings import Problem
from perflint.ignoring import Layer, Patterns, gitignore, ignores_above, is_ignored

if TYPE_CHECKING:
    from perflint.config import Context, Settings

_SUFFIXES = (".py", ".pyi")
_TEST_NAME = re.compile(r"test_.*\.pyi?|.*_test\.pyi?|tests\.py|conftest\.py")
_TEST_FOLDERS = frozenset({"tests", "test"})
_ALEMBIC = re.compile("alembic|migrat")
_MARKERS = ("pyproject.toml", "perflint.toml", "setup.py", "setup.cfg", ".git", ".hg")


@dataclass(frozen=True, slots=True)
class Discovered:
    """Absolute paths, what could not be found, and what is odd but does no harm."""

    # Plain strings: to make a path of each takes longer than to find it.
    names: frozenset[str]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """The paths in order."""
        return tuple(sorted(map(Path, self.names)))


def discover(paths: Sequence[Path], settings: Settings) -> Discovered:
    """The Python files at and below `paths`; a file that is named is taken whatever excludes it."""
    found: set[str] = set()
    links: set[str] = set()
    problems: list[Problem] = []
    notes: list[Problem] = []
    for path in map(absolute, paths):
        if os.path.isdir(path):
            found.update(_Walk(settings.respect_gitignore, links, problems, notes).files(path, settings))
        elif os.path.lexists(path):
            found.add(str(path))
            links.update([str(path)] if path.is_symlink() else [])
        else:
            problems.append(Problem(path, "no such file or directory"))
    return Discovered(frozenset(found - _twins(found, links)), tuple(problems), tuple(notes))


def absolute(path: Path) -> Path:
    """`path` from the root on, with its links left as they are."""
    return Path(os.path.abspath(path))


def project_root(paths: Sequence[Path]) -> Path | None:
    """The nearest folder above all of `paths` that holds a project file or a repository."""
    start = common_folder(paths)
    return next((folder for folder in (start, *start.parents) if _is_project(folder)), None)


def project_around(folder: Path) -> Path:
    """The root of the project that `folder` lies in; of none, `folder` itself."""
    return project_root([folder]) or folder


def common_folder(paths: Sequence[Path]) -> Path:
    """The innermost folder that holds all of `paths`; a folder holds itself."""
    folders = [path if os.path.isdir(path) else path.parent for path in map(absolute, paths)]
    return Path(os.path.commonpath(folders))


def _is_project(folder: Path) -> bool:
    return any(os.path.exists(folder / name) for name in _MARKERS)


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


def _twins(found: Set[str], links: Iterable[str]) -> set[str]:
    """The links to files that are there under their own names: they would be reported twice."""
    targets = {link: str(Path(link).resolve()) for link in links if os.path.exists(link)}
    return {link for link, target in targets.items() if target != link and target in found}


@dataclass(frozen=True, slots=True)
class _Walk:
    """One walk over folders, which notes links to files, folders that cannot be read, and what is odd."""

    respect_gitignore: bool
    links: set[str]
    problems: list[Problem]
    notes: list[Problem]

    def files(self, top: Path, settings: Settings) -> Iterator[str]:
        """The Python files below `top`. `top` is taken even where the settings or .gitignore exclude it."""
        patterns = Patterns.of((*settings.exclude, *settings.extend_exclude))
        excludes = Layer(str(settings.root if top.is_relative_to(settings.root) else top), patterns)
        if excludes.verdict(str(top), True):
            excludes = Layer(str(top), patterns)
        ignores = ignores_above(top) if self.respect_gitignore else []
        yield from self._folder(str(top), excludes, [layer for layer in ignores if not layer.verdict(str(top), True)])

    def _folder(self, folder: str, excludes: Layer, ignores: list[Layer]) -> Iterator[str]:
        entries = self._entries(folder)
        if self.respect_gitignore and any(entry.name in (".git", ".gitignore") for entry in entries):
            ignores = [*ignores, *gitignore(folder)]
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not entry.name.endswith(_SUFFIXES):
                continue
            if excludes.verdict(entry.path, is_folder) or is_ignored(entry.path, is_folder, ignores):
                continue
            is_link = entry.is_symlink()
            is_link_to_folder = is_link and os.path.isdir(entry.path)
            if entry.name.endswith(_SUFFIXES) and (is_folder or is_link_to_folder):
                what = "its files are checked" if is_folder else "the link is not followed"
                self.notes.append(Problem(Path(entry.path), f"is a directory, not a Python file; {what}"))
            if is_folder:
                yield from self._folder(entry.path, excludes, ignores)
            elif not is_link_to_folder:
                self.links.update([entry.path] if is_link else [])
                yield entry.path

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append(Problem(Path(folder), f"cannot be read: {(error.strerror or str(error)).lower()}"))
            return []
