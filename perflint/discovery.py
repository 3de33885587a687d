"""Which files: below the given paths, less what .gitignore and the settings exclude."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.findings import Problem
from perflint.ignoring import Layer, Patterns, gitignore, ignores_above, is_ignored

if TYPE_CHECKING:
    from perflint.config import Settings

_SUFFIXES = (".py", ".pyi")
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
    walk = _Walk(settings.respect_gitignore)
    for path in map(absolute, paths):
        if os.path.isdir(path):
            walk.below(path, settings)
        elif os.path.lexists(path):
            walk.named(path)
        else:
            walk.problems.append(Problem(path, "no such file or directory"))
    names = frozenset(walk.found - _twins(walk.found, walk.links))
    return Discovered(names, _in_order(walk.problems), _in_order(walk.notes))


def _in_order(met: Iterable[Problem]) -> tuple[Problem, ...]:
    """By path: a file system lists a folder in any order."""
    return tuple(sorted(met, key=lambda problem: str(problem.path)))


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


def _twins(found: Set[str], links: Iterable[str]) -> set[str]:
    """The links to files that are there under their own names: they would be reported twice."""
    targets = {link: str(Path(link).resolve()) for link in links if os.path.exists(link)}
    return {link for link, target in targets.items() if target != link and target in found}


@dataclass(frozen=True, slots=True)
class _Walk:
    """Walks over folders, and what they met: Python files, links among these, what cannot be read, what is odd."""

    respect_gitignore: bool
    found: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def below(self, top: Path, settings: Settings) -> None:
        """`top` is taken even where the settings or .gitignore exclude it."""
        patterns = Patterns.of((*settings.exclude, *settings.extend_exclude))
        excludes = Layer(str(settings.root if top.is_relative_to(settings.root) else top), patterns)
        if excludes.verdict(str(top), True):
            excludes = Layer(str(top), patterns)
        ignores = ignores_above(top) if self.respect_gitignore else []
        self._folder(str(top), excludes, [layer for layer in ignores if not layer.verdict(str(top), True)])

    def named(self, file: Path) -> None:
        """Take a file whatever excludes it."""
        self.found.add(str(file))
        if file.is_symlink():
            self.links.add(str(file))

    def _folder(self, folder: str, excludes: Layer, ignores: list[Layer]) -> None:
        entries = self._entries(folder)
        if self.respect_gitignore and (".gitignore" in entries or ".git" in entries):
            ignores = [*ignores, *gitignore(folder)]
        for name, entry in entries.items():
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not name.endswith(_SUFFIXES):
                continue
            if excludes.verdict(entry.path, is_folder) or is_ignored(entry.path, is_folder, ignores):
                continue
            if is_folder:
                self._folder(entry.path, excludes, ignores)
                if name.endswith(_SUFFIXES):
                    self._note(entry.path, "its files are checked")
            else:
                self._file(entry)

    def _file(self, entry: os.DirEntry[str]) -> None:
        if not entry.is_symlink():
            self.found.add(entry.path)
        elif os.path.isdir(entry.path):
            self._note(entry.path, "the link is not followed")
        else:
            self.found.add(entry.path)
            self.links.add(entry.path)

    def _note(self, path: str, what: str) -> None:
        self.notes.append(Problem(Path(path), f"is a directory, not a Python file; {what}"))

    def _entries(self, folder: str) -> dict[str, os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return {entry.name: entry for entry in entries}
        except OSError as error:
            self.problems.append(Problem(Path(folder), f"cannot be read: {(error.strerror or str(error)).lower()}"))
            return {}
