"""HTTP clients: aiohttp, httpx, httpx2, requests and their kin; constructing one is an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perflint.libraries.outside import acted
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.events import Open
from perflint.semantics.values import UNKNOWN, Awaitable, Function, Instance, Proof, Value

if TYPE_CHECKING:
    from perflint.semantics.calls import Call

PACKAGES = ("aiohttp", "httpx", "httpx2", "requests", "urllib3", "niquests", "curl_cffi")

# Client classes by the last part of their dotted name; `requests.session()` is the old spelling.
CLIENTS = {
    "aiohttp": {"ClientSession"},
    "httpx": {"Client", "AsyncClient"},
    "httpx2": {"Client", "AsyncClient"},
    "requests": {"Session", "session"},
    "niquests": {"Session", "AsyncSession"},
    "curl_cffi": {"Session", "AsyncSession"},
    "urllib3": {"PoolManager"},
}
_REQUESTS = {"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream", "ws_connect"}


def is_client(origin: str) -> bool:
    """Whether a dotted name is a client class of a known library."""
    return origin.rpartition(".")[2] in CLIENTS.get(origin.partition(".")[0], set())


def is_costly(origin: str) -> bool:
    """Whether the constructor itself takes 20–30 ms of CPU: httpx builds a TLS context even for `http://`."""
    return origin.partition(".")[0] in ("httpx", "httpx2")


def call(origin: str, call: Call) -> Value | None:
    """A client is constructed; or a request is made without one; or a transport, a timeout, a connector is made."""
    if not is_client(origin):
        name = origin.rpartition(".")[2]
        if name in _REQUESTS:
            acted(call, origin)
        made = Instance(Symbol(Kind.EXTERNAL, origin), arguments=tuple(call.keywords.items()))
        return made if name[:1].isupper() else None
    call.run.events.append(Open(call.node, call.run.frame, (), Proof.PROVEN, origin))
    return Instance(Symbol(Kind.EXTERNAL, origin))


def construct(symbol: Symbol, call: Call) -> Value | None:
    """A project class derived from a client class is constructed."""
    mro = call.run.interpreter.symbols.mro(symbol)
    origin = next((owner.name for owner in mro if owner.kind is Kind.EXTERNAL and is_client(owner.name)), "")
    if not origin and call.run.interpreter.libraries.wraps_client(symbol):
        origin = symbol.full
    if not origin:
        return None
    call.run.events.append(Open(call.node, call.run.frame, (), Proof.PROVEN, origin))
    return Instance(symbol)


def project_call(function: Function, call: Call) -> Value | None:
    """A function of the project that makes a client, as the settings say."""
    if not call.run.interpreter.libraries.wraps_client(function.symbol):
        return None
    call.run.events.append(Open(call.node, call.run.frame, (), Proof.PROVEN, function.symbol.full))
    return Instance(function.symbol)


def method(receiver: Instance, name: str, call: Call) -> Value | None:
    """Requests run; what they return tells nothing."""
    if name in _REQUESTS:
        acted(call, f"{receiver.symbol.name}.{name}")
    asynchronous = receiver.symbol.name.rpartition(".")[2] in ("ClientSession", "AsyncClient", "AsyncSession")
    return Awaitable(UNKNOWN) if asynchronous else UNKNOWN
