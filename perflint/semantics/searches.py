"""Searches through all files of the project for what few of them have; each is done once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

from perflint.project.facts import FunctionFact
from perflint.project.symbols import Kind, Symbol

if TYPE_CHECKING:
    from perflint.project.whole import Project
    from perflint.semantics.trees import Trees

Found = tuple[str, ...] | tuple[Symbol, ...]
Search = TypeVar("Search", bound=Callable[..., Found])


def _once(search: Search) -> Search:
    @wraps(search)
    def again(self: Searches, *wanted: Symbol) -> Found:
        key = search.__name__, wanted
        if key not in self._known:
            self._known[key] = search(self, *wanted)
        return self._known[key]

    return again  # type: ignore[return-value]


class Searches:
    """Answers from facts and texts alone. What is searched for is given as symbols, so that it can be recorded.

    Texts are the names of external symbols.
    """

    def __init__(self, project: Project, trees: Trees) -> None:
        self._project = project
        self._trees = trees
        self._known: dict[tuple[str, tuple[Symbol, ...]], Found] = {}

    @_once
    def mentioning(self, text: Symbol) -> tuple[str, ...]:
        """The modules whose source has this text in it."""
        return tuple(self._trees.having(text.name))

    @_once
    def naming(self, *words: Symbol) -> tuple[str, ...]:
        """The modules that have one of these words as a name or attribute."""
        wanted = [word.name for word in words]
        return tuple(module for module, facts in self._project.files.items() if not facts.words.isdisjoint(wanted))

    @_once
    def calling(self, *ends: Symbol) -> tuple[Symbol, ...]:
        """The functions with a call whose callee, as it is written, ends with one of these."""
        wanted = tuple(end.name for end in ends)
        return self._functions(lambda _, fact: any(call.callee.endswith(wanted) for call in fact.calls))

    @_once
    def making(self, *origins: Symbol) -> tuple[Symbol, ...]:
        """Functions without parameters that call something of these packages and names, wherever it is from there."""
        wanted = {_ends(origin) for origin in origins}
        resolve = self._project.graph.symbols.resolve

        def is_wanted(symbol: Symbol, callee: str) -> bool:
            found = resolve(symbol.module, callee, symbol.name) if callee else None
            return found is not None and found.kind is Kind.EXTERNAL and _ends(found) in wanted

        return self._functions(
            lambda symbol, fact: _is_plain(fact) and any(is_wanted(symbol, callee) for callee in _callees(fact))
        )

    @_once
    def mounting(self, app: Symbol) -> tuple[Symbol, ...]:
        """The functions, and the modules at their top level, that mount an application."""
        resolve = self._project.graph.symbols.resolve
        found: list[Symbol] = []
        for module, facts in self._project.files.items():
            scopes = [(each.qualname, each.calls) for each in facts.functions]
            scopes.append(("", (*facts.calls, *facts.main_calls)))
            for scope, calls in scopes:
                mounts = (ref for call in calls if call.callee.endswith(".mount") for ref in call.refs)
                if any(resolve(module, ref, scope) == app for ref in mounts):
                    found.append(Symbol(Kind.FUNCTION if scope else Kind.MODULE, scope, module))
        return tuple(found)

    @_once
    def imported_as(self, module: Symbol, importer: Symbol) -> tuple[str, ...]:
        """The first name by which a file imports the module that means it in the importer too; none for none."""
        files = self._project.files
        find = self._project.graph.symbols.find_module
        own = [facts for name, facts in files.items() if name == importer.module]  # first
        for facts in (*own, *files.values()):
            for fact in facts.imports:
                for name in (fact.target, fact.target.rpartition(".")[0]):
                    if name and find(name, importer.module) == module.module:
                        return (name,)
        return ()

    @_once
    def importing(self, module: Symbol, other: Symbol) -> tuple[str, ...]:
        """The other module, if importing the first one imports it; none for none."""
        found = {module.module}
        waiting = [module.module]
        while waiting:
            facts = self._project.files.get(waiting.pop())
            for name in self._project.graph.symbols.imported(facts) if facts is not None else ():
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return (other.module,) if other.module in found else ()

    def _functions(self, is_wanted: Callable[[Symbol, FunctionFact], bool]) -> tuple[Symbol, ...]:
        functions = self._project.graph.symbols.all_functions()
        return tuple(symbol for symbol, fact in functions if is_wanted(symbol, fact))


def text_symbol(text: str) -> Symbol:
    """A text, or a library's object by its dotted name, as it is searched for."""
    return Symbol(Kind.EXTERNAL, text)


def _is_plain(fact: FunctionFact) -> bool:
    """Whether the function can be called without arguments, and makes something."""
    if fact.parent or fact.is_generator or not fact.calls:
        return False
    return all(param.default or param.kind not in ("normal", "keyword") for param in fact.params)


def _callees(fact: FunctionFact) -> set[str]:
    return {call.callee for call in fact.calls}


def _ends(symbol: Symbol) -> tuple[str, str]:
    """The package and the last name of a library's object."""
    return symbol.name.partition(".")[0], symbol.name.rpartition(".")[2]
