"""Django field declarations: which attribute is a column, and which leads to another model."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from perflint.project.declarations import Callees, Declaration, string
from perflint.project.schema import Column
from perflint.project.symbols import Symbols

_TYPES = {
    "bool": "BooleanField NullBooleanField",
    "int": "IntegerField BigIntegerField SmallIntegerField PositiveIntegerField PositiveBigIntegerField "
    "PositiveSmallIntegerField AutoField BigAutoField SmallAutoField",
    "str": "CharField SlugField EmailField URLField GenericIPAddressField IPAddressField FilePathField CICharField "
    "CIEmailField AutoSlugField",
    "text": "TextField CITextField",
    "date": "DateField",
    "datetime": "DateTimeField AutoCreatedField AutoLastModifiedField CreationDateTimeField ModificationDateTimeField "
    "MonitorField",
    "time": "TimeField",
    "uuid": "UUIDField",
    "decimal": "DecimalField",
    "float": "FloatField",
    "json": "JSONField",
    "array": "ArrayField",
    "binary": "BinaryField",
    "file": "FileField ImageField",
}
_TYPE_OF = {name: word for word, listed in _TYPES.items() for name in listed.split()}
_INDEXED = frozenset({"SlugField", "AutoSlugField"})
_RENEWED = frozenset({"AutoLastModifiedField", "ModificationDateTimeField"})
_CONVERTS = frozenset({"from_db_value", "to_python", "get_prep_value", "get_db_prep_value", "pre_save"})
_ORIGINS = ("django.db.models.", "django.contrib.postgres.fields.", "django.contrib.gis.db.models.")
_MANY = ("TaggableManager", "ManyToManyField")


@dataclass(frozen=True, slots=True)
class Related:
    """A field that leads to another model. `target` is the expression given, still to be looked up."""

    name: str
    module: str
    kind: str  # fk, o2o, m2m, generic
    many: bool
    target: ast.expr | None
    related_name: str | None
    nullable: bool
    column: Column | None  # the key's column of this table
    columns: tuple[str, ...] = ()
    parent_link: bool = False
    symmetrical: bool = False  # many-to-many to "self": the same attribute leads both ways
    query_name: str = ""  # related_query_name as given
    to_field: str = ""


class Fields:
    """Reads field declarations with the names of their module."""

    def __init__(self, symbols: Symbols, callees: Callees) -> None:
        self._symbols = symbols
        self._callees = callees

    def is_django(self, module: str, callee: str) -> bool:
        """Whether a call of `callee` surely makes a field of a Django model."""
        symbol = self._callees.symbol(module, callee)
        outside = (owner.name for owner in (self._symbols.mro(symbol) if symbol else ()) if not owner.module)
        return any(name.startswith(_ORIGINS) and name.endswith(("Field", "ForeignKey")) for name in outside)

    def related(self, module: str, name: str, found: Declaration) -> Related | None:
        """The relation that a call declares, None for an ordinary column."""
        tails = self._callees.tails(module, found.callee)
        if "GenericForeignKey" in tails:
            return _generic(module, name, found)
        kind = _kind(tails)
        if not kind:
            return None
        many = kind in ("m2m", "generic")
        has_no_back = kind == "generic" or "TaggableManager" in tails
        target = found.argument(0, "to")
        return Related(
            name=name,
            module=module,
            kind=kind,
            many=many,
            target=None if "TaggableManager" in tails else target,
            related_name="+" if has_no_back else _related_name(found),
            nullable=found.flag("null") and not many,
            column=None if many else _key_column(name, kind, found),
            columns=() if many else (f"{name}_id",),
            parent_link=found.flag("parent_link"),
            symmetrical=kind == "m2m" and string(target) == "self" and found.flag("symmetrical", True),
            query_name=found.string("related_query_name"),
            to_field=found.string("to_field"),
        )

    def column(self, module: str, name: str, found: Declaration) -> Column | None:
        """The column that a call declares; any call of something named …Field counts."""
        tails = self._callees.tails(module, found.callee)
        if not any(tail.endswith("Field") for tail in tails):
            return None
        primary_key = found.flag("primary_key")
        return Column(
            name=name,
            type=self._type(module, found, tails),
            nullable=(found.flag("null") or "NullBooleanField" in tails) and not primary_key,
            unique=found.flag("unique") or primary_key,
            index=found.flag("db_index", bool(tails & _INDEXED)),
            primary_key=primary_key,
            auto_now=found.flag("auto_now") or bool(tails & _RENEWED),
            attname=name,
        )

    def _type(self, module: str, found: Declaration, tails: frozenset[str]) -> str:
        symbol = self._callees.symbol(module, found.callee)
        for owner in self._symbols.mro(symbol) if symbol and symbol.module else ():
            fact = self._symbols.class_(owner) if owner.module else None
            if fact and _CONVERTS.intersection(fact.methods):
                return "custom"
        known = sorted(word for tail in tails if (word := _TYPE_OF.get(tail)))
        return known[0] if known else "custom"


def _generic(module: str, name: str, found: Declaration) -> Related:
    content, key = (string(found.argument(at, word)) for at, word in ((0, "ct_field"), (1, "fk_field")))
    columns = (f"{content or 'content_type'}_id", key or "object_id")
    return Related(name, module, "generic", False, None, "+", True, None, columns)


def _kind(tails: frozenset[str]) -> str:
    for kind, endings in (("generic", ("GenericRelation",)), ("o2o", ("OneToOneField",)), ("m2m", _MANY)):
        if any(tail.endswith(endings) for tail in tails):
            return kind
    return "fk" if any(tail.endswith("ForeignKey") or tail == "ParentalKey" for tail in tails) else ""


def _key_column(name: str, kind: str, found: Declaration) -> Column:
    primary_key = found.flag("primary_key")
    return Column(
        name=f"{name}_id",
        type="",
        nullable=found.flag("null") and not primary_key,
        unique=kind == "o2o" or found.flag("unique") or primary_key,
        index=found.flag("db_index", True),
        primary_key=primary_key,
        attname=f"{name}_id",
        foreign_key=name,
    )


def _related_name(found: Declaration) -> str | None:
    """The name as given, None for Django's default, "+" (no name) when it is computed."""
    node = found.keywords.get("related_name")
    if node is None or (isinstance(node, ast.Constant) and not node.value):
        return None
    text = string(node)
    return text if text and "?" not in text else "+"
