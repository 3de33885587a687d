"""The fix of rows that are filtered in Python: the condition goes into the query, if it can be said there."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from perflint.codemods.chains import Link, appended, chain
from perflint.codemods.conditions import Translation, translation
from perflint.codemods.fetches import Fetch, assigned_values
from perflint.codemods.loop_bodies import names_in
from perflint.codemods.predicates import UntranslatableError
from perflint.codemods.predicates_django import Lookups
from perflint.codemods.predicates_sqlalchemy import Criteria
from perflint.codemods.querysets import has_own
from perflint.codemods.row_filter_edits import unconditioned
from perflint.codemods.row_filters import RowFilter, is_order_free, only_collects
from perflint.findings import Applicability
from perflint.rewrites import Import, Rewrite
from perflint.semantics.context import Context
from perflint.semantics.searches import text_symbol
from perflint.semantics.values import Column, Ref
from perflint.semantics.walk import walk

# State bits with which a criterion would select among other rows, or cannot be added (catalogue's blocker matrix).
_BLOCKING = {"group", "setop", "textual", "contains_eager", "multi", "combined", "annotated", "unknown"}

# Without autoflush, objects that were changed in the session are not yet what the database knows.
_NO_FLUSH = ("autoflush=False", "autoflush = False", "no_autoflush", "autoflush(False")


def pushed_down(found: RowFilter, fetch: Fetch, ctx: Context) -> Rewrite | None:
    """The query asks the condition, and the loop does not."""
    bits = {bit.rstrip("?") for bit in fetch.query.state.bits}
    if fetch.place is None or bits & _BLOCKING or ("distinct" in bits and not _is_plainly_distinct(fetch, ctx)):
        return None
    if any(has_own(method, fetch.query, ctx) for method in ("filter", "exclude")):
        return None
    meant = translation(found.tests, found.target, ctx)
    if meant is None or (fetch.is_before and not _can_be_asked_earlier(found, fetch, ctx)):
        return None
    try:
        text, imports = _criterion(meant, fetch, ctx)
    except UntranslatableError:
        return None
    if not text:
        return None
    new = _with_criterion(fetch.place, text, ctx)
    replacements = unconditioned(found, fetch, new, ctx)
    if replacements is None:
        return None
    assumed = [*meant.assumed, *_assumed(found, fetch, ctx)]
    title = "filter in the database" + (f"; assumes that {_listed(assumed)}" if assumed else "")
    how = Applicability.UNSAFE if assumed else Applicability.SAFE
    return Rewrite(title, how, replacements, tuple(sorted(imports)))


def _with_criterion(place: cst.BaseExpression, text: str, ctx: Context) -> cst.BaseExpression:
    """The criterion before the ordering, where one looks for it."""
    if isinstance(place, cst.Call) and isinstance(place.func, cst.Attribute) and place.func.attr.value == "order_by":
        return place.with_changes(func=place.func.with_changes(value=_with_criterion(place.func.value, text, ctx)))
    match place:
        case cst.Call(func=cst.Attribute(value=manager, attr=cst.Name(value="all")), args=[]):
            place = manager
    return appended(place, text, ctx.config)


def _listed(parts: list[str]) -> str:
    unique = list(dict.fromkeys(parts))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} and {unique[-1]}"


def _criterion(meant: Translation, fetch: Fetch, ctx: Context) -> tuple[str, set[Import]]:
    """`.filter(…)`, `.where(…)`, and the imports that it needs; no text where the class has no name here."""
    if fetch.query.library == "django":
        lookups = Lookups()
        return lookups.calls(meant.predicate), lookups.imports
    entity = _entity(fetch, ctx)
    criteria = Criteria(entity)
    arguments = ", ".join(criteria.arguments(meant.predicate))
    method = "filter" if fetch.query.api == "query" else "where"
    return (f".{method}({arguments})" if entity else ""), criteria.imports


def _entity(fetch: Fetch, ctx: Context) -> str:
    """The class as the query names it: `Patient` or `models.Patient`."""
    root = ctx.root(fetch.query)
    if isinstance(root, cst.Call) and root.args:
        node = root.args[0].value
    elif isinstance(root, cst.Attribute) and root.attr.value == "query":
        node = root.value
    else:
        return ""
    value = ctx.value(node)
    is_class = isinstance(value, Ref) and value.symbol == fetch.query.model
    return ctx.code(node) if is_class else ""


def _can_be_asked_earlier(found: RowFilter, fetch: Fetch, ctx: Context) -> bool:
    """Whether the names of the condition mean the same where the rows are fetched as where they are filtered."""
    scope = ctx.function_node(found.node)
    if scope is None:
        return False
    names = names_in(*found.tests) - {found.target}
    order = list(walk(scope))
    here = next(index for index, part in enumerate(order) if part is fetch.place)
    return not any(names & _bound(part) for part in order[here:])


def _bound(node: cst.CSTNode) -> set[str]:
    match node:
        case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.AnnAssign(target=target):
            return names_in(target)
        case (
            cst.NamedExpr(target=target) | cst.For(target=target) | cst.CompFor(target=target) | cst.Del(target=target)
        ):
            return names_in(target)
        case cst.AsName(name=name):
            return names_in(name)
    return set()


def _assumed(found: RowFilter, fetch: Fetch, ctx: Context) -> list[str]:
    """What the fetch and the loop have to be like for nothing else to change."""
    bits = {bit.rstrip("?") for bit in fetch.query.state.bits}
    assumed = []
    if not (is_order_free(found, ctx) or _is_ordered_by_key(fetch, ctx)):
        assumed.append("the rows may come in another order")
    if "lock" in bits:
        assumed.append("the other rows need no lock")
    if "opts" in bits:
        assumed.append("what is chosen for the query is no limit")
    if not only_collects(found):
        assumed.append("no round changes another row")
    if fetch.query.library == "sqlalchemy" and _is_mentioned(_NO_FLUSH, ctx):
        assumed.append("the session has nothing to flush")
    return assumed


def _is_mentioned(texts: Iterable[str], ctx: Context) -> bool:
    return any(ctx.questions.found("mentioning", text_symbol(text)) for text in texts)


def _links(fetch: Fetch, ctx: Context) -> tuple[Link, ...]:
    """The calls that the query was built with, also of a statement that has a name."""
    found = chain(fetch.place) if fetch.place is not None else chain(fetch.node)
    given = assigned_values(found.root, ctx) if isinstance(found.root, cst.Name) else []
    return (*chain(given[0]).links, *found.links) if len(given) == 1 else found.links


def _is_plainly_distinct(fetch: Fetch, ctx: Context) -> bool:
    """`distinct("team")` keeps one row of each team, chosen before the criterion."""
    found = [link.call for link in _links(fetch, ctx) if link.name == "distinct"]
    return bool(found) and not any(call.args for call in found)


def _is_ordered_by_key(fetch: Fetch, ctx: Context) -> bool:
    """Whether a key or a unique column without NULL is among what the query is ordered by."""
    model = ctx.model(fetch.query.model)
    orders = [link.call for link in _links(fetch, ctx) if link.name == "order_by"]
    if model is None or not orders:
        return False
    keys = {name for name, column in model.columns.items() if column.unique and not column.nullable}
    keys |= set(model.primary_key) if len(model.primary_key) == 1 else set()
    names = {name for arg in orders[-1].args for name in _ordering(arg.value, ctx)}
    return bool(names & (keys | ({"pk"} if fetch.query.library == "django" else set())))


def _ordering(node: cst.BaseExpression, ctx: Context) -> set[str]:
    """The column of `M.id`, `M.id.desc()`, `"-pk"`."""
    if isinstance(node, cst.SimpleString):
        return {str(node.evaluated_value).lstrip("-")}
    return {value.name for part in walk(node) if isinstance(value := ctx.value(part), Column) and value.entity is None}
