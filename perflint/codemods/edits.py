"""A rewrite as text edits, for reports and editors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

import libcst as cst

from perflint.codemods.rewriting import refusal, rewritten
from perflint.codemods.tree import Tree
from perflint.findings import Edit, Position, Span
from perflint.rewrites import Rewrite
from perflint.source import line_starts, position_of

_LINE_END = re.compile(r"(?:\r\n|\r|\n)\Z")


def edits_of(module: cst.Module, rewrite: Rewrite) -> tuple[Edit, ...]:
    """What applying `rewrite` alone changes in `module.code`; nothing if it is refused there.

    UnsoundError for a rewrite that is wrong in itself.
    """
    return next(edits_of_each(Tree.of(module), [rewrite]))


def edits_of_each(tree: Tree, rewrites: Iterable[Rewrite]) -> Iterator[tuple[Edit, ...]]:
    """The edits of each rewrite by itself."""
    before = _Pieces(tree.module)
    for rewrite in rewrites:
        yield () if refusal(tree, rewrite) else tuple(before.edits_to(rewritten(tree, [rewrite])))


def difference(before: cst.Module, after: cst.Module) -> tuple[Edit, ...]:
    """The edits that make the code of `before` that of `after`."""
    return tuple(_Pieces(before).edits_to(after))


def lines_of(text: str) -> list[str]:
    """The lines of `text` with their ends."""
    starts = [*line_starts(text), len(text)]
    return [text[start:end] for start, end in pairwise(starts) if start < end]


def shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))


class _Pieces:
    """A module as what stands at its top level, so that only what changed is compared as text."""

    def __init__(self, module: cst.Module) -> None:
        self.module = module
        self.nodes = _pieces(module)
        self.keys = _keys(module, self.nodes)
        self.texts: list[str] = []
        self.rows = [1]

    def edits_to(self, after: cst.Module) -> Iterator[Edit]:
        nodes = _pieces(after)
        matcher = SequenceMatcher(None, self.keys, _keys(after, nodes), autojunk=False)
        for tag, start, end, other, other_end in matcher.get_opcodes():
            if tag != "equal":
                self._print(end)
                old = "".join(self.texts[start:end])
                new = "".join(map(after.code_for_node, nodes[other:other_end]))
                if end == len(self.nodes) and not self.module.has_trailing_newline:
                    old, new = _LINE_END.sub("", old), _LINE_END.sub("", new)
                yield from _edits(old, new, self.rows[start])

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


def _edits(old: str, new: str, row: int) -> Iterator[Edit]:
    """The edits between two texts of which the first begins in `row`."""
    before, after = lines_of(old), lines_of(new)
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
