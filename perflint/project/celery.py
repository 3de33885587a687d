"""Celery: the project's apps and tasks, and whether anybody reads their results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from perflint.project.symbols import Symbol


class Backend(StrEnum):
    """Whether results of tasks are stored at all."""

    SET = "set"
    NONE = "none"
    UNKNOWN = "unknown"


class UseState(StrEnum):
    """Whether a task's result is read."""

    UNREAD = "unread"
    READ = "read"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class UseSite:
    """A place that reads a task's result, or may."""

    path: Path
    line: int
    what: str


@dataclass(frozen=True, slots=True)
class ResultUse:
    """The verdict over one task: `unread` needs every dispatch of the project to drop the result."""

    state: UseState
    reasons: tuple[str, ...] = ()
    sites: tuple[UseSite, ...] = ()


@dataclass(frozen=True, slots=True)
class CeleryTask:
    """A task: its function (a class's `run` for class-based tasks) and the options of its decorator."""

    symbol: Symbol
    name: str = ""  # the `name=` option
    options: tuple[tuple[str, str], ...] = ()  # keyword and source text
    ignores_result: bool | None = None  # its own option or its base class's; None: left to the app
    bound: bool = False
