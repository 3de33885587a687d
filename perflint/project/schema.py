"""What a mapped class is: its columns, its relations and how they load. Plain data, for every ORM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from perflint.project.symbols import Symbol


class Library(StrEnum):
    """The ORM that maps a class."""

    SQLALCHEMY = "sqlalchemy"
    DJANGO = "django"


@dataclass(frozen=True, slots=True)
class Column:
    """A column attribute.

    `type` is one word for all ORMs: bool, int, str, text, date, datetime, time, enum, uuid, decimal,
    float, json, array, binary, file; "custom" when the project converts values by code of its own;
    "" when unknown.
    """

    name: str
    type: str
    nullable: bool
    unique: bool = False
    index: bool = False
    primary_key: bool = False
    deferred: bool = False
    auto_now: bool = False  # set anew at each save: auto_now, onupdate
    attname: str = ""  # Django: the attribute that holds the key ("team_id")
    foreign_key: str = ""  # SQLAlchemy: "users.id"; Django: the relation's name


@dataclass(frozen=True, slots=True)
class Relation:
    """An attribute that leads to other mapped objects.

    `kind` is one of fk, o2o, m2m, reverse_fk, reverse_o2o, generic. `target` is None when the other
    class is not known; reading the attribute still runs a query.
    """

    name: str
    target: Symbol | None
    many: bool
    kind: str
    lazy: str = "select"  # SQLAlchemy's loader as declared; "" when it is no literal
    nullable: bool = True
    ordered: bool = False
    back: str = ""  # the opposite relation on the target
    columns: tuple[str, ...] = ()  # the foreign key's columns, when they lie on this side
    filtered_manager: bool = False  # Django: the target's base manager may leave rows out
    to_field: str = ""  # Django: the target's field that the key refers to, where it is not the primary key
    query_name: str = ""  # Django: what queries call a reverse relation ("order", where objects have order_set)


@dataclass(frozen=True, slots=True)
class Model:
    """A mapped class with everything that it inherits."""

    symbol: Symbol
    library: Library
    table: str
    columns: Mapping[str, Column]
    relations: Mapping[str, Relation]
    primary_key: tuple[str, ...]
    abstract: bool = False
    managers: Mapping[str, Symbol | None] = field(default_factory=dict)  # Django; None: the default Manager
    ordering: bool = False
    proxies: Mapping[str, str] = field(default_factory=dict)  # association_proxy -> relation, synonym -> column
    hybrids: frozenset[str] = frozenset()
    has_custom_save: bool = False
    has_custom_delete: bool = False
    multi_table: bool = False  # Django: rows spread over the parent's table and this one
    proxy: bool = False  # Django: another class for the parent's rows
    complete: bool = True  # False: a base is out of sight, so there may be more columns and relations
