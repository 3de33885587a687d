"""Paths of relations: the class and the attribute of each link, and how a module names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from perflint.codemods.names import imported
from perflint.project.models import Models, Relation
from perflint.project.symbols import Kind, Symbol
from perflint.rewrites import Import
from perflint.semantics.context import Context
from perflint.semantics.values import Entity, Query, Ref


@dataclass(frozen=True, slots=True)
class Link:
    """One relation on the way from a query's entity."""

    owner: Symbol
    relation: Relation


@dataclass(frozen=True, slots=True)
class Named:
    """How a module names a class, and the import that it needs for that."""

    text: str
    imports: tuple[Import, ...] = ()


def links(query: Query, entity: Entity, relation: Relation, models: Models) -> tuple[Link, ...]:
    """The links from the query's entity to the relation; none where more than one entity could begin them."""
    starts = [start for start in query.entities if start is not None]
    found = [way for start in starts if (way := _way(start, entity, relation, models))]
    return found[0] if len(found) == 1 else ()


def _way(start: Symbol, entity: Entity, relation: Relation, models: Models) -> tuple[Link, ...]:
    owner, found = start, []
    for name in (*entity.path, relation.name):
        model = models.get(owner)
        step = model.relations.get(name) if model is not None else None
        if step is None:
            return ()
        found.append(Link(owner, step))
        if step.target is None:
            break
        owner = step.target
    complete = len(found) == len(entity.path) + 1
    return tuple(found) if complete and found[-1].relation == relation else ()


def names_its_model(root: cst.Call | cst.Attribute, query: Query, ctx: Context) -> bool:
    """Whether a query's root is for this model whoever calls: `query(User)`, not `query(model)` in a helper."""
    if query.owner is not None:
        return True
    given = [argument.value for argument in root.args] if isinstance(root, cst.Call) else [root.value]
    values = [ctx.value(node) for node in given]
    return any(isinstance(value, Ref) and value.symbol in query.entities for value in values)


def class_name(symbol: Symbol, beside: Symbol, text: str, ctx: Context) -> Named | None:
    """How to name a class here: as it is known, by the module that names `beside`, or by one more import."""
    resolve = ctx.project.symbols.resolve
    own = [symbol.name] if symbol.module == ctx.module else []
    for name in [*own, *(local for _, local in _imported_names(ctx.outline.body))]:
        if resolve(ctx.module, name) == symbol:
            return Named(name)
    prefix = text.rpartition(".")[0]
    if prefix and resolve(ctx.module, f"{prefix}.{symbol.name}") == symbol:
        return Named(f"{prefix}.{symbol.name}")
    return next(_imports(symbol, beside, ctx), None)


def _imports(symbol: Symbol, beside: Symbol, ctx: Context) -> Iterator[Named]:
    """The class may come from where the other one comes from."""
    symbols = ctx.project.symbols
    for module, name in _imported_names(ctx.outline.body):
        if symbols.resolve(ctx.module, name) != beside or "." in symbol.name:
            continue
        source = _module(module, ctx)
        if source is not None and symbols.attribute(source, symbol.name) == symbol:
            yield Named(symbol.name, (Import(module, symbol.name),))


def _imported_names(body: Sequence[cst.CSTNode]) -> Iterator[tuple[str, str]]:
    """The module, dots included, and the local name of what is imported at the top level."""
    from perflint.codemods.names import source_module

    for line in body:
        for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(part, cst.ImportFrom) and not isinstance(part.names, cst.ImportStar):
                yield from ((source_module(part), binding.name) for binding in imported(part))


def _module(name: str, ctx: Context) -> Symbol | None:
    dots = len(name) - len(name.lstrip("."))
    if not dots:
        found = ctx.project.symbols.find_module(name, ctx.module)
        return Symbol(Kind.MODULE, "", found) if found else None
    parts = ctx.module.split(".")
    is_package = ctx.path.stem == "__init__"
    base = parts[: len(parts) - dots + (1 if is_package else 0)]
    full = ".".join([*base, *filter(None, [name[dots:]])])
    return Symbol(Kind.MODULE, "", full) if full in ctx.project.files else None
