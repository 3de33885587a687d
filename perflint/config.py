"""Settings: what the nearest pyproject.toml or perflint.toml says, over what it extends, under the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from perflint.errors import ConfigError

Context = Literal["app", "commands", "scripts", "migrations", "tests", "docs"]
OutputFormat = Literal["auto", "text", "concise", "json", "json-lines", "github"]

DEFAULT_EXCLUDE = (
    *(".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox"),
    *(".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode"),
    *("__pypackages__", "_build", "buck-out", "dist", "node_modules", "site-packages", "venv"),
)


def kebab(name: str) -> str:
    return name.replace("_", "-")


_PYDANTIC: Any = {"alias_generator": kebab, "extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Libraries:
    """The project's own wrappers, by dotted name: perflint treats them as what they wrap."""

    __pydantic_config__: ClassVar[Any] = _PYDANTIC

    sqlalchemy_sessions: tuple[str, ...] = ()
    http_clients: tuple[str, ...] = ()
    task_decorators: tuple[str, ...] = ()
    route_decorators: tuple[str, ...] = ()
    run_once: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """One run's settings; a field is the key of the same name in kebab case."""

    __pydantic_config__: ClassVar[Any] = _PYDANTIC

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    contexts: tuple[Context, ...] = ("app", "commands")
    unproven: bool = False
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    unsafe_fixes: bool = False
    extend_safe_fixes: tuple[str, ...] = ()
    extend_unsafe_fixes: tuple[str, ...] = ()
    output_format: OutputFormat = "auto"
    # Relative to the project's folder; empty: nothing is kept.
    cache_dir: str = ".perflint_cache"
    # 0: as many as there are processors.
    workers: int = 0
    source_roots: tuple[str, ...] = ()
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    libraries: Libraries = field(default_factory=Libraries)
    # Where the settings were found; patterns are relative to it. Not a key.
    root: Path = field(default_factory=Path.cwd)

    def option(self, rule: str, name: str) -> Any:
        """What `[rules.<rule>]` sets, or the card's default."""
        from perflint.cards import rules

        default = next(card.options[name] for card in rules() if card.name == rule)
        return self.rules.get(rule, {}).get(name, default)

    def written(self, without: Collection[str]) -> list[str]:
        """`name=value` of each setting but some; the same for settings that ask for the same."""
        names = (field.name for field in fields(self) if field.name not in without)
        return [f"{name}={getattr(self, name)!r}" for name in names]


KEYS = tuple(kebab(entry.name) for entry in fields(Settings) if entry.name != "root")


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and for each key that is not a default the file it comes from, or `command line`."""

    settings: Settings
    origins: Mapping[str, str]


def load(
    start: Path, overrides: Mapping[str, Any] | None = None, config: Path | None = None, isolated: bool = False
) -> Loaded:
    """The settings for `start`; `overrides` has kebab-case keys; `isolated` reads no file."""
    file = None if isolated else config or nearest(start)
    layers = [] if file is None else list(_layers(file))
    if overrides:
        layers.append(("command line", dict(overrides)))
    root = start if file is None or config else file.parent
    if not layers:
        return Loaded(Settings(root=root), {})
    from perflint.config_check import merged, validated

    data, origins = merged(layers)
    return Loaded(replace(validated(data, origins), root=root), origins)


def nearest(start: Path) -> Path | None:
    """The first settings file from `start` upwards; a pyproject.toml without [tool.perflint] is passed over."""
    for folder in (start, *start.parents):
        if (folder / "perflint.toml").is_file():
            return folder / "perflint.toml"
        project = folder / "pyproject.toml"
        if project.is_file() and "perflint" in _toml(project).get("tool", {}):
            return project
    return None


def _layers(file: Path, seen: tuple[Path, ...] = ()) -> list[tuple[str, dict[str, Any]]]:
    """What `file` extends, outermost first, then `file` itself."""
    if file.resolve() in seen:
        raise ConfigError(f"{file}: `extend` comes back to this file")
    data = _table(file)
    base = data.pop("extend", None)
    if base is None:
        return [(str(file), data)]
    if not isinstance(base, str):
        raise ConfigError(f"{file}: `extend`: expected a path, got {base!r}")
    target = file.parent / Path(base).expanduser()
    if not target.is_file():
        raise ConfigError(f"{file}: `extend`: {target} is not a file")
    return [*_layers(target, (*seen, file.resolve())), (str(file), data)]


def _table(file: Path) -> dict[str, Any]:
    data = _toml(file)
    table = data.get("tool", {}).get("perflint", {}) if file.name == "pyproject.toml" else data
    if not isinstance(table, dict):
        raise ConfigError(f"{file}: `tool.perflint`: expected a table, got {table!r}")
    return dict(table)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error
