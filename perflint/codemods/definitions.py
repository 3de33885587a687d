"""Module-level statements that rewritten code needs: a shared client, a TLS context, an accessor."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

import libcst as cst

from perflint.codemods.module_head import first_place_after_imports
from perflint.codemods.names import Binding, bindings, clash
from perflint.codemods.placing import Statement, gap, insert
from perflint.codemods.tree import Tree, children
from perflint.semantics.trees import parse


def is_refused(tree: Tree, text: str, places: Sequence[cst.CSTNode]) -> bool:
    """Whether a name that the definition binds is something else in the module, or at `places`."""

    def is_same(binding: Binding) -> bool:
        return binding.node in tree.parents and _is_same(tree.module, tree.module.body[tree.top(binding.node)], text)

    return any(clash(tree, name, places, is_same) for name in names_of(text))


def names_of(text: str) -> frozenset[str]:
    """The names that the definition binds."""
    return frozenset(_bound(_parsed(text)))


def definition_index(module: cst.Module, text: str) -> int:
    """The index of the statement that is, or before which goes, the definition."""
    found = _existing(module, text)
    return _place(module, _parsed(text)) if found is None else found


def add_definitions(module: cst.Module, texts: Sequence[str]) -> cst.Module:
    """`module` with each definition that it does not have: behind the imports, and behind what it uses."""
    floor = 0
    for text in texts:
        if _existing(module, text) is not None:
            continue
        new = _parsed(text)
        index = max(floor, _place(module, new))
        above = [gap(line) for line in module.body[max(0, index - 1) : index]]
        module = insert(module, index, new, before=max([gap(new), *above]), after=gap(new))
        floor = index + 1
    return module


@lru_cache(maxsize=64)
def _parsed(text: str) -> Statement:
    """The definition's one statement, with the comments above it. Without the module's settings: it takes its
    indentation and its newlines from where it is put."""
    module = cst.parse_module(text)
    if len(module.body) != 1:
        raise ValueError(f"a definition is one statement: {text!r}")
    statement = module.body[0]
    return statement.with_changes(leading_lines=[*module.header, *statement.leading_lines])


def _existing(module: cst.Module, text: str) -> int | None:
    found = (index for index, line in enumerate(module.body) if _is_same(module, line, text))
    return next(found, None)


def _is_same(module: cst.Module, statement: Statement, text: str) -> bool:
    """Whether the statement is the definition, whatever its layout and comments."""
    if names_of(text).isdisjoint(_bound(statement)):
        return False
    return _shape(module.code_for_node(statement)) == _shape(text)


def _shape(text: str) -> str:
    try:
        return ast.dump(parse(text))
    except SyntaxError:  # newer than the Python that runs
        return text


def _bound(statement: Statement) -> Iterator[str]:
    return (binding.name for binding in bindings(cst.Module([statement])))


def _place(module: cst.Module, new: Statement) -> int:
    """In front of which statement the definition goes."""
    read = set(_read_at_once(new))
    places = [first_place_after_imports(module.body)]
    for index, line in enumerate(module.body):
        if not read.isdisjoint(_bound(line)):
            places.append(index + 1)
    return max(places)


def _read_at_once(node: cst.CSTNode) -> Iterator[str]:
    """The names that are read when the statement runs, not those of a function's body."""
    if isinstance(node, cst.Name):
        yield node.value
    for child in children(node):
        if not (isinstance(node, cst.FunctionDef | cst.Lambda) and child is node.body):
            yield from _read_at_once(child)
