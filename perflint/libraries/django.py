"""Django: managers, querysets and model objects."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from perflint.libraries import _django_querysets as querysets
from perflint.libraries import outside
from perflint.libraries._orm import is_computed, record_load, record_run, target_of
from perflint.project.facts import dotted
from perflint.project.models import Library, Relation
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.events import Begin
from perflint.semantics.values import (
    UNKNOWN,
    Awaitable,
    Column,
    Const,
    Entity,
    Function,
    Instance,
    LoaderOption,
    Proof,
    Query,
    Ref,
    Rows,
    State,
    Value,
)

if TYPE_CHECKING:
    from perflint.semantics.calls import Call
    from perflint.semantics.interpreter import Interpreter
    from perflint.semantics.run import Run

PACKAGES = ("django", "rest_framework", "django_filters", "polymorphic", "mptt", "model_utils")
VALUES = ("django",)

_MANAGERS = {"objects", "_default_manager", "_base_manager", "default_manager"}
_QUERYSETS = ("QuerySet", "Manager", "BaseManager", "PolymorphicManager", "PolymorphicQuerySet", "TreeManager")
_WRITES = {"save": "save", "asave": "save", "delete": "delete", "adelete": "delete"}
_REFRESHES = {"refresh_from_db", "arefresh_from_db"}


def call(origin: str, call: Call) -> Value | None:
    """A function of Django is called."""
    name = origin.rpartition(".")[2]
    if name in ("get_object_or_404", "aget_object_or_404"):
        query = _queryset_of(call, call.arg(0))
        return querysets.terminal(query, "get", call) if query is not None else None
    if name in ("get_list_or_404", "aget_list_or_404"):
        query = _queryset_of(call, call.arg(0))
        return Rows(query, node=call.run.origin(call.node)) if query is not None else None
    if name == "Prefetch":
        return _prefetch(call)
    if origin.startswith("django.core.mail"):
        return outside.call(origin, call)
    if name in ("get_model", "get_user_model"):
        return _model_by_name(name, call)
    return None


def _model_by_name(name: str, call: Call) -> Value | None:
    """`get_model("offer", "Range")`, `get_model("offer.Range")`, `get_user_model()`."""
    models = call.run.interpreter.models
    if name == "get_user_model":
        found = models.user()
    else:
        words = [value.value for value in call.args if isinstance(value, Const) and isinstance(value.value, str)]
        found = models.named(".".join(words[:2]), call.run.module) if words and len(words) == len(call.args) else None
    return Ref(found) if found is not None else None


def project_call(function: Function, call: Call) -> Value | None:
    """A project's own loader of models, named as Django's is."""
    return _model_by_name("get_model", call) if function.symbol.name == "get_model" else None


def unknown_method(name: str, call: Call) -> Value | None:
    """`apps.get_model("offer", "Range")` of a registry that is handed in, `content_type.model_class()`."""
    if name == "model_class" and not call.args and not call.keywords:
        return Ref(querysets.ANY_MODEL) if call.run.interpreter.models.has_django else None
    if name == "values_list":
        return _values_of_unknown(call)
    return _model_by_name(name, call) if name == "get_model" else None


def _values_of_unknown(call: Call) -> Value | None:
    """`status.boosters.values_list("user", flat=True)`: only a queryset has this method with these arguments."""
    run, column = call.run, call.arg(0)
    is_named = isinstance(column, Const) and isinstance(column.value, str)
    if not (is_named and querysets.is_flat(call) and run.interpreter.models.has_django):
        return None
    state = State(frozenset({"values", "flat"}))
    return Query("django", "queryset", (None,), state, run.origin(call.node), run.module, proof=Proof.PROBABLE)


def _queryset_of(call: Call, value: Value) -> Query | None:
    if isinstance(value, Query):
        return value
    if isinstance(value, Ref) and value.symbol.kind is Kind.CLASS:
        made = _manager(call.run, value.symbol, "objects", call.node)
        return made if isinstance(made, Query) else None
    return None


def _prefetch(call: Call) -> Value:
    """`Prefetch("orders", queryset=…, to_attr=…)`; with to_attr the relation itself stays unloaded."""
    path = call.arg(0, "lookup")
    if not (isinstance(path, Const) and isinstance(path.value, str)):
        return LoaderOption((), "unknown")
    paths: tuple[tuple[str, ...], ...] = (tuple(path.value.split("__")),)
    inner = call.arg(1, "queryset")
    if isinstance(inner, Query):
        paths += tuple((*paths[0], *deeper) for deeper in inner.state.loaded)
    return LoaderOption(() if "to_attr" in call.keywords else paths, "prefetch")


def unknown_attribute(run: Run, name: str, node: ast.expr) -> Value | None:
    """`request.user` is an object of the user model; who loaded it, and with what, is not known."""
    return _requester(run) if name == "user" and dotted(node) in ("request.user", "self.request.user") else None


def attribute(run: Run, value: Value, name: str, node: ast.expr) -> Value | None:
    """`request.user` of what an annotation calls a request."""
    is_request = isinstance(value, Instance) and value.symbol.name.endswith(("HttpRequest", "Request"))
    return _requester(run) if is_request and name == "user" else None


def _requester(run: Run) -> Value | None:
    user = run.interpreter.models.user()
    return Entity(user, proof=Proof.PROBABLE) if user is not None else None


def class_attribute(run: Run, symbol: Symbol, name: str, node: ast.expr) -> Value | None:
    """`User.objects` and other managers."""
    model = run.interpreter.models.get(symbol)
    if model is None and symbol.kind is Kind.EXTERNAL:
        return _foreign_manager(run, symbol, name, node)
    if model is None or model.library is not Library.DJANGO:
        return None
    return _manager(run, symbol, name, node)


def _foreign_manager(run: Run, symbol: Symbol, name: str, node: ast.expr) -> Value | None:
    """`Notification.objects` of a package that is not in sight: a manager, in a project with Django models."""
    parts = symbol.name.split(".")
    is_model = "models" in parts[:-1] and parts[-1][:1].isupper()
    if name not in _MANAGERS or not is_model or not run.interpreter.models.has_django:
        return None
    return Query("django", "manager", (symbol,), State(), run.origin(node), run.module, proof=Proof.PROBABLE)


def _manager(run: Run, symbol: Symbol, name: str, node: ast.expr) -> Value | None:
    model = run.interpreter.models.get(symbol)
    if model is None or model.library is not Library.DJANGO or (name not in _MANAGERS and name not in model.managers):
        return None
    manager = model.managers.get(name)
    query = Query("django", "manager", (symbol,), State(), run.origin(node), run.module, manager=manager)
    if run.values is not None:
        run.events.append(Begin(node, run.frame, (), Proof.PROVEN, query))
    return _initial(run, query, node)


def _initial(run: Run, query: Query, node: ast.expr) -> Query:
    """What a custom manager's `get_queryset` chains before anything else."""
    target = run.interpreter.symbols.attribute(query.manager, "get_queryset") if query.manager else None
    if target is None or target.kind is not Kind.FUNCTION:
        return query
    analysis = run.interpreter.analyse(
        Function(target, query), run.interpreter.bind(Function(target, query), (), {}), run.depth + 1
    )
    made = analysis.value if analysis is not None else UNKNOWN
    if isinstance(made, Query) and made.entities == query.entities:
        return replace(made, root=query.root, module=query.module, manager=query.manager, api="manager")
    return query.chained("opts?")


