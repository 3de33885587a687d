"""PF201: a route that answers with every row of a table.

That `Query.all()` and `Result.all()` fetch every row: https://docs.sqlalchemy.org/en/20/orm/queryguide/query.html
and https://docs.djangoproject.com/en/5.2/ref/models/querysets/#when-querysets-are-evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from perflint.checks import visits
from perflint.codemods.pagination import paginated
from perflint.findings import Confidence, Severity
from perflint.libraries.rest_framework import LIST_VIEW
from perflint.project.facts import FunctionFact
from perflint.project.models import Model
from perflint.project.roots import Route
from perflint.project.symbols import Kind, Symbol
from perflint.rewrites import Draft
from perflint.semantics.context import Context
from perflint.semantics.events import Begin, Declare, Event, Run
from perflint.semantics.exposure import Exposure, Exposures
from perflint.semantics.values import Proof, Query, Rows, Value, options

_BOUNDED = (
    "limit", "sliced", "sliced?", "paginated", "offset", "group", "group?", "textual", "setop", "iterator", "yield",
    "unknown", "none", "annotated_group", "first",
)  # fmt: skip
_PAGING = re.compile(
    r"^(limit|offset|page|page_?size|per_?page|size|cursor|first|after|skip|count|top|num|n|pagination.*)$"
)
_PAGED_TYPES = re.compile(r"Page\b|Page\[|Paginat|StreamingResponse|FileResponse|EventSource|Iterator")
_EXPORTS = re.compile(r"export|download|\.csv|\.xlsx|dump|backup|sitemap|feed", re.IGNORECASE)


def _fetches(event: Event, function: Symbol, exposures: Exposures) -> bool:
    if isinstance(event, Run | Begin):
        is_whole = event.query is not None and not event.query.state.has(*_BOUNDED) and not event.trace
        return is_whole and exposures.reaches(function, _gives_all)
    return isinstance(event, Declare)


@visits(cst.Call, cst.Attribute, cst.ClassDef, wants=_fetches)
def check(node: cst.Call | cst.Attribute | cst.ClassDef, ctx: Context) -> Iterator[Draft]:
    """Rows that are fetched whole and handed to a client."""
    if isinstance(node, cst.ClassDef):
        yield from _list_view(node, ctx)
        return
    query = _fetched_here(node, ctx)
    if query is None or _is_bounded(query, ctx.model(query.model)):
        return
    exposure = ctx.exposure(node)
    if exposure is None or _is_bounded(exposure.query, ctx.model(exposure.query.model)) or _is_paged(exposure, ctx):
        return
    yield _draft(node, exposure, ctx)


def _list_view(node: cst.ClassDef, ctx: Context) -> Iterator[Draft]:
    """A REST framework view whose `list` action pages nothing: neither it nor the settings name a pagination.

    https://www.django-rest-framework.org/api-guide/pagination/
    """
    for declared in ctx.declares(node):
        if declared.what != LIST_VIEW or _has_pagination(declared.symbol, ctx):
            continue
        query = ctx.interpreter.instance_attribute(declared.symbol, "queryset")
        if not isinstance(query, Query) or _is_bounded(query, ctx.model(query.model)) or query.model is None:
            continue
        name = query.model.name.rpartition(".")[2]
        yield Draft(
            node=node.name,
            message=f"the list action of {declared.symbol.name} fetches every row of {name}",
            cost=f"rows = all rows of {name} at each request",
            hotness="request",
            function=declared.symbol.name,
        )


def _has_pagination(view: Symbol, ctx: Context) -> bool:
    """The nearest `pagination_class` decides, `None` switching it off; without one the settings do."""
    symbols = ctx.project.symbols
    if symbols.attribute(view, "list") is not None or symbols.attribute(view, "get_queryset") is not None:
        return True  # its own action or queryset may page
    found = symbols.attribute(view, "pagination_class")
    if found is not None:
        return symbols.assigns(found)[-1:] != ("None",)
    default = ctx.project.settings.rest_framework
    return default.get("DEFAULT_PAGINATION_CLASS", "None") != "None" or _has_unknown_base(view, ctx)


def _has_unknown_base(view: Symbol, ctx: Context) -> bool:
    """Whether a base from a package other than the framework may bring a pagination."""
    mro = ctx.project.symbols.mro(view)
    known = all(owner.kind is not Kind.EXTERNAL or owner.name.startswith("rest_framework.") for owner in mro)
    facts = [ctx.project.symbols.class_(owner) for owner in mro if owner.kind is Kind.CLASS]
    bases = sum(len(fact.bases) for fact in facts if fact is not None)
    return not known or len(mro) - 1 < bases


def _fetched_here(node: cst.Call | cst.Attribute, ctx: Context) -> Query | None:
    """The query whose rows this node fetches, or whose queryset it begins."""
    origin = ctx.origin(node)
    for value in options(ctx.value(node)):
        match value:
            case Rows(query=query, node=fetch) if fetch is origin:
                return query if query.library == "sqlalchemy" else None
            case Query(library="django", root=root, owner=None) if root is origin:
                return value
    return None


def _is_bounded(query: Query, model: Model | None) -> bool:
    """Whether something limits the rows: a limit, a key in the criterion, an aggregate, or what cannot be seen."""
    if model is None or query.state.has(*_BOUNDED):
        return True
    filtered = query.state.has("filtered", "filtered?")
    if filtered and (not query.state.filters or query.state.has("joined", "joined?")):
        return True  # a criterion that cannot be read, or is on another table, may name a key
    return any(_is_narrow(name, model) for name in query.state.filters)


def _is_narrow(name: str, model: Model) -> bool:
    """A criterion on a key, a declared one or one by its name: one row, chosen rows, or the children of one parent."""
    if name in ("pk", "id") or name.endswith("_id") or name in model.primary_key or name in model.relations:
        return True
    column = model.columns.get(name)
    return column is None or column.unique or bool(column.foreign_key)


def _is_paged(exposure: Exposure, ctx: Context) -> bool:
    """Whether the route takes a page, streams, or is an export that is meant to be whole."""
    if "{" in exposure.details.path and exposure.query.state.has("filtered", "filtered?"):
        return True  # what belongs to the resource that the path names
    fact = ctx.project.symbols.function(exposure.route)
    return fact is None or not _gives_all(exposure.details, fact)


def _gives_all(details: Route, fact: FunctionFact) -> bool:
    """Whether a route, by what its declaration tells, gives everything that it fetches."""
    if details.methods and "GET" not in {method.upper() for method in details.methods}:
        return False
    if _EXPORTS.search(details.path) or _EXPORTS.search(fact.name):
        return False
    if _PAGED_TYPES.search(f"{fact.returns} {details.response_model}"):
        return False
    return not any(_PAGING.match(param.name) or _PAGED_TYPES.search(param.annotation) for param in fact.params)


def _draft(node: cst.Call | cst.Attribute, exposure: Exposure, ctx: Context) -> Draft:
    query = exposure.query
    name = query.model.name.rpartition(".")[2] if query.model else ""
    matching = "matching " if query.state.has("filtered") else ""
    maybe = query.state.has("limit?") or query.proof is not Proof.PROVEN
    rewrite = None if maybe else paginated(node, exposure, ctx)
    label = ctx.hotness(exposure.route).root or exposure.route.name
    return Draft(
        node=_whole(node, ctx),
        message=f"{label} fetches every {matching}row of {name}",
        cost=f"rows = all {matching}rows of {name} at each request",
        hotness="request",
        confidence=Confidence.PROBABLE if maybe else Confidence.PROVEN,
        severity=Severity.INFO if matching else None,
        rewrite=rewrite,
        function=ctx.function(node).name,
    )


def _whole(node: cst.CSTNode, ctx: Context) -> cst.CSTNode:
    """The chain of calls that begins with the node: `Doctor.objects.order_by("name")`."""
    for parent in ctx.ancestors(node):
        chained = (isinstance(parent, cst.Attribute) and parent.value is node) or (
            isinstance(parent, cst.Call) and parent.func is node
        )
        if not chained or (isinstance(parent, cst.Call) and not _is_query(ctx.value(parent))):
            break
        node = parent
    return node.value if isinstance(node, cst.Attribute) and not _is_query(ctx.value(node)) else node


def _is_query(value: Value) -> bool:
    return isinstance(value, Query | Rows)
