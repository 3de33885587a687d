"""One shared client in the place of one for each call: from the application's lifespan, or through an accessor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import libcst as cst

from perflint.codemods.client_accessors import Accessor, accessor, construction
from perflint.codemods.client_kinds import ClientKind, kind_of
from perflint.codemods.client_requests import may_share, split
from perflint.codemods.client_sites import ClientSite, site_of
from perflint.codemods.known_accessors import chosen_accessor, known_accessor
from perflint.codemods.lifespans import Lifespan, Replacements, always_runs, closing, lifespan_of, serving
from perflint.codemods.reaching import Reaching
from perflint.codemods.request_parameters import request_of
from perflint.codemods.rewriting import refusal
from perflint.codemods.tree import Tree
from perflint.codemods.using_shared import using
from perflint.findings import Applicability
from perflint.rewrites import Rewrite
from perflint.semantics.client_arguments import is_imported, is_patched
from perflint.semantics.context import Context


@dataclass(frozen=True, slots=True)
class _Case:
    """A client that may be shared: where it is, what it is, and what the shared one is made with."""

    site: ClientSite
    kind: ClientKind
    moved: Mapping[str, cst.BaseExpression]
    kept: Mapping[str, str]  # source text


def with_shared_client(call: cst.Call, origin: str, ctx: Context) -> Rewrite | None:
    """The rewrite to a shared client; None where sharing could change what is sent or read."""
    kind = kind_of(origin)
    if kind is None or not is_imported(call, origin, ctx):
        return None
    site = site_of(call, kind, ctx)
    arguments = split(site, kind, ctx) if site is not None else None
    if site is None or arguments is None or not may_share(site, kind, ctx):
        return None
    moved, kept = arguments
    texts = {name: ctx.code(value) for name, value in kept.items()}
    if any("\n" in text for text in texts.values()):
        return None
    return next((each for each in _rewrites(_Case(site, kind, moved, texts), ctx) if _fits(each, ctx)), None)


def _fits(rewrite: Rewrite, ctx: Context) -> bool:
    """Whether the rewrite can be applied here. All of the file is asked before it is refused: a definition of the same
    name may be the same definition."""
    return not refusal(Tree.of(ctx.outline), rewrite) or not refusal(Tree.of(ctx.tree), rewrite)


def _rewrites(case: _Case, ctx: Context) -> Iterator[Rewrite]:
    """The ways to share the client, the best first."""
    wanted = chosen_accessor(case.kind, ctx)
    if wanted is not None:
        yield _through(case, wanted, (), f"use `{wanted.access}`, with its cookies and time limits", ctx)
        return
    known = known_accessor(case.kind, case.kept, ctx)
    if known is not None:
        title = f"use `{known.access}`, which the project has, with its cookies and time limits"
        yield _through(case, known, (), title, ctx)
        return
    lifespan = lifespan_of(ctx) if case.kind.is_async else None
    if lifespan is not None and always_runs(lifespan, ctx):
        yield from _from_lifespan(case, lifespan, ctx)
    for stem in _stems(case):
        made = accessor(case.kind, case.kept, stem, Reaching(ctx))
        closes = closing(lifespan, made.close) if lifespan is not None and made.close else ()
        per = " per event loop" if case.kind.is_async else ""
        yield _through(case, made, closes, f"share one {case.kind.package}.{case.kind.name}{per}", ctx)


def _stems(case: _Case) -> list[str]:
    """What tells the accessor's name from others in the file: what is particular about the client, else its user."""
    mode, own = "async" if case.kind.is_async else "sync", "_".join(case.kept)
    found = ["", own, f"{mode}_{own}" if own else mode, case.site.function.name.value.strip("_")]
    return list(dict.fromkeys(found))


def _from_lifespan(case: _Case, lifespan: Lifespan, ctx: Context) -> Iterator[Rewrite]:
    request = request_of(case.site.function, ctx)
    if request is None:
        return
    reach = Reaching(ctx)
    client = reach.name(case.kind.package, case.kind.name)
    served = serving(lifespan, construction(case.kind, case.kept, reach), client, ctx)
    if served is None:
        return
    reach.add(request.imports)
    given = Accessor(f"{request.name}.{served[0]}", (), reach.imports())
    title = f"share the {case.kind.package}.{case.kind.name} of the application's lifespan"
    yield _through(case, given, (*served[1], *request.changes), title, ctx)


def _through(case: _Case, shared: Accessor, others: Replacements, title: str, ctx: Context) -> Rewrite:
    patched = is_patched(case.site.call, ctx)
    note = "; tests replace the class and would no longer meet it" if patched else _assumption(case, shared)
    return Rewrite(
        title=f"{title}{note}",
        applicability=Applicability.DISPLAY if patched else Applicability.UNSAFE,
        replacements=(*using(case.site, case.moved, shared, ctx), *others),
        imports=shared.imports,
        definitions=shared.definitions,
    )


def _assumption(case: _Case, shared: Accessor) -> str:
    if not shared.is_new:
        return ""
    limit = " (100 at a time)" if case.kind.is_async and not {"connector", "limits"} & set(case.kept) else ""
    cookies = ", cookies are dropped" if case.kind.keeps_cookies else ""
    return f": connections{limit} and lifetime become shared{cookies}"
