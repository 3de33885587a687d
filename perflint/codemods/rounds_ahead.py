"""What can be asked once, ahead of a loop: the loop in the source, the keys of its rounds, the lines before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from perflint.codemods.iterables import is_list
from perflint.codemods.loop_bodies import fresh, names_in, statements
from perflint.rewrites import Replacement
from perflint.semantics.context import Context
from perflint.semantics.events import Context as Loop
from perflint.semantics.values import Query, Rows, options

Line = cst.SimpleStatementLine | cst.BaseCompoundStatement


@dataclass(frozen=True, slots=True)
class Rounds:
    """A loop whose iterable may be read twice. `line` is the statement that it is, or stands in."""

    loop: cst.For | cst.CompFor
    line: Line
    names: frozenset[str]  # what differs from round to round

    @property
    def target(self) -> cst.BaseExpression:
        return self.loop.target

    @property
    def iterable(self) -> cst.BaseExpression:
        return self.loop.iter


def rounds_of(loop: Loop, ctx: Context) -> Rounds | None:
    """The loop as a rewrite sees it; None where nothing can be put before it, or its iterable is used up by reading."""
    node = ctx.concrete(loop.node)
    if isinstance(node, cst.For):
        clause: cst.For | cst.CompFor = node
        line: Line | None = node
    elif isinstance(node, cst.ListComp | cst.SetComp | cst.DictComp) and node.for_in.inner_for_in is None:
        clause, line = node.for_in, _line_of(node, ctx)
    else:
        return None
    is_asynchronous = clause.asynchronous is not None
    if line is None or is_asynchronous or not isinstance(ctx.parents.get(line), cst.IndentedBlock | cst.Module):
        return None
    return Rounds(clause, line, loop.dependents) if _is_read_twice(clause.iter, ctx) else None


def _line_of(node: cst.CSTNode, ctx: Context) -> cst.SimpleStatementLine | None:
    """The line of a comprehension that is evaluated whenever its line is."""
    for parent in ctx.ancestors(node):
        if isinstance(parent, cst.SimpleStatementLine):
            return parent
        if isinstance(parent, cst.IfExp | cst.BooleanOperation | cst.Lambda | cst.BaseComp | cst.CompFor | cst.CompIf):
            return None
    return None


def _is_read_twice(node: cst.BaseExpression, ctx: Context) -> bool:
    if is_list(node, ctx):
        return True
    value = ctx.value(node)
    return all(isinstance(one, Rows) or (isinstance(one, Query) and one.library == "django") for one in options(value))


@dataclass(frozen=True, slots=True)
class Keys:
    """An expression for the keys of all rounds, the lines that it needs first, and the loop's iterable after them."""

    text: str
    lines: tuple[str, ...]
    iterable: cst.BaseExpression


def keys_of(rounds: Rounds, key: cst.BaseExpression, ctx: Context) -> Keys | None:
    """The keys of all rounds. `key` must be computed from the loop's target alone, by attributes and items."""
    code = ctx.tree.code_for_node
    if not _is_path(key) or names_in(key) - names_in(rounds.target):
        return None
    lines: tuple[str, ...] = ()
    iterable = rounds.iterable
    if not isinstance(iterable, cst.Name):
        name = fresh(_plural(rounds, ctx), rounds.line, ctx)
        lines, iterable = (f"{name} = {code(iterable)}",), cst.Name(name)
    whole = isinstance(key, cst.Name) and isinstance(rounds.target, cst.Name)
    text = code(iterable) if whole else f"[{code(key)} for {code(rounds.target)} in {code(iterable)}]"
    return Keys(text, lines, iterable)


def _is_path(node: cst.BaseExpression) -> bool:
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def _plural(rounds: Rounds, ctx: Context) -> str:
    target = rounds.target
    return plural(target.value) if isinstance(target, cst.Name) else "elements"


def plural(word: str) -> str:
    """`orders` for `order`, `categories` for `category`."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def snake(name: str) -> str:
    """`order_item` for `OrderItem`."""
    parts = [f"_{char.lower()}" if char.isupper() and index else char.lower() for index, char in enumerate(name)]
    return "".join(parts)


def put_ahead(
    rounds: Rounds,
    lines: Sequence[str],
    iterable: cst.BaseExpression,
    changes: Sequence[tuple[cst.CSTNode, cst.CSTNode]],
    ctx: Context,
) -> tuple[tuple[cst.CSTNode, Replacement], ...]:
    """The rewrite of the loop's statement: the new lines before it, the loop over `iterable`, and the changes in it."""
    line: cst.CSTNode = rounds.line
    for old, new in [*changes, *([(rounds.iterable, iterable)] if iterable is not rounds.iterable else [])]:
        line = line.deep_replace(old, new)
    ahead = statements(lines, ctx)
    return ((rounds.line, cst.FlattenSentinel([*ahead, line])),)
