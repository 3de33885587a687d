"""Django: `update()` and `delete()` of a queryset in the place of a loop over it.

`update()` runs neither `save()` nor signals nor `auto_now`; `delete()` sends its signals but calls no object's own
`delete()`: https://docs.djangoproject.com/en/5.2/topics/db/queries/#updating-multiple-objects-at-once.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perflint.codemods import loop_bodies as bodies
from perflint.codemods.chains import appended
from perflint.codemods.loop_bodies import Lone
from perflint.codemods.querysets import has_own, whole_queryset
from perflint.findings import Applicability
from perflint.project.models import Model
from perflint.rewrites import Import, Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Run
from perflint.semantics.values import Query

_SAVED = {"pre_save", "post_save"}
_DELETED = {"pre_delete", "post_delete"}
_TIMEZONE = Import("django.utils", "timezone")


def deleted(lone: Lone, run: Run, ctx: Context) -> Rewrite | None:
    """`for o in qs: o.delete()` becomes `qs.delete()`."""
    model = ctx.model(run.entity.model) if run.entity is not None else None
    queryset = whole_queryset(lone.loop, ctx)
    if model is None or queryset is None or lone.call.args or not bodies.is_method_of_target(lone.call, lone.loop):
        return None
    if model.has_custom_delete or has_own("delete", _query(lone.loop, ctx), ctx):
        return None
    heard = sorted(ctx.project.models.signals(model.symbol) & _DELETED)
    assumed = "assumes that no base class has a delete() of its own" if not model.complete else ""
    if heard:
        assumed = f"assumes that receivers of {' and '.join(heard)} may hear of all rows at once"
    title = "; ".join(filter(None, ("delete the rows through the queryset", assumed)))
    how = Applicability.UNSAFE if assumed else Applicability.SAFE
    return _called(lone.loop, lone.line, queryset, "delete()", lone.is_awaited, title, how, ctx)


def _query(loop: cst.For, ctx: Context) -> Query | None:
    value = ctx.value(loop.iter)
    return value if isinstance(value, Query) else None


def _called(
    loop: cst.For,
    line: cst.SimpleStatementLine,
    queryset: cst.BaseExpression,
    call: str,
    is_awaited: bool,
    title: str,
    how: Applicability,
    ctx: Context,
    imports: tuple[Import, ...] = (),
) -> Rewrite:
    """The loop becomes one call on its queryset, awaited where the method in the loop was."""
    value = appended(queryset, f".a{call}" if is_awaited else f".{call}", ctx.config)
    value = cst.Await(value) if is_awaited else value
    line = bodies.in_place_of(loop, line.with_changes(body=[cst.Expr(value)]))
    return Rewrite(title, how, ((loop, line),), imports)


def updated(call: cst.Call, loop: cst.For, run: Run, ctx: Context) -> Rewrite | None:
    """`for o in qs: o.f = value; o.save()` becomes `qs.update(f=value)`."""
    model = ctx.model(run.entity.model) if run.entity is not None else None
    lines = bodies.lines(loop)
    if model is None or len(lines) < 2 or not bodies.is_statement(lines[-1], call):
        return None
    queryset = whole_queryset(loop, ctx)
    given = _assigned(lines[:-1], loop, model, ctx)
    if queryset is None or not given or not bodies.is_method_of_target(call, loop):
        return None
    if has_own("update", _query(loop, ctx), ctx):
        return None
    named = saved_fields(call)
    if named is None or (named and set(named) != given.keys()):
        return None
    extra, imports = ({}, ()) if named else _dates(model, given)
    arguments = ", ".join(f"{name}={value}" for name, value in {**given, **extra}.items())
    how, title = save_skipped(model, "update the rows through the queryset", ctx)
    is_awaited = bodies.is_awaited(lines[-1])
    return _called(loop, lines[-1], queryset, f"update({arguments})", is_awaited, title, how, ctx, imports)


def _assigned(lines: list[cst.SimpleStatementLine], loop: cst.For, model: Model, ctx: Context) -> dict[str, str]:
    """Fields and the texts of their values, when the lines do nothing but set fields to what is the same for all."""
    changing = bodies.bound_in(loop)
    found: dict[str, str] = {}
    for name, value in _assignments(lines, loop):
        known = name in model.columns or (name in model.relations and not model.relations[name].many)
        same = not (bodies.names_in(value) & changing) and bodies.is_plain(value, ctx)
        if not known or not same or name in model.primary_key or name in found:
            return {}
        found[name] = ctx.code(value)
    return found if len(found) == len(lines) else {}


def _assignments(lines: list[cst.SimpleStatementLine], loop: cst.For) -> Iterator[tuple[str, cst.BaseExpression]]:
    """`target.name = value`, one to a line."""
    target = loop.target.value if isinstance(loop.target, cst.Name) else ""
    for line in lines:
        match list(line.body):
            case [cst.Assign(targets=[cst.AssignTarget(cst.Attribute(cst.Name(owner), cst.Name(name)))], value=value)]:
                if owner == target:
                    yield name, value


def saved_fields(call: cst.Call) -> list[str] | None:
    """The fields that `save(update_fields=[…])` names, none for `save()`; None for any other argument."""
    match list(call.args):
        case []:
            return []
        case [cst.Arg(keyword=cst.Name("update_fields"), value=cst.List() | cst.Tuple() | cst.Set() as given)]:
            names = [element.value for element in given.elements]
            texts = [name.evaluated_value for name in names if isinstance(name, cst.SimpleString)]
            return [str(text) for text in texts] if texts and len(texts) == len(names) else None
    return None


def _dates(model: Model, given: dict[str, str]) -> tuple[dict[str, str], tuple[Import, ...]]:
    """What `auto_now` sets at each save, written out."""
    late = [column for column in model.columns.values() if column.auto_now and column.name not in given]
    if late and all(column.type == "datetime" for column in late):
        return {column.name: "timezone.now()" for column in late}, (_TIMEZONE,)
    return {}, ()


def save_skipped(model: Model, title: str, ctx: Context) -> tuple[Applicability, str]:
    """The applicability of what runs no `save()`, and the title that says so."""
    heard = sorted(ctx.project.models.signals(model.symbol) & _SAVED)
    name = model.symbol.name.rpartition(".")[2]
    if model.has_custom_save or heard:
        who = f"{name}.save()" if model.has_custom_save else f"the receivers of {' and '.join(heard)}"
        return Applicability.DISPLAY, f"{title}; {who} would not run"
    return Applicability.UNSAFE, f"{title}; assumes that nothing waits for {name}.save() and its signals"
