"""Django: what a loop counts or looks for beside each row, as an annotation of the rows' own queryset.

https://docs.djangoproject.com/en/5.2/topics/db/aggregation/ and
https://docs.djangoproject.com/en/5.2/ref/models/expressions/#exists-subqueries.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.codemods.chains import Chain, chain
from perflint.codemods.django_prefetching import placed
from perflint.codemods.lookup_criteria import is_steady, with_part
from perflint.codemods.lookup_names import plural, singular
from perflint.codemods.lookup_querysets import django_name
from perflint.codemods.lookups import Question
from perflint.codemods.loop_bodies import names_in
from perflint.codemods.loop_keys import changed_names, is_told_by_target
from perflint.codemods.loop_querysets import LoopRows, loop_rows
from perflint.codemods.querysets import has_own
from perflint.codemods.quotes import quoted
from perflint.findings import Applicability
from perflint.project.models import Model, Relation
from perflint.rewrites import Import, Rewrite
from perflint.semantics.values import Query


@dataclass(frozen=True, slots=True)
class _Beside:
    """A query beside each row: its call, its chain, the keyword that names the row, the row's column that is meant."""

    call: cst.Call
    links: Chain
    argument: cst.Arg
    keyword: str
    outer: str

    @property
    def others(self) -> list[cst.Arg]:
        """What else the query asks for."""
        return [arg for link in self.links.links for arg in link.call.args if arg is not self.argument]


def annotated(question: Question) -> Rewrite | None:
    """The rewrite of a loop over a queryset that runs `count()` or `exists()` for each row."""
    rows = loop_rows(question)
    beside = _beside(rows, question) if rows is not None else None
    if rows is None or beside is None:
        return None
    name = _name(rows, question)
    found = _count(rows, beside, question) if question.run.verb == "count" else _exists(beside, question)
    if found is None or not name:
        return None
    text, imports = found
    value = cst.parse_expression(f"{rows.name}.{name}", config=question.ctx.config)
    return Rewrite(
        title=_title(name, question),
        applicability=Applicability.UNSAFE,
        replacements=(placed("annotate", f"{name}={text}", rows.root, question.ctx), (beside.call, value)),
        imports=imports,
    )


def _beside(rows: LoopRows, question: Question) -> _Beside | None:
    """The query, when one keyword of its filter differs from round to round, and only by the row."""
    ctx = question.ctx
    call = ctx.concrete(question.run.node)
    if not isinstance(call, cst.Call) or call.args or question.query.owner is not None:
        return None
    links = chain(call, ctx.root(question.query))
    arguments = [arg for link in links.links for arg in link.call.args]
    found = [arg for arg in arguments if names_in(arg.value) & changed_names(question.place)]
    if len(found) != 1 or not all(arg.keyword is not None and is_steady(arg.value, ctx) for arg in arguments):
        return None
    if not is_told_by_target(found[0].value, question.place, ctx):
        return None
    outer, keyword = _outer(found[0].value, rows), found[0].keyword
    if not outer or keyword is None or {*links.names()[:-1]} - {"all", "filter"}:
        return None
    is_own = has_own(question.run.verb, question.query, ctx) or has_own("filter", question.query, ctx)
    return _Beside(call, links, found[0], keyword.value, outer) if not is_own else None


def _outer(value: cst.BaseExpression, rows: LoopRows) -> str:
    """What names the row's column in a subquery: "pk" for `user`, `user.pk` and `user.id`."""
    match value:
        case cst.Name(value=name) if name == rows.name:
            return "pk"
        case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=column)) if name == rows.name:
            is_key = column in ("pk", *rows.model.primary_key)
            return "pk" if is_key else column if column in rows.model.columns else ""
    return ""


def _name(rows: LoopRows, question: Question) -> str:
    """The annotation's name; empty where the rows have such an attribute already."""
    counted = question.model.symbol
    name = f"{singular(counted)}_count" if question.run.verb == "count" else f"has_{plural(counted)}"
    known = question.ctx.project.symbols.attribute(rows.model.symbol, name)
    return name if known is None and name not in {*rows.model.columns, *rows.model.relations} else ""


def _count(rows: LoopRows, beside: _Beside, question: Question) -> tuple[str, tuple[Import, ...]] | None:
    """`Count("orders")`, with the query's other criteria as its filter."""
    relation = _relation(rows, beside, question)
    is_whole = beside.links.root is question.ctx.root(question.query) and question.query.manager is None
    if relation is None or not is_whole or not all(_is_of_column(arg, question.model) for arg in beside.others):
        return None
    name = relation.query_name or relation.name
    count, imports = django_name("Count", question.ctx)
    if not beside.others:
        return f"{count}({quoted(name, question.ctx)})", imports
    condition, more = django_name("Q", question.ctx)
    tests = ", ".join(f"{name}__{arg.keyword.value}={question.code(arg.value)}" for arg in beside.others if arg.keyword)
    return f"{count}({quoted(name, question.ctx)}, filter={condition}({tests}))", (*imports, *more)


def _is_of_column(argument: cst.Arg, model: Model) -> bool:
    return argument.keyword is not None and argument.keyword.value.partition("__")[0] in model.columns


def _relation(rows: LoopRows, beside: _Beside, question: Question) -> Relation | None:
    """The rows' relation whose objects are counted: the opposite of the foreign key that the keyword names."""
    relations = question.model.relations.values()
    keys = [key for key in relations if key.kind == "fk" and beside.keyword in (key.name, *key.columns)]
    if len(keys) != 1 or keys[0].to_field or beside.outer != "pk":
        return None
    backs = rows.model.relations.values()
    return next((back for back in backs if (back.target, back.back) == (question.model.symbol, keys[0].name)), None)


def _exists(beside: _Beside, question: Question) -> tuple[str, tuple[Import, ...]] | None:
    """`Exists(Order.objects.filter(user=OuterRef("pk")))`."""
    key = question.model.relations.get(beside.keyword)
    is_known = beside.keyword in question.model.columns or (key is not None and key.kind in ("fk", "o2o"))
    if not is_known or (key is not None and key.to_field):
        return None
    exists, imports = django_name("Exists", question.ctx)
    outer, more = django_name("OuterRef", question.ctx)
    queryset = cst.ensure_type(beside.call.func, cst.Attribute).value
    reference = beside.argument.with_changes(
        value=cst.parse_expression(f"{outer}({quoted(beside.outer, question.ctx)})")
    )
    return f"{exists}({question.code(with_part(queryset, beside.argument, reference))})", (*imports, *more)


def _title(name: str, question: Question) -> str:
    """What is done, and what it takes for granted."""
    rows = plural(question.model.symbol).replace("_", " ")
    verb = "count" if question.run.verb == "count" else "look for"
    parts = [f"{verb} the {rows} in the query of the loop's rows"]
    if question.run.guarded:
        parts.append("also for rounds that skip it")
    query = question.ctx.value(question.place.iter)
    is_ordered = isinstance(query, Query) and query.state.has("ordered")
    if question.run.verb == "count" and not is_ordered:
        parts.append("without order_by() the rows may come in another order")
    return "; ".join([*parts, f"each row gets an attribute {name}"])
