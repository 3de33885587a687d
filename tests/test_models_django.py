"""Django models across apps: labels, swapped users, libraries' bases, managers."""

from __future__ import annotations

import pytest

from perflint.project.models import Models
from perflint.project.symbols import Kind, Symbol
from tests.project_builder import project
from tests.test_models import find, model, target

OSCAR = {
    "lib/catalogue/apps.py": "from django.apps import AppConfig\nclass C(AppConfig):\n    label = 'goods'\n    name = 'lib.catalogue'",
    "lib/catalogue/abstract_models.py": """
        from django.db import models
        from django.conf import settings
        class AbstractProduct(models.Model):
            parent = models.ForeignKey("self", models.CASCADE, related_name="children", null=True)
            kind = models.ForeignKey("goods.Kind", models.CASCADE, related_name="products")
            seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
            class Meta:
                abstract = True
                app_label = "goods"
    """,
    "lib/catalogue/models.py": """
        from lib.catalogue.abstract_models import *
        from django.db import models
        if not is_model_registered("goods", "Product"):
            class Product(AbstractProduct):
                pass
        class Kind(models.Model):
            name = models.CharField(max_length=10)
    """,
    "lib/basket/models.py": """
        from django.db import models
        class Line(models.Model):
            product = models.ForeignKey("goods.Product", models.CASCADE)
            alias = models.ForeignKey(to="Other", on_delete=models.CASCADE)
        class Other(models.Model): ...
    """,
}


def test_concrete_class_of_an_abstract_model_is_found_by_label() -> None:
    assert target(model(OSCAR, "lib.basket.models.Line"), "product") == "lib.catalogue.models.Product"
    product = model(OSCAR, "lib.catalogue.models.Product")
    assert target(product, "parent") == target(product, "children") == "lib.catalogue.models.Product"
    assert product.relations["line_set"].back == "product"
    assert product.table == "goods_product"
    abstract = model(OSCAR, "lib.catalogue.abstract_models.AbstractProduct")
    assert abstract.abstract
    assert "products" in model(OSCAR, "lib.catalogue.models.Kind").relations
    assert target(model(OSCAR, "lib.basket.models.Line"), "alias") == "lib.basket.models.Other"


def test_a_second_class_under_the_same_label_in_tests_does_not_count() -> None:
    files = OSCAR | {"tests/catalogue/models.py": OSCAR["lib/catalogue/models.py"]}
    assert target(model(files, "lib.basket.models.Line"), "product") == "lib.catalogue.models.Product"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, None),
        ({"site/settings.py": "INSTALLED_APPS = []"}, "django.contrib.auth.models.User"),
        ({"site/settings/base.py": "AUTH_USER_MODEL = 'people.Person'"}, "people.models.Person"),
        ({"site/settings.py": "class Base:\n    AUTH_USER_MODEL = 'people.Person'"}, "people.models.Person"),
        ({"site/settings.py": "AUTH_USER_MODEL = 'gone.Person'"}, None),
    ],
    ids=["no settings", "default", "settings", "class", "missing"],
)
def test_user_model(settings: dict[str, str], expected: str | None) -> None:
    people = "from django.contrib.auth.models import AbstractUser\nclass Person(AbstractUser): ..."
    files = OSCAR | settings | {"people/models.py": people}
    product = model(files, "lib.catalogue.models.Product")
    assert target(product, "seller") == expected
    assert product.columns["seller_id"].type == ("int" if expected else "")


def test_user_of_django_has_the_reverse_relations() -> None:
    source = """
        from django.contrib.auth import get_user_model
        from django.contrib.auth.models import User
        from django.db import models
        Person = get_user_model()
        class Note(models.Model):
            author = models.ForeignKey(User, models.CASCADE, related_name="notes")
            reader = models.OneToOneField(Person, models.CASCADE)
    """
    models = Models(project({"notes/models.py": source, "settings.py": "INSTALLED_APPS = ['notes']"}))
    user = models.get(models.user())
    assert user
    assert {"notes", "note", "groups"} <= set(user.relations)
    assert user.managers.keys() == {"objects"}


