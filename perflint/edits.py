"""Text edits on a source: applied, and shown as the lines they change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher, unified_diff

from perflint.findings import Edit, Position
from perflint.source import line_starts, split_lines


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with all of `edits`, whose spans are of `text`; ValueError when two of them overlap."""
    starts = line_starts(text)
    pieces = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        start, end = offset(starts, edit.span.start), offset(starts, edit.span.end)
        if start < done:
            raise ValueError(f"edits overlap at {edit.span.start.row}:{edit.span.start.column}")
        pieces += [text[done:start], edit.content]
        done = end
    return "".join([*pieces, text[done:]])


def offset(starts: Sequence[int], position: Position) -> int:
    """Index of the character at `position` in the text whose lines begin at `starts`."""
    return starts[position.row - 1] + position.column - 1


def preview(before: str, after: str) -> Iterator[tuple[str, int, str]]:
    """The lines that differ, as (`-` or `+`, row, line): rows of `before` for `-`, of `after` for `+`."""
    old, new = split_lines(before), split_lines(after)
    same = _same_head(old, new)
    matcher = SequenceMatcher(None, old[same:], new[same:], autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind != "equal":
            yield from (("-", same + row + 1, old[same + row]) for row in range(old_start, old_end))
            yield from (("+", same + row + 1, new[same + row]) for row in range(new_start, new_end))


def _same_head(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((row for row, (left, right) in pairs if left != right), min(len(old), len(new)))


def patch(before: str, after: str, name: str) -> str:
    """A unified diff that `patch` and `git apply` take."""
    lines = unified_diff(_with_ends(before), _with_ends(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _with_ends(text: str) -> list[str]:
    return [line for line in text.replace("\n", "\n\0").split("\0") if line]
