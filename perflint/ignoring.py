"""What .gitignore files and the settings exclude."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# Patterns that hold at any depth and mean each character as it is: `venv`, `build/`, `*.pyc`, `*`.
_PLAIN = re.compile(r"(?P<name>[\w@+=,~.-]+)|(?P<folder>[\w@+=,~.-]+)/|\*(?P<end>[\w@+=,~.-]*)")


@dataclass(frozen=True, slots=True)
class Layer:
    """Patterns and the folder they are relative to."""

    folder: str
    patterns: Patterns

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True: excluded; False: taken back by a `!` pattern; None: not named."""
        name = path[len(self.folder) :].lstrip(os.sep)
        return self.patterns.verdict(name, is_folder) if name else None


@dataclass(frozen=True, slots=True)
class Patterns:
    """Lines of a .gitignore. The plain ones need no pathspec, which takes time to import and to ask for every file."""

    names: frozenset[str]
    folders: frozenset[str]
    ends: tuple[str, ...]
    others: GitIgnoreSpec | None

    @classmethod
    def of(cls, lines: Sequence[str]) -> Patterns:
        # A `!` line takes back what lines before it say, so that their order counts.
        is_ordered = any(line.startswith("!") for line in lines)
        kinds = [None if is_ordered else _PLAIN.fullmatch(line) for line in lines]
        plain = [kind for kind in kinds if kind]
        others = [line for line, kind in zip(lines, kinds, strict=True) if not kind and _says_something(line)]
        return cls(
            frozenset(kind["name"] for kind in plain if kind["name"]),
            frozenset(kind["folder"] for kind in plain if kind["folder"]),
            tuple(kind["end"] for kind in plain if kind["end"] is not None),
            _spec(others) if others else None,
        )

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Of a path relative to the folder that the lines are for."""
        parts = path.split(os.sep)
        if (
            not self.names.isdisjoint(parts)
            or not self.folders.isdisjoint(parts if is_folder else parts[:-1])
            or any(part.endswith(self.ends) for part in parts)
        ):
            return True
        return self.others.check_file(path + "/" * is_folder).include if self.others else None


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def is_ignored(path: str, is_folder: bool, ignores: list[Layer]) -> bool:
    """The innermost .gitignore with an opinion decides."""
    verdicts = (layer.verdict(path, is_folder) for layer in reversed(ignores))
    return next((verdict for verdict in verdicts if verdict is not None), False)


def ignores_above(top: Path) -> list[Layer]:
    """The .gitignore files from the repository's root down to above `top`; none outside a repository."""
    repository = next((folder for folder in (top, *top.parents) if (folder / ".git").exists()), top)
    between = [folder for folder in reversed(top.parents) if folder.is_relative_to(repository)]
    return [layer for folder in between for layer in gitignore(str(folder))]


def gitignore(folder: str) -> list[Layer]:
    layers = []
    for name in (os.path.join(".git", "info", "exclude"), ".gitignore"):
        try:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                layers.append(Layer(folder, Patterns.of(file.read().splitlines())))
        except OSError:
            continue
    return layers


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)
