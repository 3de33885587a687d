"""Versions of libraries that a project asks for, from its requirement and lock files.

Version specifiers: https://packaging.python.org/en/latest/specifications/version-specifiers/.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?\s*(.*)")
_BOUND = re.compile(r"(?<![!<])(===|==|>=|~=|\^|~|>|=)\s*v?([0-9][\w.]*)")
_LOCKS = ("Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock")

Pair = tuple[str, str]


def lowest_versions(files: Iterable[Path]) -> dict[str, str]:
    """The lowest version of each library that the files allow; a lock file's version goes before ranges.

    Files that cannot be read say nothing.
    """
    locked: dict[str, str] = {}
    asked: dict[str, str] = {}
    for path in files:
        into = locked if path.name in _LOCKS else asked
        for name, version in _read(path):
            key = normalized(name)
            into[key] = min(into.get(key, version), version, key=version_key)
    return {**asked, **locked}


def normalized(name: str) -> str:
    """`Flask_SQLAlchemy` is `flask-sqlalchemy`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def version_key(version: str) -> tuple[int, ...]:
    """Numbers of a version, for comparing; what follows a letter is left out."""
    return tuple(int(part) for part in re.match(r"[\d.]*", version).group().split(".") if part)  # type: ignore[union-attr]


def lower_bound(specifier: str) -> str:
    """The lowest version that a specifier allows; empty when it has no lower bound."""
    text = specifier.partition(";")[0]
    found = [match.group(2).rstrip(".*") for match in _BOUND.finditer(text)]
    return max(found, key=version_key, default="")


def _read(path: Path) -> list[Pair]:
    try:
        text = path.read_bytes().decode("utf-8", "replace")
        return list(_parsed(path, text))
    except (OSError, ValueError, AttributeError, TypeError):  # unreadable, or of an unexpected shape
        return []


def _parsed(path: Path, text: str) -> Iterator[Pair]:
    match path.name:
        case "pyproject.toml":
            return _pyproject(tomllib.loads(text))
        case "Pipfile":
            tables = tomllib.loads(text)
            return _table({**tables.get("packages", {}), **tables.get("dev-packages", {})})
        case "Pipfile.lock":
            tables = json.loads(text)
            return _table({**tables.get("develop", {}), **tables.get("default", {})})
        case "poetry.lock" | "uv.lock" | "pdm.lock":
            packages = tomllib.loads(text).get("package", [])
            return ((package["name"], package["version"]) for package in packages if "version" in package)
        case _:
            return _lines(text.splitlines())


def _pyproject(tables: Mapping[str, Any]) -> Iterator[Pair]:
    project = tables.get("project", {})
    lists = [project.get("dependencies", []), *project.get("optional-dependencies", {}).values()]
    lists.extend(tables.get("dependency-groups", {}).values())
    for texts in lists:
        yield from _lines(text for text in texts if isinstance(text, str))
    poetry = tables.get("tool", {}).get("poetry", {})
    yield from _table(poetry.get("dependencies", {}))
    for group in poetry.get("group", {}).values():
        yield from _table(group.get("dependencies", {}))


def _table(table: Mapping[str, Any]) -> Iterator[Pair]:
    """`sqlalchemy = "^2.0"`, `sqlalchemy = {version = "^2.0", extras = […]}`."""
    for name, value in table.items():
        text = value.get("version", "") if isinstance(value, dict) else value
        bare = text if isinstance(text, str) and _BOUND.match(text.strip()) else f"=={text}"
        if isinstance(text, str) and (version := lower_bound(bare)):
            yield name, version


def _lines(lines: Iterable[str]) -> Iterator[Pair]:
    """`SQLAlchemy[asyncio]>=1.4,<2  # comment`."""
    for line in lines:
        match = _NAME.match(line.partition("#")[0])
        if match and (version := lower_bound(match.group(2))):
            yield match.group(1), version
