"""The project's Celery tasks: decorated functions and subclasses of Task."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from perflint.project.callgraph import CallGraph
from perflint.project.celery.records import CeleryTask
from perflint.project.facts import ClassFact, FunctionFact, expression
from perflint.project.places import Place, place_of
from perflint.project.roots.classes import is_celery_class
from perflint.project.roots.decorated import is_celery_decorator
from perflint.project.symbols import Kind, Symbol


def celery_tasks(graph: CallGraph) -> Iterator[CeleryTask]:
    """Tasks of the application; those that tests define are left out."""
    for symbol, fact in graph.symbols.all_functions():
        if fact.decorators and place_of(symbol.module) is not Place.TESTS:
            for text in fact.decorators:
                if is_celery_decorator(graph, symbol.module, fact.parent, text):
                    yield _decorated(graph, symbol, fact, text)
                    break
    for symbol, class_fact in graph.symbols.all_classes():
        has_run = "run" in class_fact.methods and place_of(symbol.module) is not Place.TESTS
        if has_run and is_celery_class(graph, symbol):
            yield _class_based(graph, symbol, class_fact)


def _decorated(graph: CallGraph, symbol: Symbol, fact: FunctionFact, text: str) -> CeleryTask:
    options = _keywords(text)
    ignores = _truth(options.get("ignore_result", ""))
    if ignores is None and (base := options.get("base")):
        owner = graph.instances.thing(symbol.module, fact.parent, base)
        ignores = _class_ignores(graph, owner) if isinstance(owner, Symbol) else None
    name = _string(options.get("name", "")) or symbol.full
    return CeleryTask(symbol, name, options, ignores, _truth(options.get("bind", "")) is True)


def _class_based(graph: CallGraph, symbol: Symbol, fact: ClassFact) -> CeleryTask:
    options = {assign.name: assign.value for assign in fact.assigns if assign.value}
    run = Symbol(Kind.FUNCTION, f"{symbol.name}.run", symbol.module)
    name = _string(options.get("name", "")) or symbol.full
    return CeleryTask(run, name, options, _class_ignores(graph, symbol), is_bound=True, owner=symbol)


def _class_ignores(graph: CallGraph, owner: Symbol) -> bool | None:
    """`ignore_result` of a task class or the nearest of its bases that says so."""
    for base in graph.symbols.mro(owner) if owner.kind is Kind.CLASS else ():
        fact = graph.symbols.class_(base) if base.kind is Kind.CLASS else None
        for assign in fact.assigns if fact else ():
            if assign.name == "ignore_result":
                return _truth(assign.value)
    return None


def _keywords(text: str) -> Mapping[str, str]:
    call = expression(text) if "(" in text else None
    if not isinstance(call, ast.Call):
        return {}
    return {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg}


def _truth(text: str) -> bool | None:
    return {"True": True, "False": False}.get(text)


def _string(text: str) -> str:
    tree = expression(text) if text else None
    return tree.value if isinstance(tree, ast.Constant) and isinstance(tree.value, str) else ""
