"""What an expression that is looped over is known to be: a list that may be read twice, or anything iterable."""

from __future__ import annotations

import libcst as cst

from perflint.semantics.context import Context
from perflint.semantics.walk import walk

_LISTS = {"list", "List", "tuple", "Tuple", "Sequence"}


def is_list(node: cst.BaseExpression, ctx: Context) -> bool:
    """Whether the expression is sure to be a list or tuple: written out, annotated, or assigned as nothing else."""
    if not isinstance(node, cst.Name):
        return isinstance(node, cst.List | cst.ListComp | cst.Tuple)
    given = _assigned(node, ctx)
    if given:
        return all(map(_is_list_expression, given))
    return parameter_type(node.value, node, ctx) in _LISTS


def _assigned(name: cst.Name, ctx: Context) -> list[cst.BaseExpression]:
    scope = ctx.scope(name)
    return [part.value for part in walk(scope) if isinstance(part, cst.Assign) and _is_of(part, name.value)]


def _is_of(node: cst.Assign, name: str) -> bool:
    return any(isinstance(target.target, cst.Name) and target.target.value == name for target in node.targets)


def _is_list_expression(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.List | cst.ListComp | cst.Tuple):
        return True
    match node:
        case cst.Call(func=cst.Name(value=name)):
            return name in ("list", "sorted", "tuple")
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name))):
            return name in ("all", "fetchall")
    return False


def parameter_type(name: str, at: cst.CSTNode, ctx: Context) -> str:
    """The class that a parameter is annotated with, without module and arguments; empty for a union or none."""
    annotation = parameter_annotation(name, at, ctx)
    return "" if "|" in annotation else annotation.partition("[")[0].rpartition(".")[2].strip("\"' ")


def parameter_annotation(name: str, at: cst.CSTNode, ctx: Context) -> str:
    """The annotation of the enclosing function's parameter as text."""
    function = ctx.function_node(at)
    if function is None:
        return ""
    params = [*function.params.posonly_params, *function.params.params, *function.params.kwonly_params]
    found = next((param.annotation for param in params if param.name.value == name), None)
    return ctx.code(found.annotation) if found is not None else ""
