"""One line a finding: `path:line:col: PF101 [*] message`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from perflint.findings import Finding, Severity
from perflint.reporters import Report

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def render(report: Report) -> Iterator[str]:
    return (headline(report, finding) for finding in report.findings)


def headline(report: Report, finding: Finding) -> str:
    """`[*]` says that `--fix` would apply the fix."""
    place = f"{report.name(finding.path)}:{finding.span.start.row}:{finding.span.start.column}"
    mark = " [*]" if report.is_fixable(finding) else ""
    if not report.is_colored:
        return f"{place}: {finding.code}{mark} {finding.message}"
    code = click.style(finding.code, fg=_COLORS[finding.severity], bold=True)
    return f"{click.style(place, bold=True)}: {code}{click.style(mark, fg='green')} {finding.message}"
