"""The documented page of a list route: `skip` and `limit` parameters, ORDER BY the key, OFFSET, LIMIT."""

from __future__ import annotations

import libcst as cst

from perflint.codemods.imports import bound_name
from perflint.codemods.parameters import names, with_parameters
from perflint.findings import Applicability
from perflint.rewrites import Import, Rewrite
from perflint.semantics.context import Context
from perflint.semantics.exposure import Exposure
from perflint.semantics.values import Query

_QUERY = Import("fastapi", "Query")
_EXECUTES = {"execute", "scalars", "exec", "stream", "stream_scalars"}
_UNFIT = (
    "distinct",
    "distinct?",
    "lock",
    "contains_eager",
    "columns",
    "multi",
    "values",
    "offset?",
    "joined",
    "joined?",
)


def paginated(node: cst.CSTNode, exposure: Exposure, ctx: Context) -> Rewrite | None:
    """The rewrite of a FastAPI route that fetches for itself; None where the page has no sure place."""
    function = ctx.function_node(node)
    query = exposure.query
    if function is None or exposure.details.framework != "fastapi" or ctx.function(node) != exposure.route:
        return None
    statement = _statement(query, function, ctx)
    if statement is None or query.state.has(*_UNFIT) or _is_taken(function):
        return None
    page = _page(statement, query, ctx)
    if page is None:
        return None
    marker = bound_name(ctx.outline, _QUERY) or "Query"
    default, most = ctx.options.get("default-limit", 50), ctx.options.get("max-limit", 100)
    texts = [f"skip: int = {marker}(0, ge=0)", f"limit: int = {marker}({default}, ge=1, le={most})"]
    return Rewrite(
        title=f"return pages of at most {most} rows; clients that need more must ask for the next page",
        applicability=Applicability.UNSAFE,
        replacements=((statement, page), (function.params, with_parameters(function, texts))),
        imports=(_QUERY,),
    )


def _is_taken(function: cst.FunctionDef) -> bool:
    """Whether the function uses the new parameters' names already."""
    return bool({"skip", "limit"} & (names(function) | _assigned(function)))


def _assigned(function: cst.FunctionDef) -> set[str]:
    from perflint.semantics.walk import walk

    return {part.value for part in walk(function.body) if isinstance(part, cst.Name)}


def _statement(query: Query, function: cst.FunctionDef, ctx: Context) -> cst.BaseExpression | None:
    """The expression to extend: what `.all()` is called on, or what a session executes."""
    from perflint.semantics.walk import walk

    for part in walk(function.body):
        if not isinstance(part, cst.Call) or not isinstance(part.func, cst.Attribute):
            continue
        if not any(run.query is not None and run.query.root is query.root and not run.trace for run in ctx.runs(part)):
            continue
        name = part.func.attr.value
        if name in _EXECUTES and part.args:
            return part.args[0].value
        return part.func.value if name == "all" else None
    return None


def _page(statement: cst.BaseExpression, query: Query, ctx: Context) -> cst.BaseExpression | None:
    """`statement.order_by(Patient.id).offset(skip).limit(limit)`."""
    model = ctx.model(query.model)
    entity = _entity(query, ctx)
    if model is None or entity is None or len(model.primary_key) != 1:
        return None
    key = f"{ctx.code(entity)}.{model.primary_key[0]}"
    ordered = _is_ordered_by(statement, key, ctx)
    order = "" if ordered else f".order_by({key})"
    tail = cst.parse_expression(f"_{order}.offset(skip).limit(limit)", config=ctx.config)
    return _grafted(tail, statement)


def _is_ordered_by(statement: cst.BaseExpression, key: str, ctx: Context) -> bool:
    """Whether the key is in the ORDER BY already, so that the order is total."""
    text = ctx.code(statement)
    return "order_by(" in text and key in text.rpartition("order_by(")[2].partition(")")[0]


def _entity(query: Query, ctx: Context) -> cst.BaseExpression | None:
    """The class as the query names it: `Patient` or `models.Patient`."""
    root = ctx.root(query)
    if isinstance(root, cst.Call) and root.args:
        return root.args[0].value
    return root.value if isinstance(root, cst.Attribute) and root.attr.value == "query" else None


def _grafted(tail: cst.BaseExpression, statement: cst.BaseExpression) -> cst.BaseExpression:
    """The tail's chain with the statement in place of `_`."""
    if isinstance(tail, cst.Name):
        return statement
    if isinstance(tail, cst.Call):
        return tail.with_changes(func=_grafted(tail.func, statement))
    chain = cst.ensure_type(tail, cst.Attribute)
    return chain.with_changes(value=_grafted(chain.value, statement))
