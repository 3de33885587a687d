"""What goes to the terminal: findings to standard output, everything else to standard error."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from perflint.findings import Applicability, Finding, Problem
from perflint.reporters import Report, applies, render

if TYPE_CHECKING:
    from perflint.config import Settings
    from perflint.engine import Outcome
    from perflint.fixing import FixResult

_NOTES = 3  # printed without --verbose


@dataclass(frozen=True, slots=True)
class Volume:
    """How much to say beside findings and errors."""

    quiet: bool = False
    verbose: bool = False


def is_colored(stream: IO[str], environ: Mapping[str, str]) -> bool:
    """On a terminal, unless NO_COLOR is set; anywhere when FORCE_COLOR is."""
    if environ.get("NO_COLOR"):
        return False
    return environ.get("FORCE_COLOR", "0") not in ("", "0") or stream.isatty()


def print_report(
    report: Report, format_name: str, statistics: bool, file: Path | None = None, err: bool = False
) -> None:
    """The findings, or with `statistics` their number by rule, to `file` or to a standard stream."""
    lines = _statistics(report, format_name) if statistics else render(format_name, report)
    if file is not None:
        _write(file, "".join(f"{line}\n" for line in lines))
        return
    for line in lines:
        click.echo(line, color=report.is_colored, err=err)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error


def _statistics(report: Report, format_name: str) -> Iterator[str]:
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    fixable = Counter(finding.code for finding in report.findings if report.is_fixable(finding))
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if format_name.startswith("json"):
        objects = [
            {"code": code, "name": name, "count": count, "fixable": fixable[code]} for (code, name), count in rows
        ]
        yield json.dumps(objects, indent=2)
        return
    width = max((len(str(count)) for _, count in rows), default=1)
    for (code, name), count in rows:
        yield f"{count:>{width}}  {code}  {'[*]' if fixable[code] else '[ ]'}  {name}"


def problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        click.echo(f"error: {_place(problem)}{problem.message}", err=True)


def notes(notes: Sequence[Problem], volume: Volume) -> None:
    """The first few, or all with --verbose."""
    printed = notes if volume.verbose else notes[:_NOTES]
    for note in printed:
        say(f"note: {_place(note)}{note.message}", volume)
    if len(notes) > len(printed):
        say(f"note: {len(notes) - len(printed)} more such notes (-v prints them)", volume)


def _place(problem: Problem) -> str:
    if problem.path is None:
        return ""
    at = f":{problem.position.row}:{problem.position.column}" if problem.position else ""
    return f"{shown(problem.path)}{at}: "


def shown(path: Path) -> str:
    """`path` as the user would write it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def summary(outcome: Outcome, settings: Settings, volume: Volume) -> None:
    """One line on the whole run."""
    if volume.verbose:
        say(f"{outcome.files} files, {outcome.lines} lines, {outcome.seconds:.2f} s", volume)
    if not outcome.files and not outcome.problems:
        say("warning: no Python file to report on in these paths and contexts (see --context)", volume)
    elif outcome.findings:
        say(f"Found {counted(len(outcome.findings), 'finding')}{_fixable(outcome.findings, settings)}.", volume)
    elif not outcome.problems:
        say(f"No findings in {counted(outcome.files, 'file')}.", volume)


def fix_summary(result: FixResult, settings: Settings, volume: Volume) -> None:
    """How many were fixed and how many are left."""
    left = f"{counted(len(result.remaining), 'finding')} left{_fixable(result.remaining, settings)}"
    say(f"Fixed {len(result.applied)}; {left}.", volume)


def fixed(findings: Sequence[Finding], volume: Volume, err: bool = False) -> None:
    """What was fixed, a line each."""
    for finding in findings:
        if not volume.quiet:
            click.echo(f"fixed {_title(finding)}", err=err)


def left(findings: Sequence[Finding], settings: Settings, volume: Volume, err: bool = False) -> None:
    """What is left, a line each, with what would mend it."""
    for finding in findings:
        needs = finding.fix is not None and finding.fix.applicability is Applicability.UNSAFE
        hint = " (--unsafe-fixes)" if needs and not settings.unsafe_fixes else ""
        if not volume.quiet:
            click.echo(f"left  {_title(finding)}{hint}", err=err)


def _title(finding: Finding) -> str:
    start = finding.span.start
    what = finding.fix.title if finding.fix else finding.message
    return f"{shown(finding.path)}:{start.row}:{start.column}: {finding.code} {what}"


def _fixable(findings: Sequence[Finding], settings: Settings) -> str:
    fixes = [finding.fix.applicability for finding in findings if finding.fix]
    now = sum(applies(applicability, settings.unsafe_fixes) for applicability in fixes)
    more = sum(applies(applicability, True) for applicability in fixes) - now
    parts = [f"{now} fixable with --fix"] * bool(now) + [f"{more} more with --unsafe-fixes"] * bool(more)
    return f" ({', '.join(parts)})" if parts else ""


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def say(text: str, volume: Volume) -> None:
    """To standard error, unless --quiet."""
    if not volume.quiet:
        click.echo(text, err=True)
