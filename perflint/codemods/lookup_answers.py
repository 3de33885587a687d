"""SQLAlchemy: which expression of a loop's body has the answer to a statement, and how many rows it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import libcst as cst

from perflint.codemods.lookups import Answer, Question
from perflint.codemods.loop_bodies import names_in
from perflint.codemods.loop_keys import changed_names
from perflint.codemods.stand_ins import behind, in_front_of
from perflint.semantics.context import Context
from perflint.semantics.values import Awaitable

_ONE = {"first": Answer.OPTIONAL, "one_or_none": Answer.OPTIONAL, "one": Answer.ONE}
_Answers = Mapping[tuple[str, ...], Answer]
_OF_SCALARS: _Answers = {(): Answer.MANY, ("all",): Answer.MANY, **{(name,): answer for name, answer in _ONE.items()}}
_OF_ROWS: _Answers = {
    **{("scalars", *names): answer for names, answer in _OF_SCALARS.items()},
    ("scalar_one_or_none",): Answer.OPTIONAL,
    ("scalar",): Answer.OPTIONAL,
    ("scalar_one",): Answer.ONE,
}
_ANSWERS: Mapping[str, _Answers] = {
    "scalars": _OF_SCALARS,
    "exec": _OF_SCALARS,
    "execute": _OF_ROWS,
    "scalar": {(): Answer.OPTIONAL},
}
_TAKES_ROWS = {"list", "tuple", "set", "sorted"}


_TERMINALS = {*_ONE, "all", "scalar", "scalar_one", "scalar_one_or_none"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A call of a session with its `await`, and the code around a statement whose rows it would fetch."""

    whole: cst.BaseExpression
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Asked:
    """`statement` asks for the rows and is fetched by the code `before`, the statement, `after`."""

    whole: cst.BaseExpression
    answer: Answer
    statement: cst.BaseExpression
    before: str = ""
    after: str = ""
    removed: tuple[cst.SimpleStatementLine, ...] = ()


def asked(question: Question) -> Asked | None:
    """What a call that executes a statement is asked, if its answer is used in a known way."""
    node = question.ctx.concrete(question.run.node)
    if not isinstance(node, cst.BaseExpression):
        return None
    found = _of_query(node, question) if question.query.api == "query" else _of_session(node, question)
    stand_in = behind(found.statement, question.place, question.ctx) if found is not None else None
    if found is None or stand_in is None:
        return found
    return replace(found, statement=stand_in.value, removed=(*found.removed, stand_in.line))


def _of_query(node: cst.BaseExpression, question: Question) -> Asked | None:
    """`session.query(User).filter(…).first()`, `.all()`, or the query where its rows are taken."""
    match node:
        case cst.Call(func=cst.Attribute(value=query, attr=cst.Name(value=name)), args=[]) if name in (*_ONE, "all"):
            return Asked(node, _ONE.get(name, Answer.MANY), query)
    is_many = question.run.verb == "select" and is_gone_over(node, question.ctx)
    return Asked(node, Answer.MANY, node) if is_many else None


def is_gone_over(node: cst.CSTNode, ctx: Context) -> bool:
    """Whether a list may stand there as well."""
    parent = ctx.parents.get(node)
    match parent:
        case cst.For(iter=taken) | cst.CompFor(iter=taken):
            return taken is node and parent.asynchronous is None
        case cst.Arg(star=""):
            call = ctx.parents.get(parent)
            return isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value in _TAKES_ROWS
    return False


def _of_session(node: cst.BaseExpression, question: Question) -> Asked | None:
    """`session.scalars(statement).all()` and its kin."""
    match node:
        case cst.Call(
            func=cst.Attribute(value=session, attr=cst.Name(value=name)),
            args=[cst.Arg(value=statement, keyword=None, star="")],
        ) if name in _ANSWERS:
            fetched = fetching_of(session, node, "exec" if name == "exec" else "scalars", question)
            found = _with_methods(fetched, statement, name, question) if fetched is not None else None
            return found if found is not None and _fits(found, name, question.ctx) else None
    return None


def _with_methods(fetched: Fetched, statement: cst.BaseExpression, name: str, question: Question) -> Asked | None:
    """With the methods that are called on the result, also behind a name for it."""
    stand_in = in_front_of(fetched.whole, question.place, question.ctx) if name != "scalar" else None
    whole = fetched.whole if stand_in is None else stand_in.read
    whole, names = _to_terminal(whole, question.ctx) if name != "scalar" else (whole, [])
    answer = _ANSWERS[name].get(tuple(part for part in names if part != "unique"))
    if answer is None:
        return None
    before, after = fetched.before, fetched.after
    if "unique" in names:
        before = f"({before}" if before.startswith("await ") else before
        after += ").unique()" if before.startswith("(await ") else ".unique()"
    return Asked(whole, answer, statement, before, after, () if stand_in is None else (stand_in.line,))


def _fits(found: Asked, name: str, ctx: Context) -> bool:
    """Whether the answer is made here: a result that is not made a list has to be gone over at once."""
    is_made = isinstance(found.whole, cst.Call) and _method_of(found.whole) in _TERMINALS
    return is_made or name == "scalar" or is_gone_over(found.whole, ctx)


def _method_of(call: cst.Call) -> str:
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else ""


def fetching_of(
    session: cst.BaseExpression, call: cst.BaseExpression, method: str, question: Question
) -> Fetched | None:
    """How the session of a call fetches the rows of a statement; None for a coroutine that is not awaited at once."""
    if not _is_path(session) or names_in(session) & changed_names(question.place):
        return None
    parent = question.ctx.parents.get(call)
    if isinstance(parent, cst.Await) != isinstance(question.ctx.value(call), Awaitable):
        return None
    text = f"{question.code(session)}.{method}("
    return Fetched(parent, f"await {text}", ")") if isinstance(parent, cst.Await) else Fetched(call, text, ")")


def _is_path(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) or (isinstance(node, cst.Attribute) and _is_path(node.value))


def _to_terminal(node: cst.BaseExpression, ctx: Context) -> tuple[cst.BaseExpression, list[str]]:
    """The end of the chain of methods that are called on a result, and their names."""
    names: list[str] = []
    while names[-1:] == [] or names[-1] not in _TERMINALS:
        method = ctx.parents.get(node)
        call = ctx.parents.get(method) if isinstance(method, cst.Attribute) and method.value is node else None
        if not isinstance(call, cst.Call) or call.func is not method or call.args:
            break
        names.append(_method_of(call))
        node = call
    return node, names
