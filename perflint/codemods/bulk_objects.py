"""Django: objects collected in a loop and written at once, by `bulk_create()` and `bulk_update()`.

Neither runs `save()` nor its signals: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#bulk-create.
"""

from __future__ import annotations

import libcst as cst

from perflint.codemods import loop_bodies as bodies
from perflint.codemods.collecting import collected, holds_no_query, wait_for_the_end
from perflint.codemods.loop_bodies import Lone
from perflint.codemods.queryset_writes import save_skipped, saved_fields
from perflint.codemods.querysets import has_own, manager_of
from perflint.findings import Applicability
from perflint.project.models import Model
from perflint.rewrites import Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Run
from perflint.semantics.values import Entity
from perflint.semantics.walk import walk


def created(call: cst.Call, loop: cst.CSTNode | None, only: Lone | None, run: Run, ctx: Context) -> Rewrite | None:
    """`M.objects.create(…)` for each item becomes one `M.objects.bulk_create([M(…), …])`."""
    model = ctx.model(run.query.model) if run.query is not None else None
    if (
        model is None
        or model.multi_table
        or has_own("create", run.query, ctx)
        or has_own("bulk_create", run.query, ctx)
    ):
        return None
    manager = _manager(call, run)
    if manager is None or any(argument.keyword is None and argument.star != "**" for argument in call.args):
        return None
    how, title = save_skipped(model, "create all rows with bulk_create()", ctx)
    new = call.with_changes(func=manager.value)
    name = f"{manager.attr.value}.{'a' if _is_async(call) else ''}bulk_create"
    if isinstance(loop, cst.ListComp):
        return _of_comprehension(call, loop, new, f"{ctx.code(manager.value)}.{name}", how, title, ctx)
    target = f"{ctx.code(manager.value)}.{name}"
    if only is not None and holds_no_query(only.call, ctx, but=call):
        return _of_lone(only, new, target, how, title, ctx)
    return _of_loop(call, loop, new, target, model, how, title, ctx) if isinstance(loop, cst.For) else None


def _manager(call: cst.Call, run: Run) -> cst.Attribute | None:
    """`Order.objects` of `Order.objects.create()`; no related manager, nothing filtered."""
    query = run.query
    if query is None or query.owner is not None or query.api != "manager" or query.state.bits:
        return None
    manager = call.func.value if isinstance(call.func, cst.Attribute) else None
    return manager if isinstance(manager, cst.Attribute) else None


def _is_async(call: cst.Call) -> bool:
    return isinstance(call.func, cst.Attribute) and call.func.attr.value == "acreate"


def _of_lone(only: Lone, new: cst.Call, target: str, how: Applicability, title: str, ctx: Context) -> Rewrite:
    objects = bodies.each(new, only.loop, ctx)
    value = cst.parse_expression(f"{target}({objects})", config=ctx.config)
    line = only.line.deep_replace(only.call, value)
    line = bodies.in_place_of(only.loop, cst.ensure_type(line, cst.SimpleStatementLine))
    return Rewrite(title, how, ((only.loop, line),))


def _of_comprehension(
    call: cst.Call, loop: cst.ListComp, new: cst.Call, target: str, how: Applicability, title: str, ctx: Context
) -> Rewrite | None:
    """`[M.objects.create(…) for …]` becomes `M.objects.bulk_create([M(…) for …])`, a list of objects as well."""
    if loop.elt is not call or not holds_no_query(loop, ctx, but=call):
        return None
    value = cst.Call(
        func=cst.parse_expression(target, config=ctx.config),
        args=[cst.Arg(loop.with_changes(elt=new))],
    )
    return Rewrite(title, how, ((loop, value),))


