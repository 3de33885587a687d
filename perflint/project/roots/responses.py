"""Functions that build a server's answer: whoever calls them, they run while a request waits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perflint.project.callgraph import CallGraph
from perflint.project.places import Place, place_of
from perflint.project.roots import Heat, Root
from perflint.project.symbols import Kind, Symbol

_NAMES = ("Response", "_response", "jsonify", "Redirect", "NotFound", "BadRequest", "Forbidden")
_ORIGIN = re.compile(
    r"aiohttp\.web(_response|_fileresponse)?\.|django\.http\.|(starlette|fastapi)\.(responses\.)?|sse_starlette\."
    r"|flask\.|quart\.|sanic\.response\.|rest_framework\.response\.|werkzeug\.(wrappers\.)?|django_ninja\.|litestar\."
)


def answering_in(graph: CallGraph, module: str) -> Iterator[Root]:
    """The functions of the application that make a response: handlers that a registry of its own hands on, say."""
    for function in graph.symbols.files[module].functions if place_of(module) is Place.APP else ():
        callees = {call.callee for call in function.calls if call.callee.endswith(_NAMES)}
        if any(_ORIGIN.match(graph.instances.origin(module, function.qualname, callee)) for callee in callees):
            symbol = Symbol(Kind.FUNCTION, function.qualname, module)
            yield Root(symbol, Heat.HOT, "response", is_certain=False)
