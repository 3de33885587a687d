"""Memo guards: objects that are kept and looked up first, so that they are built once however often the code runs.

The forms are those of the catalogue of service rules, section 1.3: a place that outlives the call
(an attribute, an item of a mapping, a global, a context variable) is asked before and filled after.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from perflint.project.nodes import nodes
from perflint.semantics.stores import (
    Texts,
    all_bindings,
    attribute_text,
    bindings,
    by_methods,
    foreign_names,
    inside,
    kept_in,
)
from perflint.semantics.trees import FunctionNode, parents

_BLOCKS = ("body", "orelse", "finalbody")
_LITTLE = 6  # statements of a look-up
_RUN_OUT = re.compile(r"(^|[ _])(expired|expires|expiry|expiration|expires_(at|in|on)|stale)($|[ _])")
_GRANTED = re.compile(r"token|cred")
_ASKING = re.compile(r"_*(get|find|lookup|look_up|load|read|fetch|retrieve|cached)")


def is_kept(function: FunctionNode, node: ast.expr) -> bool:
    """Whether what `node` makes goes to a place that `function` asks first, and fills when it finds nothing."""
    kept = kept_in(function, node)
    if kept and not kept.isdisjoint(_with_sources(function, _asked(parents(function), node))):
        return True
    return _is_done_once(function, node) or any(_asks_for_end(test) for test, _ in _tests(parents(function), node))


def _asks_for_end(test: ast.expr) -> bool:
    """Whether a test finds that what was got before has run out: a token that expired, credentials no longer valid."""
    words = " ".join(_words(test)).lower()
    if _RUN_OUT.search(words):
        return True
    denied = (part.operand for part in nodes(test) if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not))
    return bool(_GRANTED.search(words)) and any("valid" in _words(operand) for operand in denied)


def _words(node: ast.AST) -> set[str]:
    """The names, attributes and texts in an expression, those of what is called apart."""
    called = {id(part.func) for part in nodes(node) if isinstance(part, ast.Call)}
    found: set[str] = set()
    for part in nodes(node):
        match part:
            case ast.Attribute(attr=word) | ast.Name(id=word) if id(part) not in called:
                found.add(word)
            case ast.Constant(value=str(word)):
                found.add(word)
    return found


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
                text = ast.unparse(target)
                if text in asked and (isinstance(target, ast.Attribute) or text in foreign):
                    return True
    return False


def _with_sources(function: FunctionNode, texts: Texts) -> Texts:
    """The texts, and for each plain name among them those of the place where it was looked up."""
    found = set(texts)
    for _ in range(2):
        for targets, value in all_bindings(function):
            is_asked = any(isinstance(target, ast.Name) and target.id in found for target in targets)
            if is_asked and _looks_up(value):
                found |= _mentioned(value)
    return found


def _looks_up(value: ast.expr) -> bool:
    """Whether an expression reads one place: `self._client`, `clients[key]`, `cache.get(key)`."""
    match value:
        case ast.Await(value=inner) | ast.NamedExpr(value=inner):
            return _looks_up(inner)
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id="getattr" as name)):
            return bool(_ASKING.match(name))
    return isinstance(value, ast.Name | ast.Attribute | ast.Subscript)


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
    """Whether the statement leaves the function with what it finds, and does little else."""
    if not isinstance(statement, ast.If | ast.For | ast.Try | ast.With | ast.AsyncWith):
        return False
    parts = [part for part in nodes(statement) if isinstance(part, ast.stmt)]
    return len(parts) <= _LITTLE and any(isinstance(part, ast.Return) and part.value is not None for part in parts)


def _mentioned(node: ast.AST) -> Texts:
    """The texts of the names, attributes and containers that are read; `hasattr(x, "y")` reads `x.y`."""
    found: Texts = set()
    for part in nodes(node):
        match part:
            case ast.Subscript(value=holder):
                found |= {ast.unparse(part), inside(holder)}
            case ast.Name() | ast.Attribute():
                found.add(ast.unparse(part))
            case ast.Call(func=ast.Name(id="hasattr" | "getattr"), args=[owner, name, *_]):
                found.add(attribute_text(owner, name))
            case ast.Call(func=ast.Attribute(value=holder, attr=name), args=keys) if _ASKING.match(name):
                found |= {by_methods(holder), inside(holder)}
                found.update(f"{ast.unparse(holder)}[{ast.unparse(key)}]" for key in keys[:1])
            case ast.Compare(left=name, ops=[ast.In() | ast.NotIn()], comparators=[owner]):
                found |= {inside(owner), f"{ast.unparse(owner)}[{ast.unparse(name)}]"}
                if isinstance(owner, ast.Attribute):
                    found.add(attribute_text(owner.value, name))  # `"x" in self.__dict__`
            case ast.For(iter=holder) | ast.comprehension(iter=holder):
                found.add(inside(holder))
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
