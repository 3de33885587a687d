"""Django querysets as they stand in the source: whose loop is their only use, and how a model's manager is named."""

from __future__ import annotations

import libcst as cst

from perflint.codemods import loop_bodies as bodies
from perflint.codemods.chains import chain
from perflint.project.models import Model
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.context import Context
from perflint.semantics.values import Query
from perflint.semantics.walk import walk

# What a queryset may have been through and still be updated and deleted as a whole.
_WHOLE = {"filtered", "ordered", "only", "defer", "using", "related", "iterator"}


def whole_queryset(loop: cst.For, ctx: Context) -> cst.BaseExpression | None:
    """The queryset that only this loop uses, as an expression on which `update()` and `delete()` may be called."""
    query = ctx.value(loop.iter)
    if not (isinstance(query, Query) and query.library == "django" and query.api == "queryset"):
        return None
    if {bit.rstrip("?") for bit in query.state.bits} - _WHOLE or not isinstance(loop.target, cst.Name):
        return None
    if bodies.is_used_outside(loop.target.value, loop, ctx):
        return None
    node = _without_iterator(loop.iter)
    own = isinstance(node, cst.Call) or (isinstance(node, cst.Name) and is_built_for(node.value, loop, ctx))
    return node if own else None


def _without_iterator(node: cst.BaseExpression) -> cst.BaseExpression:
    links = chain(node).links
    if links and links[-1].name in ("iterator", "aiterator"):
        return cst.ensure_type(links[-1].call.func, cst.Attribute).value
    return node


def is_built_for(name: str, at: cst.CSTNode, ctx: Context) -> bool:
    """Whether all that the function does with the name is to build it, step by step, for one use at `at`."""
    scope = ctx.function_node(at)
    if scope is None:
        return False
    steps = [part for part in walk(scope) if isinstance(part, cst.Assign) and _is_step(part, name)]
    inside = sum(_count(name, step) for step in steps)
    return bool(steps) and _count(name, scope) == inside + 1


def _is_step(node: cst.Assign, name: str) -> bool:
    return (
        len(node.targets) == 1 and isinstance(node.targets[0].target, cst.Name) and node.targets[0].target.value == name
    )


def _count(name: str, node: cst.CSTNode) -> int:
    return sum(1 for part in walk(node) if isinstance(part, cst.Name) and part.value == name)


def has_own(method: str, query: Query | None, ctx: Context) -> bool:
    """Whether the project's manager or queryset class has the method itself: a soft delete, say."""
    manager = query.manager if query is not None else None
    found = ctx.project.symbols.attribute(manager, method) if manager is not None else None
    return found is not None and found.kind is Kind.FUNCTION


def class_name(symbol: Symbol, ctx: Context) -> str:
    """How the module names a class at its top level; empty where it does not."""
    facts = ctx.project.file(ctx.module)
    if facts is None:
        return ""
    locals_ = [symbol.name] if symbol.module == ctx.module else [fact.local for fact in facts.imports]
    return next((name for name in locals_ if ctx.project.symbols.resolve(ctx.module, name) == symbol), "")


def manager_of(model: Model, query: Query | None, ctx: Context) -> str:
    """`Order.objects`: the manager that the query began with, or the plain one of a class that is named here."""
    root = ctx.root(query) if query is not None else None
    if isinstance(root, cst.Attribute) and query is not None and query.owner is None and query.model == model.symbol:
        return ctx.code(root)
    name = class_name(model.symbol, ctx)
    return f"{name}.objects" if name and "objects" in (model.managers or {"objects": None}) else ""
