"""Whether what a loop goes over may be gone over before it, and again: a list, not a generator."""

from __future__ import annotations

import libcst as cst

from perflint.codemods.iterables import parameter_annotation
from perflint.codemods.parameters import names
from perflint.semantics.context import Context
from perflint.semantics.values import Collection, Query, Rows, Value, options
from perflint.semantics.walk import walk

_TYPES = {
    "list", "List", "tuple", "Tuple", "set", "Set", "frozenset", "FrozenSet", "dict", "Dict", "Sequence", "Collection",
    "MutableSequence", "AbstractSet", "Mapping", "MutableMapping", "KeysView", "ValuesView", "ItemsView", "QuerySet",
}  # fmt: skip
_MAKERS = {"list", "tuple", "set", "frozenset", "dict", "sorted"}
_PASSING = {*_MAKERS, "enumerate", "zip", "reversed"}
_VIEWS = {"items", "keys", "values"}
_DISPLAYS = (cst.List, cst.Tuple, cst.Set, cst.Dict, cst.ListComp, cst.SetComp, cst.DictComp)


def may_be_read_twice(node: cst.BaseExpression, ctx: Context) -> bool:
    """Whether evaluating the expression and going over it a second time gives the same, and runs nothing."""
    match node:
        case cst.Name():
            return _is_kept(node, ctx)
        case cst.Attribute(value=cst.Name()):
            return isinstance(ctx.value(node), Collection) and not ctx.loads(node)
        case cst.Call(func=cst.Name(value=name), args=args) if name in _PASSING:
            plain = all(arg.star == "" and arg.keyword is None for arg in args)
            return bool(args) and plain and all(may_be_read_twice(arg.value, ctx) for arg in args)
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=name)), args=[]) if name in _VIEWS:
            return may_be_read_twice(inner, ctx)
    return False


def holders(node: cst.BaseExpression) -> set[str]:
    """The names that hold what the expression goes over, not those of functions around it."""
    return {part.value for part in walk(node) if isinstance(part, cst.Name)} - _PASSING


def _is_kept(name: cst.Name, ctx: Context) -> bool:
    """Whether a name holds its elements."""
    values = list(options(ctx.value(name)))
    if all(isinstance(value, Rows | Collection) or _is_cached(value) for value in values):
        return True
    scope = ctx.function_node(name)
    given = [part for part in walk(scope or ctx.tree) if _binds(part, name.value)]
    if any(not isinstance(part, cst.Assign | cst.AnnAssign) for part in given):
        return False
    if scope is not None and name.value in names(scope):
        return not given and element_type(name, ctx) is not None
    return bool(given) and all(map(_is_made, given))


def _is_cached(value: Value) -> bool:
    """A queryset under a name keeps its rows."""
    if not isinstance(value, Query) or value.library != "django":
        return False
    return value.api == "queryset" and not value.state.has("iterator", "iterator?")


def _binds(node: cst.CSTNode, name: str) -> bool:
    targets: list[cst.CSTNode] = []
    match node:
        case cst.Assign():
            targets = [target.target for target in node.targets]
        case cst.AnnAssign() | cst.AugAssign() | cst.NamedExpr() | cst.For() | cst.CompFor():
            targets = [node.target]
        case cst.AsName():
            targets = [node.name]
    return any(isinstance(part, cst.Name) and part.value == name for target in targets for part in walk(target))


def _is_made(node: cst.CSTNode) -> bool:
    value = node.value if isinstance(node, cst.Assign | cst.AnnAssign) else None
    if isinstance(node, cst.Assign) and not all(isinstance(target.target, cst.Name) for target in node.targets):
        return False
    match value:
        case cst.Call(func=cst.Name(value=name)):
            return name in _MAKERS
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name))):
            return name == "split"
    return isinstance(value, _DISPLAYS)


def element_type(name: cst.Name, ctx: Context) -> str | None:
    """The type of the elements of an annotated parameter, "" for any; None where it is no container that keeps them."""
    annotation = parameter_annotation(name.value, name, ctx).strip("\"' ")
    kind, _, inner = annotation.partition("[")
    if "|" in annotation or kind.rpartition(".")[2].strip() not in _TYPES:
        return None
    first = inner.removesuffix("]").partition(",")[0]
    return "" if "[" in first else first.rpartition(".")[2].strip("\"' ")
