"""What a module begins with: its docstring, its imports, and what has to run before some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from perflint.codemods.names import source_module
from perflint.codemods.placing import Statement
from perflint.codemods.tree import children

ImportNode = cst.Import | cst.ImportFrom


def import_nodes(statement: cst.CSTNode) -> Sequence[ImportNode]:
    """The imports of a line that consists of imports alone."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return ()
    nodes = [node for node in statement.body if isinstance(node, cst.Import | cst.ImportFrom)]
    return nodes if len(nodes) == len(statement.body) else ()


def first_place(body: Sequence[Statement]) -> int:
    """The first place for a new import: behind what has to run, or to stand, before it.

    Calls between imports (`monkey.patch_all()`, `sys.path.insert(…)`) are there for the imports that follow.
    """
    head = body[: head_end(body)]
    imports = [index for index, node in enumerate(head) if import_nodes(node) and not _is_prologue(node)]
    last = imports[-1] if imports else len(head)
    barriers = [index for index, node in enumerate(head[:last]) if _is_prologue(node) or not _is_neutral(node)]
    if imports:
        return barriers[-1] + 1 if barriers else 0
    return next((index for index, node in enumerate(body) if not _is_prologue(node)), len(body))


def _is_prologue(node: Statement) -> bool:
    """A docstring, or an import from `__future__`."""
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    if import_nodes(node):
        return any(isinstance(part, cst.ImportFrom) and source_module(part) == "__future__" for part in node.body)
    return all(isinstance(part, cst.Expr) and _is_text(part.value) for part in node.body)


def _is_text(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.SimpleString | cst.ConcatenatedString)


def _is_neutral(node: cst.BaseStatement) -> bool:
    """Whether an import may be moved across the statement."""
    if isinstance(node, cst.If | cst.Try):
        return all(_is_neutral(line) for line in _blocks(node))
    return isinstance(node, cst.SimpleStatementLine) and all(_is_binding(part) for part in node.body)


def _blocks(node: cst.CSTNode) -> Iterator[cst.BaseStatement]:
    """The statements directly inside the branches of an `if` or a `try`."""
    for branch in children(node):
        if isinstance(branch, cst.IndentedBlock):
            yield from branch.body
        elif isinstance(branch, cst.If | cst.Else | cst.ExceptHandler | cst.Finally):
            yield from _blocks(branch)


def _is_binding(part: cst.BaseSmallStatement) -> bool:
    match part:
        case cst.Import() | cst.ImportFrom() | cst.Pass() | cst.Raise() | cst.AnnAssign(target=cst.Name()):
            return True
        case cst.Assign(targets=targets):
            return all(isinstance(target.target, cst.Name) for target in targets)
    return False


def first_place_after_imports(body: Sequence[Statement]) -> int:
    """Behind the last import of the module's head, also one inside an `if` or a `try`."""
    head = body[: head_end(body)]
    imports = [index + 1 for index, node in enumerate(head) if _is_prologue(node) or any(map(_is_import, _lines(node)))]
    return max(imports, default=0)


def _lines(node: Statement) -> Iterator[cst.BaseStatement]:
    if isinstance(node, cst.If | cst.Try):
        yield from _blocks(node)
    else:
        yield node


def _is_import(node: cst.BaseStatement) -> bool:
    return isinstance(node, cst.SimpleStatementLine) and any(isinstance(part, ImportNode) for part in node.body)


def head_end(body: Sequence[Statement]) -> int:
    """The index of the first function or class."""
    ends = (index for index, node in enumerate(body) if isinstance(node, cst.FunctionDef | cst.ClassDef))
    return next(ends, len(body))
