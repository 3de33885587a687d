"""One run through a function's body: statements in order, branches joined, events recorded."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from perflint.project.facts import dotted
from perflint.project.nodes import statements
from perflint.semantics import expressions, loops, switches, targets
from perflint.semantics.events import Context, Event, Frame, Turn
from perflint.semantics.joining import join
from perflint.semantics.sizes import unsized
from perflint.semantics.values import UNKNOWN, Closure, DictOf, Function, ListOf, Value

if TYPE_CHECKING:
    from perflint.semantics.interpreter import Interpreter
    from perflint.semantics.trees import FunctionNode


@dataclass(slots=True)
class Run:
    """The state of one run. `names` are the locals, attribute chains (`self.db`) included."""

    interpreter: Interpreter
    module: str
    scope: str  # qualname of the function, empty at module level
    names: dict[str, Value]
    outer: dict[str, Value] = field(default_factory=dict)  # an enclosing function's names
    depth: int = 0
    function: FunctionNode | None = None
    has_switches: bool = False  # whether a parameter, here or of the function around, decides tests by its value
    around: FunctionNode | None = None  # the function that a closure stands in
    values: dict[ast.AST, Value] | None = None  # kept only for the file that is checked
    frames: dict[ast.AST, Frame] | None = None
    is_text: bool = False  # of an expression that is kept as text: its nodes do not know their places
    stack: list[Context] = field(default_factory=list)
    exits: list[Context] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    returned: list[Value] = field(default_factory=list)
    yielded: list[Value] = field(default_factory=list)
    stored: dict[str, Value] = field(default_factory=dict)  # attributes set on self
    nested: list[tuple[str, Closure]] = field(default_factory=list)
    chains: dict[str, set[str]] = field(default_factory=dict)  # by their first name, those that have been known

    @property
    def frame(self) -> Frame:
        """The constructs around the current node, outermost first."""
        return (*self.stack, *self.exits)

    def origin(self, node: ast.expr) -> ast.expr:
        """The node by which a query that is made here is known, whichever parsing of the file this run is of."""
        return node if self.is_text else self.interpreter.trees.first(self.module, node)

    def eval(self, node: ast.expr | None) -> Value:
        """The value of an expression; what it costs is recorded."""
        if node is None:
            return UNKNOWN
        value = _EXPRESSIONS.get(node.__class__, expressions.other)(self, node)
        if self.values is not None:
            self.values[node] = value
        return value

    def inside(self, context: Context) -> _Inside:
        """Evaluate with one more enclosing construct; a loop starts with no exits before it."""
        return _Inside(self, context)

    def guarded(self, node: ast.AST) -> _Inside:
        """Evaluate what may not run."""
        return _Inside(self, Context(Turn.GUARD, node))

    def set(self, name: str, value: Value) -> None:
        """Bind a name; what was known of its attributes is gone."""
        for chain in self.chains.get(name.partition(".")[0], ()):
            if chain.startswith(f"{name}."):
                self.names.pop(chain, None)
        self.keep(name, value)

    def keep(self, name: str, value: Value) -> None:
        """Note what a name or attribute chain is known to be; what is known of its attributes stays."""
        self.names[name] = value
        if "." in name:
            self.chains.setdefault(name.partition(".")[0], set()).add(name)

    def fork(self) -> dict[str, Value]:
        """A copy of what is known, to run a branch on."""
        return dict(self.names)

    def merge(self, *branches: dict[str, Value]) -> None:
        """Go on with what all branches know."""
        if not branches:
            return
        merged = dict(branches[0])
        for other in branches[1:]:
            for name in merged.keys() - other.keys():
                # A plain name bound on one way only keeps its value; a chain's reading is not repeated on the other.
                if _is_reading(name, merged[name]):
                    del merged[name]
            for name, value in other.items():
                if name not in merged:
                    if not _is_reading(name, value):
                        merged[name] = value
                elif (known := merged[name]) is not value:  # most are what they were before the branches
                    merged[name] = join(known, value)
        self.names = merged

    def block(self, body: Sequence[ast.stmt]) -> bool:
        """Run statements; False when the end is never reached."""
        return all(map(self.statement, body))  # stops at the first that is not passed

    def statement(self, node: ast.stmt) -> bool:
        """Run one statement; False when it never goes on to the next."""
        if self.frames is not None:
            self.frames[node] = self.frame
        handler = _STATEMENTS.get(node.__class__)
        return handler(self, node) if handler is not None else True


def _is_reading(name: str, value: Value) -> bool:
    """Whether a name stands for what reading an attribute gave, not for a container that was filled."""
    return "." in name and not isinstance(value, DictOf | ListOf)


class _Inside:
    """What `Run.inside` gives; a class, as generators cost too much for what runs this often."""

    __slots__ = ("context", "depth", "exits", "run")

    def __init__(self, run: Run, context: Context) -> None:
        self.run = run
        self.context = context

    def __enter__(self) -> None:
        run = self.run
        self.depth = len(run.stack)
        self.exits = run.exits
        if self.context.turn is Turn.LOOP:
            run.stack.extend(run.exits)
            run.exits = []
        run.stack.append(self.context)

    def __exit__(self, *_: object) -> None:
        del self.run.stack[self.depth :]
        if self.context.turn is Turn.LOOP:
            self.run.exits = self.exits


def _expr(run: Run, node: ast.Expr) -> bool:
    run.eval(node.value)
    return True


def _assign(run: Run, node: ast.Assign) -> bool:
    value = run.eval(node.value)
    for target in node.targets:
        targets.bind(run, target, value)
    return True


def _ann_assign(run: Run, node: ast.AnnAssign) -> bool:
    declared = run.interpreter.annotation(node.annotation, run.module, run.scope)
    value = run.eval(node.value) if node.value is not None else UNKNOWN
    targets.bind(run, node.target, declared if value == UNKNOWN else value)
    return True


def _aug_assign(run: Run, node: ast.AugAssign) -> bool:
    before = run.eval(node.target)
    value = run.eval(node.value)
    is_same = before == value or node.op.__class__ in (ast.BitOr, ast.BitAnd)
    targets.bind(run, node.target, unsized(before) if is_same else UNKNOWN)
    return True


def _return(run: Run, node: ast.Return) -> bool:
    run.returned.append(run.eval(node.value))
    return False


def _raise(run: Run, node: ast.Raise) -> bool:
    run.eval(node.exc)
    return False


def _leave(run: Run, node: ast.stmt) -> bool:
    return False


def _if(run: Run, node: ast.If) -> bool:
    expressions.truth(run, node.test)
    decided = switches.known_truth(run, node.test)
    if decided is not None:
        return run.block(node.body if decided else node.orelse)
    before = run.names
    live: list[dict[str, Value]] = []
    for body in (node.body, node.orelse):
        run.names = dict(before)
        with run.guarded(node):
            if run.block(body):
                live.append(run.names)
    if len(live) < 2 and _leaves_round([*node.body, *node.orelse]):
        run.exits = [*run.exits, Context(Turn.EXIT, node)]
    run.merge(*live)
    return bool(live)


_LEAVING = (ast.Continue, ast.Break, ast.Return)


def _leaves_round(body: list[ast.stmt]) -> bool:
    """Whether some way leaves the loop's round or the function without an error."""
    return any(isinstance(part, _LEAVING) for part in statements(body))


