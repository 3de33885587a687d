"""Roots that run once or by command: imports, `__main__`, scripts, migrations, tests; and a few by signature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from perflint.project.callgraph import ModuleEdges
from perflint.project.facts import FileFacts, FunctionFact
from perflint.project.places import Place, place_of
from perflint.project.roots import Heat, Root
from perflint.project.symbols import Kind, Symbol, Symbols

_LABELS = {
    Place.TESTS: "test",
    Place.MIGRATIONS: "migration",
    Place.SCRIPTS: "script",
    Place.COMMANDS: "management command",
}


def placed(module: str, edges: ModuleEdges) -> Iterator[Root]:
    """The roots that a file's place and its top level make."""
    place = place_of(module)
    if place is not Place.APP:
        for name in filter(None, edges.names):
            yield Root(Symbol(Kind.FUNCTION, name, module), Heat.COMMAND, _LABELS[place])
    heat, label = (Heat.ONCE, f"import of {module}") if place is Place.APP else (Heat.COMMAND, _LABELS[place])
    for name, found in zip(edges.names, edges.edges, strict=True):
        for target in () if name else found.calls:
            yield Root(target, heat, label)
    for target in edges.main:
        yield Root(target, Heat.COMMAND, f"python -m {module}")


def script_roots(symbols: Symbols, scripts: Iterable[str]) -> Iterator[Root]:
    """Functions that `[project.scripts]` names: "package.module:function"."""
    for script in scripts:
        module, _, name = script.partition(":")
        found = symbols.find_module(module, "") if name else None
        symbol = symbols.resolve(found, name) if found else None
        if symbol is not None and symbol.kind is Kind.FUNCTION:
            yield Root(symbol, Heat.COMMAND, f"command {script}")


def by_signature(facts: FileFacts) -> Iterator[Root]:
    """Functions that are told by their parameters alone."""
    for fact in facts.functions:
        names = [param.name for param in fact.params]
        symbol = Symbol(Kind.FUNCTION, fact.qualname, facts.module)
        if not fact.parent and names[:2] == ["event", "context"] and "handler" in fact.name:
            yield Root(symbol, Heat.HOT, f"Lambda handler {symbol.full}")
        elif fact.is_method and fact.name.startswith("on_") and names[1:3] == ["req", "resp"]:
            yield Root(symbol, Heat.HOT, f"{fact.name[3:].upper()} {fact.parent}")
        elif fact.is_method and names[1:2] == ["get_response"] and fact.name == "__init__":
            yield from _django_middleware(facts, fact)
        elif fact.is_method and names[1:] == ["scope", "receive", "send"] and fact.name == "__call__":
            yield Root(symbol, Heat.HOT, f"ASGI {fact.parent}")
        elif not fact.parent and _parses_arguments(fact):
            yield Root(symbol, Heat.COMMAND, f"command {symbol.full}")


def _django_middleware(facts: FileFacts, init: FunctionFact) -> Iterator[Root]:
    """https://docs.djangoproject.com/en/stable/topics/http/middleware/#writing-your-own-middleware."""
    names = ("__call__", "__acall__", "process_view", "process_exception", "process_template_response")
    for fact in facts.functions:
        if fact.parent == init.parent and fact.name in names:
            yield Root(Symbol(Kind.FUNCTION, fact.qualname, facts.module), Heat.HOT, f"middleware {fact.parent}")


def _parses_arguments(fact: FunctionFact) -> bool:
    """A function that builds and runs argparse is a command's main function."""
    callees = {call.callee.rpartition(".")[2] for call in fact.calls}
    return "ArgumentParser" in callees and bool({"parse_args", "parse_known_args"} & callees)
