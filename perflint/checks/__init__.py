"""The checks, one module per rule; a card's name says which module answers to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import libcst as cst

    from perflint.project.symbols import Symbol
    from perflint.rewrites import Draft
    from perflint.semantics.context import Context
    from perflint.semantics.events import Event
    from perflint.semantics.exposure import Exposures

Check = Callable[[Any, "Context"], "Iterator[Draft]"]


def visits(
    *types: type[cst.CSTNode], wants: Callable[[Event, Symbol, Exposures], bool] | None = None
) -> Callable[[Check], Check]:
    """Say which LibCST node types a check wants to see, and which events alone can give it a finding.

    `wants` is asked for each event with the function it happens in. A function without such an event is not shown to
    the check, nor parsed for it. Without `wants` any event will do.
    """

    def mark(check: Check) -> Check:
        check.node_types = types  # type: ignore[attr-defined]
        check.wants = wants  # type: ignore[attr-defined]
        return check

    return mark
