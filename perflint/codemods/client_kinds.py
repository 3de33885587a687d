"""What sharing a client of each class takes: how it is closed, and what each request can say for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_AIOHTTP = frozenset({"headers", "auth", "timeout", "raise_for_status", "skip_auto_headers"})
_HTTPX = frozenset({"headers", "params", "auth", "timeout"})
_ALIASES = {"session": "Session"}  # functions that make an object of a class
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})


@dataclass(frozen=True, slots=True)
class ClientKind:
    """One client class. `movable` are constructor arguments that mean the same when a request has them."""

    package: str
    name: str
    noun: str  # what the accessor's name ends with
    is_async: bool
    close: str
    closed: str  # the attribute that says so
    movable: frozenset[str] = frozenset()
    requests: frozenset[str] = _VERBS

    @property
    def origins(self) -> tuple[str, ...]:
        """What is called to make one."""
        names = (self.name, *(alias for alias, name in _ALIASES.items() if name == self.name))
        return tuple(f"{self.package}.{name}" for name in names)

    @property
    def keeps_cookies(self) -> bool:
        """Whether a response's cookies are sent with the next request."""
        return self.package != "urllib3"


_KINDS = (
    ClientKind("aiohttp", "ClientSession", "http_session", True, "close", "closed", _AIOHTTP),
    ClientKind("requests", "Session", "session", False, "close", ""),
    ClientKind("urllib3", "PoolManager", "http_pool", False, "clear", ""),
    *(
        ClientKind(package, name, "http_client", is_async, close, "is_closed", _HTTPX, _VERBS | {"stream"})
        for package in ("httpx", "httpx2")
        for name, is_async, close in (("AsyncClient", True, "aclose"), ("Client", False, "close"))
    ),
)
_BY_NAME: Mapping[tuple[str, str], ClientKind] = {(kind.package, kind.name): kind for kind in _KINDS}


def kind_of(origin: str) -> ClientKind | None:
    """The kind of a client class by its dotted name; `requests.session()` makes a Session, too."""
    package, name = origin.partition(".")[0], origin.rpartition(".")[2]
    return _BY_NAME.get((package, _ALIASES.get(name, name)))
