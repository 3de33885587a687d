"""New keyword arguments of a call, in the layout that its arguments have."""

from __future__ import annotations

import libcst as cst

Space = cst.BaseParenthesizableWhitespace


def with_keyword(call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call:
    """The call with `name=value` behind its last argument; comments stay behind what they stand behind."""
    new = cst.Arg(value, cst.Name(name), equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")))
    if not call.args:
        return call.with_changes(args=[new])
    *before, last = call.args
    has_comma = isinstance(last.comma, cst.Comma)
    closing = last.comma.whitespace_after if isinstance(last.comma, cst.Comma) else last.whitespace_after_arg
    kept = last.with_changes(
        comma=cst.Comma(whitespace_after=_between(call, closing, has_comma)),
        whitespace_after_arg=cst.SimpleWhitespace(""),
    )
    if has_comma:
        return call.with_changes(
            args=[*before, kept, new.with_changes(comma=cst.Comma(whitespace_after=_bare(closing)))]
        )
    return call.with_changes(args=[*before, kept, new.with_changes(whitespace_after_arg=_bare(closing))])


def _between(call: cst.Call, closing: Space, has_comma: bool) -> Space:
    """What stands between the last argument and the new one."""
    line = _line(call)
    if isinstance(closing, cst.ParenthesizedWhitespace) and (has_comma or _has_comment(closing)):
        return closing if line is None else closing.with_changes(indent=line.indent, last_line=line.last_line)
    first = call.args[0].comma
    if len(call.args) > 1 and isinstance(first, cst.Comma) and first.whitespace_after.empty is False:
        return _bare(first.whitespace_after)
    return line if line is not None and len(call.args) == 1 else cst.SimpleWhitespace(" ")


def _line(call: cst.Call) -> cst.ParenthesizedWhitespace | None:
    """The break before an argument that begins a line."""
    first = call.args[0].comma
    after = first.whitespace_after if len(call.args) > 1 and isinstance(first, cst.Comma) else None
    for space in (after, call.whitespace_before_args):
        if isinstance(space, cst.ParenthesizedWhitespace):
            return cst.ensure_type(_bare(space), cst.ParenthesizedWhitespace)
    return None


def _has_comment(space: cst.ParenthesizedWhitespace) -> bool:
    return space.first_line.comment is not None or any(line.comment for line in space.empty_lines)


def _bare(space: Space) -> Space:
    """The same break without comments and blank lines."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return space
    line = space.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
    return space.with_changes(first_line=line, empty_lines=[])
