"""Newer syntax in older words, so that code for a later Python than the one that runs perflint can be read.

LibCST parses every grammar it knows whatever Python runs it; `ast` only its own. What is lowered keeps the
order of expressions, so the two trees still correspond (`walk.align`); the text is only read, never written.
"""

from __future__ import annotations

import libcst as cst

_EMPTY = "''"


def lowered(text: str) -> str | None:
    """The same program in the grammar of Python 3.11; None when LibCST cannot read it either.

    Type parameters and `type` statements go, f-strings become sums of their expressions (PEP 695, 701, 750),
    and `except A, B:` gets its parentheses (PEP 758).
    """
    try:
        module = cst.parse_module(text)
        return module.visit(_Lowering()).code
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError, MemoryError, ValueError):
        return None


class _Lowering(cst.CSTTransformer):
    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return updated_node.with_changes(type_parameters=None)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        return updated_node.with_changes(type_parameters=None)

    def leave_TypeAlias(self, original_node: cst.TypeAlias, updated_node: cst.TypeAlias) -> cst.Pass:
        return cst.Pass()

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        return _sum(_expressions(updated_node.parts))

    def leave_TemplatedString(
        self, original_node: cst.TemplatedString, updated_node: cst.TemplatedString
    ) -> cst.BaseExpression:
        return _sum(_expressions(updated_node.parts))

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> bool:
        return False  # its parts may only be strings, so they are lowered all together

    def leave_ConcatenatedString(
        self, original_node: cst.ConcatenatedString, updated_node: cst.ConcatenatedString
    ) -> cst.BaseExpression:
        formatted = [part for part in _flat(original_node) if not isinstance(part, cst.SimpleString)]
        return _sum([cst.ensure_type(part.visit(self), cst.BinaryOperation) for part in formatted if _holds_code(part)])

    def leave_ExceptHandler(
        self, original_node: cst.ExceptHandler, updated_node: cst.ExceptHandler
    ) -> cst.ExceptHandler:
        kind = updated_node.type
        if isinstance(kind, cst.Tuple) and not kind.lpar:
            return updated_node.with_changes(type=_closed(kind))
        return updated_node


def _expressions(parts: object) -> list[cst.BaseExpression]:
    """The expressions of a formatted string, those of format specifications included."""
    found: list[cst.BaseExpression] = []
    for part in parts if isinstance(parts, list | tuple) else ():
        expression = getattr(part, "expression", None)
        if isinstance(expression, cst.BaseExpression):
            found.append(expression)
            found += _expressions(getattr(part, "format_spec", None) or ())
    return found


def _flat(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(node, cst.ConcatenatedString):
        return [*_flat(node.left), *_flat(node.right)]
    return [node]


def _holds_code(node: cst.BaseExpression) -> bool:
    return bool(_expressions(getattr(node, "parts", ())))


def _sum(parts: list[cst.BaseExpression]) -> cst.BaseExpression:
    total: cst.BaseExpression = cst.SimpleString(_EMPTY)
    for part in parts:
        total = cst.BinaryOperation(left=total, operator=cst.Add(), right=_closed(part))
    return _closed(total)


def _closed(node: cst.BaseExpression) -> cst.BaseExpression:
    """The expression in parentheses of its own."""
    return node.with_changes(lpar=[cst.LeftParen(), *node.lpar], rpar=[*node.rpar, cst.RightParen()])
