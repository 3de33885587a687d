"""Eager loading: what makes a query load a relation with its rows."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from perflint.codemods.relation_paths import Link
from perflint.rewrites import Import, Replacement
from perflint.semantics.context import Context
from perflint.semantics.values import Query


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added to a query: the code as a title shows it, and the nodes that change."""

    code: str
    replacements: tuple[tuple[cst.CSTNode, Replacement], ...]
    imports: tuple[Import, ...] = ()


def addition(query: Query, links: tuple[Link, ...], ctx: Context) -> Addition | None:
    """The change that eager-loads the path; None where the query's state or place forbids it.

    A query of another file gives the code without nodes: it is shown and not written.
    """
    from perflint.codemods.django_prefetching import prefetching
    from perflint.codemods.sqlalchemy_options import option

    if not links or query.root is None:
        return None
    return prefetching(query, links, ctx) if query.library == "django" else option(query, links, ctx)
