"""Whether a function waits for the exception of a row that is missing."""

from __future__ import annotations

import libcst as cst

from perflint.semantics.context import Context


def is_expected(node: cst.CSTNode, ctx: Context) -> bool:
    """Whether something around the node tells exceptions apart, so that another class of them would be missed."""
    inner = node
    for part in ctx.ancestors(node):
        match part:
            case cst.Try(body=body, handlers=handlers) | cst.TryStar(body=body, handlers=handlers) if body is inner:
                if any(handler.type is not None and not _takes_all(handler.type) for handler in handlers):
                    return True
            case cst.With(items=items) if any(_suppresses(item.item) for item in items):
                return True
        inner = part
    return False


def _takes_all(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value in ("Exception", "BaseException")


def _suppresses(node: cst.BaseExpression) -> bool:
    """`with suppress(User.DoesNotExist):`."""
    name = node.func if isinstance(node, cst.Call) else node
    last = name.attr if isinstance(name, cst.Attribute) else name
    return isinstance(last, cst.Name) and last.value in ("suppress", "raises", "assertRaises")
