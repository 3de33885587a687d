"""Parentheses that an expression needs where it takes another's place."""

from __future__ import annotations

import libcst as cst

from perflint.rewrites import Replacement

# What binds as closely as a name does.
_CLOSE = (
    *(cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.SimpleString, cst.FormattedString, cst.Ellipsis),
    *(cst.Integer, cst.Float, cst.Imaginary, cst.List, cst.Set, cst.Dict, cst.ListComp, cst.SetComp, cst.DictComp),
)
# Their parentheses are their own, not put around them.
_PARENTHESISED = (cst.Tuple, cst.GeneratorExp)
# Where any expression stands as it is.
_OPEN = (
    *(cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Return, cst.Expr, cst.Arg, cst.Index, cst.Element, cst.If),
    *(cst.While, cst.Assert, cst.DictElement, cst.For, cst.WithItem, cst.Raise, cst.Param),
)


def fitted(old: cst.CSTNode, new: Replacement, parent: cst.CSTNode) -> Replacement:
    """`new` with the parentheses of `old`, or those that its place asks for."""
    if not isinstance(old, cst.BaseExpression) or not isinstance(new, cst.BaseExpression) or new.lpar:
        return new
    around = slice(1 if isinstance(old, _PARENTHESISED) else 0, None)
    if old.lpar[around]:
        return new.with_changes(lpar=old.lpar[around], rpar=old.rpar[: len(old.rpar) - around.start])
    if _is_close_enough(old, new) or (isinstance(parent, _OPEN) and not _is_greedy(new)):
        return new
    return new.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _is_close_enough(old: cst.BaseExpression, new: cst.BaseExpression) -> bool:
    if isinstance(new, _CLOSE):
        return True
    operators = [getattr(node, "operator", None) for node in (old, new)]
    return type(old) is type(new) and type(operators[0]) is type(operators[1])


def _is_greedy(node: cst.BaseExpression) -> bool:
    """`:=` and `yield` may stand bare in few places; in none do they have to."""
    return isinstance(node, cst.NamedExpr | cst.Yield)
