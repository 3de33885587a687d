"""References: whether a function is used other than by the calls that the call graph knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from perflint.project.facts import CallFact
from perflint.project.instances import Instances
from perflint.project.symbols import Symbol, Symbols


def is_used_otherwise(symbols: Symbols, instances: Instances, symbol: Symbol, callers: Iterable[Symbol]) -> bool:
    """True when a file mentions the function's name other than by calling it, when a call by its name has a
    receiver that is not understood, or when it is decorated."""
    fact = symbols.function(symbol)
    if fact is None or fact.decorators:
        return True
    known = {caller.module for caller in callers}
    for module, facts in symbols.files.items():
        if fact.name not in facts.words:
            continue
        if fact.name not in facts.called or module not in known:
            return True
        if _has_unknown_call(symbols, instances, module, fact.name):
            return True
    return False


def _has_unknown_call(symbols: Symbols, instances: Instances, module: str, name: str) -> bool:
    for scope, calls in _scopes(symbols, module):
        for call in calls:
            is_namesake = call.callee.rpartition(".")[2] == name
            if is_namesake and instances.thing(module, scope, call.callee) is None:
                return True
    return False


def _scopes(symbols: Symbols, module: str) -> Iterator[tuple[str, tuple[CallFact, ...]]]:
    facts = symbols.files[module]
    yield "", (*facts.calls, *facts.main_calls)
    for fact in facts.functions:
        yield fact.qualname, fact.calls
