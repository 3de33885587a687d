"""Managers of Django models, and the class whose methods they offer."""

from __future__ import annotations

import ast

from perflint.project.declarations import Callees, declaration
from perflint.project.facts import dotted, expression
from perflint.project.symbols import Kind, Symbol, Symbols


class Managers:
    """Reads what a model's body assigns to `objects` and its like."""

    def __init__(self, symbols: Symbols, callees: Callees) -> None:
        self._symbols = symbols
        self._callees = callees

    def is_manager(self, module: str, text: str) -> bool:
        """Whether a text makes a manager."""
        tree = expression(text)
        found = declaration(tree)
        if found is None:
            return False
        if not found.callee:
            return isinstance(tree, ast.Call) and self._queryset_call(tree.func) is not None
        if found.callee.endswith(".as_manager"):
            return True
        tails = self._callees.tails(module, found.callee)
        if any(tail.endswith("Manager") or tail == "from_queryset" for tail in tails):
            return True
        return self._of_variable(module, found.callee) is not None

    def custom(self, module: str, text: str) -> Symbol | None:
        """The project's manager or queryset class behind a manager, None for Django's own."""
        tree = expression(text)
        found = declaration(tree)
        if found is None or not isinstance(tree, ast.Call):
            return None
        if queryset := self._queryset_call(tree.func):
            return self._class(module, queryset)
        if found.callee.endswith(".as_manager"):
            return self._class(module, found.callee.removesuffix(".as_manager"))
        return self._of_variable(module, found.callee) or self._class(module, found.callee)

    def _of_variable(self, module: str, callee: str) -> Symbol | None:
        """`UserManager = Manager.from_queryset(UserQuerySet)`, then `UserManager()`."""
        symbol = self._callees.symbol(module, callee)
        if symbol is None or symbol.kind is not Kind.VARIABLE:
            return None
        for text in self._symbols.assigns(symbol):
            if queryset := self._queryset_call(expression(text)):
                return self._class(symbol.module, queryset)
        return None

    def _queryset_call(self, node: ast.expr | None) -> str | None:
        """The queryset class of `Manager.from_queryset(QuerySet)`."""
        found = declaration(node)
        if found and found.args and found.callee.rpartition(".")[2] == "from_queryset":
            return dotted(found.args[0])
        return None

    def _class(self, module: str, name: str) -> Symbol | None:
        symbol = self._callees.symbol(module, name)
        if symbol and symbol.kind is Kind.EXTERNAL and symbol.name.startswith("django.db.models."):
            return None
        return symbol if symbol and symbol.kind in (Kind.CLASS, Kind.EXTERNAL) else None
