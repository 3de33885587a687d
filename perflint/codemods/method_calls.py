"""Calls of methods: one more at the end of a chain, one more argument, in the layout that is there."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst


def with_argument(call: cst.Call, new: cst.Arg) -> cst.Call:
    """The call with one more argument at its end."""
    if not call.args:
        return call.with_changes(args=[new])
    *before, last = call.args
    new = new.with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    last = last.with_changes(comma=_separator(call), whitespace_after_arg=cst.SimpleWhitespace(""))
    return call.with_changes(args=[*before, last, new])


def _separator(call: cst.Call) -> cst.Comma:
    """What stands between arguments: as before, or a line break where the first one has one."""
    if len(call.args) > 1 and isinstance(call.args[0].comma, cst.Comma):
        return call.args[0].comma
    opening = call.whitespace_before_args
    after = opening if isinstance(opening, cst.ParenthesizedWhitespace) else cst.SimpleWhitespace(" ")
    return cst.Comma(whitespace_after=after)


def chained(node: cst.BaseExpression, method: str, args: Sequence[cst.Arg], like: cst.CSTNode | None) -> cst.Call:
    """`node.method(args)`; on a line of its own where the link `like` of the same chain has one."""
    dot = like.dot if isinstance(like, cst.Attribute) else cst.Dot()
    if not isinstance(dot.whitespace_before, cst.ParenthesizedWhitespace):
        dot = cst.Dot()
    bare = node.with_changes(lpar=(), rpar=()) if _is_close(node) else node
    return cst.Call(cst.Attribute(bare, cst.Name(method), dot=dot), args)


def _is_close(node: cst.BaseExpression) -> bool:
    """Whether its parentheses are only around it, for layout."""
    return isinstance(node, cst.Call | cst.Attribute | cst.Name | cst.Subscript)
