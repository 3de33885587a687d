"""Whether a setting's value is there: literals, names, environment variables with defaults."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from enum import Enum

from perflint.project.callgraph import CallGraph
from perflint.project.facts import callee_of, dotted, expression
from perflint.project.instances import Instance
from perflint.project.symbols import Kind, Symbol
from perflint.project.trees import Tree


class Truth(Enum):
    """What a setting comes to. An empty string, None and Celery's `disabled://` are NO."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_DEPTH = 5
_READS = frozenset(["getenv", "config", "env", "url"])
_OPTIONAL = ("getenv", "environ.get")  # give None without a default; other readers raise


def truth(graph: CallGraph, tree: Tree, node: ast.expr) -> Truth:
    """What a value written in a file comes to."""
    return _truth(graph, tree.facts.module, tree.scope(node), node, 0)


def _truth(graph: CallGraph, module: str, scope: str, node: ast.expr, depth: int) -> Truth:
    def again(inner: ast.expr) -> Truth:
        return _truth(graph, module, scope, inner, depth + 1)

    if depth > _DEPTH:
        return Truth.UNKNOWN
    match node:
        case ast.Constant(value=value):
            return Truth.NO if not value or str(value).startswith("disabled") else Truth.YES
        case ast.JoinedStr() | ast.BinOp(left=ast.Constant()):
            return Truth.YES
        case ast.BoolOp(op=ast.Or(), values=values):
            return _any(map(again, values))
        case ast.IfExp(body=body, orelse=orelse):
            return _all([again(body), again(orelse)])
        case ast.Subscript(value=value) if dotted(value).endswith("environ"):
            return Truth.YES
        case ast.Call():
            return _called(node, again)
        case ast.Name() | ast.Attribute():
            return _named(graph, module, scope, dotted(node), depth)
    return Truth.UNKNOWN


def _called(call: ast.Call, again: Callable[[ast.expr], Truth]) -> Truth:
    """Readers of the environment, by their usual names, and changes of a string."""
    callee = callee_of(call.func)
    if callee == "str" and call.args:
        return again(call.args[0])
    if isinstance(call.func, ast.Attribute) and call.func.attr in ("replace", "format", "strip", "rstrip", "lower"):
        return again(call.func.value)
    if callee.rpartition(".")[2] not in _READS and not callee.startswith(("env", "os.environ", "config")):
        return Truth.UNKNOWN
    given = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "default")]
    if given:
        return again(given[-1])
    return Truth.UNKNOWN if callee.endswith(_OPTIONAL) else Truth.YES


def _named(graph: CallGraph, module: str, scope: str, name: str, depth: int) -> Truth:
    symbol = graph.symbols.resolve(module, name, scope) if name else None
    if symbol is None or symbol.kind is not Kind.VARIABLE:
        symbol = _member(graph, module, scope, name) or _django_setting(graph, symbol)
    if symbol is None:
        return Truth.UNKNOWN
    texts = [text for text in graph.symbols.assigns(symbol) if text]
    trees = [tree for text in texts if (tree := expression(text)) is not None]
    if not trees and symbol.name.count("."):  # a required field of a settings class
        return Truth.YES
    owner = symbol.name.rpartition(".")[0]
    return _any(_truth(graph, symbol.module, owner, tree, depth + 1) for tree in trees)


def _member(graph: CallGraph, module: str, scope: str, name: str) -> Symbol | None:
    """The class attribute behind `settings.redis_url`, where `settings` is an object of a project class."""
    receiver, _, attribute = name.rpartition(".")
    holder = graph.instances.thing(module, scope, receiver) if receiver else None
    owner = holder.of if isinstance(holder, Instance) else holder
    found = graph.symbols.attribute(owner, attribute) if owner and owner.kind is Kind.CLASS else None
    return found if found and found.kind is Kind.VARIABLE else None


def _django_setting(graph: CallGraph, symbol: Symbol | None) -> Symbol | None:
    """`django.conf.settings.X` is X of a settings module."""
    if symbol is None or not symbol.name.startswith("django.conf.settings."):
        return None
    name = symbol.name.rpartition(".")[2]
    for module, facts in graph.symbols.files.items():
        if "settings" in module and any(assign.name == name for assign in facts.assigns):
            return Symbol(Kind.VARIABLE, name, module)
    return None


def _any(found: Iterable[Truth]) -> Truth:
    known = list(found)
    if Truth.YES in known:
        return Truth.YES
    return Truth.NO if known and set(known) == {Truth.NO} else Truth.UNKNOWN


def _all(found: Iterable[Truth]) -> Truth:
    known = set(found)
    return known.pop() if len(known) == 1 else Truth.UNKNOWN
