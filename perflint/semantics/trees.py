"""The `ast` trees of the project's files, parsed when asked for, and their functions by name."""

from __future__ import annotations

import ast
import warnings
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from perflint.project.facts import FileFacts, FunctionFact
from perflint.project.nodes import below, has_body
from perflint.project.reads import Reads
from perflint.semantics.recent import Recent
from perflint.source import line_starts

_MODULE_CHARACTERS = 300_000  # some 8,000 lines; their trees take some 12 MB
_FUNCTION_LINES = 32_000  # their trees take some 30 MB
_SOURCE_CHARACTERS = 10_000_000  # some 250,000 lines; where they begin and their functions take some 3 MB
Expression = TypeVar("Expression", bound=ast.expr)
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class ModuleTree:
    """One parsed file: its tree and its functions by qualname."""

    tree: ast.Module
    functions: Mapping[str, FunctionNode]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the lines of a module begin, and its functions by qualname."""

    starts: array[int]
    functions: Mapping[str, FunctionFact]

    def lines(self, text: str, first: int, last: int) -> str:
        """These lines of the module's text, counted from one."""
        return text[self.starts[first - 1] : self.starts[last] if last < len(self.starts) else None]


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
    """Parses modules and functions when asked for: `texts` are the sources by module name, `facts` say where the
    functions stand in them.

    The trees that were asked for last are kept, a tree needing some forty times its text. What comes back is
    parsed anew, so its nodes are equal to the old ones by place, not by identity.
    """

    def __init__(self, texts: Mapping[str, str], facts: Mapping[str, FileFacts], reads: Reads) -> None:
        self._texts = texts
        self._facts = facts
        self.reads = reads
        self._modules: Recent[str, ModuleTree | None] = Recent(_MODULE_CHARACTERS)
        self._functions: Recent[tuple[str, str], FunctionNode | None] = Recent(_FUNCTION_LINES)
        self._sources: Recent[str, _Source] = Recent(_SOURCE_CHARACTERS)
        self._first: dict[tuple[str, tuple[object, ...]], ast.expr] = {}
        self._lowered: set[str] = set()

    def module(self, name: str) -> ModuleTree | None:
        """The module's tree; None for an unknown module or one that does not parse."""
        self.reads.take(name)
        return self._module(name)

    def _module(self, name: str) -> ModuleTree | None:
        return self._modules.get(name, len(self._texts.get(name, "")), lambda: self._parse(name))

    def text(self, name: str) -> str:
        """The source of a module, empty for an unknown one."""
        self.reads.take(name)
        return self._texts.get(name, "")

    def of(self, facts: FileFacts) -> ast.Module | None:
        """The tree that a file's facts were taken from."""
        found = self.module(facts.module)
        return found.tree if found else None

    def having(self, text: str) -> Iterator[str]:
        """The modules whose source has this text in it; no file's findings may be taken from that but by a question."""
        return (module for module, source in self._texts.items() if text in source)

    def first(self, module: str, node: Expression) -> Expression:
        """The node of the first parsing that was asked for at this place, so that it is one for all parsings."""
        return self._first.setdefault((module, place(node)), node)  # type: ignore[return-value]

    def is_first(self, module: str, node: ast.expr) -> bool:
        """Whether `first` has given this very node."""
        return self._first.get((module, place(node))) is node

    def is_lowered(self, name: str) -> bool:
        """Whether the module's tree is that of a lowered text, whose columns are not the file's."""
        return name in self._lowered

    def function(self, module: str, qualname: str) -> FunctionNode | None:
        """The tree of a function or method: the module's own node, or its lines parsed alone."""
        self.reads.touch(module)
        if module not in self._modules:
            found = self._functions.known((module, qualname)) or self._cut_out(module, qualname)
            if found is not None:
                return found
        whole = self._module(module)
        return whole.functions.get(qualname) if whole else None

    def _cut_out(self, module: str, qualname: str) -> FunctionNode | None:
        fact = self._source(module).functions.get(qualname)
        if fact is None:
            return None
        size = fact.end_line - fact.start + 1
        return self._functions.get((module, qualname), size, lambda: self._alone(module, fact))

    def _alone(self, module: str, fact: FunctionFact) -> FunctionNode | None:
        """The function's lines parsed where they stand; None where that cannot be, as for a later grammar."""
        text = self._source(module).lines(self._texts[module], fact.start, fact.end_line)
        # Empty lines before it keep the line numbers; an `if` makes room for the indentation.
        before = "\n" * (fact.start - 1)
        if text[:1].isspace():
            before = before[:-1] + "if 1:\n"
        try:
            body = parse(before + text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        node = body[0].body[0] if isinstance(body[0], ast.If) else body[0]
        return node if isinstance(node, FunctionNode) and node.name == fact.name else None

    def _source(self, module: str) -> _Source:
        return self._sources.get(module, len(self._texts.get(module, "")), lambda: self._read(module))

    def _read(self, module: str) -> _Source:
        facts = self._facts.get(module)
        named = {fact.qualname: fact for fact in facts.functions} if facts else {}
        return _Source(array("I", line_starts(self._texts.get(module, ""))), named)

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
        functions: dict[str, FunctionNode] = {}
        _collect(tree, "", functions)
        return ModuleTree(tree, functions)


@lru_cache(maxsize=64)
def parents(function: FunctionNode) -> Mapping[ast.AST, ast.AST]:
    """What each node of a function stands in."""
    return {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}


def same_place(function: FunctionNode, node: Expression) -> Expression | None:
    """The function's own node where `node` stands, which may come from another parsing of the file."""
    above = parents(function)
    if node in above:
        return node
    return next((part for part in above if isinstance(part, type(node)) and place(part) == place(node)), None)


def is_same(node: ast.AST, other: ast.AST) -> bool:
    """Whether two nodes of a file are one, by their places: they may come from two parsings."""
    return node is other or (
        type(node) is type(other) and _begin(node) == _begin(other) and _end(node) == _end(other) != (0, 0)
    )


def stands_in(node: ast.AST, outer: ast.AST) -> bool:
    """Whether a node lies in another of the same file, by their places: they may come from two parsings."""
    first, last = _begin(outer), _end(outer)
    return first <= _begin(node) and _end(node) <= last


def _begin(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


def place(node: ast.expr) -> tuple[object, ...]:
    return type(node), node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


def _collect(node: ast.AST, prefix: str, functions: dict[str, FunctionNode]) -> None:
    """Note functions and methods with their qualnames, those under `if` and `try` too; the last one wins."""
    for child in filter(has_body, below(node)):
        if isinstance(child, _DEFINING):
            name = prefix + child.name
            if not isinstance(child, ast.ClassDef):
                functions[name] = child
            _collect(child, f"{name}.", functions)
        else:
            _collect(child, prefix, functions)
