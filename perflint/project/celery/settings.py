"""The configuration of the project's Celery apps, wherever it is written.

Names and their old forms: https://docs.celeryq.dev/en/stable/userguide/configuration.html.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from perflint.project.callgraph import CallGraph
from perflint.project.celery.annotations import ALL, ignoring
from perflint.project.celery.apps import App, is_opaque, made, namespaces
from perflint.project.celery.bases import class_ignores, owner_named
from perflint.project.celery.environment import Truth, truth
from perflint.project.celery.records import Backend, CelerySettings, UseSite
from perflint.project.facts import FileFacts, dotted
from perflint.project.places import Place, place_of
from perflint.project.trees import Tree, Trees

_ENDINGS = {
    "result_backend": "backend", "task_ignore_result": "ignore", "celery_ignore_result": "ignore",
    "task_annotations": "annotations", "celery_annotations": "annotations", "task_always_eager": "eager",
    "celery_always_eager": "eager", "broker_url": "broker", "task_cls": "base",
}  # fmt: skip
_WORDS = frozenset(["Celery", "config_from_object", "config_from_envvar", "from_mapping", "conf", *_ENDINGS])
_CAPITALS = tuple(ending.upper() for ending in _ENDINGS)
_TELLING = (ast.Assign, ast.AnnAssign, ast.Dict, ast.Call)
# django-celery-results lists the results of this backend in Django's admin.
_SHOWN = "django-db"


@dataclass(frozen=True, slots=True)
class _Value:
    key: str
    node: ast.expr
    tree: Tree
    prefix: str = ""  # what stands before the key in a name written in capitals


@dataclass(slots=True)
class _Found:
    """All that the project's files say."""

    apps: list[list[_Value]] = field(default_factory=list)  # by app, what its making gives
    values: list[_Value] = field(default_factory=list)
    namespaces: set[str] = field(default_factory=set)
    is_opaque: bool = False

    @property
    def all(self) -> list[_Value]:
        return [*self.values, *(value for app in self.apps for value in app)]


def celery_settings(graph: CallGraph, trees: Trees) -> CelerySettings:
    """What all configuration of the project, tests apart, says together."""
    found = _Found()
    for facts in graph.symbols.files.values():
        tree = trees.of(facts) if may_configure(facts) else None
        for node in tree.nodes if tree else ():
            if isinstance(node, _TELLING):
                assert tree is not None
                _look(graph, tree, node, found)
    names = frozenset(name for value in found.all if value.key == "annotations" for name in _annotated(graph, value))
    is_complete = bool(found.apps) and not found.is_opaque
    return CelerySettings(
        backend=_backend(graph, found, is_known=is_complete),
        broker=_broker(found.all),
        ignored_globally=ALL in names or any(_ignores(graph, value) for value in found.all),
        ignored_names=names,
        always_eager=any(_truth(graph, value) is Truth.YES for value in found.all if value.key == "eager"),
        is_complete=is_complete,
        readers=tuple(_readers(found.all)),
    )


def scheduled_names(tree: Tree) -> Iterator[str]:
    """Task names of a beat schedule's entries."""
    for node in tree.nodes:
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            if _text(key) == "task":
                yield _text(value)


def may_configure(facts: FileFacts) -> bool:
    """Whether a file may say something about Celery's settings."""
    if place_of(facts.module) in (Place.TESTS, Place.MIGRATIONS):
        return False
    if "celery" in facts.module.rpartition(".")[2].lower() or not facts.words.isdisjoint(_WORDS):
        return True
    if "config" in facts.words and "update" in facts.words:  # names of keyword arguments are no words
        return True
    return any(word.startswith("CELERY") or word.endswith(_CAPITALS) for word in facts.words)


def _look(graph: CallGraph, tree: Tree, node: ast.AST, found: _Found) -> None:
    app = made(graph, tree, node) if isinstance(node, ast.Call) else None
    if app is not None:
        found.apps.append([_Value(key, value, tree) for key, value in app.given])
    found.values.extend(_Value(key, value, tree, prefix) for key, value, prefix in _pairs(node, app))
    if isinstance(node, ast.Call):
        found.namespaces.update(namespaces(node))
        found.is_opaque = found.is_opaque or is_opaque(graph, tree, node)


