"""Counts that a loop asks for each row, made a column of the rows."""

from __future__ import annotations

import libcst as cst

from perflint.codemods.chains import chain
from perflint.codemods.imports import bound_name
from perflint.codemods.relation_paths import names_its_model
from perflint.codemods.rounds_ahead import snake
from perflint.findings import Applicability
from perflint.project.models import Model, Relation
from perflint.rewrites import Import, Rewrite
from perflint.semantics.context import Context
from perflint.semantics.events import Context as Loop
from perflint.semantics.events import Run
from perflint.semantics.values import Entity, Query, options, parts

_COUNT = Import("django.db.models", "Count")
# A second aggregate, a join or a cut would count other rows.
_OTHERWISE = (
    "annotated",
    "distinct",
    "setop",
    "values",
    "iterator",
    "only",
    "defer",
    "textual",
    "opts?",
    "unknown",
    "lock",
)


def annotated(call: cst.Call, run: Run, loop: Loop, ctx: Context) -> Rewrite | None:
    """`Order.objects.filter(user=user).count()` for each of a queryset's users, as an annotation of it."""
    parents = _queryset(loop)
    owner = ctx.model(parents.model) if parents is not None else None
    back = _back(call, run, owner, ctx) if owner is not None else None
    root = ctx.concrete(parents.root) if parents is not None and parents.module == ctx.module else None
    if parents is None or owner is None or back is None or not isinstance(root, cst.Attribute):
        return None
    if not names_its_model(root, parents, ctx):
        return None
    if parents.state.has(*_OTHERWISE) or any(_leads_to_many(name, owner) for name in parents.state.filters):
        return None
    return _rewritten(call, root, back, owner, ctx)


def _queryset(loop: Loop) -> Query | None:
    """The queryset that the loop goes over, if it is one and nothing else."""
    found = [one for one in options(loop.iterable) if isinstance(one, Query) and one.library == "django"]
    return found[0] if len(found) == 1 and found[0].owner is None else None


def _leads_to_many(name: str, model: Model) -> bool:
    return any(name in (one.name, one.query_name) and one.many for one in model.relations.values())


def _back(call: cst.Call, run: Run, owner: Model, ctx: Context) -> Relation | None:
    """The relation that leads from the loop's rows to those that are counted."""
    links = chain(call, ctx.concrete(run.query.root) if run.query is not None else None).links
    if [link.name for link in links] != ["filter", "count"] or run.query is None or run.query.manager is not None:
        return None
    arguments = links[0].call.args
    if len(arguments) != 1 or arguments[0].keyword is None:
        return None
    value = ctx.value(arguments[0].value)
    is_row = any(isinstance(part, Entity) and part.many and not part.path for part in parts(value))
    name = arguments[0].keyword.value
    found = [one for one in owner.relations.values() if one.back == name and one.target == run.query.model]
    return found[0] if is_row and len(found) == 1 and found[0].kind == "reverse_fk" else None


def _rewritten(call: cst.Call, root: cst.Attribute, back: Relation, owner: Model, ctx: Context) -> Rewrite | None:
    from perflint.codemods.django_prefetching import placed

    name = f"{snake(back.target.name) if back.target is not None else back.name}_count"
    argument = chain(call).only("filter")
    if name in owner.columns or name in owner.relations or argument is None:
        return None
    known = bound_name(ctx.tree, _COUNT)
    text = f'{name}={known or _COUNT.name}("{back.query_name or back.name}")'
    row = ctx.tree.code_for_node(argument.call.args[0].value)
    return Rewrite(
        "count in the query of the rows, though it sees no changes that the loop makes",
        Applicability.UNSAFE,
        ((call, cst.parse_expression(f"{row}.{name}")), placed("annotate", text, root, ctx)),
        () if known else (_COUNT,),
    )
