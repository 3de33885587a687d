"""Where a new import line goes, as isort and Ruff would have it."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import libcst as cst

from perflint.codemods.module_head import first_place, head_end, import_nodes
from perflint.codemods.names import source_module
from perflint.codemods.placing import Statement, blank_lines
from perflint.rewrites import Import

Key = tuple[int, bool, str, str]


class Section(IntEnum):
    """The parts of an import block, in order. The project's own modules cannot be told from a library's."""

    FUTURE = 0
    STANDARD = 1
    ABSOLUTE = 2
    RELATIVE = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """In front of which statement a new line goes; `leads`: it takes over that statement's blank lines."""

    index: int
    opens: bool = False  # a new paragraph
    leads: bool = False


def spot(module: cst.Module, wanted: Import) -> Spot:
    """Where `wanted` goes as a line of its own."""
    paragraphs = list(_paragraphs(module.body))
    paragraph = _fitting(module.body, paragraphs, wanted.module)
    if paragraph:
        return _within(module.body, paragraph, _wanted_key(wanted))
    later = (lines[0] for lines in paragraphs if _key(module.body[lines[0]])[0] > section(wanted.module))
    last = paragraphs[-1][-1] + 1 if paragraphs else first_place(module.body)
    return Spot(next(later, last), opens=True)


def section(module: str) -> Section:
    """The section that an import of `module` belongs to."""
    if module.startswith("."):
        return Section.RELATIVE
    root = _root(module)
    if root == "__future__":
        return Section.FUTURE
    return Section.STANDARD if root in sys.stdlib_module_names else Section.ABSOLUTE


def _root(module: str) -> str:
    return module.partition(".")[0]


def _paragraphs(body: Sequence[Statement]) -> Iterator[list[int]]:
    """The import lines of the module's head that stand together."""
    lines: list[int] = []
    for index in range(first_place(body), head_end(body)):
        if not import_nodes(body[index]):
            continue
        if lines and not _goes_on(body, lines, index):
            yield lines
            lines = []
        lines.append(index)
    if lines:
        yield lines


def _goes_on(body: Sequence[Statement], lines: Sequence[int], index: int) -> bool:
    """Whether an import belongs to the paragraph above it; isort puts a blank line above a comment."""
    line = body[index]
    if lines[-1] != index - 1 or not blank_lines(line):
        return lines[-1] == index - 1
    keys = [_key(body[above]) for above in (*lines, index)]
    is_commented = any(empty.comment for empty in line.leading_lines)
    return is_commented and keys[0][0] == keys[-1][0] and keys == sorted(keys)


def _fitting(body: Sequence[Statement], paragraphs: Sequence[list[int]], module: str) -> list[int] | None:
    """The paragraph with the nearest kin: of the same package, else of the same section."""
    ordered = list(reversed(paragraphs)) if section(module) is Section.RELATIVE else paragraphs
    for is_kin in (_is_same_package, _is_same_section):
        for lines in ordered:
            if any(is_kin(_key(body[index])[2], module) for index in lines):
                return lines
    return None


def _is_same_package(one: str, other: str) -> bool:
    return _root(one) == _root(other).lower()


def _is_same_section(one: str, other: str) -> bool:
    return section(one) is section(other)


def _within(body: Sequence[Statement], lines: list[int], wanted: Key) -> Spot:
    """The sorted place in a sorted paragraph, else the end of its section's lines."""
    keys = [_key(body[index]) for index in lines]
    if keys == sorted(keys):
        place = bisect_right(keys, wanted)
    elif _unforced(keys) == sorted(_unforced(keys)):
        place = bisect_right(_unforced(keys), _unforced([wanted])[0])
    else:
        place = max(index for index, key in enumerate(keys) if key[0] == wanted[0]) + 1
    return Spot(lines[place - 1] + 1) if place else Spot(lines[0], leads=True)


def _unforced(keys: Sequence[Key]) -> list[tuple[int, str, str]]:
    """The order of isort's `force_sort_within_sections`."""
    return [(kind, module, name) for kind, _, module, name in keys]


def _key(statement: Statement) -> Key:
    node = import_nodes(statement)[0]
    if isinstance(node, cst.ImportFrom):
        module = source_module(node)
        name = "" if isinstance(node.names, cst.ImportStar) else node.names[0].evaluated_name
        return section(module), True, module.lower(), name.lower()
    module = node.names[0].evaluated_name
    return section(module), False, module.lower(), ""


def _wanted_key(wanted: Import) -> Key:
    return section(wanted.module), bool(wanted.name), wanted.module.lower(), wanted.name.lower()
