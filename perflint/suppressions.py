"""Comments that silence: `# perflint: ignore[PF101, query-in-loop] -- reason`."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perflint.findings import Finding, Position, Span

if TYPE_CHECKING:
    from perflint.source import SourceFile

_LOOSE = re.compile(r"#\s*perflint:\s*ignore\b")
_EXACT = re.compile(
    r"#\s*perflint:\s*(?P<kind>ignore-file|ignore)"
    r"(?P<list>\s*\[(?P<names>[^\]]*[^\]\s,][^\]]*)\])?"
    r"(?P<reason>\s*--[^#]*)?\s*(?=#|$)"
)
_SPACE = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: what it names (nothing: every rule), where it stands, which rows it covers."""

    names: tuple[str, ...]
    span: Span
    # None: the whole file.
    rows: range | None
    # False where the comment looks like a suppression and is none.
    is_valid: bool = True

    def silences(self, finding: Finding) -> bool:
        return self.covers(finding) and (not self.names or bool(self.named(finding)))

    def covers(self, finding: Finding) -> bool:
        return self.is_valid and (self.rows is None or finding.span.start.row in self.rows)

    def named(self, finding: Finding) -> set[str]:
        """By which of this comment's words the finding goes: its code, its name, or both."""
        return {finding.code, finding.name}.intersection(self.names)


def suppressions(source: SourceFile) -> tuple[Suppression, ...]:
    """The comments of one file; none where the text does not parse."""
    if "perflint:" not in source.text:
        return ()
    try:
        # newline=None: rows as Python counts them, whatever ends the lines.
        tokens = list(tokenize.generate_tokens(io.StringIO(source.text, newline=None).readline))
        functions = _function_rows(source.text)
    except (SyntaxError, tokenize.TokenError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(_read(tokens, functions))


def _read(tokens: Sequence[tokenize.TokenInfo], functions: dict[int, range]) -> Iterator[Suppression]:
    waiting: list[tokenize.TokenInfo] = []
    first = 0
    for token in tokens:
        if token.type == tokenize.COMMENT:
            waiting += [token] * bool(_LOOSE.search(token.string))
        elif token.type == tokenize.NEWLINE:
            yield from (_suppression(comment, range(first, token.end[0] + 1), functions) for comment in waiting)
            waiting, first = [], 0
        elif not first and token.type not in _SPACE:
            first = token.start[0]
    yield from (_suppression(comment, range(0), functions) for comment in waiting)


def _suppression(comment: tokenize.TokenInfo, line: range, functions: dict[int, range]) -> Suppression:
    """`line` is the logical line that the comment ends, stands in, or stands above."""
    found = _EXACT.search(comment.string)
    row, column = comment.start
    if found is None:
        span = Span(Position(row, column + 1), Position(row, column + 1 + len(comment.string)))
        return Suppression((), span, range(0), is_valid=False)
    span = Span(
        Position(row, column + 1 + found.start()), Position(row, column + 1 + len(found[0].rstrip()) + found.start())
    )
    names = tuple(name.strip() for name in (found["names"] or "").split(",") if name.strip())
    is_alone = not comment.line[:column].strip()
    rows = None if found["kind"] == "ignore-file" else _rows(row, is_alone, line, functions)
    return Suppression(names, span, rows)


def _rows(row: int, is_alone: bool, line: range, functions: dict[int, range]) -> range:
    if row in line and is_alone:  # between brackets, above one of their lines
        own = range(row + 1, row + 2)
    elif row in line and row != line[-1]:
        own = range(row, row + 1)
    else:
        own = line
    return next((functions[each] for each in own if each in functions), own)


def _function_rows(text: str) -> dict[int, range]:
    """For each row of a function's head the rows of the whole function."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # doubtful escapes are not this tool's business
        tree = ast.parse(text)
    heads = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = max(node.body[0].lineno, node.lineno + 1)
            heads.update(dict.fromkeys(range(node.lineno, body), range(node.lineno, (node.end_lineno or body) + 1)))
    return heads
