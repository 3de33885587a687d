"""Runs perflint over the pinned packages: `python -m benchmarks.corpus`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from benchmarks import packages, seen, tables, verdicts
from benchmarks.packages import Package, PackageError
from benchmarks.runs import Result, run
from benchmarks.verdicts import Comparison, Verdict, VerdictError, compare
from perflint.cards import rules


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--package", "names", multiple=True, metavar="NAME", help="Only this package; may be repeated.")
@click.option("--unproven", is_flag=True, help="Ask perflint also for what is only probable.")
@click.option("--unjudged", is_flag=True, help="Print the findings without a verdict as stubs to fill in.")
@click.option("--judge", type=click.Path(exists=True, path_type=Path), help="Keep the answered stubs of this file.")
@click.option("--download-only", is_flag=True, help="Print where the packages lie.")
@click.option("--cache", type=click.Path(path_type=Path), default=packages.default_cache, help="Where to keep them.")
@click.option("--verdicts", "file", type=click.Path(path_type=Path), default=verdicts.VERDICTS, help="The verdicts.")
@click.option("--command", default=shlex.join([sys.executable, "-m", "perflint"]), help="How to start perflint.")
def main(
    names: Sequence[str],
    unproven: bool,
    unjudged: bool,
    judge: Path | None,
    download_only: bool,
    cache: Path,
    file: Path,
    command: str,
) -> None:
    """Run perflint over real packages; compare what it finds with what readers of the source said."""
    try:
        if judge:
            verdicts.write([*verdicts.read(file), *verdicts.answered(judge)], file)
            return
        trees = {package: packages.unpacked(package, cache) for package in _chosen(names)}
        known = verdicts.read(file)
    except (PackageError, VerdictError) as error:
        raise click.ClickException(str(error)) from error
    if download_only:
        click.echo("\n".join(map(str, trees.values())))
        return
    results = list(_results(trees, shlex.split(command), ["--unproven"] if unproven else []))
    last = cache / ("last-run-unproven.json" if unproven else "last-run.json")
    lines = _stubs(results, known) if unjudged else _report(results, known, last)
    click.echo("\n".join(lines))
    for line in tables.failures(results):
        click.echo(line, err=True)
    sys.exit(any(result.failure for result in results))


def _chosen(names: Sequence[str]) -> list[Package]:
    pinned = packages.pinned()
    unknown = set(names) - {package.name for package in pinned}
    if unknown:
        raise PackageError(f"not pinned: {', '.join(sorted(unknown))}")
    return [package for package in pinned if (package.name in names if names else package.corpus)]


def _results(trees: Mapping[Package, Path], command: Sequence[str], arguments: Sequence[str]) -> Iterator[Result]:
    """One package after the other, so that each has the machine to itself."""
    for package, tree in trees.items():
        click.echo(f"{package} ...", err=True)
        yield run(package, tree, command, arguments)


def _report(results: Sequence[Result], known: Sequence[Verdict], last: Path) -> Iterator[str]:
    yield from tables.costs(results)
    yield ""
    yield from tables.findings(results, [card.code for card in rules()])
    yield ""
    findings = [finding for result in results for finding in result.findings]
    names = [result.package.name for result in results if not result.failure]
    yield from tables.verdicts(_compared(results, known), seen.unseen(findings, names, last))


def _stubs(results: Sequence[Result], known: Sequence[Verdict]) -> Iterator[str]:
    return (verdicts.stub(finding) for finding in _compared(results, known).unjudged)


def _compared(results: Sequence[Result], known: Sequence[Verdict]) -> Comparison:
    """Verdicts on packages that were not run are left out, lest their findings count as gone."""
    ran = {(result.package.name, result.package.version) for result in results if not result.failure}
    findings = [finding for result in results for finding in result.findings]
    return compare(findings, [verdict for verdict in known if verdict.key[:2] in ran])


if __name__ == "__main__":
    main()
