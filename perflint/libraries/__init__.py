"""What each library's calls mean. One module a library; a new library is one new file.

A library module may define any of these functions, each answering None for what it does not know:

* `PACKAGES`: import names that it speaks for; `VALUES`: `library` marks of queries it made.
* `call(origin, call)`: a function or class of the library is called; `origin` is its dotted name.
* `method(receiver, name, call)`: a method of one of its objects.
* `attribute(run, receiver, name, node)`: an attribute of one of its objects.
* `class_attribute(run, symbol, name, node)`: an attribute of a class derived from it, or of one out of sight.
* `entity_attribute(run, entity, name, node)`, `relation(run, entity, relation, node)`: of a model's object.
* `iterate`, `item`, `truth`, `contains`, `enter`(run, value, node): what these do to its objects.
* `construct(symbol, call, interpreter)`: a project class derived from one of its classes is called.
* `receiver(interpreter, symbol)`: an object of a class; `default(interpreter, node, module, scope)`: of a
  parameter with that default; `annotated(...)`, `generic(...)`: of an annotation.
* `declared(run, symbol, node, decorators)`: a function is defined; may record what it is declared as.
* `declared_class(run, symbol, node)`: the same of a class.
* `unknown_attribute(run, name, node)`: an attribute of an unknown object (`request.user`).
* `unknown_method(name, call)`: a method of an unknown receiver, told by its arguments alone;
  `function_method(function, name, call)`: a method that a decorator has given to a project function.
"""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from perflint.project.models import Relation
from perflint.project.symbols import Kind, Symbol
from perflint.semantics.values import (
    UNKNOWN,
    Collection,
    Entity,
    Function,
    Instance,
    LoaderOption,
    Query,
    Result,
    Rows,
    Unknown,
    Value,
    options,
)

if TYPE_CHECKING:
    from perflint.project.reads import Reads
    from perflint.semantics.calls import Call
    from perflint.semantics.interpreter import Interpreter
    from perflint.semantics.run import Run


_MADE = {Query, Result, Rows, Entity, Collection, Instance, LoaderOption}  # by libraries; most values are others