def test_libraries_bases_and_fields() -> None:
    source = """
        from django.db import models
        from modelcluster.fields import ParentalKey
        from mptt.models import MPTTModel, TreeForeignKey
        from taggit.managers import TaggableManager
        from vendor.fields import MoneyField
        from .fields import OwnedBy, Lowercase, Plain
        class Page(MPTTModel):
            parent = TreeForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
            owner = OwnedBy("Page")
            site = ParentalKey("Page", related_name="blocks")
            tags = TaggableManager()
            price = MoneyField()
            code = Lowercase()
            title = Plain()
            name = models.CharField(max_length=5, db_index=True)
            name.extra = 1
    """
    fields = """
        from django.db import models
        class OwnedBy(models.ForeignKey): ...
        class Lowercase(models.CharField):
            def to_python(self, value): return value.lower()
        class Plain(models.CharField): ...
    """
    page = model({"app/models.py": source, "app/fields.py": fields}, "app.models.Page")
    kinds = {name: relation.kind for name, relation in page.relations.items()}
    assert kinds == {
        "parent": "fk", "owner": "fk", "site": "fk", "tags": "m2m", "children": "reverse_fk", "page_set": "reverse_fk",
        "blocks": "reverse_fk",
    }  # fmt: skip
    types = {name: page.columns[name].type for name in ("price", "code", "title", "name", "level", "parent_id")}
    assert types == {
        "price": "custom", "code": "custom", "title": "str", "name": "str", "level": "int", "parent_id": "int",
    }  # fmt: skip
    assert page.has_custom_save and page.has_custom_delete
    assert page.complete


def test_key_to_another_field_has_its_type() -> None:
    source = """
        from django.db import models
        class Country(models.Model):
            code = models.CharField(max_length=2, unique=True)
        class City(models.Model):
            country = models.ForeignKey(Country, on_delete=models.CASCADE, to_field="code")
            capital_of = models.ForeignKey(Country, on_delete=models.CASCADE, related_name="+")
    """
    city = model({"app/models.py": source}, "app.models.City")
    assert {name: relation.to_field for name, relation in city.relations.items()} == {
        "country": "code",
        "capital_of": "",
    }
    assert {name: city.columns[name].type for name in ("country_id", "capital_of_id")} == {
        "country_id": "str", "capital_of_id": "int",
    }  # fmt: skip


def test_base_out_of_sight_may_save_in_its_own_way() -> None:
    source = """
        from django.db import models
        from company.models import Tracked, make_base
        class A(Tracked):
            name = models.CharField(max_length=5)
        class B(make_base("x"), models.Model): ...
        class C(models.Model): ...
        class D(Tracked): ...
    """
    files = {"app/models.py": source}
    for name in ("A", "B"):
        found = model(files, f"app.models.{name}")
        assert not found.complete
        assert found.has_custom_save and found.has_custom_delete
    assert model(files, "app.models.C").complete
    assert not model(files, "app.models.C").has_custom_save
    assert find(files, "app.models.D") is None  # nothing shows that it is a model


def test_save_in_an_abstract_base_or_a_mixin_counts() -> None:
    source = """
        from django.db import models
        class Audit:
            note = models.TextField()
            def delete(self): ...
        class Base(models.Model):
            def save(self, *args, **kwargs): super().save(*args, **kwargs)
            class Meta:
                abstract = True
        class A(Audit, Base): ...
    """
    found = model({"app/models.py": source}, "app.models.A")
    assert found.has_custom_save and found.has_custom_delete
    assert "note" not in found.columns  # fields of a class that is no model are none


def test_managers() -> None:
    source = """
        from django.db import models
        from django.contrib.auth.models import UserManager
        class Rows(models.QuerySet): ...
        class Active(models.Manager): ...
        Made = models.Manager.from_queryset(Rows)
        class A(models.Model):
            objects = Active()
            rows = Rows.as_manager()
            made = Made()
            inline = Active.from_queryset(Rows)()
            plain = models.Manager()
            users = UserManager()
        class B(models.Model):
            objects_ = 1
            hidden = None
    """
    managers = model({"app/models.py": source}, "app.models.A").managers
    assert {name: symbol.name if symbol else None for name, symbol in managers.items()} == {
        "objects": "Active", "rows": "Rows", "made": "Rows", "inline": "Rows", "plain": None,
        "users": "django.contrib.auth.models.UserManager",
    }  # fmt: skip
    assert model({"app/models.py": source}, "app.models.B").managers == {"objects": None}


def test_filtered_base_manager_and_removed_field() -> None:
    source = """
        from django.db import models
        class Base(models.Model):
            name = models.CharField(max_length=5)
            boss = models.ForeignKey("Soft", models.CASCADE)
            class Meta:
                abstract = True
        class Soft(models.Model):
            class Meta:
                base_manager_name = "objects"
        class A(Base):
            name = None
        class B(Base):
            boss = None
    """
    files = {"app/models.py": source}
    first, second = model(files, "app.models.A"), model(files, "app.models.B")
    assert first.relations["boss"].filtered_manager
    assert "name" not in first.columns
    assert "boss" not in second.relations and "boss_id" not in second.columns
    assert set(model(files, "app.models.Soft").relations) == {"a_set"}


def test_model_by_label() -> None:
    models = Models(project(OSCAR))
    assert models.named("goods.product", "anywhere") == Symbol(Kind.CLASS, "Product", "lib.catalogue.models")
    assert models.named("catalogue.Kind", "anywhere") == Symbol(Kind.CLASS, "Kind", "lib.catalogue.models")
    assert models.named("goods.Missing", "anywhere") is None
