"""`python -m benchmarks.speed`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

import perflint
from benchmarks import packages
from benchmarks.packages import PackageError
from benchmarks.speed import machine, report, tools
from benchmarks.speed.bars import PACKAGES
from benchmarks.speed.figures import Measurement
from benchmarks.speed.measure import Effort, RunError
from benchmarks.speed.plan import SCENARIOS, Plan
from benchmarks.speed.subjects import Perflint
from benchmarks.speed.tools import TOOLS, ToolError

_NAMES = ("perflint", *(tool.name for tool in TOOLS))


def _listed(known: Sequence[str], value: str | None, default: Sequence[str]) -> tuple[str, ...]:
    """The parts of `a,b`."""
    parts = tuple(value.split(",")) if value else tuple(default)
    if unknown := set(parts) - set(known):
        raise click.UsageError(f"not one of {', '.join(known)}: {', '.join(sorted(unknown))}")
    return parts


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--cache", type=click.Path(path_type=Path), default=packages.default_cache, help="Where all of it lies.")
@click.option("--repeat", type=click.IntRange(1), default=5, help="Runs of which the median counts. [default: 5]")
@click.option("--limit", type=click.IntRange(1), default=1800, help="Seconds for a tool's first run. [default: 1800]")
@click.option("--package", "names", multiple=True, type=click.Choice(PACKAGES), help="Only this package; repeatable.")
@click.option("--tools", "tool_names", metavar="A,B", help=f"Of {', '.join(_NAMES)}.")
@click.option("--scenario", "scenarios", metavar="A,B", help=f"Of {', '.join(SCENARIOS)}.")
@click.option("--command", default=shlex.join([sys.executable, "-P", "-m", "perflint"]), help="How to start perflint.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the tables here, not to standard output.")
def main(
    cache: Path,
    repeat: int,
    limit: int,
    names: Sequence[str],
    tool_names: str | None,
    scenarios: str | None,
    command: str,
    output: Path | None,
) -> None:
    """Measure perflint and other linters on the same trees."""
    subject = Perflint(shlex.split(command), Path(perflint.__file__).parents[1])
    # Growth is of all packages together: who names one does not mean it.
    wanted = _listed(_NAMES, tool_names, _NAMES), _listed(SCENARIOS, scenarios, SCENARIOS[:-1] if names else SCENARIOS)
    plan = Plan(cache.resolve(), names or PACKAGES, *wanted, subject, Effort(repeat, limit))
    heads = [machine.described(), *_heads(plan)]
    try:
        found = {each.key: each for each in _told(plan.measurements())}
    except (PackageError, ToolError, RunError) as error:
        raise click.ClickException(str(error)) from error
    text = "\n".join(report.report(found, heads))
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text)


def _told(measurements: Iterator[Measurement]) -> Iterator[Measurement]:
    """Says on standard error how far it is: a whole run takes long."""
    for each in measurements:
        key, cost = each.key, each.cost
        took = f"{cost.seconds:.2f} s, {cost.cpu_seconds:.2f} s of CPU, {cost.megabytes:.0f} MB"
        click.echo(f"{key.target} {key.tool} {key.scenario}: {took} {each.note}".strip(), err=True)
        yield each


def _heads(plan: Plan) -> Iterator[str]:
    used = [tools.version(tool) for tool in TOOLS if tool.name in plan.tools]
    yield ", ".join([f"perflint {perflint.__version__}", *used])
    yield f"median of {plan.effort.repeat} runs, each a process of its own; memory from a run before them"
    yield "peak memory: PSS of all processes of a run, sampled every 20 ms (elsewhere than on Linux: the largest's)"
    if not plan.perflint.has_cache():
        yield "this perflint has no setting `cache-dir`: its warm runs may be cold ones"


if __name__ == "__main__":
    main()
