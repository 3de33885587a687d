"""Of several classes with one name, the one that lies nearest to the module that names it."""

from __future__ import annotations

from collections.abc import Sequence

from perflint.project.symbols import Symbol


def nearest(candidates: Sequence[Symbol], module: str) -> Symbol | None:
    """The candidate that shares most of the module's path; None when several share as much."""
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    ranked = sorted(((_shared(symbol.module, module), symbol) for symbol in candidates), key=lambda pair: -pair[0])
    return ranked[0][1] if ranked[0][0] > ranked[1][0] else None


def _shared(one: str, other: str) -> int:
    """How many leading parts two modules have in common; the same module counts one more."""
    count = int(one == other)
    for left, right in zip(one.split("."), other.split("."), strict=False):
        if left != right:
            break
        count += 1
    return count
