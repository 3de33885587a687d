"""The model table against the libraries themselves: the same texts, mapped for real."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from perflint.project.models import Model, Models
from perflint.project.symbols import Kind, Symbol
from tests.project_builder import project

DECLARATIVE = """
import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Optional
from uuid import UUID

from sqlalchemy import (
    JSON, Boolean, Column, DateTime, Enum, ForeignKey, ForeignKeyConstraint, Index, Integer, Numeric, String, Table,
    Text, UniqueConstraint,
)
from sqlalchemy.orm import (
    DeclarativeBase, Mapped, backref, column_property, declared_attr, deferred, dynamic_loader, mapped_column,
    relationship, synonym,
)

intpk = Annotated[int, mapped_column(primary_key=True)]
name50 = Annotated[str, mapped_column(String(50), index=True)]


class Base(DeclarativeBase):
    type_annotation_map = {dict: JSON}


class Color(enum.Enum):
    RED = 1


user_tags = Table(
    "user_tags", Base.metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Stamped:
    created: Mapped[datetime] = mapped_column(default=datetime.utcnow, onupdate=datetime.utcnow)

    @declared_attr
    def owner_id(cls) -> Mapped[Optional[int]]:
        return mapped_column(ForeignKey("users.id"))

    @declared_attr
    def owner(cls) -> Mapped[Optional["User"]]:
        return relationship("User", foreign_keys=[cls.owner_id])


class Team(Base):
    __tablename__ = "teams"
    id: Mapped[intpk]
    name: Mapped[name50]
    members: Mapped[list["User"]] = relationship(back_populates="team", lazy="selectin", order_by="User.name")


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)
    full_name: Mapped[Optional[str]]
    nick: Mapped["str | None"] = mapped_column("nickname", String)
    settings: Mapped[dict]
    born: Mapped[date] = mapped_column(nullable=True)
    rate: Mapped[Decimal]
    token: Mapped[UUID] = mapped_column(index=True)
    color: Mapped[Color]
    bio: Mapped[str] = mapped_column(Text, deferred=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    boss_id = Column(Integer, ForeignKey("users.id"))
    active = Column(Boolean, nullable=False)
    upper = column_property(name + "!")
    alias = synonym("name")
    team: Mapped[Optional[Team]] = relationship(back_populates="members")
    boss = relationship("User", remote_side=[id], backref="reports")
    tags: Mapped[set["Tag"]] = relationship(secondary=user_tags, backref=backref("users", lazy="dynamic"))
    profile: Mapped["Profile"] = relationship(back_populates="user", lazy="joined")
    orders = relationship("Order", backref=backref("buyer", lazy="joined"), foreign_keys="Order.buyer_id", lazy="raise")
    gifts = relationship("Order", primaryjoin="User.id == foreign(Order.receiver_id)", viewonly=True)
    logs = dynamic_loader("Log")


class Profile(Base):
    __tablename__ = "profiles"
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id), primary_key=True)
    user: Mapped[User] = relationship(back_populates="profile")


class Tag(Base):
    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("name"), Index("ix_tag", "kind", "name"))
    id = Column(Integer, primary_key=True)
    name = Column(String)
    kind = Column(String)


class Order(Stamped, Base):
    __tablename__ = "orders"
    tenant = Column(Integer, primary_key=True)
    number = Column(Integer, primary_key=True)
    buyer_id = Column(ForeignKey("users.id"), nullable=False)
    receiver_id = Column(ForeignKey("users.id"))
    total = deferred(Column(Numeric))
    lines = relationship(lambda: Line, back_populates="order", uselist=True)


class Line(Base):
    __tablename__ = "lines"
    __table_args__ = (ForeignKeyConstraint(["tenant", "number"], ["orders.tenant", "orders.number"]),)
    id = Column(Integer, primary_key=True)
    tenant = Column(Integer)
    number = Column(Integer)
    order = relationship(Order, back_populates="lines")


class Log(Base):
    __tablename__ = "logs"
    id = Column(Integer, primary_key=True)
    kind = Column(String(10))
    at = Column(DateTime)
    user_id = Column(Integer, ForeignKey("users.id"))
    __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "log"}


class Audit(Log):
    note = Column(Text)
    __mapper_args__ = {"polymorphic_identity": "audit"}


class Access(Log):
    __tablename__ = "accesses"
    id = Column(ForeignKey("logs.id"), primary_key=True)
    team_id = Column(ForeignKey("teams.id"))
    team = relationship("Team", uselist=False)
    __mapper_args__ = {"polymorphic_identity": "access"}


Team.logs = relationship(Access, viewonly=True)
"""

SQLMODEL = """
from datetime import datetime
from typing import List, Optional

from sqlalchemy import Column, Text
from sqlmodel import Field, Relationship, SQLModel


class HeroBase(SQLModel):
    name: str = Field(index=True)
    age: Optional[int] = None


class Link(SQLModel, table=True):
    team_id: Optional[int] = Field(default=None, foreign_key="team.id", primary_key=True)
    power_id: Optional[int] = Field(default=None, foreign_key="power.id", primary_key=True)


