"""Lists, dicts and sets that a function makes for itself: what goes into them changes nothing else."""

from __future__ import annotations

import ast

from perflint.project.facts import dotted

_MADE = {"list", "dict", "set", "defaultdict", "deque", "OrderedDict", "Counter"}


def containers(function: ast.AST) -> set[str]:
    """Names of containers that the function makes itself."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign) and _is_container(node.value):
            found |= {dotted(target) for target in (node.targets if isinstance(node, ast.Assign) else [node.target])}
    return found


def _is_container(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Call):
        return dotted(node.func).rpartition(".")[2] in _MADE
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def root_name(node: ast.expr) -> str:
    """The name that a chain of attributes, items and calls begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
