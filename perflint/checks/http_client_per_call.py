"""PF401: an HTTP client that is built for each call, so that no connection is ever used twice.

"Don't create a session per request": https://docs.aiohttp.org/en/stable/http_request_lifecycle.html#how-to-use-the-clientsession.
"Make sure you're not creating multiple client instances": https://www.python-httpx.org/advanced/clients/ and
https://www.python-httpx.org/async/#opening-and-closing-clients; a session pools connections:
https://requests.readthedocs.io/en/latest/user/advanced/#session-objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from perflint.checks import visits
from perflint.codemods.shared_clients import with_shared_client
from perflint.codemods.tls_context import with_shared_context
from perflint.findings import Applicability
from perflint.project.symbols import Symbol
from perflint.rewrites import Draft, Rewrite
from perflint.semantics.client_arguments import bound_to, builds_context
from perflint.semantics.client_lifetimes import Lifetime, lifetime
from perflint.semantics.context import Context
from perflint.semantics.events import Event, Open
from perflint.semantics.exposure import Exposures
from perflint.semantics.values import Proof


def _opens(event: Event, function: Symbol, exposures: Exposures) -> bool:
    return isinstance(event, Open) and not event.trace


@visits(cst.Call, wants=_opens)
def check(call: cst.Call, ctx: Context) -> Iterator[Draft]:
    """A client that is built where code runs again and again, and that nothing keeps."""
    for event in ctx.opens(call)[:1]:
        found = lifetime(event, ctx.function(call), ctx) if not event.trace else None
        proof = bound_to(call, ctx)
        if found is not None and proof is not None:
            # Many requests share one connection; what is left to save is the constructor.
            amortised = found.many and not builds_context(call, event.origin)
            yield _draft(call, event, found.at_most(Proof.UNPROVEN if amortised else proof), ctx)


def _draft(call: cst.Call, event: Open, found: Lifetime, ctx: Context) -> Draft:
    is_slow = builds_context(call, event.origin)
    price = "1 new connection and 22–30 ms of CPU" if is_slow else "1 new connection"
    cost = "N connections and N × 22–30 ms of CPU" if is_slow else "N connections"
    way = f" ({found.way})" if found.way else ""
    return Draft(
        call,
        f"each {found.unit} builds its own {_name(event.origin)}: {price}{way}",
        cost=f"{cost}, N = {found.plural}",
        hotness=found.way or found.heat,
        confidence=ctx.confidence(found.proof),
        rewrite=_rewrite(call, event.origin, found, ctx),
        function=ctx.function(call).name,
    )


def _rewrite(call: cst.Call, origin: str, found: Lifetime, ctx: Context) -> Rewrite | None:
    """One client for all calls; one TLS context where that is refused, or unsafe fixes are not wanted."""
    context = with_shared_context(call, origin, ctx)
    shared = with_shared_client(call, origin, ctx) if found.proof is Proof.PROVEN else None
    if shared is None or (shared.applicability is Applicability.DISPLAY and context is not None):
        return context
    return replace(shared, instead=context)


def _name(origin: str) -> str:
    """`aiohttp.client.ClientSession` is known as `aiohttp.ClientSession`."""
    return f"{origin.partition('.')[0]}.{origin.rpartition('.')[2]}"
