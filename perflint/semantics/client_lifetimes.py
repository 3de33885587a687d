"""Client lifetimes: how often the code that builds a network client runs, and whether the client is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from perflint.project.hotness import Heat, Hotness
from perflint.project.nodes import nodes
from perflint.project.symbols import Kind, Symbol
from perflint.semantics import loops
from perflint.semantics.callers import REPEATING, Looped
from perflint.semantics.client_state import is_personal
from perflint.semantics.events import Context as Construct
from perflint.semantics.events import Open, Turn
from perflint.semantics.memo_guards import is_kept, replaced_parameter
from perflint.semantics.stores import foreign_names, statement_of, targets_of
from perflint.semantics.trees import FunctionNode, parents, same_place
from perflint.semantics.values import Proof

if TYPE_CHECKING:
    from perflint.semantics.context import Context

_INITS = ("__init__", "__post_init__", "__new__")
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a client is built for ("call of fetch", "round of the loop over `urls`"), and how surely."""

    unit: str
    plural: str
    proof: Proof
    way: str = ""
    heat: str = ""
    many: bool = False  # the code works through a collection with the one client

    def at_most(self, proof: Proof) -> Lifetime:
        """The same, known no better than `proof`."""
        return replace(self, proof=min(self.proof, proof))


def lifetime(event: Open, function: Symbol, ctx: Context) -> Lifetime | None:
    """Why the client lives shorter than it could; None where it is built once or kept."""
    assert isinstance(event.node, ast.expr)
    root = ctx.interpreter.trees.function(function.module, function.name) if function.kind is Kind.FUNCTION else None
    node = same_place(root, event.node) if root is not None else None
    loop = _own_loop(event)
    if root is None or node is None:
        return _in_loop(loop, False) if loop is not None else None
    if is_kept(root, node) or _only_opens_sockets(root, node) or is_personal(root, node, function, ctx):
        return None
    many = _works_through(root, node)
    found = _in_loop(loop, many) if loop is not None else _by_callers(function, many, ctx)
    cap = _cap(function, root, node, ctx)
    return replace(found.at_most(cap), many=many and loop is None) if found is not None and cap is not None else None


def _own_loop(event: Open) -> Construct | None:
    """The innermost loop of the function that builds a client in each round."""
    around = (construct for construct in reversed(event.frame) if construct.turn is Turn.LOOP)
    return next((loop for loop in around if loop.multiplies or _reason(loop) in REPEATING), None)


def _reason(loop: Construct) -> str:
    return loops.reason_by_text(loop.node) if loop.reason == "while" else loop.reason


def _in_loop(loop: Construct, many: bool) -> Lifetime:
    if isinstance(loop.node, ast.While):
        # A connection that is opened anew when it broke is not a client for each item.
        return Lifetime("round of the `while` loop", "rounds", Proof.UNPROVEN if many else Proof.PROBABLE, heat="loop")
    over = _iterable(loop.node)
    proof = Proof.PROVEN if loop.multiplies else Proof.PROBABLE
    return Lifetime(f"round of the loop over `{over}`", f"items of {over}", proof, heat="loop")


def _iterable(node: ast.AST) -> str:
    iterable = node.iter if isinstance(node, ast.For | ast.AsyncFor) else getattr(node, "generators", [node])[0].iter
    text = ast.unparse(iterable)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _by_callers(function: Symbol, many: bool, ctx: Context) -> Lifetime | None:
    """By who runs the function: requests and tasks, loops further up, nobody known."""
    unit, plural = _unit(function)
    hotness = ctx.callers.hotness(function)
    if hotness.heat is Heat.HOT:
        proof = Proof.PROVEN if hotness.is_certain else Proof.PROBABLE
        return Lifetime(unit, plural, proof, _way(hotness), "hot")
    looped = ctx.callers.loop(function)
    if looped is not None:
        proof = Proof.PROVEN if len(looped.path) == 1 and not looped.is_while else Proof.PROBABLE
        return Lifetime(unit, plural, proof, _loop_way(looped), "loop")
    # What is built for a whole batch by nobody known is most likely right.
    return Lifetime(unit, plural, Proof.UNPROVEN) if _is_unknown(function, hotness, ctx) and not many else None


def _is_unknown(function: Symbol, hotness: Hotness, ctx: Context) -> bool:
    """Whether nobody knows how often the function runs: what a command hands on is called later, by a server, say."""
    if hotness.heat is Heat.COMMAND and hotness.caller is not None:
        return not ctx.callers.calls(hotness.caller, function)
    return hotness.heat is Heat.UNKNOWN


