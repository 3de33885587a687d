"""Names for what a fix puts beside a model's rows: `user`, `users_by_id`, `order_count`."""

from __future__ import annotations

import keyword
import re

import libcst as cst

from perflint.codemods.loop_bodies import fresh
from perflint.codemods.loop_places import Place
from perflint.project.symbols import Symbol
from perflint.semantics.context import Context
from perflint.semantics.walk import walk

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def singular(model: Symbol) -> str:
    """`order_item` for OrderItem."""
    name = _WORD.sub("_", model.name.rpartition(".")[2].strip("_")).lower()
    return "row" if keyword.iskeyword(name) or not name.isidentifier() else name


def plural(model: Symbol) -> str:
    """`order_items` for OrderItem, `categories` for Category."""
    name = singular(model)
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "z", "ch", "sh")) else f"{name}s"


def is_free(name: str, place: Place, ctx: Context) -> bool:
    """Whether it is a name, and neither the function nor the module uses it."""
    return name.isidentifier() and not keyword.iskeyword(name) and fresh(name, place.statement, ctx) == name


def loop_variable(model: Symbol, place: Place, ctx: Context) -> str:
    """A name for a new `for` in front of the loop that nothing else of the function sees afterwards; empty for none."""
    scope = ctx.scope(place.statement)
    return next((name for name in (singular(model), "row", "each") if _is_unseen(name, scope, place, ctx)), "")


def _is_unseen(name: str, scope: cst.CSTNode, place: Place, ctx: Context) -> bool:
    """Whether each place that reads the name has it from a loop or comprehension around."""
    if is_free(name, place, ctx):
        return True
    if not isinstance(scope, cst.FunctionDef) or name in {param.name.value for param in _parameters(scope)}:
        return False
    used = [part for part in walk(scope.body) if isinstance(part, cst.Name) and part.value == name]
    return all(_is_bound_around(part, scope, ctx) for part in used)


def _parameters(scope: cst.FunctionDef) -> list[cst.Param]:
    return [part for part in walk(scope.params) if isinstance(part, cst.Param)]


def _is_bound_around(name: cst.Name, scope: cst.FunctionDef, ctx: Context) -> bool:
    inner: cst.CSTNode = name
    for part in ctx.ancestors(name):
        if part is scope:
            return False
        match part:
            case cst.For(target=target) if inner is not part.iter:
                if _names(target, name.value):
                    return True
            case cst.ListComp() | cst.SetComp() | cst.DictComp() | cst.GeneratorExp():
                clause = part.for_in
                if _names(clause.target, name.value) and not _is_in(name, clause.iter, ctx):
                    return True
        inner = part
    return False


def _names(target: cst.BaseExpression, name: str) -> bool:
    return any(isinstance(part, cst.Name) and part.value == name for part in walk(target))


def _is_in(name: cst.Name, node: cst.CSTNode, ctx: Context) -> bool:
    return name is node or any(part is node for part in ctx.ancestors(name))
