"""Chains of method calls: `update(Order).where(…).values(…)` as a root and its links."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst


@dataclass(frozen=True, slots=True)
class Link:
    """One call of a chain."""

    name: str
    call: cst.Call


@dataclass(frozen=True, slots=True)
class Chain:
    """What a chain begins with, and the methods called on it, in their order."""

    root: cst.BaseExpression
    links: tuple[Link, ...]

    def names(self) -> list[str]:
        """The names of the methods."""
        return [link.name for link in self.links]

    def only(self, name: str) -> Link | None:
        """The link of that name when there is exactly one."""
        found = [link for link in self.links if link.name == name]
        return found[0] if len(found) == 1 else None


def chain(node: cst.BaseExpression, root: cst.CSTNode | None = None) -> Chain:
    """The chain that ends in `node`; it begins at `root`, or at what is no call of a method."""
    links: list[Link] = []
    while node is not root and isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        links.append(Link(node.func.attr.value, node))
        node = node.func.value
    return Chain(node, tuple(reversed(links)))


def appended(node: cst.BaseExpression, text: str, ctx_config: cst.PartialParserConfig) -> cst.BaseExpression:
    """`node` with the calls of `text` after it: appended(query, ".filter(x).all()")."""
    return _grafted(cst.parse_expression(f"_{text}", config=ctx_config), node)


def _grafted(tail: cst.BaseExpression, node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(tail, cst.Call):
        return tail.with_changes(func=_grafted(tail.func, node))
    if isinstance(tail, cst.Attribute):
        return tail.with_changes(value=_grafted(tail.value, node), dot=_dot(node))
    return node


def _dot(node: cst.BaseExpression) -> cst.Dot:
    """The dot of a chain that has each call on a line of its own begins a line, too."""
    match node:
        case cst.Call(func=cst.Attribute(dot=cst.Dot(whitespace_before=cst.ParenthesizedWhitespace()) as dot)):
            return dot
    return cst.Dot()
