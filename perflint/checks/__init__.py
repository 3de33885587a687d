"""The checks, one module per rule; a card's name says which module answers to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import libcst as cst

    from perflint.rewrites import Draft
    from perflint.semantics.context import Context
    from perflint.semantics.events import Event

Check = Callable[[Any, "Context"], "Iterator[Draft]"]


def visits(*types: type[cst.CSTNode], wants: Callable[[Event], bool] | None = None) -> Callable[[Check], Check]:
    """Say which LibCST node types a check wants to see, and which events alone can give it a finding.

    A file without such an event is never shown to the check, nor parsed for it. Without `wants` any event will do.
    """

    def mark(check: Check) -> Check:
        check.node_types = types  # type: ignore[attr-defined]
        check.wants = wants  # type: ignore[attr-defined]
        return check

    return mark
