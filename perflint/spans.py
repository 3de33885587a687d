"""Where the nodes that are reported stand in their files."""

from __future__ import annotations

import ast
import re
from typing import Any

import libcst as cst

from perflint.findings import Position, Span
from perflint.semantics.context import Context

# What Python's parser takes for the end of a line.
_LINE_END = re.compile(rb"\r\n|\r|\n")


class Spans:
    """Places of expressions are those that `ast` knows; for others the statement around them is printed."""

    def __init__(self) -> None:
        self._known: dict[cst.CSTNode, Span] = {}
        self._around: dict[cst.CSTNode, tuple[cst.BaseCompoundStatement, int]] = {}
        self._text = ""
        self._lines: list[bytes] = []

    def begin(self, text: str) -> None:
        """What is noted from now on stands in this text."""
        self._text, self._lines = text, []

    def note(self, node: cst.CSTNode, context: Context) -> None:
        """Keep the place of a node of the file that `context` is about, while that is known."""
        found, around = context.abstract(node), [node, *context.ancestors(node)]
        outermost = around[-2] if len(around) > 1 else node
        if isinstance(outermost, cst.BaseCompoundStatement) and isinstance(
            top := context.abstract(outermost), ast.stmt
        ):
            self._around[node] = outermost, top.lineno
        if not isinstance(found, ast.expr) or found.end_lineno is None or found.end_col_offset is None:
            return
        if any(isinstance(parent, cst.FormattedString) for parent in around[1:]):
            return  # before Python 3.12 places inside f-strings are not reliable
        self._lines = self._lines or _LINE_END.split(self._text.encode("utf-8", "surrogatepass"))
        start = Position(found.lineno, _column(self._lines[found.lineno - 1], found.col_offset))
        end = Position(found.end_lineno, _column(self._lines[found.end_lineno - 1], found.end_col_offset))
        self._known[node] = Span(start, end)

    def of(self, node: cst.CSTNode, module: cst.Module) -> Span:
        """The place of a node of a module."""
        return self._known.get(node) or _printed(module, node, self._around.get(node))


def _printed(module: cst.Module, node: cst.CSTNode, around: tuple[cst.BaseCompoundStatement, int] | None) -> Span:
    """Where a node stands, by printing: only for nodes that have no place of their own in `ast`.

    `around` is the module's statement that has it, with its row; without that, the whole file is printed.
    """
    from libcst.metadata import MetadataWrapper, PositionProvider

    printed = module if around is None else module.with_changes(header=(), body=[around[0]], footer=())
    places: Any = MetadataWrapper(printed, unsafe_skip_copy=True).resolve(PositionProvider)
    above = 0 if around is None else around[1] - places[around[0]].start.line
    start, end = places[node].start, places[node].end
    return Span(Position(start.line + above, start.column + 1), Position(end.line + above, end.column + 1))


def _column(line: bytes, offset: int) -> int:
    """The 1-based column in characters of an offset in UTF-8 bytes."""
    return len(line[:offset].decode("utf-8", "surrogatepass")) + 1
