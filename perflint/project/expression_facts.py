"""Reading the facts of expressions: what they call, name and give."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import lru_cache

from perflint.project.facts import BindFact, CallFact, callee_of, source_of
from perflint.project.nodes import children
from perflint.project.shapes import first_text, given_names, loaded_names

_COMPREHENSIONS = {ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp}
_YIELDS = (ast.Yield, ast.YieldFrom)
_LISTENS = (".connect", "listen", "reversion.register", "auditlog.register")
_LOADERS = re.compile(r"(?i)prefetch|select_related|(joined|selectin|subquery|immediate|eager)_?load|contains_eager")


@lru_cache(maxsize=1024)
def loads(name: str) -> bool:
    """Whether a call, class attribute or constant of that name says which relations are loaded with the rows."""
    return _LOADERS.search(name) is not None


class Scope:
    """What one function or the module does, while its body is read."""

    __slots__ = ("binds", "calls", "is_generator", "loop_depth", "qualname", "returned")

    def __init__(self, qualname: str) -> None:
        self.qualname = qualname
        self.calls: list[CallFact] = []
        self.binds: list[BindFact] = []
        self.returned: dict[str, None] = {}
        self.loop_depth = 0
        self.is_generator = False

    def give(self, value: ast.expr | None) -> None:
        """Note what `return` or `yield` gives."""
        if value is not None:
            self.returned[source_of(value) or "?"] = None


class Expressions:
    """Reads the expressions of one file; `text` gives a node's source."""

    def __init__(self, text: Callable[[ast.AST], str]) -> None:
        self.named: set[str] = set()  # words used as the name of what is called or imported
        self.values: set[str] = set()  # words used otherwise
        self.strings: set[str] = set()
        self.listening: list[str] = []
        self.loaded: set[str] = set()
        self._text = text

    def read(self, found: list[ast.AST], scope: Scope) -> None:
        """Read expressions and all below, in their order."""
        values, strings = self.values, self.strings
        waiting = found[::-1]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Name):
                values.add(node.id)
            elif isinstance(node, ast.Constant):
                if isinstance(node.value, str) and len(node.value) < 200 and "." in node.value:
                    strings.add(node.value)
            elif isinstance(node, ast.Attribute):
                values.add(node.attr)
                waiting.append(node.value)
            elif isinstance(node, ast.Call):
                waiting += reversed(self._call(node, scope))
            elif node.__class__ in _COMPREHENSIONS:
                scope.loop_depth += 1
                self.read(children(node), scope)
                scope.loop_depth -= 1
            else:
                if isinstance(node, _YIELDS):
                    self._yield(node, scope)
                waiting += reversed(children(node))

    def _yield(self, node: ast.Yield | ast.YieldFrom, scope: Scope) -> None:
        scope.is_generator = True
        if isinstance(node, ast.Yield):
            scope.give(node.value)

    def _call(self, node: ast.Call, scope: Scope) -> list[ast.expr]:
        """Note a call; gives what is to be read of it."""
        func = node.func
        values = [*node.args, *[keyword.value for keyword in node.keywords]] if node.keywords else node.args
        refs = tuple(given_names(values))
        callee = callee_of(func)
        if callee or refs:
            scope.calls.append(CallFact(callee, node.lineno, refs, scope.loop_depth > 0, first_text(node)))
            if callee.endswith(_LISTENS):
                self.listening.append(self._text(node))
        if isinstance(func, ast.Name):
            name, rest = func.id, values
        elif isinstance(func, ast.Attribute):
            name, rest = func.attr, [func.value, *values]
        else:
            return [func, *values]
        self.named.add(name)
        if loads(name):
            self.loaded.update(word for value in values for word in loaded_names(value))
        return rest
