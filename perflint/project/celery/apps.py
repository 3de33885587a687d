"""The project's Celery apps: where they are made, and from where they take their settings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from perflint.project.callgraph import CallGraph
from perflint.project.facts import callee_of, dotted
from perflint.project.symbols import Kind, Symbol
from perflint.project.trees import Tree

_GIVEN = {"backend": "backend", "result_backend": "backend", "broker": "broker", "task_cls": "base"}


@dataclass(frozen=True, slots=True)
class App:
    """A call that makes an app, and the settings that it gives."""

    call: ast.Call
    given: tuple[tuple[str, ast.expr], ...]


def made(graph: CallGraph, tree: Tree, call: ast.Call) -> App | None:
    """The app that a call makes; None for any other call."""
    callee = callee_of(call.func)
    if not callee.rpartition(".")[2].endswith("Celery") and "elery" not in callee:
        return None
    thing = graph.instances.thing(tree.facts.module, tree.scope(call), callee)
    if not isinstance(thing, Symbol) or thing.kind not in (Kind.CLASS, Kind.EXTERNAL):
        return None
    names = [thing.name, *(owner.name for owner in graph.symbols.mro(thing))]
    if not any(name.rpartition(".")[2].endswith("Celery") for name in names):
        return None
    given = ((_GIVEN[keyword.arg], keyword.value) for keyword in call.keywords if keyword.arg in _GIVEN)
    return App(call, tuple(given))


def is_opaque(graph: CallGraph, tree: Tree, call: ast.Call) -> bool:
    """Whether a call takes settings from where they cannot be seen."""
    callee = callee_of(call.func)
    is_hidden = callee.endswith("config_from_envvar")
    return is_hidden or any(_is_elsewhere(graph, tree, node) for node in _sources(call, callee))


def namespaces(call: ast.Call) -> Iterator[str]:
    """What a call of `config_from_object` says that the names of settings begin with; empty for nothing."""
    if callee_of(call.func).rpartition(".")[2] == "config_from_object":
        given = [keyword.value for keyword in call.keywords if keyword.arg == "namespace"]
        yield next((_text(node) for node in given), "")


def _sources(call: ast.Call, callee: str) -> Iterator[ast.expr]:
    """What a call takes settings from: `config_from_object(x)`, `Celery(config_source=x)`, `conf.update(x, **y)`."""
    if callee.endswith("config_from_object"):
        yield from call.args[:1] or [keyword.value for keyword in call.keywords if keyword.arg == "obj"]
    elif callee.endswith("conf.update"):
        given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg is None)]
        yield from (node for node in given if not isinstance(node, ast.Dict))
    elif callee.endswith("Celery"):
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "config_source")


def _is_elsewhere(graph: CallGraph, tree: Tree, node: ast.expr) -> bool:
    name = _text(node)
    if not name:
        source = dotted(node)
        found = graph.symbols.resolve(tree.facts.module, source, tree.scope(node)) if source else None
        return found is None or (found.kind is Kind.EXTERNAL and "django.conf" not in found.name)
    if name == "django.conf:settings":
        return False
    module = name.replace(":", ".")
    places = (module, module.rpartition(".")[0])
    return not any(place and graph.symbols.find_module(place, tree.facts.module) for place in places)


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
