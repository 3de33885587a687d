"""Settings of the linted project: library versions, Django settings, names that tests patch."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perflint.project.facts import FileFacts, expression
from perflint.project.places import Place, place_of
from perflint.project.requirement_files import requirement_files
from perflint.project.symbols import Symbols
from perflint.project.versions import lowest_versions

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+\Z")
_SCRIPT = re.compile(r"[\w.-]+\s*=\s*([\w.]+:[\w.]+)\Z")


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What configuration files and settings modules say. Values are source text where they are expressions."""

    versions: Mapping[str, str] = field(default_factory=dict)  # normalized name -> lowest allowed version
    scripts: tuple[str, ...] = ()  # "package.module:function"
    auth_user_model: str = ""
    rest_framework: Mapping[str, str] = field(default_factory=dict)
    patch_targets: frozenset[str] = frozenset()


def read_settings(root: Path, symbols: Symbols) -> ProjectSettings:
    """Read the configuration files below `root` and the settings modules among the project's files."""
    files = list(requirement_files(root))
    modules = [facts for name, facts in sorted(symbols.files.items()) if _is_settings(name)]
    return ProjectSettings(
        versions=lowest_versions(files),
        scripts=tuple(_scripts(files, symbols)),
        auth_user_model=next(filter(None, map(_auth_user_model, modules)), ""),
        rest_framework={key: text for facts in modules for key, text in _rest_framework(facts)},
        patch_targets=patch_targets(symbols),
    )


def patch_targets(symbols: Symbols) -> frozenset[str]:
    """Dotted names in tests that patch something: `mock.patch("shop.mail.send")`."""
    found: set[str] = set()
    for module, facts in symbols.files.items():
        if place_of(module) is Place.TESTS and not facts.words.isdisjoint(("patch", "setattr", "delattr")):
            found.update(text for text in facts.strings if _DOTTED.match(text))
    return frozenset(found)


def _is_settings(module: str) -> bool:
    """`shop.settings`, `shop.settings.base`, `config.settings_local`; tests' settings aside."""
    parts = module.split(".")
    return any(part.startswith("settings") for part in parts[-2:]) and place_of(module) is not Place.TESTS


def _auth_user_model(facts: FileFacts) -> str:
    for assign in facts.assigns:
        tree = expression(assign.value) if assign.name == "AUTH_USER_MODEL" else None
        if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
            return tree.value
    return ""


def _rest_framework(facts: FileFacts) -> Iterator[tuple[str, str]]:
    for assign in facts.assigns:
        tree = expression(assign.value) if assign.name == "REST_FRAMEWORK" else None
        for key, value in zip(tree.keys, tree.values, strict=True) if isinstance(tree, ast.Dict) else ():
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, ast.unparse(value)


def _scripts(files: Iterable[Path], symbols: Symbols) -> Iterator[str]:
    """Entry points of pyproject.toml and setup.py."""
    for path in files:
        if path.name == "pyproject.toml":
            tables = _toml(path)
            for table in (tables.get("project", {}), tables.get("tool", {}).get("poetry", {})):
                yield from (text for text in table.get("scripts", {}).values() if isinstance(text, str))
    for module, facts in symbols.files.items():
        if module.rpartition(".")[2] == "setup":
            yield from (match.group(1) for text in facts.strings if (match := _SCRIPT.match(text)))


def _toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):  # the settings' own reader reports a broken file
        return {}
