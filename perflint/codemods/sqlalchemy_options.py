"""SQLAlchemy's loader options: `.options(selectinload(User.orders).selectinload(Order.items))`.

Always selectinload: joinedload repeats the parent's row for each child, needs `unique()` on a select, and fails with
`FOR UPDATE` on PostgreSQL ("ORM Querying Guide: Relationship Loading Techniques").
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from perflint.codemods.eager_loading import Addition
from perflint.codemods.imports import bound_name
from perflint.codemods.method_calls import chained, with_argument
from perflint.codemods.relation_paths import Link, Named, class_name, names_its_model
from perflint.project.symbols import Symbol
from perflint.rewrites import Import
from perflint.semantics.context import Context
from perflint.semantics.values import LoaderOption, Query, Ref

_LAZY = {"select", "True"}
_MODULE = "sqlalchemy.orm"


def option(query: Query, links: tuple[Link, ...], ctx: Context) -> Addition | None:
    """The loader option for the path, put beside those that the query has."""
    last = links[-1].relation
    if query.state.has("opts?", "columns", "columns?") or last.lazy not in _LAZY:
        return None
    if query.module != ctx.module:
        return Addition(f".options({_shown(links)})", ())
    root = ctx.root(query)
    if not isinstance(root, cst.Call | cst.Attribute) or not names_its_model(root, query, ctx):
        return None
    calls = list(_option_calls(root, ctx))
    return _longer(query, links, calls, root, ctx) or _further(query, links, calls, root, ctx)


def _shown(links: tuple[Link, ...]) -> str:
    return ".".join(f"selectinload({link.owner.name}.{link.relation.name})" for link in links)


def _option_calls(root: cst.CSTNode, ctx: Context) -> Iterator[cst.Call]:
    """The `.options(…)` calls of the chain that begins with the root."""
    node = root
    while isinstance(link := ctx.parents.get(node), cst.Attribute) and link.value is node:
        call = ctx.parents.get(link)
        if not isinstance(call, cst.Call) or call.func is not link:
            return
        if link.attr.value == "options":
            yield call
        node = call


def _longer(
    query: Query, links: tuple[Link, ...], calls: list[cst.Call], root: cst.CSTNode, ctx: Context
) -> Addition | None:
    """An option that loads the path up to some link is made longer."""
    path = tuple(link.relation.name for link in links)
    for length in range(len(path) - 1, 0, -1):
        for argument in (argument.value for call in calls for argument in call.args):
            value = ctx.value(argument)
            if isinstance(value, LoaderOption) and value.paths == (path[:length],):
                return _with_steps(argument, query, links, length, root, ctx)
    return None


def _with_steps(
    argument: cst.BaseExpression, query: Query, links: tuple[Link, ...], start: int, root: cst.CSTNode, ctx: Context
) -> Addition | None:
    text, imports = ctx.code(argument), list[Import]()
    for link in links[start:]:
        name = _class(link.owner, query, root, ctx)
        if name is None:
            return None
        text += f".selectinload({name.text}.{link.relation.name})"
        imports += name.imports
    return Addition(text, ((argument, _parsed(text, ctx)),), tuple(imports))


def _further(
    query: Query, links: tuple[Link, ...], calls: list[cst.Call], root: cst.Call | cst.Attribute, ctx: Context
) -> Addition | None:
    """One more option: in the first `.options(…)`, in the `options=` of a `get`, or right after the root."""
    made = _option(query, links, root, ctx)
    if made is None:
        return None
    new = cst.Arg(_parsed(made.text, ctx))
    if query.api == "get":
        return _in_get(root, made, new)
    if calls:
        return Addition(f".options({made.text})", ((calls[0], with_argument(calls[0], new)),), made.imports)
    changed = chained(root, "options", [new], ctx.parents.get(root))
    return Addition(f".options({made.text})", ((root, changed),), made.imports)


def _in_get(root: cst.CSTNode, made: Named, new: cst.Arg) -> Addition | None:
    if not isinstance(root, cst.Call) or any(arg.keyword and arg.keyword.value == "options" for arg in root.args):
        return None
    tight = cst.SimpleWhitespace("")
    value = cst.List([cst.Element(new.value)])
    keyword = cst.Arg(value, cst.Name("options"), cst.AssignEqual(tight, tight))
    return Addition(f"options=[{made.text}]", ((root, with_argument(root, keyword)),), made.imports)


def _option(query: Query, links: tuple[Link, ...], root: cst.CSTNode, ctx: Context) -> Named | None:
    """`selectinload(User.orders).selectinload(Order.items)`; a link that is loaded already keeps its loader."""
    text, imports = "", list[Import]()
    for index, link in enumerate(links):
        name = _class(link.owner, query, root, ctx)
        if name is None:
            return None
        loader = "defaultload" if _is_loaded(query, links[: index + 1]) else "selectinload"
        if not text:
            loader, wanted = _loader(loader, ctx)
            imports += wanted
        text += f"{'.' if text else ''}{loader}({name.text}.{link.relation.name})"
        imports += name.imports
    return Named(text, tuple(imports))


def _is_loaded(query: Query, links: tuple[Link, ...]) -> bool:
    path = tuple(link.relation.name for link in links)
    return path in query.state.loaded or links[-1].relation.lazy not in _LAZY


def _loader(name: str, ctx: Context) -> tuple[str, list[Import]]:
    """The loader as this module calls it, with the import that it needs."""
    wanted = Import(_MODULE, name)
    known = bound_name(ctx.outline, wanted)
    if known is not None:
        return known, []
    module = bound_name(ctx.outline, Import("sqlalchemy", "orm"))
    return (f"{module}.{name}", []) if module is not None else (name, [wanted])


def _class(symbol: Symbol, query: Query, root: cst.CSTNode, ctx: Context) -> Named | None:
    """How to name a class of the path: the first as the query does, the others as the module can."""
    first = next((entity for entity in query.entities if entity is not None), symbol)
    text = ""
    if isinstance(root, cst.Call):
        for argument in root.args:
            value = ctx.value(argument.value)
            if isinstance(value, Ref):
                text = ctx.code(argument.value) if not text or value.symbol == symbol else text
                if value.symbol == symbol:
                    return Named(text)
    elif isinstance(root, cst.Attribute) and root.attr.value == "query":
        text = ctx.code(root.value)
        if symbol == first:
            return Named(text)
    return class_name(symbol, first, text, ctx)


def _parsed(text: str, ctx: Context) -> cst.BaseExpression:
    return cst.parse_expression(text, config=ctx.config)
