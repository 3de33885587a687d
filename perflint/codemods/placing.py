"""Putting new statements between a module's own, with the blank lines that formatters ask for."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
_BLANK = cst.EmptyLine(indent=False)


def insert(module: cst.Module, index: int, new: Statement, before: int = 0, after: int = 0) -> cst.Module:
    """`new` in front of the module's statement `index`, with at least so many blank lines around it.

    Behind it a function or a class has two, if it has to have any.
    """
    if index == 0:
        module = with_head_apart(module)
        before = _still_missing(module.header, before)
    behind = list(module.body[index:])
    if behind and after:
        behind[0] = with_blank_lines(behind[0], max(after, gap(behind[0])))
    return module.with_changes(body=[*module.body[:index], with_blank_lines(new, before), *behind])


def lead(module: cst.Module, index: int, new: Statement) -> cst.Module:
    """`new` as the first line of the paragraph that begins with the module's statement `index`."""
    if index == 0:
        module = with_head_apart(module)
    old = module.body[index]
    cut = blank_lines(old)
    new = new.with_changes(leading_lines=old.leading_lines[:cut])
    old = old.with_changes(leading_lines=old.leading_lines[cut:])
    return module.with_changes(body=[*module.body[:index], new, old, *module.body[index + 1 :]])


def gap(statement: Statement) -> int:
    """How many blank lines formatters put around `statement` at the top level."""
    return 2 if isinstance(statement, cst.FunctionDef | cst.ClassDef) else 1


def with_blank_lines(statement: Statement, count: int) -> Statement:
    """`statement` with at least `count` blank lines above it and its comments."""
    missing = max(0, count - blank_lines(statement))
    return statement.with_changes(leading_lines=[*[_BLANK] * missing, *statement.leading_lines])


def blank_lines(statement: Statement) -> int:
    """How many blank lines stand above `statement` and its comments."""
    comments = (index for index, line in enumerate(statement.leading_lines) if line.comment)
    return next(comments, len(statement.leading_lines))


def with_head_apart(module: cst.Module) -> cst.Module:
    """The module with what stands directly above its first statement given to that statement.

    LibCST calls all of it the module's header. Without a blank line in it, it is the file's own:
    a licence, `#!`, the encoding.
    """
    if not module.body:
        return module
    cut = _own_lines(module.header)
    first = module.body[0]
    first = first.with_changes(leading_lines=[*module.header[cut:], *first.leading_lines])
    return module.with_changes(header=module.header[:cut], body=[first, *module.body[1:]])


def _own_lines(header: Sequence[cst.EmptyLine]) -> int:
    """How many lines of the header are the file's; a comment directly above the first statement is that one's."""
    blanks = [index for index, line in enumerate(header) if not line.comment]
    if not blanks:
        return len(header)
    if blanks[-1] < len(header) - 1:
        return blanks[-1] + 1
    return max((index + 1 for index, line in enumerate(header) if line.comment), default=0)


def _still_missing(header: Sequence[cst.EmptyLine], count: int) -> int:
    """How many blank lines the file's own comments lack below them."""
    if not header:
        return 0
    return count if header[-1].comment else max(0, count - 1)
