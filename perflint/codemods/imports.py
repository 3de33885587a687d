"""Imports that rewritten code needs: whether they are there, whether they may come, and their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from perflint.codemods.import_lines import spot
from perflint.codemods.import_names import WIDTH, extended, wrapped
from perflint.codemods.module_head import import_nodes
from perflint.codemods.names import Binding, bindings, clash, imported, is_served_by_scope, joined, source_module
from perflint.codemods.placing import Statement, insert, lead
from perflint.codemods.tree import Tree
from perflint.rewrites import Import


def local_name(wanted: Import) -> str:
    """The name that an import binds; `import a.b` binds `a`."""
    return wanted.alias or wanted.name or wanted.module.partition(".")[0]


def origin(wanted: Import) -> str:
    """What the local name stands for, as a dotted name."""
    if wanted.name or wanted.alias:
        return joined(wanted.module, wanted.name)
    return local_name(wanted)


def bound_name(module: cst.Module, wanted: Import) -> str | None:
    """The expression by which the module reaches `wanted` already, whatever it calls it.

    Only plain imports at the top level count, and only names that nothing else in the module
    binds. `import a as b` binds nothing for `from a import c`.
    """
    whole = joined(wanted.module, wanted.name)
    found = [binding.name for binding in _imports(module) if binding.origin == whole]
    if not wanted.name and _imports_package(module, wanted.module):
        found.append(wanted.module)
    reliable = [name for name in found if _is_only(module, name.partition(".")[0])]
    asked = local_name(wanted)
    return asked if asked in reliable else next(iter(reliable), None)


def is_refused(tree: Tree, wanted: Import, places: Sequence[cst.CSTNode]) -> bool:
    """Whether the name that `wanted` binds means, or would hide, something else at `places` or in the module."""
    source = origin(wanted)
    return clash(tree, local_name(wanted), places, lambda binding: binding.origin == source)


def is_at_hand(tree: Tree, wanted: Import, places: Sequence[cst.CSTNode]) -> bool:
    """Whether the functions around `places` import `wanted` themselves."""
    source = origin(wanted)
    return is_served_by_scope(tree, local_name(wanted), places, lambda binding: binding.origin == source)


def import_index(module: cst.Module, wanted: Import) -> int:
    """The index of the statement that will have imported `wanted`."""
    found = _line_of(module, wanted)
    if found is None:
        found = _extendable(module, wanted)
    return spot(module, wanted).index if found is None else found


def add_import(module: cst.Module, wanted: Import) -> cst.Module:
    """`module` with `wanted` imported at the top level: as it is, with one line longer, or one more."""
    if _line_of(module, wanted) is not None:
        return module
    index = _extendable(module, wanted)
    return _with_line(module, wanted) if index is None else _with_name(module, index, wanted)


def _imports(module: cst.Module) -> Iterator[Binding]:
    """What the plain imports at the top level bind."""
    for line in module.body:
        for node in _parts(line):
            yield from imported(node)


def _parts(line: Statement) -> Iterator[cst.Import | cst.ImportFrom]:
    if isinstance(line, cst.SimpleStatementLine):
        yield from (part for part in line.body if isinstance(part, cst.Import | cst.ImportFrom))


def _imports_package(line: cst.Module | Statement, name: str) -> bool:
    """Whether `import name`, or of a module inside it, is there; that makes the dotted name usable."""
    lines = line.body if isinstance(line, cst.Module) else [line]
    nodes = [part for entry in lines for part in _parts(entry) if isinstance(part, cst.Import)]
    names = [alias.evaluated_name for node in nodes for alias in node.names if alias.asname is None]
    return any(f"{known}.".startswith(f"{name}.") for known in names)


def _is_only(module: cst.Module, name: str) -> bool:
    return len({binding.origin for binding in bindings(module) if binding.name == name}) == 1


def _line_of(module: cst.Module, wanted: Import) -> int | None:
    """The index of the line that imports `wanted` under its name."""
    for index, line in enumerate(module.body):
        if not wanted.name and not wanted.alias:
            if _imports_package(line, wanted.module):
                return index
        elif any(_is_this(binding, wanted) for part in _parts(line) for binding in imported(part)):
            return index
    return None


def _is_this(binding: Binding, wanted: Import) -> bool:
    return binding.name == local_name(wanted) and binding.origin == origin(wanted)


def _extendable(module: cst.Module, wanted: Import) -> int | None:
    """The line `from module import …` that can take one more name; None where each name has its line."""
    lines = [
        (index, node)
        for index, line in enumerate(module.body)
        for node in import_nodes(line)
        if isinstance(node, cst.ImportFrom) and source_module(node) == wanted.module
    ]
    lines = [(index, node) for index, node in lines if not isinstance(node.names, cst.ImportStar)]
    if not wanted.name or not lines or (len(lines) > 1 and all(len(node.names) == 1 for _, node in lines)):  # type: ignore[arg-type]
        return None
    return lines[0][0]


def _with_name(module: cst.Module, index: int, wanted: Import) -> cst.Module:
    line = module.body[index]
    assert isinstance(line, cst.SimpleStatementLine)
    place = next(place for place, node in enumerate(line.body) if _is_from(node, wanted.module))
    old = line.body[place]
    assert isinstance(old, cst.ImportFrom)
    new = extended(old, wanted)
    longer = line.with_changes(body=[*line.body[:place], new, *line.body[place + 1 :]])
    if _is_too_long(module, longer, new):
        longer = longer.with_changes(body=[wrapped(new, module.default_indent)])
    return module.with_changes(body=[*module.body[:index], longer, *module.body[index + 1 :]])


def _is_from(node: cst.CSTNode, module: str) -> bool:
    is_from = isinstance(node, cst.ImportFrom) and not isinstance(node.names, cst.ImportStar)
    return is_from and source_module(node) == module  # type: ignore[arg-type]


def _is_too_long(module: cst.Module, line: cst.SimpleStatementLine, node: cst.ImportFrom) -> bool:
    """Whether to wrap the line; one with a comment or a second statement is left as it is."""
    if node.lpar or len(line.body) > 1 or line.trailing_whitespace.comment:
        return False
    others = [module.code_for_node(other) for other in module.body if import_nodes(other)]
    width = max([WIDTH, *(len(text.rstrip()) for other in others for text in other.splitlines())])
    text = module.code_for_node(line.with_changes(leading_lines=()))
    return "\\" not in text and len(text.rstrip()) > width


def _with_line(module: cst.Module, wanted: Import) -> cst.Module:
    line = _line(wanted)
    where = spot(module, wanted)
    if where.opens:
        return insert(module, where.index, line, before=1, after=1)
    return lead(module, where.index, line) if where.leads else insert(module, where.index, line)


def _line(wanted: Import) -> cst.SimpleStatementLine:
    what = f"from {wanted.module} import {wanted.name}" if wanted.name else f"import {wanted.module}"
    alias = f" as {wanted.alias}" if wanted.alias not in ("", wanted.name) else ""
    line = cst.parse_statement(what + alias)
    assert isinstance(line, cst.SimpleStatementLine)
    return line
