"""The text of accessors: functions that make a client when it is first wanted, and give the same one from then on.

An asynchronous client belongs to the event loop of its first connection, so there is one for each loop; the loop is
the key and not a weak one, because the client refers to it. Cookies are not kept: what one request is given, the next
one would send (https://www.python-httpx.org/advanced/clients/, https://docs.aiohttp.org/en/stable/client_advanced.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from perflint.codemods.client_kinds import ClientKind
from perflint.codemods.reaching import Reaching
from perflint.rewrites import Import

_THREADS = 40  # what Starlette's and AnyIO's thread pools have


@dataclass(frozen=True, slots=True)
class Accessor:
    """How a function gets at the shared client, and the definitions that this takes."""

    access: str  # the expression that gives the client
    definitions: tuple[str, ...] = ()
    imports: tuple[Import, ...] = ()
    close: str = ""  # the function that closes the client of the running loop
    must_await: bool = False
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Construction:
    """The call that makes a shared client."""

    callee: str
    arguments: tuple[str, ...]
    width: int  # of the file's lines

    @property
    def text(self) -> str:
        return f"{self.callee}({', '.join(self.arguments)})"

    def line(self, before: str, after: str = "") -> str:
        """The call in a line of code; in several where it would be longer than formatters leave it."""
        line = f"{before}{self.text}{after}"
        if len(line) <= self.width or not self.arguments:
            return line
        indent = " " * (len(before) - len(before.lstrip()))
        arguments = f"{indent}    {', '.join(self.arguments)}"
        if len(arguments) > self.width:
            arguments = "\n".join(f"{indent}    {argument}," for argument in self.arguments)
        return f"{before}{self.callee}(\n{arguments}\n{indent}){after}"


def construction(kind: ClientKind, kept: Mapping[str, str], reach: Reaching) -> Construction:
    """The call that makes the shared client, without a memory for cookies."""
    arguments = [f"{name}={value}" for name, value in kept.items()]
    if kind.package == "aiohttp":
        arguments.insert(0, f"cookie_jar={reach.name('aiohttp', 'DummyCookieJar')}()")
    elif kind.package in ("httpx", "httpx2"):
        jar = reach.name("http.cookiejar", "CookieJar", by_module=False)
        arguments.insert(0, f"cookies={jar}({_policy(reach)})")
    return Construction(reach.name(kind.package, kind.name), tuple(arguments), reach.width)


def _policy(reach: Reaching) -> str:
    return f"{reach.name('http.cookiejar', 'DefaultCookiePolicy', by_module=False)}(allowed_domains=[])"


def accessor(kind: ClientKind, kept: Mapping[str, str], stem: str, reach: Reaching) -> Accessor:
    """A new accessor; `stem` tells it from others in the file, empty for the first one."""
    name = f"{stem}_{kind.noun}" if stem else kind.noun
    make = construction(kind, kept, reach)
    if kind.is_async:
        return _per_loop(kind, name, stem, make, reach)
    definition = _memoised(kind, name, make, reach)
    return Accessor(f"get_{name}()", (definition,), reach.imports())


def _per_loop(kind: ClientKind, name: str, stem: str, make: Construction, reach: Reaching) -> Accessor:
    noun = kind.noun.rpartition("_")[2]
    store = f"_{stem}_{noun}s" if stem else f"_{noun}s"
    client = reach.name(kind.package, kind.name)
    loop, running = reach.name("asyncio", "AbstractEventLoop"), reach.name("asyncio", "get_running_loop")
    close = f"close_{name}"
    definitions = (
        f"{store}: dict[{loop}, {client}] = {{}}\n",
        f"""def get_{name}() -> {client}:
    loop = {running}()
    {noun} = {store}.get(loop)
    if {noun} is None or {noun}.{kind.closed}:
        for dead in [known for known in {store} if known.is_closed()]:
            del {store}[dead]
{make.line(f"        {noun} = {store}[loop] = ")}
    return {noun}
""",
        f"""async def {close}() -> None:
    {noun} = {store}.pop({running}(), None)
    if {noun} is not None:
        await {noun}.{kind.close}()
""",
    )
    return Accessor(f"get_{name}()", definitions, reach.imports(), close)


def _memoised(kind: ClientKind, name: str, make: Construction, reach: Reaching) -> str:
    head = f"@{reach.name('functools', 'cache')}\ndef get_{name}() -> {reach.name(kind.package, kind.name)}:\n"
    if kind.package != "requests":
        return f"{head}{make.line('    return ')}\n"
    adapter = reach.name("requests.adapters", "HTTPAdapter", by_module=False)
    return f"""{head}{make.line("    session = ")}
    session.cookies.set_policy({_policy(reach)})
    for scheme in ("http://", "https://"):
        session.mount(scheme, {adapter}(pool_maxsize={_THREADS}))
    return session
"""
