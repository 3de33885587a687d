"""Who listens to a model: Django's signals and SQLAlchemy's events."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Mapping

from perflint.project.declarations import Declaration, declaration, names, string
from perflint.project.facts import FileFacts, dotted, expression
from perflint.project.schema import Library, Model
from perflint.project.symbols import Kind, Symbol, Symbols

_DJANGO = frozenset({"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"})
_SESSION_EVENTS = frozenset(
    {"before_flush", "after_flush", "after_flush_postexec", "before_commit", "after_commit", "before_attach",
     "after_attach", "do_orm_execute", "transient_to_pending", "pending_to_persistent", "persistent_to_deleted"}
)  # fmt: skip
_EVENTS = _SESSION_EVENTS | {
    "before_insert", "after_insert", "before_update", "after_update", "before_delete", "after_delete", "load",
    "refresh", "init", "expire", "set", "append", "remove", "bulk_replace", "modified",
}  # fmt: skip
_WORDS = frozenset({"receiver", "connect", "listens_for", "listen", "HistoricalRecords", "register", "INSTALLED_APPS"})
# Packages that register receivers of their own: for one model, or for all when installed.
_SAVED = frozenset({"post_save", "pre_delete", "post_delete", "m2m_changed"})
_REGISTER = ("reversion.register", "auditlog.register")
_APPS = ("easyaudit", "django_elasticsearch_dsl", "cacheops")


class Signals:
    """Receivers by model. Those without a sender, or with one that is not known, hear every model."""

    def __init__(
        self, symbols: Symbols, models: Mapping[Symbol, Model], find: Callable[[ast.expr, str], Symbol | None]
    ) -> None:
        self._symbols = symbols
        self._models = models
        self._find = find  # the Django model that an expression of a module names
        self._of: dict[Symbol, set[str]] = defaultdict(set)
        self._all: dict[Library, set[str]] = defaultdict(set)
        self._inherited: set[Symbol] = set()  # classes whose listeners hear the classes below, too
        self._bases = {owner for symbol in models for owner in symbols.mro(symbol) if owner.module}
        for module, facts in symbols.files.items() if models else ():
            if not facts.words.isdisjoint(_WORDS):
                self._file(module, facts)

    def of(self, symbol: Symbol) -> frozenset[str]:
        """Names of the signals and events that somebody may hear from this model."""
        model = self._models.get(symbol)
        if model is None:
            return frozenset()
        heard = self._all[model.library] | self._of.get(symbol, set())
        for owner in self._symbols.mro(symbol):
            above = self._of.get(owner, set())
            if model.library is Library.SQLALCHEMY or owner in self._inherited:
                heard = heard | above
            else:  # deleting a row deletes the parents' rows of multi-table inheritance
                heard = heard | (above & {"pre_delete", "post_delete"})
        return frozenset(heard)

    def _file(self, module: str, facts: FileFacts) -> None:
        for text in facts.listening:
            if found := declaration(expression(text)):
                self._registered(module, found)
        for fact in facts.classes:
            history = any("HistoricalRecords(" in assign.value for assign in fact.assigns)
            if history or any(text.startswith(_REGISTER) for text in fact.decorators):
                symbol = Symbol(Kind.CLASS, fact.qualname, module)
                self._heard(symbol, _SAVED)
                self._inherited.add(symbol)
        for assign in facts.assigns:
            if assign.name == "INSTALLED_APPS" and any(app in assign.value for app in _APPS):
                self._all[Library.DJANGO] |= _SAVED

    def _registered(self, module: str, found: Declaration) -> None:
        owner, _, verb = found.callee.rpartition(".")
        if verb == "receiver" and found.args:
            self._django(module, set(names(found.args[0])), found.keywords.get("sender"))
        elif verb == "connect":
            self._django(module, {owner}, found.argument(1, "sender"))
        elif verb in ("listens_for", "listen"):
            self._sqlalchemy(module, found)
        elif found.callee.endswith(_REGISTER):
            for name in [name for node in found.args for name in names(node)][:1]:
                self._heard(self._symbols.resolve(module, name), _SAVED)

    def _django(self, module: str, signals: set[str], sender: ast.expr | None) -> None:
        """A receiver of Django's model signals; other signals are none of ours."""
        heard = {tail for name in signals if (tail := name.rpartition(".")[2]) in _DJANGO}
        if not heard:
            return
        if sender is None or (isinstance(sender, ast.Constant) and sender.value is None):
            self._all[Library.DJANGO] |= heard
        elif dotted(sender).endswith(".through"):
            self._through(module, dotted(sender).removesuffix(".through"), heard)
        elif model := self._find(sender, module):
            self._heard(model, heard)
        else:
            self._all[Library.DJANGO] |= heard

    def _through(self, module: str, field: str, heard: set[str]) -> None:
        """`User.tags.through`: both sides of the relation may change it."""
        owner, _, name = field.rpartition(".")
        model = self._models.get(symbol) if (symbol := self._symbols.resolve(module, owner)) else None
        if model is None:
            self._all[Library.DJANGO] |= heard
            return
        self._heard(model.symbol, heard)
        if relation := model.relations.get(name):
            self._heard(relation.target, heard)

    def _sqlalchemy(self, module: str, found: Declaration) -> None:
        """A listener of a mapped class, of one of its attributes, of all mappers or of a session."""
        event = string(found.argument(1, "identifier"))
        target = next(names(found.argument(0, "target")), "")
        symbol = self._symbols.resolve(module, target) if target else None
        if event in _SESSION_EVENTS or (event in _EVENTS and not self._is_class(symbol)):
            owner = self._symbols.resolve(module, target.rpartition(".")[0]) if "." in target else None
            if self._is_class(owner):
                self._heard(owner, {event})
            else:
                self._all[Library.SQLALCHEMY].add(event)
        elif self._is_class(symbol):
            self._heard(symbol, {event or "unknown"})

    def _is_class(self, symbol: Symbol | None) -> bool:
        """A class of the project, or a variable that holds a declarative base."""
        return symbol is not None and (symbol in self._bases or (symbol.kind is Kind.CLASS and bool(symbol.module)))

    def _heard(self, symbol: Symbol | None, heard: set[str] | frozenset[str]) -> None:
        if symbol is not None:
            self._of[symbol] |= heard
