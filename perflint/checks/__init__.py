"""The checks, one module per rule; a card's name says which module answers to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import libcst as cst

    from perflint.rewrites import Draft
    from perflint.semantics.context import Context

Check = Callable[[Any, "Context"], "Iterator[Draft]"]


def visits(*types: type[cst.CSTNode]) -> Callable[[Check], Check]:
    """Say which LibCST node types a check wants to see."""

    def mark(check: Check) -> Check:
        check.node_types = types  # type: ignore[attr-defined]
        return check

    return mark
