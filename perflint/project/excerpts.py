"""Parts of a file's text by the nodes of its tree."""

from __future__ import annotations

import ast


class Excerpts:
    """A text by its rows; columns of `ast` count UTF-8 bytes."""

    __slots__ = ("rows",)

    def __init__(self, text: str) -> None:
        self.rows = text.encode("utf-8", "surrogatepass").split(b"\n")

    def of(self, node: ast.AST | None) -> str:
        """The node's source text; empty for none."""
        if node is None:
            return ""
        row: int = node.lineno - 1  # type: ignore[attr-defined]
        end: int = node.end_lineno - 1  # type: ignore[attr-defined]
        left, right = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
        if row == end:
            return self.rows[row][left:right].decode("utf-8", "surrogatepass")
        middle = self.rows[row + 1 : end]
        return b"\n".join([self.rows[row][left:], *middle, self.rows[end][:right]]).decode("utf-8", "surrogatepass")
