"""Roots: the functions that somebody outside the project's own code runs, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from perflint.project.symbols import Symbol


class Heat(IntEnum):
    """How often a function runs. Order matters: the hottest root that reaches a function wins."""

    UNKNOWN = 0
    ONCE = 1  # import, startup, lifespan
    COMMAND = 2  # command line, management command, script, migration, test
    HOT = 3  # request, task, message, websocket


@dataclass(frozen=True, slots=True)
class Route:
    """What a web framework calls a function for. `response_model` is source text."""

    methods: tuple[str, ...]
    path: str
    framework: str
    decorator: str = ""
    response_model: str = ""


@dataclass(frozen=True, slots=True)
class Root:
    """A function, how often it is run from outside, and by what."""

    symbol: Symbol
    heat: Heat
    label: str
    route: Route | None = None
    is_task: bool = False
    is_certain: bool = True  # False where what the function does tells who runs it


@dataclass(frozen=True, slots=True)
class MethodRoot:
    """A method that a library calls on objects of a class."""

    method: Symbol
    heat: Heat
    label: str
    verb: str = ""  # the HTTP method that it answers
    framework: str = ""
    is_task: bool = False
    names_path: bool = False  # the class's path, where one is known, is its label


@dataclass(frozen=True, slots=True)
class ClassRoots:
    """The roots that a class makes of its methods, and of those above it.

    `is_known`: a library class above it says so; otherwise it only looks like a view, or a view is made of it.
    """

    symbol: Symbol
    is_known: bool
    methods: tuple[MethodRoot, ...]


@dataclass(frozen=True, slots=True)
class ViewPath:
    """A class that is registered as a view, and for which path; empty where that is not written out."""

    view: Symbol
    path: str


@dataclass(frozen=True, slots=True)
class ExtraNames:
    """Dotted names that the user's settings add: decorators of routes and tasks, functions that run once."""

    route_decorators: tuple[str, ...] = ()
    task_decorators: tuple[str, ...] = ()
    run_once: tuple[str, ...] = ()
