"""Fixtures as annotated source: `# expect: PF101` where a finding starts, `# expect-not-yet: PF101` where one is missed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from perflint import fixing
from perflint.config import Settings, load
from perflint.engine import check
from perflint.findings import Finding
from perflint.source import encode, read

_MARK = re.compile(r"[ \t]*# expect(-not-yet)?: (PF\d{3}(?:, PF\d{3})*)(?=\r?$)")


@dataclass(frozen=True, slots=True)
class Marked:
    """A text without its marks, and the marks of known misses by row."""

    text: str
    missed: Mapping[int, tuple[str, ...]]


def unmarked(text: str) -> Marked:
    rows = text.split("\n")
    missed: dict[int, tuple[str, ...]] = {}
    for index, row in enumerate(rows):
        while found := _MARK.search(row):
            row = row[: found.start()] + row[found.end() :]
            if found[1]:
                missed[index + 1] = tuple(found[2].split(", "))
        rows[index] = row
    return Marked("\n".join(rows), missed)


def marked(clean: Marked, findings: Iterable[Finding]) -> str:
    """The text with a mark for each finding, and with those known misses that are still missed."""
    rows = clean.text.split("\n")
    codes: dict[int, list[str]] = {}
    for finding in findings:
        codes.setdefault(finding.span.start.row, []).append(finding.code)
    for row in sorted({*codes, *clean.missed}):
        found = codes.get(row, [])
        missed = [code for code in clean.missed.get(row, ()) if code not in found]
        marks = [("expect", sorted(found)), ("expect-not-yet", missed)]
        line = rows[row - 1].removesuffix("\r")
        end = rows[row - 1][len(line) :]
        rows[row - 1] = "  ".join([line, *(f"# {word}: {', '.join(names)}" for word, names in marks if names)]) + end
    return "\n".join(rows)


def every_rule(folder: Path) -> Settings:
    """The settings of a fixture: its own, with every rule on unless it selects some itself."""
    loaded = load(folder)
    return loaded.settings if "select" in loaded.origins else load(folder, {"select": ["ALL"]}).settings


def findings(folder: Path) -> list[Finding]:
    """What perflint says of the files in `folder`; nothing may go wrong."""
    outcome = check([folder], every_rule(folder))
    assert not outcome.problems, outcome.problems
    return list(outcome.findings)


def fixed(folder: Path) -> dict[str, str]:
    """The text of each file in `folder` after all fixes, safe and unsafe, by its path."""
    result = fixing.fix([folder], every_rule(folder), unsafe=True, write=True)
    assert not result.problems, result.problems
    return texts(folder)


def texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): read(path).text for path in python_files(folder)}


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def copy_unmarked(source: Path, target: Path) -> Marked:
    """Write the file at `source` to `target` without its marks, in its encoding."""
    original = read(source)
    clean = unmarked(original.text)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(encode(original, clean.text))
    return clean


def rewrite(path: Path, text: str, like: Path) -> None:
    """Put `text` into the file at `path`, in the encoding of the one at `like`."""
    path.write_bytes(encode(read(like), text))
