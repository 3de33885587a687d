"""Conditions that a loop puts to each row: whether they ask only its columns and what is the same for all."""

from __future__ import annotations

import libcst as cst

from perflint.codemods.loop_bodies import is_plain, names_in
from perflint.codemods.predicates import is_core
from perflint.project.symbols import Kind
from perflint.semantics.context import Context
from perflint.semantics.values import Column, Ref
from perflint.semantics.walk import walk

# Methods of a column's value that look at nothing else.
_OF_VALUE = {
    *(
        "startswith",
        "endswith",
        "lower",
        "upper",
        "strip",
        "casefold",
        "isdigit",
        "date",
        "time",
        "timestamp",
        "weekday",
    ),
    *("isoweekday", "isoformat", "replace", "total_seconds"),
}
_ACTIVE = (cst.Lambda, cst.NamedExpr, cst.Await, cst.Yield, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
# A text or a tuple made of columns is something else than the columns.
_MADE = (cst.FormattedString, cst.Tuple, cst.List, cst.Set, cst.Dict)
_READING = ("django.utils.timezone.", "flask.current_app.config.", "os.environ.")
_PACKAGES = ("builtins", "datetime", "decimal", "uuid")


def asks_columns_only(test: cst.BaseExpression, target: str, ctx: Context) -> bool:
    """Whether the condition is built from columns of the row, constants and names, and calls nothing that may act."""
    asked = False
    for part in walk(test):
        if isinstance(part, _ACTIVE) or (isinstance(part, cst.Call) and not _is_harmless(part, target, ctx)):
            return False
        if isinstance(part, _MADE) and target in names_in(part):
            return False
        if isinstance(part, cst.Name) and part.value == target:
            asked = True
            if not _is_column(ctx.parents.get(part), ctx):
                return False
    return asked


def _is_column(node: cst.CSTNode | None, ctx: Context) -> bool:
    """Whether `row.name` is a column whose values Python and SQL compare alike."""
    value = ctx.value(node) if isinstance(node, cst.Attribute) else None
    if not isinstance(value, Column) or value.entity is None:
        return False
    model = ctx.model(value.model)
    column = model.columns.get(value.name) if model is not None else None
    return column is not None and is_core(column)


def _is_harmless(call: cst.Call, target: str, ctx: Context) -> bool:
    """A method of the column's value, or a constructor and a clock that the row has no part in."""
    if isinstance(call.func, cst.Attribute) and _is_column(call.func.value, ctx):
        return call.func.attr.value in _OF_VALUE
    return target not in names_in(call) and (_makes_value(call, ctx) or is_plain(call, ctx))


def _makes_value(call: cst.Call, ctx: Context) -> bool:
    """`timedelta(…)`, `timezone.now()`, whatever they are given."""
    value = ctx.value(call.func)
    if not (isinstance(value, Ref) and value.symbol.kind is Kind.EXTERNAL):
        return False
    return value.symbol.name.startswith(_READING) or value.symbol.name.partition(".")[0] in _PACKAGES


def changes(names: set[str], *body: cst.CSTNode) -> bool:
    """Whether the body binds one of the names, or hands it to something that may change what it holds."""
    for node in body:
        for part in walk(node):
            match part:
                case cst.Call(func=func, args=args):
                    receiver = names_in(func.value) if isinstance(func, cst.Attribute) else set()
                    handed = {arg.value.value for arg in args if isinstance(arg.value, cst.Name)}
                    if names & (receiver | handed):
                        return True
                case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.AnnAssign(target=target):
                    if names & names_in(target):
                        return True
                case cst.NamedExpr(target=target) | cst.For(target=target) | cst.CompFor(target=target):
                    if names & names_in(target):
                        return True
                case cst.Del(target=target):
                    if names & names_in(target):
                        return True
    return False
