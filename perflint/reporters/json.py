"""An array of objects in Ruff's shape, with confidence, cost, hotness and trace added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from perflint.findings import Edit, Finding, Fix, Position, TraceStep
from perflint.reporters import Report


def render(report: Report) -> Iterator[str]:
    yield json.dumps([as_object(finding) for finding in report.findings], indent=2)


def as_object(finding: Finding) -> dict[str, Any]:
    """The finding as JSON has it; paths are absolute, rows and columns 1-based."""
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "filename": _filename(finding.path),
        "location": _location(finding.span.start),
        "end_location": _location(finding.span.end),
        "cost": finding.cost,
        "hotness": finding.hotness,
        "trace": [_step(step) for step in finding.trace],
        "fix": _fix(finding.fix) if finding.fix else None,
        "url": None,
    }


def _filename(path: Path) -> str:
    return str(path.absolute())


def _location(position: Position) -> dict[str, int]:
    return {"row": position.row, "column": position.column}


def _step(step: TraceStep) -> dict[str, Any]:
    return {"filename": _filename(step.path), "location": _location(step.position), "message": step.message}


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.title,
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "content": edit.content,
        "location": _location(edit.span.start),
        "end_location": _location(edit.span.end),
    }
