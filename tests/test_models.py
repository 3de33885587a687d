"""The model table: which classes are models, and what leads where across files."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from perflint.project.models import Library, Model, Models
from perflint.project.symbols import Kind, Symbol
from tests.project_builder import project

BASE = """
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
"""


def model(files: Mapping[str, str], name: str) -> Model:
    """The model of a dotted class name in a project."""
    found = find(files, name)
    assert found, name
    return found


def find(files: Mapping[str, str], name: str) -> Model | None:
    module, _, tail = name.rpartition(".")
    return Models(project(files)).get(Symbol(Kind.CLASS, tail, module))


def target(found: Model, relation: str) -> str | None:
    symbol = found.relations[relation].target
    return symbol.full if symbol else None


def test_flask_database_is_followed_through_packages() -> None:
    files = {
        "shop/extensions/__init__.py": "from .database import db",
        "shop/extensions/database.py": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()",
        "shop/models/__init__.py": "from shop.models.user import User\nfrom shop.models.order import Order",
        "shop/models/user.py": """
            from shop.extensions import db
            class User(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                orders = db.relationship("Order", back_populates="user", lazy="dynamic")
        """,
        "shop/models/order.py": """
            from shop import extensions as ext
            class Order(ext.db.Model):
                id = ext.db.Column(ext.db.Integer, primary_key=True)
                user_id = ext.db.Column(ext.db.ForeignKey("user.id"))
                user = ext.db.relationship("shop.models.User", back_populates="orders")
        """,
    }
    orders = model(files, "shop.models.user.User").relations["orders"]
    assert (orders.many, orders.kind, orders.lazy, orders.back) == (True, "reverse_fk", "dynamic", "user")
    order = model(files, "shop.models.order.Order")
    assert target(order, "user") == "shop.models.user.User"
    assert order.relations["user"].columns == ("user_id",)
    assert order.columns["user_id"].type == "int"  # of the column that it refers to


@pytest.mark.parametrize(
    "base",
    [
        "from sqlalchemy.orm import declarative_base\nBase = declarative_base()",
        "from sqlalchemy.ext.declarative import declarative_base as make\nBase: Any = make(metadata=meta)",
        "from sqlalchemy.orm import registry\nmapper = registry()\nBase = mapper.generate_base()",
        "from sqlalchemy.orm import as_declarative\n@as_declarative()\nclass Base: ...",
        "from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass\n"
        "class Base(MappedAsDataclass, DeclarativeBase): ...",
    ],
    ids=["1.4", "alias", "registry", "decorator", "2.x"],
)
def test_declarative_bases(base: str) -> None:
    source = """
        from sqlalchemy import Column, Integer
        from app.base import Base
        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
    """
    found = model({"app/base.py": base, "app/models.py": source}, "app.models.User")
    assert (found.library, found.table, found.primary_key) == (Library.SQLALCHEMY, "users", ("id",))
    assert found.complete


def test_class_given_to_the_base_adds_its_columns() -> None:
    source = """
        from sqlalchemy import Column, Integer
        from sqlalchemy.orm import declarative_base
        class Common:
            id = Column(Integer, primary_key=True)
        Base = declarative_base(cls=Common)
        class User(Base):
            __tablename__ = "users"
    """
    assert model({"m.py": source}, "m.User").primary_key == ("id",)


def test_unseen_base_is_mapped_by_its_table_and_incomplete() -> None:
    source = """
        from company.orm import Entity
        from sqlalchemy import Column, String
        class Thing(Entity):
            __tablename__ = "things"
            name = Column(String)
        class Schema(Entity):
            name = "x"
    """
    assert not model({"m.py": source}, "m.Thing").complete
    assert find({"m.py": source}, "m.Schema") is None


def test_same_class_name_twice_means_the_nearer_one() -> None:
    user = (
        "from base import Base\nfrom sqlalchemy import *\nclass User(Base):\n    id = Column(Integer, primary_key=True)"
    )
    note = """
        from base import Base
        from sqlalchemy.orm import relationship
        class Note(Base):
            user = relationship("User", uselist=False)
    """
    files = {"base.py": BASE, "a/user.py": user, "b/user.py": user, "a/note.py": note, "c/note.py": note}
    assert target(model(files, "a.note.Note"), "user") == "a.user.User"
    assert target(model(files, "c.note.Note"), "user") is None


def test_mixin_relations_are_made_for_each_class() -> None:
    source = """
        from sqlalchemy import Column, ForeignKey, Integer
        from sqlalchemy.orm import backref, declared_attr, relationship
        from base import Base
        class Owned:
            items_name = None
            owner_class = "User"
            @declared_attr
            def owner_id(cls):
                return Column(Integer, ForeignKey("users.id"), index=True)
            @declared_attr
            def owner(cls):
                return relationship(cls.owner_class, backref=backref(cls.items_name, lazy="selectin"))
        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
        class Car(Owned, Base):
            __tablename__ = "cars"
            items_name = "cars"
        class Dog(Owned, Base):
            __tablename__ = "dogs"
            items_name = "dogs"
    """
    user = model({"base.py": BASE, "m.py": source}, "m.User")
    assert {(r.name, r.target.name if r.target else "", r.lazy) for r in user.relations.values()} == {
        ("cars", "Car", "selectin"),
        ("dogs", "Dog", "selectin"),
    }
    assert model({"base.py": BASE, "m.py": source}, "m.Dog").relations["owner"].columns == ("owner_id",)


def test_proxies_and_hybrids() -> None:
    source = """
        from sqlalchemy import Column, Integer, String
        from sqlalchemy.ext.associationproxy import association_proxy
        from sqlalchemy.ext.hybrid import hybrid_property
        from sqlalchemy.orm import relationship, synonym
        from base import Base
        class User(Base):
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
            name = Column("user_name", String, onupdate="x")
            login = synonym("name")
            tags = relationship("User", lazy=choose())
            tag_names = association_proxy("tags", "name")
            @hybrid_property
            def upper(self): return self.name
    """
    found = model({"base.py": BASE, "m.py": source}, "m.User")
    assert found.proxies == {"login": "name", "tag_names": "tags"}
    assert found.hybrids == {"upper"}
    assert found.columns["name"].auto_now
    assert found.relations["tags"].lazy == ""


@pytest.mark.parametrize(
    ("declaration", "word"),
    [
        ("Column(String(50).with_variant(Text, 'mysql'))", "str"),
        ("Column('flag', sa.Boolean)", "bool"),
        ("Column(sa.Numeric(10, 2))", "decimal"),
        ("Column(Upper)", "custom"),
        ("Column(UpperNoMethods)", "custom"),
        ("Column(JSONType, default={})", "json"),
        ("Column(short())", "str"),
        ("Column(vendor.Money)", "custom"),
        ("Column(MutableDict.as_mutable(JSONB))", "json"),
        ("Column(ForeignKey('t.id'))", "int"),
        ("Column(KEY, String(3))", "str"),
        ("Column(undefined_name)", ""),
    ],
)
def test_column_types(declaration: str, word: str) -> None:
    source = f"""
        import sqlalchemy as sa
        import vendor
        from sqlalchemy import Column, ForeignKey, Integer, String, Text, TypeDecorator
        from sqlalchemy.dialects.postgresql import JSONB
        from sqlalchemy.ext.mutable import MutableDict
        from base import Base
        KEY = "key"
        JSONType = sa.JSON().with_variant(JSONB, "postgresql")
        def short() -> String: return String(5)
        class Upper(TypeDecorator):
            impl = String
            def process_bind_param(self, value, dialect): return value.upper()
        class UpperNoMethods(TypeDecorator):
            impl = String
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            column = {declaration}
    """
    assert model({"base.py": BASE, "m.py": source}, "m.T").columns["column"].type == word


def test_partial_column_gives_its_arguments() -> None:
    source = """
        import functools
        from sqlalchemy import Column as C, String
        from base import Base
        Column = functools.partial(C, nullable=False)
        class T(Base):
            __tablename__ = "t"
            name = Column(String)
            note = Column(String, nullable=True)
    """
    columns = model({"base.py": BASE, "m.py": source}, "m.T").columns
    assert [columns[name].nullable for name in ("name", "note")] == [False, True]


def test_a_backref_wins_over_a_declaration_for_type_checkers() -> None:
    source = """
        from sqlalchemy import Column, ForeignKey, Integer
        from sqlalchemy.orm import backref, relationship
        from base import Base
        class Team(Base):
            __tablename__ = "teams"
            id = Column(Integer, primary_key=True)
        class Plan(Base):
            __tablename__ = "plans"
            id = Column(ForeignKey("teams.id"), primary_key=True)
            team = relationship(Team, backref=backref("plan", uselist=False))
        if not_at_run_time:
            Team.plan = relationship(Plan)
    """
    plan = model({"base.py": BASE, "m.py": source}, "m.Team").relations["plan"]
    assert (plan.many, plan.kind, plan.back) == (False, "reverse_o2o", "team")


def test_key_without_a_constraint_may_lead_to_nothing() -> None:
    source = """
        from sqlalchemy import Column, ForeignKey, Integer, String
        from sqlalchemy.orm import foreign, relationship
        from base import Base
        class Dag(Base):
            __tablename__ = "dags"
            id = Column(String, primary_key=True)
            runs = relationship("Run", primaryjoin=lambda: Dag.id == foreign(get_run().dag_id), backref="dag")
        class Run(Base):
            __tablename__ = "runs"
            id = Column(Integer, primary_key=True)
            dag_id = Column(String, nullable=False)
    """
    files = {"base.py": BASE, "m.py": source}
    assert model(files, "m.Dag").relations["runs"].many
    dag = model(files, "m.Run").relations["dag"]
    assert (dag.kind, dag.columns, dag.nullable) == ("fk", ("dag_id",), True)


def test_names_that_look_like_models_are_none() -> None:
    source = """
        from pydantic import BaseModel, Field
        from dataclasses import dataclass
        from django import forms
        from rest_framework import serializers
        from tortoise import fields, models
        from peewee import CharField, Model
        from playhouse.flask_utils import FlaskDB
        db = FlaskDB()
        class Row(models.Model):
            name = fields.CharField(max_length=5)
        class Record(Model):
            name = CharField()
        class Entry(db.Model):
            name = CharField()
        class Item(BaseModel):
            name: str = Field(default="")
        class Form(forms.ModelForm):
            name = forms.CharField()
        class Serializer(serializers.ModelSerializer):
            name = serializers.CharField()
        class Mixin:
            name = "x"
    """
    names = ("Item", "Form", "Serializer", "Mixin", "Row", "Record", "Entry")
    assert [name for name in names if find({"m.py": source}, f"m.{name}")] == []
