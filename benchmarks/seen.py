"""The findings of the run before, kept beside the unpacked packages, so that a run can say what is new."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.places import Finding, Key


def unseen(findings: Sequence[Finding], packages: Iterable[str], file: Path) -> list[Finding]:
    """Those that the run before did not have, in packages that it ran over; what is there now is kept for the next."""
    before = _remembered(file)
    names = set(packages)
    kept = {name: keys for name, keys in before.items() if name not in names}
    now = {name: {finding.key for finding in findings if finding.key.package == name} for name in names}
    _remember(kept | now, file)
    return [each for each in findings if each.key not in before.get(each.key.package, {each.key})]


def _remembered(file: Path) -> dict[str, set[Key]]:
    if not file.is_file():
        return {}
    stored = json.loads(file.read_text(encoding="utf-8"))
    return {name: {Key(*key) for key in keys} for name, keys in stored.items()}


def _remember(keys: dict[str, set[Key]], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({name: sorted(keys[name]) for name in sorted(keys)}, indent=0), encoding="utf-8")