class Power(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    teams: List["Team"] = Relationship(back_populates="powers", link_model=Link)


class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(unique=True)
    heroes: List["Hero"] = Relationship(back_populates="team", sa_relationship_kwargs={"lazy": "selectin"})
    powers: List[Power] = Relationship(back_populates="teams", link_model=Link)


class Hero(HeroBase, table=True):
    __tablename__ = "heroes"
    id: int | None = Field(default=None, primary_key=True)
    story: str = Field(sa_column=Column(Text, nullable=False))
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: Optional[Team] = Relationship(back_populates="heroes")


class HeroRead(HeroBase):
    id: int
"""

FLASK = """
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Category(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(50), nullable=False, index=True)
    parent_id = db.Column(db.Integer, db.ForeignKey("category.id"))
    children = db.relationship("Category", backref=db.backref("parent", remote_side=[id]))


class BlogPost(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    category_id = db.Column(db.Integer, db.ForeignKey("category.id"), nullable=False)
    category = db.relationship("Category", backref=db.backref("posts", lazy=True), lazy="joined")
"""

_MAPPED = """
import json, sys, types
module = types.ModuleType("models")
sys.modules["models"] = module
source = sys.stdin.read()
exec(compile(source, "models.py", "exec"), module.__dict__)
from sqlalchemy import inspect
from sqlalchemy.orm import configure_mappers
configure_mappers()
found = {}
for name, value in list(vars(module).items()):
    mapper = inspect(value, raiseerr=False) if isinstance(value, type) else None
    if mapper is None or not getattr(mapper, "is_mapper", False) or mapper.class_.__module__ != "models":
        continue
    properties = {attr.key: attr.columns[0] for attr in mapper.column_attrs if hasattr(attr.columns[0], "nullable")}
    found[name] = {
        "table": mapper.local_table.name,
        "primary_key": sorted(mapper.get_property_by_column(column).key for column in mapper.primary_key),
        "nullable": {key: column.nullable and not column.primary_key for key, column in properties.items()},
        "foreign": {
            key: sorted(fk.target_fullname for fk in column.foreign_keys) for key, column in properties.items()
            if column.foreign_keys
        },
        "deferred": sorted(attr.key for attr in mapper.column_attrs if attr.deferred),
        "synonyms": sorted(mapper.synonyms.keys()),
        "relations": {
            relation.key: [
                relation.mapper.class_.__name__,
                bool(relation.uselist),
                {"MANYTOONE": "forward", "ONETOMANY": "back", "MANYTOMANY": "m2m"}[relation.direction.name],
                {True: "select", False: "joined"}.get(relation.lazy, relation.lazy),
                bool(relation.order_by),
            ]
            for relation in mapper.relationships
        },
    }
json.dump(found, sys.stdout)
"""


def _run(program: str, source: str) -> dict[str, dict[str, object]]:
    """What the library makes of a text, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", program], input=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


def _tables(source: str, path: str = "models.py") -> Iterator[tuple[str, Model]]:
    symbols = project({path: source})
    models = Models(symbols)
    for symbol, _ in symbols.all_classes():
        if (model := models.get(symbol)) and not model.abstract:
            yield symbol.name, model


_DIRECTIONS = {"fk": "forward", "o2o": "forward", "reverse_fk": "back", "reverse_o2o": "back", "m2m": "m2m"}


def _seen(model: Model) -> dict[str, object]:
    columns = model.columns.values()
    return {
        "table": model.table,
        "primary_key": sorted(model.primary_key),
        "nullable": {column.name: column.nullable for column in columns if column.name != "upper"},
        "deferred": sorted(column.name for column in columns if column.deferred),
        "synonyms": sorted(model.proxies),
        "relations": {
            relation.name: [
                relation.target.name if relation.target else None,
                relation.many,
                _DIRECTIONS[relation.kind],
                relation.lazy,
                relation.ordered,
            ]
            for relation in model.relations.values()
        },
    }


@pytest.mark.parametrize("source", [DECLARATIVE, SQLMODEL, FLASK], ids=["declarative", "sqlmodel", "flask"])
def test_the_table_says_what_sqlalchemy_maps(source: str) -> None:
    mapped = _run(_MAPPED, source)
    seen = {name: _seen(model) for name, model in _tables(source)}
    assert sorted(seen) == sorted(mapped)
    for name, expected in mapped.items():
        foreign = expected.pop("foreign")
        assert seen[name] == expected, name
        model = dict(_tables(source))[name]
        assert {column.name for column in model.columns.values() if column.foreign_key} == set(foreign), name  # type: ignore[call-overload]


DJANGO = """
from django.contrib.auth.models import AbstractUser, Group
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q


class UserQuerySet(models.QuerySet):
    pass


class TeamManager(models.Manager):
    pass


class User(AbstractUser):
    pass


class Stamped(models.Model):
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="%(app_label)s_%(class)s_items")
    editor = models.ForeignKey("User", models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True
        ordering = ["-created"]


class Team(models.Model):
    name = models.CharField(max_length=50, unique=True)
    lead = models.OneToOneField("shop.User", models.PROTECT)
    friends = models.ManyToManyField("self")
    follows = models.ManyToManyField("self", symmetrical=False, related_name="followers")
    comments = GenericRelation("Comment")
    objects = TeamManager()
    people = models.Manager.from_queryset(UserQuerySet)()


class Person(Stamped):
    code = models.UUIDField(primary_key=True)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True)
    groups = models.ManyToManyField(Group, related_name="people")
    mentor = models.ForeignKey("self", models.SET_NULL, null=True)
    home = models.OneToOneField("Place", models.CASCADE, related_name="resident")
    slug = models.SlugField()
    rank = models.IntegerField(db_index=True)

    class Meta(Stamped.Meta):
        constraints = [models.UniqueConstraint(fields=["rank"], name="one_rank")]


class Place(models.Model):
    city = models.CharField(max_length=10)
    owner = models.ForeignKey(get_user_model(), models.CASCADE)

    class Meta:
        default_related_name = "places"
        ordering = ["city"]


class Restaurant(Place):
    stars = models.PositiveSmallIntegerField(null=True)


class Cafe(Place):
    place = models.OneToOneField(Place, models.CASCADE, parent_link=True, primary_key=True)


class Diner(Restaurant):
    class Meta:
        proxy = True


class Dish(models.Model):
    diner = models.ForeignKey(Diner, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE, db_column="pers")


class Comment(models.Model):
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.PositiveIntegerField()
    subject = GenericForeignKey()
"""

_DJANGO = """
import json, sys, types
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "shop"], AUTH_USER_MODEL="shop.User",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
shop = types.ModuleType("shop"); shop.__path__ = []; shop.__file__ = "/shop/__init__.py"
module = types.ModuleType("shop.models")
module.__package__ = "shop"
source = sys.stdin.read()
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        import importlib.machinery
        if name == "shop.models":
            return importlib.machinery.ModuleSpec(name, Finder)
    @staticmethod
    def create_module(spec):
        return module
    @staticmethod
    def exec_module(module):
        exec(compile(source, "models.py", "exec"), module.__dict__)
sys.meta_path.insert(0, Finder)
sys.modules["shop"] = shop
import importlib.machinery
shop.__spec__ = importlib.machinery.ModuleSpec("shop", None, is_package=True)
shop.__spec__.submodule_search_locations = ["/shop"]
django.setup()
from django.apps import apps
found = {}
for model in apps.get_app_config("shop").get_models():
    meta = model._meta
    relations = {}
    for field in meta.get_fields(include_hidden=False):
        if not field.is_relation:
            continue
        name = field.get_accessor_name() if field.auto_created and not field.concrete else field.name
        target = field.related_model.__name__ if field.related_model else None
        if field.many_to_many:
            kind = "m2m"
        elif field.one_to_many or field.many_to_one:
            kind = "reverse_fk" if field.one_to_many else "fk"
        else:
            kind = "reverse_o2o" if field.auto_created and not field.concrete else "o2o"
        generic = type(field).__name__.startswith("Generic")
        nullable = bool(field.null) if kind in ("fk", "o2o") and not generic else kind == "reverse_o2o" or generic
        relations[name] = [target, bool(field.one_to_many or field.many_to_many), "generic" if generic else kind]
        if not generic:
            relations[name].append(nullable)
    columns = meta.concrete_fields
    alone = {rule.fields[0] for rule in meta.constraints if len(rule.fields) == 1}
    found[model.__name__] = {
        "table": meta.db_table,
        "columns": {f.attname: [f.null, f.unique or f.name in alone, bool(f.db_index)] for f in columns},
        "relations": relations,
        "managers": sorted(manager.name for manager in meta.managers),
        "ordering": bool(meta.ordering),
        "auto_now": sorted(f.attname for f in columns if getattr(f, "auto_now", False)),
    }
json.dump(found, sys.stdout)
"""


def test_the_table_says_what_django_maps() -> None:
    mapped = _run(_DJANGO, DJANGO)
    settings = 'AUTH_USER_MODEL = "shop.User"\nINSTALLED_APPS = ["shop"]\n'
    symbols = project({"shop/models.py": DJANGO, "shop/__init__.py": "", "site/settings.py": settings})
    models = Models(symbols)
    for name, expected in mapped.items():
        model = models.get(Symbol(Kind.CLASS, name, "shop.models"))
        assert model, name
        relations = {
            relation.name: [
                relation.target.name.rpartition(".")[2] if relation.target else None,
                relation.many,
                relation.kind,
                *([relation.nullable] if relation.kind != "generic" else []),
            ]
            for relation in model.relations.values()
        }
        columns = {c.name: [c.nullable, c.unique, c.index] for c in model.columns.values()}
        seen = {
            "table": model.table,
            "columns": columns,
            "relations": relations,
            "managers": sorted(model.managers),
            "ordering": model.ordering,
            "auto_now": sorted(column.name for column in model.columns.values() if column.auto_now),
        }
        assert seen == expected, name
