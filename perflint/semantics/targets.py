"""Binding: what an assignment, a loop or a pattern does to what is known."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from perflint.project.facts import dotted
from perflint.project.nodes import names_of, nodes
from perflint.semantics.joining import join
from perflint.semantics.values import UNKNOWN, DictOf, Entity, Instance, ListOf, TupleOf, Value

if TYPE_CHECKING:
    from perflint.semantics.run import Run


def bind(run: Run, target: ast.expr, value: Value) -> None:
    """Give the target the value."""
    if run.values is not None:
        run.values[target] = value
    match target:
        case ast.Name(id=name):
            run.set(name, value)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element, part in zip(elements, unpack(value, len(elements)), strict=True):
                bind(run, element, part)
        case ast.Starred(value=inner):
            bind(run, inner, UNKNOWN)
        case ast.Attribute():
            _attribute(run, target, value)
        case ast.Subscript():
            _subscript(run, target, value)


def unpack(value: Value, count: int) -> list[Value]:
    """The parts of a value that is unpacked into `count` targets."""
    if isinstance(value, TupleOf) and len(value.elements) == count:
        return list(value.elements)
    if isinstance(value, ListOf):
        return [value.element] * count
    return [UNKNOWN] * count


def _attribute(run: Run, target: ast.Attribute, value: Value) -> None:
    owner = run.eval(target.value)
    name = dotted(target)
    if isinstance(owner, Entity):
        _relation(run, owner, target)
    if name:
        run.set(name, value)
    if isinstance(owner, Instance | Entity) and name.count(".") == 1 and name.split(".")[0] in ("self", "cls"):
        known = run.stored.get(target.attr)
        run.stored[target.attr] = value if known is None else join(known, value)


def _relation(run: Run, owner: Entity, target: ast.Attribute) -> None:
    """Assigning a relation may load it first."""
    model = run.interpreter.models.get(owner.model)
    if model is not None and target.attr in model.relations:
        run.interpreter.libraries.written(run, owner, model.relations[target.attr], target)


def _subscript(run: Run, target: ast.Subscript, value: Value) -> None:
    """`d[k] = v` tells what the dict holds."""
    known = run.eval(target.value)
    key = run.eval(target.slice)
    name = dotted(target.value)
    if isinstance(known, DictOf) and (name in run.names or name.startswith("self.")):
        empty = known.key == UNKNOWN and known.value == UNKNOWN
        key, value = (key, value) if empty else (join(known.key, key), join(known.value, value))
        run.keep(name, DictOf(key, value, known.source))


def captured(pattern: ast.AST) -> Iterator[str]:
    """Names that a `case` pattern binds."""
    for node in nodes(pattern):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if isinstance(name, str):
            yield name


def names(target: ast.expr) -> Iterator[str]:
    """Names that an assignment target binds; attribute chains are given whole."""
    return names_of(target)
