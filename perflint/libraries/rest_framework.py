"""Django REST framework: views that answer with a list of what their queryset has."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from perflint.project.symbols import Symbol
from perflint.semantics.events import Declare
from perflint.semantics.values import Proof

if TYPE_CHECKING:
    from perflint.semantics.run import Run

LIST_VIEW = "list view"
_BASES = tuple(
    f"rest_framework.{name}"
    for name in (
        "generics.ListAPIView",
        "generics.ListCreateAPIView",
        "mixins.ListModelMixin",
        "viewsets.ModelViewSet",
        "viewsets.ReadOnlyModelViewSet",
    )
)


def declared_class(run: Run, symbol: Symbol, node: ast.ClassDef) -> None:
    """A view or viewset whose `list` action the framework brings."""
    if run.interpreter.symbols.derives_from(symbol, *_BASES):
        run.events.append(Declare(node, (), (), Proof.PROVEN, LIST_VIEW, symbol))
