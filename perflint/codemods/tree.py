"""A parsed module as rewriting sees it: which node stands in which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache

import libcst as cst

# Fields that hold no name and nothing that a rewrite replaces; skipping them is most of the speed.
_LAYOUT = {"leading_lines", "lines_after_decorators", "header", "footer", "indent", "lpar", "rpar", "comma"}
_LAYOUT |= {"semicolon", "equal", "colon", "dot", "operator", "lbrace", "rbrace", "lbracket", "rbracket"}
_LAYOUT |= {"trailing_whitespace"}


@dataclass(frozen=True, slots=True)
class Tree:
    """A module and the parent of each of its nodes, layout apart, outer nodes and the first ones first.

    `names` are all places where a name stands, whatever for.
    """

    module: cst.Module
    parents: Mapping[cst.CSTNode, cst.CSTNode]
    names: Mapping[str, Sequence[cst.Name]]

    @classmethod
    @lru_cache(maxsize=1)  # each client of a file asks for it, and so do the edits
    def of(cls, module: cst.Module) -> Tree:
        parents: dict[cst.CSTNode, cst.CSTNode] = {}
        names: dict[str, list[cst.Name]] = defaultdict(list)
        waiting: list[tuple[cst.CSTNode, cst.CSTNode]] = [(node, module) for node in reversed(module.body)]
        while waiting:
            node, parent = waiting.pop()
            parents[node] = parent
            if isinstance(node, cst.Name):
                names[node.value].append(node)
                continue
            waiting.extend([(child, node) for child in children(node)][::-1])
        return cls(module, parents, dict(names))

    def above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What `node` stands in, innermost first; the module comes last."""
        while node is not self.module:
            node = self.parents[node]
            yield node

    def top(self, node: cst.CSTNode) -> int:
        """The index of the module's statement that `node` is or stands in."""
        chain = [node, *self.above(node)]
        return next(index for index, statement in enumerate(self.module.body) if statement is chain[-2])


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes directly below, in the order of the text, layout apart."""
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, list | tuple):
            yield from value


def below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All nodes below `node`, layout apart."""
    waiting = list(children(node))
    while waiting:
        inner = waiting.pop()
        yield inner
        waiting.extend(children(inner))


@cache
def _fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = (entry.name for entry in fields(kind))
    return tuple(name for name in names if name not in _LAYOUT and not name.startswith("whitespace_"))
