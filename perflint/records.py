"""Plain dataclasses as JSON and back: what the cache keeps. Nothing that is read is ever executed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from perflint.project.later import Later

Record = TypeVar("Record")
_Change = Callable[[Any], Any] | None  # None: as it is


def encoded(record: object) -> Any:
    """Lists, strings, numbers and None that `json` writes; a dataclass is the list of its fields.

    TypeError for a field whose type is not known here.
    """
    kind: Any = type(record)
    change = _changes(kind)[0]
    return change(record) if change is not None else record


def decoded(kind: Callable[..., Record], data: Any) -> Record:
    """What `encoded` was given. TypeError, ValueError or KeyError where the data is not of this kind."""
    change = _changes(kind)[1]
    record: Record = change(data) if change is not None else data
    return record


def to_json(record: object) -> str:
    """What the cache keeps of a record."""
    return json.dumps(encoded(record), separators=(",", ":"))


def from_json(kind: Callable[..., Record], text: str | None) -> Record | None:
    """What `to_json` was given; None where the text is missing, or not of this kind."""
    if text is None:
        return None
    try:
        return decoded(kind, json.loads(text))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None  # not what was written


@cache
def _changes(kind: Any) -> tuple[_Change, _Change]:
    """How a value of a type is written, and how it is read."""
    if kind in (str, int, bool, float, NoneType, Any):
        return None, None
    if dataclasses.is_dataclass(kind) or hasattr(kind, "_fields"):
        return _of_fields(kind)
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _of_optional(next(part for part in inside if part is not NoneType))
    if origin in (tuple, frozenset):
        return _of_many(origin, inside)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return (lambda value: value.value), {each.value: each for each in kind}.__getitem__
    if kind is Path:
        return str, Path
    if origin is Later:
        return _of_later(inside[0])
    raise TypeError(f"no way to keep {kind}")


def _of_optional(kind: Any) -> tuple[_Change, _Change]:
    write, read = _changes(kind)
    return _unless_none(write), _unless_none(read)


def _unless_none(change: _Change) -> _Change:
    return None if change is None else lambda value: None if value is None else change(value)


def _of_later(kind: Any) -> tuple[_Change, _Change]:
    write, read = _changes(kind)

    def written(value: Later[Any]) -> Any:
        return value() if write is None else write(value())

    return written, lambda value: Later.of(value if read is None else read(value))


def _of_many(origin: type, inside: tuple[Any, ...]) -> tuple[_Change, _Change]:
    kinds = {kind for kind in inside if kind is not Ellipsis}
    if len(kinds) != 1:
        raise TypeError(f"no way to keep a {origin.__name__} of {inside}")
    write, read = _changes(kinds.pop())
    order: Callable[[Any], Any] = sorted if origin is frozenset else list
    if write is None or read is None:
        return order, origin

    def written(values: Any) -> list[Any]:
        return [write(value) for value in values]

    def taken(values: Any) -> Any:
        return origin(map(read, values))

    return written, taken


def _of_fields(kind: Any) -> tuple[_Change, _Change]:
    hints = get_type_hints(kind)
    names = getattr(kind, "_fields", None) or [field.name for field in dataclasses.fields(kind)]
    changes = [_changes(hints[name]) for name in names]
    writes = [(name, write) for name, (write, _) in zip(names, changes, strict=True)]
    reads = [(index, read) for index, (_, read) in enumerate(changes) if read is not None]

    def write(record: Any) -> list[Any]:
        values = ((getattr(record, name), change) for name, change in writes)
        return [value if change is None else change(value) for value, change in values]

    make: Callable[[list[Any]], Any] = getattr(kind, "_make", None) or (lambda row: kind(*row))

    def read(row: list[Any]) -> Any:
        for index, change in reads:
            row[index] = change(row[index])
        return make(row)

    return write, read if reads else make
