"""Memo guards: objects that are kept and looked up first, so that they are built once however often the code runs.

The forms are those of the catalogue of service rules, section 1.3: a place that outlives the call
(an attribute, an item of a mapping, a global, a context variable) is asked before and filled after.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from perflint.semantics.stores import Texts, attribute_text, bindings, foreign_names, kept_in, place
from perflint.semantics.trees import FunctionNode, parents

_BLOCKS = ("body", "orelse", "finalbody")
_ASKING = re.compile(r"_*(get|find|lookup|look_up|load|read|fetch|retrieve|cached)")


def is_kept(function: FunctionNode, node: ast.expr) -> bool:
    """Whether what `node` makes goes to a place that `function` asks first, and fills when it finds nothing."""
    places = kept_in(function, node)
    if places and not places.isdisjoint(_with_sources(function, _asked(parents(function), node))):
        return True
    return _is_done_once(function, node)


def replaced_parameter(function: FunctionNode, node: ast.expr) -> str:
    """The optional parameter in whose place `node` makes an object: `session = session or ClientSession()`."""
    optional = set(_optional(function))
    names = (_tested_for_none(test) for test, _ in _tests(parents(function), node))
    return next((name for name in names if name in optional), "")


def _is_done_once(function: FunctionNode, node: ast.expr) -> bool:
    """Whether a flag that outlives the call says that it is done: `if not self.started: self.started = True`."""
    foreign = foreign_names(function)
    for test, body in _tests(parents(function), node):
        asked = _mentioned(test)
        for targets, _ in (pair for statement in body for pair in bindings(statement)):
            for target in targets:
                flag = target.id if isinstance(target, ast.Name) and target.id in foreign else place(target)
                if flag and flag in asked:
                    return True
    return False


def _with_sources(function: FunctionNode, texts: Texts) -> Texts:
    """The texts, and for each plain name among them those of what is bound to it."""
    found = set(texts)
    for _ in range(2):
        for targets, value in bindings(function):
            if any(isinstance(target, ast.Name) and target.id in found for target in targets):
                found |= _mentioned(value)
    return found


def _asked(above: Mapping[ast.AST, ast.AST], node: ast.expr) -> Texts:
    """The texts of all that decides whether `node` runs: tests around it, `try` bodies, and returns before it."""
    asked: Texts = set()
    for test, _ in _tests(above, node):
        asked |= _mentioned(test)
    for step, outer in _steps(above, node):
        if isinstance(step, ast.ExceptHandler) and isinstance(outer, ast.Try):
            asked = asked.union(*map(_mentioned, outer.body))
        for earlier in _before(outer, step):
            if _returns(earlier):
                asked |= _mentioned(earlier)
    return asked


def _tests(above: Mapping[ast.AST, ast.AST], node: ast.expr) -> Iterator[tuple[ast.expr, list[ast.stmt]]]:
    """The conditions under which `node` runs, innermost first, and the block that stands under each."""
    for step, outer in _steps(above, node):
        match outer:
            case ast.If(test=test, body=body) | ast.While(test=test, body=body) if step is not test:
                yield test, body if step in body else []
            case ast.IfExp(test=test) if step is not test:
                yield test, []
            case ast.BoolOp(values=values):
                for value in values[: values.index(step)]:  # type: ignore[arg-type]
                    yield value, []


def _steps(above: Mapping[ast.AST, ast.AST], node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Each node on the way up, and what it stands in."""
    while (outer := above.get(node)) is not None:
        yield node, outer
        node = outer


def _before(outer: ast.AST, step: ast.AST) -> list[ast.stmt]:
    """The statements before `step` in its block."""
    for block in (getattr(outer, name, None) for name in _BLOCKS):
        if isinstance(block, list) and step in block:
            return block[: block.index(step)]
    return []


def _returns(statement: ast.stmt) -> bool:
    """Whether the statement may leave the function with a value."""
    if not isinstance(statement, ast.If | ast.For | ast.Try | ast.With | ast.AsyncWith):
        return False
    return any(isinstance(part, ast.Return) and part.value is not None for part in ast.walk(statement))


def _mentioned(node: ast.AST) -> Texts:
    """The texts of the names, attributes and containers that are read; `hasattr(x, "y")` reads `x.y`."""
    found: Texts = set()
    for part in ast.walk(node):
        match part:
            case ast.Name() | ast.Attribute():
                found.add(ast.unparse(part))
            case ast.Call(func=ast.Name(id="hasattr" | "getattr"), args=[owner, name, *_]):
                found.add(attribute_text(owner, name))
            case ast.Call(func=ast.Attribute(value=holder, attr=name)) if _ASKING.match(name):
                found.add(f"{ast.unparse(holder)}.*")
            case ast.Compare(left=name, ops=[ast.In() | ast.NotIn()], comparators=[ast.Attribute(value=owner)]):
                found.add(attribute_text(owner, name))  # `"x" in self.__dict__`
    return found - {"self", "cls"}


def _tested_for_none(test: ast.expr) -> str:
    """The name in `x is None`, `x is not None`, `not x` or `x`."""
    match test:
        case ast.Compare(left=ast.Name(id=name), comparators=[ast.Constant(value=None)]):
            return name
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)) | ast.Name(id=name):
            return name
    return ""


def _optional(function: FunctionNode) -> Iterator[str]:
    """The parameters whose default is None."""
    normal = [*function.args.posonlyargs, *function.args.args]
    defaults = function.args.defaults
    pairs = [*zip(normal[len(normal) - len(defaults) :], defaults, strict=True)]
    for arg, default in (*pairs, *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)):
        if isinstance(default, ast.Constant) and default.value is None:
            yield arg.arg
