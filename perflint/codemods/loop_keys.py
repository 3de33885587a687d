"""The key that each round of a loop asks for, and all keys at once."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.codemods.loop_bodies import is_plain, names_in
from perflint.codemods.loop_places import Place
from perflint.codemods.rereading import element_type
from perflint.project.models import Column
from perflint.semantics.context import Context
from perflint.semantics.values import Collection, Entity, Query, Result, Rows
from perflint.semantics.values import Column as ColumnValue
from perflint.semantics.walk import walk

# What Python and the database compare alike, and a dict takes as a key.
_ALIKE = {"int", "str", "uuid"}
_SEVERAL = (cst.Tuple, cst.List, cst.Dict, cst.Set)
_PYTHON = {"int": "int", "str": "str", "UUID": "uuid", "float": "float", "bytes": "binary", "bool": "bool"}


@dataclass(frozen=True, slots=True)
class Keys:
    """The key of a round and those of all rounds, as source. `name` is one for the latter where they are computed."""

    one: str
    every: str
    name: str
    is_own: bool  # a column of the rows that the loop goes over
    is_null: bool  # it may be None
    is_sure: bool  # every element has a key of the column's type, also where a round skips it


def keys_of(key: cst.BaseExpression, column: Column, place: Place, ctx: Context) -> Keys | None:
    """The keys that a column is compared with; None where they cannot be told before the loop begins."""
    source = _given_before(key, place)
    if source is None or not is_told_by_target(source, place, ctx) or isinstance(source, _SEVERAL):
        return None
    kind = _kind(source, place, ctx)
    if column.type not in _ALIKE and not (column.type == "" and column.foreign_key):
        return None
    if kind and column.type and kind != column.type:
        return None
    code = ctx.code
    is_own = isinstance(source, cst.Attribute) and isinstance(ctx.value(source.value), Entity)
    is_sure = bool(kind) and (not is_own or isinstance(ctx.value(place.iter), Rows | Result | Query | Collection))
    every = _every(source, place, ctx)
    name = _name(source) if every.startswith("[") else ""
    return Keys(code(_bare(key)), every, name, is_own, _may_be_none(source, ctx), is_sure)


def _may_be_none(source: cst.BaseExpression, ctx: Context) -> bool:
    match source:
        case cst.Attribute(value=owner, attr=cst.Name(value=name)) if isinstance(value := ctx.value(owner), Entity):
            model = ctx.model(value.model)
            columns = model.columns if model is not None else {}
            return name != "pk" and (name not in columns or columns[name].nullable)
    return True


def _given_before(key: cst.BaseExpression, place: Place) -> cst.BaseExpression | None:
    """The key, or what a line of the loop's body gives the name that it is."""
    if not isinstance(key, cst.Name) or key.value in names_in(place.target) or not isinstance(place.loop, cst.For):
        return key
    lines = place.loop.body.body
    given = [part for line in lines for part in _assigns(line) if names_in(part.targets[0].target) == {key.value}]
    return given[0].value if len(given) == 1 else None


def _assigns(line: cst.CSTNode) -> list[cst.Assign]:
    parts = line.body if isinstance(line, cst.SimpleStatementLine) else [line]
    return [part for part in parts if isinstance(part, cst.Assign) and len(part.targets) == 1]


def is_told_by_target(source: cst.BaseExpression, place: Place, ctx: Context) -> bool:
    """Whether the loop's element alone decides the key, at once and without a query."""
    target = names_in(place.target)
    used = names_in(source)
    if not used & target or used & (changed_names(place) - target) or target & _assigned(place):
        return False
    if not is_plain(source, ctx) or any(ctx.loads(part) or ctx.runs(part) for part in walk(source)):
        return False
    return not _is_changed(source, place)


def _is_changed(source: cst.BaseExpression, place: Place) -> bool:
    """Whether a round sets an attribute or item that the key is read from."""
    read = {part.attr.value for part in walk(source) if isinstance(part, cst.Attribute)}
    for part in walk(place.loop):
        match part:
            case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.AnnAssign(target=target):
                if isinstance(target, cst.Attribute) and target.attr.value in read:
                    return True
                if isinstance(target, cst.Subscript) and names_in(target.value) & names_in(source):
                    return True
    return False


def changed_names(place: Place) -> set[str]:
    """The names that differ from one round to the next."""
    return names_in(place.target) | _assigned(place)


def _assigned(place: Place) -> set[str]:
    """The names that a round gives a value, the loop's target apart."""
    found: set[str] = set()
    for part in walk(place.loop):
        match part:
            case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.AnnAssign(target=target):
                found |= _bound(target)
            case cst.NamedExpr(target=target) | cst.For(target=target) if part is not place.loop:
                found |= _bound(target)
            case cst.AsName(name=target):
                found |= _bound(target)
    return found


def _bound(target: cst.BaseExpression) -> set[str]:
    """The names in a target that are bound: not those of `a.b` and `a[b]`."""
    match target:
        case cst.Name(value=name):
            return {name}
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            return {name for element in elements for name in _bound(element.value)}
    return set()


def _kind(source: cst.BaseExpression, place: Place, ctx: Context) -> str:
    """The type of the keys in the words of the model table; empty when unknown."""
    value = ctx.value(source)
    if isinstance(value, ColumnValue):
        model = ctx.model(value.model)
        return model.columns[value.name].type if model is not None and value.name in model.columns else ""
    is_element = isinstance(source, cst.Name) and isinstance(place.target, cst.Name)
    if is_element and isinstance(place.iter, cst.Name):
        return _PYTHON.get(element_type(place.iter, ctx) or "", "")
    match source:
        case cst.Call(func=cst.Name(value=name)):
            return _PYTHON.get(name, "")
    return ""


def _every(source: cst.BaseExpression, place: Place, ctx: Context) -> str:
    code = ctx.code
    iterable = place.rows or code(_bare(place.iter))
    is_element = isinstance(source, cst.Name) and isinstance(place.target, cst.Name)
    if is_element and isinstance(place.iter, cst.Name):
        return place.iter.value
    return f"[{code(_bare(source))} for {code(place.target)} in {iterable}]"


def _name(source: cst.BaseExpression) -> str:
    """`user_ids` for `user.id`, `order.user_id` and `item["user_id"]`; empty where the source suggests none."""
    match source:
        case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value="id" | "pk" as key)):
            return f"{owner}_{key}s"
        case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name):
            return f"{name}s"
        case cst.Subscript(slice=[cst.SubscriptElement(cst.Index(cst.SimpleString() as text))]):
            given = text.evaluated_value
            return f"{given}s" if isinstance(given, str) else ""
    return ""


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.with_changes(lpar=[], rpar=[]) if node.lpar and not isinstance(node, cst.Tuple) else node
