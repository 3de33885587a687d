"""Code that remembers: a statement that runs only until its answer is kept."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.project.nodes import nodes
from perflint.semantics.events import Context, Event, Turn
from perflint.semantics.noted import noted
from perflint.semantics.repetition import inside
from perflint.semantics.trees import stands_in

if TYPE_CHECKING:
    from perflint.semantics.trees import Trees

_FILLING = {"append", "extend", "add", "update", "setdefault"}


def is_remembered(event: Event, loop: Context, trees: Trees) -> bool:
    """Whether a test before it asks for what was kept in an earlier round, in this function or a called one.

    `if key not in found: found[key] = query(key)`, `if self._team is None: self._team = query()`,
    and the same with an early `return self._team`.
    """
    scope: ast.AST = loop.node
    for context in inside(event, loop):
        if context.turn is Turn.FUNCTION and context.symbol is not None:
            scope = trees.function(context.symbol.module, context.symbol.name) or ast.Pass()
        elif context.turn in (Turn.GUARD, Turn.EXIT) and isinstance(context.node, ast.If) and _keeps(context, scope):
            return True
    return False


def _keeps(context: Context, scope: ast.AST) -> bool:
    test = context.node
    assert isinstance(test, ast.If)
    names = _names(scope)
    kept = _names(test).kept if context.turn is Turn.GUARD else names.kept
    asked = _read(test.test)
    asked |= set[str]().union(*(names.sources[name] for name in asked if name in names.sources))
    return any(not _is_set_anew(name, test, names) for name in asked & kept)


@dataclass(frozen=True, slots=True)
class _Names:
    """What the names in some code are used for.

    `kept` are filled: names, attributes, and containers that get an item. `sources` are the names that what is
    assigned to a name is computed from, `bound` the places where a plain name gets a value.
    """

    is_function: bool
    kept: frozenset[str]
    sources: Mapping[str, set[str]]
    bound: Mapping[str, list[ast.Name]]
    parameters: frozenset[str]
    outer: frozenset[str]  # global and nonlocal


@noted
def _names(scope: ast.AST) -> _Names:
    kept: set[str] = set()
    sources: dict[str, set[str]] = defaultdict(set)
    bound: dict[str, list[ast.Name]] = defaultdict(list)
    parameters: set[str] = set()
    outer: set[str] = set()
    for node in nodes(scope):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                bound[node.id].append(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            kept.update(dotted(target.value if isinstance(target, ast.Subscript) else target) for target in targets)
            if isinstance(node, ast.Assign):
                for target in targets:
                    sources[dotted(target)] |= _read(node.value)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in _FILLING:
                kept.add(dotted(node.func.value))
        elif isinstance(node, ast.arg):
            parameters.add(node.arg)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            outer.update(node.names)
    is_function = isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef)
    return _Names(is_function, frozenset(kept - {""}), sources, bound, frozenset(parameters), frozenset(outer))


def _read(node: ast.AST) -> set[str]:
    """The names and chains of attributes in an expression."""
    return {name for part in nodes(node) if isinstance(part, ast.Name | ast.Attribute) and (name := dotted(part))}


def _is_set_anew(name: str, test: ast.If, names: _Names) -> bool:
    """Whether a plain name gets a value outside of the tested branch too, so that no round hears of another."""
    if "." in name:
        return False
    if not names.is_function or name in names.outer:
        return any(not stands_in(node, test) for node in names.bound.get(name, ()))
    return name in names.bound or name in names.parameters
