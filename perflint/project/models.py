"""The model table: every mapped class of the project, SQLAlchemy's and Django's, with its relations linked."""

from __future__ import annotations

from dataclasses import replace

from perflint.project.declarations import Callees
from perflint.project.models_django import DjangoModels
from perflint.project.models_sqlalchemy import sqlalchemy_models
from perflint.project.schema import Column, Library, Model, Relation
from perflint.project.signals import Signals
from perflint.project.symbols import Symbol, Symbols

__all__ = ["Column", "Library", "Model", "Models", "Relation"]


class Models:
    """All mapped classes, and which signals they send to whom. Built once per project."""

    def __init__(self, symbols: Symbols) -> None:
        callees = Callees(symbols)
        self._django = DjangoModels(symbols, callees)
        self._models: dict[Symbol, Model] = sqlalchemy_models(symbols, callees) | self._django.by_symbol
        self._signals = Signals(symbols, self._models, self._django.names.target)

    def get(self, symbol: Symbol | None) -> Model | None:
        """The model that a class symbol names; abstract ones too, flagged."""
        return self._models.get(symbol) if symbol is not None else None

    @property
    def has_django(self) -> bool:
        """Whether the project defines Django models of its own."""
        return any(symbol.module for symbol in self._django.by_symbol)

    def signals(self, symbol: Symbol) -> frozenset[str]:
        """Names of signals or mapper events with a receiver that may hear this model."""
        return self._signals.of(symbol)

    def named(self, text: str, module: str) -> Symbol | None:
        """The Django model of "app.Model", as `get_model()` in a module would find it."""
        return self._django.names.named(text, module)

    def user(self) -> Symbol | None:
        """The Django model that AUTH_USER_MODEL names, if the settings are in sight."""
        return self._django.names.user()

    def described(self) -> str:
        """All that the answers above are made of, as one text: the same for the same project."""
        models = [
            f"{replace(model, hybrids=frozenset())} {sorted(model.hybrids)} {sorted(self.signals(symbol))}"
            for symbol, model in self._models.items()
        ]
        return "\n".join([*models, self._django.names.described()])
