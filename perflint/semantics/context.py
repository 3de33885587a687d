"""What a check may ask. One context for each file; every answer is also given for LibCST nodes."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import libcst as cst

from perflint.findings import Confidence, Position, TraceStep
from perflint.project.hotness import Heat, Hotness
from perflint.project.models import Model
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.events import Declare, End, Event, Frame, Load, Open, Run, Turn
from perflint.semantics.trees import place
from perflint.semantics.values import UNKNOWN, Proof, Query, Ref, Value

if TYPE_CHECKING:
    from perflint.project.whole import Project
    from perflint.semantics.blanking import Blanked
    from perflint.semantics.callers import Callers
    from perflint.semantics.exposure import Exposure, Exposures
    from perflint.semantics.file_analysis import FileAnalysis, Owned
    from perflint.semantics.interpreter import Interpreter
    from perflint.semantics.questions import Questions

_Kind = TypeVar("_Kind", bound=Event)
_CONFIDENCE = {
    Proof.PROVEN: Confidence.PROVEN,
    Proof.PROBABLE: Confidence.PROBABLE,
    Proof.UNPROVEN: Confidence.UNPROVEN,
}


@dataclass(frozen=True, slots=True)
class Site:
    """Where a node stands."""

    function: Symbol  # the module's own symbol at top level
    frame: Frame
    hotness: Hotness


class Context:
    """Answers about one file of a project."""

    def __init__(
        self,
        module: str,
        path: Path,
        tree: cst.Module,
        parents: Mapping[cst.CSTNode, cst.CSTNode],
        pairs: Mapping[cst.CSTNode, ast.AST],
        analysis: FileAnalysis,
        interpreter: Interpreter,
        project: Project,
        options: Mapping[str, Any],
        exposures: Exposures,
        source: Blanked,
    ) -> None:
        self.module = module
        self.path = path
        self.parents = parents  # of every node that holds code
        self.project = project
        self.interpreter = interpreter
        self.options = options  # of the rule that is checked
        self.exposures = exposures
        self._tree = tree
        self._pairs = pairs
        self._analysis = analysis
        self._source = source
        self._wanted: Sequence[Owned] = ()

    def for_rule(self, options: Mapping[str, Any], wanted: Sequence[Owned]) -> Context:
        """The same file for one rule: with its options, and the events that its check wants."""
        other = copy(self)
        other.options, other._wanted = options, wanted
        return other

    @property
    def tree(self) -> cst.Module:
        """All of the file. Whoever asks for it is asked again, should something have been left out."""
        self._source.is_missed = True
        return self._tree

    @property
    def outline(self) -> cst.Module:
        """What stands outside of functions; and functions, of which those may be missing that no check is to see."""
        return self._tree

    def code(self, node: cst.CSTNode) -> str:
        """The source of a node."""
        return self._tree.code_for_node(node)

    @property
    def config(self) -> cst.PartialParserConfig:
        """How new code of this file is to be parsed."""
        return self._tree.config_for_parsing

    @property
    def indent(self) -> str:
        """What the file indents a block by."""
        return self._tree.default_indent

    @property
    def newline(self) -> str:
        """How the file's lines end."""
        return self._tree.default_newline

    @property
    def text(self) -> str:
        """All of the file as it is written."""
        return self.interpreter.trees.text(self.module)

    def value(self, node: cst.CSTNode) -> Value:
        """The abstract value of an expression."""
        found = self._pairs.get(node)
        return self._analysis.values.get(found, UNKNOWN) if found is not None else UNKNOWN

    def loads(self, node: cst.CSTNode) -> tuple[Load, ...]:
        """Lazy loads at this node, those of called helpers included."""
        return self._events(node, Load)

    def runs(self, node: cst.CSTNode) -> tuple[Run, ...]:
        """Statements that run at this node, those of called helpers included."""
        return self._events(node, Run)

    def opens(self, node: cst.CSTNode) -> tuple[Open, ...]:
        """Clients constructed at this node."""
        return self._events(node, Open)

    def ends(self, node: cst.CSTNode) -> tuple[End, ...]:
        """Transactions that end at this node."""
        return self._events(node, End)

    def declares(self, node: cst.CSTNode) -> tuple[Declare, ...]:
        """What a `def` is declared as."""
        return self._events(node, Declare)

    def every(self, kind: type[_Kind]) -> Iterator[tuple[Symbol, _Kind]]:
        """All events of a kind in the file, in the order of the runs, with the function they happen in."""
        for symbol, event in self._analysis.events:
            if isinstance(event, kind):
                yield symbol, event

    def wanted(self, kind: type[_Kind]) -> Iterator[tuple[Symbol, _Kind]]:
        """As `every`, of the events that the check has said that it wants."""
        for symbol, event in self._wanted:
            if isinstance(event, kind):
                yield symbol, event

    def _events(self, node: cst.CSTNode, kind: type[_Kind]) -> tuple[_Kind, ...]:
        found = self._pairs.get(node)
        if found is None:
            return ()
        return tuple(event for _, event in self._by_node.get(found, ()) if isinstance(event, kind))

    @cached_property
    def _by_node(self) -> Mapping[ast.AST, list[tuple[Symbol, Event]]]:
        by_node: dict[ast.AST, list[tuple[Symbol, Event]]] = defaultdict(list)
        for symbol, event in self._analysis.events:
            by_node[event.node].append((symbol, event))
        return by_node

    @cached_property
    def _nodes(self) -> Mapping[ast.AST, cst.CSTNode]:
        return {node: concrete for concrete, node in self._pairs.items()}

    def ancestors(self, node: cst.CSTNode) -> Iterable[cst.CSTNode]:
        """The nodes around a node, innermost first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def concrete(self, node: ast.AST | None) -> cst.CSTNode | None:
        """The LibCST node of an `ast` node of this file, such as a query's root."""
        found = self._nodes.get(node) if node is not None else None
        if found is None and node is not None:
            self._source.miss(node)
        return found

    def root(self, query: Query | None) -> cst.CSTNode | None:
        """Where a query of this file begins."""
        node = query.root if query is not None and query.module == self.module else None
        if not isinstance(node, ast.expr) or not self.interpreter.trees.is_first(self.module, node):
            return None
        found = self._places.get(place(node))
        if found is None:
            self._source.miss(node)
        return found

    @cached_property
    def _places(self) -> Mapping[object, cst.CSTNode]:
        """Expressions by where they stand: a query may come from another parsing of the file."""
        return {place(node): concrete for concrete, node in self._pairs.items() if isinstance(node, ast.expr)}

    def origin(self, node: cst.CSTNode) -> ast.AST | None:
        """The `ast` node by which values know what begins or is fetched at a node."""
        found = self._pairs.get(node)
        return self.interpreter.trees.first(self.module, found) if isinstance(found, ast.expr) else None

    def anchor(self, event: Load | Run, loop: ast.AST) -> cst.CSTNode | None:
        """Where to report an event: at the query, if a name stands for it that the same loop gives anew."""
        node = self.concrete(event.node)
        value = self.value(node) if isinstance(node, cst.Name) else UNKNOWN
        root = self.root(value) if isinstance(value, Query) else None
        if root is None or not any(self._pairs.get(parent) is loop for parent in self.ancestors(root)):
            return node
        return self.chain(root)

    def chain(self, node: cst.CSTNode) -> cst.CSTNode:
        """The whole chain of attributes and calls that begins with an expression."""
        while isinstance(parent := self.parents.get(node), cst.Attribute | cst.Call):
            if node not in (getattr(parent, "value", None), getattr(parent, "func", None)):
                break
            node = parent
        return node

    def abstract(self, node: cst.CSTNode) -> ast.AST | None:
        """The `ast` node of a LibCST node: it has the position."""
        return self._pairs.get(node)

    def function(self, node: cst.CSTNode) -> Symbol:
        """The function around a node; the module's own symbol at top level."""
        around = (node, *self.ancestors(node))
        names = [each.name.value for each in around if isinstance(each, cst.FunctionDef | cst.ClassDef)]
        name = ".".join(reversed(names))
        while name:
            if self.project.symbols.nested(self.module, name):
                return Symbol(Kind.FUNCTION, name, self.module)
            name = name.rpartition(".")[0]
        return Symbol(Kind.MODULE, "", self.module)

    def function_node(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The `def` around a node."""
        return next((parent for parent in self.ancestors(node) if isinstance(parent, cst.FunctionDef)), None)

    def scope(self, node: cst.CSTNode) -> cst.FunctionDef | cst.Module:
        """The `def` around a node, or all of the file."""
        return self.function_node(node) or self.tree

    def site(self, node: cst.CSTNode) -> Site:
        """The function, the loops and guards around a node, and how often the function runs."""
        function = self.function(node)
        return Site(function, self.frame(node), self.questions.hotness(function))

    def frame(self, node: cst.CSTNode) -> Frame:
        """The constructs around a node, outermost first."""
        current: cst.CSTNode | None = node
        while current is not None:
            found = self._pairs.get(current)
            if found is not None and found in self._analysis.frames:
                return self._analysis.frames[found]
            current = self.parents.get(current)
        return ()

    def calls(self, call: cst.Call, *origins: str) -> bool:
        """Whether a call is of one of these library objects, through imports and aliases."""
        value = self.value(call.func)
        return isinstance(value, Ref) and value.symbol.kind is Kind.EXTERNAL and value.symbol.name in origins

    def model(self, symbol: Symbol | None) -> Model | None:
        """The mapped class that a symbol names."""
        return self.project.models.get(symbol)

    def exposure(self, node: cst.CSTNode) -> Exposure | None:
        """The route that returns what is fetched at this node (a terminal call, or a queryset's root)."""
        found = self._pairs.get(node)
        return self.exposures.of(self.function(node), found) if found is not None else None

    @property
    def questions(self) -> Questions:
        """What the whole project says of functions."""
        return self.exposures.questions

    @cached_property
    def callers(self) -> Callers:
        """Who runs functions, and in which loops."""
        from perflint.semantics.callers import Callers

        return Callers(self.project, self.questions, self.interpreter.trees)

    def hotness(self, symbol: Symbol) -> Hotness:
        """How often a function runs and from where it is reached."""
        return self.questions.hotness(symbol)

    def way(self, symbol: Symbol) -> str:
        """`GET /orders → list_orders → serialize` for a hot function, else empty."""
        hotness = self.hotness(symbol)
        if hotness.heat is not Heat.HOT or not hotness.root:
            return ""
        names = [name.rpartition(".")[2] for name in hotness.path] or [symbol.name.rpartition(".")[2]]
        return " → ".join([hotness.root, *names])

    def confidence(self, proof: Proof) -> Confidence:
        """The reported confidence of a proof."""
        return _CONFIDENCE[proof]

    def trace(self, event: Event, last: str) -> tuple[TraceStep, ...]:
        """The way from the event's node to where it happens, `last` naming what happens there."""
        steps = [
            TraceStep(self._path(step.module), Position(step.line, step.column + 1), f"calls {step.text}")
            for step in event.trace
        ]
        if event.happens_at is not None:
            row, column = getattr(event.happens_at, "lineno", 1), getattr(event.happens_at, "col_offset", 0)
            steps.append(TraceStep(self._path(event.happens_in), Position(row, column + 1), last))
        return tuple(steps)

    def _path(self, module: str) -> Path:
        facts = self.project.files.get(module)
        return facts.path if facts is not None else self.path

    def loop_here(self, event: Event) -> bool:
        """Whether a loop that multiplies the event stands in this function, and none in a called one."""
        called = _after_call(event.frame)
        own = event.frame[: len(event.frame) - len(called)]
        return any(context.multiplies for context in own) and not any(context.multiplies for context in called)


def _after_call(frame: Frame) -> Frame:
    """The part of a frame that lies in called functions."""
    for index, context in enumerate(frame):
        if context.turn is Turn.FUNCTION:
            return frame[index:]
    return ()