def _pairs(node: ast.AST, app: App | None) -> Iterator[tuple[str, ast.expr, str]]:
    """Settings that a statement or expression gives values to."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pair(_name(target), value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _pair(_name(target), value)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                yield from _pair(_text(key), value)
        case ast.Call(keywords=keywords) if app is None or app.call is not node:
            for keyword in keywords:
                yield from _pair(keyword.arg or "", keyword.value)


def _pair(name: str, value: ast.expr) -> Iterator[tuple[str, ast.expr, str]]:
    for ending, key in _ENDINGS.items():
        if name.lower().endswith(ending):
            prefix = name[: -len(ending)].rstrip("_") if name.isupper() else ""
            yield key, value, prefix
            return
    if name in _CLASS_KEYS:
        yield _CLASS_KEYS[name], value, ""


# `app.Task = ContextTask` and `app.Task.ignore_result = True` hold for every task of the app.
_CLASS_KEYS = {"Task": "base", "Task.ignore_result": "ignore"}


def _name(target: ast.expr) -> str:
    """`CELERY_RESULT_BACKEND`, `app.conf.result_backend`, `config["result_backend"]`."""
    if isinstance(target, ast.Subscript):
        return _text(target.slice)
    name = dotted(target)
    return "Task.ignore_result" if name.endswith(".Task.ignore_result") else name.rpartition(".")[2]


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _truth(graph: CallGraph, value: _Value) -> Truth:
    return truth(graph, value.tree, value.node)


def _backend(graph: CallGraph, found: _Found, *, is_known: bool) -> Backend:
    shared = {_truth(graph, value) for value in found.values if value.key == "backend" and _is_read(value, found)}
    own = [{_truth(graph, value) for value in app if value.key == "backend"} for app in found.apps]
    if Truth.YES in shared or (own and all(Truth.YES in truths for truths in own)):
        return Backend.SET
    told = shared.union(*own)
    if Truth.YES in told:  # of several apps one has a backend; which tasks are its own is not known
        return Backend.UNKNOWN if len(own) > 1 else Backend.SET
    return Backend.UNKNOWN if Truth.UNKNOWN in told or not is_known else Backend.NONE


def _is_read(value: _Value, found: _Found) -> bool:
    """Whether Celery sees a setting of this name: its prefix is the namespace that an app asks for."""
    asked = {name for name in found.namespaces if name}
    return (
        not value.prefix
        or value.prefix in (asked or ("CELERY",))
        or (value.prefix == "CELERY" and "" in found.namespaces)
    )


def _broker(values: Iterable[_Value]) -> str:
    brokers = [value.node for value in values if value.key == "broker"]
    strings = [inner for node in brokers for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
    return next((text for node in strings if "://" in (text := _text(node))), "")


def _ignores(graph: CallGraph, value: _Value) -> bool:
    """Whether results are ignored by default. A value that is not plainly false counts: silence is right then."""
    if value.key == "ignore":
        return _truth(graph, value) is not Truth.NO
    if value.key != "base" or (isinstance(value.node, ast.Constant) and value.node.value is None):
        return False
    owner = owner_named(
        graph, value.tree.facts.module, value.tree.scope(value.node), _text(value.node) or dotted(value.node)
    )
    return owner is None or class_ignores(graph, owner) is True


def _annotated(graph: CallGraph, value: _Value) -> Iterator[str]:
    return ignoring(graph, value.tree.facts.module, value.tree.scope(value.node), value.node)


def _readers(values: Iterable[_Value]) -> Iterator[UseSite]:
    for value in values:
        if value.key == "backend" and any(
            _text(node) == _SHOWN for node in ast.walk(value.node) if isinstance(node, ast.expr)
        ):
            yield UseSite(value.tree.facts.path, value.node.lineno, f"{_SHOWN} shows results in Django's admin")
