"""Instances: of which class the object behind a dotted name is, as far as the project's text tells.

What functions bind and return is a module's code to `Reads`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from perflint.project.bindings import Bindings
from perflint.project.circular import Circular
from perflint.project.facts import AssignFact, BindFact, FunctionFact, ParamFact, expression, source_of
from perflint.project.hints import named_class
from perflint.project.symbols import Kind, Symbol, Symbols


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class. `above` is what `super()` gives: lookup starts behind the class itself."""

    of: Symbol
    above: bool = False


Thing = Symbol | Instance

_PROPERTIES = ("property", "cached_property", "functools.cached_property", "hybrid_property")
_VALUE = re.compile(r"(await\s+)?[A-Za-z_][\w.]*(\(.*\))?\Z", re.DOTALL)


class Instances:
    """Answers for names and attributes; every answer is kept."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self._answers: Circular[tuple[object, ...], Thing] = Circular(symbols.reads)
        self._bindings = Bindings(symbols)

    def forget(self) -> None:
        """Give up what was found on the way to what others keep by now: it is much of a project's memory."""
        self._answers.forget()
        self._bindings = Bindings(self.symbols)

    def thing(self, module: str, scope: str, text: str) -> Thing | None:
        """What `text` (`self.repo.add`, `make().run`) stands for inside the function or class `scope`."""
        if scope:
            self.symbols.reads.touch(module)
            if not self._bindings.is_own(module, scope, text.partition(".")[0].partition("(")[0]):
                scope = ""  # means the same everywhere in the module
        key = (module, scope, text)
        known = self._answers.known(key)
        return known[0] if known is not None else self._answers.answer(key, lambda: self._thing(module, scope, text))

    def origin(self, module: str, scope: str, text: str) -> str:
        """The dotted name that tells where the thing comes from: `fastapi.FastAPI.get`, `app.web.endpoint`."""
        found = self.thing(module, scope, text)
        if isinstance(found, Instance):
            return found.of.full
        return found.full if found else ""

    def _thing(self, module: str, scope: str, text: str) -> Thing | None:
        receiver, _, part = text.rpartition(".")
        name = part.removesuffix("()")
        if part == "super()" and not receiver:
            owner = self._owner(module, scope)
            return Instance(owner, above=True) if owner else None
        if receiver:
            holder = self.thing(module, scope, receiver)
            found = self.attribute(holder, name) if holder is not None else None
        else:
            found = self._name(module, scope, name)
        return self.result(found) if found is not None and part != name else found

    def _name(self, module: str, scope: str, name: str) -> Thing | None:
        inside = scope
        while inside:
            if name in self._bindings.locals_of(module, inside):
                return self._local(module, inside, name)
            inside = inside.rpartition(".")[0]
        symbol = self.symbols.resolve(module, name, scope)
        return self._value(symbol) if symbol else None

    def _local(self, module: str, qualname: str, name: str) -> Thing | None:
        function = self.symbols.function(Symbol(Kind.FUNCTION, qualname, module))
        first, *_ = known = self._bindings.locals_of(module, qualname)[name]
        if isinstance(first, int):
            return self._param(module, function, function.params[first], first) if function else None
        return _agreed(self._bound(module, qualname, bind) for bind in known if isinstance(bind, BindFact))

    def _param(self, module: str, function: FunctionFact, param: ParamFact, position: int) -> Thing | None:
        if position == 0 and function.is_method and "staticmethod" not in function.decorators:
            owner = Symbol(Kind.CLASS, function.parent, module)
            return owner if "classmethod" in function.decorators else Instance(owner)
        if param.annotation and (found := self.annotated(module, function.parent, param.annotation)):
            return found
        return self._provided(module, function.parent, param.default) if param.default else None

    def _provided(self, module: str, scope: str, default: str) -> Thing | None:
        """`Depends(provider)` as a default: what the provider gives."""
        tree = expression(default) if "Depends(" in default else None
        if not isinstance(tree, ast.Call) or not tree.args or not (name := source_of(tree.args[0])):
            return None
        provider = self.thing(module, scope, name)
        return self.result(provider) if provider else None

    def _bound(self, module: str, scope: str, bind: BindFact) -> Thing | None:
        if bind.annotation:
            return self.annotated(module, scope, bind.annotation)
        return self.thing(module, scope, bind.source) if bind.source != bind.name else None

    def annotated(self, module: str, scope: str, text: str) -> Thing | None:
        """What a name annotated with `text` holds."""
        name, is_class = named_class(text)
        symbol = self.symbols.resolve(module, name, scope) if name else None
        if symbol is None:
            return None
        if symbol.kind is Kind.VARIABLE:  # an alias such as `Db = Annotated[Session, Depends(get_db)]`
            values = [value for value in self.symbols.assigns(symbol) if value != text and value]
            return self.annotated(symbol.module, "", values[-1]) if values else None
        if symbol.kind not in (Kind.CLASS, Kind.EXTERNAL):
            return None
        return symbol if is_class else Instance(symbol)

    def _value(self, symbol: Symbol) -> Thing:
        """A variable's object where it is known, else the symbol itself."""
        if symbol.kind is not Kind.VARIABLE:
            return symbol
        owner = symbol.name.rpartition(".")[0]
        return _agreed(self._assigned(symbol.module, owner, fact) for fact in self._assigns(symbol)) or symbol

    def _assigns(self, symbol: Symbol) -> Iterator[AssignFact]:
        owner, _, name = symbol.name.rpartition(".")
        fact = self.symbols.class_(Symbol(Kind.CLASS, owner, symbol.module)) if owner else None
        if fact is None:
            return iter(self.symbols.module_assigns(symbol))
        return (assign for assign in fact.assigns if assign.name == name)

    def _assigned(self, module: str, scope: str, fact: AssignFact) -> Thing | None:
        if fact.annotation and (found := self.annotated(module, scope, fact.annotation)):
            return found
        if not _VALUE.match(fact.value) or fact.value == fact.name:
            return None
        source = source_of(expression(fact.value))
        return self.thing(module, scope, source) if source else None

    def attribute(self, thing: Thing, name: str) -> Thing | None:
        """`thing.name`."""
        key = (thing, name)
        known = self._answers.known(key)
        return known[0] if known is not None else self._answers.answer(key, lambda: self._attribute(thing, name))

    def _attribute(self, thing: Thing, name: str) -> Thing | None:
        if isinstance(thing, Symbol):
            found = self.symbols.attribute(thing, name)
            if found is None and thing.kind is Kind.CLASS:
                return self._inherited(thing, name)
            return self._value(found) if found else None
        owners = self.symbols.mro(thing.of) if thing.of.kind is Kind.CLASS else (thing.of,)
        for owner in owners[thing.above :]:
            if owner.kind is Kind.CLASS and (found_here := self._own(owner, name)):
                return found_here
        return self._inherited(thing.of, name)

    def _inherited(self, owner: Symbol, name: str) -> Symbol | None:
        """The attribute of the first library class among the bases: `fastapi.FastAPI.get`."""
        for base in self.symbols.mro(owner) if owner.kind is Kind.CLASS else (owner,):
            if base.kind is Kind.EXTERNAL and base.name not in ("abc.ABC", "typing.Generic", "builtins.object"):
                return Symbol(Kind.EXTERNAL, f"{base.name}.{name}")
        return None

    def _own(self, owner: Symbol, name: str) -> Thing | None:
        """A method, class attribute or `self.name` of the class itself."""
        method = Symbol(Kind.FUNCTION, f"{owner.name}.{name}", owner.module)
        if fact := self.symbols.function(method):
            is_property = any(text in _PROPERTIES for text in fact.decorators)
            return self.result(method) if is_property else method
        for assign in self._assigns(Symbol(Kind.VARIABLE, method.name, owner.module)):
            if found := self._assigned(owner.module, owner.name, assign):
                return found
        self.symbols.reads.touch(owner.module)
        binds = self._bindings.of_self(owner.module).get((owner.name, name), ())
        return _agreed(self._bound(owner.module, scope, bind) for scope, bind in binds)

    def result(self, thing: Thing) -> Thing | None:
        """What calling `thing` gives."""
        if isinstance(thing, Instance):
            return None
        if thing.kind in (Kind.CLASS, Kind.EXTERNAL):
            return Instance(thing)
        fact = self.symbols.function(thing)
        if fact is None:
            return None
        if fact.returns and (found := self.annotated(thing.module, fact.parent, fact.returns)):
            return found
        self.symbols.reads.touch(thing.module)
        return _agreed(self.thing(thing.module, fact.qualname, text) for text in fact.returned if text != "None")

    def _owner(self, module: str, scope: str) -> Symbol | None:
        """The class whose method `scope` is, or lies in."""
        while scope:
            fact = self.symbols.function(Symbol(Kind.FUNCTION, scope, module))
            if fact is not None and fact.is_method:
                return Symbol(Kind.CLASS, fact.parent, module)
            scope = scope.rpartition(".")[0]
        return None


def _agreed(things: Iterable[Thing | None]) -> Thing | None:
    """The one known answer; None when two differ. Unknown ones (often None) do not count."""
    known = {thing for thing in things if thing is not None}
    return known.pop() if len(known) == 1 else None
