"""Inference of one file: every function run with what its signature tells, and the module's own statements."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from perflint.project.symbols import Kind, Symbol
from perflint.semantics.events import Begin, Event, Frame, Iterate, is_costly
from perflint.semantics.run import Run
from perflint.semantics.trees import FunctionNode
from perflint.semantics.values import Function, Value

if TYPE_CHECKING:
    from perflint.semantics.interpreter import Analysis, Interpreter

Owned = tuple[Symbol, Event]  # an event with the function that it happens in


@dataclass(frozen=True, slots=True)
class FileAnalysis:
    """Everything known about one file: values and enclosing constructs by `ast` node, and its events."""

    tree: ast.Module
    values: Mapping[ast.AST, Value]
    frames: Mapping[ast.AST, Frame]
    events: tuple[Owned, ...]


def analyse_file(interpreter: Interpreter, module: str) -> FileAnalysis:
    """All that is known of a module; nothing of one that does not parse."""
    interpreter.begin()
    tree = interpreter.trees.module(module)
    if tree is None:
        return FileAnalysis(ast.Module([], []), {}, {}, ())
    run = _FileRun(interpreter, module)
    events = [*run.top_level(tree.tree), *run.declared(tree.functions), *run.classes(tree.tree)]
    outermost = (name for name in tree.functions if not interpreter.symbols.is_nested(module, name))
    events += run.functions(Function(Symbol(Kind.FUNCTION, name, module)) for name in outermost)
    return FileAnalysis(tree.tree, run.values, run.frames, tuple(events))


@dataclass(slots=True)
class _FileRun:
    interpreter: Interpreter
    module: str
    values: dict[ast.AST, Value] = field(default_factory=dict)
    frames: dict[ast.AST, Frame] = field(default_factory=dict)
    todo: list[Function] = field(default_factory=list)

    def top_level(self, tree: ast.Module) -> Iterator[Owned]:
        """The module's own statements."""
        run = Run(self.interpreter, self.module, "", {}, values=self.values, frames=self.frames)
        run.names = _NoNames()
        run.block([node for node in tree.body if not isinstance(node, FunctionNode | ast.ClassDef)])
        return ((Symbol(Kind.MODULE, "", self.module), event) for event in run.events)

    def declared(self, functions: Mapping[str, FunctionNode]) -> Iterator[Owned]:
        """What decorators make of functions, as far as a library says so."""
        for name, node in functions.items():
            if node.decorator_list:
                run = Run(self.interpreter, self.module, name.rpartition(".")[0], {})
                heads = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
                symbol = Symbol(Kind.FUNCTION, name, self.module)
                self.interpreter.libraries.declared(run, symbol, node, [run.eval(head) for head in heads])
                yield from ((symbol, event) for event in run.events if event.node is node)

    def classes(self, tree: ast.Module) -> Iterator[Owned]:
        """What libraries say of the classes that are defined."""
        for statement in tree.body:
            if isinstance(statement, ast.ClassDef):
                symbol = Symbol(Kind.CLASS, statement.name, self.module)
                run = Run(self.interpreter, self.module, "", {})
                self.interpreter.libraries.declared_class(run, symbol, statement)
                yield from ((symbol, event) for event in run.events)

    def functions(self, outermost: Iterable[Function]) -> Iterator[Owned]:
        """The events of each function, and of those inside them.

        What a call has already asked for is run again only where something costs: else nobody looks at the values.
        """
        self.todo.extend(outermost)
        found: list[list[Owned]] = []
        left: list[tuple[Function, list[Owned]]] = []
        for function in self.todo:  # grows by the functions inside
            known = self.interpreter.answers.whole((function.symbol, function.closure, ()))
            if known is None or known.has_inner:
                found.append(self._reported(function))
            else:
                found.append([(function.symbol, event) for event in known.events])
                left.append((function, found[-1]))
        if any(is_costly(event) for own in found for _, event in own):
            for function, own in left:
                own[:] = self._reported(function)
        return (each for own in found for each in own)

    def _reported(self, function: Function) -> list[Owned]:
        """Run a function of the file with what its signature tells; a call that tells no more gets the same answer."""
        interpreter, symbol, node = self.interpreter, function.symbol, self.interpreter.node(function)
        if node is None or isinstance(node, ast.Lambda):
            return []
        events: list[Event] = []

        def make() -> Analysis:
            run = interpreter.prepared(function, node, (), 0)
            run.values, run.frames = self.values, self.frames
            run.block(node.body)
            inner = ((Symbol(Kind.FUNCTION, name, symbol.module), closure) for name, closure in run.nested)
            self.todo.extend(Function(each, None, closure) for each, closure in inner)
            events.extend(run.events)
            run.events = [event for event in events if not isinstance(event, Begin | Iterate)]
            return interpreter.finished(run, symbol, node)

        interpreter.answers.reported((symbol, function.closure, ()), symbol, (symbol, function.closure), make)
        return [(symbol, event) for event in events]


class _NoNames(dict[str, Value]):
    """Module-level names are answered by the project, which sees all assignments, so none is kept here."""

    def __setitem__(self, key: str, value: Value) -> None:
        if "." in key:
            super().__setitem__(key, value)