def entity_attribute(run: Run, entity: Entity, name: str, node: ast.expr) -> Value | None:
    """`obj.pk`, `obj.team_id`, `obj.save`."""
    if name == "pk":
        model = run.interpreter.models.get(entity.model)
        key = model.primary_key[0] if model and model.primary_key else "id"
        return Column(entity.model, key, entity)
    from perflint.semantics.values import Method

    return Method(entity, name) if name in _WRITES or name in _REFRESHES else None


def relation(run: Run, entity: Entity, relation: Relation, node: ast.expr) -> Value:
    """A relation of an object: a query for a foreign key, a manager for many objects."""
    if not relation.many:
        record_load(run, node, entity, relation)
        return target_of(entity, relation, many=entity.many)
    if relation.target is None:
        return UNKNOWN
    target = run.interpreter.models.get(relation.target)
    manager = next(iter(target.managers.values()), None) if target is not None and target.managers else None
    state = State(frozenset({"related"}))
    return Query(
        "django", "manager", (relation.target,), state, run.origin(node), run.module, owner=entity, relation=relation,
        manager=manager, proof=entity.proof,
    )  # fmt: skip


def method(receiver: Value, name: str, call: Call) -> Value | None:
    """A method of a manager, queryset, model object or generic view."""
    match receiver:
        case Query():
            return querysets.method(receiver, name, call)
        case Entity():
            return _entity_method(receiver, name, call)
        case Instance(symbol=symbol) if symbol.name.startswith("django.core.mail"):
            return outside.method(receiver, name, call)
        case Instance(symbol=symbol):
            return _view_method(receiver, symbol, name, call)
    return None


