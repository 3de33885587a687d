"""The model table: every mapped class of the project, SQLAlchemy's and Django's, with its relations linked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from copy import copy
from dataclasses import replace
from functools import cached_property

from perflint.project.declarations import Callees
from perflint.project.models_django import DjangoModels
from perflint.project.models_sqlalchemy import sqlalchemy_models
from perflint.project.reads import Reads
from perflint.project.schema import Column, Library, Model, Relation
from perflint.project.signals import Signals
from perflint.project.symbols import Symbol, Symbols

__all__ = ["Column", "Library", "Model", "Models", "Relation"]


class Models:
    """All mapped classes, and which signals they send to whom. Built once per project.

    The modules of the classes that are asked for are noted in `reads`.
    """

    def __init__(self, symbols: Symbols) -> None:
        callees = Callees(symbols)
        self._django = DjangoModels(symbols, callees)
        self._models: dict[Symbol, Model] = sqlalchemy_models(symbols, callees) | self._django.by_symbol
        self._signals = Signals(symbols, self._models, self._django.names.target)
        self._reads = Reads()

    def watched(self, reads: Reads) -> Models:
        """The same models for somebody else, who has a record of his own."""
        other = copy(self)
        other._reads = reads
        return other

    def get(self, symbol: Symbol | None) -> Model | None:
        """The model that a class symbol names; abstract ones too, flagged."""
        if symbol is None:
            return None
        if symbol.module:
            self._reads.see(symbol.module)
        return self._models.get(symbol)

    @property
    def has_django(self) -> bool:
        """Whether the project defines Django models of its own."""
        return any(symbol.module for symbol in self._django.by_symbol)

    def signals(self, symbol: Symbol) -> frozenset[str]:
        """Names of signals or mapper events with a receiver that may hear this model."""
        if symbol.module:
            self._reads.see(symbol.module)
        return self._signals.of(symbol)

    def named(self, text: str, module: str) -> Symbol | None:
        """The Django model of "app.Model", as `get_model()` in a module would find it."""
        return self._django.names.named(text, module)

    def user(self) -> Symbol | None:
        """The Django model that AUTH_USER_MODEL names, if the settings are in sight."""
        return self._django.names.user()

    def described(self) -> str:
        """What the answers above are made of beside single models of the project: the same for the same project."""
        return "\n".join([str(self.has_django), self._django.names.described(), *self.by_module.get("", ())])

    @cached_property
    def mapped(self) -> Mapping[str, Set[str]]:
        """The names of mapped classes by module, those of the outermost where they are nested."""
        found: dict[str, set[str]] = defaultdict(set)
        for symbol in self._models:
            found[symbol.module].add(symbol.name.partition(".")[0])
        return found

    @cached_property
    def by_module(self) -> Mapping[str, Sequence[str]]:
        """A text for each model, and who hears of it, by the module of its class; "" for classes out of sight."""
        found: dict[str, list[str]] = defaultdict(list)
        for symbol, model in self._models.items():
            heard = sorted(self._signals.of(symbol))
            text = f"{replace(model, hybrids=frozenset())} {sorted(model.hybrids)} {heard}"
            found[symbol.module].append(text)
        return found
