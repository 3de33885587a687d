"""The project's Celery tasks: decorated functions and subclasses of Task."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from perflint.project.callgraph import CallGraph
from perflint.project.celery.bases import class_ignores, doubt_about, owner_named, truth_of
from perflint.project.celery.records import CeleryTask
from perflint.project.facts import ClassFact, FileFacts, FunctionFact, expression
from perflint.project.places import Place, place_of
from perflint.project.roots.classes import is_task_class
from perflint.project.roots.decorated import is_celery_decorator
from perflint.project.symbols import Kind, Symbol

_UNKNOWN = "**"


def celery_tasks(graph: CallGraph) -> Iterator[CeleryTask]:
    """Tasks of the application; those that tests define are left out.

    Other libraries have decorators of the same names: where no file names Celery at all, none of them is a task of it.
    """
    if not any(map(_names_celery, graph.symbols.files.values())):
        return
    for symbol, fact in graph.symbols.all_functions():
        if fact.decorators and place_of(symbol.module) is not Place.TESTS:
            for index, text in enumerate(fact.decorators):
                if is_celery_decorator(graph, symbol.module, fact.parent, text):
                    yield _decorated(graph, symbol, fact, index)
                    break
    for symbol, class_fact in graph.symbols.all_classes():
        if place_of(symbol.module) is not Place.TESTS and is_task_class(graph, symbol, class_fact):
            yield _class_based(graph, symbol, class_fact)


def _names_celery(facts: FileFacts) -> bool:
    texts = (facts.module, facts.words.text, *(fact.target for fact in facts.imports), *facts.strings)
    return any("celery" in text.lower() for text in texts)


def _decorated(graph: CallGraph, symbol: Symbol, fact: FunctionFact, index: int) -> CeleryTask:
    text = fact.decorators[index]
    options = _keywords(text)
    ignores = truth_of(options.get("ignore_result", ""))
    doubt = _doubt_about_decorator(graph, symbol, fact, text) or _doubt_about_options(options, ignores)
    if ignores is None and (base := options.get("base")):
        owner = owner_named(graph, symbol.module, fact.parent, base)
        ignores = class_ignores(graph, owner) if owner else None
        doubt = doubt or doubt_about(graph, owner)
    name = _string(options.get("name", "")) or symbol.full
    is_bound = truth_of(options.get("bind", "")) is True
    return CeleryTask(symbol, name, options, ignores, is_bound, decorator=index, doubt=doubt)


def _class_based(graph: CallGraph, symbol: Symbol, fact: ClassFact) -> CeleryTask:
    options = {assign.name: assign.value for assign in fact.assigns if assign.value}
    run = Symbol(Kind.FUNCTION, f"{symbol.name}.run", symbol.module)
    name = _string(options.get("name", "")) or symbol.full
    ignores = class_ignores(graph, symbol)
    doubt = _doubt_about_options(options, ignores) or doubt_about(graph, symbol)
    return CeleryTask(run, name, options, ignores, is_bound=True, owner=symbol, doubt=doubt)


def _doubt_about_decorator(graph: CallGraph, symbol: Symbol, fact: FunctionFact, text: str) -> str:
    """A decorator of the project's own, or of an organisation's, may give options by itself."""
    head = text.partition("(")[0].strip()
    thing = graph.instances.thing(symbol.module, fact.parent, head)
    is_ours = isinstance(thing, Symbol) and (bool(thing.module) or not thing.name.startswith("celery."))
    return f"{head} is no decorator of Celery itself" if is_ours else ""


def _doubt_about_options(options: Mapping[str, str], ignores: bool | None) -> str:
    if _UNKNOWN in options:
        return "its options are not all written out"
    return "its ignore_result is not written out" if ignores is None and "ignore_result" in options else ""


def _keywords(text: str) -> Mapping[str, str]:
    call = expression(text) if "(" in text else None
    if not isinstance(call, ast.Call):
        return {}
    return {keyword.arg or _UNKNOWN: ast.unparse(keyword.value) for keyword in call.keywords}


def _string(text: str) -> str:
    tree = expression(text) if text else None
    return tree.value if isinstance(tree, ast.Constant) and isinstance(tree.value, str) else ""
