"""Workflow commands that GitHub Actions shows as annotations in the change.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator

from perflint.findings import Finding, Severity
from perflint.reporters import Report
from perflint.reporters.concise import headline

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> Iterator[str]:
    return (_command(report, finding) for finding in report.findings)


def _command(report: Report, finding: Finding) -> str:
    start, end = finding.span.start, finding.span.end
    fields = {
        "title": f"perflint ({finding.code} {finding.name})",
        "file": report.name(finding.path),
        "line": start.row,
    }
    # GitHub takes columns only where the annotation stays on one line.
    fields |= {"col": start.column, "endColumn": end.column} if start.row == end.row else {}
    fields["endLine"] = end.row
    given = ",".join(f"{key}={_property(str(value))}" for key, value in fields.items())
    return f"::{_COMMANDS[finding.severity]} {given}::{_data(_message(report, finding))}"


def _message(report: Report, finding: Finding) -> str:
    way = [f"{step.message} ({report.name(step.path)}:{step.position.row})" for step in finding.trace]
    details = [f"way: {' → '.join(way)}"] * bool(way) + [f"cost: {finding.cost}"] * bool(finding.cost)
    help_line = [f"help: {finding.fix.title}"] if finding.fix else []
    return "\n".join([headline(report, finding), *details, *help_line])


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
