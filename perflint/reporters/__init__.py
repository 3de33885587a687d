"""Ways to print findings; each module here is a format and has `render`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from perflint.findings import Applicability, Finding


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to print. The same report gives the same bytes."""

    findings: Sequence[Finding]
    # The text that the findings' positions are of.
    text_of: Callable[[Path], str]
    # Paths below it are printed relative to it.
    base: Path
    is_colored: bool = False
    # Whether unsafe fixes would be applied as well.
    unsafe_fixes: bool = False

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.base)) if path.is_relative_to(self.base) else str(path)

    def is_fixable(self, finding: Finding) -> bool:
        """Whether `--fix` would apply the finding's fix."""
        return finding.fix is not None and applies(finding.fix.applicability, self.unsafe_fixes)


def applies(applicability: Applicability, unsafe_fixes: bool) -> bool:
    return applicability is Applicability.SAFE or (unsafe_fixes and applicability is Applicability.UNSAFE)


def render(format_name: str, report: Report) -> Iterator[str]:
    """The lines of `report`, without line ends."""
    module = import_module(f"perflint.reporters.{format_name.replace('-', '_')}")
    lines: Iterator[str] = module.render(report)
    return lines


def settled_format(format_name: str, environ: Mapping[str, str] = os.environ) -> str:
    """`auto` is `github` where GitHub Actions would show annotations, and `text` elsewhere."""
    if format_name != "auto":
        return format_name
    return "github" if environ.get("GITHUB_ACTIONS") == "true" else "text"
