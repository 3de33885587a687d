"""The code of a changed module, taken from the text of the module before as far as that stands where it stood."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher

import libcst as cst

from perflint.source import lines_of

Row = Callable[[cst.CSTNode], int | None]
_Blocks = tuple[cst.IndentedBlock, ...]


class _UnknownError(Exception):
    """It is not known where a statement stands."""


class LeftOutError(Exception):
    """A rewrite meets code that the module lacks."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the parsed text lacks: the whole text, of as many lines, and the first and last rows of functions."""

    text: str
    rows: Sequence[tuple[int, int]]

    def has(self, start: int, stop: int) -> bool:
        """Whether rows, from and to before, lie in a function that is left out, or nothing between two of its rows."""
        if start == stop:
            return any(first < start <= last for first, last in self.rows)
        return any(start <= last and stop > first for first, last in self.rows)


@dataclass(frozen=True, slots=True)
class Source:
    """The text that a module was parsed from, and the row of a statement, the comments above it included.

    `row` gives None where that is not known. What it gives is not believed before the text there is the statement's.
    """

    text: str
    row: Row
    left_out: LeftOut | None = None


def row_of(statement: cst.CSTNode, pairs: Mapping[cst.CSTNode, ast.AST]) -> int | None:
    """The row of a statement with the comments above it, by the `ast` nodes that LibCST's are."""
    found = pairs.get(statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement)
    if not isinstance(found, ast.stmt):
        return None
    decorators: list[ast.expr] = getattr(found, "decorator_list", [])
    first = decorators[0] if decorators else found
    return first.lineno - len(getattr(statement, "leading_lines", ()))


class Splicing:
    """Top-level statements of a module, before and after a change, as lines: only what changed is printed."""

    def __init__(self, module: cst.Module, source: Source) -> None:
        self.module = module
        self.lines = lines_of(source.text)
        self.row = source.row
        self.left_out = source.left_out
        self.whole = lines_of(source.left_out.text) if source.left_out else self.lines

    def start(self, index: int) -> int:
        """The row of what has this index in header, statements and footer together."""
        body, above = self.module.body, len(self.module.header)
        if index <= above:
            return index + 1
        if index >= above + len(body):
            return len(self.lines) + 1 - (above + len(body) + len(self.module.footer) - index)
        known = next((place for place in range(index - above, -1, -1) if self._row(body, place)), 0)
        first = self._row(body, known) or above + 1
        return first + len(self._printed(body[known : index - above], ()))

    def first(self, index: int) -> int:
        """As `start`, without what is left out of the text above it."""
        row = self.start(index)
        rows = self.left_out.rows if self.left_out else ()
        return next((last + 1 for first, last in rows if first < row <= last), row)

    def changed(self, old: Sequence[cst.CSTNode], new: Sequence[cst.CSTNode], row: int, end: int) -> list[str] | None:
        """The lines of `new`, which takes the place of `old` in the rows from `row` to before `end`.

        None where it is not known which lines those are.
        """
        try:
            changes = list(self._changes(old, new, (), row))
        except _UnknownError:
            return None
        found: list[str] = []
        for start, stop, lines in changes:
            found += [*self.whole[row - 1 : start - 1], *lines]
            row = stop
        return [*found, *self.whole[row - 1 : end - 1]] if row <= end else None

    def _changes(
        self, old: Sequence[cst.CSTNode], new: Sequence[cst.CSTNode], blocks: _Blocks, row: int | None = None
    ) -> Iterator[tuple[int, int, list[str]]]:
        """Rows, from and to before, and the lines that take their place; `row` is that of the first statement."""
        matcher = SequenceMatcher(None, list(map(id, old)), list(map(id, new)), autojunk=False)
        for tag, start, end, other, other_end in matcher.get_opcodes():
            if tag == "equal":
                continue
            inner = _same_but_block(old[start], new[other]) if end - start == other_end - other == 1 else None
            if inner is not None:
                before, after = inner
                yield from self._changes(before.body, after.body, (*blocks, before))
                continue
            known = 0 if row is not None else self._known(old, start)
            first = row or self._row(old, known) or 0
            lines = self._printed(old[known:end], blocks)
            stop = first + len(lines)
            if self.whole[first - 1 : stop - 1] != lines or (self.left_out and self.left_out.has(first, stop)):
                raise _UnknownError
            yield first, stop, self._printed([*old[known:start], *new[other:other_end]], blocks)

    def _known(self, siblings: Sequence[cst.CSTNode], index: int) -> int:
        """The nearest statement, from this one upwards, whose row is known."""
        for place in range(min(index, len(siblings) - 1), -1, -1):
            if self._row(siblings, place):
                return place
        raise _UnknownError

    def _row(self, siblings: Sequence[cst.CSTNode], index: int) -> int | None:
        return self.row(siblings[index]) if index < len(siblings) else None

    def _printed(self, nodes: Sequence[cst.CSTNode], blocks: _Blocks) -> list[str]:
        """Statements as they stand in nested blocks: printed below as many `if`, whose lines are left out."""
        if not nodes:
            return []
        for block in reversed(blocks):
            nodes = [cst.If(cst.Name("_"), cst.IndentedBlock(nodes, indent=block.indent))]  # type: ignore[arg-type]
        return lines_of("".join(map(self.module.code_for_node, nodes)))[len(blocks) :]


def _same_but_block(old: cst.CSTNode, new: cst.CSTNode) -> tuple[cst.IndentedBlock, cst.IndentedBlock] | None:
    """The blocks of two statements that differ in nothing else but in the statements there."""
    before, after = getattr(old, "body", None), getattr(new, "body", None)
    if (
        type(old) is not type(new)
        or not isinstance(before, cst.IndentedBlock)
        or not isinstance(after, cst.IndentedBlock)
    ):
        return None
    return (before, after) if after.body and _differ_in_body(old, new) and _differ_in_body(before, after) else None


def _differ_in_body(old: cst.CSTNode, new: cst.CSTNode) -> bool:
    pairs = ((getattr(old, each.name), getattr(new, each.name)) for each in fields(old) if each.name != "body")
    return all(_is_same(one, other) for one, other in pairs)


def _is_same(one: object, other: object) -> bool:
    """Nodes are the same by identity, also in lists and tuples."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return tuple(one) == tuple(other)
    return one is other or one == other
