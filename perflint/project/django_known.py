"""Model classes of Django and of common packages, as far as their attributes matter, written as they are declared."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from perflint.project.extraction import extract
from perflint.project.facts import ClassFact, FileFacts

_SOURCES = {
    "django.contrib.auth.models": """
class AbstractBaseUser(models.Model):
    password = models.CharField()
    last_login = models.DateTimeField(null=True)
    class Meta:
        abstract = True

class PermissionsMixin(models.Model):
    is_superuser = models.BooleanField()
    groups = models.ManyToManyField("auth.Group", related_name="user_set")
    user_permissions = models.ManyToManyField("auth.Permission", related_name="user_set")
    class Meta:
        abstract = True

class AbstractUser(AbstractBaseUser, PermissionsMixin):
    username = models.CharField(unique=True)
    first_name = models.CharField()
    last_name = models.CharField()
    email = models.EmailField()
    is_staff = models.BooleanField()
    is_active = models.BooleanField()
    date_joined = models.DateTimeField()
    objects = UserManager()
    class Meta:
        abstract = True

class User(AbstractUser):
    pass

class Permission(models.Model):
    name = models.CharField()
    content_type = models.ForeignKey("contenttypes.ContentType")
    codename = models.CharField()
    objects = PermissionManager()
    class Meta:
        ordering = ["content_type__app_label", "codename"]

class Group(models.Model):
    name = models.CharField(unique=True)
    permissions = models.ManyToManyField("auth.Permission")
    objects = GroupManager()
""",
    "django.contrib.contenttypes.models": """
class ContentType(models.Model):
    app_label = models.CharField()
    model = models.CharField()
    objects = ContentTypeManager()
""",
    "django.contrib.sites.models": """
class Site(models.Model):
    domain = models.CharField(unique=True)
    name = models.CharField()
    objects = SiteManager()
    class Meta:
        ordering = ["domain"]
""",
    "django.contrib.sessions.models": """
class Session(models.Model):
    session_key = models.CharField(primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    objects = SessionManager()
""",
    "model_utils.models": """
class TimeStampedModel(models.Model):
    created = models.DateTimeField()
    modified = models.DateTimeField(auto_now=True)
    class Meta:
        abstract = True
    def save(self): pass

class UUIDModel(models.Model):
    id = models.UUIDField(primary_key=True)
    class Meta:
        abstract = True

class SoftDeletableModel(models.Model):
    is_removed = models.BooleanField()
    objects = SoftDeletableManager()
    available_objects = SoftDeletableManager()
    all_objects = models.Manager()
    class Meta:
        abstract = True
    def delete(self): pass
""",
    "django_extensions.db.models": """
class TimeStampedModel(models.Model):
    created = models.DateTimeField()
    modified = models.DateTimeField(auto_now=True)
    class Meta:
        get_latest_by = "modified"
        abstract = True
    def save(self): pass

class TitleDescriptionModel(models.Model):
    title = models.CharField()
    description = models.TextField(null=True)
    class Meta:
        abstract = True
""",
    "mptt.models": """
class MPTTModel(models.Model):
    lft = models.PositiveIntegerField()
    rght = models.PositiveIntegerField()
    tree_id = models.PositiveIntegerField(db_index=True)
    level = models.PositiveIntegerField()
    objects = TreeManager()
    class Meta:
        abstract = True
    def save(self): pass
    def delete(self): pass
""",
    "polymorphic.models": """
class PolymorphicModel(models.Model):
    polymorphic_ctype = models.ForeignKey("contenttypes.ContentType", null=True, related_name="+")
    objects = PolymorphicManager()
    class Meta:
        abstract = True
        base_manager_name = "objects"
    def save(self): pass
    def delete(self): pass
""",
    "treebeard.mp_tree": """
class MP_Node(models.Model):
    path = models.CharField(unique=True)
    depth = models.PositiveIntegerField()
    numchild = models.PositiveIntegerField()
    objects = MP_NodeManager()
    class Meta:
        abstract = True
    def delete(self): pass
""",
    "taggit.models": """
class TagBase(models.Model):
    name = models.CharField(unique=True)
    slug = models.SlugField(unique=True)
    class Meta:
        abstract = True
    def save(self): pass

class Tag(TagBase):
    pass
""",
}
_ALIASES = {"django.contrib.auth.base_user": "django.contrib.auth.models"}
# Packages whose classes under a module of models are Django models.
_PACKAGES = frozenset(
    {
        "django", "mptt", "polymorphic", "wagtail", "modelcluster", "treebeard", "model_utils", "django_extensions",
        "taggit", "safedelete", "ordered_model", "solo", "parler", "oauth2_provider", "django_tenants", "oscar",
        "netbox", "allauth", "organizations", "rest_framework", "reversion", "cms", "filer", "guardian", "knox",
        "django_comments", "easy_thumbnails", "adminsortable", "hordak", "sortedm2m", "django_celery_beat",
        "django_celery_results", "softdelete", "extras", "dirtyfields", "positions", "tree_queries",
    }
)  # fmt: skip
_ROOTS = frozenset({"django.db.models.Model", "django.db.models.base.Model", "django.contrib.gis.db.models.Model"})
_PLACES = ("models", "db", "mp_tree", "ns_tree", "al_tree", "abstract_models", "base_user", "base_session", "query")
_OTHERS = ("Manager", "QuerySet", "Field", "Form", "Admin", "Query", "Choices", "Error", "Signal")


def known_class(name: str) -> ClassFact | None:
    """The class that a dotted library name means, when its attributes are known here."""
    module, _, tail = name.rpartition(".")
    facts = _facts(_ALIASES.get(module, module))
    return next((fact for fact in facts.classes if fact.qualname == tail), None) if facts else None


def known_meta(name: str) -> ClassFact | None:
    """The Meta class of a known class."""
    module, _, tail = name.rpartition(".")
    facts = _facts(_ALIASES.get(module, module))
    return next((fact for fact in facts.classes if fact.qualname == f"{tail}.Meta"), None) if facts else None


def known_bases(name: str) -> list[str]:
    """The dotted names of a known class and of its known bases, nearest first."""
    fact = known_class(name)
    if fact is None:
        return []
    module = name.rpartition(".")[0]
    above = [known for base in fact.bases for known in known_bases(f"{module}.{base}")]
    return [name, *above]


def concrete_models() -> list[str]:
    """Dotted names of the known models that have tables."""
    names = (f"{module}.{fact.qualname}" for module in _SOURCES for fact in _classes(module))
    return [name for name in names if not _is_abstract(name)]


def is_root(name: str) -> bool:
    """Whether a class outside the project is `django.db.models.Model` or derives from it."""
    if name in _ROOTS or known_class(name):
        return True
    package, *path = name.split(".")
    tail = path[-1] if path else ""
    if package not in _PACKAGES or tail.endswith(_OTHERS) or not tail[:1].isupper():
        return False
    if package == "django":
        return path[0] == "contrib" and len(path) > 3 and path[-2] in ("models", "base_session", "base_user")
    return any(part in _PLACES for part in path[:-1])


def _is_abstract(name: str) -> bool:
    meta = known_meta(name)
    return meta is not None and any(assign.name == "abstract" for assign in meta.assigns)


def _classes(module: str) -> list[ClassFact]:
    facts = _facts(module)
    return [fact for fact in facts.classes if "." not in fact.qualname] if facts else []


@cache
def _facts(module: str) -> FileFacts | None:
    source = _SOURCES.get(module)
    return extract(Path(f"{module}.py"), module, source, ast.parse(source)) if source else None
