"""What one class body contributes to SQLAlchemy models: columns, relationships, proxies, constraints."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from perflint.project.annotations import Annotation, annotation
from perflint.project.declarations import Callees, Declaration, declaration, declared, names, string
from perflint.project.facts import AssignFact, ClassFact, dotted, expression
from perflint.project.sqlalchemy_columns import ColumnDecl, Columns
from perflint.project.sqlalchemy_relations import RELATION_CALLS, RelationDecl, read_relation
from perflint.project.symbols import Kind, Symbol, Symbols

_WRAPPING = frozenset({"deferred", "column_property", "query_expression"})
_PROXY = frozenset({"association_proxy", "AssociationProxy", "synonym"})
_IGNORED = frozenset({"property", "composite", "validates", "PrivateAttr"})


@dataclass(slots=True)
class Members:
    """The contribution of one class body. `removed` names are set to None to hide an inherited one."""

    columns: dict[str, ColumnDecl] = field(default_factory=dict)
    relations: dict[str, RelationDecl] = field(default_factory=dict)
    proxies: dict[str, str] = field(default_factory=dict)
    hybrids: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    table: str | None = None  # text of a literal; "?" when it is computed
    primary_key: tuple[str, ...] = ()
    unique: list[str] = field(default_factory=list)
    indexed: list[str] = field(default_factory=list)
    foreign_keys: dict[str, str] = field(default_factory=dict)


class MemberReader:
    """Reads class bodies, each once."""

    def __init__(self, symbols: Symbols, callees: Callees, columns: Columns) -> None:
        self._symbols = symbols
        self._callees = callees
        self._columns = columns
        self._read: dict[Symbol, Members] = {}

    def members(self, symbol: Symbol, is_sqlmodel: bool) -> Members:
        """The contribution of one class of the project."""
        if symbol not in self._read:
            self._read[symbol] = self._members(symbol, is_sqlmodel)
        return self._read[symbol]

    def add(self, members: Members, module: str, assign: AssignFact, name: str) -> None:
        """Take in an attribute that is set after the class statement."""
        self._value(members, module, name, assign.value, None)

    def _members(self, symbol: Symbol, is_sqlmodel: bool) -> Members:
        members = Members()
        fact = self._symbols.class_(symbol)
        if fact is None:
            return members
        for assign in fact.assigns:
            if assign.name.startswith("__"):
                self._dunder(members, symbol.module, assign)
            elif "." not in assign.name:
                self._attribute(members, symbol.module, assign, is_sqlmodel)
        self._methods(members, symbol, fact)
        return members

    def _attribute(self, members: Members, module: str, assign: AssignFact, is_sqlmodel: bool) -> None:
        noted = annotation(assign.annotation)
        is_column = noted and (noted.wrapper == "Mapped" or (is_sqlmodel and not noted.wrapper))
        if assign.value == "None" and not noted:
            members.removed.add(assign.name)
        elif not self._value(members, module, assign.name, assign.value, noted) and is_column:
            members.columns[assign.name] = self._columns.read(module, assign.name, None, noted)

    def _value(self, members: Members, module: str, name: str, text: str, noted: Annotation | None) -> bool:
        """Take in what a call declares; whether the attribute is dealt with."""
        found = declared(text)
        if found is None:
            return False
        tails = self._callees.tails(module, found.callee)
        if tails & RELATION_CALLS:
            members.relations[name] = read_relation(name, module, found, noted)
        elif tails & _PROXY:
            members.proxies[name] = next(names(found.argument(0, "target_collection", "name")), "")
        elif tails & _WRAPPING:
            self._wrapped(members, module, name, found, noted, deferred="deferred" in tails)
        elif self._columns.is_column(module, found) or "Field" in tails:
            members.columns[name] = self._columns.read(module, name, found, noted)
        elif "hybrid_property" in tails:
            members.hybrids.add(name)
        else:
            return bool(tails & _IGNORED)
        return True

    def _wrapped(
        self, members: Members, module: str, name: str, found: Declaration, noted: Annotation | None, *, deferred: bool
    ) -> None:
        inner = declaration(found.args[0]) if found.args else None
        is_column = inner is not None and self._columns.is_column(module, inner)
        decl = self._columns.read(module, name, inner if is_column else None, noted)
        column = replace(decl.column, deferred=deferred or found.flag("deferred"))
        members.columns[name] = replace(decl, column=column)

    def _methods(self, members: Members, symbol: Symbol, fact: ClassFact) -> None:
        for name in dict.fromkeys(fact.methods):
            function = self._symbols.function(Symbol(Kind.FUNCTION, f"{fact.qualname}.{name}", symbol.module))
            if function is None:
                continue
            if any("hybrid_property" in text for text in function.decorators):
                members.hybrids.add(name)
            elif function.declares and name == "__tablename__":
                members.table = _computed_table(function.declares)
            elif function.declares and name.startswith("__"):
                self._dunder(members, symbol.module, AssignFact(name, function.declares, "", function.line))
            elif function.declares:
                self._value(members, symbol.module, name, function.declares, annotation(function.returns))

    def _dunder(self, members: Members, module: str, assign: AssignFact) -> None:
        tree = expression(assign.value)
        match assign.name:
            case "__tablename__":
                members.table = self._text(module, tree) if assign.value != "None" else None
            case "__table__":
                self._table(members, module, assign.value)
            case "__table_args__":
                for constraint in _elements(tree):
                    self._constraint(members, module, constraint)

    def _text(self, module: str, tree: ast.expr | None) -> str:
        """A literal, or the constant behind a name."""
        if text := string(tree):
            return text
        symbol = self._callees.symbol(module, dotted(tree))
        values = [string(expression(value)) for value in self._symbols.assigns(symbol)] if symbol else []
        return values[0] if values and values[0] else "?"

    def _table(self, members: Members, module: str, text: str) -> None:
        found = declared(text)
        members.table = (string(found.args[0]) if found and found.args else "") or "?"
        for decl in self._columns.table(module, text):
            members.columns[decl.column.name] = decl

    def _constraint(self, members: Members, module: str, node: ast.expr) -> None:
        """Keys and indexes of `__table_args__`. Only the first column of an index can be looked up by it."""
        found = declaration(node)
        if found is None:
            return
        tails = self._callees.tails(module, found.callee)
        if "ForeignKeyConstraint" in tails:
            pairs = (list(names(found.argument(at, word))) for at, word in ((0, "columns"), (1, "refcolumns")))
            members.foreign_keys.update(zip(*pairs, strict=False))
            return
        columns = [text for arg in found.args for text in names(arg)]
        if "PrimaryKeyConstraint" in tails:
            members.primary_key = tuple(columns)
        elif "Index" in tails:
            members.indexed += columns[1:2]
            members.unique += columns[1:] if found.flag("unique") and len(columns) == 2 else []
        elif "UniqueConstraint" in tails and columns:
            members.indexed.append(columns[0])
            members.unique += columns if len(columns) == 1 else []


def _elements(node: ast.expr | None) -> Iterator[ast.expr]:
    """The constraints of `__table_args__`, also of tuples put together."""
    if isinstance(node, ast.BinOp):
        yield from _elements(node.left)
        yield from _elements(node.right)
    elif isinstance(node, ast.Tuple | ast.List):
        yield from node.elts
    elif isinstance(node, ast.Call):
        for arg in node.args:  # a helper that adds something to the tuple
            yield from _elements(arg)


def _computed_table(text: str) -> str | None:
    """What a `declared_attr` table name is, where only the class name's case changes; else `?`."""
    if text == "None":
        return None
    if text in ("cls.__name__.lower()", "str(cls.__name__).lower()"):
        return "{lower}"
    if text == "cls.__name__":
        return "{name}"
    return string(expression(text)) or "?"
