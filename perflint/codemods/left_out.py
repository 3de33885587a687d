"""Whether rewrites fit a module of which functions were left out, as they would fit all of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import libcst as cst

from perflint.codemods.definitions import names_of
from perflint.codemods.imports import local_name
from perflint.codemods.names import bindings
from perflint.project.nodes import nodes
from perflint.rewrites import Rewrite

# Blocks that are not indented by four spaces: what LibCST takes for the module's indentation depends on all of it.
_OTHER_INDENTATION = re.compile(r":[ \t]*(?:#.*)?\r?\n(?:\t| {1,3}(?! ))")


def may_matter(module: cst.Module, text: str, rewrites: Iterable[Rewrite], left_out: Iterable[ast.AST]) -> bool:
    """Whether a name that rewrites bring or use could be another's in code that the module lacks.

    A name that the module binds already, and that nothing there declares global, is theirs as well.
    """
    rewrites = list(rewrites)
    imported = {local_name(wanted) for rewrite in rewrites for wanted in rewrite.imports}
    defined = {name for rewrite in rewrites for definition in rewrite.definitions for name in names_of(definition)}
    if _OTHER_INDENTATION.search(text):
        return True
    if not imported | defined and "global " not in text:
        return False
    inside = [node for function in left_out for node in nodes(function)]
    named = {name for node in inside for name in _names(node)}
    declared = {name for node in inside if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    bound = list(bindings(module))
    reached = {binding.name for binding in bound if binding.origin}  # new code may use what is imported already
    unknown = imported - {binding.name for binding in bound}
    return bool(defined & named or declared & (imported | reached) or unknown & named)


def _names(node: ast.AST) -> Iterator[str]:
    """The plain names that a node has by itself, whatever for."""
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.alias(name=name, asname=alias):
            yield alias or name.partition(".")[0]
