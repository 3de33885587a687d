"""The finding for people: what, where in the source, by which way, at what cost, and what would mend it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import click

from perflint.edits import apply_edits, preview
from perflint.findings import Applicability, Finding, Fix, Severity
from perflint.reporters import Report
from perflint.reporters.concise import headline
from perflint.source import split_lines

_AROUND = 2  # lines shown before and after the finding
_TAB = "    "
_UNDERLINES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_REMARKS = {
    Applicability.SAFE: "",
    Applicability.UNSAFE: " (unsafe fix)",
    Applicability.DISPLAY: " (by hand)",
}


def render(report: Report) -> Iterator[str]:
    for count, finding in enumerate(report.findings):
        if count:
            yield ""
        yield from _finding(report, finding)


def _finding(report: Report, finding: Finding) -> Iterator[str]:
    text = report.text_of(finding.path)
    rows = split_lines(text)
    shown = _shown(rows, finding.span.start.row)
    gutter = " " * len(str(shown[-1]))
    yield headline(report, finding)
    yield _dim(report, f"{gutter} |")
    yield from _excerpt(report, finding, rows, shown)
    yield _dim(report, f"{gutter} |")
    yield from (_note(report, gutter, *note) for note in _notes(report, finding))
    if finding.fix and finding.fix.edits:
        yield from _preview(report, text, finding.fix, gutter)


def _shown(rows: list[str], at: int) -> range:
    """The rows around `at`, less blank ones at either end."""
    near = range(max(1, at - _AROUND), min(at + _AROUND, len(rows)) + 1)
    written = [row for row in near if rows[row - 1].strip() or row == at]
    return range(written[0], written[-1] + 1)


def _excerpt(report: Report, finding: Finding, rows: list[str], shown: range) -> Iterator[str]:
    width = len(str(shown[-1]))
    for row in shown:
        line = printable(rows[row - 1])
        yield f"{_dim(report, f'{row:>{width}} |')} {line}".rstrip()
        if row == finding.span.start.row:
            color = _UNDERLINES[finding.severity]
            underline = _style(report, _underline(rows[row - 1], finding), fg=color)
            yield f"{_dim(report, ' ' * width + ' |')} {underline}"


def _underline(line: str, finding: Finding) -> str:
    """Carets below the finding's part of its first line."""
    start, end = finding.span.start, finding.span.end
    first = start.column - 1
    last = end.column - 1 if end.row == start.row else len(line.rstrip())
    return " " * columns(line[:first]) + "^" * max(1, columns(line[first:last]))


def _notes(report: Report, finding: Finding) -> Iterator[tuple[str, str]]:
    for count, step in enumerate(finding.trace):
        place = f"{report.name(step.path)}:{step.position.row}:{step.position.column}"
        yield ("way" if count == 0 else "→", f"{step.message} ({place})")
    if finding.cost:
        yield ("cost", finding.cost)
    if finding.fix:
        yield ("help", finding.fix.title + _REMARKS[finding.fix.applicability])


def _note(report: Report, gutter: str, label: str, text: str) -> str:
    if label == "→":
        return f"{gutter}        → {text}"
    return f"{gutter} {_dim(report, '=')} {_style(report, f'{label}:', bold=True)} {text}"


def _preview(report: Report, text: str, fix: Fix, gutter: str) -> Iterator[str]:
    changed = list(preview(text, apply_edits(text, fix.edits)))
    width = max([len(gutter), *(len(str(row)) for _, row, _ in changed)])
    for mark, row, line in changed:
        color = "red" if mark == "-" else "green"
        yield _style(report, f"{row:>{width}} {mark} {printable(line)}".rstrip(), fg=color)


def printable(line: str) -> str:
    """`line` with tabs as spaces and other control characters as their pictures: none reaches the terminal."""
    return "".join(_picture(character) for character in line)


def _picture(character: str) -> str:
    if character == "\t":
        return _TAB
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs"):
        return character
    return chr(0x2400 + ord(character)) if ord(character) < 0x20 else "\ufffd"


def columns(text: str) -> int:
    """How many terminal columns `text` takes: East Asian wide characters two, combining ones none."""
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in printable(text)
    )


def _dim(report: Report, text: str) -> str:
    return _style(report, text, fg="blue")


def _style(report: Report, text: str, fg: str | None = None, bold: bool = False) -> str:
    return click.style(text, fg=fg, bold=bold) if report.is_colored else text
