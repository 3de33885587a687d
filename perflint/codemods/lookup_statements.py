"""SQLAlchemy: a query for one key in each round of a loop, and the one for all keys.

`session.get(User, user_id)`, `session.scalars(select(Order).where(Order.user_id == user.id)).all()`, the legacy
`session.query(User).filter(User.id == user_id).first()`, each also awaited and with names in between.
"""

from __future__ import annotations

import libcst as cst

from perflint.codemods.imports import bound_name
from perflint.codemods.lookup_answers import asked, fetching_of
from perflint.codemods.lookup_criteria import criterion_of
from perflint.codemods.lookups import Answer, Lookup, Question
from perflint.codemods.loop_bodies import names_in
from perflint.codemods.loop_keys import changed_names
from perflint.project.models import Column
from perflint.rewrites import Import
from perflint.semantics.values import Instance

_STATES = {"filtered", "ordered", "pk", "opts?"}
_SELECTS = ("sqlalchemy", "sqlmodel", "sqlalchemy.future", "sqlalchemy.sql", "sqlalchemy.sql.expression")
_MISSING = "NoResultFound"


def statement_lookup(question: Question) -> Lookup | None:
    """The lookup in the place of a query that gives objects; None where the query's form is not known."""
    if question.query.state.bits - _STATES or not (question.query.api == "query" or _has_session(question)):
        return None
    return _by_key(question) if question.run.verb == "get" else _by_criterion(question)


def _has_session(question: Question) -> bool:
    """A connection gives rows of columns where a session gives objects."""
    session = question.run.session
    return isinstance(session, Instance) and not session.symbol.name.endswith("Connection")


def _by_key(question: Question) -> Lookup | None:
    """`session.get(User, key)` and the legacy `session.query(User).get(key)`."""
    column = question.key_column
    match question.ctx.concrete(question.run.node):
        case (
            cst.Call(
                func=cst.Attribute(value=session, attr=method),
                args=[cst.Arg(value=named, keyword=None, star=""), cst.Arg(value=key, keyword=None, star="")],
            ) as call
        ) if column is not None:
            answer = Answer.ONE if method.value == "get_one" else Answer.OPTIONAL
            return _of_session(call, session, named, key, column, answer, question)
        case (
            cst.Call(
                func=cst.Attribute(value=query, attr=cst.Name(value="get")),
                args=[cst.Arg(value=key, keyword=None, star="")],
            ) as call
        ) if column is not None:
            return _of_query(call, query, key, column, question)
    return None


def _of_session(
    call: cst.Call,
    session: cst.BaseExpression,
    named: cst.BaseExpression,
    key: cst.BaseExpression,
    column: Column,
    answer: Answer,
    question: Question,
) -> Lookup | None:
    package = "sqlmodel" if _is_sqlmodel(question) else "sqlalchemy"
    fetched = fetching_of(session, call, "exec" if package == "sqlmodel" else "scalars", question)
    if fetched is None or names_in(named) & changed_names(question.place):
        return None
    select, imports = _select(package, question)
    name = question.code(named)
    return Lookup(
        whole=fetched.whole,
        answer=answer,
        column=column,
        key=key,
        before=f"{fetched.before}{select}({name}).where({name}.{column.name}.in_(",
        after=f")){fetched.after}",
        class_name=name,
        missing=_MISSING,
        imports=imports,
    )


def _is_sqlmodel(question: Question) -> bool:
    session = question.run.session
    return isinstance(session, Instance) and session.symbol.name.startswith("sqlmodel.")


def _select(package: str, question: Question) -> tuple[str, tuple[Import, ...]]:
    """How the module calls `select`, and the import that it lacks."""
    names = (bound_name(question.ctx.outline, Import(module, "select")) for module in _SELECTS)
    found = next((name for name in names if name is not None), None)
    whole = bound_name(question.ctx.outline, Import(package)) if found is None else None
    if found is not None or whole is not None:
        return found or f"{whole}.select", ()
    return "select", (Import(package, "select"),)


def _of_query(
    call: cst.Call, query: cst.BaseExpression, key: cst.BaseExpression, column: Column, question: Question
) -> Lookup | None:
    match query:
        case cst.Call(args=[cst.Arg(value=named)]) | cst.Attribute(value=named, attr=cst.Name(value="query")):
            name = question.code(named)
        case _:
            return None
    if names_in(query) & changed_names(question.place):
        return None
    before = f"{question.code(query)}.filter({name}.{column.name}.in_("
    return Lookup(call, Answer.OPTIONAL, column, key, before, "))", class_name=name)


def _by_criterion(question: Question) -> Lookup | None:
    """A statement with `column == key`: for one row the column must be unique."""
    found = asked(question)
    criterion = criterion_of(found.statement, question) if found is not None else None
    if found is None or criterion is None:
        return None
    is_unique = criterion.column.unique or criterion.column == question.key_column
    if found.answer is not Answer.MANY and not is_unique:
        return None
    before, after = found.before, found.after
    if found.statement.lpar:  # its own parentheses do for the call's
        before, after = before.removesuffix("("), after.removeprefix(")")
    return Lookup(
        whole=found.whole,
        answer=found.answer,
        column=criterion.column,
        key=criterion.key,
        before=before + criterion.before,
        after=criterion.after + after,
        is_ordered=question.query.state.has("ordered"),
        class_name=criterion.class_name,
        missing=_MISSING,
        removed=found.removed,
    )
