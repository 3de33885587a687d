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

if TYPE_CHECKING:
    from perflint.findings import Finding, Problem
    from perflint.fixing import FixResult
    from perflint.source import SourceFile

_STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Options:
    """A command's paths and settings, and how to print. With `stdin`, that is the only path."""

    paths: tuple[Path, ...]
    settings: Settings
    volume: console.Volume
    stdin: SourceFile | None
    output_file: Path | None
    statistics: bool
    exit_zero: bool

    @property
    def overlay(self) -> dict[Path, str]:
        return {self.stdin.path: self.stdin.text} if self.stdin else {}

    @property
    def prints_to_stderr(self) -> bool:
        """Beside the fixed text of standard input nothing else may stand."""
        return self.stdin is not None


def options(paths: Sequence[Path], given: Mapping[str, Any], overrides: Mapping[str, Any]) -> Options:
    """`given` are the command's options by name; reads standard input where the path is `-`."""
    stdin = _stdin(given.get("stdin_filename") or Path("stdin.py")) if _STDIN in paths else None
    if stdin and len(paths) > 1:
        raise click.UsageError("`-` goes with no other path")
    named = (stdin.path,) if stdin else tuple(paths) or (Path(),)
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


def _stdin(name: Path) -> SourceFile:
    from perflint.source import SourceError, decode

    try:
        return decode(absolute(name), sys.stdin.buffer.read())
    except SourceError as error:
        raise click.ClickException(f"standard input {error}") from error


def check(options: Options) -> int:
    """Print the findings; the exit code."""
    outcome = engine.check(options.paths, options.settings, options.overlay)
    _print(options, outcome.findings, options.overlay)
    console.problems(outcome.problems)
    console.notes(outcome.notes, options.volume)
    console.summary(outcome, options.settings, options.volume)
    return _code(options, bool(outcome.findings), outcome.problems)


def check_and_fix(options: Options, show_fixes: bool) -> int:
    """Apply the fixes, then print the findings that are left."""
    result = _fixed(options)
    after = {path: texts[1] for path, texts in result.changed.items()}
    _print(options, result.remaining, options.overlay | after, err=options.prints_to_stderr)
    if show_fixes:
        console.fixed(result.applied, options.volume, err=options.prints_to_stderr)
    return _end_of_fix(options, result)


def fix(options: Options) -> int:
    """Apply the fixes; print what was done, and what is left and how it could be mended."""
    result = _fixed(options)
    console.fixed(result.applied, options.volume, err=options.prints_to_stderr)
    console.left(result.remaining, options.settings, options.volume, err=options.prints_to_stderr)
    return _end_of_fix(options, result)


def diff(options: Options) -> int:
    """Print what the fixes would change, as a patch; 1 when there is something."""
    from perflint.edits import patch
    from perflint.fixing import fix

    unsafe = options.settings.unsafe_fixes
    result = fix(options.paths, options.settings, unsafe=unsafe, write=False, overlay=options.overlay)
    for path, (before, after) in sorted(result.changed.items()):
        click.echo(patch(before, after, console.shown(path)), nl=False)
    console.problems(result.problems)
    count = len(result.applied)
    console.say(f"Would fix {console.counted(count, 'finding')}." if count else "Nothing to fix.", options.volume)
    return _code(options, bool(result.changed), result.problems)


def clean(path: Path, config: Path | None, isolated: bool) -> int:
    """Remove the cache of the project around `path`; only a folder that perflint has made."""
    from perflint.cache import cache_of

    cache = cache_of(load(absolute(path), None, config, isolated).settings)
    removed = cache.remove() if cache is not None else None
    click.echo(f"Removed {console.shown(removed)}." if removed else "Nothing to remove.", err=True)
    return 0


def _fixed(options: Options) -> FixResult:
    """The fixes applied: to the files, or to standard input, whose new text is printed."""
    from perflint.fixing import fix
    from perflint.source import encode

    unsafe, source = options.settings.unsafe_fixes, options.stdin
    result = fix(options.paths, options.settings, unsafe=unsafe, write=source is None, overlay=options.overlay)
    if source is not None:
        after = result.changed.get(source.path, (source.text, source.text))[1]
        click.echo(encode(source, after), nl=False)
    return result


def _end_of_fix(options: Options, result: FixResult) -> int:
    console.problems(result.problems)
    console.fix_summary(result, options.settings, options.volume)
    return _code(options, bool(result.remaining), result.problems)


def _print(options: Options, findings: Sequence[Finding], texts: Mapping[Path, str], err: bool = False) -> None:
    stream = sys.stderr if err else sys.stdout
    report = Report(
        findings,
        lambda path: texts[path] if path in texts else _text_of(path),
        Path.cwd(),
        console.is_colored(stream, os.environ) and options.output_file is None,
        options.settings.unsafe_fixes,
    )
    name = settled_format(options.settings.output_format)
    console.print_report(report, name, options.statistics, options.output_file, err)


def _text_of(path: Path) -> str:
    # Imported here: not all formats print sources.
    from perflint.source import read

    return read(path).text


def _code(options: Options, has_findings: bool, problems: Sequence[Problem]) -> int:
    if any(not (problem.of_source and options.exit_zero) for problem in problems):
        return 2
    return 1 if has_findings and not options.exit_zero else 0
