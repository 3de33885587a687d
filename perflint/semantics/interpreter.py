"""The project-wide part of inference: names, annotations, and functions run at most once for each input."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from perflint.project.cycles import Cycles
from perflint.project.facts import expression
from perflint.project.models import Models
from perflint.project.symbols import Kind, Symbol, Symbols
from perflint.semantics import declared, parameters
from perflint.semantics.answers import Answers
from perflint.semantics.events import Event
from perflint.semantics.joining import joined
from perflint.semantics.run import Run
from perflint.semantics.signatures import Signature, signature, signature_of
from perflint.semantics.switches import is_switch
from perflint.semantics.trees import FunctionNode, Trees
from perflint.semantics.values import (
    UNKNOWN,
    Awaitable,
    Closure,
    Const,
    Entity,
    Function,
    ListOf,
    Ref,
    Value,
)

if TYPE_CHECKING:
    from perflint.libraries import Libraries
    from perflint.semantics.questions import Questions

_PROMISED = f"{__name__}.annotation"
_CACHED = {"lru_cache", "cache", "cached", "alru_cache", "cached_property", "memoize", "memoized", "cache_resource"}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a function returns and costs, for given arguments. `value` is what a call expression gets."""

    value: Value
    yielded: Value
    events: tuple[Event, ...]
    stored: Mapping[str, Value]
    cached: bool = False
    has_inner: bool = False  # functions stand inside


