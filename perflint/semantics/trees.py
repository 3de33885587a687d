"""The `ast` trees of the project's files, parsed when asked for, and their functions by name."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from perflint.project.facts import FileFacts

_KEPT_CHARACTERS = 5_000_000  # about 120,000 lines; their trees take some 150 MB
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class ModuleTree:
    """One parsed file: its tree and its functions by qualname."""

    tree: ast.Module
    functions: Mapping[str, FunctionNode]


def parse(text: str) -> ast.Module:
    """`ast.parse` without the warnings that the compiler prints about the linted code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def parse_any(text: str) -> tuple[ast.Module, str]:
    """The tree of a file and the text that it is the tree of, which is lowered where the grammar is a later one.

    Raises what `ast.parse` raises when no known grammar fits.
    """
    try:
        return parse(text), text
    except SyntaxError:
        # Imported here: LibCST costs time, and few files need it for this.
        from perflint.semantics.lowering import lowered

        older = lowered(text)
        if older is None or older == text:
            raise
        return parse(older), older


class Trees:
    """Parses modules when asked for; `texts` are the sources by module name.

    The trees that were asked for last are kept, a tree needing some hundred times its text. A module that comes
    back is parsed anew, so its nodes are equal to the old ones by place, not by identity.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._kept: dict[str, ModuleTree | None] = {}  # the least recently asked for first
        self._lowered: set[str] = set()
        self._size = 0  # characters of the kept modules

    def module(self, name: str) -> ModuleTree | None:
        """The module's tree; None for an unknown module or one that does not parse."""
        if name in self._kept:
            found = self._kept.pop(name)
        else:
            found = self._parse(name)
            self._size += len(self._texts.get(name, ""))
        self._kept[name] = found
        while self._size > _KEPT_CHARACTERS and len(self._kept) > 1:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self._size -= len(self._texts.get(oldest, ""))
        return found

    def of(self, facts: FileFacts) -> ast.Module | None:
        """The tree that a file's facts were taken from."""
        found = self.module(facts.module)
        return found.tree if found else None

    def mentioning(self, text: str) -> Iterator[str]:
        """The modules whose source has this text in it."""
        return (module for module, source in self._texts.items() if text in source)

    def is_lowered(self, name: str) -> bool:
        """Whether the module's tree is that of a lowered text, whose columns are not the file's."""
        return name in self._lowered

    def function(self, module: str, qualname: str) -> FunctionNode | None:
        """The tree of a function or method."""
        found = self.module(module)
        return found.functions.get(qualname) if found else None

    def _parse(self, name: str) -> ModuleTree | None:
        text = self._texts.get(name)
        if text is None:
            return None
        try:
            tree, readable = parse_any(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        if readable is not text:
            self._lowered.add(name)
        return ModuleTree(tree, dict(_functions(tree, "")))


@lru_cache(maxsize=64)
def parents(function: FunctionNode) -> Mapping[ast.AST, ast.AST]:
    """What each node of a function stands in."""
    return {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}


def same_place(function: FunctionNode, node: ast.expr) -> ast.expr | None:
    """The function's own node where `node` stands, which may come from another parsing of the file."""
    above = parents(function)
    if node in above:
        return node
    return next((part for part in above if isinstance(part, ast.expr) and _place(part) == _place(node)), None)


def _place(node: ast.expr) -> tuple[object, ...]:
    return type(node), node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, FunctionNode]]:
    """Functions and methods with their qualnames, those under `if` and `try` too; the last one wins."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _functions(child, prefix)
