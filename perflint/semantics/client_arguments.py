"""What a client's constructor is given: which arguments are the same in every call, and which forbid sharing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from perflint.codemods.names import bindings
from perflint.libraries.http import is_costly
from perflint.project.places import Place, place_of
from perflint.project.roots.decorated import is_memoised
from perflint.semantics.context import Context
from perflint.semantics.searches import text_symbol
from perflint.semantics.values import Function, Instance, Proof, Value
from perflint.semantics.walk import walk

_NETWORK = ("HTTPTransport", "AsyncHTTPTransport", "TCPConnector")
# What says who speaks, or through whom: a client for one tenant must not serve another.
_TENANT = ("cert", "proxy", "proxies", "mounts")
_ACCOUNT = ("auth", "cookies", "cookie_jar")
_CONNECTED = ("transport", "connector", "app")


def given(call: cst.Call) -> Mapping[str, cst.BaseExpression]:
    """The constructor's arguments by keyword; positional ones by number, `*` and `**` for what a star hides."""
    return {
        argument.keyword.value if argument.keyword else argument.star or str(index): argument.value
        for index, argument in enumerate(call.args)
    }


def builds_context(call: cst.Call, origin: str) -> bool:
    """Whether the constructor builds a TLS context of its own, which takes httpx 22 to 30 ms."""
    verify = given(call).get("verify")
    return is_costly(origin) and (verify is None or (isinstance(verify, cst.Name) and verify.value == "True"))


def bound_to(call: cst.Call, ctx: Context) -> Proof | None:
    """How surely the client is one of many of its kind; None for one that is bound to a tenant, a socket or a test."""
    arguments = given(call)
    proof = Proof.PROVEN
    if "*" in arguments or "**" in arguments:
        proof = Proof.PROBABLE
    owner = arguments.get("connector_owner")
    if isinstance(owner, cst.Name) and owner.value == "False":
        return None
    for name in _CONNECTED:
        if name in arguments:
            found = _connection(arguments[name], ctx)
            if found is None:
                return None
            proof = min(proof, found)
    if any(name in arguments and not is_invariant(arguments[name], ctx) for name in _TENANT):
        return None
    if any(name in arguments and not is_invariant(arguments[name], ctx) for name in _ACCOUNT) and _leaves(call, ctx):
        return Proof.UNPROVEN
    return proof


def _leaves(call: cst.Call, ctx: Context) -> bool:
    """Whether the client is handed out, so that what it sends cannot be seen."""
    return not isinstance(ctx.parents[call], cst.WithItem | cst.Assign | cst.Attribute)


def _connection(node: cst.BaseExpression, ctx: Context) -> Proof | None:
    """A transport or connector: made here for the network, in-process or shared, or unknown."""
    if isinstance(node, cst.Name) and node.value == "None":
        return Proof.PROVEN
    value = ctx.value(node)
    if not _is_network(value):
        return None if isinstance(value, Instance) else Proof.UNPROVEN
    # One that somebody else has made may be shared already.
    return Proof.PROVEN if isinstance(node, cst.Call) or _is_local(node, ctx) else Proof.UNPROVEN


def _is_network(value: Value) -> bool:
    if not isinstance(value, Instance):
        return False
    name = value.symbol.name.rpartition(".")[2]
    return name in _NETWORK and not any(argument == "uds" for argument, _ in value.arguments)


def _is_local(node: cst.BaseExpression, ctx: Context) -> bool:
    return isinstance(node, cst.Name) and node.value in local_names(node, ctx)


def is_imported(call: cst.Call, origin: str, ctx: Context) -> bool:
    """Whether the callee is the library's class itself, by a name that no variable or subclass can change."""
    root = call.func
    while isinstance(root, cst.Attribute):
        root = root.value
    if not ctx.calls(call, origin) or not isinstance(root, cst.Name):
        return False
    bound = [binding for function in _functions(call, ctx) for binding in bindings(function)]
    return all(binding.origin for binding in bound if binding.name == root.value)


def is_patched(call: cst.Call, ctx: Context) -> bool:
    """Whether a test replaces the class: then the test would no longer meet what it replaced."""
    name = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    if not isinstance(name, cst.Name):
        return True
    targets = ctx.project.settings.patch_targets
    if any(target.rpartition(".")[2] == name.value for target in targets):
        return True
    # `patch.object(httpx, "AsyncClient")`, `monkeypatch.setattr(httpx, "AsyncClient", Fake)`
    quoted = (text_symbol(f"{quote}{name.value}{quote}") for quote in ('"', "'"))
    return any(place_of(module) is Place.TESTS for text in quoted for module in ctx.questions.found("mentioning", text))


def is_invariant(node: cst.BaseExpression, ctx: Context) -> bool:
    """Whether an expression gives the same in every call: no local name, and no call but of a class or a memo."""
    local = local_names(node, ctx)
    for part in walk(node):
        if isinstance(part, cst.Name) and part.value in local:
            return False
        if isinstance(part, cst.Await | cst.Yield | cst.NamedExpr | cst.Lambda):
            return False
        if isinstance(part, cst.Call) and not (_makes_an_object(part) or _is_memo(part, ctx)):
            return False
    return True


def _makes_an_object(call: cst.Call) -> bool:
    name = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    return isinstance(name, cst.Name) and name.value[:1].isupper()


def _is_memo(call: cst.Call, ctx: Context) -> bool:
    value = ctx.value(call.func)
    fact = ctx.project.symbols.function(value.symbol) if isinstance(value, Function) else None
    return fact is not None and not call.args and is_memoised(fact)


def local_names(node: cst.CSTNode, ctx: Context) -> set[str]:
    """The names that functions around a node bind, their parameters included."""
    return {name for function in _functions(node, ctx) for name in _bound(function)}


def _functions(node: cst.CSTNode, ctx: Context) -> Iterator[cst.FunctionDef]:
    return (parent for parent in ctx.ancestors(node) if isinstance(parent, cst.FunctionDef))


def _bound(function: cst.FunctionDef) -> set[str]:
    free = {item.name.value for part in walk(function) if isinstance(part, cst.Global) for item in part.names}
    return {binding.name for binding in bindings(function)} - free
