"""What `check` and `fix` do with their options: run, print, and say how it went."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perflint import console, engine
from perflint.config import Settings, load
from perflint.discovery import absolute, common_folder
from perflint.reporters import Report, settled_format
from perflint.source import SourceError, decode, read

if TYPE_CHECKING:
    from perflint.findings import Finding
    from perflint.fixing import FixResult

_STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Options:
    """A command's paths and settings, and how to print."""

    paths: tuple[Path, ...]
    settings: Settings
    volume: console.Volume
    stdin: Mapping[Path, str]
    output_file: Path | None
    statistics: bool
    exit_zero: bool


def options(paths: Sequence[Path], given: Mapping[str, Any], overrides: Mapping[str, Any]) -> Options:
    """`given` are the command's options by name; reads standard input where a path is `-`."""
    paths = tuple(paths) or (Path(),)
    stdin = _stdin(given.get("stdin_filename") or Path("stdin.py")) if _STDIN in paths else {}
    named = (*(path for path in paths if path != _STDIN), *stdin)
    settings = load(common_folder(named), overrides, given["config"], given["isolated"]).settings
    return Options(
        named,
        settings,
        console.Volume(given["quiet"], given["verbose"]),
        stdin,
        given.get("output_file"),
        given.get("statistics", False),
        given.get("exit_zero", False),
    )


def _stdin(name: Path) -> dict[Path, str]:
    try:
        return {absolute(name): decode(name, sys.stdin.buffer.read()).text}
    except SourceError as error:
        raise click.ClickException(f"standard input {error}") from error


def check(options: Options) -> int:
    """Print the findings; the exit code."""
    outcome = engine.check(options.paths, options.settings, options.stdin)
    _print(options, outcome.findings)
    console.problems(outcome.problems)
    console.notes(outcome.notes, options.volume)
    console.summary(outcome, options.settings, options.volume)
    return _code(options, bool(outcome.findings), bool(outcome.problems))


def check_and_fix(options: Options, write: bool, show_fixes: bool) -> int:
    """Apply the fixes (or print them as a patch), then print the findings that are left."""
    result = _fix(options, write)
    if not write:
        return _patch(options, result)
    _print(options, result.remaining)
    if show_fixes:
        console.fixed(result.applied, options.volume)
    console.problems(result.problems)
    console.fix_summary(result, options.settings, options.volume)
    return _code(options, bool(result.remaining), bool(result.problems))


def fix(options: Options, write: bool) -> int:
    """Apply the fixes (or print them as a patch); print what was done and what more could be."""
    result = _fix(options, write)
    if not write:
        return _patch(options, result)
    console.fixed(result.applied, options.volume)
    console.left(result.remaining, options.settings, options.volume)
    console.problems(result.problems)
    console.fix_summary(result, options.settings, options.volume)
    return _code(options, bool(result.remaining), bool(result.problems))


def _fix(options: Options, write: bool) -> FixResult:
    from perflint.fixing import fix

    if options.stdin:
        raise click.UsageError("fixes are written to files; they cannot be applied to standard input")
    return fix(options.paths, options.settings, unsafe=options.settings.unsafe_fixes, write=write)


def _patch(options: Options, result: FixResult) -> int:
    from perflint.edits import patch

    for path, (before, after) in sorted(result.changed.items()):
        click.echo(patch(before, after, console.shown(path)), nl=False)
    console.problems(result.problems)
    count = len(result.applied)
    console.say(f"Would fix {console.counted(count, 'finding')}." if count else "Nothing to fix.", options.volume)
    return _code(options, bool(result.changed), bool(result.problems))


def _print(options: Options, findings: Sequence[Finding]) -> None:
    report = Report(
        findings,
        lambda path: options.stdin[path] if path in options.stdin else read(path).text,
        Path.cwd(),
        console.is_colored(sys.stdout, os.environ) and options.output_file is None,
        options.settings.unsafe_fixes,
    )
    name = settled_format(options.settings.output_format)
    console.print_report(report, name, options.statistics, options.output_file)


def _code(options: Options, has_findings: bool, has_problems: bool) -> int:
    if has_problems:
        return 2
    return 1 if has_findings and not options.exit_zero else 0
