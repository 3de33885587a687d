"""A rewrite as text edits, for reports and editors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

import libcst as cst

from perflint.codemods.rewriting import refusal, rewritten
from perflint.codemods.splicing import LeftOutError, Source, Splicing
from perflint.codemods.tree import Tree
from perflint.findings import Edit, Position, Span
from perflint.rewrites import Rewrite
from perflint.source import lines_of, position_of

_LINE_END = re.compile(r"(?:\r\n|\r|\n)\Z")


def edits_of(module: cst.Module, rewrite: Rewrite) -> tuple[Edit, ...]:
    """What applying `rewrite` alone changes in `module.code`; nothing if it is refused there.

    UnsoundError for a rewrite that is wrong in itself.
    """
    return next(edits_of_each(Tree.of(module), [rewrite]))


def edits_of_each(tree: Tree, rewrites: Iterable[Rewrite], source: Source | None = None) -> Iterator[tuple[Edit, ...]]:
    """The edits of each rewrite by itself; the same ones, sooner, where the module's source is given.

    LeftOutError where a rewrite needs more than the module has of its source.
    """
    before = _Pieces(tree.module, source)
    for rewrite in rewrites:
        yield () if refusal(tree, rewrite) else tuple(before.edits_to(rewritten(tree, [rewrite])))


def difference(before: cst.Module, after: cst.Module) -> tuple[Edit, ...]:
    """The edits that make the code of `before` that of `after`."""
    return tuple(_Pieces(before).edits_to(after))


def shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))


class _Pieces:
    """A module as what stands at its top level, so that only what changed is compared as text."""

    def __init__(self, module: cst.Module, source: Source | None = None) -> None:
        self.module = module
        self.nodes = _pieces(module)
        self.keys = _keys(module, self.nodes)
        self.splicing = Splicing(module, source) if source and module.has_trailing_newline else None
        self.is_partial = source is not None and source.left_out is not None
        self.texts: list[str] = []
        self.rows = [1]

    def edits_to(self, after: cst.Module) -> Iterator[Edit]:
        nodes = _pieces(after)
        matcher = SequenceMatcher(None, self.keys, _keys(after, nodes), autojunk=False)
        for tag, start, end, other, other_end in matcher.get_opcodes():
            if tag == "equal":
                continue
            spliced = self._spliced(start, end, nodes[other:other_end])
            if spliced is not None:
                yield from _edits(*spliced)
                continue
            if self.is_partial:
                raise LeftOutError
            self._print(end)
            old = "".join(self.texts[start:end])
            new = "".join(map(after.code_for_node, nodes[other:other_end]))
            if end == len(self.nodes) and not self.module.has_trailing_newline:
                old, new = _LINE_END.sub("", old), _LINE_END.sub("", new)
            yield from _edits(lines_of(old), lines_of(new), self.rows[start])

    def _spliced(self, start: int, end: int, new: Sequence[cst.CSTNode]) -> tuple[list[str], list[str], int] | None:
        """The lines of pieces, those of what takes their place, and the row where they begin."""
        if self.splicing is None:
            return None
        row = self.splicing.start(start) if start == end else self.splicing.first(start)
        stop = self.splicing.start(end)
        lines = self.splicing.changed(self.nodes[start:end], new, row, stop)
        return (self.splicing.whole[row - 1 : stop - 1], lines, row) if lines is not None else None

    def _print(self, end: int) -> None:
        """Know the texts of the pieces before `end`: printing is what takes time, so each is printed at most once."""
        for node in self.nodes[len(self.texts) : end]:
            self.texts.append(self.module.code_for_node(node))
            self.rows.append(self.rows[-1] + len(lines_of(self.texts[-1])))


def _pieces(module: cst.Module) -> list[cst.CSTNode]:
    return [*module.header, *module.body, *module.footer]


def _keys(module: cst.Module, nodes: Sequence[cst.CSTNode]) -> list[int]:
    """What tells pieces apart. The last one is never the same where its line end is missing."""
    keys = [id(node) for node in nodes]
    return keys if module.has_trailing_newline else [*keys[:-1], id(module)]


def _edits(before: Sequence[str], after: Sequence[str], row: int) -> Iterator[Edit]:
    """The edits between two texts as lines, of which the first begins in `row`."""
    for tag, start, end, other, other_end in SequenceMatcher(None, before, after).get_opcodes():
        if tag != "equal":
            yield _trimmed("".join(before[start:end]), "".join(after[other:other_end]), row + start)


def _trimmed(old: str, new: str, row: int) -> Edit:
    """One edit for a changed passage, without what is the same at its ends."""
    prefix = shared(old, new)
    suffix = shared(old[prefix:][::-1], new[prefix:][::-1])
    end = len(old) - suffix
    return Edit(Span(_position(old, prefix, row), _position(old, end, row)), new[prefix : len(new) - suffix])


def _position(text: str, offset: int, row: int) -> Position:
    at = position_of(text, offset)
    return Position(at.row + row - 1, at.column)
