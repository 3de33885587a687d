"""Which names a module's scopes bind, and whether a new module-level name would meet another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.helpers import get_full_name_for_node

from perflint.codemods.tree import Tree, below, children

Scope = cst.Module | cst.FunctionDef | cst.ClassDef


@dataclass(frozen=True, slots=True)
class Binding:
    """A name and the node that binds it; `origin` is what an import makes it stand for."""

    name: str
    node: cst.CSTNode
    origin: str = ""


IsSame = Callable[[Binding], bool]


def bindings(scope: Scope) -> Iterator[Binding]:
    """All that binds a name in `scope`. Lambdas and comprehensions count as part of it: too much, never too little."""
    waiting = list(_inside(scope))
    while waiting:
        node = waiting.pop()
        yield from bound_by(node)
        if not isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Import | cst.ImportFrom):
            waiting.extend(children(node))


def _inside(scope: Scope) -> Iterator[cst.CSTNode]:
    if isinstance(scope, cst.FunctionDef):
        yield scope.params
    yield from [scope.body] if isinstance(scope.body, cst.BaseSuite) else scope.body


def bound_by(node: cst.CSTNode) -> Iterator[Binding]:
    """What one node binds by itself, without the nodes below it."""
    if isinstance(node, cst.Import | cst.ImportFrom):
        yield from imported(node)
        return
    for field in ("target", "name", "rest"):
        for name in _targets(getattr(node, field, None)):
            yield Binding(name, node)


def _targets(node: object) -> Iterator[str]:
    match node:
        case cst.Name(value=name):
            yield name
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _targets(element.value)


def imported(node: cst.Import | cst.ImportFrom) -> Iterator[Binding]:
    """The names that an import statement binds; a star binds "*"."""
    base = "" if isinstance(node, cst.Import) else source_module(node)
    if isinstance(node.names, cst.ImportStar):
        yield Binding("*", node, base)
        return
    for alias in node.names:
        name, local = alias.evaluated_name, alias.evaluated_alias
        if base:
            yield Binding(local or name, node, joined(base, name))
        elif local:
            yield Binding(local, node, name)
        else:
            first = name.partition(".")[0]
            yield Binding(first, node, first)


def source_module(node: cst.ImportFrom) -> str:
    """The module of a `from` import, with the dots of a relative one."""
    return "." * len(node.relative) + (get_full_name_for_node(node.module) or "" if node.module else "")


def joined(module: str, name: str) -> str:
    """The dotted name of `name` in `module`, which may be relative."""
    if not name:
        return module
    return module + name if module.endswith(".") else f"{module}.{name}"


def clash(tree: Tree, name: str, places: Iterable[cst.CSTNode], is_same: IsSame) -> bool:
    """Whether `name`, used at `places`, would be or would hide something that is not the same."""
    if name not in tree.names:
        return False
    module_level = [*_bound(tree.module, name), *_declared_global(tree, name)]
    if not all(is_same(binding) for binding in module_level):
        return True
    if any(_is_hidden(tree, name, place, is_same) for place in places):
        return True
    return not module_level and _is_read_unbound(tree, name)


def _is_hidden(tree: Tree, name: str, place: cst.CSTNode, is_same: IsSame) -> bool:
    """Whether a function around or inside `place` has `name` for itself."""
    if not all(_is_bound_before(tree, scope, name, place, is_same) for scope in scopes(tree, place)):
        return True
    inside = (node for node in (place, *below(place)) if isinstance(node, cst.FunctionDef))
    return not all(is_same(binding) for scope in inside for binding in _bound(scope, name))


def _bound(scope: Scope, name: str) -> list[Binding]:
    return [binding for binding in bindings(scope) if binding.name == name]


def _declared_global(tree: Tree, name: str) -> Iterator[Binding]:
    for node in tree.names[name]:
        item = tree.parents[node]
        if isinstance(item, cst.NameItem) and isinstance(tree.parents[item], cst.Global):
            yield Binding(name, node)


def scopes(tree: Tree, place: cst.CSTNode) -> Iterator[cst.FunctionDef | cst.ClassDef]:
    """The scopes between `place` and the module whose names it sees, innermost first."""
    is_innermost = True
    for node in tree.above(place):
        if isinstance(node, cst.FunctionDef) or (isinstance(node, cst.ClassDef) and is_innermost):
            yield node
        is_innermost = is_innermost and not isinstance(node, cst.FunctionDef | cst.ClassDef)


def _is_bound_before(tree: Tree, scope: Scope, name: str, place: cst.CSTNode, is_same: IsSame) -> bool:
    """Whether all that binds `name` in `scope` is the same, and done when `place` runs; true for nothing at all."""
    found = _bound(scope, name)
    if not found:
        return True
    steps = [scope.body, place, *tree.above(place)]
    block: Sequence[cst.CSTNode] = getattr(scope.body, "body", ())
    here = next((index for index, step in enumerate(block) if step in steps), 0)
    before = {part for line in block[:here] for part in children(line)}
    return all(is_same(binding) and binding.node in before for binding in found)


def is_served_by_scope(tree: Tree, name: str, places: Sequence[cst.CSTNode], is_same: IsSame) -> bool:
    """Whether each place has `name` already from an import in its own function."""
    if name not in tree.names or clash(tree, name, places, is_same):
        return False
    return all(any(_bound(scope, name) for scope in scopes(tree, place)) for place in places)


def _is_read_unbound(tree: Tree, name: str) -> bool:
    """Whether the module reads `name` from nowhere that it shows: a builtin, or a star import."""
    reads = (node for node in tree.names[name] if _is_read(tree, node))
    return any(not any(_bound(scope, name) for scope in _around(tree, node)) for node in reads)


def _is_read(tree: Tree, name: cst.Name) -> bool:
    match tree.parents[name]:
        case cst.Attribute(attr=part) | cst.Arg(keyword=part):
            return part is not name
        case cst.FunctionDef() | cst.ClassDef() | cst.ImportAlias() | cst.ImportFrom() | cst.AsName():
            return False
    return True


def _around(tree: Tree, node: cst.CSTNode) -> Iterator[Scope]:
    return (scope for scope in tree.above(node) if isinstance(scope, cst.FunctionDef | cst.ClassDef))
