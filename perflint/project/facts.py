"""Facts of one file: small plain data, everything the project needs without the file's tree.

Expressions are kept as source text and parsed again only where a question needs them
(`expression`); most never are. What a project has by the ten thousand is named tuples: they are made and read back
three times as fast as frozen dataclasses.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from perflint.project.later import Later
from perflint.project.words import Words


class ImportFact(NamedTuple):
    """A local name and the absolute dotted name that it stands for."""

    local: str
    target: str
    line: int


class CallFact(NamedTuple):
    """A call by dotted name; `make().run` stands for a method of what another call gives.

    `refs` are the dotted names given as arguments, also inside lists and other displays;
    `first` is the first argument when it is a short string.
    """

    callee: str
    line: int
    refs: tuple[str, ...] = ()
    in_loop: bool = False
    first: str = ""


class BindFact(NamedTuple):
    """A name, or `self.x`, bound in a function. `source` is a dotted name, or `make()` for a call's result."""

    name: str
    source: str
    annotation: str = ""


class ParamFact(NamedTuple):
    """One parameter; annotation and default are source text, empty when absent."""

    name: str
    annotation: str = ""
    default: str = ""
    kind: str = "normal"  # normal, keyword, star, starstar


class FunctionFact(NamedTuple):
    """A function's signature and what it calls, its nested functions apart."""

    qualname: str
    line: int
    end_line: int
    is_async: bool
    is_generator: bool
    params: tuple[ParamFact, ...]
    returns: str
    decorators: tuple[str, ...]
    calls: tuple[CallFact, ...]
    parent: str = ""  # qualname of the enclosing class or function
    is_method: bool = False
    binds: tuple[BindFact, ...] = ()
    returned: tuple[str, ...] = ()  # what `return` and `yield` give, written as in BindFact; "?" for the rest
    declares: str = ""  # the source text that a SQLAlchemy `declared_attr` method returns
    start: int = 0  # the line of the first decorator, or of the `def`

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]


class AssignFact(NamedTuple):
    """A name bound in a class body or at module level. `value` and `annotation` are source text."""

    name: str
    value: str
    annotation: str
    line: int


class ClassFact(NamedTuple):
    """A class statement. Nested classes (Django's Meta) have their outer class in `qualname`."""

    qualname: str
    line: int
    end_line: int
    bases: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...]
    decorators: tuple[str, ...]
    assigns: tuple[AssignFact, ...]
    methods: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]


class TopFact(NamedTuple):
    """The code of a function or class at the top of a file: its rows, and a digest of them and of where they begin."""

    name: str
    start: int
    end: int
    digest: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file tells the project."""

    path: Path
    module: str
    is_package: bool
    lines: int
    imports: tuple[ImportFact, ...]
    star_imports: tuple[str, ...]
    classes: tuple[ClassFact, ...]
    defined: Words  # qualified names of functions, in their order
    functions_later: Later[tuple[FunctionFact, ...]]  # most of what there is to keep, and of few files asked for
    tops: tuple[TopFact, ...]
    assigns: tuple[AssignFact, ...]
    calls: tuple[CallFact, ...]  # at module level, `if __name__ == "__main__"` apart
    main_calls: tuple[CallFact, ...]
    words: Words  # every name and attribute of the file
    called: Words  # words that the file uses only to call them
    strings: tuple[str, ...]  # dotted string literals, as mock.patch and send_task take
    listening: tuple[str, ...] = ()  # calls and decorators by which functions or models are registered for events
    loaded: frozenset[str] = frozenset()  # names of relations that the file loads eagerly
    interface: str = ""  # a digest of all that other files can see of this one
    flow: str = ""  # a digest of what its functions bind and return

    @property
    def functions(self) -> tuple[FunctionFact, ...]:
        """Every function and method of the file."""
        return self.functions_later()


@lru_cache(maxsize=8192)
def expression(text: str) -> ast.expr | None:
    """The tree of an expression kept as text; None when it is none by itself."""
    try:
        return ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def dotted(node: ast.expr | None) -> str:
    """`a.b.c` of a chain of names, else the empty string."""
    rest = ""
    while isinstance(node, ast.Attribute):
        rest = f".{node.attr}{rest}"
        node = node.value
    return node.id + rest if isinstance(node, ast.Name) else ""


def source_of(node: ast.expr | None) -> str:
    """A value as BindFact writes it: `a.b`, `make()` for a call with or without arguments, else empty."""
    if isinstance(node, ast.Await):
        node = node.value
    if not isinstance(node, ast.Call):
        return dotted(node)
    name = callee_of(node.func)
    return f"{name}()" if name else ""


def callee_of(node: ast.expr) -> str:
    """What a call calls: `a.b`, or `a.make().b`."""
    if name := dotted(node):
        return name
    if isinstance(node, ast.Attribute) and (inner := source_of(node.value)):
        return f"{inner}.{node.attr}"
    return ""


def first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """The line of the first decorator, or of the `def`."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
