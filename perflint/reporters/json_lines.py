"""One JSON object a line, for tools that read as the findings come."""

from __future__ import annotations

import json
from collections.abc import Iterator

from perflint.reporters import Report
from perflint.reporters.json import as_object


def render(report: Report) -> Iterator[str]:
    return (json.dumps(as_object(finding), separators=(",", ":")) for finding in report.findings)
