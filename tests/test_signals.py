"""Who may hear what a model does."""

from __future__ import annotations

import pytest

from perflint.project.models import Models
from perflint.project.symbols import Kind, Symbol
from tests.project_builder import project

MODELS = """
from django.db import models
class Tag(models.Model): ...
class Order(models.Model):
    tags = models.ManyToManyField(Tag)
class Gift(Order): ...
class Other(models.Model): ...
"""

TABLES = """
from sqlalchemy import Column, Integer
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
class Stamped: ...
class Order(Stamped, Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
class Other(Base):
    __tablename__ = "others"
    id = Column(Integer, primary_key=True)
"""


def heard(models: str, listeners: str, name: str) -> list[str]:
    files = {"shop/models.py": models, "shop/listeners.py": listeners}
    return sorted(Models(project(files)).signals(Symbol(Kind.CLASS, name, "shop.models")))


@pytest.mark.parametrize(
    ("listeners", "order", "other"),
    [
        ("@receiver(post_save, sender=Order)\ndef f(**kw): ...", ["post_save"], []),
        ("@receiver([post_save, signals.pre_delete], sender='shop.Order')\ndef f(**kw): ...", ["post_save", "pre_delete"], []),
        ("@receiver(post_save)\ndef f(**kw): ...", ["post_save"], ["post_save"]),
        ("@receiver(post_save, sender=None)\ndef f(**kw): ...", ["post_save"], ["post_save"]),
        ("@receiver(request_started)\ndef f(**kw): ...", [], []),
        ("post_save.connect(f, sender=Order, weak=False)", ["post_save"], []),
        ("post_save.connect(f, Order)", ["post_save"], []),
        ("signals.post_delete.connect(f)", ["post_delete"], ["post_delete"]),
        ("class C(AppConfig):\n    def ready(self):\n        post_save.connect(f, sender=self.get_model('Order'))", ["post_save"], ["post_save"]),
        ("for model in listed:\n    post_save.connect(f, sender=model)", ["post_save"], ["post_save"]),
        ("m2m_changed.connect(f, sender=Order.tags.through)", ["m2m_changed"], []),
        ("sqlite3.connect('file')\nself.socket.connect(address)", [], []),
        ("auditlog.register(Order)", ["m2m_changed", "post_delete", "post_save", "pre_delete"], []),
    ],
)  # fmt: skip
def test_django_receivers(listeners: str, order: list[str], other: list[str]) -> None:
    text = "from django.db.models import signals\nfrom django.db.models.signals import *\nfrom shop.models import *\n"
    assert heard(MODELS, text + listeners, "Order") == order
    assert heard(MODELS, text + listeners, "Other") == other


def test_both_sides_hear_a_many_to_many_change() -> None:
    listeners = "from shop.models import Order\nm2m_changed.connect(f, sender=Order.tags.through)"
    assert heard(MODELS, listeners, "Tag") == ["m2m_changed"]


def test_only_deletes_of_a_child_row_are_heard_by_the_parents_receivers() -> None:
    listeners = "from shop.models import Order\n@receiver([post_save, post_delete], sender=Order)\ndef f(**kw): ..."
    assert heard(MODELS, listeners, "Gift") == ["post_delete"]


def test_history_of_a_base_listens_to_the_classes_below() -> None:
    models = """
        from django.db import models
        from simple_history.models import HistoricalRecords
        class Base(models.Model):
            history = HistoricalRecords(inherit=True)
            class Meta:
                abstract = True
        class Order(Base): ...
    """
    assert "post_save" in heard(models, "", "Order")


@pytest.mark.parametrize(
    ("listeners", "order", "other"),
    [
        ("@event.listens_for(Order, 'before_insert')\ndef f(m, c, t): ...", ["before_insert"], []),
        ("event.listen(Order, 'after_update', f)", ["after_update"], []),
        ("listen(Order.id, 'set', f)", ["set"], []),
        ("@event.listens_for(Stamped, 'before_update', propagate=True)\ndef f(m, c, t): ...", ["before_update"], []),
        ("event.listen(Base, 'load', f, propagate=True)", ["load"], ["load"]),
        ("@event.listens_for(Mapper, 'before_update')\ndef f(m, c, t): ...", ["before_update"], ["before_update"]),
        ("@event.listens_for(Session, 'before_flush')\ndef f(s, c, i): ...", ["before_flush"], ["before_flush"]),
        ("@event.listens_for(Engine, 'connect')\ndef f(c, r): ...", [], []),
        ("event.listen(Order, name, f)", ["unknown"], []),
    ],
)
def test_sqlalchemy_listeners(listeners: str, order: list[str], other: list[str]) -> None:
    text = (
        "from sqlalchemy import event, Engine\nfrom sqlalchemy.event import listen\n"
        "from sqlalchemy.orm import Mapper, Session\nfrom shop.models import *\n"
    )
    assert heard(TABLES, text + listeners, "Order") == order
    assert heard(TABLES, text + listeners, "Other") == other