class Interpreter:
    """Answers for the whole project; holds memos only, so one serves any number of files."""

    def __init__(
        self,
        symbols: Symbols,
        models: Models,
        trees: Trees,
        libraries: Libraries,
        questions: Questions,
        cycles: Cycles,
    ) -> None:
        self.symbols = symbols
        self.models = models
        self.trees = trees
        self.libraries = libraries
        self.questions = questions
        self.answers = Answers(cycles, trees.reads)
        self._signatures: dict[Symbol, Signature | None] = {}
        self._own_receivers: dict[Symbol, tuple[Value | None, int]] = {}
        self._names: dict[tuple[str, str, str], tuple[Value | Symbol, int]] = {}

    def name(self, module: str, name: str, scope: str) -> Value:
        """What a name that is no local means."""
        key = (module, scope if self.symbols.is_inner(module, name) else "", name)
        found = self.trees.reads.kept(self._names, key, lambda: self._meaning(module, name, scope))
        return self._variable(found) if isinstance(found, Symbol) else found

    def _meaning(self, module: str, name: str, scope: str) -> Value | Symbol:
        """What a name means by itself; a variable's symbol, as what that holds is another question."""
        symbol = self.symbols.resolve(module, name, scope)
        if symbol is None:
            return UNKNOWN
        return symbol if symbol.kind is Kind.VARIABLE else self.of_symbol(symbol)

    def of_symbol(self, symbol: Symbol) -> Value:
        """The value of a definition."""
        kind = symbol.kind
        if kind is Kind.VARIABLE:
            return self._variable(symbol)
        return Function(symbol) if kind is Kind.FUNCTION else Ref(symbol)

    def _variable(self, symbol: Symbol) -> Value:
        """A module-level or class-level variable: what all its assignments agree on."""
        return self.answers.value(symbol, lambda: self._assigned(symbol)) or UNKNOWN

    def _assigned(self, symbol: Symbol) -> Value:
        return joined([self._text(symbol.module, text) for text in self.symbols.assigns(symbol)])

    def _text(self, module: str, text: str) -> Value:
        tree = expression(text) if text and len(text) < 4000 else None
        return Run(self, module, "", {}, is_text=True).eval(tree) if tree is not None else UNKNOWN

    def annotation(self, node: ast.expr | str | None, module: str, scope: str = "") -> Value:
        """The value that an annotation promises.

        It is noted on a function's tree, except where it is an answer's, which may be cut short.
        """
        if not isinstance(node, ast.expr):
            return declared.value(self, expression(node), module, scope) if node else UNKNOWN
        asked, notes = self.answers.asked, vars(node)
        value: Value = self.trees.reads.kept(notes, _PROMISED, lambda: declared.value(self, node, module, scope))
        if self.answers.asked != asked:
            del notes[_PROMISED]
        return value

    def instance_attribute(self, symbol: Symbol, name: str) -> Value | None:
        """An attribute that a class declares, or that `__init__` sets on self."""
        value = self.answers.value((symbol, name), lambda: self._instance_attribute(symbol, name))
        is_start = isinstance(value, Const) and value.type in ("NoneType", "bool")
        return UNKNOWN if is_start else value  # what it is first set to says nothing of what it is later

    def _instance_attribute(self, symbol: Symbol, name: str) -> Value | None:
        for owner in self.symbols.mro(symbol):
            fact = self.symbols.class_(owner) if owner.kind is Kind.CLASS else None
            for assign in fact.assigns if fact else ():
                if assign.name == name:
                    declared = (
                        self.annotation(assign.annotation, owner.module, owner.name) if assign.annotation else UNKNOWN
                    )
                    return declared if declared != UNKNOWN else self._text(owner.module, assign.value)
            init = Symbol(Kind.FUNCTION, f"{owner.name}.__init__", owner.module)
            if fact and "__init__" in fact.methods:
                analysis = self.analyse(Function(init, self.receiver(symbol)), None, 1)
                if analysis is not None and name in analysis.stored:
                    return analysis.stored[name]
        return None

    def receiver(self, owner: Symbol) -> Value:
        """What `self` is in a method of a class."""
        return self.libraries.receiver(owner)

    def bind(self, function: Function, args: tuple[Value, ...], keywords: Mapping[str, Value]) -> parameters.Bound:
        """Arguments by parameter name."""
        parameters = self.signature(function)
        return parameters.bind(function.receiver, args, keywords) if parameters is not None else ()

    def signature(self, function: Function) -> Signature | None:
        """The function's parameters; its tree is not needed for them."""
        if function.closure is not None:
            return signature_of(function.closure.node)
        symbol = function.symbol
        self.trees.reads.touch(symbol.module)
        if symbol not in self._signatures:
            fact = self.symbols.function(symbol)
            self._signatures[symbol] = signature(fact) if fact is not None else None
        return self._signatures[symbol]

    def node(self, function: Function) -> FunctionNode | ast.Lambda | None:
        """The function's tree."""
        if function.closure is not None:
            return function.closure.node
        return self.trees.function(function.symbol.module, function.symbol.name)

    def analyse(self, function: Function, bound: parameters.Bound | None, depth: int = 0) -> Analysis | None:
        """Run a function with these arguments; None when its body is not known or a call cycle closes.

        Arguments that tell nothing are left out, so that most calls share one run.
        """
        kept = parameters.telling(function, bound, self._own_receiver(function))
        key = (function.symbol, function.closure, kept)
        same = (function.symbol, function.closure)
        return self.answers.call(key, function.symbol, same, lambda: self._run(function, kept, depth))

    def own_receiver(self, symbol: Symbol) -> Value | None:
        """What a method's first parameter is when nobody says more; None for a function that has no receiver."""
        make = partial(parameters.own_receiver, self, symbol)
        return self.trees.reads.kept(self._own_receivers, symbol, make)

    def _own_receiver(self, function: Function) -> Value | None:
        """The receiver, where it is what the method has by itself: naming it tells nothing."""
        if function.receiver is None or function.closure is not None:
            return None
        known = self.signature(function)
        own = self.own_receiver(function.symbol) if known is not None and known.positional else None
        return own if own is function.receiver or own == function.receiver else None

    def begin(self) -> None:
        """Forget the answers that were cut short where another question closed a cycle of calls.

        So what is said of a file never depends on the files before it.
        """
        self.answers.begin()

    def cut(self) -> None:
        """What is being run is cut short: too deep a chain of calls."""
        self.answers.cut()

    def _run(self, function: Function, bound: parameters.Bound, depth: int) -> Analysis | None:
        node = self.node(function)
        if node is None or isinstance(node, ast.Lambda):
            return None
        run = self.prepared(function, node, bound, depth)
        run.block(node.body)
        return self.finished(run, function.symbol, node)

    def standing(self, symbol: Symbol) -> Function:
        """A function as it stands: one inside another sees the names of the one around it."""
        around = Symbol(Kind.FUNCTION, symbol.name.rpartition(".")[0], symbol.module)
        node = (
            self.trees.function(around.module, around.name)
            if self.symbols.is_nested(symbol.module, symbol.name)
            else None
        )
        if node is None:
            return Function(symbol)
        outer = self.standing(around)
        run = self.prepared(outer, node, (), 0)
        self.answers.run(around, (around, outer.closure), partial(run.block, node.body))
        inner = dict(run.nested).get(symbol.name)
        return Function(symbol, None, inner)

    def prepared(self, function: Function, node: FunctionNode, bound: parameters.Bound, depth: int) -> Run:
        """A run with the parameters set."""
        symbol = function.symbol
        outer = dict(function.closure.names) if function.closure is not None else {}
        run = Run(self, symbol.module, symbol.name, {}, outer, depth)
        run.names = parameters.initial(self, symbol, node, dict(bound), function.receiver)
        run.function = node
        run.has_switches = any(map(is_switch, (*run.names.values(), *outer.values())))
        run.around = self.trees.function(symbol.module, symbol.name.rpartition(".")[0]) if function.closure else None
        return run

    def finished(self, run: Run, symbol: Symbol, node: FunctionNode) -> Analysis:
        """What a run that has come to the end of a function tells of it."""
        yielded = joined(run.yielded)
        value = joined(run.returned)
        declared = self.annotation(node.returns, symbol.module, symbol.name) if node.returns is not None else UNKNOWN
        if run.yielded:
            value = ListOf(yielded)
        elif value == UNKNOWN and declared != UNKNOWN:
            value = declared
        names = {_decorator_name(decorator) for decorator in node.decorator_list}
        if names & {"contextmanager", "asynccontextmanager"}:
            value = yielded if yielded != UNKNOWN else UNKNOWN
        elif isinstance(node, ast.AsyncFunctionDef) and not run.yielded:
            value = Awaitable(value)
        events = tuple(_first_of_each(run.events))
        return Analysis(value, yielded, events, run.stored, bool(names & _CACHED), bool(run.nested))


def _decorator_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _first_of_each(events: list[Event]) -> list[Event]:
    """One event for each node, kind and subject; the unguarded one when there is a choice."""
    found: dict[object, Event] = {}
    for event in events:
        path = getattr(event, "path", None)
        subject = (getattr(event, "entity", None), path, getattr(event, "verb", ""), event.guarded)
        found.setdefault((event.node, type(event), subject, event.trace[-1:] and event.trace[-1]), event)
    return list(found.values())


__all__ = ["Analysis", "Closure", "Entity", "Interpreter"]
