"""What readers of the source said about findings, and what has changed since."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from operator import attrgetter
from pathlib import Path
from typing import Any

from benchmarks.places import Finding, Key

VERDICTS = Path(__file__).with_name("verdicts.toml")

_HEADER = """\
# Findings on the packages of corpus.toml, read against their source: true where the code does what the finding says,
# false for a false alarm, and why. `text` is a digest of the line. Written by `python -m benchmarks.corpus --judge`.
"""
_OPEN = "?"


class VerdictError(Exception):
    """Verdicts that cannot be used; the text says which."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judged finding."""

    key: Key
    line: int
    verdict: bool
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings against verdicts."""

    judged: tuple[tuple[Finding, Verdict], ...]
    unjudged: tuple[Finding, ...]
    gone: tuple[Verdict, ...]


def read(path: Path = VERDICTS) -> list[Verdict]:
    return [_verdict(entry, path) for entry in _entries(path)]


def answered(path: Path) -> list[Verdict]:
    """The verdicts of a file of stubs, without the stubs that nobody has answered."""
    return [_verdict(entry, path) for entry in _entries(path) if entry.get("verdict") != _OPEN]


def write(verdicts: Iterable[Verdict], path: Path = VERDICTS) -> None:
    """All of `verdicts` in a settled order; a later one on the same place stands for an earlier one."""
    latest = {(verdict.key, verdict.line): verdict for verdict in verdicts}
    tables = [_table(each.key, each.line, each.verdict, each.why) for _, each in sorted(latest.items())]
    path.write_text("\n".join([_HEADER, *tables]), encoding="utf-8", newline="\n")


def compare(findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> Comparison:
    """Pair what has the same key."""
    by_key: defaultdict[Key, tuple[list[Finding], list[Verdict]]] = defaultdict(lambda: ([], []))
    for finding in findings:
        by_key[finding.key][0].append(finding)
    for verdict in verdicts:
        by_key[verdict.key][1].append(verdict)
    judged = tuple(pair for group in by_key.values() for pair in _paired(*group))
    found, known = {id(finding) for finding, _ in judged}, {id(verdict) for _, verdict in judged}
    return Comparison(
        judged,
        tuple(finding for finding in findings if id(finding) not in found),
        tuple(verdict for verdict in verdicts if id(verdict) not in known),
    )


def _paired(findings: list[Finding], verdicts: list[Verdict]) -> Iterator[tuple[Finding, Verdict]]:
    """As many of each: in their order, for all may have moved. Else the nearest lines first."""
    if len(findings) == len(verdicts):
        by_line = attrgetter("line")
        yield from zip(sorted(findings, key=by_line), sorted(verdicts, key=by_line), strict=True)
        return
    found, known = list(findings), list(verdicts)
    while found and known:
        finding, verdict = min(product(found, known), key=lambda pair: abs(pair[0].line - pair[1].line))
        found.remove(finding)
        known.remove(verdict)
        yield finding, verdict


def stub(finding: Finding) -> str:
    """TOML to fill in, under the message and the source as comments."""
    comments = [f"# {finding.key.path}:{finding.line}: {finding.message}", *(f"# {line}" for line in finding.excerpt)]
    return "\n".join([*comments, _table(finding.key, finding.line, _OPEN, "")])


def _table(key: Key, line: int, verdict: bool | str, why: str) -> str:
    entry = {**key._asdict(), "line": line, "verdict": verdict, "why": why}
    # A JSON string, number or boolean is a TOML one.
    return "\n".join(["[[finding]]", *(f"{name} = {json.dumps(value)}" for name, value in entry.items()), ""])


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    try:
        yield from tomllib.loads(path.read_text(encoding="utf-8")).get("finding", ())
    except (OSError, ValueError) as error:
        raise VerdictError(f"{path}: {error}") from error


def _verdict(entry: dict[str, Any], path: Path) -> Verdict:
    try:
        key = Key(**{name: entry[name] for name in Key._fields})
        verdict = Verdict(key, entry["line"], entry["verdict"], entry["why"])
    except KeyError as missing:
        raise VerdictError(f"{path}: an entry lacks {missing}") from missing
    if not isinstance(verdict.verdict, bool) or not verdict.why:
        raise VerdictError(f"{path}: {key.path}:{verdict.line}: verdict must be true or false, with a why")
    return verdict
