"""The body of a loop as a rewrite sees it: its one statement, the names it changes, what it may be asked beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import libcst as cst

from perflint.project.symbols import Kind
from perflint.semantics.context import Context
from perflint.semantics.values import Method, Ref, Unknown
from perflint.semantics.walk import walk

# Methods that give a value and change nothing, whatever they are called on.
_PURE = {
    *(
        "get",
        "items",
        "keys",
        "values",
        "copy",
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "format",
        "split",
    ),
    *("replace", "join", "encode", "decode", "isoformat", "date", "time", "total_seconds", "model_dump", "dict", "hex"),
    *("now", "utcnow", "today", "startswith", "endswith", "removeprefix", "removesuffix"),
}
_WIDTH = 80  # of a comprehension that stays on one line
_PLAIN = (
    *(
        cst.Name,
        cst.Attribute,
        cst.Subscript,
        cst.SubscriptElement,
        cst.Index,
        cst.Slice,
        cst.Arg,
        cst.Element,
        cst.IfExp,
    ),
    *(
        cst.Integer,
        cst.Float,
        cst.SimpleString,
        cst.ConcatenatedString,
        cst.FormattedString,
        cst.FormattedStringExpression,
    ),
    *(cst.BinaryOperation, cst.UnaryOperation, cst.Comparison, cst.ComparisonTarget, cst.BooleanOperation),
    *(cst.Dict, cst.DictElement, cst.StarredDictElement, cst.List, cst.Tuple, cst.Set, cst.FormattedStringText),
)


@dataclass(frozen=True, slots=True)
class Lone:
    """A statement that is all its loop does: `for item in items: call(item)`."""

    loop: cst.For
    line: cst.SimpleStatementLine
    call: cst.Call
    is_awaited: bool


def lone(loop: cst.CSTNode | None, call: cst.Call) -> Lone | None:
    """The loop's body when it is nothing but the call."""
    if not isinstance(loop, cst.For) or loop.orelse is not None:
        return None
    line = only_line(loop)
    if line is None or len(line.body) != 1 or not isinstance(line.body[0], cst.Expr):
        return None
    value = line.body[0].value
    inner = value.expression if isinstance(value, cst.Await) else value
    return Lone(loop, line, call, inner is not value) if inner is call else None


def only_line(loop: cst.For) -> cst.SimpleStatementLine | None:
    """The one line of the body."""
    if isinstance(loop.body, cst.SimpleStatementSuite):
        return cst.SimpleStatementLine(loop.body.body) if len(loop.body.body) == 1 else None
    lines = list(loop.body.body)
    return lines[0] if len(lines) == 1 and isinstance(lines[0], cst.SimpleStatementLine) else None


def in_place_of(loop: cst.For, line: cst.SimpleStatementLine) -> cst.SimpleStatementLine:
    """A line of the body where the loop stood, with the comments of both."""
    return line.with_changes(leading_lines=[*loop.leading_lines, *line.leading_lines])


def names_in(*nodes: cst.CSTNode) -> set[str]:
    """Every plain name that is read or bound in the nodes."""
    return {part.value for node in nodes for part in walk(node) if isinstance(part, cst.Name)}


def bound_in(loop: cst.For) -> set[str]:
    """The names that the loop gives a value in each round, its target's included."""
    found = names_in(loop.target)
    for part in walk(loop.body):
        match part:
            case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.AnnAssign(target=target):
                found |= names_in(target)
            case cst.NamedExpr(target=target) | cst.For(target=target) | cst.CompFor(target=target):
                found |= names_in(target)
            case cst.AsName(name=name):
                found |= names_in(name)
    return found


def is_plain(node: cst.BaseExpression, ctx: Context) -> bool:
    """Whether evaluating it earlier gives the same and changes nothing: names, arithmetic, known methods."""
    for part in walk(node):
        if isinstance(part, cst.Call):
            if not _is_pure(part, ctx):
                return False
        elif not isinstance(part, _PLAIN):
            return False
    return True


