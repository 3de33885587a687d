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

# Patterns that mean each character as it is: `venv`, `build/`, `/site`, `*.pyc`, `*.py[cod]`, `*`.
_PLAIN = re.compile(r"(?:(?P<name>/?[\w@+=,~.$-]+)|\*(?P<end>[\w@+=,~.$-]*)(?:\[(?P<last>\w+)\])?)(?P<folder>/?)")


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
class _Names:
    """Names, and ends of names. Those of the top folder alone begin with a slash."""

    names: frozenset[str]
    ends: tuple[str, ...]

    @classmethod
    def of(cls, plain: Sequence[re.Match[str]]) -> _Names:
        ends = [match for match in plain if not match["name"]]
        return cls(
            frozenset(match["name"] for match in plain if match["name"]),
            tuple(match["end"] + last for match in ends for last in match["last"] or ("",)),
        )

    def has_any(self, parts: Sequence[str]) -> bool:
        """Whether a part of a path is named; the first one stands at the top."""
        if not parts:
            return False
        return not self.names.isdisjoint((*parts, f"/{parts[0]}")) or (
            bool(self.ends) and any(part.endswith(self.ends) for part in parts)
        )


@dataclass(frozen=True, slots=True)
class Patterns:
    """Lines of a .gitignore. The plain ones need no pathspec, which takes time to import and to ask for every file."""

    anything: _Names
    folders: _Names
    others: GitIgnoreSpec | None

    @classmethod
    def of(cls, lines: Sequence[str]) -> Patterns:
        # A `!` line takes back what lines before it say, so that their order counts.
        is_ordered = any(line.startswith("!") for line in lines)
        matches = [None if is_ordered else _PLAIN.fullmatch(line) for line in lines]
        plain = [match for match in matches if match]
        others = [line for line, match in zip(lines, matches, strict=True) if not match and _says_something(line)]
        return cls(
            _Names.of([match for match in plain if not match["folder"]]),
            _Names.of([match for match in plain if match["folder"]]),
            _spec(others) if others else None,
        )

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Of a path relative to the folder that the lines are for."""
        parts = path.split(os.sep)
        if self.anything.has_any(parts) or self.folders.has_any(parts if is_folder else parts[:-1]):
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
                lines = file.read().splitlines()
        except OSError:
            continue
        if any(map(_says_something, lines)):
            layers.append(Layer(folder, Patterns.of(lines)))
    return layers


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)