class Libraries:
    """Finds the library that a value or name belongs to and asks it."""

    def __init__(self, sessions: Sequence[str] = (), clients: Sequence[str] = ()) -> None:
        names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
        self._modules = [import_module(f"{__name__}.{name}") for name in names]
        self._packages = {package: module for module in self._modules for package in getattr(module, "PACKAGES", ())}
        self._marks = {mark: module for module in self._modules for mark in getattr(module, "VALUES", ())}
        self._sessions = tuple(sessions)
        self._clients = tuple(clients)
        self.interpreter: Interpreter  # set by the interpreter's maker
        self._answering: dict[str, list[Any]] = {}
        self._receivers: dict[Symbol, tuple[Value, int]] = {}
        self._of_class: dict[Symbol, tuple[tuple[ModuleType, ...], int]] = {}

    def wraps_session(self, symbol: Symbol) -> bool:
        """Whether the settings say that a name of the project stands for an SQLAlchemy session."""
        return _is_named(symbol, self._sessions)

    def wraps_client(self, symbol: Symbol) -> bool:
        """Whether the settings say that a class or function of the project makes an HTTP client."""
        return _is_named(symbol, self._clients)

    def _all(self, question: str) -> list[Any]:
        if question not in self._answering:
            found = (getattr(module, question, None) for module in self._modules)
            self._answering[question] = [answer for answer in found if answer is not None]
        return self._answering[question]

    def _ask(self, module: ModuleType | None, question: str, *args: Any) -> Any:
        answer = getattr(module, question, None) if module is not None else None
        return answer(*args) if answer is not None else None

    def _of(self, value: Value) -> ModuleType | None:
        """The library that made a value."""
        if value.__class__ not in _MADE:
            return None
        match value:
            case Query():
                return self._marks.get(value.library)
            case Result(query=query) | Rows(query=query):
                return self._marks.get(query.library)
            case Entity(model=model) | Collection(entity=Entity(model=model)):
                found = self.interpreter.models.get(model)
                return self._marks.get(found.library.value) if found else self._of_foreign(value)
            case Instance(symbol=symbol):
                return next(iter(self.of_class(symbol)), None)
            case LoaderOption():
                return self._marks.get("sqlalchemy")
        return None

    def _of_foreign(self, value: Value) -> ModuleType | None:
        """The library whose query gave an object of a class that is out of sight."""
        query = value.query if isinstance(value, Entity) and not value.path else None
        return self._marks.get(query.library) if query is not None else None

    def of_class(self, symbol: Symbol) -> tuple[ModuleType, ...]:
        """The libraries that a class comes from, by its nearest known base first."""
        return self._reads.kept(self._of_class, symbol, lambda: self._origins(symbol))

    def _origins(self, symbol: Symbol) -> tuple[ModuleType, ...]:
        mro = self.interpreter.symbols.mro(symbol) if symbol.kind is Kind.CLASS else (symbol,)
        origins = [owner.name for owner in mro if owner.kind is Kind.EXTERNAL]
        found = [self._packages.get(name.partition(".")[0]) for name in origins]
        return tuple(dict.fromkeys(module for module in found if module is not None))

    @property
    def _reads(self) -> Reads:
        return self.interpreter.trees.reads

    def call(self, origin: str, call: Call) -> Value | None:
        """A library's function or class is called."""
        found: Value | None = self._ask(self._packages.get(origin.partition(".")[0]), "call", origin, call)
        return found

    def method(self, receiver: Value, name: str, call: Call) -> Value | None:
        """A method of a known object; of an unknown one only where the arguments say what it is."""
        if isinstance(receiver, Unknown):
            return self._first("unknown_method", name, call)
        if isinstance(receiver, Function):
            return self._first("function_method", receiver, name, call)
        if isinstance(receiver, Instance):
            for module in self.of_class(receiver.symbol):
                found: Value | None = self._ask(module, "method", receiver, name, call)
                if found is not None:
                    return found
            return None
        own: Value | None = self._ask(self._of(receiver), "method", receiver, name, call)
        return own if own is not None else self._ask(self._packages.get("builtins"), "method", receiver, name, call)

    def _first(self, question: str, *args: Any) -> Value | None:
        for answer in self._all(question):
            found: Value | None = answer(*args)
            if found is not None:
                return found
        return None

    def attribute(self, run: Run, value: Value, name: str, node: ast.expr) -> Value | None:
        """An attribute of a library's object."""
        if isinstance(value, Instance):
            for module in self.of_class(value.symbol):
                found: Value | None = self._ask(module, "attribute", run, value, name, node)
                if found is not None:
                    return found
            return None
        own: Value | None = self._ask(self._of(value), "attribute", run, value, name, node)
        return own

    def unknown_attribute(self, run: Run, name: str, node: ast.expr) -> Value | None:
        """An attribute of an unknown object, told by how it is written."""
        return self._first("unknown_attribute", run, name, node)

    def class_attribute(self, run: Run, symbol: Symbol, name: str, node: ast.expr) -> Value | None:
        """An attribute of a project class that derives from a library's."""
        return self._first("class_attribute", run, symbol, name, node)

    def entity_attribute(self, run: Run, entity: Entity, name: str, node: ast.expr) -> Value | None:
        """An attribute of a model's object that is no relation (`objects`, `pk`)."""
        found: Value | None = self._ask(self._of(entity), "entity_attribute", run, entity, name, node)
        return found

    def relation(self, run: Run, entity: Entity, relation: Relation, node: ast.expr) -> Value:
        """A relation of an entity is read."""
        found: Value | None = self._ask(self._of(entity), "relation", run, entity, relation, node)
        return found if found is not None else UNKNOWN

    def written(self, run: Run, entity: Entity, relation: Relation, node: ast.expr) -> None:
        """A relation of an entity is assigned."""
        self._ask(self._of(entity), "written", run, entity, relation, node)

    def iterate(self, run: Run, value: Value, node: ast.expr) -> Value:
        """An element; a query that iterating runs is recorded."""
        found: Value | None = self._ask(self._of(value), "iterate", run, value, node)
        return found if found is not None else UNKNOWN

    def item(self, run: Run, value: Value, node: ast.Subscript) -> Value:
        """`value[index]` or `value[a:b]`."""
        found: Value | None = self._ask(self._of(value), "item", run, value, node)
        return found if found is not None else UNKNOWN

    def truth(self, run: Run, value: Value, node: ast.expr) -> None:
        """The truth of a value is tested."""
        for option in options(value):
            self._ask(self._of(option), "truth", run, option, node)

    def contains(self, run: Run, value: Value, node: ast.expr) -> None:
        """`x in value`."""
        for option in options(value):
            self._ask(self._of(option), "contains", run, option, node)

    def enter(self, run: Run, value: Value, node: ast.expr) -> Value:
        """What `with value as x` gives; by default the value itself."""
        found: Value | None = self._ask(self._of(value), "enter", run, value, node)
        return value if found is None else found

    def construct(self, symbol: Symbol, call: Call) -> Value | None:
        """A project class derived from a library's class is called."""
        return self._first("construct", symbol, call)

    def project_call(self, function: Function, call: Call) -> Value | None:
        """A project function that a library has wrapped is called (a task, say)."""
        return self._first("project_call", function, call)

    def declared(self, run: Run, symbol: Symbol, node: ast.stmt, decorators: Sequence[Value]) -> None:
        """A function is declared with these decorators."""
        for answer in self._all("declared"):
            answer(run, symbol, node, decorators)

    def declared_class(self, run: Run, symbol: Symbol, node: ast.ClassDef) -> None:
        """A class is defined at module level."""
        for answer in self._all("declared_class"):
            answer(run, symbol, node)

    def receiver(self, symbol: Symbol) -> Value:
        """An object of a class: a model's entity, a library's object or a plain one."""
        return self._reads.kept(self._receivers, symbol, lambda: self._received(symbol))

    def _received(self, symbol: Symbol) -> Value:
        found = self._first("receiver", self.interpreter, symbol)
        return Instance(symbol) if found is None else found

    def default(self, interpreter: Interpreter, node: ast.expr, module: str, scope: str) -> Value:
        """What a parameter with this default gets (`Depends(get_db)`)."""
        found = self._first("default", interpreter, node, module, scope)
        return UNKNOWN if found is None else found

    def annotated(
        self, interpreter: Interpreter, value: Value, metadata: Sequence[ast.expr], module: str, scope: str
    ) -> Value:
        """`Annotated[X, …]`: X, or what the metadata injects when X tells nothing."""
        if value != UNKNOWN:
            return value
        for node in metadata:
            found = self.default(interpreter, node, module, scope)
            if found != UNKNOWN:
                return found
        return value

    def generic(self, interpreter: Interpreter, name: str, arguments: list[Value], module: str, scope: str) -> Value:
        """`QuerySet[User]` and other generic classes of libraries; plain project classes by their name."""
        symbol = interpreter.symbols.resolve(module, name, scope)
        if symbol is None:
            return UNKNOWN
        found = self._first("generic", interpreter, symbol, arguments)
        if found is None and symbol.kind in (Kind.CLASS, Kind.EXTERNAL):
            return self.receiver(symbol)
        return UNKNOWN if found is None else found


def _is_named(symbol: Symbol, names: Sequence[str]) -> bool:
    """By its dotted name, as imports write it: the folder that imports start from may lie below the project's."""
    return bool(names) and f".{symbol.full}".endswith(tuple(f".{name}" for name in names))
