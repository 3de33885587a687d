"""What is known of Celery's tasks and their results, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, order=True)
class UseSite:
    """A place that dispatches a task, and what becomes of the result there."""

    path: Path
    line: int
    what: str


@dataclass(frozen=True, slots=True)
class ResultUse:
    """The verdict over one task. `unread` needs every dispatch of the project to drop the result.

    `sites` are the places behind the reasons; for `unread` those that dispatch the task.
    """

    state: UseState
    reasons: tuple[str, ...] = ()
    sites: tuple[UseSite, ...] = ()
    is_dispatched: bool = False  # here, or by a schedule
    readers: tuple[UseSite, ...] = ()  # they read results by id, so perhaps this task's
    unknown_dispatches: tuple[UseSite, ...] = ()  # of something unknown, its result kept
    returns_value: bool = False


@dataclass(frozen=True, slots=True)
class CeleryTask:
    """A task: its function (a class's `run` for class-based tasks) and the options of its decorator."""

    symbol: Symbol
    name: str  # the `name=` option, else Celery's own: module and function
    options: Mapping[str, str] = field(default_factory=dict)  # keyword and source text
    ignores_result: bool | None = None  # its own option or its base class's; None: left to the app
    is_bound: bool = False
    owner: Symbol | None = None  # the class of a class-based task
    decorator: int = 0  # which of the function's decorators makes the task
    doubt: str = ""  # why its options are not known


@dataclass(frozen=True, slots=True)
class CelerySettings:
    """What the apps' configuration says, all apps together."""

    backend: Backend = Backend.UNKNOWN
    broker: str = ""  # URL or the scheme's source text, empty when unknown
    ignored_globally: bool = False
    ignored_names: frozenset[str] = frozenset()  # of tasks that an annotation lets ignore their results
    always_eager: bool = False
    is_complete: bool = False  # an app is made here, and no part of its settings lies elsewhere
    readers: tuple[UseSite, ...] = ()  # settings that show results to somebody