def _of_loop(
    call: cst.Call,
    loop: cst.For,
    new: cst.Call,
    target: str,
    model: Model,
    how: Applicability,
    title: str,
    ctx: Context,
) -> Rewrite | None:
    line = wait_for_the_end(call, loop, ctx)
    if line is None:
        return None
    found = bodies.fresh(f"new_{_plural(model)}", loop, ctx)
    put = f"{found}.append({ctx.code(new)})"
    after = f"{'await ' if bodies.is_awaited(line) else ''}{target}({found})"
    return Rewrite(title, how, ((loop, collected(loop, line, found, put, after, ctx)),))


def _plural(model: Model) -> str:
    name = model.symbol.name.rpartition(".")[2].lower()
    return name if name.endswith("s") else f"{name}s"


def saved(call: cst.Call, loop: cst.For, run: Run, ctx: Context) -> Rewrite | None:
    """`o.f = …; o.save()` for each becomes one `bulk_update()` of the changed objects."""
    model = ctx.model(run.entity.model) if run.entity is not None else None
    line = wait_for_the_end(call, loop, ctx)
    if (
        model is None
        or line is None
        or not bodies.is_method_of_target(call, loop)
        or not isinstance(loop.target, cst.Name)
    ):
        return None
    if not _is_fetched(loop, ctx) or _is_handed_on(loop.target.value, call, loop):
        return None
    fields, named = _fields(loop, model), saved_fields(call)
    manager = manager_of(model, run.entity.query if run.entity is not None else None, ctx)
    if not fields or named is None or not manager or model.multi_table:
        return None
    how, title = save_skipped(model, "save all rows with bulk_update()", ctx)
    late = [column.name for column in model.columns.values() if column.auto_now and column.name not in fields]
    if late and not named:
        title = f"{title}; {' and '.join(late)} is not set anew"
    found = bodies.fresh(f"changed_{_plural(model)}", loop, ctx)
    names = ", ".join(f'"{name}"' for name in named or fields)
    method = "await {}.abulk_update" if bodies.is_awaited(line) else "{}.bulk_update"
    after = f"{method.format(manager)}({found}, [{names}])"
    return Rewrite(
        title, how, ((loop, collected(loop, line, found, f"{found}.append({loop.target.value})", after, ctx)),)
    )


def _is_fetched(loop: cst.For, ctx: Context) -> bool:
    """Whether the loop's objects come from the database: `bulk_update()` refuses those without a key."""
    value = ctx.value(loop.target)
    return (
        isinstance(value, Entity) and value.query is not None and not value.query.state.has("values", "only", "defer")
    )


def _is_handed_on(name: str, save: cst.Call, loop: cst.For) -> bool:
    """Whether anything but reading and setting attributes is done with the object: it may change there."""
    parts = list(walk(loop.body))
    calls = [part for part in parts if isinstance(part, cst.Call) and part is not save]
    handed = [arg.value for call in calls for arg in call.args]
    methods = [call.func.value for call in calls if isinstance(call.func, cst.Attribute)]
    items = [
        part.value.value for part in parts if isinstance(part, cst.Subscript) and isinstance(part.value, cst.Attribute)
    ]
    kept = [part.value for part in parts if isinstance(part, cst.Assign)]
    return any(isinstance(part, cst.Name) and part.value == name for part in (*handed, *methods, *items, *kept))


def _fields(loop: cst.For, model: Model) -> list[str]:
    """The fields that the body sets, in their order; none when it sets what is no column."""
    target = loop.target.value if isinstance(loop.target, cst.Name) else ""
    found: dict[str, None] = {}
    for part in walk(loop.body):
        match part:
            case cst.AssignTarget(cst.Attribute(cst.Name(owner), cst.Name(name))) if owner == target:
                found[name] = None
            case cst.AugAssign(target=cst.Attribute(cst.Name(owner), cst.Name(name))) if owner == target:
                found[name] = None
    known = all(name in model.columns or _is_key(name, model) for name in found)
    return list(found) if known and not found.keys() & set(model.primary_key) else []


def _is_key(name: str, model: Model) -> bool:
    relation = model.relations.get(name)
    return relation is not None and relation.kind in ("fk", "o2o")
