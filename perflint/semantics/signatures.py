"""Signatures: how the arguments of a call find their parameters. Taken from the facts, so that no tree is needed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from perflint.project.facts import FunctionFact
from perflint.semantics.noted import noted
from perflint.semantics.values import Const, Value

Bound = tuple[tuple[str, Value], ...]
_SWITCHED_OFF: dict[str, Value] = {
    "None": Const(None, "NoneType"),
    "True": Const(True, "bool"),
    "False": Const(False, "bool"),
}


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a function; `off` are those whose default is None, True or False."""

    positional: tuple[str, ...]
    known: frozenset[str]
    off: Bound
    defaults: int  # positional parameters that have one
    has_star: bool
    has_stars: bool

    def bind(self, receiver: Value | None, args: tuple[Value, ...], keywords: Mapping[str, Value]) -> Bound:
        """Arguments by parameter name, the receiver first; with what a call gets that leaves a switch alone."""
        values = (receiver, *args) if receiver is not None else args
        bound = dict(zip(self.positional, values, strict=False))
        bound |= {name: value for name, value in keywords.items() if name in self.known}
        if "**" not in keywords:
            for name, value in self.off:
                bound.setdefault(name, value)
        return tuple(bound.items())


def signature(fact: FunctionFact) -> Signature:
    """That of a function of the project."""
    positional = [param for param in fact.params if param.kind == "normal"]
    named = [param for param in fact.params if param.kind in ("normal", "keyword")]
    kinds = {param.kind for param in fact.params}
    return Signature(
        tuple(param.name for param in positional),
        frozenset(param.name for param in named),
        tuple((param.name, _SWITCHED_OFF[param.default]) for param in named if param.default in _SWITCHED_OFF),
        sum(bool(param.default) for param in positional),
        "star" in kinds,
        "starstar" in kinds,
    )


@noted
def signature_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Signature:
    """That of a function inside another, or of a lambda."""
    args = node.args
    positional = tuple(arg.arg for arg in (*args.posonlyargs, *args.args))
    return Signature(
        positional,
        frozenset((*positional, *(arg.arg for arg in args.kwonlyargs))),
        tuple(_switched_off(args)),
        len(args.defaults),
        args.vararg is not None,
        args.kwarg is not None,
    )


def _switched_off(args: ast.arguments) -> Iterator[tuple[str, Value]]:
    for arg, default in with_defaults(args):
        if isinstance(default, ast.Constant) and (default.value is None or isinstance(default.value, bool)):
            yield arg.arg, Const(default.value, type(default.value).__name__)


@noted
def with_defaults(args: ast.arguments) -> list[tuple[ast.arg, ast.expr | None]]:
    """Every parameter with its default."""
    normal = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(normal) - len(args.defaults))
    pairs = list(zip(normal, [*defaults, *args.defaults], strict=True))
    return [*pairs, *zip(args.kwonlyargs, args.kw_defaults, strict=True)]


__all__ = ["Bound", "Signature", "signature", "signature_of", "with_defaults"]