def _cap(function: Symbol, root: FunctionNode, node: ast.expr, ctx: Context) -> Proof | None:
    """How surely the function builds a client and lets it go; None when no call makes it build one."""
    parameter = replaced_parameter(root, node)
    if parameter:
        passed = ctx.callers.passes(function, parameter)
        if passed is not False:
            return Proof.UNPROVEN if passed is None else None
    return _fate(function, root, node, ctx, 4)


def _fate(function: Symbol, root: FunctionNode, node: ast.expr, ctx: Context, depth: int) -> Proof | None:
    """Whether the client, or what is made of it, ends with the call; None for one that stays for good."""
    for target in targets_of(root, node):
        if isinstance(target, ast.Name) and target.id in foreign_names(root):
            return None
        if isinstance(target, ast.Attribute) and ast.unparse(target.value) != "self":
            return None
        if isinstance(target, ast.Attribute | ast.Subscript) and function.name.rpartition(".")[2] not in _INITS:
            return Proof.UNPROVEN
    return _fate_of_returned(function, ctx, depth) if _is_returned(root, node) else Proof.PROVEN


def _fate_of_returned(function: Symbol, ctx: Context, depth: int) -> Proof | None:
    """What the caller that is named does with the client that a function makes for it."""
    if ctx.project.symbols.is_nested(function.module, function.name):
        return Proof.UNPROVEN  # a factory that somebody keeps
    caller = ctx.callers.hotness(function).caller
    root = ctx.interpreter.trees.function(caller.module, caller.name) if caller is not None else None
    if caller is None or root is None or depth == 0:
        return Proof.PROVEN
    calls = filter(None, (same_place(root, call) for call in ctx.callers.calls(caller, function)))
    fates = [_fate(caller, root, call, ctx, depth - 1) for call in calls]
    return None if None in fates else min((fate for fate in fates if fate is not None), default=Proof.PROVEN)


def _is_returned(root: FunctionNode, node: ast.expr) -> bool:
    statement = statement_of(root, node)
    if isinstance(statement, ast.Return):
        return True
    names = {target.id for target in targets_of(root, node) if isinstance(target, ast.Name)}
    returned = (part.value for part in nodes(root) if isinstance(part, ast.Return))
    return any(isinstance(value, ast.Name) and value.id in names for value in returned)


def _works_through(root: FunctionNode, node: ast.expr) -> bool:
    """Whether a loop that the client outlives uses it."""
    around = {node, *_around(parents(root), node)}
    names = _names(root, node)
    statement = statement_of(root, node)
    region = statement if isinstance(statement, ast.With | ast.AsyncWith) else root
    inside = (part for part in nodes(region) if isinstance(part, _LOOPS) and part not in around)
    return any(isinstance(part, ast.Name) and part.id in names for loop in inside for part in nodes(loop))


def _only_opens_sockets(root: FunctionNode, node: ast.expr) -> bool:
    """Whether the client makes nothing but websockets, each of which is a connection of its own anyway."""
    names = _names(root, node)
    attributes = (part for part in nodes(root) if isinstance(part, ast.Attribute))
    used = {part.attr for part in attributes if isinstance(part.value, ast.Name) and part.value.id in names}
    return "ws_connect" in used and used <= {"ws_connect", "close", "closed"}


def _names(root: FunctionNode, node: ast.expr) -> set[str]:
    """The local names of the client."""
    item = parents(root)[node]
    if isinstance(item, ast.withitem):
        return {item.optional_vars.id} if isinstance(item.optional_vars, ast.Name) else set()
    return {target.id for target in targets_of(root, node) if isinstance(target, ast.Name)}


def _around(above: Mapping[ast.AST, ast.AST], node: ast.AST) -> Iterator[ast.AST]:
    while (outer := above.get(node)) is not None:
        yield outer
        node = outer


def _unit(function: Symbol) -> tuple[str, str]:
    owner, _, name = function.name.rpartition(".")
    if name in _INITS and owner:
        made = owner.rpartition(".")[2]
        return made, f"{made} objects"
    return f"call of {name}", f"calls of {name}"


def _way(hotness: Hotness) -> str:
    return " → ".join([hotness.root, *map(_short, hotness.path)]) if hotness.root else ""


def _loop_way(looped: Looped) -> str:
    names = [_short(symbol.name) or symbol.module for symbol in (looped.caller, *looped.path)]
    return " → ".join([f"loop in {names[0]}", *names[1:]])


def _short(name: str) -> str:
    """`Api.__init__` runs for `Api(…)`."""
    owner, _, last = name.rpartition(".")
    return owner.rpartition(".")[2] if last in _INITS and owner else last