def _entity_method(entity: Entity, name: str, call: Call) -> Value | None:
    if name in _WRITES or name in _REFRESHES:
        verb = _WRITES.get(name, "refresh")
        dependent = entity.many or call.dependent
        record_run(
            call.run, call.node, verb, None, entity=entity, library="django", dependent=dependent, proof=entity.proof
        )
        return Awaitable(UNKNOWN) if name.startswith("a") else UNKNOWN
    return unknown_method(name, call) if name == "model_class" else None


def _view_method(receiver: Instance, symbol: Symbol, name: str, call: Call) -> Value | None:
    """`self.get_queryset()` and `self.get_object()` of a generic view that does not override them."""
    if name not in ("get_queryset", "get_object", "filter_queryset"):
        return None
    if name == "filter_queryset":
        return call.arg(0)
    from perflint.semantics.attributes import of_instance

    interpreter = call.run.interpreter
    found = interpreter.instance_attribute(symbol, "queryset")
    if name == "get_object" and not isinstance(found, Query):
        overridden = interpreter.symbols.attribute(symbol, "get_queryset")
        if overridden is not None and overridden.kind is Kind.FUNCTION:
            analysis = interpreter.analyse(Function(overridden, receiver), None, call.run.depth + 1)
            found = analysis.value if analysis is not None else None
    del of_instance
    if not isinstance(found, Query):
        return None
    return querysets.terminal(found, "get", call) if name == "get_object" else found


def iterate(run: Run, value: Value, node: ast.expr) -> Value:
    """An element of a queryset; iterating runs it."""
    if isinstance(value, Rows):
        return querysets.element(value.query, many=True)
    if isinstance(value, Query):
        querysets.fetch(run, value, node, "iterate")
        return querysets.element(value, many=True)
    return UNKNOWN


def item(run: Run, value: Value, node: ast.Subscript) -> Value:
    """`qs[0]` fetches one row, `qs[:10]` limits; rows are sliced in Python."""
    sliced = isinstance(node.slice, ast.Slice)
    if isinstance(value, Rows):
        return (
            Rows(value.query.chained("sliced"), node=value.node)
            if sliced
            else querysets.element(value.query, many=is_computed(node))
        )
    if not isinstance(value, Query):
        return UNKNOWN
    if sliced:
        return value.chained("limit")
    querysets.fetch(run, value.chained("limit"), node, "first")
    return querysets.element(value, many=False)


def truth(run: Run, value: Value, node: ast.expr) -> None:
    """`if qs:` fetches every row."""
    if isinstance(value, Query):
        querysets.fetch(run, value, node, "truth")


def contains(run: Run, value: Value, node: ast.expr) -> None:
    """`x in qs` fetches every row."""
    if isinstance(value, Query):
        querysets.fetch(run, value, node, "contains")


def receiver(interpreter: Interpreter, symbol: Symbol) -> Value | None:
    """An object of a model; `self` in a manager or queryset class."""
    model = interpreter.models.get(symbol)
    if model is not None and model.library is Library.DJANGO:
        return Entity(symbol)
    if symbol.kind is Kind.CLASS and _is_queryset(interpreter, symbol):
        return Query("django", "queryset", (None,), State(frozenset({"opts?"})), manager=symbol)
    return None


def _is_queryset(interpreter: Interpreter, symbol: Symbol) -> bool:
    for owner in interpreter.symbols.mro(symbol):
        if owner.kind is Kind.EXTERNAL and owner.name.rpartition(".")[2] in _QUERYSETS:
            return True
    return False


def construct(symbol: Symbol, call: Call) -> Value | None:
    """`User(name=…)` makes an object and runs nothing."""
    model = call.run.interpreter.models.get(symbol)
    return Entity(symbol, made=True) if model is not None and model.library is Library.DJANGO else None


def generic(interpreter: Interpreter, symbol: Symbol, arguments: list[Value]) -> Value | None:
    """`QuerySet[User]`, `Manager[User]`."""
    if symbol.name.rpartition(".")[2] in _QUERYSETS and arguments and isinstance(arguments[0], Entity):
        return Query("django", "queryset", (arguments[0].model,), State(frozenset({"opts?"})))
    return None
