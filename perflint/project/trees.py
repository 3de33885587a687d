"""Trees of a few files, parsed again where facts are not enough."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from perflint.project.facts import FileFacts
from perflint.project.nodes import children, nodes

Read = Callable[[Path], str]
Parse = Callable[[FileFacts], "ast.Module | None"]

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(eq=False)
class Tree:
    """A parsed file whose nodes know their parents; operators and contexts (`ast.Load()`) are left out."""

    facts: FileFacts
    root: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes, breadth first."""
        return nodes(self.root)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """What each node stands in; few files are asked for it."""
        return {child: node for node in self.nodes for child in children(node)}

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, inmost first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def scope(self, node: ast.AST) -> str:
        """The qualified name of the function or class around a node."""
        names = [outer.name for outer in self.above(node) if isinstance(outer, _SCOPES)]
        return ".".join(reversed(names))

    def function(self, node: ast.AST) -> ast.AST:
        """The function around a node, or the module."""
        functions = (outer for outer in self.above(node) if isinstance(outer, _SCOPES[:2]))
        return next(functions, self.root)


class Trees:
    """Each file's tree at most once. `parse` gives the tree of the text that the facts were taken from."""

    def __init__(self, parse: Parse | None = None) -> None:
        self._parse = parse or parser_of(_read_text)
        self._trees: dict[str, Tree | None] = {}

    def of(self, facts: FileFacts) -> Tree | None:
        """The file's tree; None when it cannot be read any more."""
        if facts.module not in self._trees:
            root = self._parse(facts)
            self._trees[facts.module] = Tree(facts, root) if root is not None else None
        return self._trees[facts.module]


def parser_of(read: Read) -> Parse:
    """A parser of texts, which `read` gives by path."""

    def parse(facts: FileFacts) -> ast.Module | None:
        try:
            return ast.parse(read(facts.path))
        except (OSError, SyntaxError, ValueError, KeyError):
            return None

    return parse


def _read_text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
