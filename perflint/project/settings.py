"""Settings of the linted project: library versions, Django settings, names that tests patch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What configuration files and settings modules say. Values are source text where they are expressions."""

    versions: Mapping[str, str] = field(default_factory=dict)  # normalized name -> lowest allowed version
    scripts: tuple[str, ...] = ()  # "package.module:function"
    auth_user_model: str = ""
    rest_framework: Mapping[str, str] = field(default_factory=dict)
    patch_targets: frozenset[str] = frozenset()
