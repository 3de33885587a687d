"""Names of Django models in strings: app labels, `AUTH_USER_MODEL`, `get_model()`."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator

from perflint.project.declarations import Callees, declaration, string
from perflint.project.django_known import concrete_models
from perflint.project.facts import dotted, expression
from perflint.project.nearest import nearest
from perflint.project.symbols import Kind, Symbol, Symbols

_USER = "AUTH_USER_MODEL"
_DEFAULT_USER = "auth.User"
_TESTS = frozenset({"tests", "test", "testing", "sandbox", "example", "examples", "docs"})


class DjangoNames:
    """Finds the model that a string or an expression names."""

    def __init__(self, symbols: Symbols, callees: Callees, is_model: Callable[[Symbol], bool]) -> None:
        self._symbols = symbols
        self._callees = callees
        self._is_model = is_model
        self._apps = dict(self._configured())
        self._labels: dict[tuple[str, str], list[Symbol]] = defaultdict(list)
        self._named: dict[str, list[Symbol]] = defaultdict(list)
        for name in concrete_models():
            module, _, tail = name.rpartition(".")
            label = next(part for part in reversed(module.split(".")) if part not in ("models", "mp_tree", "db"))
            self._labels[label, tail.lower()].append(Symbol(Kind.EXTERNAL, name))
        self._user: Symbol | None = None
        self._user_is_known = False

    def add(self, symbol: Symbol, label: str) -> None:
        """Enter a concrete model of the project."""
        tail = symbol.name.rpartition(".")[2].lower()
        self._labels[label.lower(), tail].append(symbol)
        self._named[tail].append(symbol)

    def label(self, module: str) -> str:
        """The app label of models in a module: of the nearest AppConfig, else the folder of `models`."""
        parts = module.split(".")
        for end in range(len(parts), 0, -1):
            if label := self._apps.get(".".join(parts[:end])):
                return label
        at = max((at for at, part in enumerate(parts) if part in ("models", "abstract_models")), default=len(parts) - 1)
        return parts[at - 1] if at else parts[0]

    def target(self, node: ast.expr | None, module: str, owner: Symbol | None = None) -> Symbol | None:
        """The model that an expression means: a field's first argument, a signal's sender."""
        if node is None:
            return None
        if text := string(node):
            return owner if text == "self" else self.named(text, owner.module if owner and owner.module else module)
        if call := declaration(node):
            return self._called(call.callee, [string(arg) for arg in call.args], module)
        return self._by_name(dotted(node), module)

    def named(self, text: str, module: str) -> Symbol | None:
        """The model of `app.Model`, or of `Model` in the app of a module."""
        label, _, name = text.rpartition(".")
        if not label:
            same = self._labels.get((self.label(module).lower(), name.lower()), [])
            return nearest(same or self._named.get(name.lower(), []), module)
        found = self._labels.get((label.rpartition(".")[2].lower(), name.lower()))
        if not found:
            named = self._named.get(name.lower(), [])
            found = [symbol for symbol in named if label.lower() in symbol.module.lower().split(".")]
        own = [symbol for symbol in found if symbol.module]
        return nearest(own or found, module)

    def user(self) -> Symbol | None:
        """The model that AUTH_USER_MODEL names."""
        if not self._user_is_known:
            self._user_is_known = True
            self._user = self._find_user()
        return self._user

    def described(self) -> str:
        """All that the answers are made of, beside the definitions, as one text."""
        return repr((self._apps, dict(self._labels), self.user()))

    def _by_name(self, name: str, module: str) -> Symbol | None:
        if name.rpartition(".")[2] == _USER:
            return self.user()
        symbol = self._symbols.resolve(module, name) if name else None
        if symbol is None:
            found = self.named(name, module) if name and "." not in name else None
            return found if found and found.name.rpartition(".")[2] == name else None
        if symbol.kind is Kind.VARIABLE:
            return self._variable(symbol)
        return symbol if symbol.kind in (Kind.CLASS, Kind.EXTERNAL) else None

    def _variable(self, symbol: Symbol) -> Symbol | None:
        """`User = get_user_model()`, `Product = get_model("catalogue", "Product")`, `USER = "users.User"`."""
        for text in self._symbols.assigns(symbol):
            tree = expression(text)
            if named := string(tree):
                return self.named(named, symbol.module)
            if dotted(tree).endswith(_USER) or (isinstance(tree, ast.Call) and _USER in text):
                return self.user()
            if call := declaration(tree):
                return self._called(call.callee, [string(arg) for arg in call.args], symbol.module)
        return None

    def _called(self, callee: str, args: list[str], module: str) -> Symbol | None:
        match callee.rpartition(".")[2], args:
            case "get_user_model", _:
                return self.user()
            case "get_model" | "get_model_name", [label, name, *_] if label and name:
                return self.named(f"{label}.{name}", module)
            case "get_model", [text, *_] if "." in text:
                return self.named(text, module)
        return None

    def _find_user(self) -> Symbol | None:
        """The model that the settings name; without settings in sight it stays unknown."""
        given = dict(self._user_settings())
        main = [text for module, text in given.items() if not _TESTS & set(module.split("."))]
        found = {symbol for text in main or given.values() if (symbol := self.named(text, ""))}
        if found or given:
            return found.pop() if len(found) == 1 else None
        settings = any(
            assign.name == "INSTALLED_APPS" for file in self._symbols.files.values() for assign in file.assigns
        )
        return self.named(_DEFAULT_USER, "") if settings else None

    def _user_settings(self) -> Iterator[tuple[str, str]]:
        for module, facts in self._symbols.files.items():
            if _USER not in facts.words:
                continue
            inner = (assign for fact in facts.classes for assign in fact.assigns)  # class-based settings
            for assign in (*facts.assigns, *inner):
                if assign.name == _USER and (text := string(expression(assign.value))):
                    yield module, text

    def _configured(self) -> Iterator[tuple[str, str]]:
        """Packages with an AppConfig, and the label that it gives."""
        for symbol, fact in self._symbols.all_classes():
            if not any(self._is_app_config(symbol.module, base) for base in fact.bases):
                continue
            given = {assign.name: string(expression(assign.value)) for assign in fact.assigns}
            name = given.get("label") or given.get("name", "").rpartition(".")[2]
            if name:
                yield symbol.module.rpartition(".")[0], name

    def _is_app_config(self, module: str, base: str) -> bool:
        if not base.endswith("Config"):
            return False
        return "AppConfig" in self._callees.tails(module, base) or module.endswith((".apps", ".config"))
