"""Routes: what a decorator or registration says about the URL of a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from perflint.project.callgraph import CallGraph
from perflint.project.facts import dotted, expression
from perflint.project.roots import Route
from perflint.project.roots.families import VERBS
from perflint.project.roots.meanings import is_web
from perflint.project.symbols import Kind

_ROUTES = VERBS | {"route", "api_route", "api_operation", "websocket", "websocket_route", "view"}
_FRAMEWORKS: Mapping[str, str] = {"rest_framework": "drf", "quart": "flask", "starlite": "litestar"}
# A function below one of these is a Django view: the decorators take a request.
_DJANGO = ("django.views.decorators.", "django.contrib.auth.decorators.", "django.contrib.admin.views.decorators.")


def decorated_route(graph: CallGraph, module: str, scope: str, text: str) -> Route | None:
    """The route that a decorator's text makes: `router.get("/orders", response_model=Page)`."""
    head = text.partition("(")[0].strip()
    receiver, _, name = head.rpartition(".")
    origin = graph.instances.origin(module, scope, head)
    if origin.startswith("rest_framework.") and name in ("api_view", "action"):
        return _read(text, "drf", "")
    if origin.startswith(_DJANGO):
        methods = _read(text, "django", "").methods if name == "require_http_methods" else _verbs_of(name)
        return Route(methods, "", "django", text)
    if origin == "pyramid.view.view_config":
        return _read(text, "pyramid", "")
    name = name or origin.rpartition(".")[2]
    if name not in _ROUTES or not _serves(origin, text):
        return None
    top = origin.partition(".")[0]
    framework = _FRAMEWORKS.get(top, top) if is_web(origin) else ""
    return _read(text, framework, _prefix(graph, module, scope, receiver), name)


def _serves(origin: str, text: str) -> bool:
    """A web framework's decorator, or one of unknown origin that is given a path."""
    if is_web(origin):
        return not origin.startswith("django.")
    if origin.startswith(("unittest.", "mock.", "pytest.")):
        return False
    first = text.partition("(")[2].lstrip()
    return first[1:2] == "/" and first[:1] in "\"'"


def _read(text: str, framework: str, prefix: str, name: str = "") -> Route:
    call = expression(text)
    if not isinstance(call, ast.Call):
        return Route(_verbs(name), prefix, framework, text)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    given = next((keywords[key] for key in ("path", "rule", "url_path") if key in keywords), None)
    path = next((_text(value) for value in (*call.args[:1], given) if value is not None and _text(value)), "")
    methods = tuple(word.upper() for word in _words(keywords.get("methods") or _list(call)))
    model = ast.unparse(keywords["response_model"]) if "response_model" in keywords else ""
    return Route(methods or _verbs(name), joined(prefix, path), framework, text, model)


def _verbs(name: str) -> tuple[str, ...]:
    if name in VERBS:
        return (name.upper(),)
    return ("WEBSOCKET",) if name.startswith("websocket") else ()


def _verbs_of(name: str) -> tuple[str, ...]:
    """`require_POST`."""
    verb = name.removeprefix("require_")
    return (verb,) if name.startswith("require_") and verb.isupper() else ()


def _list(call: ast.Call) -> ast.expr | None:
    """`api_view(["GET"])` names the methods first."""
    return call.args[0] if call.args and isinstance(call.args[0], ast.List | ast.Tuple) else None


def _words(node: ast.expr | None) -> Iterator[str]:
    for element in node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else ():
        if word := _text(element):
            yield word


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _prefix(graph: CallGraph, module: str, scope: str, receiver: str) -> str:
    """`/orders` of `router = APIRouter(prefix="/orders")`."""
    symbol = graph.symbols.resolve(module, receiver, scope) if receiver else None
    if symbol is None or symbol.kind is not Kind.VARIABLE:
        return ""
    for value in graph.symbols.assigns(symbol):
        call = expression(value) if "prefix" in value else None
        for keyword in call.keywords if isinstance(call, ast.Call) and dotted(call.func) else ():
            if keyword.arg in ("prefix", "url_prefix"):
                return _text(keyword.value)
    return ""


def joined(prefix: str, path: str) -> str:
    """A path below a prefix; with a slash in front, which some libraries leave out."""
    both = prefix + (path if path.startswith("/") or not path else f"/{path}")
    return both if both.startswith("/") or not both else f"/{both}"


def label(route: Route, name: str) -> str:
    """`POST /orders`, as messages name a route; the function's name where no path is known."""
    return " ".join(("|".join(route.methods) or "request", route.path or name))
