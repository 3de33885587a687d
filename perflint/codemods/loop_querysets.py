"""Django: the queryset that a loop goes over, from its manager on."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.codemods.chains import Chain, chain
from perflint.codemods.lookups import Question
from perflint.codemods.loop_bodies import names_in
from perflint.project.models import Model
from perflint.semantics.values import Query
from perflint.semantics.walk import walk

_STATES = {"filtered", "ordered", "using", "limit", "iterator"}
_PLAIN = ("", "in", "isnull", "id", "pk")


@dataclass(frozen=True, slots=True)
class LoopRows:
    """The queryset that a loop goes over, from its manager on; `name` is the loop's target."""

    name: str
    model: Model
    root: cst.Attribute
    links: Chain


def loop_rows(question: Question) -> LoopRows | None:
    """The loop's queryset, when it is seen whole, asks no other table and serves nothing else."""
    ctx, place = question.ctx, question.place
    query = ctx.value(place.iter)
    if not isinstance(query, Query) or query.api != "queryset" or query.module != ctx.module:
        return None
    model, root = ctx.model(query.model), ctx.root(query)
    source = _built(place.iter, question) if isinstance(place.iter, cst.Name) else place.iter
    source = source.value if isinstance(source, cst.Subscript) else source
    if model is None or source is None or query.state.bits - _STATES or not isinstance(root, cst.Attribute):
        return None
    links = chain(source, root)
    if links.root is not root or not isinstance(place.target, cst.Name) or not _asks_own_columns(links, model):
        return None
    return LoopRows(place.target.value, model, root, links)


def _built(node: cst.BaseExpression, question: Question) -> cst.BaseExpression | None:
    """What the function gives the name of the rows, when the loop alone uses it."""
    scope = question.ctx.function_node(node)
    if not isinstance(node, cst.Name) or scope is None:
        return None
    assigns = [part for part in walk(scope) if isinstance(part, cst.Assign)]
    given = [part.value for part in assigns if names_in(*part.targets) == {node.value}]
    count = sum(isinstance(part, cst.Name) and part.value == node.value for part in walk(scope))
    return given[0] if len(given) == 1 and count == 2 else None


def _asks_own_columns(links: Chain, model: Model) -> bool:
    """Whether no criterion joins another table, which would count its rows along."""
    single = {name for name, relation in model.relations.items() if relation.kind in ("fk", "o2o")}
    arguments = [arg for link in links.links if link.name in ("filter", "exclude") for arg in link.call.args]
    for argument in arguments:
        name, _, lookup = (argument.keyword.value if argument.keyword is not None else "").partition("__")
        if name not in (*model.columns, "pk") and not (name in single and lookup in _PLAIN):
            return False
    return True
