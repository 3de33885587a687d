"""Callbacks: methods that a library calls on objects which the project made for it (serializers, forms, schemas).

They have no heat of their own; they run where the object is used.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from perflint.project.callgraph import CallGraph
from perflint.project.facts import ClassFact, dotted, expression
from perflint.project.roots.families import Family
from perflint.project.symbols import Kind, Symbol

_FAMILIES = (
    # https://www.django-rest-framework.org/api-guide/serializers/
    Family("serializer", "rest_framework drf_writable_nested", "Serializer Field SerializerMixin", "create update save "
           "to_representation to_internal_value run_validation build_field", "get_ validate"),
    # https://docs.djangoproject.com/en/stable/ref/forms/validation/
    Family("form", "django crispy_forms", "Form FormSet", "save is_valid has_changed", "clean", within="forms"),
    Family("form", "wtforms flask_wtf", "Form", "validate validate_on_submit populate_obj", "validate_"),
    Family("schema", "marshmallow flask_marshmallow marshmallow_sqlalchemy ma", "Schema SQLAlchemyAutoSchema Field",
           "get_attribute", "get_ _serialize _deserialize"),
    Family("model", "pydantic sqlmodel pydantic_settings", "BaseModel SQLModel", "model_post_init"),
    Family("filter", "django_filters", "FilterSet", "filter_queryset qs", "filter_"),
    Family("table", "django_tables2", "Table Column", "before_render", "render_ value_ order_"),
    Family("encoder", "json simplejson flask", "JSONEncoder JSONProvider", "default encode dumps"),
    Family("thread", "threading multiprocessing", "Thread Process Timer", "run"),
)  # fmt: skip
# Decorators that have the library call a method when an object is loaded, checked or dumped.
_MARKS = frozenset(
    """field_validator model_validator validator root_validator computed_field field_serializer model_serializer
    pre_load post_load pre_dump post_dump validates validates_schema""".split()  # noqa: SIM905
)


class Callbacks:
    """The methods that come with a class, asked for again and again."""

    def __init__(self, graph: CallGraph) -> None:
        self._graph = graph
        self._known: dict[Symbol, tuple[tuple[Symbol, ...], int]] = {}

    def of(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """Methods that run when a library works with an object of the class; those of nested ones too."""
        reads = self._graph.symbols.reads
        return reads.kept(self._known, symbol, lambda: tuple(dict.fromkeys(self._find(symbol, set()))))

    def _find(self, symbol: Symbol, seen: set[Symbol]) -> Iterator[Symbol]:
        if symbol in seen:
            return
        seen.add(symbol)
        owners = self._graph.symbols.mro(symbol)
        origins = [owner.name for owner in owners if owner.kind is Kind.EXTERNAL]
        families = [family for family in _FAMILIES if any(family.fits(origin) for origin in origins)]
        for owner in owners if families else ():
            if owner.kind is Kind.CLASS and (fact := self._graph.symbols.class_(owner)):
                yield from self._methods(owner, fact, families)
                for nested in named_classes(self._graph, owner, fact):
                    yield from self._find(nested, seen)

    def _methods(self, owner: Symbol, fact: ClassFact, families: list[Family]) -> Iterator[Symbol]:
        for name in fact.methods:
            method = Symbol(Kind.FUNCTION, f"{owner.name}.{name}", owner.module)
            function = self._graph.symbols.function(method)
            marks = {text.partition("(")[0].rpartition(".")[2] for text in (function.decorators if function else ())}
            if not _MARKS.isdisjoint(marks) or any(family.calls(name, ()) for family in families):
                yield method


def named_classes(graph: CallGraph, owner: Symbol, fact: ClassFact) -> Iterator[Symbol]:
    """Project classes that a class body names: `serializer_class = X`, `items = ItemSerializer(many=True)`."""
    for assign in fact.assigns:
        for name in _names(expression(assign.value)) if len(assign.value) < 500 else ():
            found = graph.symbols.resolve(owner.module, name)
            if found is not None and found.kind is Kind.CLASS and found != owner:
                yield found


def _names(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        for element in node.elts:
            yield from _names(element)
    elif isinstance(node, ast.Call):
        yield from _names(node.func)
    elif name := dotted(node):
        yield name
