"""What a class body declares with a call (`Column(...)`, `ForeignKey(...)`): the callee and its arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from perflint.project.facts import dotted, expression
from perflint.project.symbols import Kind, Symbol, Symbols


@dataclass(frozen=True, slots=True)
class Declaration:
    """A call by name. `keywords` leaves `**more` out."""

    callee: str
    args: tuple[ast.expr, ...]
    keywords: Mapping[str, ast.expr]

    def argument(self, position: int, *names: str) -> ast.expr | None:
        """The argument given at `position` or by one of these names."""
        if position < len(self.args) and not any(isinstance(arg, ast.Starred) for arg in self.args[: position + 1]):
            return self.args[position]
        return next((self.keywords[name] for name in names if name in self.keywords), None)

    def flag(self, name: str, default: bool = False) -> bool:
        """A keyword's truth when it is a literal, else the default."""
        value = self.keywords.get(name)
        return bool(value.value) if isinstance(value, ast.Constant) else default

    def string(self, name: str) -> str:
        """A keyword's literal text, empty when absent or computed."""
        return string(self.keywords.get(name))


def declaration(node: ast.expr | None) -> Declaration | None:
    """The call that an expression is; `f(x)(y)` is named by its inner callee."""
    if not isinstance(node, ast.Call):
        return None
    keywords = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    return Declaration(dotted(node.func), tuple(node.args), keywords)


def declared(text: str) -> Declaration | None:
    """The call that stands in a source text."""
    return declaration(expression(text)) if "(" in text else None


def string(node: ast.expr | None) -> str:
    """The text of a string literal; what an f-string computes becomes `?`."""
    if isinstance(node, ast.JoinedStr):
        return "".join(string(part) if isinstance(part, ast.Constant) else "?" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def names(node: ast.expr | None) -> Iterator[str]:
    """Dotted names and literal texts of an expression or of a list, a tuple or a lambda of such."""
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            for element in elements:
                yield from names(element)
        case ast.Lambda(body=body):
            yield from names(body)
        case ast.Constant() | ast.JoinedStr():
            if text := string(node):
                yield text
        case _:
            if text := dotted(node):
                yield text


class Callees:
    """Which library object a callee is, by the last part of its name."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._tails: dict[tuple[str, str], frozenset[str]] = {}

    def tails(self, module: str, callee: str) -> frozenset[str]:
        """Last names of the library class meant, of all library bases when the project subclassed it."""
        key = (module, callee)
        if key not in self._tails:
            self._tails[key] = frozenset(self._find(module, callee))
        return self._tails[key]

    def _find(self, module: str, callee: str) -> Iterator[str]:
        symbol = self.symbol(module, callee)
        if symbol is None or symbol.kind in (Kind.VARIABLE, Kind.FUNCTION):
            yield callee.rpartition(".")[2]  # `Column = db.Column`, a wrapper of the same name
            yield from self._given_back(symbol)
            return
        for owner in self._symbols.mro(symbol):
            yield owner.name.rpartition(".")[2]

    def _given_back(self, symbol: Symbol | None) -> Iterator[str]:
        """What a function of the project makes by another call, `Column` of `return Column(...)`."""
        function = self._symbols.function(symbol) if symbol and symbol.kind is Kind.FUNCTION else None
        for source in function.returned if function else ():
            if source.endswith("()"):
                yield source.removesuffix("()").rpartition(".")[2]

    def filled(self, module: str, found: Declaration) -> Declaration:
        """The call with the arguments that `Column = partial(db.Column, nullable=False)` gives beforehand."""
        symbol = self.symbol(module, found.callee)
        if symbol is None or symbol.kind is not Kind.VARIABLE:
            return found
        for text in self._symbols.assigns(symbol):
            call = declared(text)
            if call and call.callee.rpartition(".")[2] == "partial":
                return Declaration(found.callee, call.args[1:] + found.args, {**call.keywords, **found.keywords})
        return found

    def symbol(self, module: str, callee: str) -> Symbol | None:
        """What the callee resolves to."""
        return self._symbols.resolve(module, callee) if callee else None
