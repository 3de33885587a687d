"""Which files: below the given paths, less what .gitignore and the settings exclude; and each file's context."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from perflint.findings import Problem

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from perflint.config import Context, Settings

_SUFFIXES = (".py", ".pyi")
_TEST_NAME = re.compile(r"test_.*\.pyi?|.*_test\.pyi?|tests\.py|conftest\.py")
_TEST_FOLDERS = frozenset({"tests", "test"})
_ALEMBIC = re.compile("alembic|migrat")
_MARKERS = ("pyproject.toml", "perflint.toml", "setup.py", "setup.cfg", ".git", ".hg")


@dataclass(frozen=True, slots=True)
class Discovered:
    """Absolute paths in order, what could not be found, and what is odd but does no harm."""

    files: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layer:
    """Patterns and the folder they are relative to."""

    folder: str
    spec: GitIgnoreSpec

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True: excluded; False: taken back by a `!` pattern; None: not named."""
        name = path[len(self.folder) :].lstrip(os.sep)
        return self.spec.check_file(name + "/" * is_folder).include if name else None


def discover(paths: Sequence[Path], settings: Settings) -> Discovered:
    """The Python files at and below `paths`; a file that is named is taken whatever excludes it."""
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    notes: list[Problem] = []
    for path in map(absolute, paths):
        if os.path.isdir(path):
            found.update(dict.fromkeys(_Walk(settings.respect_gitignore, problems, notes).files(path, settings)))
        elif os.path.lexists(path):
            found[path] = None
        else:
            problems.append(Problem(path, "no such file or directory"))
    return Discovered(tuple(sorted(_without_twins(found))), tuple(problems), tuple(notes))


def absolute(path: Path) -> Path:
    """`path` from the root on, with its links left as they are."""
    return Path(os.path.abspath(path))


def project_root(paths: Sequence[Path]) -> Path | None:
    """The nearest folder above all of `paths` that holds a project file or a repository."""
    start = common_folder(paths)
    return next((folder for folder in (start, *start.parents) if _is_project(folder)), None)


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


def _without_twins(found: dict[Path, None]) -> Iterator[Path]:
    """A link to a file that is there under its own name would be reported twice."""
    for path in found:
        target = path.resolve() if path.is_symlink() and path.exists() else path
        if target == path or target not in found:
            yield path


@dataclass(frozen=True, slots=True)
class _Walk:
    """One walk over folders; what cannot be read goes to `problems`, what is odd to `notes`."""

    respect_gitignore: bool
    problems: list[Problem]
    notes: list[Problem]

    def files(self, top: Path, settings: Settings) -> Iterator[Path]:
        """The Python files below `top`. `top` is taken even where the settings or .gitignore exclude it."""
        patterns = _spec((*settings.exclude, *settings.extend_exclude))
        excludes = _Layer(str(settings.root if top.is_relative_to(settings.root) else top), patterns)
        if excludes.verdict(str(top), True):
            excludes = _Layer(str(top), patterns)
        ignores = _ignores_above(top) if self.respect_gitignore else []
        yield from self._folder(str(top), excludes, [layer for layer in ignores if not layer.verdict(str(top), True)])

    def _folder(self, folder: str, excludes: _Layer, ignores: list[_Layer]) -> Iterator[Path]:
        entries = self._entries(folder)
        if self.respect_gitignore and any(entry.name in (".git", ".gitignore") for entry in entries):
            ignores = [*ignores, *_gitignore(folder)]
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not entry.name.endswith(_SUFFIXES):
                continue
            if excludes.verdict(entry.path, is_folder) or _is_ignored(entry.path, is_folder, ignores):
                continue
            is_link_to_folder = entry.is_symlink() and os.path.isdir(entry.path)
            if entry.name.endswith(_SUFFIXES) and (is_folder or is_link_to_folder):
                what = "its files are checked" if is_folder else "the link is not followed"
                self.notes.append(Problem(Path(entry.path), f"is a directory, not a Python file; {what}"))
            if is_folder:
                yield from self._folder(entry.path, excludes, ignores)
            elif not is_link_to_folder:
                yield Path(entry.path)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append(Problem(Path(folder), f"cannot be read: {(error.strerror or str(error)).lower()}"))
            return []


def _is_ignored(path: str, is_folder: bool, ignores: list[_Layer]) -> bool:
    """The innermost .gitignore with an opinion decides."""
    verdicts = (layer.verdict(path, is_folder) for layer in reversed(ignores))
    return next((verdict for verdict in verdicts if verdict is not None), False)


def _ignores_above(top: Path) -> list[_Layer]:
    """The .gitignore files from the repository's root down to above `top`; none outside a repository."""
    repository = next((folder for folder in (top, *top.parents) if (folder / ".git").exists()), top)
    between = [folder for folder in reversed(top.parents) if folder.is_relative_to(repository)]
    return [layer for folder in between for layer in _gitignore(str(folder))]


def _gitignore(folder: str) -> list[_Layer]:
    layers = []
    for name in (os.path.join(".git", "info", "exclude"), ".gitignore"):
        try:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                layers.append(_Layer(folder, _spec(file.read().splitlines())))
        except OSError:
            continue
    return layers


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)
