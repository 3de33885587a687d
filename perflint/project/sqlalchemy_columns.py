"""SQLAlchemy column declarations: `Column`, `mapped_column`, SQLModel's `Field`, a bare `Mapped[...]`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from perflint.project.annotations import Annotation, Annotations
from perflint.project.declarations import Callees, Declaration, declaration, declared, names, string
from perflint.project.facts import dotted, expression
from perflint.project.schema import Column
from perflint.project.symbols import Kind, Symbol, Symbols

COLUMN_CALLS = frozenset({"Column", "mapped_column"})

_TYPES = {
    "bool": "Boolean BOOLEAN",
    "int": "Integer INTEGER INT BigInteger BIGINT SmallInteger SMALLINT",
    "str": "String VARCHAR CHAR Unicode NVARCHAR NCHAR AutoString",
    "text": "Text TEXT UnicodeText CLOB MEDIUMTEXT LONGTEXT CITEXT",
    "date": "Date DATE",
    "datetime": "DateTime DATETIME TIMESTAMP",
    "time": "Time TIME",
    "enum": "Enum ENUM",
    "uuid": "Uuid UUID UUIDType GUID",
    "decimal": "Numeric NUMERIC DECIMAL",
    "float": "Float FLOAT Double DOUBLE DOUBLE_PRECISION REAL",
    "json": "JSON JSONB",
    "array": "ARRAY",
    "binary": "LargeBinary BLOB BYTEA VARBINARY BINARY LONGBLOB MEDIUMBLOB",
    "custom": "TypeDecorator UserDefinedType PickleType HSTORE INET CIDR TSVECTOR Vector Geometry",
}
_TYPE_OF = {name: word for word, listed in _TYPES.items() for name in listed.split()}
_NO_TYPES = frozenset({"ForeignKey", "Identity", "Sequence", "Computed", "CheckConstraint", "FetchedValue"})
_CONVERTS = frozenset({"process_bind_param", "process_result_value", "bind_processor", "result_processor"})


@dataclass(frozen=True, slots=True)
class ColumnDecl:
    """A column as declared; `name` in the database, when it is given apart from the attribute."""

    column: Column
    db_name: str


class Columns:
    """Reads column declarations with the names of their module."""

    def __init__(self, symbols: Symbols, callees: Callees, annotations: Annotations) -> None:
        self._symbols = symbols
        self._callees = callees
        self._annotations = annotations

    def is_column(self, module: str, found: Declaration) -> bool:
        """Whether a call declares a column."""
        return bool(self._callees.tails(module, found.callee) & COLUMN_CALLS)

    def read(self, module: str, name: str, found: Declaration | None, annotation: Annotation | None) -> ColumnDecl:
        """The column that attribute `name` declares by a call, an annotation or both."""
        known = self._annotations.column(module, annotation) if annotation else None
        column = Column(
            name=name,
            type=known.type if known else "",
            nullable=annotation.optional or bool(known and known.optional) if annotation else True,
        )
        if known and known.call:
            column = self._apply(module, column, known.call)
        if found:
            column = self._apply(module, column, self._callees.filled(module, found))
        if column.primary_key:
            column = replace(column, nullable=False)
        return ColumnDecl(column, self._db_name(found) or name)

    def table(self, module: str, text: str, depth: int = 0) -> Iterator[ColumnDecl]:
        """The columns of a `Table(...)`, also when the text is the name of a variable that holds one."""
        found = declared(text)
        if found is None:
            symbol = self._callees.symbol(module, text.strip())
            for value in self._symbols.assigns(symbol) if symbol and symbol.module and depth < 2 else ():
                yield from self.table(symbol.module, value, depth + 1)  # type: ignore[union-attr]
            return
        for arg in found.args:
            inner = declaration(arg)
            if inner and self.is_column(module, inner) and (name := self._db_name(inner)):
                yield self.read(module, name, inner, None)

    def type_map(self, module: str, text: str) -> Iterator[tuple[str, str]]:
        """The entries of a `type_annotation_map`, given by itself or to `registry(...)`."""
        tree = expression(text)
        if found := declaration(tree):
            tree = found.keywords.get("type_annotation_map")
        if isinstance(tree, ast.Dict):
            for key, value in zip(tree.keys, tree.values, strict=True):
                if key is not None:
                    yield dotted(key) or ast.unparse(key), self.type_of(module, value)

    def _apply(self, module: str, column: Column, found: Declaration) -> Column:
        """What the arguments of a column call say over what is known so far."""
        inner = declaration(found.keywords.get("sa_column"))
        if inner:
            return self._apply(module, replace(column, nullable=True), inner)
        primary_key = found.flag("primary_key", column.primary_key)
        return replace(
            column,
            type=self._type(module, found) or column.type,
            primary_key=primary_key,
            nullable=found.flag("nullable", column.nullable and not primary_key),
            unique=found.flag("unique", column.unique),
            index=found.flag("index", column.index),
            deferred=found.flag("deferred", column.deferred) or "deferred_group" in found.keywords,
            auto_now=column.auto_now or _is_renewed(found),
            foreign_key=self._foreign_key(module, found) or column.foreign_key,
        )

    def _db_name(self, found: Declaration | None) -> str:
        if found is None:
            return ""
        return (string(found.args[0]) if found.args else "") or found.string("name")

    def _foreign_key(self, module: str, found: Declaration) -> str:
        """`users.id` of a ForeignKey argument; `models.User.id` stays as the dotted name that it is."""
        if text := found.string("foreign_key"):  # SQLModel
            return text
        for arg in (*found.args, *filter(None, [found.keywords.get("_constraint")])):
            inner = declaration(arg)
            if inner and inner.args and "ForeignKey" in self._callees.tails(module, inner.callee):
                return next(names(inner.args[0]), "")
        return ""

    def _type(self, module: str, found: Declaration) -> str:
        given = [found.keywords[name] for name in ("type_", "sa_type") if name in found.keywords]
        placed = found.args[:3] if self.is_column(module, found) else ()  # Field's first is its default
        for arg in (*given, *placed):
            if string(arg):
                continue
            inner = declaration(arg)
            if inner and self._callees.tails(module, inner.callee) & _NO_TYPES:
                continue
            if word := self.type_of(module, arg):  # else it may be a constant that names the column
                return word
        return ""

    def type_of(self, module: str, node: ast.expr, depth: int = 0) -> str:
        """The canonical word of a type expression: `String(50)`, `sa.JSON`, `JSON().with_variant(...)`."""
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
                return self.type_of(module, node.func.value, depth)  # String().with_variant(...)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "as_mutable" and node.args:
                return self.type_of(module, node.args[0], depth)
            node = node.func
        symbol = self._callees.symbol(module, name := dotted(node))
        if symbol and symbol.module and depth < 3:
            return self._own_type(symbol, name, depth)
        tail = (symbol.name if symbol and symbol.kind is Kind.EXTERNAL else name).rpartition(".")[2]
        return _TYPE_OF.get(tail, "custom" if symbol else "")

    def _own_type(self, symbol: Symbol, name: str, depth: int) -> str:
        """The type behind a project's class, variable or function."""
        if symbol.kind is Kind.VARIABLE:
            texts = self._symbols.assigns(symbol)
        elif symbol.kind is Kind.FUNCTION and (function := self._symbols.function(symbol)):
            texts = (function.returns,)
        else:
            return self._class_type(symbol)
        trees = [tree for text in texts if text and (tree := expression(text))]
        words = {self.type_of(symbol.module, tree, depth + 1) for tree in trees}
        return words.pop() if len(words) == 1 else ""

    def _class_type(self, symbol: Symbol) -> str:
        for owner in self._symbols.mro(symbol):
            fact = self._symbols.class_(owner) if owner.module else None
            if fact and _CONVERTS.intersection(fact.methods):
                return "custom"
            if word := _TYPE_OF.get(owner.name.rpartition(".")[2] if not owner.module else ""):
                return word
        return "custom"


def _is_renewed(found: Declaration) -> bool:
    more = found.keywords.get("sa_column_kwargs")
    inner: Mapping[str, object] = {}
    if isinstance(more, ast.Dict):
        inner = dict.fromkeys(filter(None, map(string, more.keys)))
    return any(name in found.keywords or name in inner for name in ("onupdate", "server_onupdate"))
