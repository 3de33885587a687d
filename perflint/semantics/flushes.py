"""A flush for each new object of a loop: needed only where the round goes on with the object's key."""

from __future__ import annotations

import libcst as cst

from perflint.semantics.context import Context
from perflint.semantics.events import Context as Around
from perflint.semantics.values import Entity
from perflint.semantics.walk import walk


def is_flush_of_one(call: cst.Call, loop: Around, ctx: Context) -> bool:
    """Whether the flush ends a round that added an object, and nothing in the loop asks for what it gave."""
    node = ctx.concrete(loop.node)
    if not isinstance(node, cst.For) or not isinstance(node.body, cst.IndentedBlock):
        return False
    if call not in set(walk(node.body.body[-1])):
        return False
    added = [part for part in walk(node.body) if isinstance(part, cst.Call) and _is_add(part, ctx)]
    return bool(added) and not any(_is_kept(part, node) for part in added)


def _is_add(call: cst.Call, ctx: Context) -> bool:
    """`session.add(object)` of a mapped class."""
    if not (isinstance(call.func, cst.Attribute) and call.func.attr.value == "add" and len(call.args) == 1):
        return False
    value = ctx.value(call.args[0].value)
    return isinstance(value, Entity) and value.query is None


def _is_kept(add: cst.Call, loop: cst.For) -> bool:
    """Whether the object's name is used for more than making, filling and adding it."""
    given = add.args[0].value
    if not isinstance(given, cst.Name):
        return False
    filled = {target for part in walk(loop.body) if isinstance(part, cst.AssignTarget) for target in walk(part)}
    uses = [part for part in walk(loop.body) if isinstance(part, cst.Name) and part.value == given.value]
    return any(part is not given and part not in filled for part in uses)
