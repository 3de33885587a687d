"""Edits made on what LibCST prints, carried over to the text that it read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from perflint.edits import offset
from perflint.findings import Edit, Span
from perflint.source import line_starts, position_of

# LibCST drops some of these before the first statement and behind the last one.
_DROPPED = frozenset(" \t\f\r\n\\")


def carried(printed: str, read: str, edits: Iterable[Edit]) -> tuple[Edit, ...] | None:
    """`edits` of `printed` as edits of `read`; None where the texts differ in more than dropped blanks."""
    if printed == read:
        return tuple(edits)
    places = _places(printed, read)
    if places is None:
        return None
    starts = line_starts(printed)
    return tuple(_moved(edit, starts, places, read) for edit in edits)


def _places(printed: str, read: str) -> list[int] | None:
    """Where each character of `printed` stands in `read`."""
    places: list[int] = []
    at = 0
    for character in printed:
        while at < len(read) and read[at] != character and read[at] in _DROPPED:
            at += 1
        if at == len(read) or read[at] != character:
            return None
        places.append(at)
        at += 1
    return places if _DROPPED.issuperset(read[at:]) else None


def _moved(edit: Edit, starts: Sequence[int], places: Sequence[int], read: str) -> Edit:
    start, end = offset(starts, edit.span.start), offset(starts, edit.span.end)
    new_end = places[end - 1] + 1 if end else next(iter(places), 0)
    new_start = places[start] if start < end else new_end
    return Edit(Span(position_of(read, new_start), position_of(read, new_end)), edit.content)
