"""SQLAlchemy models before their relations are linked: all class bodies of a lineage put together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from perflint.project.annotations import Annotations
from perflint.project.declarations import Callees
from perflint.project.facts import ClassFact
from perflint.project.schema import Column, Relation
from perflint.project.sqlalchemy_classes import MappedClasses
from perflint.project.sqlalchemy_columns import Columns
from perflint.project.sqlalchemy_members import MemberReader, Members
from perflint.project.sqlalchemy_relations import RelationDecl
from perflint.project.symbols import Symbol, Symbols


@dataclass(slots=True)
class Draft:
    """A model in the making; the lineage has the classes that give it attributes, nearest first."""

    symbol: Symbol
    fact: ClassFact
    lineage: tuple[Symbol, ...]
    abstract: bool
    parent: Draft | None = None  # the nearest mapped class above that has a table
    table: str = ""
    columns: dict[str, Column] = field(default_factory=dict)
    db_names: dict[str, str] = field(default_factory=dict)  # name in the database -> attribute
    decls: dict[str, RelationDecl] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    proxies: dict[str, str] = field(default_factory=dict)
    hybrids: set[str] = field(default_factory=set)
    primary_key: tuple[str, ...] = ()
    complete: bool = True

    def ancestors(self) -> Iterator[Draft]:
        """Itself and the mapped classes with tables above it."""
        draft: Draft | None = self
        while draft:
            yield draft
            draft = draft.parent


class Drafts:
    """Puts the models of a project together, by the symbols of their classes."""

    def __init__(self, symbols: Symbols, callees: Callees) -> None:
        self._symbols = symbols
        self._callees = callees
        self._classes = MappedClasses(symbols, callees)
        self.by_symbol: dict[Symbol, Draft] = {}
        for symbol, fact in self._classes.all():
            lineage = self._classes.lineage(symbol)
            draft = Draft(symbol, fact, lineage, self._classes.is_base(symbol, fact))
            draft.complete = self._classes.is_complete(symbol)
            self.by_symbol[symbol] = draft
        if self.by_symbol:
            self._fill_all()

    def _fill_all(self) -> None:
        named = dict(self._named_types())
        columns = Columns(self._symbols, self._callees, Annotations(self._symbols, named))
        reader = MemberReader(self._symbols, self._callees, columns)
        late = self._late_members(reader)
        for draft in self._parents_first():
            self._fill(draft, reader, late)
        self._type_foreign_keys()

    def _parents_first(self) -> Iterator[Draft]:
        for draft in sorted(self.by_symbol.values(), key=lambda draft: len(draft.lineage)):
            above = (self.by_symbol.get(owner) for owner in draft.lineage[1:])
            draft.parent = next((found for found in above if found and not found.abstract), None)
            yield draft

    def _named_types(self) -> Iterator[tuple[str, str]]:
        """The project's `type_annotation_map`: what the keys' texts mean as column types."""
        columns = Columns(self._symbols, self._callees, Annotations(self._symbols, {}))
        for draft in self.by_symbol.values():
            for assign in draft.fact.assigns if draft.abstract else ():
                if assign.name == "type_annotation_map" or "type_annotation_map" in assign.value:
                    yield from columns.type_map(draft.symbol.module, assign.value)

    def _late_members(self, reader: MemberReader) -> Mapping[Symbol, Members]:
        """Attributes set after the class statement: `User.orders = relationship(...)`."""
        late: dict[Symbol, Members] = defaultdict(Members)
        for module, facts in self._symbols.files.items():
            for assign in facts.assigns:
                owner, _, name = assign.name.rpartition(".")
                if owner and "(" in assign.value and (symbol := self._symbols.resolve(module, owner)) in self.by_symbol:
                    reader.add(late[symbol], module, assign, name)
        return late

    def _fill(self, draft: Draft, reader: MemberReader, late: Mapping[Symbol, Members]) -> None:
        is_sqlmodel = self._classes.is_sqlmodel(draft.symbol)
        every: list[Members] = []
        for owner in reversed(draft.lineage):
            every.append(reader.members(owner, is_sqlmodel))
            if owner in late:
                every.append(late[owner])
        for members in every:
            _merge(draft, members)
        for members in every:
            _constrain(draft, members)
        draft.table = self._table(draft, every)
        draft.primary_key = self._primary_key(draft, every)
        _mark_keys(draft)

    def _table(self, draft: Draft, every: list[Members]) -> str:
        name = draft.fact.name
        given = next((members.table for members in reversed(every) if members.table is not None), None)
        if given is not None:
            return given.replace("{lower}", name.lower()).replace("{name}", name)
        if draft.parent and not any(decl.column.primary_key for decl in every[-1].columns.values()):
            return draft.parent.table
        if self._classes.is_sqlmodel(draft.symbol):
            return name.lower()
        return "" if draft.abstract else _snake(name)  # as Flask-SQLAlchemy names it

    def _primary_key(self, draft: Draft, every: list[Members]) -> tuple[str, ...]:
        if draft.parent:
            return draft.parent.primary_key
        named = next((members.primary_key for members in reversed(every) if members.primary_key), ())
        if named:
            return tuple(draft.db_names.get(name, name) for name in named)
        found = tuple(column.name for column in draft.columns.values() if column.primary_key)
        return found or (("id",) if "id" in draft.columns else ())  # declared by a function out of sight

    def _type_foreign_keys(self) -> None:
        """A key column without a type has the type of the column that it refers to."""
        tables = {draft.table: draft for draft in self.by_symbol.values() if draft.table and not draft.abstract}
        for draft in self.by_symbol.values():
            for column in list(draft.columns.values()):
                _, table, name = ("", "", *column.foreign_key.split("."))[-3:]
                other = tables.get(table)
                if other and not column.type and (found := other.columns.get(other.db_names.get(name, name))):
                    draft.columns[column.name] = replace(column, type=found.type)


def _merge(draft: Draft, members: Members) -> None:
    """Lay a class body over what its bases gave."""
    for name in (*members.removed, *members.columns, *members.relations, *members.proxies, *members.hybrids):
        draft.columns.pop(name, None)
        draft.decls.pop(name, None)
        draft.proxies.pop(name, None)
        draft.hybrids.discard(name)
    draft.columns.update({name: decl.column for name, decl in members.columns.items()})
    draft.db_names.update({decl.db_name: name for name, decl in members.columns.items()})
    draft.decls.update(members.relations)
    draft.proxies.update(members.proxies)
    draft.hybrids |= members.hybrids


def _constrain(draft: Draft, members: Members) -> None:
    """Apply `__table_args__`, which names columns as the database does."""
    for names, change in ((members.unique, {"unique": True}), (members.indexed, {"index": True})):
        for name in names:
            _change(draft, name, **change)
    for name, target in members.foreign_keys.items():
        _change(draft, name, foreign_key=target)


def _mark_keys(draft: Draft) -> None:
    for name in draft.primary_key:
        _change(draft, name, primary_key=True, nullable=False)


def _change(draft: Draft, name: str, **changes: object) -> None:
    name = draft.db_names.get(name.rpartition(".")[2], name)
    if column := draft.columns.get(name):
        draft.columns[name] = replace(column, **changes)  # type: ignore[arg-type]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
