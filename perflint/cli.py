"""The commands. Each reads its options, asks the part that does the work, prints, and returns the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from perflint import __version__
from perflint.errors import CardError, ConfigError

_FORMATS = ("auto", "text", "concise", "json", "json-lines", "github")
_LISTS = ("select", "ignore", "extend-select", "contexts")

Command = Callable[..., int]


def _listed(_context: click.Context, _option: click.Parameter, values: Sequence[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, in the order of the help text."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


_paths = click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
_settings_options = _options(
    click.option(
        "--config", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Settings file to use."
    ),
    click.option("--isolated", is_flag=True, help="Read no settings file."),
)
_selection_options = _options(
    click.option("--select", multiple=True, callback=_listed, help="Rules to run: codes, names, prefixes, ALL."),
    click.option("--ignore", multiple=True, callback=_listed, help="Rules not to run."),
    click.option("--extend-select", multiple=True, callback=_listed, help="Rules to run as well."),
    click.option(
        "--context", "contexts", multiple=True, callback=_listed,
        help="Code to report on: app,commands,scripts,migrations,tests,docs. [default: app,commands]",
    ),
    click.option("--unproven", is_flag=True, help="Report also what is only probable."),
    click.option("--include-ruff-overlap", is_flag=True, help="No effect yet: no rule overlaps with Ruff."),
    click.option("--workers", type=click.IntRange(0), help="Processes to use; 0: one a processor."),
    click.option("--no-cache", is_flag=True, help="Keep nothing, and use nothing that was kept."),
)  # fmt: skip
_fix_options = _options(
    click.option("--unsafe-fixes/--no-unsafe-fixes", default=None, help="Count unsafe fixes among those to apply."),
    click.option("--diff", is_flag=True, help="Write nothing; print what the fixes would change."),
)
_volume_options = _options(
    click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only."),
    click.option("-v", "--verbose", is_flag=True, help="Print every note, and the time it took."),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="perflint")
def cli() -> None:
    """Find performance anti-patterns in Python back ends, and rewrite them."""


@cli.command()
@_paths
@click.option("--fix", is_flag=True, help="Apply the fixes, then report what is left.")
@_fix_options
@_selection_options
@click.option("--output-format", type=click.Choice(_FORMATS), help="How to print findings.")
@click.option("--output-file", type=click.Path(path_type=Path), help="Where to print findings instead.")
@click.option("--statistics", is_flag=True, help="Print how many findings each rule has, not the findings.")
@click.option("--show-fixes", is_flag=True, help="With --fix: list what was fixed.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even when there are findings, or files that do not parse.")
@click.option("--stdin-filename", type=click.Path(path_type=Path), help="The name of what `-` reads.")
@_settings_options
@_volume_options
def check(paths: tuple[Path, ...], **given: Any) -> int:
    """Report what is slow in PATHS (default: the current folder)."""
    from perflint import runs

    options = runs.options(paths, given, _overrides(given))
    if given["diff"]:
        return runs.diff(options)
    return runs.check_and_fix(options, given["show_fixes"]) if given["fix"] else runs.check(options)


@cli.command()
@_paths
@_fix_options
@_selection_options
@_settings_options
@_volume_options
def fix(paths: tuple[Path, ...], **given: Any) -> int:
    """Apply the fixes in PATHS, and say what was done and what is left."""
    from perflint import runs

    options = runs.options(paths, given, _overrides(given))
    return runs.diff(options) if given["diff"] else runs.fix(options)


@cli.command()
@click.argument("rule", required=False)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def rule(rule: str | None, output_format: str) -> int:
    """Print the card of RULE (a code or a name), or a table of all rules."""
    from perflint import rule_pages

    # color=True: leave the text as it is; the page knows whether it may have colours.
    click.echo(rule_pages.page(rule, output_format) if rule else rule_pages.table(output_format), color=True)
    return 0


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("."))
@click.option("--schema", is_flag=True, help="Print the JSON Schema of the settings.")
@_settings_options
def config(path: Path, schema: bool, config: Path | None, isolated: bool) -> int:
    """Print the settings that hold for PATH, and where each comes from."""
    from perflint import config_pages

    click.echo(config_pages.schema() if schema else config_pages.resolved(path, config, isolated))
    return 0


@cli.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path("."))
@_settings_options
def clean(path: Path, config: Path | None, isolated: bool) -> int:
    """Remove what runs of the project around PATH have kept."""
    from perflint import runs

    return runs.clean(path, config, isolated)


def _overrides(given: dict[str, Any]) -> dict[str, Any]:
    """What the command line sets, by the keys of the settings file."""
    lists = {key: given[key.replace("-", "_")] for key in _LISTS if given[key.replace("-", "_")]}
    single = {
        "unproven": given["unproven"] or None,
        "workers": given["workers"],
        "unsafe-fixes": given["unsafe_fixes"],
        "output-format": given.get("output_format"),
        "cache-dir": "" if given["no_cache"] else None,
    }
    return lists | {key: value for key, value in single.items() if value is not None}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 nothing found, 1 findings, 2 could not do the job."""
    sys.exit(_exit_code(arguments))


def _exit_code(arguments: Sequence[str] | None) -> int:
    try:
        return int(cli.main(arguments, prog_name="perflint", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
    except (CardError, ConfigError) as error:
        click.echo(f"error: {error}", err=True)
    except click.Abort:
        click.echo("interrupted", err=True)
    except Exception:
        import traceback

        click.echo(f"{traceback.format_exc()}internal error: this is a defect of perflint", err=True)
    return 2
