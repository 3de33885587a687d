"""Uniqueness and indexes that a Django model's Meta declares."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from perflint.project.declarations import declaration, names, string
from perflint.project.facts import AssignFact, expression
from perflint.project.schema import Column


def apply_constraints(options: Mapping[str, AssignFact], columns: dict[str, Column]) -> None:
    """Mark what Meta says: a constraint over one column makes it unique, an index serves by its first."""
    for option in ("constraints", "indexes", "unique_together"):
        assign = options.get(option)
        for node in _elements(assign.value) if assign else ():
            found = declaration(node)
            if found and "condition" in found.keywords:
                continue
            fields = list(names(found.keywords.get("fields") if found else node))
            if fields:
                _mark(columns, fields[0].lstrip("-"), unique=len(fields) == 1 and option != "indexes")


def _elements(text: str) -> Iterator[ast.expr]:
    tree = expression(text)
    if not isinstance(tree, ast.List | ast.Tuple | ast.Set):
        return
    if tree.elts and all(map(string, tree.elts)):
        yield tree  # unique_together = ("a", "b")
    else:
        yield from tree.elts


def _mark(columns: dict[str, Column], name: str, *, unique: bool) -> None:
    for known in (name, f"{name}_id"):
        if column := columns.get(known):
            columns[known] = replace(column, unique=unique or column.unique, index=not unique or column.index)
