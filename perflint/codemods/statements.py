"""What a replaced statement leaves to its successors: comments and blank lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import libcst as cst

from perflint.codemods.tree import Tree
from perflint.rewrites import Replacement

Lines = Sequence[cst.EmptyLine]
Replacements = Mapping[cst.CSTNode, Replacement]


def is_statement(node: cst.CSTNode) -> bool:
    """Whether `node` stands on lines of its own."""
    return isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement)


def with_lines_of(old: cst.CSTNode, new: Replacement) -> Replacement:
    """`new` with what stands above `old` above its first statement, and nowhere else."""
    lines: Lines = getattr(old, "leading_lines", ())
    if isinstance(new, cst.FlattenSentinel):
        first, *rest = list(new)
        return cst.FlattenSentinel([_with_all(first, lines), *(_without(node, lines) for node in rest)])
    return _with_all(new, lines) if isinstance(new, cst.CSTNode) else new


def left_comments(tree: Tree, replacements: Replacements) -> dict[cst.CSTNode, list[cst.EmptyLine]]:
    """The comments above removed statements, by the statement that now follows them, or by the block that they end."""
    left: dict[cst.CSTNode, list[cst.EmptyLine]] = {}
    for node in replacements:
        if _is_removed(node, replacements) and any(line.comment for line in node.leading_lines):  # type: ignore[attr-defined]
            heir = _heir(tree, node, replacements)
            left.setdefault(heir, []).extend(node.leading_lines)  # type: ignore[attr-defined]
    return left


def with_comments(node: Replacement, comments: Lines) -> Replacement:
    """`node` with `comments` above it; a block has them at its end."""
    if isinstance(node, cst.IndentedBlock | cst.Module):
        return node.with_changes(footer=[*comments, *node.footer])
    if isinstance(node, cst.FlattenSentinel):
        first, *rest = list(node)
        return cst.FlattenSentinel([_below(first, comments), *rest])
    return _below(node, comments) if isinstance(node, cst.CSTNode) else node


def _below(node: cst.CSTNode, comments: Lines) -> cst.CSTNode:
    return node.with_changes(leading_lines=[*comments, *node.leading_lines])  # type: ignore[attr-defined]


def _with_all(node: cst.CSTNode, lines: Lines) -> cst.CSTNode:
    own: Lines = node.leading_lines  # type: ignore[attr-defined]
    return node if _begins_with(own, lines) else node.with_changes(leading_lines=[*lines, *own])


def _without(node: cst.CSTNode, lines: Lines) -> cst.CSTNode:
    """A statement made from the old one brings its lines along."""
    own: Lines = node.leading_lines  # type: ignore[attr-defined]
    return node.with_changes(leading_lines=own[len(lines) :]) if lines and _begins_with(own, lines) else node


def _begins_with(own: Lines, lines: Lines) -> bool:
    return len(own) >= len(lines) and all(one is other for one, other in zip(own, lines, strict=False))


def _is_removed(node: cst.CSTNode, replacements: Replacements) -> bool:
    return is_statement(node) and isinstance(replacements.get(node), cst.RemovalSentinel)


def _heir(tree: Tree, node: cst.CSTNode, replacements: Replacements) -> cst.CSTNode:
    block = tree.parents[node]
    assert isinstance(block, cst.IndentedBlock | cst.Module)
    behind = list(block.body)[[line is node for line in block.body].index(True) + 1 :]
    return next((line for line in behind if not _is_removed(line, replacements)), block)
