"""`perflint config`: the settings that hold, each with the file it comes from, and their JSON Schema."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from perflint.config import KEYS, kebab, load
from perflint.discovery import absolute, common_folder


def schema() -> str:
    """The JSON Schema, for editors."""
    from perflint import config_check

    return json.dumps(config_check.schema(), indent=2)


def resolved(path: Path, config: Path | None, isolated: bool) -> str:
    """Every key with its value and origin, as TOML with comments."""
    loaded = load(common_folder([absolute(path)]), config=config, isolated=isolated)
    return "\n".join(
        f"{key} = {_toml(getattr(loaded.settings, key.replace('-', '_')))}  # {loaded.origins.get(key, 'default')}"
        for key in KEYS
    )


def _toml(value: Any) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        value = {kebab(name): each for name, each in asdict(value).items()}
    if isinstance(value, dict):
        entries = ", ".join(f"{_key(name)} = {_toml(each)}" for name, each in value.items())
        return f"{{ {entries} }}" if entries else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    # What is left, strings and numbers and booleans, TOML writes as JSON does.
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if is_bare else json.dumps(name, ensure_ascii=False)
