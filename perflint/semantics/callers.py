"""Callers: who runs a function, in which loops, and which calls run it only once because a memo guards them."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from perflint.project.facts import callee_of
from perflint.project.hotness import Heat, Hotness
from perflint.project.places import Place, place_of
from perflint.project.roots.decorated import is_memoised
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.loops import reason_by_text
from perflint.semantics.memo_guards import is_kept
from perflint.semantics.trees import FunctionNode, Trees, same_place

if TYPE_CHECKING:
    from perflint.project.whole import Project
    from perflint.semantics.questions import Questions

_HOPS = 2  # calls between a loop and what it repeats
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
# Loops that do not multiply what stands inside, and yet run it again and again.
REPEATING = ("", "while", "chunks", "pages", "a stream of messages", "stores, not rows")


@dataclass(frozen=True, slots=True)
class Looped:
    """A loop in `caller` that runs a function by the calls in `path`, the function itself last."""

    caller: Symbol
    is_while: bool
    path: tuple[Symbol, ...]


class Callers:
    """Answers for any function of the project."""

    def __init__(self, project: Project, questions: Questions, trees: Trees) -> None:
        self._project = project
        self._ask = questions
        self._trees = trees
        self._kept: dict[tuple[Symbol, Symbol], bool] = {}

    def hotness(self, symbol: Symbol) -> Hotness:
        """How often a function runs, leaving out ways through a memo; ONCE when none is left."""
        found = self._ask.hotness(symbol)
        if not self._passes_memo(symbol):
            return found
        return self._other_way(symbol) or Hotness(Heat.ONCE, "first call", (symbol.name,))

    def loop(self, symbol: Symbol) -> Looped | None:
        """The nearest loop of the project, its tests and migrations apart, in which a function is called."""
        for caller, path in self._above(symbol, _HOPS, only_calls=True):
            if place_of(caller.module) in (Place.TESTS, Place.MIGRATIONS):
                continue
            for call in self.calls(caller, path[0]):
                loop = self._loop_around(caller, call)
                # What a `while` does further down is rarely done in each of its rounds.
                if loop is not None and not (isinstance(loop, ast.While) and len(path) > 1):
                    return Looped(caller, isinstance(loop, ast.While), path)
        return None

    def calls(self, caller: Symbol, target: Symbol) -> list[ast.Call]:
        """The calls in `caller` that run `target`."""
        root = self._tree(caller)
        self._trees.reads.take(caller.module)  # no name leads from a function to those who call it
        wanted = {(site.line, site.callee) for site in self._ask.sites(caller, target)}
        if root is None or not wanted:
            return []
        found = (part for part in _own(root) if isinstance(part, ast.Call))
        return [call for call in found if (call.lineno, callee_of(call.func)) in wanted]

    def passes(self, symbol: Symbol, parameter: str, depth: int = 3) -> bool | None:
        """Whether every known call gives the parameter something; None when no call is known."""
        callers = [(caller, call) for caller in self._ask.callers(symbol) for call in self.calls(caller, symbol)]
        if not callers:
            return None
        return all(self._gives(caller, call, symbol, parameter, depth) for caller, call in callers)

    def _gives(self, caller: Symbol, call: ast.Call, symbol: Symbol, parameter: str, depth: int) -> bool:
        given = self._argument(call, symbol, parameter)
        if not isinstance(given, ast.Name) or depth == 0:
            return given is not None and not (isinstance(given, ast.Constant) and given.value is None)
        fact = self._project.symbols.function(caller)
        own = next((param for param in (fact.params if fact else ()) if param.name == given.id), None)
        return own is None or own.default != "None" or self.passes(caller, own.name, depth - 1) is not False

    def _argument(self, call: ast.Call, symbol: Symbol, parameter: str) -> ast.expr | None:
        """What a call gives for a parameter; the whole call where a star hides it."""
        for keyword in call.keywords:
            if keyword.arg in (parameter, None):
                return keyword.value if keyword.arg else call
        if any(isinstance(argument, ast.Starred) for argument in call.args):
            return call
        fact = self._project.symbols.function(symbol)
        names = [param.name for param in fact.params if param.kind == "normal"] if fact else []
        if fact is not None and fact.is_method and "staticmethod" not in fact.decorators:
            names = names[1:]
        index = names.index(parameter) if parameter in names else len(call.args)
        return call.args[index] if index < len(call.args) else None

    def _above(
        self, symbol: Symbol, hops: int, *, only_calls: bool = False
    ) -> Iterator[tuple[Symbol, tuple[Symbol, ...]]]:
        """Callers by ways that no memo guards, nearest first, each with the way down from it."""
        queue: deque[tuple[Symbol, ...]] = deque([(symbol,)])
        seen = {symbol}
        while queue:
            path = queue.popleft()
            for caller in self._ask.callers(path[0]):
                if caller in seen or self._is_memoised(path[0]) or self.is_kept(caller, path[0]):
                    continue
                if only_calls and not self._ask.sites(caller, path[0]):
                    continue
                yield caller, path
                seen.add(caller)
                if len(path) < hops:
                    queue.append((caller, *path))

    def _other_way(self, symbol: Symbol) -> Hotness | None:
        """A way from a hot root that no memo guards."""
        for caller, path in self._above(symbol, 8):
            found = self._ask.hotness(caller)
            if found.heat is Heat.HOT and not self._passes_memo(caller):
                names = tuple(step.name for step in path)
                return replace(found, path=(*found.path, *names), caller=caller)
        return None

    def _passes_memo(self, symbol: Symbol) -> bool:
        """Whether the way by which a function is reached goes through a memo."""
        while not self._is_memoised(symbol):
            caller = self._ask.hotness(symbol).caller
            if caller is None:
                return False
            if self.is_kept(caller, symbol):
                return True
            symbol = caller
        return True

    def is_kept(self, caller: Symbol, target: Symbol) -> bool:
        """Whether each call of `target` in `caller` is behind a memo guard."""
        key = (caller, target)
        if key not in self._kept:
            root = self._tree(caller)
            is_function = isinstance(root, ast.FunctionDef | ast.AsyncFunctionDef)
            calls = [same_place(root, call) for call in self.calls(caller, target)] if is_function else []  # type: ignore[arg-type]
            self._kept[key] = bool(calls) and all(call and is_kept(root, call) for call in calls)  # type: ignore[arg-type]
        return self._kept[key]

    def _is_memoised(self, symbol: Symbol) -> bool:
        fact = self._project.symbols.function(symbol)
        if fact is None:
            return False
        return is_memoised(fact) or (
            fact.is_method and fact.name == "__init__" and self._is_single(symbol, fact.parent)
        )

    def _is_single(self, init: Symbol, owner: str) -> bool:
        """Whether a class has one object: by its metaclass or decorator, or a `__new__` that keeps it."""
        fact = self._project.symbols.class_(Symbol(Kind.CLASS, owner, init.module))
        if fact is None:
            return False
        texts = [*fact.decorators, *(value for name, value in fact.keywords if name == "metaclass"), *fact.bases]
        if any("singleton" in text.lower() for text in texts):
            return True
        made = self._trees.function(init.module, f"{owner}.__new__")
        calls = (part for part in ast.walk(made) if isinstance(part, ast.Call)) if made is not None else ()
        return any(is_kept(made, call) for call in calls)  # type: ignore[arg-type]

    def _tree(self, symbol: Symbol) -> FunctionNode | ast.Module | None:
        if symbol.kind is Kind.MODULE:
            found = self._trees.module(symbol.module)
            return found.tree if found is not None else None
        return self._trees.function(symbol.module, symbol.name)

    def _loop_around(self, caller: Symbol, call: ast.Call) -> ast.expr | ast.stmt | None:
        """The innermost loop of the function that runs the call again and again."""
        root = self._tree(caller)
        chain = _chain(root, call) if root is not None else []
        for outer, inner in pairwise(chain):
            is_round = isinstance(outer, _LOOPS) and not _is_first_iterable(outer, inner, chain)
            if is_round and reason_by_text(outer) in REPEATING:
                return outer  # type: ignore[return-value]
        return None


def _own(root: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module, nested functions apart."""
    stack = list(ast.iter_child_nodes(root))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            stack.extend(ast.iter_child_nodes(node))


def _chain(root: ast.AST, node: ast.AST) -> list[ast.AST]:
    """The nodes from `root` down to `node`, both included."""
    if root is node:
        return [node]
    for child in ast.iter_child_nodes(root):
        if below := _chain(child, node):
            return [root, *below]
    return []


def _is_first_iterable(loop: ast.AST, inner: ast.AST, chain: list[ast.AST]) -> bool:
    """Whether the way down leads through what the loop goes over, which is evaluated once."""
    if isinstance(loop, ast.For | ast.AsyncFor):
        return inner is loop.iter or inner in loop.orelse
    generators: list[ast.comprehension] = getattr(loop, "generators", [])
    return bool(generators) and inner is generators[0] and generators[0].iter in chain