def _for(run: Run, node: ast.For | ast.AsyncFor) -> bool:
    iterable = run.eval(node.iter)
    element = expressions.iterate(run, iterable, node.iter)
    context = loops.for_loop(run, node, iterable, element)
    before = run.fork()
    with run.inside(context):
        targets.bind(run, node.target, element)
        run.block(node.body)
    if not (isinstance(iterable, ListOf) and iterable.size > 0):
        run.merge(before, run.names)  # there may be no round at all
    return run.block(node.orelse)


def _while(run: Run, node: ast.While) -> bool:
    before = run.fork()
    with run.inside(loops.while_loop(run, node)):
        expressions.truth(run, node.test)
        run.block(node.body)
    run.merge(before, run.names)
    return run.block(node.orelse)


def _try(run: Run, node: ast.Try) -> bool:
    before = run.fork()
    with run.inside(Context(Turn.TRY, node)):
        alive = run.block(node.body)
    if alive:
        alive = run.block(node.orelse)
    live = [run.names] if alive else []
    for handler in node.handlers:
        run.names = dict(before)
        with run.guarded(node):
            if handler.name:
                run.set(handler.name, UNKNOWN)
            if run.block(handler.body):
                live.append(run.names)
    if live:
        run.merge(*live)
    return run.block(node.finalbody) and bool(live)


def _with(run: Run, node: ast.With | ast.AsyncWith) -> bool:
    depth = len(run.stack)
    for item in node.items:
        value = expressions.enter(run, run.eval(item.context_expr), item.context_expr)
        if item.optional_vars is not None:
            targets.bind(run, item.optional_vars, value)
    run.stack.append(Context(Turn.WITH, node))
    alive = run.block(node.body)
    del run.stack[depth:]
    return alive


def _match(run: Run, node: ast.Match) -> bool:
    run.eval(node.subject)
    start = run.fork()
    live = [dict(start)]
    for case in node.cases:
        run.names = dict(start)
        with run.guarded(node):
            for name in targets.captured(case.pattern):
                run.set(name, UNKNOWN)
            run.eval(case.guard)
            if run.block(case.body):
                live.append(run.names)
    run.merge(*live)
    return True


def _function(run: Run, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in node.decorator_list:
        run.eval(decorator)
    qualname = f"{run.scope}.{node.name}" if run.scope else node.name
    symbol = run.interpreter.symbols.nested(run.module, qualname)
    # The closure sees names as they stand when it is called, so it holds the live mapping.
    closure = Closure(node, run.names)
    run.nested.append((qualname, closure))
    run.set(node.name, Function(symbol, None, closure) if symbol else UNKNOWN)
    return True


def _class(run: Run, node: ast.ClassDef) -> bool:
    run.set(node.name, UNKNOWN)
    return True


def _delete(run: Run, node: ast.Delete) -> bool:
    for target in node.targets:
        if name := dotted(target):
            run.names.pop(name, None)
    return True


def _import(run: Run, node: ast.Import | ast.ImportFrom) -> bool:
    for alias in node.names:
        local = alias.asname or alias.name.partition(".")[0]
        run.names.pop(local, None)  # the file's facts know imports made inside functions, too
    return True


def _assert(run: Run, node: ast.Assert) -> bool:
    expressions.truth(run, node.test)
    return True


_EXPRESSIONS = expressions.HANDLERS
_STATEMENTS: dict[type[ast.stmt], Callable[[Run, Any], bool]] = {
    ast.Expr: _expr,
    ast.Assign: _assign,
    ast.AnnAssign: _ann_assign,
    ast.AugAssign: _aug_assign,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Continue: _leave,
    ast.Break: _leave,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Delete: _delete,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Assert: _assert,
}