def _is_pure(call: cst.Call, ctx: Context) -> bool:
    value = ctx.value(call.func)
    if ctx.runs(call) or ctx.loads(call):
        return False
    if isinstance(value, Ref) and value.symbol.kind is Kind.EXTERNAL:
        package = value.symbol.name.partition(".")[0]
        return (
            package in ("builtins", "datetime", "decimal", "uuid") or value.symbol.name == "django.utils.timezone.now"
        )
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    return isinstance(value, Method) and isinstance(value.receiver, Unknown) and name in _PURE


def is_used_outside(name: str, inside: cst.CSTNode, ctx: Context) -> bool:
    """Whether the function (or the module) names it anywhere but in `inside`."""
    scope = ctx.scope(inside)
    own = sum(1 for part in walk(inside) if isinstance(part, cst.Name) and part.value == name)
    return sum(1 for part in walk(scope) if isinstance(part, cst.Name) and part.value == name) > own


def fresh(base: str, at: cst.CSTNode, ctx: Context) -> str:
    """A name that the function does not use: `base`, or with a number."""
    scope = ctx.scope(at)
    taken = names_in(scope) | _parameters(scope) | _module_names(ctx)
    number, name = 2, base
    while name in taken:
        name, number = f"{base}{number}", number + 1
    return name


def _parameters(scope: cst.CSTNode) -> set[str]:
    from perflint.codemods.parameters import names

    return names(scope) if isinstance(scope, cst.FunctionDef) else set()


def _module_names(ctx: Context) -> set[str]:
    facts = ctx.project.file(ctx.module)
    return {fact.local for fact in facts.imports} | {fact.name for fact in facts.assigns} if facts else set()


def each(expression: cst.BaseExpression, loop: cst.For, ctx: Context) -> str:
    """`[expression for target in iterable]` as text, with the await of an asynchronous loop; long ones over lines."""
    code = ctx.code
    keyword = "async for" if loop.asynchronous is not None else "for"
    element, clause = code(expression), f"{keyword} {code(loop.target)} in {code(_bare(loop.iter))}"
    if len(element) + len(clause) < _WIDTH and element.isprintable() and clause.isprintable():
        return f"[{element} {clause}]"
    between = ctx.newline + ctx.indent
    inner = element if '"""' in element else element.replace(ctx.newline, between)
    return f"[{between}{inner}{between}{clause}{ctx.newline}]"


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.with_changes(lpar=[], rpar=[]) if isinstance(node, cst.Tuple) is False and node.lpar else node


def statements(texts: Iterable[str], ctx: Context) -> list[cst.BaseStatement]:
    """Lines parsed in the layout of the module."""
    return [_statement(text, ctx) for text in texts]


def _statement(text: str, ctx: Context) -> cst.BaseStatement:
    parsed = cst.parse_statement(text, config=ctx.config)
    assert isinstance(parsed, cst.BaseStatement)
    return parsed


def lines(loop: cst.For) -> list[cst.SimpleStatementLine]:
    """The body's lines when it has nothing but lines; an empty list otherwise."""
    if loop.orelse is not None or not isinstance(loop.body, cst.IndentedBlock):
        return []
    found = [line for line in loop.body.body if isinstance(line, cst.SimpleStatementLine)]
    return found if len(found) == len(loop.body.body) else []


def is_statement(line: cst.SimpleStatementLine, call: cst.Call) -> bool:
    """Whether the line is the call, or its await."""
    match list(line.body):
        case [cst.Expr(value=cst.Await(expression=value))] | [cst.Expr(value=value)]:
            return value is call
    return False


def is_awaited(line: cst.SimpleStatementLine) -> bool:
    """Whether the line is an `await` of a call."""
    return isinstance(line.body[0], cst.Expr) and isinstance(line.body[0].value, cst.Await)


def is_method_of_target(call: cst.Call, loop: cst.For) -> bool:
    """`o.save()` in `for o in …`."""
    match call.func, loop.target:
        case cst.Attribute(value=cst.Name(value=name)), cst.Name(value=target):
            return name == target
    return False
