"""The configuration of the project's Celery apps, wherever it is written.

Names and their old forms: https://docs.celeryq.dev/en/stable/userguide/configuration.html.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from perflint.project.callgraph import CallGraph
from perflint.project.celery.environment import Truth, truth
from perflint.project.celery.records import Backend, CelerySettings
from perflint.project.facts import FileFacts, callee_of, dotted
from perflint.project.places import Place, place_of
from perflint.project.symbols import Kind, Symbol
from perflint.project.trees import Tree, Trees

_ENDINGS = {
    "result_backend": "backend", "task_ignore_result": "ignore", "celery_ignore_result": "ignore",
    "task_annotations": "annotations", "celery_annotations": "annotations", "task_always_eager": "eager",
    "celery_always_eager": "eager", "broker_url": "broker",
}  # fmt: skip
_WORDS = ("Celery", "config_from_object", "config_from_envvar", *_ENDINGS)


@dataclass(frozen=True, slots=True)
class _Value:
    key: str
    node: ast.expr
    tree: Tree


def celery_settings(graph: CallGraph, trees: Trees) -> CelerySettings:
    """What all configuration of the project, tests apart, says together."""
    values: list[_Value] = []
    has_app, is_opaque = False, False
    for facts in graph.symbols.files.values():
        tree = trees.of(facts) if may_configure(facts) else None
        for node in tree.nodes if tree else ():
            assert tree is not None
            values.extend(_Value(key, value, tree) for key, value in _pairs(node))
            if isinstance(node, ast.Call):
                made = _made(graph, tree, node)
                has_app = has_app or made is not None
                values.extend(_Value(key, value, tree) for key, value in made or ())
                is_opaque = is_opaque or _is_opaque(graph, tree, node)
    return CelerySettings(
        backend=_backend(graph, values, is_known=has_app and not is_opaque),
        broker=_broker(graph, values),
        ignored_globally=_is_ignored(graph, values),
        always_eager=any(_truth(graph, value) is Truth.YES for value in values if value.key == "eager"),
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
    is_named = "celery" in facts.module.rpartition(".")[2].lower()
    return is_named or any(word in facts.words for word in _WORDS) or any(word[:6] == "CELERY" for word in facts.words)


def _pairs(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
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
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                yield from _pair(keyword.arg or "", keyword.value)


def _pair(name: str, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    for ending, key in _ENDINGS.items():
        if name.lower().endswith(ending):
            yield key, value
            return


def _name(target: ast.expr) -> str:
    """`CELERY_RESULT_BACKEND`, `app.conf.result_backend`, `config["result_backend"]`."""
    if isinstance(target, ast.Subscript):
        return _text(target.slice)
    return dotted(target).rpartition(".")[2]


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _made(graph: CallGraph, tree: Tree, call: ast.Call) -> list[tuple[str, ast.expr]] | None:
    """The settings that a call making an app gives to it; None for any other call."""
    callee = callee_of(call.func)
    if not callee.rpartition(".")[2].endswith("Celery") and "elery" not in callee:
        return None
    thing = graph.instances.thing(tree.facts.module, tree.scope(call), callee)
    if not isinstance(thing, Symbol) or thing.kind not in (Kind.CLASS, Kind.EXTERNAL):
        return None
    names = [thing.name, *(owner.name for owner in graph.symbols.mro(thing))]
    if not any(name.rpartition(".")[2].endswith("Celery") for name in names):
        return None
    given = {"backend": "backend", "broker": "broker"}
    return [(given[keyword.arg], keyword.value) for keyword in call.keywords if keyword.arg in given]


def _is_opaque(graph: CallGraph, tree: Tree, call: ast.Call) -> bool:
    """A call that takes settings from where they cannot be seen."""
    tail = callee_of(call.func).rpartition(".")[2]
    if tail == "config_from_envvar":
        return True
    if tail != "config_from_object" or not call.args:
        return False
    name = _text(call.args[0])
    if not name:
        source = dotted(call.args[0])
        found = graph.symbols.resolve(tree.facts.module, source, tree.scope(call)) if source else None
        return found is None or (found.kind is Kind.EXTERNAL and "django.conf" not in found.name)
    if name == "django.conf:settings":
        return False
    module = name.replace(":", ".")
    places = (module, module.rpartition(".")[0])
    return not any(place and graph.symbols.find_module(place, tree.facts.module) for place in places)


def _truth(graph: CallGraph, value: _Value) -> Truth:
    return truth(graph, value.tree, value.node)


def _backend(graph: CallGraph, values: Iterable[_Value], *, is_known: bool) -> Backend:
    found = {_truth(graph, value) for value in values if value.key == "backend"}
    if Truth.YES in found:
        return Backend.SET
    return Backend.UNKNOWN if Truth.UNKNOWN in found or not is_known else Backend.NONE


def _broker(graph: CallGraph, values: Iterable[_Value]) -> str:
    brokers = [value.node for value in values if value.key == "broker"]
    strings = [inner for node in brokers for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
    return next((text for node in strings if "://" in (text := _text(node))), "")


def _is_ignored(graph: CallGraph, values: Iterable[_Value]) -> bool:
    """Whether results are ignored by default. A value that is not plainly false counts: silence is right then."""
    for value in values:
        if value.key == "ignore" and _truth(graph, value) is not Truth.NO:
            return True
        if value.key == "annotations" and _annotates_all(value.node):
            return True
    return False


def _annotates_all(node: ast.expr) -> bool:
    """`{"*": {"ignore_result": True}}`."""
    for outer in (inner for inner in ast.walk(node) if isinstance(inner, ast.Dict)):
        for key, value in zip(outer.keys, outer.values, strict=True):
            if _text(key) == "*" and "ignore_result" in ast.unparse(value):
                return True
    return False
