"""What is linted: copies of pinned packages, and trees of a wanted size made of whole files from them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Shorter files are mostly empty `__init__.py`s, which nobody edits.
_WORTH_EDITING = 50


@dataclass(frozen=True, slots=True)
class Target:
    """A tree that belongs to this benchmark, so that it may change it; `cache` is where perflint may keep things."""

    name: str
    tree: Path
    cache: Path
    files: int
    lines: int


def copied(name: str, source: Path, into: Path) -> Target:
    """A copy of one package."""
    return _target(name, into, {path: source / path for path in _below(source)})


def mixed(name: str, sources: Sequence[Path], lines: int, into: Path) -> Target:
    """A tree of at least `lines` lines: whole files, folder by folder, in an order that hardly depends on the package.

    So a small tree has the same kinds of code as a large one, and is part of it.
    """
    files = {path: source / path for source in sources for path in _below(source) if path.suffix == ".py"}
    return _target(name, into, {path: files[path] for path in _first(_mixed_up(files), files, lines)})


def _target(name: str, into: Path, files: Mapping[Path, Path]) -> Target:
    """Write `files`, relative path to source; what an earlier run left is removed."""
    tree, cache = into / name, into / f"{name}.cache"
    for old in (tree, cache):
        shutil.rmtree(old, ignore_errors=True)
    for path, source in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, tree / path)
    python = [path for path in files if path.suffix == ".py"]
    return Target(name, tree, cache, len(python), sum(line_count(tree / path) for path in python))


def _below(source: Path) -> list[Path]:
    return sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())


def _mixed_up(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: (hashlib.sha256(path.parent.as_posix().encode()).digest(), path))


def _first(order: Iterable[Path], sources: Mapping[Path, Path], lines: int) -> Iterator[Path]:
    """Paths up to `lines` lines; before each, the `__init__.py`s above it, without which its module has no name."""
    done: set[Path] = set()
    for path in order:
        packages = [folder / "__init__.py" for folder in reversed(path.parents)]
        for each in [*(package for package in packages if package in sources), path]:
            if lines > 0 and each not in done:
                done.add(each)
                lines -= line_count(sources[each])
                yield each


def line_count(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def spaced(tree: Path, count: int, shortest: int = _WORTH_EDITING) -> list[Path]:
    """At most `count` Python files, evenly spaced in the order of their paths."""
    paths = [path for path in sorted(tree.rglob("*.py")) if line_count(path) >= shortest]
    step = max(1, len(paths) // count)
    return paths[step // 2 :: step][:count]


def edit(file: Path) -> None:
    """One more line at the end, which changes what the module defines."""
    text = file.read_bytes()
    end = b"" if text.endswith(b"\n") else b"\n"
    file.write_bytes(text + end + b"edited = %d\n" % line_count(file))
