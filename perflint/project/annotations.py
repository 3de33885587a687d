"""Annotations of mapped attributes: `Mapped[list["Order"]]`, SQLModel's `Optional[int]`, type aliases."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from perflint.project.declarations import Declaration, declaration
from perflint.project.facts import dotted, expression
from perflint.project.symbols import Kind, Symbol, Symbols

_WRAPPERS = frozenset({"Mapped", "DynamicMapped", "WriteOnlyMapped"})
_KEYED = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "KeyFuncDict"})
_LISTS = frozenset({"list", "List", "Sequence", "MutableSequence", "InstrumentedList", "OrderingList", "Collection"})
_SETS = frozenset({"set", "Set", "frozenset", "FrozenSet", "InstrumentedSet", "tuple", "Tuple", "Iterable"})
_COLLECTIONS = _KEYED | _LISTS | _SETS
_TYPES: Mapping[str, str] = {
    "bool": "bool", "int": "int", "str": "str", "float": "float", "bytes": "binary", "dict": "json", "Dict": "json",
    "Decimal": "decimal", "date": "date", "datetime": "datetime", "time": "time", "UUID": "uuid", "Literal": "enum",
    "UUID4": "uuid", "EmailStr": "str", "AutoString": "str",
}  # fmt: skip
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Annotation:
    """What an annotation says. `wrapper` is Mapped or its like, empty for a plain type."""

    wrapper: str = ""
    inner: ast.expr | None = None  # the type without Mapped and Optional
    optional: bool = False

    @property
    def head(self) -> str:
        """The last name of the type itself: `list` of `list["Order"]`."""
        node = self.inner.value if isinstance(self.inner, ast.Subscript) else self.inner
        return dotted(node).rpartition(".")[2]

    @property
    def many(self) -> bool:
        """Whether it is a collection."""
        return self.head in _COLLECTIONS or self.wrapper in ("DynamicMapped", "WriteOnlyMapped")

    @property
    def target(self) -> str:
        """The dotted name of the type, or of a collection's elements."""
        node = self.inner
        if isinstance(node, ast.Subscript) and self.head in _COLLECTIONS:
            parts = _parts(node.slice)
            node = parts[-1] if self.head in _KEYED else parts[0]
        return dotted(_without_none(_unquoted(node))[0])


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A column as an annotation alone makes it; `call` is the mapped_column inside `Annotated`."""

    type: str
    optional: bool = False
    call: Declaration | None = None


def annotation(text: str) -> Annotation | None:
    """Read an annotation's text; None when there is none, or for a class variable."""
    node = _unquoted(expression(text)) if text else None
    if node is None:
        return None
    wrapper = ""
    if isinstance(node, ast.Subscript):
        head = dotted(node.value).rpartition(".")[2]
        if head == "ClassVar":
            return None
        if head in _WRAPPERS:
            wrapper, node = head, _unquoted(node.slice)
    inner, optional = _without_none(node)
    return Annotation(wrapper, inner, optional)


class Annotations:
    """Column types of annotations, with the project's aliases and its `type_annotation_map`."""

    def __init__(self, symbols: Symbols, named: Mapping[str, str]) -> None:
        self._symbols = symbols
        self._named = named  # text of a key of type_annotation_map -> canonical word

    def column(self, module: str, found: Annotation) -> ColumnType:
        """The column type that an annotation stands for."""
        return self._column(module, found.inner, 0)

    def _column(self, module: str, node: ast.expr | None, depth: int) -> ColumnType:
        node, optional = _without_none(_unquoted(node))
        if node is None or depth > _DEPTH:
            return ColumnType("")
        if isinstance(node, ast.Subscript):
            return self._subscript(module, node, depth)
        name = dotted(node)
        if name in self._named:
            return ColumnType(self._named[name], optional)
        symbol = self._symbols.resolve(module, name) if name else None
        if symbol and symbol.kind is Kind.VARIABLE:
            return self._alias(symbol, depth)
        if symbol and symbol.kind is Kind.CLASS:
            return ColumnType("enum" if self._is_enum(symbol) else "", optional)
        return ColumnType(_TYPES.get((symbol.name if symbol else name).rpartition(".")[2], ""), optional)

    def _subscript(self, module: str, node: ast.Subscript, depth: int) -> ColumnType:
        head = dotted(node.value).rpartition(".")[2]
        parts = _parts(node.slice)
        if head != "Annotated":
            return ColumnType(self._named.get(ast.unparse(node)) or _TYPES.get(head, ""))
        found = self._column(module, parts[0], depth + 1)
        for part in parts[1:]:
            call = declaration(part)
            if call and call.callee.rpartition(".")[2] in ("mapped_column", "Column"):
                return replace(found, call=call)
        return found

    def _alias(self, symbol: Symbol, depth: int) -> ColumnType:
        for text in self._symbols.assigns(symbol):
            tree = expression(text)
            call = declaration(tree)
            if call and call.callee.rpartition(".")[2] == "NewType" and len(call.args) > 1:
                tree = call.args[1]
            if tree is not None and symbol.name not in self._named:
                return self._column(symbol.module, tree, depth + 1)
        return ColumnType(self._named.get(symbol.name, ""))

    def _is_enum(self, symbol: Symbol) -> bool:
        return any(not owner.module and owner.name.startswith("enum.") for owner in self._symbols.mro(symbol))


def _unquoted(node: ast.expr | None) -> ast.expr | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return expression(node.value)
    return node


def _parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) and node.elts else [node]


def _without_none(node: ast.expr | None) -> tuple[ast.expr | None, bool]:
    """The type without `None`, and whether `None` was in it. Of several others the first counts."""
    members = list(_members(node))
    others = [member for member in members if not _is_none(member)]
    return (others[0] if others else node), len(others) < len(members)


def _members(node: ast.expr | None) -> Iterator[ast.expr]:
    """The alternatives of `A | B`, `Optional[A]`, `Union[A, B]`."""
    node = _unquoted(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _members(node.left)
        yield from _members(node.right)
    elif isinstance(node, ast.Subscript) and dotted(node.value).rpartition(".")[2] in ("Optional", "Union"):
        for part in _parts(node.slice):
            yield from _members(part)
        if dotted(node.value).endswith("Optional"):
            yield ast.Constant(None)
    elif node is not None:
        yield node


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
