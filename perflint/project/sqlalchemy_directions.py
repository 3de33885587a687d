"""Which way a SQLAlchemy relationship points, once both classes are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from perflint.project.schema import Column, Relation
from perflint.project.sqlalchemy_relations import Backref, RelationDecl
from perflint.project.symbols import Symbol

_OPERAND = r"(?:\w|\.|\([^()]*\))+"  # `Order.user_id`, `get_model().user_id`


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two classes of a relation: how foreign keys and joins may name it."""

    symbol: Symbol
    class_names: frozenset[str]
    tables: frozenset[str]
    columns: Mapping[str, Column]

    def keys_to(self, other: Side) -> tuple[str, ...]:
        """The columns that hold a foreign key to the other side."""
        return tuple(name for name, column in self.columns.items() if other.is_meant(column.foreign_key))

    def is_meant(self, foreign_key: str) -> bool:
        """Whether `users.id`, `public.users.id` or `User.id` is a column of this side."""
        parts = foreign_key.split(".")
        if len(parts) < 2:
            return False
        if parts[-2] in self.tables or parts[-2] in self.class_names:
            return True
        unknown = not self.tables or "" in self.tables or any("?" in table for table in self.tables)
        return unknown and any(_plain(parts[-2]) == _plain(name) for name in self.class_names)


def link_relation(decl: RelationDecl, owner: Side, target: Side | None) -> Relation:
    """The relation, with its direction: many-to-one when the owner holds the foreign key."""
    keys = _own_keys(decl, owner, target) if not decl.secondary else None
    many = decl.many if decl.many is not None else decl.secondary or keys is None
    if decl.secondary:
        kind = "m2m"
    elif keys is not None and not many:
        kind = "o2o" if any(owner.columns[key].unique for key in keys if key in owner.columns) else "fk"
    else:
        kind = "reverse_fk" if many else "reverse_o2o"
    is_forward = kind in ("fk", "o2o")
    return Relation(
        name=decl.name,
        target=target.symbol if target else None,
        many=many,
        kind=kind,
        lazy=decl.lazy,
        nullable=_may_be_empty(keys or (), owner) if is_forward else not many,
        ordered=decl.ordered,
        back=decl.back_populates or (decl.backref.name if decl.backref else ""),
        columns=(keys or ()) if is_forward else (),
    )


def opposite(relation: Relation, decl: RelationDecl, backref: Backref, owner: Side, target: Side) -> Relation:
    """The relation that a backref makes on the target of `relation`."""
    is_forward = relation.kind in ("fk", "o2o")
    many = backref.many if backref.many is not None else is_forward or relation.kind == "m2m"
    keys: tuple[str, ...] = ()
    if relation.kind in ("reverse_fk", "reverse_o2o"):
        keys = _named_keys(_foreign_columns(decl), target, owner) or target.keys_to(owner)
    kind = "m2m" if relation.kind == "m2m" else "fk"
    if is_forward:
        kind = "reverse_fk" if many else "reverse_o2o"
    return Relation(
        name=backref.name,
        target=owner.symbol,
        many=many,
        kind=kind,
        lazy=backref.lazy,
        nullable=not many and _may_be_empty(keys, target),
        ordered=backref.ordered,
        back=relation.name,
        columns=keys,
    )


def _may_be_empty(keys: tuple[str, ...], side: Side) -> bool:
    """Whether a to-one relation may lead to nothing: a key is nullable, or no constraint of the database."""
    known = [side.columns[key] for key in keys if key in side.columns]
    return not known or any(column.nullable or not column.foreign_key for column in known)


def _own_keys(decl: RelationDecl, owner: Side, target: Side | None) -> tuple[str, ...] | None:
    """The owner's foreign key columns when the relation is many-to-one, None when it is not."""
    if target is None:
        return _keys_by_name(decl, owner)
    here, there = owner.keys_to(target), target.keys_to(owner)
    if owner.class_names & target.class_names and here == there:
        return _self_keys(decl, here)
    named = _foreign_columns(decl)
    if named:
        return _named_keys(named, owner, target) or None
    if here and (not there or _is_mentioned(here, decl.join) or not _is_mentioned(there, decl.join)):
        mentioned = tuple(key for key in here if re.search(rf"\b{key}\b", decl.join))
        return mentioned or here
    return None if there else _keys_by_name(decl, owner)


def _self_keys(decl: RelationDecl, keys: tuple[str, ...]) -> tuple[str, ...] | None:
    """A class related to itself points up when the remote side is not the foreign key."""
    remote = [name.rpartition(".")[2] for name in decl.remote_side]
    remote += re.findall(r"remote\(\s*(?:foreign\(\s*)?(?:\w+\.)*(\w+)", decl.join)
    if decl.many is not None and not remote:
        return None if decl.many else keys
    return keys if remote and not set(remote) & set(keys) else None


def _foreign_columns(decl: RelationDecl) -> tuple[str, ...]:
    return decl.foreign_keys or tuple(re.findall(rf"foreign\(\s*(?:remote\(\s*)?({_OPERAND})", decl.join))


def _named_keys(named: tuple[str, ...], owner: Side, target: Side) -> tuple[str, ...]:
    """Of keys spelled out (`Order.user_id`, `user_id` in the class body) those that the owner has."""
    own = []
    for name in named:
        head, _, column = name.rpartition(".")
        head = head.removesuffix(".c").rpartition(".")[2]
        is_own = head in ("cls", "") or head in owner.class_names | owner.tables
        is_other = head in target.class_names | target.tables or column in target.columns
        if is_own or (not is_other and column in owner.columns):
            own.append(column)
    return tuple(own)


def _keys_by_name(decl: RelationDecl, owner: Side) -> tuple[str, ...] | None:
    """Without a visible foreign key: `team` beside a column `team_id` points up."""
    if decl.many is False:
        fitting = [name for name in owner.columns if name == f"{decl.name}_id"]
        return tuple(fitting) if fitting else None
    return (f"{decl.name}_id",) if f"{decl.name}_id" in owner.columns and not decl.many else None


def _is_mentioned(keys: tuple[str, ...], join: str) -> bool:
    return any(re.search(rf"\b{key}\b", join) for key in keys)


def _plain(name: str) -> str:
    """A class or table name without case, underscores and plural."""
    return name.replace("_", "").lower().rstrip("s")
