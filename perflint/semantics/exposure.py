"""Exposure: which fetched rows a route hands to its client, wherever they were fetched."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perflint.project.facts import FunctionFact
from perflint.project.roots import Route
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.values import (
    Awaitable,
    Derived,
    DictOf,
    Either,
    Instance,
    ListOf,
    Query,
    Rows,
    TupleOf,
    Value,
)

if TYPE_CHECKING:
    from perflint.project.whole import Project
    from perflint.semantics.interpreter import Interpreter

_Place = tuple[int, ...]
# Objects of these are sent as they are made: https://fastapi.tiangolo.com/tutorial/response-model/.
_SCHEMAS = ("pydantic.main.BaseModel", "pydantic.BaseModel", "sqlmodel.SQLModel", "sqlmodel.main.SQLModel")
# Calls that hand on everything they are given; what a paginator or an exporter does is not known.
_HANDING_ON = {
    "render", "TemplateResponse", "JsonResponse", "HttpResponse", "Response", "JSONResponse",
    "ORJSONResponse", "jsonify",
    "jsonable_encoder", "dumps", "dict", "render_template", "data", "json_response", "make_response", "UJSONResponse",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exposure:
    """Rows, the query they come from, and the route that returns them."""

    query: Query
    route: Symbol
    details: Route


class Exposures:
    """Answers for any fetch of the project; each route is looked at once."""

    def __init__(self, interpreter: Interpreter, project: Project) -> None:
        self.interpreter = interpreter
        self._project = project
        self.questions = interpreter.questions
        self._returned: dict[Symbol, tuple[Mapping[_Place, Exposure], int]] = {}

    def of(self, function: Symbol, node: ast.AST) -> Exposure | None:
        """The exposure of what is fetched at `node` in `function`."""
        for route in self.questions.routes(function):
            found = self._of_route(route).get(_place(node))
            if found is not None:
                return found
        return None

    def reaches(self, function: Symbol, matters: Callable[[Route, FunctionFact], bool]) -> bool:
        """Whether anything that is fetched in the function may be exposed by a route that `matters`."""
        fact = self._project.symbols.function(function)
        routes = self.questions.routes(function) if fact is not None else ()
        rows = (place[0] for route in routes if self._matters(route, matters) for place in self._of_route(route))
        return fact is not None and any(fact.start <= row <= fact.end_line for row in rows)

    def _matters(self, route: Symbol, matters: Callable[[Route, FunctionFact], bool]) -> bool:
        details, fact = self.questions.route(route), self._project.symbols.function(route)
        return details is not None and fact is not None and matters(details, fact)

    def _of_route(self, route: Symbol) -> Mapping[_Place, Exposure]:
        details = self.questions.route(route)
        return self._project.reads.kept(self._returned, route, lambda: self._exposed(route, details))

    def _exposed(self, route: Symbol, details: Route | None) -> Mapping[_Place, Exposure]:
        self.interpreter.begin()
        self._project.reads.take(route.module)  # no name leads from what a route calls to the route
        analysis = self.interpreter.analyse(self.interpreter.standing(route), None)
        found: dict[_Place, Exposure] = {}
        if analysis is not None and details is not None:
            for node, query in _fetched(analysis.value, self._is_schema):
                found.setdefault(_place(node), Exposure(query, route, details))
        return found

    def _is_schema(self, symbol: Symbol) -> bool:
        """Whether a class only holds what a client gets; what another does with its arguments is not known."""
        if symbol.kind is not Kind.CLASS:
            return False
        owners = self._project.symbols.mro(symbol)
        made = any(self._project.symbols.attribute(symbol, name) for name in ("__init__", "__new__"))
        return not made and any(owner.name in _SCHEMAS for owner in owners)


def _place(node: ast.AST) -> _Place:
    """A node by its place: its tree may have been parsed anew since."""
    return tuple(getattr(node, name, 0) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"))


def _fetched(value: Value, is_schema: Callable[[Symbol], bool], depth: int = 8) -> Iterator[tuple[ast.AST, Query]]:
    """Whole fetches that flow into a value: the node that fetches, and its query."""
    if depth == 0:
        return
    inner: tuple[Value, ...] = ()
    match value:
        case Rows(query=query, node=node):
            if node is not None:
                yield node, query
        case Query(library="django", root=root):
            if root is not None:
                yield root, value
        case ListOf():
            inner = (value.source, value.element)
        case DictOf():
            inner = (value.source, value.value)
        case TupleOf():
            inner = value.elements
        case Either():
            inner = value.options
        case Awaitable():
            inner = (value.value,)
        case Derived() if not value.by or value.by.rpartition(".")[2] in _HANDING_ON:
            inner = value.parts
        case Instance(symbol=symbol, arguments=(("*", given),)) if is_schema(symbol):
            inner = (given,)
    for part in inner:
        yield from _fetched(part, is_schema, depth - 1)
