"""One more name in a `from` import, in the layout that the import has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from perflint.rewrites import Import

# Where nothing says how long a line may be, the formatters' own default.
WIDTH = 88
_ORDERS: tuple[Callable[[str], Any], ...] = (lambda name: (_rank(name), name), str.lower, str)


def extended(node: cst.ImportFrom, wanted: Import) -> cst.ImportFrom:
    """`node` with the name of `wanted`, in its sorted place if the names are sorted."""
    assert not isinstance(node.names, cst.ImportStar)
    alias = cst.AsName(cst.Name(wanted.alias)) if wanted.alias not in ("", wanted.name) else None
    new = cst.ImportAlias(cst.Name(wanted.name), alias)
    place = _place([known.evaluated_name for known in node.names], wanted.name)
    if place == len(node.names):
        return _appended(node, new)
    comma = cst.Comma(whitespace_after=_separator(node))
    names = [*node.names[:place], new.with_changes(comma=comma), *node.names[place:]]
    return node.with_changes(names=names)


def wrapped(node: cst.ImportFrom, indent: str) -> cst.ImportFrom:
    """`node` with each name on a line of its own, in parentheses."""
    assert not isinstance(node.names, cst.ImportStar)
    *others, last = node.names
    between, end = cst.Comma(whitespace_after=_line_end(indent)), cst.Comma(whitespace_after=_line_end(""))
    names = [*(other.with_changes(comma=between) for other in others), last.with_changes(comma=end)]
    return node.with_changes(names=names, lpar=cst.LeftParen(_line_end(indent)), rpar=cst.RightParen())


def _rank(name: str) -> int:
    """Constants, classes, the rest: isort's `order_by_type`, which is the default."""
    if name.isupper() and len(name) > 1:
        return 0
    return 1 if name[:1].isupper() else 2


def _place(names: Sequence[str], name: str) -> int:
    for order in _ORDERS:
        keys = [order(known) for known in names]
        if keys == sorted(keys):
            return bisect_right(keys, order(name))
    return len(names)


def _line_end(indent: str) -> cst.ParenthesizedWhitespace:
    return cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(indent))


def _separator(node: cst.ImportFrom) -> cst.BaseParenthesizableWhitespace:
    """What stands between two names: line ends if each name has its own line."""
    assert not isinstance(node.names, cst.ImportStar)
    spaces = [alias.comma.whitespace_after for alias in node.names[:-1] if isinstance(alias.comma, cst.Comma)]
    spaces = spaces or [node.lpar.whitespace_after if node.lpar else cst.SimpleWhitespace("")]
    lines = [space for space in spaces if isinstance(space, cst.ParenthesizedWhitespace)]
    if len(lines) < len(spaces):
        return cst.SimpleWhitespace(" ")
    return lines[0].with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())


def _appended(node: cst.ImportFrom, new: cst.ImportAlias) -> cst.ImportFrom:
    assert not isinstance(node.names, cst.ImportStar)
    *others, last = node.names
    has_comma = isinstance(last.comma, cst.Comma)
    between, end = _shared(_separator(node), _closing(node, last))
    last = last.with_changes(comma=cst.Comma(whitespace_after=between))
    if has_comma:
        return node.with_changes(names=[*others, last, new.with_changes(comma=cst.Comma(whitespace_after=end))])
    rpar = node.rpar.with_changes(whitespace_before=end) if node.rpar else None
    return node.with_changes(names=[*others, last, new], rpar=rpar)


def _closing(node: cst.ImportFrom, last: cst.ImportAlias) -> cst.BaseParenthesizableWhitespace:
    """What stands behind the last name and its comma."""
    if isinstance(last.comma, cst.Comma):
        return last.comma.whitespace_after
    return node.rpar.whitespace_before if node.rpar else cst.SimpleWhitespace("")


def _shared(
    separator: cst.BaseParenthesizableWhitespace, closing: cst.BaseParenthesizableWhitespace
) -> tuple[cst.BaseParenthesizableWhitespace, cst.BaseParenthesizableWhitespace]:
    """What goes behind the old last name and the new one; a comment stays with the old one."""
    if not isinstance(separator, cst.ParenthesizedWhitespace) or not isinstance(closing, cst.ParenthesizedWhitespace):
        return separator, closing
    between = closing.with_changes(last_line=separator.last_line, indent=separator.indent)
    return between, closing.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())
